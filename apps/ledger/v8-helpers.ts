import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { giveWay } from '#event-store';

const THREADS = '/proc/self/task';

/**
 * V8 has four helpers for all threads of the process, however few cores there are. While they mark a thread's old objects, the one that answers commands
 * had a quarter of a core on two of them, for a quarter of a second; what they leave undone the thread that needs it does itself.
 */
export function v8HelpersGiveWay(): void {
  if (!existsSync(THREADS)) return;
  for (const thread of readdirSync(THREADS)) if (nameOf(thread) === 'V8Worker') giveWay(Number(thread));
}

function nameOf(thread: string): string | null {
  try {
    return readFileSync(`${THREADS}/${thread}/comm`, 'utf8').trim();
  } catch {
    // It has ended since.
    return null;
  }
}
