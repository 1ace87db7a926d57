import { basename } from 'node:path';
import type { ReadDatabase } from './database.js';
import type { Generations } from './generation.js';
import type { ReadModels } from './read-models.js';

export interface GenerationWatchOptions {
  readonly generations: Generations;
  readonly database: ReadDatabase;
  readonly projector: ReadModels;
  readonly onFault: (error: unknown) => void;
  readonly everyMs?: number;
}

/** Notices that another process rebuilt the read models, and changes over to the new ones without stopping. */
export class GenerationWatch {
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly options: GenerationWatchOptions) {
    this.timer = setInterval(() => this.check(), options.everyMs ?? 1000).unref();
  }

  /** Looks at once; true when it changed over. */
  check(): boolean {
    const { generations, database, projector, onFault } = this.options;
    try {
      const name = generations.currentName;
      if (name === basename(database.path)) return false;
      database.reopen(generations.pathOf(name));
      projector.reopened();
      return true;
    } catch (error) {
      // The next look tries again; until then the old generation goes on.
      onFault(error);
      return false;
    }
  }

  close(): void {
    clearInterval(this.timer);
  }
}
