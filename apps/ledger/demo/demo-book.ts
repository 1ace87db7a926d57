import type { Terms } from '#commitments/domain';
import type { Evidence } from '#kernel';
import { decimal } from '#kernel';
import { clause, known, terms, tranche, unknownAmount, year2025 } from './demo-terms.js';

export interface DemoParty {
  readonly key: string;
  readonly name: string;
  readonly names: readonly string[];
  readonly roles: readonly ('buyer' | 'provider')[];
}

/** Names are those of the billing files, so that the rules about publishers find them. */
export const PARTIES: readonly DemoParty[] = [
  { key: 'lab', name: 'Frontier Laboratory', names: [], roles: ['buyer'] },
  { key: 'microsoft', name: 'Microsoft', names: ['Microsoft Azure', 'Azure'], roles: ['provider'] },
  { key: 'aws', name: 'Amazon Web Services', names: ['AWS', 'Amazon Web Services, Inc.'], roles: ['provider'] },
  { key: 'oracle', name: 'Oracle', names: ['Oracle America, Inc.'], roles: ['provider'] },
  { key: 'google', name: 'Google Cloud', names: ['Google'], roles: ['provider'] },
  { key: 'coreweave', name: 'CoreWeave', names: ['CoreWeave, Inc.'], roles: ['provider'] },
];

export interface DemoContract {
  readonly key: string;
  readonly provider: string;
  readonly name: string;
  readonly reference: string;
  readonly start: string;
  readonly end: string;
  readonly zone: string;
}

export const CONTRACTS: readonly DemoContract[] = [
  {
    key: 'azure-macc',
    provider: 'microsoft',
    name: 'Azure consumption agreement',
    reference: 'MACC-8611537',
    start: '2025-01-01',
    end: '2028-01-01',
    zone: 'America/Los_Angeles',
  },
  {
    key: 'aws-edp',
    provider: 'aws',
    name: 'Enterprise discount programme',
    reference: 'EDP-2024-0931',
    start: '2025-01-01',
    end: '2026-01-01',
    zone: 'America/Los_Angeles',
  },
  {
    key: 'oracle-capacity',
    provider: 'oracle',
    name: 'GPU capacity, Chicago',
    reference: 'OCI-GPU-77',
    start: '2025-01-01',
    end: '2027-01-01',
    zone: 'America/Chicago',
  },
  {
    key: 'google-2024',
    provider: 'google',
    name: 'Google Cloud commitment agreement',
    reference: 'GCP-2024-117',
    start: '2025-01-01',
    end: '2026-01-01',
    zone: 'America/Los_Angeles',
  },
  {
    key: 'coreweave-msa',
    provider: 'coreweave',
    name: 'Master services agreement',
    reference: 'CW-MSA-7',
    start: '2025-01-01',
    end: '2026-01-01',
    zone: 'America/New_York',
  },
];

export interface DemoCommitment {
  readonly key: string;
  readonly contract: string;
  readonly provider: string;
  /** Day on which the ledger learns of it. */
  readonly recorded: string;
  readonly effective: string;
  readonly terms: (idOf: (key: string) => string) => Terms;
  readonly evidence?: readonly Evidence[];
}

const evidence = (id: string, document: string, quotation: string, status: Evidence['status']): Evidence => ({
  id,
  document,
  sha256: null,
  uri: null,
  quotation,
  status,
});
const signed = (id: string, document: string, quotation: string): Evidence => evidence(id, document, quotation, 'CONFIRMED');

