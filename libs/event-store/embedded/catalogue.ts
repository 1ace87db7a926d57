import type { Tail } from './tail.js';

const STREAMS_MAX = 100_000;

/** A stream's last revision, -1 before the first event, and the number of the commit that last wrote to it. */
export interface Head {
  revision: number;
  commit: number;
}

/**
 * What the writer remembers of streams. Everything here is a copy of the file, thrown away whenever another connection committed
 * or a transaction of ours was rolled back.
 */
export class Catalogue {
  private heads = new Map<string, Head>();
  private older = new Map<string, Head>();

  constructor(private readonly tail: Tail) {}

  forget(): void {
    this.heads.clear();
    this.older.clear();
  }

  /** One that does not exist is not remembered: most are written once (one for each command's key). */
  head(name: string): Head {
    const cached = this.cached(name);
    if (cached) return cached;
    const head = { revision: this.tail.lastRevision(name), commit: 0 };
    if (this.keeps(head)) this.remember(name, head);
    return head;
  }

  keeps(head: Head): boolean {
    return head.revision > 0;
  }

  private cached(name: string): Head | undefined {
    const head = this.heads.get(name);
    if (head) return head;
    const old = this.older.get(name);
    if (old) this.remember(name, old);
    return old;
  }

  // Two generations: a bounded memory that keeps what is used, without the cost of an exact LRU.
  private remember(name: string, head: Head): void {
    if (this.heads.size >= STREAMS_MAX) {
      this.older = this.heads;
      this.heads = new Map();
    }
    this.heads.set(name, head);
  }
}
