import { readFile } from 'node:fs/promises';
import { canonicalJson, type Instant, parseInstant } from '#kernel';
import { type CommandContext, type Decisions, type EventStore, type NewEvent, TENOR_NAMESPACE, uuidV5 } from '#event-store';
import type { ReadDatabase } from '#read-store';
import { changesNothing, type Delivery, type Feed, feedDecider, type FeedRejection, sliceKey } from '../domain/feed.js';
import { FileStore, type Intake, openIntake, type Progress, type ScanOptions, type ScanSummary } from '../intake/index.js';
import { deliveryStream } from '../read/chunks.js';
import { feedCodec } from '../wire/feed.wire.js';
import { chunkEnvelope, ChunkWriter } from './chunk-writer.js';
import { inForceRows } from './in-force.js';

export interface ImportRequest {
  readonly path: string;
  /** The name that the caller knows the file by, for messages; it is not stored. */
  readonly name: string;
  /** The provider's export that the file belongs to. */
  readonly feed: string;
  readonly appendOnly?: boolean;
  /** First days of billing periods that the file covers even where it has no row for them. */
  readonly covers?: readonly Instant[];
  readonly dryRun?: boolean;
  readonly scan?: Pick<ScanOptions, 'defaults' | 'virtualCurrencies'>;
  readonly caller: Pick<CommandContext, 'organization' | 'actor' | 'onBehalfOf' | 'correlation'>;
  readonly onProgress?: (progress: Progress) => void;
  readonly signal?: AbortSignal;
}

export interface ImportSummary {
  /** `recorded`: it replaced what was in force. `unchanged`: an equal file is in force already. `checked`: a dry run. */
  readonly status: 'recorded' | 'unchanged' | 'checked';
  readonly feedId: string;
  readonly deliveryId: string | null;
  readonly scan: ScanSummary;
  readonly additions: number;
  readonly reversals: number;
  readonly unchanged: number;
  /** Position of the delivery's record: a query at it sees the rows. */
  readonly position: number | null;
}

export type ImportResult = { readonly summary: ImportSummary } | { readonly rejection: FeedRejection };

export interface ImportOptions {
  readonly store: EventStore;
  readonly decisions: Decisions;
  readonly database: ReadDatabase;
  /** Resolves when the read models hold everything stored: what is in force is read from them. */
  readonly caughtUp: () => Promise<void>;
  readonly ledger: string;
  readonly files: FileStore;
  readonly workDir: string;
  readonly inProcess?: boolean;
}

const ATTEMPTS_MAX = 5;

export const feedIdOf = (organization: string, feed: string): string => uuidV5(uuidV5(TENOR_NAMESPACE, organization), `feed|${feed}`);
export const feedStream = (ledger: string, organization: string, feedId: string): string => `${ledger}.${organization}.feed-${feedId}`;

/**
 * Brings a FOCUS file in: reads it whole, compares it with what is in force for its feed and periods, records only what differs,
 * and last of all the delivery itself, which makes it count. Until then nothing counts, so a crash leaves nothing half; the same
 * file imported again goes on where the first attempt ended.
 */
export class FocusImport {
  constructor(private readonly options: ImportOptions) {}

