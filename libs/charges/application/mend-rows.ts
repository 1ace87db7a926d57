import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import type { CommandContext } from '#event-store';
import { type ChargeChunkData, decodeChargeChunk } from '../wire/charge-chunk.js';
import { csvLine, writeLines } from '../generator/write-file.js';
import { type Feed, feedDecider, type MendedRow, sliceKey } from '../domain/feed.js';
import type { MendRejection } from '../domain/mend.js';
import { type Intake, openIntake, type QuarantinedRow, type RowProblem, type ScanOptions, type ScanSummary, type SliceKey } from '../intake/index.js';
import { Deliveries, type DeliveryRow } from '../read/deliveries.js';
import { Quarantine, quarantinedFieldsOf } from '../read/quarantine.js';
import { feedCodec } from '../wire/feed.wire.js';
import { parseInstant } from '#kernel';
import { feedStream, type ImportOptions } from './import-focus.js';
import { ownerMark } from '../intake/owner.js';
import { type MendedChunk, MendWriter } from './mend-writer.js';
import { isUntouched, quarantinedFields, type QuarantinedFields, readReturned, type ReturnedRow } from './quarantine-file.js';

export interface MendRequest {
  readonly deliveryId: string;
  /** The mended CSV. */
  readonly path: string;
  readonly name: string;
  readonly dryRun?: boolean;
  /** As they were given to the import of the file. */
  readonly scan?: Pick<ScanOptions, 'defaults' | 'virtualCurrencies'>;
  readonly caller: Pick<CommandContext, 'organization' | 'actor' | 'onBehalfOf' | 'correlation'>;
}

export interface StillBad {
  readonly row: number;
  readonly problems: readonly RowProblem[];
}

export interface MendSummary {
  /** `mended`: rows came back. `unchanged`: none did. `checked`: a dry run. */
  readonly status: 'mended' | 'unchanged' | 'checked';
  readonly feedId: string;
  readonly deliveryId: string;
  readonly mended: number;
  /** Rows of the file that still cannot be read, or were returned as they went out. */
  readonly stillBad: readonly StillBad[];
  /** Rows that had been mended before. */
  readonly mendedBefore: number;
  /** Rows of periods that a later delivery has replaced: mending them changes nothing. */
  readonly replaced: number;
  /** Position of the last mend: a query at it sees the rows. */
  readonly position: number | null;
}

export type MendResult = { readonly summary: MendSummary } | { readonly rejection: MendRejection };

/** A row that was returned with other fields. */
interface Candidate {
  readonly row: number;
  readonly fields: readonly string[];
  readonly badDigest: string;
}

interface Selection {
  readonly candidates: readonly Candidate[];
  readonly untouched: readonly StillBad[];
  readonly mendedBefore: number;
}

const ATTEMPTS_MAX = 5;

/**
 * Returns quarantined rows under their delivery and row number. The rows are read as those of any file; what can be read now is
 * recorded in further chunks of the delivery, and counts from the fact in the feed's stream that says so.
 */
export class RowMending {
  constructor(private readonly options: ImportOptions) {}

