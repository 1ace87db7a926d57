import { type Actors, actorsOf, type Position, type RecordedEvent } from '#event-store';
import { canonicalJson, type JsonObject } from '#kernel';
import type { ReadDatabase } from './database.js';
import type { ProjectedEvent, Projection } from './projection.js';
import { Remembered } from './remembered.js';

/** Codes of stream kinds: small integers in the tables. Numbers are for ever. */
export const ENTITY_KINDS = { organization: 1, party: 2, contract: 3, commitment: 4, feed: 5 } as const;
export type EntityKind = keyof typeof ENTITY_KINDS;

const KNOWN: ReadonlySet<string> = new Set(Object.keys(ENTITY_KINDS));

/**
 * Which entities there are, and the facts of each in order: what a query folds. Facts are never changed, so the state at any
 * recorded position is the fold of the facts up to it.
 */
export class EntityProjection implements Projection {
  readonly name = 'entities';
  readonly version = 3;
  readonly handles = null;
  readonly tables = {
    organizations: { ddl: 'CREATE TABLE IF NOT EXISTS organizations (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE)', orderBy: 'seq' },
    entities: {
      ddl: `CREATE TABLE IF NOT EXISTS entities (seq INTEGER PRIMARY KEY, org INTEGER NOT NULL, kind INTEGER NOT NULL, number INTEGER NOT NULL, id TEXT NOT NULL, position INTEGER NOT NULL,
        UNIQUE (org, kind, number), UNIQUE (id, kind, org))`,
      orderBy: 'seq',
    },
    // In order of position, so that a batch of facts of many entities is written to a few pages; `previous` is the entity's fact before. Of the
    // envelope, two thirds of a fact, only what queries answer: the ledger keeps all of it.
    facts: {
      ddl: `CREATE TABLE IF NOT EXISTS facts (position INTEGER PRIMARY KEY, entity INTEGER NOT NULL, revision INTEGER NOT NULL, previous INTEGER, recorded_at INTEGER NOT NULL,
        actor TEXT NOT NULL, on_behalf_of TEXT, type TEXT NOT NULL, data TEXT NOT NULL)`,
      orderBy: 'position',
    },
    // Each entity's latest fact, where a walk through its facts begins.
    heads: {
      ddl: 'CREATE TABLE IF NOT EXISTS heads (entity INTEGER PRIMARY KEY, position INTEGER NOT NULL, revision INTEGER NOT NULL)',
      orderBy: 'entity',
    },
    // The longest prefix of the total order whose events all have recordedAt ≤ r ends at the last row with recorded_at ≤ r.
    prefixes: { ddl: 'CREATE TABLE IF NOT EXISTS prefixes (recorded_at INTEGER PRIMARY KEY, position INTEGER NOT NULL)', orderBy: 'recorded_at' },
  };
  /** By stream. */
  private readonly heads = new Map<string, Head>();
  /** Those with new facts in this batch. */
  private moved: Head[] = [];
  private organizationSequences = new Map<string, number>();
  private lastRecordedAt = 0;
  private lastPosition: Position | null = null;
  private loaded = false;

