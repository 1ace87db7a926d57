import type { FocusVersion } from '../intake/columns.js';

export interface DemoService {
  readonly service: string;
  readonly category: string;
  readonly sku: string;
  readonly unit: string;
  /** Hundredths of a cent for one unit. */
  readonly price: number;
  /** Units a day at the beginning of the year, for one account. */
  readonly daily: number;
  /** Growth over the year in percent. */
  readonly growth: number;
  readonly publisher?: string;
}

export interface DemoFeed {
  readonly feed: string;
  /** The party that signs, as contracts name it, and the provider as its files name it. */
  readonly party: string;
  readonly provider: string;
  readonly publisher: string;
  readonly invoiceIssuer: string;
  readonly focusVersion: FocusVersion;
  readonly gzip: boolean;
  readonly currency: string;
  readonly billingAccount: string;
  readonly subAccounts: readonly string[];
  readonly regions: readonly (readonly [string, string])[];
  readonly services: readonly DemoService[];
  /** Files of a month: on these days its export so far, then the whole month on the 3rd of the next. */
  readonly interimDays: readonly number[];
  /** FOCUS 1.3 and 1.4 only: what the provider says it draws from. */
  readonly applied?: { readonly contractId: string; readonly commitmentId: string; readonly services: readonly string[] };
  /** A commitment discount whose unused part the provider bills. */
  readonly discount?: { readonly id: string; readonly name: string; readonly hourly: number; readonly service: string };
}

const gpu = (service: string, sku: string, price: number, daily: number, growth: number): DemoService => ({
  service,
  category: 'Compute',
  sku,
  unit: 'Hours',
  price,
  daily,
  growth,
});
const model = (service: string, sku: string, price: number, daily: number, growth: number): DemoService => ({
  service,
  category: 'AI and Machine Learning',
  sku,
  unit: 'Million Tokens',
  price,
  daily,
  growth,
});
const storage = (service: string, sku: string, price: number, daily: number): DemoService => ({
  service,
  category: 'Storage',
  sku,
  unit: 'GB-Days',
  price,
  daily,
  growth: 60,
});

