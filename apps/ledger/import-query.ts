import { type ImportSettings, readImportSettings } from '#charges';
import { RangeProblem } from '#kernel';
import { Refusal } from '#platform';

export interface UploadQuery extends ReturnType<typeof readImportSettings> {
  readonly feed: string;
  readonly name: string;
  readonly appendOnly: boolean | undefined;
  readonly dryRun: boolean;
  /** Answer only when the rows are allocated. */
  readonly wait: boolean;
}

const FLAGS: Readonly<Record<string, boolean>> = { '': true, true: true, yes: true, '1': true, false: false, no: false, '0': false };
const KNOWN = new Set(['feed', 'name', 'covers', 'appendOnly', 'dryRun', 'wait', 'currency', 'account', 'virtualCurrency']);

/** The query of an upload. @throws Refusal `INPUT_INVALID`, naming the first field that is wrong */
export function readUploadQuery(query: Readonly<Record<string, string | string[] | undefined>>): UploadQuery {
  const unknown = Object.keys(query).find((field) => !KNOWN.has(field));
  if (unknown !== undefined) throw invalid(unknown.slice(0, 40), `unknown; there are ${[...KNOWN].join(', ')}`);
  const feed = one(query, 'feed') ?? '';
  if (feed.trim() === '' || feed.length > 200)
    throw invalid('feed', 'expected the name of the provider export that the file belongs to, up to 200 characters');
  const wait = one(query, 'wait');
  if (wait !== undefined && wait !== 'allocated') throw invalid('wait', 'expected allocated, or nothing');
  return {
    feed,
    name: (one(query, 'name') ?? 'upload').slice(0, 200),
    appendOnly: flag(query, 'appendOnly'),
    dryRun: flag(query, 'dryRun') ?? false,
    wait: wait !== undefined,
    ...settings({
      covers: many(query, 'covers'),
      currency: one(query, 'currency'),
      account: one(query, 'account'),
      virtualCurrencies: many(query, 'virtualCurrency'),
    }),
  };
}

function settings(text: ImportSettings): ReturnType<typeof readImportSettings> {
  try {
    return readImportSettings(text);
  } catch (error) {
    throw error instanceof RangeProblem ? invalid('covers', error.message) : error;
  }
}

type Query = Parameters<typeof readUploadQuery>[0];

function one(query: Query, field: string): string | undefined {
  const value = query[field];
  if (Array.isArray(value)) throw invalid(field, 'expected once');
  return value;
}

const many = (query: Query, field: string): string[] =>
  [query[field] ?? []]
    .flat()
    .flatMap((text) => text.split(','))
    .filter((text) => text !== '');

function flag(query: Query, field: string): boolean | undefined {
  const text = one(query, field);
  if (text === undefined) return undefined;
  const value = FLAGS[text];
  if (value === undefined) throw invalid(field, 'expected true or false');
  return value;
}

export const invalid = (field: string, expected: string): Refusal =>
  new Refusal('INPUT_INVALID', `${field}: ${expected}. Nothing was done.`, { field }, 400);
