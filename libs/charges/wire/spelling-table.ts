import type { JsonObject } from '#kernel';
import { DECIMAL_COLUMNS, FIRST_DECIMAL, SPELLING_COUNT, type EncodedRow } from './charge-row.js';
import type { SpellingData } from './chunk-data.js';

const NAMES = [...DECIMAL_COLUMNS, 'contractApplied'] as const;

/** Gathers the spellings of one chunk's decimals, column by column. */
export class SpellingTable {
  private places: (number[] | undefined)[] = [];
  private others: ({ rows: number[]; texts: string[] } | undefined)[] = [];
  /** The places that all present values of a column share so far; undefined before the first, null once they differ. */
  private common: (number | null | undefined)[] = [];
  private any = false;

  add(index: number, spelling: EncodedRow['spelling'], values: readonly string[]): void {
    for (let c = 0; c < SPELLING_COUNT; c++) {
      if (c < DECIMAL_COLUMNS.length && values[FIRST_DECIMAL + c] === '') continue;
      const text = spelling === null ? '' : (spelling[c] as string);
      const places = text === '' || text.startsWith('=') ? -1 : Number(text);
      if (text.startsWith('=')) this.addOther(c, index, text.slice(1));
      if (this.common[c] === undefined) this.common[c] = places;
      else if (this.common[c] !== places) this.common[c] = null;
      if (places < 0) continue;
      this.any = true;
      const column = (this.places[c] ??= []);
      while (column.length < index) column.push(-1);
      column.push(places);
    }
  }

  private addOther(c: number, index: number, text: string): void {
    this.any = true;
    const other = (this.others[c] ??= { rows: [], texts: [] });
    other.rows.push(index);
    other.texts.push(text);
  }

  /** The stored form; undefined when every decimal was spelled canonically. */
  data(count: number): JsonObject | undefined {
    if (!this.any) return undefined;
    const data: Record<string, JsonObject> = {};
    for (let c = 0; c < SPELLING_COUNT; c++) {
      const places = this.places[c];
      const other = this.others[c];
      if (places === undefined && other === undefined) continue;
      const common = this.common[c];
      const agreed = typeof common === 'number' && common >= 0 ? common : undefined;
      data[NAMES[c] as string] = {
        commonPlaces: places === undefined ? undefined : agreed,
        places: places === undefined || agreed !== undefined ? undefined : [...places, ...new Array<number>(count - places.length).fill(-1)],
        rows: other?.rows,
        texts: other?.texts,
      };
    }
    return data;
  }
}

/** The source's spelling of a stored decimal: the inverse of what the table keeps. */
export function spelled(data: SpellingData | undefined, index: number, canonical: string): string {
  if (data === undefined || canonical === '') return canonical;
  const at = data.rows?.indexOf(index) ?? -1;
  if (at >= 0) return data.texts?.[at] ?? canonical;
  const places = data.commonPlaces ?? data.places?.[index] ?? -1;
  return places < 0 ? canonical : padPlaces(canonical, places);
}

export function padPlaces(canonical: string, places: number): string {
  const point = canonical.indexOf('.');
  return point < 0 ? `${canonical}.${'0'.repeat(places)}` : canonical + '0'.repeat(places - (canonical.length - point - 1));
}
