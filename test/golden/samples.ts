import { COMMITMENT_EVENTS, commitmentCodec, type CommitmentEvent } from '#commitments';
import { contractCodec, type ContractEvent, type ContractTerms, partyCodec, type PartyEvent } from '#contracts';
import { type FeedEvent, feedCodec } from '#charges';
import type { StoredForm } from '#event-store';
import { canonicalJson, decimal, type Evidence, exactly, type JsonObject, uncertain } from '#kernel';
import { type OrganizationEvent, organizationCodec } from '#organizations';
import { AllocationBuilder } from '../../libs/charges/wire/allocation.wire.js';
import { ChargeChunkBuilder } from '../../libs/charges/wire/charge-chunk.js';
import { encodeCharge } from '../../libs/charges/wire/charge-row.js';
import { charge } from '../support/charges.js';
import { at, clause, known, period, spendTerms, unknown } from '../support/commitments.js';

/** One of each stored event with every field that it can have, as today's writers store it. */

const evidence: readonly Evidence[] = [
  {
    id: 'e1',
    document: 'Agreement.pdf',
    sha256: 'ab'.repeat(32),
    uri: 'https://documents.example/1',
    quotation: 'up to “USD 500B”',
    status: 'CONFIRMED',
  },
  { id: 'e2', document: 'Article', sha256: null, uri: null, quotation: null, status: 'REPORTED' },
];
const year2019 = uncertain(at('2019-01-01'), at('2019-12-31T23:59:59.999Z'), '2019');
const signed = exactly(at('2025-01-01'));

const terms = spendTerms('0', {
  name: 'Azure MACC',
  term: { start: signed, end: { notBefore: at('2028-01-01'), notAfter: null, wording: 'through 31 December 2027, 23:59:59 Pacific' } },
  schedule: {
    kind: 'tranches',
    tranches: [
      { id: 't1', ...period('2025-01-01', '2026-01-01'), amount: known('99999999999999999999.999999999999999999') },
      { id: 't2', ...period('2026-01-01', '2027-01-01'), amount: known('0') },
      {
        id: 't3',
        ...period('2027-01-01', '2028-01-01'),
        amount: { kind: 'unknown', reason: 'not published', atLeast: decimal('1'), atMost: decimal('2.5') },
      },
      { id: 't4', ...period('2028-01-01', '2028-01-02'), amount: unknown() },
    ],
  },
  eligibility: {
    kind: 'rules',
    inclusions: [
      clause({ provider: ['Azure', 'Microsoft'], region: ['eastus'] }, [
        { key: 'team', values: ['research'] },
        { key: 'any', values: [] },
      ]),
    ],
    exclusions: [clause({ account: ['sandbox'] })],
  },
  priority: -2,
  parent: 'c0',
  reference: { contractCommitments: [{ contractId: 'K', commitmentId: 'KC' }], commitmentDiscountIds: ['sp-1'] },
  purchaseRows: [clause({ chargeCategory: ['Purchase'] })],
  feeRows: [clause({ sku: ['FEE'] })],
  marketplace: { share: decimal('0.25'), rows: [clause({ publisher: ['Datastore Inc'] })] },
  periodDate: 'BillingPeriodStart',
});

const commitmentEvents: readonly CommitmentEvent[] = [
  { type: 'CommitmentMade', commitmentId: 'c1', contractId: 'k1', provider: 'p1', effectiveAt: year2019, terms, evidence },
  {
    type: 'CommitmentAmended',
    commitmentId: 'c1',
    effectiveAt: signed,
    changes: {
      term: null,
      interval: null,
      parent: null,
      marketplace: null,
      prepaid: true,
      category: 'Usage',
      model: 'Continuous',
      measure: { kind: 'quantity', column: 'ConsumedQuantity', unit: 'GPU-h' },
      schedule: { kind: 'unknown', reason: 'renegotiated' },
      eligibility: { kind: 'unknown', reason: 'not disclosed' },
      trancheAmounts: [{ id: 't2', amount: known('0.000000000000000001') }],
      purchaseRows: [],
    },
    reason: 'renegotiated',
    evidence,
  },
  {
    type: 'CommitmentCorrected',
    commitmentId: 'c1',
    fact: 1,
    changes: { interval: { unit: 'hour', count: 1 }, priority: 0 },
    effectiveAt: year2019,
    reason: 'typing error',
    evidence: [],
  },
  { type: 'CommitmentVoided', commitmentId: 'c1', fact: 0, reason: 'recorded twice', evidence: [] },
  { type: 'CommitmentReclassified', commitmentId: 'c1', kind: 'investment', effectiveAt: null, reason: 'turned out to be one', evidence },
  {
    type: 'CommitmentCancelled',
    commitmentId: 'c1',
    effectiveAt: { notBefore: null, notAfter: at('2026-06-30') },
    reason: 'restructuring',
    evidence: [],
  },
  { type: 'CommitmentEvidenceAdded', commitmentId: 'c1', fact: 0, evidence },
  { type: 'CommitmentEvidenceStatusChanged', commitmentId: 'c1', evidenceId: 'e1', status: 'WITHDRAWN', reason: 'superseded' },
];