  async run(request: ImportRequest): Promise<ImportResult> {
    const { workDir, inProcess = false, files } = this.options;
    const { organization } = request.caller;
    const feedId = feedIdOf(organization, request.feed);
    const intake = await openIntake({ workDir, inProcess });
    try {
      const feed = await this.feed(organization, feedId);
      const mends = await mendsOf(feed, files);
      const scan = await intake.scan(
        {
          ...request.scan,
          path: request.path,
          name: request.name,
          ...(mends.size > 0 ? { mends } : {}),
          ...(request.dryRun ? {} : { keepIn: files.root }),
        },
        request.onProgress,
        request.signal,
      );
      for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
        const result = await this.attempt(request, intake, feedId, scan);
        if (result) return result;
      }
      throw new Error(`feed ${feedId} changed ${ATTEMPTS_MAX} times while a delivery was compared with it`);
    } finally {
      await intake.close();
    }
  }

  private async feed(organization: string, feedId: string): Promise<Feed> {
    return (await this.options.decisions.load(feedStream(this.options.ledger, organization, feedId), feedDecider, feedCodec)).state;
  }

  /** Null: another delivery was recorded in the meantime, compare again. */
  private async attempt(request: ImportRequest, intake: Intake, feedId: string, scan: ScanSummary): Promise<ImportResult | null> {
    const { organization } = request.caller;
    const feed = await this.feed(organization, feedId);
    const appendOnly = request.appendOnly ?? (feed.status === 'open' && feed.appendOnly);
    if (feed.status === 'open' && feed.appendOnly !== appendOnly)
      return { rejection: { code: 'FEED_APPEND_ONLY_MISMATCH', feedId, appendOnly: feed.appendOnly } };
    const slices = slicesOf(scan, feed, request.covers ?? []);
    const keys = slices.map(({ billingAccount, billingPeriodStart }) => sliceKey(billingAccount, billingPeriodStart));
    const base = { feedId, scan };
    if (changesNothing(feed, scan.sha256, keys, scan.rows)) {
      return {
        summary: {
          ...base,
          status: 'unchanged',
          deliveryId: null,
          additions: 0,
          reversals: 0,
          unchanged: scan.rows - scan.quarantined,
          position: null,
        },
      };
    }
    const replaces = !appendOnly && feed.status === 'open' && keys.some((key) => feed.inForce.has(key));
    const diff = replaces
      ? await this.compare(intake, organization, feedId, keys)
      : { reversed: 0, added: scan.rows - scan.quarantined, unchanged: 0 };
    const counts = { additions: diff.added, reversals: diff.reversed, unchanged: diff.unchanged };
    if (request.dryRun) return { summary: { ...base, ...counts, status: 'checked', deliveryId: null, position: null } };
    const revision = feed.status === 'open' ? feed.events : 0;
    const deliveryId = uuidV5(feedId, `delivery|${revision}|${scan.sha256}|${settingsOf(request)}`);
    const chunks = await this.writeChunks(request, intake, deliveryId, scan, replaces);
    const delivery: Delivery = {
      deliveryId,
      chunks,
      file: { sha256: scan.sha256, fileSha256: scan.fileSha256, bytes: scan.bytes, format: scan.format, focusVersion: scan.focusVersion },
      rows: scan.rows,
      additions: diff.added,
      reversals: diff.reversed,
      quarantined: scan.quarantined,
      slices,
      warnings: scan.warnings.map(({ code, count }) => ({ code, count })),
    };
    const result = await this.options.decisions.execute({
      context: { ...request.caller, key: `delivery|${deliveryId}`, expectedRevision: revision - 1 },
      commandType: 'RecordDelivery',
      target: feedStream(this.options.ledger, organization, feedId),
      input: { deliveryId, sha256: scan.sha256 },
      decider: feedDecider,
      codec: feedCodec,
      command: { type: 'RecordDelivery', feedId, name: request.feed, appendOnly, delivery },
      ruleVersion: 'delivery-1',
    });
    if (result.status === 'accepted') return { summary: { ...base, ...counts, status: 'recorded', deliveryId, position: result.position } };
    if (result.rejection.code === 'REVISION_CONFLICT') return null;
    return { rejection: result.rejection as FeedRejection };
  }

  private async compare(
    intake: Intake,
    organization: string,
    feedId: string,
    keys: readonly string[],
  ): Promise<{ reversed: number; added: number; unchanged: number }> {
    await this.options.caughtUp();
    return intake.diff(inForceRows(this.options, organization, feedId, new Set(keys)));
  }

  /** Reversals, then additions by (ChargePeriodStart, row), then what was quarantined; one event a chunk. Answers how many. */
  private async writeChunks(request: ImportRequest, intake: Intake, deliveryId: string, scan: ScanSummary, onlyAdded: boolean): Promise<number> {
    const { organization } = request.caller;
    const metadata = chunkEnvelope(request.caller, deliveryId, 'delivery-1');
    const writer = new ChunkWriter(
      this.options.store,
      deliveryStream(this.options.ledger, organization, deliveryId),
      (type, chunk, data): NewEvent => ({ id: uuidV5(deliveryId, `chunk|${chunk}`), type, data, metadata }),
    );
    if (onlyAdded) {
      for await (const addresses of intake.reversals())
        await writer.write('ChargesReversed', canonicalJson({ deliveryId, chunk: writer.next, of: groupAddresses(addresses) }));
    }
    for await (const { text } of intake.chunks({ deliveryId, firstChunk: writer.next, onlyAdded })) await writer.write('ChargesRecorded', text);
    if (scan.quarantineSha256 !== null) {
      for await (const rows of intake.quarantined()) {
        const stored = rows.map(({ row, line, badDigest, billingAccount, billingPeriodStart, problems }) => ({
          row,
          line,
          badDigest,
          billingAccount: billingAccount ?? undefined,
          billingPeriodStart: billingPeriodStart ?? undefined,
          problems: problems.map(({ column, code, expected }) => ({ column: column ?? '', code, expected })),
        }));
        await writer.write('RowsQuarantined', canonicalJson({ deliveryId, chunk: writer.next, fieldsSha256: scan.quarantineSha256, rows: stored }));
      }
    }
    await writer.finish();
    return writer.next;
  }
}

