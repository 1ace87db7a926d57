import type { Instant } from '#kernel';
import { type Entities, ReadDatabase, type ReadModels } from '#read-store';
import { expect, it } from 'vitest';
import { DrawdownProjection } from './drawdown.projection.js';
import { Moments } from './moment.js';

it('reads postings where the answer stands, however often and in whatever order it is asked', () => {
  const database = new ReadDatabase(':memory:');
  const { runs, triggers } = new DrawdownProjection().tables;
  for (const { ddl } of [runs, triggers]) database.exec(ddl);
  const projector = { position: 5, lagMs: 0 };
  const moments = new Moments({ database } as Entities, projector as ReadModels, { now: () => 0 as Instant });
  const postings = (organization: string, position?: number) => moments.at(organization, position === undefined ? {} : { position }).postings;
  const before = { position: 5, pending: true, version: 0 };
  const after = { position: 7, pending: false, version: 6 };

  database.sql('INSERT INTO triggers VALUES (?, ?, ?, ?, ?, ?, NULL)').run('o', 5, 'e', 'delivery', 's', null);
  for (let n = 0; n < 2; n++) expect(postings('o')).toEqual(before);
  // The rows may be ahead of the position that this thread has heard of.
  database.sql('INSERT INTO runs VALUES (?, ?, ?, ?, ?, ?, ?)').run('o', 6, 7, 'r', 'e', 0, 0);
  database.sql('UPDATE triggers SET settled = 7').run();
  expect(postings('o')).toEqual(before);
  projector.position = 7;
  for (let n = 0; n < 2; n++) expect(postings('o')).toEqual(after);
  expect(postings('another')).toEqual({ position: 7, pending: false, version: 0 });
  expect(postings('o', 5)).toEqual(before);
  // Inside the run the answer is that before it.
  expect(postings('o', 6)).toEqual({ position: 5, pending: true, version: 5 });
  expect(postings('o')).toEqual(after);
  database.close();
});
