import { DatabaseSync } from 'node:sqlite';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { NameFilter } from './name-filter.js';
import { PlaceIndex } from './place-index.js';

const directory = mkdtempSync(join(tmpdir(), 'tenor-places-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;

interface Place {
  readonly hash: number;
  readonly revision: number;
  readonly position: number;
}

/** So many events, each of one of so many streams; some streams have the hash of another. */
function events(count: number, streams: number, seed: number): Place[] {
  const next = new Map<number, number>();
  let random = seed;
  return Array.from({ length: count }, (_, i) => {
    random = (Math.imul(random, 1103515245) + 12345) >>> 0;
    const stream = random % streams;
    const revision = next.get(stream) ?? 0;
    next.set(stream, revision + 1);
    return { hash: (stream % Math.ceil(streams * 0.9)) * 4_503_599_000, revision, position: i + 1 };
  });
}

const asEntries = (places: readonly Place[]): Float64Array =>
  Float64Array.from(places.flatMap(({ hash, revision, position }) => [hash, revision, position]));

const byRevision = (a: Place, b: Place): number => a.revision - b.revision || a.position - b.position;
const sortedNumbers = (numbers: Iterable<number>): number[] => [...numbers].sort((a, b) => a - b);

describe('the index of places', () => {
  it('finds of every name what was written, in order where the name is one, whatever runs and merges there were', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 30, max: 400 }), fc.nat(), (streams, batch, seed) => {
        const index = new PlaceIndex(join(directory, `${files++}.db`), 1_000);
        const all = events(batch * 20, streams, seed);
        for (let from = 0; from < all.length; from += batch) {
          const position = from + batch;
          index.write(asEntries(all.slice(from, position)), { position, id: `${position}` });
          index.tidy();
        }
        for (const hash of new Set(all.map((place) => place.hash))) {
          const own = all.filter((place) => place.hash === hash);
          const isOne = new Set(own.map(({ revision }) => revision)).size === own.length;
          const inOrder = (found: Iterable<number>): number[] => (isOne ? [...found] : sortedNumbers(found));
          const wanted = (from: number, until: number): number[] =>
            inOrder(
              own
                .filter(({ revision }) => revision >= from && revision < until)
                .sort(byRevision)
                .map(({ position }) => position),
            );
          for (const [from, until] of [
            [0, Number.MAX_SAFE_INTEGER],
            [3, 9],
            [own.length - 1, own.length],
            [own.length, own.length + 5],
          ] as const)
            expect(inOrder(index.positions(hash, from, until))).toEqual(wanted(from, until));
          expect(inOrder(index.positionsBackwards(hash))).toEqual(isOne ? wanted(0, own.length).reverse() : wanted(0, own.length));
        }
        expect(index.watermark).toEqual({ position: all.length, id: `${all.length}` });
        index.close();
      }),
      { numRuns: 25 },
    );
  });

  it('merges runs as they become many, and keeps each entry once', () => {
    const path = join(directory, 'merged.db');
    const index = new PlaceIndex(path, 1_000);
    for (let run = 1; run <= 70; run++) {
      index.write(Float64Array.of(run, 0, run), { position: run, id: '' });
      index.tidy();
    }
    index.close();
    const database = new DatabaseSync(path);
    const levels = database.prepare('SELECT level, count(*) AS runs FROM runs GROUP BY level ORDER BY level').all();
    expect(levels.map((row) => ({ ...row }))).toEqual([
      { level: 0, runs: 6 },
      { level: 2, runs: 1 },
    ]);
    expect(database.prepare('SELECT sum(length(entries)) AS bytes FROM chunks').get()).toMatchObject({ bytes: 70 * 24 });
    database.close();
  });

  it('takes of what another process wrote already only what lies beyond', () => {
    const path = join(directory, 'two.db');
    const [one, other] = [new PlaceIndex(path, 1_000), new PlaceIndex(path, 1_000)];
    const all = events(100, 1, 1);
    one.write(asEntries(all.slice(0, 60)), { position: 60, id: 'a' });
    other.write(asEntries(all), { position: 100, id: 'b' });
    one.write(asEntries(all.slice(0, 80)), { position: 80, id: 'c' });
    for (const index of [one, other]) {
      expect([...index.positions(0, 0, 1_000)]).toEqual(all.map(({ position }) => position));
      expect(index.watermark).toEqual({ position: 100, id: 'b' });
      index.close();
    }
  });

  it('gives its snapshot back when nobody reads on', () => {
    const index = new PlaceIndex(':memory:', 1_000);
    index.write(asEntries(events(10, 1, 1)), { position: 10, id: '' });
    for (const position of index.positions(0, 0, 10)) {
      expect(position).toBe(1);
      break;
    }
    index.write(asEntries(events(20, 1, 1)), { position: 20, id: '' });
    expect([...index.positionsBackwards(0)]).toEqual(Array.from({ length: 20 }, (_, i) => 20 - i));
  });

  it('asks the file only for names that its filter may hold, and takes none that is out of date', () => {
    const index = new PlaceIndex(':memory:', 1_000);
    const all = events(500, 300, 7);
    index.write(asEntries(all), { position: 500, id: '' });
    const number = index.wantedFilter as number;
    const filter = index.makeFilter();
    for (const { hash } of all) expect(filter.mayHold(hash)).toBe(true);
    index.dropFilter();
    index.takeFilter(filter, number);
    expect(index.wantedFilter).toBe(number + 1);
    index.takeFilter(filter, number + 1);
    expect(index.wantedFilter).toBe(null);
    const { hash } = all[0] as Place;
    expect([...index.positions(hash, 0, 1)]).not.toEqual([]);
    expect([...index.positionsBackwards(hash)]).not.toEqual([]);
    // Not told of, so it is not looked for.
    index.write(Float64Array.of(77, 0, 501), { position: 501, id: '' });
    expect([...index.positions(77, 0, 1), ...index.positionsBackwards(77)]).toEqual([]);
    index.remember([77]);
    expect([...index.positions(77, 0, 1), ...index.positionsBackwards(77)]).toEqual([501, 501]);
  });
});

describe('the filter of names', () => {
  it('holds all that was added, and seldom seems to hold another', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 2 ** 52 - 1 }), { minLength: 2_000, maxLength: 4_000 }), (hashes) => {
        const [added, others] = [hashes.slice(0, 1_000), hashes.slice(1_000)];
        const filter = NameFilter.for(added.length);
        for (const hash of added) filter.add(hash);
        const there = NameFilter.of(filter.parts);
        for (const hash of added) expect(there.mayHold(hash)).toBe(true);
        expect(others.filter((hash) => there.mayHold(hash)).length).toBeLessThan(others.length / 20);
      }),
      { numRuns: 20 },
    );
  });

  it('is full when it holds more than it is meant for', () => {
    const filter = NameFilter.for(1);
    for (let i = 0; i < 32_768; i++) filter.add(i * 1_000_003);
    expect(filter.isFull).toBe(false);
    filter.add(5);
    expect(filter.isFull).toBe(true);
  });
});