/** A laboratory that trains and serves models, and the five providers it buys compute from. */
export const DEMO_FEEDS: readonly DemoFeed[] = [
  {
    feed: 'azure-focus-export',
    party: 'Microsoft',
    provider: 'Microsoft',
    publisher: 'Microsoft',
    invoiceIssuer: 'Microsoft',
    focusVersion: '1.0',
    gzip: true,
    currency: 'USD',
    billingAccount: 'ea-8611537',
    subAccounts: ['sub-pretraining', 'sub-inference', 'sub-platform'],
    regions: [
      ['eastus', 'East US'],
      ['swedencentral', 'Sweden Central'],
    ],
    services: [
      gpu('Virtual Machines', 'Standard_ND96isr_H100_v5', 983_200, 96, 80),
      model('Azure OpenAI Service', 'gpt-provisioned-throughput', 52_000, 210, 120),
      storage('Storage Accounts', 'hot-lrs', 7, 640_000),
      {
        service: 'Azure Databricks',
        category: 'Analytics',
        sku: 'premium-dbu',
        unit: 'DBU',
        price: 5_500,
        daily: 900,
        growth: 20,
        publisher: 'Databricks',
      },
    ],
    interimDays: [],
  },
  {
    feed: 'aws-data-exports',
    party: 'Amazon Web Services',
    provider: 'AWS',
    publisher: 'Amazon Web Services, Inc.',
    invoiceIssuer: 'Amazon Web Services, Inc.',
    focusVersion: '1.1',
    gzip: true,
    currency: 'USD',
    billingAccount: '417205519043',
    subAccounts: ['research-01', 'research-02', 'production-01', 'production-02'],
    regions: [
      ['us-east-1', 'US East (N. Virginia)'],
      ['us-west-2', 'US West (Oregon)'],
    ],
    services: [
      gpu('Amazon Elastic Compute Cloud', 'p5.48xlarge', 550_400, 48, 70),
      gpu('Amazon Elastic Compute Cloud', 'trn2.48xlarge', 357_600, 40, 150),
      model('Amazon Bedrock', 'claude-on-demand', 90_000, 60, 200),
      storage('Amazon Simple Storage Service', 'TimedStorage-ByteHrs', 8, 310_000),
      {
        service: 'AWS Marketplace',
        category: 'AI and Machine Learning',
        sku: 'weights-and-biases-annual',
        unit: 'Seats',
        price: 16_400,
        daily: 40,
        growth: 0,
        publisher: 'Weights & Biases',
      },
    ],
    interimDays: [10, 20],
    discount: {
      id: 'arn:aws:savingsplans::417205519043:savingsplan/sp-7f1c',
      name: 'Compute Savings Plan, 1 year',
      hourly: 1_200_000,
      service: 'Amazon Elastic Compute Cloud',
    },
  },
  {
    feed: 'oci-cost-reports',
    party: 'Oracle',
    provider: 'Oracle',
    publisher: 'Oracle',
    invoiceIssuer: 'Oracle America, Inc.',
    focusVersion: '1.2',
    gzip: false,
    currency: 'USD',
    billingAccount: 'ocid1.tenancy.oc1..lab',
    subAccounts: ['compartment-pretraining', 'compartment-evaluation'],
    regions: [['us-chicago-1', 'US Midwest (Chicago)']],
    services: [
      gpu('Compute', 'BM.GPU.B200.8', 1_120_000, 72, 40),
      gpu('Compute', 'BM.GPU.H100.8', 800_000, 48, -30),
      storage('Object Storage', 'standard', 9, 120_000),
    ],
    interimDays: [],
  },
  {
    feed: 'gcp-billing-export',
    party: 'Google Cloud',
    provider: 'Google Cloud',
    publisher: 'Google Cloud',
    invoiceIssuer: 'Google Cloud',
    focusVersion: '1.3',
    gzip: true,
    currency: 'USD',
    billingAccount: '01B7E2-9C44D1-5520AF',
    subAccounts: ['proj-multimodal', 'proj-serving', 'proj-data'],
    regions: [
      ['us-central1', 'Iowa'],
      ['europe-west4', 'Netherlands'],
    ],
    services: [
      gpu('Compute Engine', 'a4-highgpu-8g', 1_010_000, 30, 60),
      gpu('Cloud TPU', 'v5p-pod-hour', 42_000, 640, 90),
      model('Vertex AI', 'gemini-batch-prediction', 12_500, 300, 110),
      storage('BigQuery', 'active-logical-storage', 6, 220_000),
    ],
    interimDays: [15],
    applied: { contractId: 'GCP-2024-117', commitmentId: 'GCP-2024-117-C1', services: ['Compute Engine', 'Cloud TPU', 'Vertex AI'] },
  },
  {
    feed: 'coreweave-focus',
    party: 'CoreWeave',
    provider: 'CoreWeave',
    publisher: 'CoreWeave',
    invoiceIssuer: 'CoreWeave',
    focusVersion: '1.4',
    gzip: false,
    currency: 'USD',
    billingAccount: 'cw-lab-001',
    subAccounts: ['cluster-hopper', 'cluster-blackwell'],
    regions: [
      ['US-EAST-04', 'Weehawken'],
      ['EU-NORTH-01', 'Oslo'],
    ],
    services: [
      gpu('GPU Compute', 'gb200-4x', 420_000, 180, 100),
      gpu('GPU Compute', 'h200-8x', 504_000, 96, 0),
      storage('Object Storage', 'ai-object-storage', 11, 90_000),
    ],
    interimDays: [],
    applied: { contractId: 'CW-MSA-7', commitmentId: 'CW-RES-2025-A', services: ['GPU Compute'] },
  },
];
