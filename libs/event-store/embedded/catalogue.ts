import { nameHash } from './places.js';
import type { Tail } from './tail.js';

const STREAMS_MAX = 100_000;

/** A stream's last revision, -1 before the first event. */
export interface Head {
  revision: number;
  /** Of its name. */
  readonly hash: number;
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

  /** One that is to be new is not remembered: most are written once (one for each command's key). */
  head(name: string, isToBeNew: boolean): Head {
    const cached = isToBeNew ? undefined : this.cached(name);
    if (cached) return cached;
    const hash = nameHash(name);
    const head = { revision: this.tail.lastRevision(name, hash), hash };
    if (!isToBeNew && head.revision > 0) this.remember(name, head);
    return head;
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
