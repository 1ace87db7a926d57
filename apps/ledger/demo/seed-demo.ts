import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type DemoFile, demoYear, FocusImport, writeLines } from '#charges';
import { Commitments } from '#commitments';
import { Contracts, Parties } from '#contracts';
import { type CommandContext, deriveId } from '#event-store';
import { exactly, parseInstant } from '#kernel';
import { CreateApiKey, CreateApiKeyHandler, CreateOrganization, CreateOrganizationHandler, Organizations } from '#organizations';
import type { Core } from '../core.js';
import { COMMITMENTS, CONTRACTS, type DemoCommitment, type DemoContract, type DemoParty, PARTIES } from './demo-book.js';
import type { DemoClock } from './demo-clock.js';
import { known } from './demo-terms.js';

const SEED = 7;
const YEAR = 2025;

export interface Demo {
  readonly organization: string;
  readonly apiKey: string;
  readonly files: number;
  readonly rows: number;
  /** The delivery that came last: in force, so that the same again changes nothing. */
  readonly last: Pick<DemoFile, 'fileName' | 'feed'>;
}

interface Step {
  readonly at: string;
  run(): Promise<unknown>;
}

/**
 * Records a year of a laboratory through the same commands and the same import as anybody's: each fact on the day on which the
 * ledger would have learned of it, so that every past answer is there to be asked for. The same facts on every machine.
 */
export async function seedDemo(core: Core, clock: DemoClock): Promise<Demo> {
  clock.set(parseInstant('2024-12-01T08:00:00Z'));
  const { organization, apiKey } = await organizationAndKey(core, clock);
  const recorder = new Recorder(core, organization);
  let rows = 0;
  const files = demoYear({ seed: SEED, year: YEAR });
  const importer = new DemoImporter(core, organization);
  const steps: Step[] = [
    ...PARTIES.map((party) => ({ at: '2024-12-01T09:00:00Z', run: () => recorder.party(party) })),
    ...CONTRACTS.map((contract) => ({ at: '2024-12-02T09:00:00Z', run: () => recorder.contract(contract) })),
    ...COMMITMENTS.map((commitment) => ({ at: `${commitment.recorded}T10:00:00Z`, run: () => recorder.commitment(commitment) })),
    { at: '2025-07-01T10:00:00Z', run: () => recorder.amendAzure() },
    { at: '2025-10-06T10:00:00Z', run: () => recorder.disputeAmazon() },
    ...files.map((file) => ({ at: file.exportedAt, run: async () => (rows += await importer.run(file)) })),
  ];
  for (const { at, run } of steps.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))) {
    clock.set(parseInstant(at));
    await run();
    await core.settle();
  }
  clock.release();
  return { organization, apiKey, files: files.length, rows, last: files.at(-1) as DemoFile };
}

async function organizationAndKey(core: Core, clock: DemoClock): Promise<{ organization: string; apiKey: string }> {
  const organizations = new Organizations(core.decisions, core.ledger);
  const create = new CreateOrganization({ actor: 'demo', key: 'demo-organization' }, 'Frontier Laboratory', 'USD');
  await new CreateOrganizationHandler(organizations).execute(create);
  const organization = create.organizationId;
  const key = new CreateApiKey({ organization, actor: 'demo', key: 'demo-key' }, 'demo-visitor', ['admin'], null);
  const outcome = await new CreateApiKeyHandler(organizations, clock).execute(key);
  if (outcome.status === 'rejected' || outcome.secret === null) throw new Error('the demo starts from an empty ledger');
  return { organization, apiKey: outcome.secret };
}

/** The demo's book, command by command. */
class Recorder {
  private readonly parties: Parties;
  private readonly contracts: Contracts;
  private readonly commitments: Commitments;

  constructor(
    core: Core,
    private readonly organization: string,
  ) {
    this.parties = new Parties(core.decisions, core.ledger);
    this.contracts = new Contracts(core.decisions, core.ledger);
    this.commitments = new Commitments(core.decisions, core.ledger);
  }