/** What else the rows of a delivery hang on: an interrupted import that is repeated otherwise is another delivery. */
const settingsOf = ({ covers = [], scan }: ImportRequest): string =>
  JSON.stringify([[...covers].sort(), scan?.defaults ?? null, scan?.virtualCurrencies ?? null]);

/** The slices of the file, and those that it covers without a row. */
function slicesOf(scan: ScanSummary, feed: Feed, covers: readonly Instant[]): Delivery['slices'] {
  const slices = scan.slices.map((slice) => ({ ...slice, billingPeriodStart: parseInstant(slice.billingPeriodStart) }));
  const present = new Set(slices.map(({ billingAccount, billingPeriodStart }) => sliceKey(billingAccount, billingPeriodStart)));
  const emptied = (feed.status === 'open' ? [...feed.inForce.keys()] : []).flatMap((key) => {
    const [period, ...account] = key.split('|');
    const billingPeriodStart = parseInt(period as string, 10) as Instant;
    return covers.includes(billingPeriodStart) && !present.has(key)
      ? [{ billingAccount: account.join('|'), billingPeriodStart, rows: 0, quarantined: 0 }]
      : [];
  });
  return [...slices, ...emptied];
}

/** Address text `delivery|chunk|index`, grouped by chunk. */
function groupAddresses(addresses: readonly string[]): { deliveryId: string; chunk: number; indexes: number[] }[] {
  const groups = new Map<string, { deliveryId: string; chunk: number; indexes: number[] }>();
  for (const address of addresses) {
    const [deliveryId, chunk, index] = address.split('|') as [string, string, string];
    const key = `${deliveryId}|${chunk}`;
    let group = groups.get(key);
    if (!group) groups.set(key, (group = { deliveryId, chunk: parseInt(chunk, 10), indexes: [] }));
    group.indexes.push(parseInt(index, 10));
  }
  return [...groups.values()];
}

/** The mended fields of this feed: kept beside the store, by the digest that the mend recorded. */
async function mendsOf(feed: Feed, files: FileStore): Promise<Map<string, (readonly string[])[]>> {
  const mends = new Map<string, (readonly string[])[]>();
  if (feed.status === 'none') return mends;
  for (const sha256 of new Set([...feed.mends.values()].map(({ fieldsSha256 }) => fieldsSha256))) {
    if (!(await files.has(sha256))) continue;
    for (const line of (await readFile(files.pathOf(sha256), 'utf8')).split('\n')) {
      if (line === '') continue;
      const { badDigest, fields } = JSON.parse(line) as { badDigest: string; fields: string[] };
      mends.set(badDigest, [...(mends.get(badDigest) ?? []), fields]);
    }
  }
  return mends;
}
