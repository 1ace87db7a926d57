import { type Decimal, type Instant, startOfHour, ZERO } from '#kernel';
import type { ProjectedEvent, Projection, ReadDatabase } from '#read-store';
import type { Drawn, Posting } from '../domain/allocation/decision.js';
import type { CoverageDelta } from '../domain/allocation/coverage.js';
import { AllocationReader, type StoredAllocation } from '../wire/allocation.wire.js';
import { cellsOf, type Level, LEVELS } from './time-cells.js';

export const NOTHING: Drawn = { certain: ZERO, low: ZERO, high: ZERO, openUp: 0, openDown: 0, marketplace: ZERO };

interface Cell {
  readonly commitment: string;
  readonly level: Level;
  readonly bucket: Instant;
  certain: bigint;
  low: bigint;
  high: bigint;
  openUp: number;
  openDown: number;
  marketplace: bigint;
}

/** Events after which charges must be allocated, or allocated anew. */
export const TRIGGERS: ReadonlyMap<string, 'delivery' | 'mend' | 'terms'> = new Map([
  ['DeliveryRecorded', 'delivery'],
  ['RowsMended', 'mend'],
  ['CommitmentMade', 'terms'],
  ['CommitmentAmended', 'terms'],
  ['CommitmentCorrected', 'terms'],
  ['CommitmentVoided', 'terms'],
  ['CommitmentReclassified', 'terms'],
  ['CommitmentCancelled', 'terms'],
  ['PartyChanged', 'terms'],
]);

/**
 * What was drawn: for each commitment a running total per cell of time (and per instant inside an hour), at each recorded
 * position that changed it. Postings of one run count together, at the position of the run's first event.
 */
export class DrawdownProjection implements Projection {
  readonly name = 'drawdown';
  readonly version = 3; // Cells of five days and of six hours.
  readonly handles: ReadonlySet<string> = new Set(['ChargesAllocated', ...TRIGGERS.keys()]);
  readonly tables = {
    drawdown: {
      ddl: `CREATE TABLE IF NOT EXISTS drawdown (commitment TEXT NOT NULL, level INTEGER NOT NULL, bucket INTEGER NOT NULL, position INTEGER NOT NULL,
        certain TEXT NOT NULL, low TEXT NOT NULL, high TEXT NOT NULL, open_up INTEGER NOT NULL, open_down INTEGER NOT NULL, marketplace TEXT NOT NULL,
        PRIMARY KEY (commitment, level, bucket, position)) WITHOUT ROWID`,
      orderBy: 'commitment, level, bucket, position',
    },
    coverage: {
      ddl: `CREATE TABLE IF NOT EXISTS coverage (org TEXT NOT NULL, currency TEXT NOT NULL, column_name TEXT NOT NULL, provider TEXT NOT NULL, level INTEGER NOT NULL, bucket INTEGER NOT NULL,
        position INTEGER NOT NULL, usage TEXT NOT NULL, covered TEXT NOT NULL, low TEXT NOT NULL, high TEXT NOT NULL, PRIMARY KEY (org, currency, column_name, provider, level, bucket, position)) WITHOUT ROWID`,
      orderBy: 'org, currency, column_name, provider, level, bucket, position',
    },
    allocations: {
      ddl: `CREATE TABLE IF NOT EXISTS allocations (delivery TEXT NOT NULL, chunk INTEGER NOT NULL, position INTEGER NOT NULL, run INTEGER NOT NULL, decisions TEXT NOT NULL,
        PRIMARY KEY (delivery, chunk, position)) WITHOUT ROWID`,
      orderBy: 'delivery, chunk, position',
    },
    chunk_commitments: {
      ddl: 'CREATE TABLE IF NOT EXISTS chunk_commitments (commitment TEXT NOT NULL, delivery TEXT NOT NULL, chunk INTEGER NOT NULL, PRIMARY KEY (commitment, delivery, chunk)) WITHOUT ROWID',
      orderBy: 'commitment, delivery, chunk',
    },
    runs: {
      ddl: 'CREATE TABLE IF NOT EXISTS runs (org TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER, run TEXT NOT NULL, trigger_event TEXT NOT NULL, first_revision INTEGER NOT NULL, allocation_revision INTEGER NOT NULL, PRIMARY KEY (org, first)) WITHOUT ROWID',
      orderBy: 'org, first',
    },
    triggers: {
      ddl: `CREATE TABLE IF NOT EXISTS triggers (org TEXT NOT NULL, position INTEGER NOT NULL, event TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, chunk INTEGER, settled INTEGER,
        PRIMARY KEY (org, position)) WITHOUT ROWID; CREATE INDEX IF NOT EXISTS triggers_open ON triggers (org, position) WHERE settled IS NULL`,
      orderBy: 'org, position',
    },
  };
  private readonly withCharges = new Set<string>();
  private readonly openRuns = new Map<string, number | null>();