  async party({ key, name, names, roles }: DemoParty): Promise<void> {
    const partyId = this.idOf(`party ${key}`);
    accepted(await this.parties.execute(this.context(`party ${key}`), partyId, { type: 'RegisterParty', partyId, name, names, roles }, { key }));
  }

  async contract({ key, provider, name, reference, start, end, zone }: DemoContract): Promise<void> {
    const contractId = this.idOf(`contract ${key}`);
    const terms = {
      name,
      reference,
      zone,
      parties: [
        { partyId: this.idOf('party lab'), role: 'buyer' as const },
        { partyId: this.idOf(`party ${provider}`), role: 'provider' as const },
      ],
      term: { start: exactly(parseInstant(start)), end: exactly(parseInstant(end)) },
      renewal: { kind: 'none' as const, months: null, noticeDays: null },
      earlyTermination: { kind: 'none' as const },
    };
    const command = { type: 'SignContract', contractId, terms, effectiveAt: exactly(parseInstant('2024-12-01')), evidence: [] } as const;
    accepted(await this.contracts.execute(this.context(`contract ${key}`), contractId, command, { key }));
  }

  async commitment({ key, contract, provider, effective, terms, evidence = [] }: DemoCommitment): Promise<void> {
    const commitmentId = this.idOf(`commitment ${key}`);
    const command = {
      type: 'MakeCommitment',
      commitmentId,
      contractId: this.idOf(`contract ${contract}`),
      provider: this.idOf(`party ${provider}`),
      effectiveAt: exactly(parseInstant(effective)),
      terms: terms((other) => this.idOf(`commitment ${other}`)),
      evidence,
    } as const;
    accepted(await this.commitments.execute(this.context(`commitment ${key}`), commitmentId, command, { key }));
  }

  /** Both sides raised the second year. */
  async amendAzure(): Promise<void> {
    const changes = { trancheAmounts: [{ id: '2026', amount: known('16500000') }] };
    const command = {
      type: 'AmendCommitment',
      effectiveAt: exactly(parseInstant('2025-07-01')),
      changes,
      reason: 'Amendment 1: the second year was raised',
      evidence: [],
    } as const;
    accepted(await this.commitments.execute(this.context('amend azure'), this.idOf('commitment azure'), command, { amendment: 1 }));
  }

  /** The report turned out to be contradicted. */
  async disputeAmazon(): Promise<void> {
    const reason = 'A later report calls the 50 billion an investment';
    const command = { type: 'ChangeCommitmentEvidence', evidenceId: 'amazon-reported-1', status: 'DISPUTED', reason } as const;
    accepted(await this.commitments.execute(this.context('dispute amazon'), this.idOf('commitment amazon-reported'), command, { reason }));
  }

  private idOf(key: string): string {
    return deriveId(this.organization, key, 'demo');
  }

  private context(key: string): CommandContext {
    return { organization: this.organization, actor: 'demo-treasurer', key };
  }
}

function accepted(outcome: { readonly status: string; readonly rejection?: { readonly code: string } }): void {
  if (outcome.status !== 'accepted') throw new Error(`the demo's book was refused: ${outcome.rejection?.code ?? outcome.status}`);
}

/** Writes each file where a visitor finds it, and brings it in. In this thread: starting one a file would take longer than the file. */
class DemoImporter {
  private readonly imports: FocusImport;
  private readonly folder: string;

  constructor(
    { store, decisions, database, ledger, files, config, settle }: Core,
    private readonly organization: string,
  ) {
    const workDir = join(config.TENOR_DATA, 'work');
    this.folder = join(config.TENOR_DATA, 'exports');
    mkdirSync(this.folder, { recursive: true });
    this.imports = new FocusImport({ store, decisions, database, ledger, files, caughtUp: settle, workDir, inProcess: true });
  }

  /** Answers how many rows the file has. */
  async run({ fileName, feed, lines }: DemoFile): Promise<number> {
    const path = join(this.folder, fileName);
    await writeLines(path, lines());
    const result = await this.imports.run({ path, name: fileName, feed, caller: { organization: this.organization, actor: 'demo-billing' } });
    if ('rejection' in result) throw new Error(`the demo's file was refused: ${result.rejection.code}`);
    return result.summary.scan.rows;
  }
}
