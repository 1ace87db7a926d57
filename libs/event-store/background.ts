import { getPriority, setPriority } from 'node:os';

/** A tenth of a normal thread's share where both want the same core. */
const NICENESS = 10;

/**
 * Lets all other threads run first: this one, or the one with the system's id `thread`. What works in the background must not keep a
 * command waiting for a core; where cores are free it is as fast as before. Only Linux knows a priority of one thread: elsewhere
 * it would be the whole process's, and nothing happens.
 */
export function giveWay(thread = 0): void {
  if (process.platform !== 'linux') return;
  try {
    if (getPriority(thread) < NICENESS) setPriority(thread, NICENESS);
  } catch {
    // A sandbox that forbids it, or a thread that has ended: all as without it.
  }
}
