import { accept, type Decider, type Decision, type Instant, reject } from '#kernel';

/** A provider's export: where deliveries come from. Each billing account in it, with each billing period, is a slice of its own. */
export interface SliceCount {
  readonly billingAccount: string;
  readonly billingPeriodStart: Instant;
  readonly rows: number;
  readonly quarantined: number;
}

export interface DeliveredFile {
  /** Lower-case hexadecimal SHA-256 of the decompressed bytes. */
  readonly sha256: string;
  /** SHA-256 of the file's own bytes, as it came: its name in the file store. */
  readonly fileSha256?: string;
  /** Size of the decompressed bytes. */
  readonly bytes: number;
  readonly format: string;
  readonly focusVersion: string;
}

export interface Warning {
  readonly code: string;
  readonly count: number;
}

export interface Delivery {
  readonly deliveryId: string;
  readonly file: DeliveredFile;
  /** Chunks of its stream that belong to it, by count: later ones are mended rows. */
  readonly chunks: number;
  readonly rows: number;
  readonly additions: number;
  readonly reversals: number;
  readonly quarantined: number;
  readonly slices: readonly SliceCount[];
  readonly warnings: readonly Warning[];
}

export interface MendedRow {
  readonly row: number;
  /** Digest of the bad fields: the mend holds for every later row with the same, in this feed and period. */
  readonly badDigest: string;
  readonly billingAccount: string;
  readonly billingPeriodStart: Instant;
}

export type FeedEvent =
  | { readonly type: 'FeedOpened'; readonly feedId: string; readonly name: string; readonly appendOnly: boolean }
  | ({ readonly type: 'DeliveryRecorded'; readonly feedId: string } & Delivery)
  | {
      readonly type: 'RowsMended';
      readonly feedId: string;
      readonly deliveryId: string;
      readonly chunk: number | null;
      readonly fieldsSha256: string;
      readonly rows: readonly MendedRow[];
    };

export type FeedCommand =
  | { readonly type: 'RecordDelivery'; readonly feedId: string; readonly name: string; readonly appendOnly: boolean; readonly delivery: Delivery }
  | {
      readonly type: 'MendRows';
      readonly deliveryId: string;
      readonly chunk: number | null;
      readonly fieldsSha256: string;
      readonly rows: readonly MendedRow[];
    };

export interface SliceInForce {
  readonly deliveryId: string;
  readonly sha256: string;
}

export type Feed =
  | { readonly status: 'none' }
  | {
      readonly status: 'open';
      readonly feedId: string;
      readonly name: string;
      readonly appendOnly: boolean;
      readonly events: number;
      /** Slice key → the delivery in force. */
      readonly inForce: ReadonlyMap<string, SliceInForce>;
      /** Every file ever recorded: an append-only feed takes none twice. */
      readonly files: ReadonlySet<string>;
      /** Slice key and bad digest → the file beside the store that holds the mended fields. */
      readonly mends: ReadonlyMap<string, { readonly fieldsSha256: string }>;
    };
export type OpenFeed = Extract<Feed, { status: 'open' }>;

export type FeedRejection =
  | { readonly code: 'FEED_NOT_FOUND' }
  | { readonly code: 'FEED_APPEND_ONLY_MISMATCH'; readonly feedId: string; readonly appendOnly: boolean }
  | { readonly code: 'DELIVERY_NOT_FOUND'; readonly deliveryId: string };

export const FEED_REJECTIONS: Readonly<Record<FeedRejection['code'], string>> = {
  FEED_NOT_FOUND: 'No such feed in your organization. Nothing was recorded. `tenor delivery list` names the feeds.',
  FEED_APPEND_ONLY_MISMATCH:
    'The feed was opened the other way: it either replaces its periods or only appends. Nothing was recorded. Choose the way in which it was opened, or another feed name.',
  DELIVERY_NOT_FOUND: 'No such delivery in this feed. Nothing was recorded. `tenor delivery list` names those that exist.',
};

export const sliceKey = (billingAccount: string, billingPeriodStart: Instant): string => `${billingPeriodStart}|${billingAccount}`;
export const mendKey = (slice: string, badDigest: string): string => `${slice}|${badDigest}`;

type Outcome = Decision<FeedEvent, FeedRejection>;

export const feedDecider: Decider<Feed, FeedCommand, FeedEvent, FeedRejection> = {
  initialState: { status: 'none' },
  decide: (command, feed): Outcome => {
    if (command.type === 'MendRows') {
      if (feed.status === 'none') return reject({ code: 'FEED_NOT_FOUND' });
      const { deliveryId, chunk, fieldsSha256, rows } = command;
      return accept({ type: 'RowsMended', feedId: feed.feedId, deliveryId, chunk, fieldsSha256, rows });
    }
    const { feedId, name, appendOnly, delivery } = command;
    if (feed.status === 'open' && feed.appendOnly !== appendOnly)
      return reject({ code: 'FEED_APPEND_ONLY_MISMATCH', feedId, appendOnly: feed.appendOnly });
    const recorded: FeedEvent = { type: 'DeliveryRecorded', feedId, ...delivery };
    return feed.status === 'none' ? accept<FeedEvent>({ type: 'FeedOpened', feedId, name, appendOnly }, recorded) : accept(recorded);
  },
  evolve: (feed, event) => {
    if (event.type === 'FeedOpened') {
      const { feedId, name, appendOnly } = event;
      return { status: 'open', feedId, name, appendOnly, events: 1, inForce: new Map(), files: new Set(), mends: new Map() };
    }
    if (feed.status === 'none') return feed;
    return event.type === 'DeliveryRecorded' ? recorded(feed, event) : mended(feed, event);
  },
};

function recorded(feed: OpenFeed, { deliveryId, file, slices }: Extract<FeedEvent, { type: 'DeliveryRecorded' }>): OpenFeed {
  const inForce = new Map(feed.inForce);
  for (const { billingAccount, billingPeriodStart } of slices)
    inForce.set(sliceKey(billingAccount, billingPeriodStart), { deliveryId, sha256: file.sha256 });
  return { ...feed, events: feed.events + 1, inForce, files: new Set(feed.files).add(file.sha256) };
}

function mended(feed: OpenFeed, { deliveryId, fieldsSha256, rows }: Extract<FeedEvent, { type: 'RowsMended' }>): OpenFeed {
  const mends = new Map(feed.mends);
  const inForce = new Map(feed.inForce);
  const sha256 = [...feed.inForce.values()].find((slice) => slice.deliveryId === deliveryId)?.sha256 ?? '';
  for (const { badDigest, billingAccount, billingPeriodStart } of rows) {
    const slice = sliceKey(billingAccount, billingPeriodStart);
    mends.set(mendKey(slice, badDigest), { fieldsSha256 });
    // A row whose period was unreadable may open a slice that nothing has held yet: from now on the next delivery of it replaces this row.
    if (!inForce.has(slice)) inForce.set(slice, { deliveryId, sha256 });
  }
  return { ...feed, events: feed.events + 1, inForce, mends };
}

/** Would recording this file change anything? It does not where it is in force for every slice, or stands in an append-only feed. */
export function changesNothing(feed: Feed, sha256: string, slices: readonly string[], rows: number): boolean {
  // Without a slice nothing is replaced: a file without rows has nothing to say, one of bad rows only says it once.
  if (slices.length === 0 && rows === 0) return true;
  if (feed.status === 'none') return false;
  if (feed.appendOnly || slices.length === 0) return feed.files.has(sha256);
  return slices.every((slice) => feed.inForce.get(slice)?.sha256 === sha256);
}