const contractTerms: ContractTerms = {
  name: '2025 restructuring',
  reference: 'K-2025',
  parties: [
    { partyId: 'p1', role: 'provider' },
    { partyId: 'p2', role: 'buyer' },
  ],
  term: period('2025-01-01', '2028-01-01'),
  zone: 'America/Los_Angeles',
  renewal: { kind: 'option', months: 12, noticeDays: 90 },
  earlyTermination: { kind: 'share', share: '0.5' },
};
const contractEvents: readonly ContractEvent[] = [
  { type: 'ContractSigned', contractId: 'k1', terms: contractTerms, effectiveAt: signed, evidence },
  {
    type: 'ContractAmended',
    contractId: 'k1',
    changes: { reference: null, term: null, renewal: { kind: 'none', months: null, noticeDays: null } },
    reason: 'renegotiated',
    effectiveAt: year2019,
    evidence: [],
  },
  { type: 'ContractRenewed', contractId: 'k1', until: exactly(at('2029-01-01')), reason: 'option drawn', effectiveAt: signed, evidence: [] },
  { type: 'ContractTerminated', contractId: 'k1', reason: 'by notice', effectiveAt: signed, evidence: [] },
  { type: 'ContractEvidenceAdded', contractId: 'k1', fact: 3, evidence, effectiveAt: year2019 },
  { type: 'ContractEvidenceStatusChanged', contractId: 'k1', evidenceId: 'e1', status: 'DISPUTED', reason: 'contradicted', effectiveAt: signed },
];
const partyEvents: readonly PartyEvent[] = [
  { type: 'PartyRegistered', partyId: 'p1', name: 'Microsoft', names: ['Azure', 'Microsoft Azure'], roles: ['provider', 'lessor'] },
  { type: 'PartyChanged', partyId: 'p1', name: 'Microsoft', names: [], roles: ['provider'], reason: 'a spelling less' },
];
const organizationEvents: readonly OrganizationEvent[] = [
  { type: 'OrganizationCreated', organizationId: 'o1', name: 'Lab', reportingCurrency: 'USD' },
  { type: 'ApiKeyCreated', keyId: 'y1', actor: 'a1', roles: ['reader', 'recorder'], secretHash: 'cd'.repeat(32), expiresAt: null },
  {
    type: 'ApiKeyRotated',
    keyId: 'y2',
    actor: 'a1',
    roles: ['admin'],
    secretHash: 'ef'.repeat(32),
    expiresAt: at('2027-01-01'),
    replaces: 'y1',
    oldExpiresAt: at('2026-01-02'),
  },
  { type: 'ApiKeyRevoked', keyId: 'y2', at: at('2026-02-01T12:00:00.123Z') },
];
const feedEvents: readonly FeedEvent[] = [
  { type: 'FeedOpened', feedId: 'f1', name: 'aws', appendOnly: true },
  {
    type: 'DeliveryRecorded',
    feedId: 'f1',
    deliveryId: 'd1',
    file: { sha256: '12'.repeat(32), fileSha256: '9a'.repeat(32), bytes: 5_000_000_000, format: 'csv', focusVersion: '1.2' },
    chunks: 3,
    rows: 4,
    additions: 2,
    reversals: 1,
    quarantined: 1,
    slices: [
      { billingAccount: 'b1', billingPeriodStart: at('2025-02-01'), rows: 4, quarantined: 1 },
      { billingAccount: '', billingPeriodStart: at('2025-03-01'), rows: 0, quarantined: 0 },
    ],
    warnings: [{ code: 'FOCUS-301', count: 4 }],
  },
  {
    type: 'RowsMended',
    feedId: 'f1',
    deliveryId: 'd1',
    chunk: 3,
    fieldsSha256: '34'.repeat(32),
    rows: [{ row: 4, badDigest: 'x', billingAccount: 'b1', billingPeriodStart: at('2025-02-01') }],
  },
];

function chargesRecorded(): JsonObject {
  const builder = new ChargeChunkBuilder('d1', 1);
  const rich = charge('2025-02-01', '1.5', {
    row: 2,
    billingPeriodEnd: at('2025-03-01'),
    correction: true,
    skuPrice: 'price1',
    commitmentDiscountId: 'sp-1',
    commitmentDiscountStatus: 'Used',
    commitmentDiscountQuantity: decimal('2'),
    commitmentDiscountUnit: 'h',
    effectiveCost: decimal('-0.000000000000000001'),
    contractedCost: decimal('1'),
    listCost: decimal('2'),
    consumedQuantity: decimal('3'),
    consumedUnit: 'GPU-h',
    pricingQuantity: decimal('4'),
    pricingUnit: 'h',
    tags: [['team', 'research']],
    contractApplied: [{ contractId: 'K', commitmentId: 'KC', cost: decimal('1.5'), quantity: null, unit: null }],
  });
  builder.add({ row: 1, values: encodeCharge(charge('2025-02-01', '7', { row: 1 })), spelling: ['=7e0', '', '', '', '', '', '', ''] });
  builder.add({ row: 2, values: encodeCharge(rich), spelling: ['4', '2', '', '', '', '', '', ''] });
  return JSON.parse((builder.flush() as { text: string }).text) as JsonObject;
}

