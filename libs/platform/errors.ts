/** What went wrong, what it means, what to do, and a code to look up: the form of every error that a person reads. */
export class CodedError extends Error {
  constructor(
    readonly code: string,
    readonly problem: string,
    readonly consequence: string,
    readonly nextStep: string,
    options?: ErrorOptions,
  ) {
    super(`${[problem, consequence, nextStep].filter((part) => part !== '').join(' ')} [${code}]`, options);
    this.name = 'CodedError';
  }
}

/** Why the door refuses a call. Its text is ours and safe to show; any other thrown text never leaves the process. */
export class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
    readonly facts: Readonly<Record<string, string | number | boolean>> = {},
    readonly status = 400,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

/** Of what we depend on: thrown, worth repeating. Recognised by its name, for the stores' errors stand below the doors. */
export const isFault = (error: unknown): boolean => error instanceof Error && (error.name.endsWith('Fault') || 'fault' in error);
