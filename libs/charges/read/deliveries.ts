import { ENTITY_KINDS, type ReadDatabase, Remembered } from '#read-store';
import type { Delivery } from '../domain/feed.js';
import { LATEST } from './chunks.js';

/** A delivery as it was recorded, with its place in the organization's own order. */
export interface DeliveryRow extends Delivery {
  /** Human number within the organization, from 1, in recorded order. */
  readonly number: number;
  readonly feedId: string;
  readonly position: number;
  /** Milliseconds since the epoch. */
  readonly recordedAt: number;
}

type Found = [number, number, number, string];
const toRow = ([number, position, recordedAt, detail]: Found): DeliveryRow => ({
  ...(JSON.parse(detail) as Delivery & { feedId: string }),
  number,
  position,
  recordedAt,
});

/** What was delivered, by the organization's own numbers. Attempts that never ended are not in it. */
export class Deliveries {
  private readonly feedNames: Remembered<Map<string, string>>;

  constructor(private readonly database: ReadDatabase) {
    this.feedNames = new Remembered(database, () => new Map());
  }

  /** In order of number, after `after` (exclusive), known at `position`; of one feed or of all. */
  list(
    organization: string,
    { after = 0, limit, position = LATEST, feedId = null }: { after?: number; limit: number; position?: number; feedId?: string | null },
  ): readonly DeliveryRow[] {
    return this.database
      .sql(
        'SELECT number, position, recorded_at, detail FROM deliveries WHERE org = ? AND number > ? AND position <= ? AND (? IS NULL OR feed = ?) ORDER BY number LIMIT ?',
      )
      .all<Found>(organization, after, position, feedId, feedId, limit)
      .map(toRow);
  }

  /** As whoever imported first called it: a feed's first fact, which never changes. */
  feedName(feedId: string): string {
    let name = this.feedNames.current.get(feedId);
    if (name === undefined) {
      const found = this.database
        .sql('SELECT f.data FROM entities e JOIN facts f ON f.position = e.position WHERE e.id = ? AND e.kind = ?')
        .get<[string]>(feedId, ENTITY_KINDS.feed);
      name = found ? (JSON.parse(found[0]) as { name: string }).name : '';
      if (found) this.feedNames.current.set(feedId, name);
    }
    return name;
  }

  /** Null also for another organization's delivery. */
  find(organization: string, deliveryId: string, position = LATEST): DeliveryRow | null {
    const row = this.database
      .sql('SELECT number, position, recorded_at, detail FROM deliveries WHERE id = ? AND org = ? AND position <= ?')
      .get<Found>(deliveryId, organization, position);
    return row ? toRow(row) : null;
  }

  /** By its number, as people name it. */
  numbered(organization: string, number: number, position = LATEST): DeliveryRow | null {
    const row = this.database
      .sql('SELECT number, position, recorded_at, detail FROM deliveries WHERE org = ? AND number = ? AND position <= ?')
      .get<Found>(organization, number, position);
    return row ? toRow(row) : null;
  }

  count(organization: string, position = LATEST): number {
    return (
      this.database
        .sql('SELECT count(*) FROM deliveries WHERE org = ? AND number > 0 AND position <= ?')
        .get<[number]>(organization, position)?.[0] ?? 0
    );
  }
}
