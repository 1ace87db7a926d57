import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { TENOR_NAMESPACE, uuidV5 } from '../ids.js';
import type { StreamWrite } from '../port.js';
import { openDatabase } from './database.js';
import { Log } from './log.js';
import { LogSync } from './log-sync.js';
import { pathOfPlaces, PlaceIndex } from './place-index.js';
import { Reader } from './reader.js';
import { Tail } from './tail.js';
import { Writer, type Writing } from './writer.js';

const first = (name: string): StreamWrite => ({
  stream: 'l.o.shared-1',
  expected: 'no-stream',
  events: [{ id: uuidV5(TENOR_NAMESPACE, name), type: 'Happened', data: '{}', metadata: ['{"recordedAt":"', '"}'] }],
});

/** A writer as another process would open it. `meanwhile`: what happens right after it has read the log. */
function open(path: string, meanwhile: () => void = () => undefined) {
  class BusyTail extends Tail {
    override reload(): void {
      super.reload();
      meanwhile();
    }
  }
  const database = openDatabase(path, {});
  const log = new Log(database);
  const index = new PlaceIndex(pathOfPlaces(path), 1_000);
  const tail = new BusyTail(log, index);
  const sync = new LogSync(path);
  const close = (): void => [sync, index, database].forEach((part) => part.close());
  return { writer: new Writer({ database, log, tail, reader: new Reader(log, tail), sync }), close };
}

function written(writer: Writer, write: StreamWrite): Writing['written'] {
  const append: Writing = { writes: [write], written: null };
  writer.write([append], 1);
  return append.written;
}

it('knows what another process wrote while it opened: a stream begins once', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tenor-writer-'));
  const path = join(folder, 'ledger.db');
  const one = open(path);
  const two = open(path, () => expect(written(one.writer, first('a'))).toMatchObject([{ revision: 0, position: 1 }]));
  try {
    expect(written(two.writer, first('b'))).toMatchObject({ ok: false, conflict: { actual: 0 } });
  } finally {
    one.close();
    two.close();
    rmSync(folder, { recursive: true });
  }
});
