import type { DatabaseSync, StatementSync } from 'node:sqlite';

import { arrays } from './arrays.js';
import type { Tail } from './tail.js';

const STREAMS_MAX = 100_000;

/** A stream's integer id and its last revision; -1 before the first event. */
export interface Head {
  readonly id: number;
  revision: number;
}

/**
 * What the writer remembers of streams and types. Everything here is a copy of the file, thrown away whenever another
 * connection committed or a transaction of ours was rolled back.
 */
export class Catalogue {
  private heads = new Map<string, Head>();
  private older = new Map<string, Head>();
  private readonly typeIds = new Map<string, number>();
  private readonly typeNames: string[] = [];
  private readonly addType: StatementSync;
  private readonly listTypes: StatementSync;

  constructor(
    database: DatabaseSync,
    private readonly tail: Tail,
  ) {
    this.addType = database.prepare('INSERT INTO types (name) VALUES (?)');
    this.listTypes = arrays(database.prepare('SELECT id, name FROM types'));
  }

  forget(): void {
    this.heads.clear();
    this.older.clear();
    this.typeIds.clear();
    this.typeNames.length = 0;
    this.readTypes();
  }

  /** The stream's head, or null for a name that was never seen. Call under the writer's lock. */
  head(name: string): Head | null {
    const cached = this.cached(name);
    if (cached) return cached;
    const id = this.tail.streamId(name);
    if (id === null) return null;
    const head = { id, revision: this.tail.lastRevision(id) };
    this.remember(name, head);
    return head;
  }

  /** The head for an append that expects no stream. A new one is not remembered: most are written once (one for each command's key). */
  headOrNew(name: string): Head {
    const cached = this.cached(name);
    if (cached) return cached;
    const id = this.tail.streamId(name);
    return id === null ? { id: this.tail.addStream(name), revision: -1 } : { id, revision: this.tail.lastRevision(id) };
  }

  typeId(name: string): number {
    const known = this.typeIds.get(name);
    if (known !== undefined) return known;
    const id = Number(this.addType.run(name).lastInsertRowid);
    this.typeIds.set(name, id);
    this.typeNames[id] = name;
    return id;
  }

  typeName(id: number): string {
    if (this.typeNames[id] === undefined) this.readTypes();
    return this.typeNames[id] as string;
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

  private readTypes(): void {
    for (const [id, name] of this.listTypes.all() as unknown as [number, string][]) {
      this.typeIds.set(name, id);
      this.typeNames[id] = name;
    }
  }
}