  apply(projected: ProjectedEvent, database: ReadDatabase): void {
    const { event, organization } = projected;
    if (event.type !== 'ChargesAllocated') return this.trigger(projected, database);
    const data = event.data as unknown as StoredAllocation;
    const first = this.runStart(organization, data, event.position, event.revision, database);
    const reader = new AllocationReader(data);
    const cells = new Cells();
    reader.forEachPosting((commitment, posting) => cells.add(commitment, posting, 1));
    for (const { commitment, posting } of reader.undone) cells.add(commitment, posting, -1);
    for (const cell of cells.rolledUp()) upsert(cell, first, database);
    writeCoverage(organization, reader.coverage, first, database);
    if (data.decided !== undefined && data.deliveryId !== undefined && data.chunk !== undefined)
      storeDecisions(data, data.deliveryId, data.chunk, event.position, first, database);
    database
      .sql('UPDATE runs SET last = ?, allocation_revision = ? WHERE org = ? AND first = ?')
      .run(data.final === true ? event.position : null, event.revision, organization, first);
    if (data.final === true) {
      // Triggers that came before the one named were taken together with it.
      const until = database.sql('SELECT position FROM triggers WHERE org = ? AND event = ?').get<[number]>(organization, data.trigger)?.[0] ?? 0;
      database.sql('UPDATE triggers SET settled = ? WHERE org = ? AND position <= ? AND settled IS NULL').run(event.position, organization, until);
      this.openRuns.set(organization, null);
    }
  }

  /** Until an organization has charges there is nothing that new terms could move. */
  private trigger({ event, organization, id }: ProjectedEvent, database: ReadDatabase): void {
    const kind = TRIGGERS.get(event.type) as string;
    if (kind === 'terms' && !this.hasCharges(organization, database)) return;
    const { deliveryId, chunk } = event.data as { deliveryId?: string; chunk?: number };
    if (kind === 'mend' && chunk === undefined) return;
    if (kind === 'delivery') this.withCharges.add(organization);
    database
      .sql('INSERT INTO triggers VALUES (?, ?, ?, ?, ?, ?, NULL)')
      .run(organization, event.position, event.id, kind, deliveryId ?? id, chunk ?? null);
  }

  private hasCharges(org: string, database: ReadDatabase): boolean {
    if (this.withCharges.has(org)) return true;
    const found = database.sql("SELECT 1 FROM triggers WHERE org = ? AND kind = 'delivery' LIMIT 1").get(org) !== undefined;
    if (found) this.withCharges.add(org);
    return found;
  }

  reset(): void {
    this.withCharges.clear();
    this.openRuns.clear();
  }

  private runStart(org: string, { run, trigger }: StoredAllocation, position: number, revision: number, database: ReadDatabase): number {
    let first = this.openRuns.get(org);
    if (first === undefined) first = database.sql('SELECT first FROM runs WHERE org = ? AND last IS NULL').get<[number]>(org)?.[0] ?? null;
    if (first === null) {
      first = position;
      database.sql('INSERT INTO runs VALUES (?, ?, NULL, ?, ?, ?, ?)').run(org, position, run, trigger, revision, revision);
    }
    this.openRuns.set(org, first);
    return first;
  }
}

function storeDecisions(data: StoredAllocation, delivery: string, chunk: number, position: number, run: number, database: ReadDatabase): void {
  const { undone: _undone, coverage: _coverage, ...decisions } = data;
  database.sql('INSERT INTO allocations VALUES (?, ?, ?, ?, ?)').run(delivery, chunk, position, run, JSON.stringify(decisions));
  for (const commitment of data.commitments ?? [])
    database.sql('INSERT OR IGNORE INTO chunk_commitments VALUES (?, ?, ?)').run(commitment, delivery, chunk);
}

/** What one event adds to each cell. */
class Cells {
  private readonly hours = new Map<string, Map<number, Cell>>();
  private readonly instants = new Map<string, Map<number, Cell>>();

  add(commitment: string, posting: Posting, sign: 1 | -1): void {
    const hour = startOfHour(posting.at);
    post(cellIn(this.hours, commitment, LEVELS.hour, hour), posting, sign);
    if (hour !== posting.at) post(cellIn(this.instants, commitment, LEVELS.instant, posting.at), posting, sign);
  }

  /** Coarser cells are summed here, so that each is written once an event and not once an hour. */
  *rolledUp(): Iterable<Cell> {
    for (const [commitment, hours] of this.hours) {
      const coarser = new Map<Level, Map<string, Map<number, Cell>>>();
      for (const cell of hours.values()) {
        for (const [level, bucket] of cellsOf(cell.bucket)) {
          if (level === LEVELS.hour) continue;
          let cells = coarser.get(level);
          if (!cells) coarser.set(level, (cells = new Map()));
          merge(cellIn(cells, commitment, level, bucket), cell);
        }
        yield cell;
      }
      for (const cells of [...coarser.values(), this.instants]) yield* cells.get(commitment)?.values() ?? [];
    }
  }
}