  apply({ event, organization, kind, id, recordedAt }: ProjectedEvent, database: ReadDatabase): void {
    this.prefix(recordedAt, event.position, database);
    if (!KNOWN.has(kind)) return;
    let head = this.heads.get(event.stream);
    if (head === undefined) {
      const entity = this.entityOf(organization, kind as EntityKind, id, event, database);
      this.heads.set(event.stream, (head = { entity, position: headOf(entity, database), revision: -1, moved: false }));
    }
    const { position, revision, type } = event;
    const { actor, onBehalfOf } = actorsOf(event);
    // Canonical both ways, so it makes no difference whether the store has the text at hand.
    const data = event.text ?? canonicalJson(event.data);
    database
      .sql('INSERT INTO facts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(position, head.entity, revision, head.position, recordedAt, actor, onBehalfOf, type, data);
    head.position = position;
    head.revision = revision;
    if (head.moved) return;
    head.moved = true;
    this.moved.push(head);
  }

  flush(database: ReadDatabase): void {
    this.writePrefix(database);
    const write = database.sql(
      'INSERT INTO heads VALUES (?, ?, ?) ON CONFLICT (entity) DO UPDATE SET position = excluded.position, revision = excluded.revision',
    );
    for (const head of this.moved) {
      write.run(head.entity, head.position, head.revision);
      head.moved = false;
    }
    this.moved = [];
    if (this.heads.size > HEADS_MAX) this.heads.clear();
  }

  private writePrefix(database: ReadDatabase): void {
    if (this.lastPosition !== null)
      database
        .sql('INSERT INTO prefixes VALUES (?, ?) ON CONFLICT (recorded_at) DO UPDATE SET position = excluded.position')
        .run(this.lastRecordedAt, this.lastPosition);
    this.lastPosition = null;
  }

  reset(): void {
    this.heads.clear();
    this.moved = [];
    this.organizationSequences.clear();
    this.loaded = false;
    this.lastPosition = null;
  }

  private prefix(recordedAt: number, position: Position, database: ReadDatabase): void {
    if (!this.loaded) {
      this.lastRecordedAt = database.sql('SELECT max(recorded_at) FROM prefixes').get<[number | null]>()?.[0] ?? 0;
      this.loaded = true;
    }
    if (recordedAt > this.lastRecordedAt) {
      this.writePrefix(database);
      this.lastRecordedAt = recordedAt;
    }
    this.lastPosition = position;
  }

  private entityOf(organization: string, kind: EntityKind, id: string, { position }: RecordedEvent, database: ReadDatabase): number {
    const org = this.organizationOf(organization, database);
    return (
      database.sql('SELECT seq FROM entities WHERE id = ? AND kind = ? AND org = ?').get<[number]>(id, ENTITY_KINDS[kind], org)?.[0] ??
      this.create(org, kind, id, position, database)
    );
  }

  private create(org: number, kind: EntityKind, id: string, position: Position, database: ReadDatabase): number {
    const last = database.sql('SELECT max(number) FROM entities WHERE org = ? AND kind = ?').get<[number | null]>(org, ENTITY_KINDS[kind])?.[0] ?? 0;
    const seq = (database.sql('SELECT max(seq) FROM entities').get<[number | null]>()?.[0] ?? 0) + 1;
    database.sql('INSERT INTO entities VALUES (?, ?, ?, ?, ?, ?)').run(seq, org, ENTITY_KINDS[kind], last + 1, id, position);
    return seq;
  }

  private organizationOf(id: string, database: ReadDatabase): number {
    let seq = this.organizationSequences.get(id);
    if (seq === undefined) {
      seq = database.sql('SELECT seq FROM organizations WHERE id = ?').get<[number]>(id)?.[0];
      if (seq === undefined) {
        seq = (database.sql('SELECT max(seq) FROM organizations').get<[number | null]>()?.[0] ?? 0) + 1;
        database.sql('INSERT INTO organizations VALUES (?, ?)').run(seq, id);
      }
      this.organizationSequences.set(id, seq);
    }
    return seq;
  }
}

/** An entity and its latest fact, while events of it come. */
interface Head {
  readonly entity: number;
  position: Position | null;
  revision: number;
  /** Not written since it changed. */
  moved: boolean;
}

const headOf = (entity: number, database: ReadDatabase): Position | null =>
  database.sql('SELECT position FROM heads WHERE entity = ?').get<[number]>(entity)?.[0] ?? null;

export interface StoredFact extends Actors {
  readonly revision: number;
  readonly position: Position;
  /** In milliseconds. */
  readonly recordedAt: number;
  readonly type: string;
  readonly data: JsonObject;
}

type FactRow = [revision: number, position: number, recordedAt: number, actor: string, onBehalfOf: string | null, type: string, data: string];

export interface Entity {
  readonly seq: number;
  readonly id: string;
  /** Human number within the organization and kind, from 1. */
  readonly number: number;
  readonly position: Position;
}

const HEADS_MAX = 50_000;

/** An entity's facts from the latest back: parameters are the entity and the revision to stop behind. */
const CHAIN = `WITH RECURSIVE chain (position, revision, previous) AS (
  SELECT f.position, f.revision, f.previous FROM heads h JOIN facts f ON f.position = h.position WHERE h.entity = ?
  UNION ALL SELECT f.position, f.revision, f.previous FROM chain c JOIN facts f ON f.position = c.previous WHERE c.revision - 1 > ?)`;

/** Queries over the entity tables. */
export class Entities {
  private readonly organizations: Remembered<Map<string, number>>;

  constructor(readonly database: ReadDatabase) {
    this.organizations = new Remembered(database, () => new Map());
  }