/** Eight undertakings that show what the ledger can hold: tranches, nesting, a waterfall, an hourly one, capacity, gaps and doubts. */
export const COMMITMENTS: readonly DemoCommitment[] = [
  {
    key: 'azure',
    contract: 'azure-macc',
    provider: 'microsoft',
    recorded: '2024-12-02',
    effective: '2024-12-01',
    terms: () =>
      terms(
        'Azure consumption commitment',
        [
          tranche('2025', '2025-01-01', '2026-01-01', known('12000000')),
          tranche('2026', '2026-01-01', '2027-01-01', known('15000000')),
          tranche('2027', '2027-01-01', '2028-01-01', known('18000000')),
        ],
        [clause({ account: ['ea-8611537'] })],
        { marketplace: { share: decimal('0.25'), rows: [] } },
      ),
    evidence: [signed('azure-1', 'MACC-8611537.pdf', 'USD 12,000,000 in the first, 15,000,000 in the second and 18,000,000 in the third year')],
  },
  {
    key: 'azure-openai',
    contract: 'azure-macc',
    provider: 'microsoft',
    recorded: '2025-04-15',
    effective: '2025-01-01',
    terms: (idOf) =>
      terms('Azure OpenAI throughput', year2025(known('1300000')), [clause({ service: ['Azure OpenAI Service'] })], { parent: idOf('azure') }),
    evidence: [signed('azure-openai-1', 'MACC-8611537, annex C', 'of which USD 1,300,000 for provisioned throughput')],
  },
  {
    key: 'aws-edp',
    contract: 'aws-edp',
    provider: 'aws',
    recorded: '2024-12-03',
    effective: '2024-12-01',
    terms: () =>
      terms('AWS enterprise discount programme', year2025(known('5400000')), [clause({ account: ['417205519043'] })], {
        priority: 1,
        marketplace: { share: decimal('0.25'), rows: [] },
      }),
    evidence: [signed('aws-edp-1', 'EDP-2024-0931.pdf', 'an annual commitment of USD 5,400,000')],
  },
  {
    key: 'aws-accelerators',
    contract: 'aws-edp',
    provider: 'aws',
    recorded: '2024-12-03',
    effective: '2024-12-01',
    terms: () =>
      terms(
        'AWS accelerator addendum',
        year2025(known('2000000')),
        [clause({ account: ['417205519043'], service: ['Amazon Elastic Compute Cloud'] })],
        { priority: 2 },
      ),
    evidence: [signed('aws-accelerators-1', 'EDP-2024-0931, addendum 2', 'a further USD 2,000,000 of Amazon EC2 after the annual commitment is met')],
  },
  {
    key: 'aws-savings-plan',
    contract: 'aws-edp',
    provider: 'aws',
    recorded: '2024-12-20',
    effective: '2025-01-01',
    terms: () =>
      terms('AWS compute savings plan', year2025(known('120')), [clause({ account: ['417205519043'], service: ['Amazon Elastic Compute Cloud'] })], {
        model: 'Continuous',
        interval: { unit: 'hour', count: 1 },
        measure: { kind: 'cost', column: 'EffectiveCost', currency: 'USD' },
        eligibility: {
          kind: 'rules',
          inclusions: [clause({ account: ['417205519043'], service: ['Amazon Elastic Compute Cloud'] })],
          // Rows of single machines are billed apart from the plan.
          exclusions: [clause({ sku: ['p5.48xlarge', 'trn2.48xlarge'] })],
        },
        reference: { contractCommitments: [], commitmentDiscountIds: ['arn:aws:savingsplans::417205519043:savingsplan/sp-7f1c'] },
      }),
    evidence: [signed('aws-savings-plan-1', 'Savings plan sp-7f1c', 'USD 120.00 an hour for one year')],
  },
  {
    key: 'oracle-b200',
    contract: 'oracle-capacity',
    provider: 'oracle',
    recorded: '2024-12-16',
    effective: '2025-01-01',
    terms: () =>
      terms('Oracle B200 hours', year2025(known('45000')), [clause({ account: ['ocid1.tenancy.oc1..lab'], sku: ['BM.GPU.B200.8'] })], {
        category: 'Usage',
        measure: { kind: 'quantity', column: 'ConsumedQuantity', unit: 'Hours' },
      }),
    evidence: [signed('oracle-b200-1', 'OCI-GPU-77.pdf', '45,000 hours of BM.GPU.B200.8 in calendar 2025')],
  },
  {
    key: 'oracle-umbrella',
    contract: 'oracle-capacity',
    provider: 'oracle',
    recorded: '2025-02-10',
    effective: '2025-01-21',
    terms: () =>
      terms('Oracle umbrella undertaking', year2025(unknownAmount('the amount is redacted in the copy on file', '4000000')), [
        clause({ account: ['ocid1.tenancy.oc1..lab'] }),
      ]),
    evidence: [
      evidence(
        'oracle-umbrella-1',
        'Press release of 21 January 2025',
        'a minimum that the parties do not disclose, of at least USD 4 million a year',
        'REPORTED',
      ),
    ],
  },
  {
    key: 'google',
    contract: 'google-2024',
    provider: 'google',
    recorded: '2024-12-10',
    effective: '2024-12-10',
    terms: () =>
      terms('Google Cloud commitment', year2025(known('6500000')), [clause({ account: ['01B7E2-9C44D1-5520AF'] })], {
        reference: { contractCommitments: [{ contractId: 'GCP-2024-117', commitmentId: 'GCP-2024-117-C1' }], commitmentDiscountIds: [] },
      }),
    evidence: [signed('google-1', 'GCP-2024-117.pdf', 'USD 6,500,000 for the year 2025')],
  },
  {
    key: 'coreweave',
    contract: 'coreweave-msa',
    provider: 'coreweave',
    recorded: '2024-12-12',
    effective: '2025-01-01',
    terms: () =>
      terms('CoreWeave reservation', year2025(known('7000000')), [clause({ account: ['cw-lab-001'] })], {
        reference: { contractCommitments: [{ contractId: 'CW-MSA-7', commitmentId: 'CW-RES-2025-A' }], commitmentDiscountIds: [] },
      }),
    evidence: [signed('coreweave-1', 'CW-MSA-7, order A', 'USD 7,000,000 in 2025')],
  },
  {
    key: 'amazon-reported',
    contract: 'aws-edp',
    provider: 'aws',
    recorded: '2025-09-15',
    effective: '2025-09-12',
    terms: () =>
      terms(
        'Amazon agreement, as reported',
        [tranche('2026-2032', '2026-01-01', '2033-01-01', known('50000000000'))],
        [clause({ account: ['417205519043'] })],
        { priority: 3 },
      ),
    evidence: [evidence('amazon-reported-1', 'News report of 12 September 2025', 'a deal worth 50 billion dollars', 'REPORTED')],
  },
];