  async run(request: MendRequest): Promise<MendResult> {
    const mended = new Set<number>();
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      const result = await this.attempt(request, mended);
      if (result) return result;
    }
    throw new Error(`the feed of delivery ${request.deliveryId} changed ${ATTEMPTS_MAX} times while rows were mended`);
  }

  /** Null: the feed changed in the meantime, look again. `mended` holds what this call has brought back so far. */
  private async attempt(request: MendRequest, mended: Set<number>): Promise<MendResult | null> {
    const { database, store, ledger, files } = this.options;
    const { organization } = request.caller;
    await this.options.caughtUp();
    const delivery = new Deliveries(database).find(organization, request.deliveryId);
    if (!delivery) return { rejection: { code: 'DELIVERY_NOT_FOUND', deliveryId: request.deliveryId } };
    const { deliveryId, feedId } = delivery;
    const { state: feed } = await this.options.decisions.load(feedStream(ledger, organization, feedId), feedDecider, feedCodec);
    const fieldsSha256 = await quarantinedFieldsOf(database, store, ledger, organization, deliveryId);
    if (fieldsSha256 === null) return { rejection: { code: 'QUARANTINE_EMPTY', deliveryId } };
    const original = await quarantinedFields(files, fieldsSha256);
    if (original === null || original.columns.length === 0) return { rejection: { code: 'QUARANTINE_ERASED', deliveryId } };
    const returned = await readReturned(request.path, request.name, original.columns);
    const selection = await this.select(organization, delivery, original, returned, mended);
    if ('code' in selection) return { rejection: selection };
    const { candidates, untouched, mendedBefore } = selection;
    const base = { feedId, deliveryId, mendedBefore };
    if (candidates.length === 0)
      return {
        summary: { ...base, status: mended.size > 0 ? 'mended' : 'unchanged', mended: mended.size, stillBad: untouched, replaced: 0, position: null },
      };
    return this.read(request, original.columns, candidates, async (intake, scan) => {
      const { slices, replaced } = slicesInForce(feed, deliveryId, scan);
      const stillBad = [...untouched, ...(await badRows(intake, candidates))].sort((a, b) => a.row - b.row);
      const found = await mendedChunks(intake, deliveryId, slices, candidates);
      const count = found.reduce((n, { rows }) => n + rows.length, 0);
      const summary = { ...base, stillBad, replaced, mended: count + mended.size };
      if (request.dryRun || count === 0)
        return { summary: { ...summary, status: request.dryRun ? 'checked' : mended.size > 0 ? 'mended' : 'unchanged', position: null } };
      const writer = new MendWriter(this.options, request.caller, delivery, feed);
      const position = await writer.write(found, candidates, mended);
      return position === null ? null : { summary: { ...summary, status: 'mended', position } };
    });
  }

  private async select(
    organization: string,
    { deliveryId }: DeliveryRow,
    original: QuarantinedFields,
    returned: readonly ReturnedRow[],
    mended: ReadonlySet<number>,
  ): Promise<Selection | MendRejection> {
    const byRow = new Map<number, ReturnedRow>();
    for (const each of returned) {
      if (each.row === null) return { code: 'MEND_ROW_UNREADABLE', line: each.line };
      if (byRow.has(each.row)) return { code: 'MEND_ROW_TWICE', row: each.row };
      byRow.set(each.row, each);
    }
    const quarantine = new Quarantine(this.options.database);
    const known = new Map(quarantine.rows(organization, deliveryId, { limit: -1 }).map((row) => [row.row, row]));
    const foreign = [...byRow.keys()].find((row) => !known.has(row));
    if (foreign !== undefined) return { code: 'ROW_NOT_QUARANTINED', row: foreign };
    const open = [...byRow.values()].filter(({ row }) => known.get(row as number)?.mendedAt === null);
    const before = await originalsOf(original, new Set(open.map(({ row }) => row as number)));
    const [candidates, untouched]: [Candidate[], StillBad[]] = [[], []];
    for (const { row, fields } of open.sort((a, b) => (a.row as number) - (b.row as number))) {
      const bad = before.get(row as number);
      if (bad !== undefined && isUntouched(fields, bad.fields)) untouched.push({ row: bad.row, problems: bad.problems });
      else candidates.push({ row: row as number, fields, badDigest: known.get(row as number)?.badDigest as string });
    }
    const mendedBefore = [...byRow.keys()].filter((row) => known.get(row)?.mendedAt !== null && !mended.has(row)).length;
    return { candidates, untouched, mendedBefore };
  }

  /** Reads the candidates as a file of the original's columns. Row n of it is candidate n. */
  private async read(
    { name, scan }: MendRequest,
    columns: readonly string[],
    candidates: readonly Candidate[],
    use: (intake: Intake, summary: ScanSummary) => Promise<MendResult | null>,
  ): Promise<MendResult | null> {
    const { workDir, inProcess = false } = this.options;
    const path = join(workDir, `intake-${ownerMark()}-${randomUUID()}.csv`);
    await mkdir(workDir, { recursive: true });
    const intake = await openIntake({ workDir, inProcess });
    try {
      await writeLines(path, [csvLine(columns), ...candidates.map(({ fields }) => csvLine(fields))]);
      return await use(intake, await intake.scan({ ...scan, path, name }));
    } finally {
      await intake.close();
      await rm(path, { force: true });
    }
  }
}

async function originalsOf(original: QuarantinedFields, wanted: ReadonlySet<number>): Promise<Map<number, QuarantinedRow>> {
  const found = new Map<number, QuarantinedRow>();
  for await (const batch of original.rows()) for (const row of batch) if (wanted.has(row.row)) found.set(row.row, row);
  return found;
}

/** The slices whose rows count: those that the delivery is in force for, and those that nothing has held yet. */
function slicesInForce(feed: Feed, deliveryId: string, scan: ScanSummary): { slices: SliceKey[]; replaced: number } {
  const slices: SliceKey[] = [];
  let replaced = 0;
  for (const { billingAccount, billingPeriodStart, rows } of scan.slices) {
    const held =
      feed.status === 'open' && !feed.appendOnly ? feed.inForce.get(sliceKey(billingAccount, parseInstant(billingPeriodStart))) : undefined;
    if (held === undefined || held.deliveryId === deliveryId) slices.push({ billingAccount, billingPeriodStart });
    else replaced += rows;
  }
  return { slices, replaced };
}

async function badRows(intake: Intake, candidates: readonly Candidate[]): Promise<StillBad[]> {
  const bad: StillBad[] = [];
  for await (const batch of intake.quarantined()) {
    for (const { row, problems } of batch) bad.push({ row: (candidates[row - 1] as Candidate).row, problems });
  }
  return bad;
}

/** The rows that can be read now, in chunks, under their own row numbers. */
async function mendedChunks(
  intake: Intake,
  deliveryId: string,
  slices: readonly SliceKey[],
  candidates: readonly Candidate[],
): Promise<MendedChunk[]> {
  if (slices.length === 0) return [];
  const chunks: MendedChunk[] = [];
  for await (const { text } of intake.chunks({ deliveryId, slices })) {
    const read = JSON.parse(text) as ChargeChunkData;
    const chunk = decodeChargeChunk(read);
    const own = read.row.map((row) => candidates[row - 1] as Candidate);
    const rows = own.map(({ row, badDigest }, index): MendedRow => {
      const billingPeriodStart = chunk.instant('billingPeriodStart', index) as MendedRow['billingPeriodStart'];
      return { row, badDigest, billingAccount: chunk.string('billingAccount', index) ?? '', billingPeriodStart };
    });
    chunks.push({ data: { ...read, row: own.map(({ row }) => row) }, rows });
  }
  return chunks;
}
