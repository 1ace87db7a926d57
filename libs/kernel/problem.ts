/** A value that cannot be what it claims to be. Thrown by value constructors; the doors turn it into a coded answer. */
export class RangeProblem extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
    this.name = 'RangeProblem';
  }
}

/** A bug: a state that the code itself rules out. Never caught to go on. */
export class InvariantViolation extends Error {
  constructor(message: string) {
    super(`Invariant violated: ${message}`);
    this.name = 'InvariantViolation';
  }
}

export function invariant(condition: unknown, message: string): asserts condition {
  if (!condition) throw new InvariantViolation(message);
}
