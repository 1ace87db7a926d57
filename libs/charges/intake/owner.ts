import { readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

const HOST = hostname()
  .replace(/[^A-Za-z0-9]/g, '_')
  .slice(0, 40);

/** Marks a temporary file with the process that it belongs to, so that another one can tell a leftover from work in progress. */
export const ownerMark = (): string => `${HOST}-${process.pid}`;

const MARK = /^([A-Za-z0-9_]{1,40})-(\d+)-/;

/**
 * Was this temporary file left by a process that is gone? Of another machine's nothing is known, so they stay. To be asked at
 * start: what bears our own mark then was left by an earlier process with our number (`ownToo`).
 */
export function isLeftover(name: string, prefix = '', ownToo = true): boolean {
  const match = MARK.exec(name.slice(prefix.length));
  if (!name.startsWith(prefix) || !match) return false;
  const [, host, pid] = match as unknown as [string, string, string];
  if (host !== HOST) return false;
  return parseInt(pid, 10) === process.pid ? ownToo : !isAlive(parseInt(pid, 10));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Removes working directories and files of intakes whose process is gone. To be called at start, before any import. */
export async function cleanWork(workDir: string, ownToo = true): Promise<void> {
  const names: string[] = await readdir(workDir).catch(() => []);
  for (const name of names) if (isLeftover(name, 'intake-', ownToo)) await rm(join(workDir, name), { recursive: true, force: true });
}
