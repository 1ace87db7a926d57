import { formatInstant, type Instant, RangeProblem, tryParseInstant } from '#kernel';
import type { SliceCount } from '../intake/intake.js';
import type { FileWarning } from '../intake/row-problem.js';
import type { ImportRequest, ImportSummary } from './import-focus.js';

/** What an import did, as every door tells it. */
export interface ImportReport {
  readonly status: ImportSummary['status'];
  readonly feedId: string;
  /** Null when nothing was recorded. */
  readonly deliveryId: string | null;
  readonly file: { readonly name: string; readonly format: string; readonly focusVersion: string; readonly sha256: string; readonly bytes: number };
  readonly rows: number;
  readonly additions: number;
  readonly reversals: number;
  readonly unchanged: number;
  readonly quarantined: number;
  /** Of these, rows whose billing period cannot be read. */
  readonly quarantinedWithoutPeriod: number;
  readonly mended: number;
  readonly periods: readonly SliceCount[];
  readonly warnings: readonly FileWarning[];
}

export function importReport({ scan, status, feedId, deliveryId, additions, reversals, unchanged }: ImportSummary): ImportReport {
  const { name, format, focusVersion, sha256, bytes, rows, quarantined, quarantinedWithoutPeriod, mended, slices, warnings } = scan;
  const file = { name, format, focusVersion, sha256, bytes };
  return {
    status,
    feedId,
    deliveryId,
    file,
    rows,
    additions,
    reversals,
    unchanged,
    quarantined,
    quarantinedWithoutPeriod,
    mended,
    periods: slices,
    warnings,
  };
}

/** Settings of an import as people write them. */
export interface ImportSettings {
  /** Billing periods, e.g. 2025-05. */
  readonly covers?: readonly string[];
  /** For files without the column. */
  readonly currency?: string | undefined;
  readonly account?: string | undefined;
  readonly virtualCurrencies?: readonly string[];
}

/** @throws RangeProblem `PERIOD_MALFORMED` */
export function readImportSettings({
  covers = [],
  currency,
  account,
  virtualCurrencies = [],
}: ImportSettings): Required<Pick<ImportRequest, 'covers' | 'scan'>> {
  const defaults = {
    ...(currency === undefined ? {} : { BillingCurrency: currency }),
    ...(account === undefined ? {} : { BillingAccountId: account }),
  };
  return { covers: covers.map(billingPeriod), scan: { defaults, virtualCurrencies } };
}

/** The first moment of a billing period: a month, or a day or instant where a provider's begins otherwise. */
function billingPeriod(text: string): Instant {
  const instant = /^\d{4}-\d{2}$/.test(text) ? tryParseInstant(`${text}-01`) : tryParseInstant(text);
  if (instant === null) throw new RangeProblem('PERIOD_MALFORMED', `"${text.slice(0, 40)}" is no billing period: expected e.g. 2025-05`);
  return instant;
}

export const formatPeriod = (start: string): string =>
  /^\d{4}-\d{2}-01T00:00:00Z$/.test(start) ? start.slice(0, 7) : formatInstant(tryParseInstant(start) as Instant);
