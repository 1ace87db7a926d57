import type { DecimalColumn, InstantColumn, StringColumn } from './charge-row.js';

/** A chunk holds at most this many rows … */
export const CHUNK_ROWS_MAX = 1000;
/** … and its canonical JSON at most this many bytes of UTF-8. */
export const CHUNK_BYTES_MAX = 512 * 1024;

/**
 * How the source spelled decimals that are stored canonically. Padded with zeros: `commonPlaces` where all present values agree on
 * so many places, else `places`, one a row (-1: as stored). `rows` and `texts`: any other spelling, whole, by index in the chunk.
 */
export interface SpellingData {
  readonly commonPlaces?: number;
  readonly places?: readonly number[];
  readonly rows?: readonly number[];
  readonly texts?: readonly string[];
}

/**
 * The stored form of `ChargesRecorded.data`, version 1: columns side by side, integers and text only (RFC 8785 with members sorted).
 * `strings[0]` is "" and means absent. A string column holds indexes into `strings`, an instant column indexes into `instants` (-1 absent),
 * a decimal column canonical decimals ("" absent). A column that is absent in every row is left out.
 */
export type ChargeChunkData = {
  readonly deliveryId: string;
  /** Ordinal of the chunk in its delivery, from 0: the revision of its event in the delivery's stream. */
  readonly chunk: number;
  readonly count: number;
  readonly strings: readonly string[];
  readonly instants: readonly string[];
  /** Row numbers in the file, the first data row being 1. */
  readonly row: readonly number[];
  readonly spelling?: { readonly [column in DecimalColumn | 'contractApplied']?: SpellingData };
} & { readonly [column in StringColumn]?: readonly number[] } & { readonly [column in InstantColumn]?: readonly number[] } & {
  readonly [column in DecimalColumn]?: readonly string[];
};
