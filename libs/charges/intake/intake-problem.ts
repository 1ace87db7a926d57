/** What can be wrong with a file as a whole. A row that is wrong is quarantined instead (row-problem.ts). */
export const FILE_PROBLEMS = {
  'FOCUS-101': 'The file is empty.',
  'FOCUS-102': 'This is not a FOCUS Cost and Usage file.',
  'FOCUS-103': 'Columns are missing without which no row can be read.',
  'FOCUS-104': 'Two columns have the same meaning.',
  'FOCUS-105': 'The gzip file ends too early.',
  'FOCUS-106': 'The gzip file is damaged.',
  'FOCUS-107': 'The Parquet file cannot be read.',
  'FOCUS-108': 'A record does not end.',
  'FOCUS-109': 'The file cannot be read.',
  'FOCUS-110': 'There is no room left in the working directory.',
  'FOCUS-111': 'The working directory cannot be written.',
  'FOCUS-112': 'The import was cancelled.',
  'FOCUS-113': 'The reader stopped unexpectedly.',
  'FOCUS-114': 'The original file cannot be kept.',
} as const;

export type IntakeProblemCode = keyof typeof FILE_PROBLEMS;

export interface IntakeProblemData {
  readonly code: IntakeProblemCode;
  readonly cause: string;
  readonly consequence: string;
  readonly nextStep: string;
}

const NOTHING = 'Nothing of this file was recorded.';

/** A file that cannot be taken in. Thrown before anything was handed over, so that nothing is half-written. */
export class IntakeProblem extends Error {
  override readonly name = 'IntakeProblem';
  readonly consequence: string;

  constructor(
    readonly code: IntakeProblemCode,
    /** What was found, in one sentence. */
    override readonly cause: string,
    readonly nextStep: string,
    consequence = NOTHING,
  ) {
    super(`${FILE_PROBLEMS[code]} ${cause} ${consequence} ${nextStep} [${code}]`);
    this.consequence = consequence;
  }

  toData(): IntakeProblemData {
    return { code: this.code, cause: this.cause, consequence: this.consequence, nextStep: this.nextStep };
  }

  static from({ code, cause, nextStep, consequence }: IntakeProblemData): IntakeProblem {
    return new IntakeProblem(code, cause, nextStep, consequence);
  }
}

export const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : '');
const NO_ROOM = new Set(['ENOSPC', 'EDQUOT', 'EFBIG']);

/** The problem behind a failed write in the working directory or beside it. */
export function writeProblem(error: unknown, path: string): IntakeProblem {
  if (error instanceof IntakeProblem) return error;
  const code = codeOf(error);
  if (NO_ROOM.has(code))
    return new IntakeProblem(
      'FOCUS-110',
      `Writing ${path} failed with ${code}.`,
      'Free some space or name another directory, then import the file again.',
    );
  return new IntakeProblem(
    'FOCUS-111',
    `Writing ${path} failed with ${code || String(error)}.`,
    'Check the directory and its permissions, then import the file again.',
  );
}

/** The problem behind a source that failed while it was read. */
export function readProblem(error: unknown, name: string): IntakeProblem {
  if (error instanceof IntakeProblem) return error;
  const code = codeOf(error);
  if (code === 'Z_BUF_ERROR')
    return new IntakeProblem(
      'FOCUS-105',
      `${name} stops in the middle of its compressed data.`,
      'Download it again and compare its size with the source.',
    );
  if (code.startsWith('Z_')) return new IntakeProblem('FOCUS-106', `${name} cannot be decompressed (${code}).`, 'Download it again.');
  if (code === 'ABORT_ERR') return cancelled();
  return new IntakeProblem('FOCUS-109', `Reading ${name} failed with ${code || String(error)}.`, 'Check the path and its permissions.');
}

export const cancelled = (): IntakeProblem => new IntakeProblem('FOCUS-112', 'The caller asked for it.', 'Import the file again when you are ready.');
