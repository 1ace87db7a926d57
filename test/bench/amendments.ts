import { type CommitmentCommand, Commitments } from '#commitments';
import type { Decisions } from '#event-store';
import { exactly, type Instant, parseDecimal } from '#kernel';
import { makeCommitment, spendTerms } from '../support/commitments.js';

export const LEDGER = 'tenor';
export const COMMITMENTS = 1000;
export const IN_FLIGHT = 50;

const JANUARY = exactly(Date.UTC(2025, 0, 1) as Instant);
const idOf = (n: number): string => `c${n % COMMITMENTS}`;

export async function makeAll(decisions: Decisions, organization: string): Promise<void> {
  let next = 0;
  await inFlight(COMMITMENTS, () => {
    const n = next++;
    return execute(decisions, organization, idOf(n), `make ${n}`, { ...makeCommitment(idOf(n), spendTerms('1000')), type: 'MakeCommitment' });
  });
}

/** Amendments as their callers send them: another amount for the one tranche of one commitment after the other. */
export interface Amendment {
  readonly id: string;
  readonly key: string;
  readonly command: CommitmentCommand;
}

/** The n-th amendment and those after it: made beforehand, so that what callers do is not measured. */
export const amendments = (from: number, count: number): readonly Amendment[] =>
  Array.from({ length: count }, (_, index) => {
    const n = from + index;
    const amount = { kind: 'known' as const, value: parseDecimal(`${1000 + n}.25`) };
    const command = {
      type: 'AmendCommitment' as const,
      effectiveAt: JANUARY,
      changes: { trancheAmounts: [{ id: 't1', amount }] },
      reason: 'renegotiated',
      evidence: [],
    };
    return { id: idOf(n), key: `amend ${n}`, command };
  });

export const amend = (decisions: Decisions, organization: string, { id, key, command }: Amendment): Promise<void> =>
  execute(decisions, organization, id, key, command);

/** So many events of commands, bindings of their keys not counted. */
export async function commands(decisions: Decisions, organization: string, events: number): Promise<void> {
  await makeAll(decisions, organization);
  const all = amendments(0, events - COMMITMENTS).values();
  await inFlight(events - COMMITMENTS, () => amend(decisions, organization, all.next().value as Amendment));
}

const services = new WeakMap<Decisions, Commitments>();

async function execute(decisions: Decisions, organization: string, id: string, key: string, command: CommitmentCommand): Promise<void> {
  let commitments = services.get(decisions);
  if (!commitments) services.set(decisions, (commitments = new Commitments(decisions, LEDGER)));
  const result = await commitments.execute({ organization, actor: 'bench', key }, id, command, { key });
  if (result.status === 'rejected') throw new Error(JSON.stringify(result.rejection));
}

/** Runs `work` `count` times, so many at once; answers how many a second. */
export async function inFlight(count: number, work: () => Promise<void>): Promise<number> {
  let left = count;
  const from = performance.now();
  const lane = async (): Promise<void> => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
  return (count / (performance.now() - from)) * 1000;
}
