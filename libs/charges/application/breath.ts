import { setImmediate as turn } from 'node:timers/promises';

/** Some milliseconds of allocating. */
const ROWS = 250;

/** What to wait for before a row, if anything: allocating a million of them takes a quarter of a minute, in which queries are answered and commands decided. */
export const breath = (index: number): Promise<void> | undefined => (index % ROWS === ROWS - 1 ? turn() : undefined);
