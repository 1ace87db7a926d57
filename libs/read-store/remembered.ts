import type { ReadDatabase } from './database.js';

/**
 * What is remembered of the read models, begun anew with each file that they are read from: they may have been made anew because something in
 * the old ones was amiss.
 */
export class Remembered<T> {
  private value: T;
  private generation: number;

  constructor(
    private readonly database: Pick<ReadDatabase, 'generation'>,
    private readonly begin: () => T,
  ) {
    [this.value, this.generation] = [begin(), database.generation];
  }

  /** Not to be held beyond a turn. */
  get current(): T {
    const { generation } = this.database;
    if (this.generation !== generation) [this.value, this.generation] = [this.begin(), generation];
    return this.value;
  }
}
