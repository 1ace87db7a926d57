import { StoreFault } from '../fault.js';

interface SqliteError extends Error {
  readonly errcode: number;
  readonly errstr: string;
}

export const isSqliteError = (error: unknown): error is SqliteError =>
  error instanceof Error && typeof (error as Partial<SqliteError>).errcode === 'number';

/** Primary result codes, sqlite.org/rescode.html. The extended code keeps the primary one in its low byte. */
const BUSY = 5;
const LOCKED = 6;
const NOMEM = 7;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;
/** The shared-memory file could not grow: what a full disk looks like when it strikes there. */
const IOERR_SHMSIZE = 4874;

export const isDamaged = (error: unknown): boolean => isSqliteError(error) && [CORRUPT, NOTADB].includes(error.errcode & 0xff);

export const NOTHING_WRITTEN = 'Nothing of this was written or acknowledged.';

/** Turns what SQLite throws into a coded fault; anything else (a bug of ours) is passed on as it is. */
export function toFault(error: unknown, path: string, consequence: string): Error {
  if (!isSqliteError(error)) return error instanceof Error ? error : new Error(String(error));
  const fault = (code: ConstructorParameters<typeof StoreFault>[0], message: string, retryable: boolean): StoreFault =>
    new StoreFault(code, message, { retryable, cause: error });
  const what = `${path} (${error.errstr})`;
  switch (error.errcode === IOERR_SHMSIZE ? FULL : error.errcode & 0xff) {
    case FULL:
      return fault('STORE-104', `No space left to write ${what}. ${consequence} Free space on the disk; the ledger goes on by itself.`, true);
    case BUSY:
    case LOCKED:
      return fault('STORE-109', `Another process holds ${what} for too long. ${consequence} Stop the other process, or try again.`, true);
    case READONLY:
      return fault('STORE-105', `Cannot write ${what}. ${consequence} Make the file and its directory writable for this user.`, false);
    case CANTOPEN:
      return fault('STORE-105', `Cannot open ${what}. ${consequence} Does the directory exist, and may this user write in it?`, false);
    case CORRUPT:
      return fault('STORE-106', `Damaged: ${what}. ${consequence} Stop, keep the file as it is, and restore the last backup.`, false);
    case NOTADB:
      return fault('STORE-107', `Not a Tenor store: ${what}. ${consequence} Give another path, TENOR_STORE=sqlite:./tenor.db.`, false);
    case IOERR:
    case NOMEM:
    default:
      return fault('STORE-110', `Reading or writing failed: ${what}. ${consequence} Look at the disk and the system's log.`, true);
  }
}