function chargesAllocated(): JsonObject {
  const builder = new AllocationBuilder();
  const posting = {
    at: at('2025-02-01'),
    certain: decimal('1.5'),
    low: decimal('-1'),
    high: decimal('0.5'),
    open: 1 as const,
    marketplace: decimal('1.5'),
  };
  const exact = {
    at: at('2025-02-01T01:00:00Z'),
    certain: decimal('2'),
    low: decimal('0'),
    high: decimal('0'),
    open: 0 as const,
    marketplace: decimal('0'),
  };
  builder.decide(0, [
    { commitment: 'c1', reason: 'NO_RATE', postings: [posting] },
    { commitment: 'c2', reason: 'FULL', postings: [] },
  ]);
  builder.decide(2, [{ commitment: null, reason: 'STATED_CONTRACT_UNKNOWN', postings: [exact], stated: { contractId: 'K', commitmentId: 'X' } }]);
  builder.undo({ commitment: 'c2', posting });
  builder.cover({ provider: 'AWS', currency: 'USD', column: 'BilledCost', hour: at('2025-02-01'), usage: decimal('5'), covered: decimal('1.5') });
  builder.cover({ provider: null, currency: 'USD', column: 'ListCost', hour: at('2025-02-01'), usage: decimal('-5'), covered: decimal('0') });
  return { ...builder.build({ deliveryId: 'd1', chunk: 1, final: true }, 3), run: 'r1', trigger: 't1' };
}

const problem = { column: 'BilledCost', code: 'FOCUS-211', expected: 'a decimal number such as 1234.56 or 1.5E-7' };
const plain: readonly { type: string; data: JsonObject }[] = [
  { type: 'ChargesRecorded', data: chargesRecorded() },
  { type: 'ChargesReversed', data: { deliveryId: 'd2', chunk: 0, of: [{ deliveryId: 'd1', chunk: 1, indexes: [0, 1] }] } },
  {
    type: 'RowsQuarantined',
    data: {
      deliveryId: 'd1',
      chunk: 2,
      fieldsSha256: '56'.repeat(32),
      rows: [
        { row: 3, line: 5, badDigest: 'x', billingAccount: 'b1', billingPeriodStart: '2025-02-01T00:00:00Z', problems: [problem] },
        { row: 4, line: 6, badDigest: 'y', problems: [{ ...problem, column: '' }] },
      ],
    },
  },
  { type: 'ChargesAllocated', data: chargesAllocated() },
  {
    type: 'CommandBound',
    data: { commandType: 'AmendCommitment', digest: '78'.repeat(32), target: 'tenor.o1.commitment-c1', targetRevision: -1, eventCount: 0 },
  },
];

const asStored = (form: StoredForm) => ({
  type: form.type,
  schemaVersion: form.schemaVersion,
  data: JSON.parse(canonicalJson(form.data)) as JsonObject,
});

/** Fields that a version gained since it was first shipped: an event with and one without them must both be read for ever. */
const widened: readonly CommitmentEvent[] = [
  { type: 'CommitmentEvidenceAdded', commitmentId: 'c1', fact: 0, evidence, effectiveAt: year2019 },
  { type: 'CommitmentEvidenceStatusChanged', commitmentId: 'c1', evidenceId: 'e1', status: 'DISPUTED', reason: 'contradicted', effectiveAt: signed },
];

export interface Sample {
  readonly type: string;
  readonly schemaVersion: number;
  readonly data: JsonObject;
}

export const SAMPLES: readonly Sample[] = [
  ...commitmentEvents.map((event) => asStored(commitmentCodec.toStored(event))),
  ...contractEvents.map((event) => asStored(contractCodec.toStored(event))),
  ...partyEvents.map((event) => asStored(partyCodec.toStored(event))),
  ...organizationEvents.map((event) => asStored(organizationCodec.toStored(event))),
  ...feedEvents.map((event) => asStored(feedCodec.toStored(event))),
  ...plain.map(({ type, data }) => ({ type, schemaVersion: 1, data: JSON.parse(canonicalJson(data)) as JsonObject })),
];

export const WIDENED = widened.map((event) => ({ event, ...asStored(commitmentCodec.toStored(event)) }));

/** What the samples were made of: the codecs must give these back. */
export const DOMAIN_EVENTS = [...commitmentEvents, ...contractEvents, ...partyEvents, ...organizationEvents, ...feedEvents];
export const COMMITMENT_TYPES = COMMITMENT_EVENTS.map(({ type }) => type);
