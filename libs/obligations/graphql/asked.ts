import type { Moment } from '#charges';
import type { Answers } from '#charges/graphql';
import type { CallContext } from '#platform/graphql';
import type { CommitmentsReader } from '../read/commitments.reader.js';

/** What every node of one answer shares. */
export interface Asked {
  readonly reader: CommitmentsReader;
  readonly answers: Answers;
  readonly context: CallContext;
  readonly moment: Moment;
  readonly forecastWindowMs: number | null;
}
