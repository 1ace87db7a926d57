import { IntakeProblem } from '#charges';
import { COMMAND_REJECTIONS, type CommandRejection, StoreFault } from '#event-store';
import { RangeProblem } from '#kernel';
import { CodedError, ConfigError } from '#platform';
import { ProjectionFault, ReadModelFault } from '#read-store';
import { EXIT, type ExitCode } from './exit-codes.js';

/** A command that ends before it did what it was asked for, and the exit code that says so. */
export class CliError extends CodedError {
  constructor(
    readonly exit: ExitCode,
    ...[code, problem, consequence, nextStep]: [code: string, problem: string, consequence: string, nextStep: string]
  ) {
    super(code, problem, consequence, nextStep);
    this.name = 'CliError';
  }
}

const NOTHING = 'Nothing was done.';

/** A typed refusal of the ledger in the form of every other error. */
export const refused = (rejection: { readonly code: string }, catalogue: Readonly<Record<string, string>>): CliError => {
  const { code, ...facts } = rejection;
  const found = Object.entries(facts).map(([name, value]) => `${name} ${String(value)}`);
  // The catalogue's texts say what follows.
  const meaning = catalogue[code] ?? COMMAND_REJECTIONS[code as CommandRejection['code']];
  return new CliError(EXIT.rejected, code, found.length > 0 ? `Refused (${found.join(', ')}).` : 'Refused.', '', meaning);
};

export const usage = (problem: string, nextStep: string): CliError => new CliError(EXIT.usage, 'CLI-101', problem, NOTHING, nextStep);

export interface Explained {
  readonly code: string;
  readonly message: string;
  readonly exit: ExitCode;
}

const DISK = new Set(['ENOSPC', 'EDQUOT', 'EACCES', 'EROFS', 'EIO', 'ENOENT', 'EISDIR']);

/** What to tell about an error, and how to exit with it. */
export function explained(error: unknown): Explained {
  if (error instanceof CliError) return { code: error.code, message: error.message, exit: error.exit };
  if (error instanceof ConfigError) return { code: error.code, message: error.message, exit: EXIT.usage };
  if (error instanceof IntakeProblem)
    return { code: error.code, message: error.message, exit: error.code === 'FOCUS-112' ? EXIT.interrupted : EXIT.file };
  if (error instanceof StoreFault) return { code: error.code, message: error.message, exit: EXIT.fault };
  if (error instanceof ProjectionFault) return { code: 'READ-101', message: error.message, exit: EXIT.fault };
  if (error instanceof ReadModelFault) return { code: error.code, message: error.message, exit: EXIT.fault };
  if (error instanceof RangeProblem) return { code: error.code, message: `${error.message}. ${NOTHING} [${error.code}]`, exit: EXIT.usage };
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (error instanceof Error && (DISK.has(code) || code.startsWith('ERR_SQLITE')))
    return {
      code: 'CLI-601',
      message: `The disk or a file refused: ${error.message}. What was recorded before stands. Mend the cause, then repeat the command. [CLI-601]`,
      exit: EXIT.fault,
    };
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    code: 'CLI-100',
    message: `${text}\nThis is a bug; what was recorded before stands. Report it with the command. [CLI-100]`,
    exit: EXIT.bug,
  };
}