  organization(id: string): number | null {
    const known = this.organizations.current;
    let seq = known.get(id);
    if (seq === undefined) {
      seq = this.database.sql('SELECT seq FROM organizations WHERE id = ?').get<[number]>(id)?.[0];
      if (seq === undefined) return null;
      known.set(id, seq);
    }
    return seq;
  }

  organizationIds(): readonly string[] {
    return this.database
      .sql('SELECT id FROM organizations ORDER BY seq')
      .all<[string]>()
      .map(([id]) => id);
  }

  find(organization: string, kind: EntityKind, id: string): Entity | null {
    const org = this.organization(organization);
    if (org === null) return null;
    const row = this.database
      .sql('SELECT seq, id, number, position FROM entities WHERE id = ? AND kind = ? AND org = ?')
      .get<[number, string, number, number]>(id, ENTITY_KINDS[kind], org);
    return row ? entity(row) : null;
  }

  bySeq(seq: number): Entity | null {
    const row = this.database.sql('SELECT seq, id, number, position FROM entities WHERE seq = ?').get<[number, string, number, number]>(seq);
    return row ? entity(row) : null;
  }

  /** In order of number, after `after` (exclusive), known at `position`. */
  list(
    organization: string,
    kind: EntityKind,
    { after = 0, limit, position }: { after?: number; limit: number; position: Position },
  ): readonly Entity[] {
    const org = this.organization(organization);
    if (org === null) return [];
    return this.database
      .sql('SELECT seq, id, number, position FROM entities WHERE org = ? AND kind = ? AND number > ? AND position <= ? ORDER BY number LIMIT ?')
      .all<[number, string, number, number]>(org, ENTITY_KINDS[kind], after, position, limit)
      .map(entity);
  }

  count(organization: string, kind: EntityKind, position: Position): number {
    const org = this.organization(organization);
    if (org === null) return 0;
    return (
      this.database
        .sql('SELECT count(*) FROM entities WHERE org = ? AND kind = ? AND position <= ?')
        .get<[number]>(org, ENTITY_KINDS[kind], position)?.[0] ?? 0
    );
  }

  /** Facts after revision `after` (exclusive, -1 for all) up to the position. */
  facts(seq: number, after: number, position: Position): readonly StoredFact[] {
    return this.walk(seq, after, 'c.revision > ? AND c.position <= ?', after, position);
  }

  /** Facts after position `after` (exclusive) up to `until`. */
  factsBetween(seq: number, after: Position, until: Position, limit: number): readonly StoredFact[] {
    return this.walk(seq, -1, 'c.position > ? AND c.position <= ?', after, until).slice(0, limit);
  }

  /** Revision of the last fact known at the position: names a state exactly, facts never change. -1: none. */
  revisionAt(seq: number, position: Position): number {
    const head = this.database.sql('SELECT position, revision FROM heads WHERE entity = ?').get<[number, number]>(seq);
    if (!head) return -1;
    if (head[0] <= position) return head[1];
    return this.database.sql(`${CHAIN} SELECT revision FROM chain WHERE position <= ? LIMIT 1`).get<[number]>(seq, -1, position)?.[0] ?? -1;
  }

  /** From the entity's latest fact back to revision `after` (exclusive); answered in order. */
  private walk(seq: number, after: number, where: string, ...bounds: number[]): readonly StoredFact[] {
    return this.database
      .sql(
        `${CHAIN} SELECT c.revision, c.position, f.recorded_at, f.actor, f.on_behalf_of, f.type, f.data FROM chain c CROSS JOIN facts f ON f.position = c.position WHERE ${where}`,
      )
      .all<FactRow>(seq, after, ...bounds)
      .map(fact)
      .sort((a, b) => a.revision - b.revision);
  }

  /** The position of `asOf.recorded = r`: the longest prefix whose events all have recordedAt ≤ r. 0: none. */
  positionAt(recordedAt: number): Position {
    return (
      this.database.sql('SELECT position FROM prefixes WHERE recorded_at <= ? ORDER BY recorded_at DESC LIMIT 1').get<[number]>(recordedAt)?.[0] ?? 0
    );
  }
}

const entity = ([seq, id, number, position]: readonly [number, string, number, number]): Entity => ({ seq, id, number, position });

const fact = ([revision, position, recordedAt, actor, onBehalfOf, type, data]: FactRow): StoredFact => ({
  revision,
  position,
  recordedAt,
  actor,
  onBehalfOf,
  type,
  data: JSON.parse(data) as JsonObject,
});
