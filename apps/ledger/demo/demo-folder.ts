import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CodedError } from '#platform';

const LOCK = 'running.lock';
const PID = 'running.pid';

/** Kept as long as the process lives. The system gives the lock back however that ends, so none is ever left behind. */
const held: DatabaseSync[] = [];

/**
 * Takes the demo's folder for this process and empties it. The lock is SQLite's on a file of its own, which stays.
 * @throws CodedError `DEMO-101` where another demo runs in it
 */
export function takeDemoFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const lock = new DatabaseSync(join(folder, LOCK));
  try {
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if ((error as { errcode?: number }).errcode !== BUSY) throw error;
    throw new CodedError(
      'DEMO-101',
      `A demo is already running in ${folder}${holder(folder)}.`,
      'Nothing was started, and its data was left as it is.',
      'Use that one, or stop it first; a second one runs in another working directory.',
    );
  }
  held.push(lock);
  for (const name of readdirSync(folder)) if (name !== LOCK) rmSync(join(folder, name), { recursive: true, force: true });
  writeFileSync(join(folder, PID), `${process.pid}\n`);
}

const BUSY = 5;

/** For the words only: the lock alone decides. */
function holder(folder: string): string {
  try {
    return ` (process ${readFileSync(join(folder, PID), 'utf8').trim()})`;
  } catch {
    return '';
  }
}
