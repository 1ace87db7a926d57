import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import type { CsvRows } from './csv-rows.js';
import { CsvTokenizer, detectDelimiter } from './csv-tokenizer.js';

interface Cut {
  readonly fields: string[][];
  readonly lines: number[];
  readonly faults: boolean[];
}

/** Feeds a text in pieces of the given size. */
function tokenize(text: string, piece = text.length || 1): Cut {
  const tokenizer = new CsvTokenizer(',', 'f.csv');
  const all: Cut = { fields: [], lines: [], faults: [] };
  const take = (rows: CsvRows) => {
    for (let row = 0; row < rows.rows; row++) {
      const fields = rows.fields(row).all();
      all.fields.push(fields);
      all.lines.push(rows.line(row));
      all.faults.push(rows.isFault(row));
    }
  };
  for (let at = 0; at < text.length; at += piece) take(tokenizer.push(text.slice(at, at + piece), false));
  take(tokenizer.push('', true));
  return all;
}

describe('the CSV tokenizer', () => {
  it('tells the physical line on which a row starts, across quoted newlines and blank lines', () => {
    const text = 'a,b\n"x\ny\r\nz",1\n\n\r\n2,"3"\n';
    expect(tokenize(text)).toEqual({
      fields: [
        ['a', 'b'],
        ['x\ny\r\nz', '1'],
        ['2', '3'],
      ],
      lines: [1, 2, 7],
      faults: [false, false, false],
    });
  });

  it('gives the same rows whatever the pieces', () => {
    const text = 'a,b,c\r\n"q ""x""",,"l1\nl2"\r\n1,2,3';
    for (let piece = 1; piece <= text.length; piece++) expect(tokenize(text, piece)).toEqual(tokenize(text));
  });

  it('marks broken quoting and goes on', () => {
    expect(tokenize('a,b\n"x"y,2\n3,4\n')).toMatchObject({
      fields: [
        ['a', 'b'],
        ['xy', '2'],
        ['3', '4'],
      ],
      faults: [false, true, false],
    });
    expect(tokenize('a,b\n1,"never closed\n')).toMatchObject({ faults: [false, true] });
  });

  it('refuses a record that does not end instead of keeping it in memory', () => {
    const tokenizer = new CsvTokenizer(',', 'f.csv');
    expect(() => tokenizer.push(`a,b\n1,"${'x'.repeat(1_100_000)}`, false)).toThrow(/FOCUS-108/);
  });

  it('reads what Papa Parse reads', () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', '\n', '\r\n', ' ', '1'), maxLength: 6 });
    const table = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(table, fc.constantFrom('\n', '\r\n'), fc.integer({ min: 1, max: 9 }), (rows, newline, piece) => {
        const text = Papa.unparse(rows, { newline, quotes: false });
        expect(tokenize(text, piece).fields).toEqual(Papa.parse<string[]>(text, { newline, skipEmptyLines: true }).data);
      }),
    );
  });

  it('finds the delimiter in the header', () => {
    expect(['a,b', 'a;b;c', 'a\tb', 'a'].map(detectDelimiter)).toEqual([',', ';', '\t', ',']);
  });
});