function cellIn(cells: Map<string, Map<number, Cell>>, commitment: string, level: Level, bucket: Instant): Cell {
  let own = cells.get(commitment);
  if (!own) cells.set(commitment, (own = new Map()));
  let cell = own.get(bucket);
  if (!cell) own.set(bucket, (cell = { commitment, level, bucket, certain: 0n, low: 0n, high: 0n, openUp: 0, openDown: 0, marketplace: 0n }));
  return cell;
}

function post(cell: Cell, posting: Posting, sign: 1 | -1): void {
  const factor = sign === 1 ? 1n : -1n;
  cell.certain += factor * posting.certain;
  if (posting.low !== ZERO) cell.low += factor * posting.low;
  if (posting.high !== ZERO) cell.high += factor * posting.high;
  if (posting.marketplace !== ZERO) cell.marketplace += factor * posting.marketplace;
  if (posting.open === 1) cell.openUp += sign;
  if (posting.open === -1) cell.openDown += sign;
}

function merge(total: Cell, cell: Cell): void {
  total.certain += cell.certain;
  total.low += cell.low;
  total.high += cell.high;
  total.marketplace += cell.marketplace;
  total.openUp += cell.openUp;
  total.openDown += cell.openDown;
}

function upsert(cell: Cell, position: number, database: ReadDatabase): void {
  const before = cellAt(database, cell.commitment, cell.level, cell.bucket, position) ?? NOTHING;
  database
    .sql('INSERT OR REPLACE INTO drawdown VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    .run(
      cell.commitment,
      cell.level,
      cell.bucket,
      position,
      scaled(before.certain + cell.certain),
      scaled(before.low + cell.low),
      scaled(before.high + cell.high),
      before.openUp + cell.openUp,
      before.openDown + cell.openDown,
      scaled(before.marketplace + cell.marketplace),
    );
}

type CellRow = [string, string, string, number, number, string];

/** A cell's total as known at the position: one seek. */
export function cellAt(database: ReadDatabase, commitment: string, level: Level, bucket: Instant, position: number): Drawn | null {
  const row = database
    .sql(
      'SELECT certain, low, high, open_up, open_down, marketplace FROM drawdown WHERE commitment = ? AND level = ? AND bucket = ? AND position <= ? ORDER BY position DESC LIMIT 1',
    )
    .get<CellRow>(commitment, level, bucket, position);
  return row ? drawnOf(row) : null;
}

export function drawnOf([certain, low, high, openUp, openDown, marketplace]: CellRow): Drawn {
  return { certain: unscaled(certain), low: unscaled(low), high: unscaled(high), openUp, openDown, marketplace: unscaled(marketplace) };
}

// Totals are kept as whole numbers of 10^-18, as text: a sum may pass the bound of a single decimal, and SQL never computes with it.
const scaled = (value: bigint): string => value.toString();
const unscaled = (text: string): Decimal => (text === '0' ? ZERO : (BigInt(text) as Decimal));

interface CoverageCell {
  readonly key: readonly [currency: string, column: string, provider: string, level: Level, bucket: Instant];
  usage: bigint;
  covered: bigint;
  low: bigint;
  high: bigint;
}

function writeCoverage(org: string, deltas: readonly CoverageDelta[], position: number, database: ReadDatabase): void {
  for (const { key, usage, covered, low, high } of coverageCells(deltas)) {
    const before = database
      .sql(
        'SELECT usage, covered, low, high FROM coverage WHERE org = ? AND currency = ? AND column_name = ? AND provider = ? AND level = ? AND bucket = ? AND position <= ? ORDER BY position DESC LIMIT 1',
      )
      .get<[string, string, string, string]>(org, ...key, position) ?? ['0', '0', '0', '0'];
    database
      .sql('INSERT OR REPLACE INTO coverage VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
      .run(org, ...key, position, ...[usage, covered, low, high].map((delta, i) => scaled(unscaled(before[i] as string) + delta)));
  }
}

/** Cells of every size, each once an event. */
function coverageCells(deltas: readonly CoverageDelta[]): Iterable<CoverageCell> {
  const cells = new Map<string, CoverageCell>();
  for (const { provider, currency, column, hour, usage, covered, low = ZERO, high = ZERO } of deltas) {
    for (const [level, bucket] of cellsOf(hour)) {
      const text = `${currency}|${column}|${level}|${bucket}|${provider ?? ''}`;
      let cell = cells.get(text);
      if (!cell) cells.set(text, (cell = { key: [currency, column, provider ?? '', level, bucket], usage: 0n, covered: 0n, low: 0n, high: 0n }));
      cell.usage += usage;
      cell.covered += covered;
      cell.low += low;
      cell.high += high;
    }
  }
  return cells.values();
}
