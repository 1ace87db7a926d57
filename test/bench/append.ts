import { join } from 'node:path';
import { commitmentCodec, commitmentDecider, type CommitmentCommand } from '#commitments';
import { type CommandResult, createDecisions, type Decisions, type EventStore, openEventStore } from '#event-store';
import { exactly, type Instant, parseDecimal } from '#kernel';
import { spendTerms } from '../support/commitments.js';
import { type Family, type Figure, interleaved, ratio } from './figure.js';
import { AppendFile } from './peers/append-file.js';
import { withDirectory } from './workspace.js';

const COMMITMENTS = 1000;
const IN_FLIGHT = 50;
const COMMANDS = 10_000;
const ROUNDS = 7;
const ORGANIZATION = 'o1';
const LEDGER = 'tenor';

export const append: Family = {
  figures: ['append.in-process'],
  run: () => withDirectory(measure),
};

async function measure(directory: string): Promise<readonly Figure[]> {
  const store = openEventStore(`sqlite:${join(directory, 'ledger.db')}`, { ledger: LEDGER, clock: Date });
  const decisions = createDecisions({ store, ledger: LEDGER });
  for (let n = 0; n < COMMITMENTS; n++)
    await execute(decisions, n, `make ${n}`, {
      type: 'MakeCommitment',
      commitmentId: idOf(n),
      contractId: 'k1',
      provider: 'p1',
      effectiveAt: JANUARY,
      terms: spendTerms('1000'),
      evidence: [],
    });
  let next = 0;
  const command = async (): Promise<void> => {
    const n = next++;
    await execute(decisions, n % COMMITMENTS, `amend ${n}`, amendment(n));
  };
  await inFlight(COMMANDS / 4, command);
  const line = await lineOf(store);
  const file = new AppendFile(join(directory, 'file.log'));
  const [ours, theirs] = await interleaved(
    ROUNDS,
    () => inFlight(COMMANDS, command),
    () => inFlight(COMMANDS, () => file.append(line)),
  );
  file.close();
  await store.close();
  return [
    ratio(
      'append.in-process',
      '>= 0.40',
      { what: `amend-commitment commands with their keys over ${COMMITMENTS} commitments, ${IN_FLIGHT} in flight`, unit: 'commands/s', rounds: ours },
      {
        what: `a file: the same ${line.length} bytes a command, ${IN_FLIGHT} in flight, one write and one fdatasync a turn`,
        unit: 'commands/s',
        rounds: theirs,
      },
    ),
  ];
}

const JANUARY = exactly(Date.UTC(2025, 0, 1) as Instant);
const idOf = (n: number): string => `c${n}`;
const targetOf = (n: number): string => `${LEDGER}.${ORGANIZATION}.commitment-${idOf(n)}`;

/** The newest amendment of a commitment each time: another amount for its one tranche. */
const amendment = (n: number): CommitmentCommand => ({
  type: 'AmendCommitment',
  effectiveAt: JANUARY,
  changes: { trancheAmounts: [{ id: 't1', amount: { kind: 'known', value: parseDecimal(`${1000 + n}.25`) } }] },
  reason: 'renegotiated',
  evidence: [],
});

async function execute(decisions: Decisions, commitment: number, key: string, command: CommitmentCommand): Promise<void> {
  const result: CommandResult<unknown, { code: string }> = await decisions.execute({
    context: { organization: ORGANIZATION, actor: 'bench', key },
    commandType: command.type,
    target: targetOf(commitment),
    input: { key },
    decider: commitmentDecider,
    codec: commitmentCodec,
    command,
    ruleVersion: 'commitment-1',
  });
  if (result.status === 'rejected') throw new Error(JSON.stringify(result.rejection));
}

/** The two records of one command as JSON lines, as a reader gets them. */
async function lineOf(store: EventStore): Promise<string> {
  const { events } = await store.readAll({ after: ((await store.head()) ?? 0) - 2, limit: 2 });
  return events.map((event) => JSON.stringify(event)).join('\n');
}

/** Runs `work` `count` times, so many at once; answers how many a second. */
async function inFlight(count: number, work: () => Promise<void>): Promise<number> {
  let left = count;
  const from = performance.now();
  const lane = async (): Promise<void> => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return (count / (performance.now() - from)) * 1000;
}
