import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type EventStore } from '#event-store';
import { systemClock } from '#platform';
import { Projector, ReadDatabase } from '#read-store';
import { projections } from '../../apps/ledger/projections.js';
import { commands } from './amendments.js';
import { type BenchOptions, type Family, interleaved, median, ratio, round } from './figure.js';
import { benchCsv, inChild } from './focus.js';
import { openLedger } from './ledger.js';
import { withDirectory } from './workspace.js';

const ROWS = 1_000_000;
const COMMAND_EVENTS = 50_000;
const ROUNDS = 3;
const PAGE = 200;

export const rebuild: Family = {
  figures: ['projection.rebuild', 'projection.rebuild.growth'],
  run: ({ large }: BenchOptions) => withDirectory((directory) => measure(directory, large)),
};

async function measure(directory: string, large: boolean) {
  const [ours, theirs] = await rounds(join(directory, 'small'), ROWS, ROUNDS);
  const what = `rows into all read models, from ${ROWS} charge rows in chunks and ${COMMAND_EVENTS} command events`;
  const figure = ratio(
    'projection.rebuild',
    '>= 0.40',
    { what, unit: 'rows/s', rounds: ours },
    {
      what: 'the same pages of the log, JSON.parse of every event, one insert a charge row or event into one table with one primary key, a transaction a page',
      unit: 'rows/s',
      rounds: theirs,
    },
  );
  if (!large) return [figure];
  const [tenfold, tenfoldRaw] = await rounds(join(directory, 'large'), ROWS * 10, 1);
  const growth = median(ours) / median(tenfold);
  return [
    figure,
    {
      name: 'projection.rebuild.growth',
      value: round(growth),
      unit: 'ratio',
      reach: '<= 1.3',
      measured: {
        what: `time a row at ${ROWS * 10} charge rows`,
        unit: 'us',
        median: round(1e6 / median(tenfold)),
        rounds: tenfold.map((rate) => round(1e6 / rate)),
      },
      against: {
        what: `time a row at ${ROWS}`,
        unit: 'us',
        median: round(1e6 / median(ours)),
        rounds: ours.map((rate) => round(1e6 / rate)),
        raw: round(1e6 / median(tenfoldRaw)),
      },
    },
  ];
}

async function rounds(directory: string, rows: number, count: number): Promise<[number[], number[]]> {
  await inChild('import', await benchCsv(rows), directory);
  const { core, close } = await openLedger(directory);
  // In an organization without charges, so that nothing is allocated anew.
  await commands(core.decisions, 'o2', COMMAND_EVENTS);
  const path = join(directory, 'rebuilt.db');
  const rate = async (work: (database: ReadDatabase) => Promise<void>): Promise<number> => {
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
    const database = new ReadDatabase(path);
    database.exec('PRAGMA synchronous=OFF');
    const from = performance.now();
    await work(database);
    const ms = performance.now() - from;
    database.close();
    return ((rows + COMMAND_EVENTS) / ms) * 1000;
  };
  const result = await interleaved(
    count,
    () => rate((database) => new Projector({ store: core.store, database, projections: projections(), clock: systemClock }).catchUp()),
    () => rate((database) => raw(core.store, database)),
  );
  await close();
  rmSync(directory, { recursive: true });
  return result;
}

/** What a projection cannot do without: read the pages, parse the events, insert a row for each row in them. */
async function raw(store: EventStore, database: ReadDatabase): Promise<void> {
  database.exec(
    'CREATE TABLE rows (position INTEGER NOT NULL, item INTEGER NOT NULL, kind TEXT NOT NULL, starts INTEGER, amount TEXT, PRIMARY KEY (position, item)) WITHOUT ROWID',
  );
  const insert = database.sql('INSERT INTO rows VALUES (?, ?, ?, ?, ?)');
  for (let after: number | null = null; ;) {
    const { events, caughtUp } = await store.readAll({ after, limit: PAGE });
    database.transaction(() => {
      for (const { position, type, data } of events) {
        const { count, start, billedCost } = data as { count?: number; start?: number[]; billedCost?: string[] };
        if (type !== 'ChargesRecorded' || count === undefined) insert.run(position, 0, type, null, null);
        else for (let item = 0; item < count; item++) insert.run(position, item, type, start?.[item] ?? null, billedCost?.[item] ?? null);
      }
    });
    after = events.at(-1)?.position ?? after;
    if (caughtUp) return;
  }
}
