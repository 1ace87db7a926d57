/** A refusal by rule: returned, never thrown. `code` is stable; the facts say why. */
export interface Rejection {
  readonly code: string;
  readonly [fact: string]: unknown;
}

export type Decision<Event, R extends Rejection> = { readonly accepted: readonly Event[] } | { readonly rejected: R };

export const accept = <Event>(...events: Event[]): { accepted: readonly Event[] } => ({ accepted: events });
export const reject = <R extends Rejection>(rejection: R): { rejected: R } => ({ rejected: rejection });
export const isRejected = <Event, R extends Rejection>(decision: Decision<Event, R>): decision is { readonly rejected: R } => 'rejected' in decision;
