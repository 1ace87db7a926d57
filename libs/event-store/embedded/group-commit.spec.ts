import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { StreamWrite } from '../port.js';
import type { Checkpointer } from './checkpointer.js';
import { GroupCommit } from './group-commit.js';
import type { LogSync } from './log-sync.js';
import type { Writer, Writing } from './writer.js';

const WRITES: readonly StreamWrite[] = [];
const DISK_MS = 0.5;

/** A group commit over a disk that takes half a millisecond and counts as quick or not, and the sizes of its commits. */
function begin({ isQuick = false, fault = null as Error | null } = {}) {
  const commits: number[] = [];
  const seen = { waitedHere: 0, leftToAnother: 0, stored: 0 };
  const write = (appends: readonly Writing[]) => {
    commits.push(appends.length);
    for (const append of appends) append.written = [];
    return 100;
  };
  const group = new GroupCommit({
    writer: { write } as unknown as Writer,
    sync: {
      isQuick,
      check: () => undefined,
      later: (done: (fault: null) => void) => {
        seen.leftToAnother++;
        setTimeout(() => done(null), DISK_MS);
      },
      now: () => {
        seen.waitedHere++;
        if (fault) throw fault;
      },
    } as unknown as LogSync,
    checkpointer: { committed: () => undefined, close: () => Promise.resolve() } as unknown as Checkpointer,
    path: 'ledger.db',
    clock: Date,
    position: () => 1,
    onStored: () => void seen.stored++,
    gatherMs: 3,
  });
  const append = (count = 1) => Promise.all(Array.from({ length: count }, () => group.append(WRITES)));
  return { append, commits, seen, group };
}

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setImmediate', 'performance', 'Date'], now: 1_000 }));
afterEach(() => void vi.useRealTimers());

it('holds nobody up who writes alone', async () => {
  const { append, commits } = begin();
  const from = performance.now();
  let done = 0;
  const caller = (async () => {
    for (; done < 10; done++) await append();
  })();
  await vi.advanceTimersByTimeAsync(10 * 2);
  await caller;
  expect(done).toBe(10);
  expect(commits).toEqual(Array(10).fill(1));
  expect(performance.now() - from).toBeLessThanOrEqual(20);
});

it('commits at once when all that were lately under way wait', async () => {
  const { append, commits } = begin();
  for (let round = 0; round < 3; round++) {
    const answered = append(10);
    await vi.advanceTimersByTimeAsync(2);
    await answered;
  }
  expect(commits).toEqual([10, 10, 10]);
});

it('gathers what comes within a few milliseconds when fewer wait', async () => {
  const { append, commits } = begin();
  const all = [append(10)];
  await vi.advanceTimersByTimeAsync(1);
  for (let n = 0; n < 2; n++) {
    all.push(append());
    await vi.advanceTimersByTimeAsync(1);
  }
  await vi.advanceTimersByTimeAsync(2);
  await Promise.all(all);
  expect(commits).toEqual([10, 2]);
});

it('forgets after a while how many there were', async () => {
  const { append, commits } = begin();
  const all = [append(10)];
  await vi.advanceTimersByTimeAsync(150);
  // Two commits with so long between them, and what was lately is another while.
  for (let n = 0; n < 2; n++) {
    all.push(append());
    await vi.advanceTimersByTimeAsync(150);
  }
  const before = commits.length;
  all.push(append());
  await vi.advanceTimersByTimeAsync(1);
  all.push(append());
  await vi.advanceTimersByTimeAsync(1);
  await Promise.all(all);
  expect(commits.length).toBe(before + 2);
});

it('writes what it gathers when it is closed', async () => {
  const { append, commits, group } = begin();
  const all = [append(10)];
  await vi.advanceTimersByTimeAsync(1);
  all.push(append());
  const closed = group.close();
  await vi.advanceTimersByTimeAsync(10);
  await Promise.all([...all, closed]);
  expect(commits).toEqual([10, 1]);
});

it('waits itself for a quick disk, but not for that of a large commit', async () => {
  const { append, commits, seen } = begin({ isQuick: true });
  for (const count of [10, 40]) {
    const answered = append(count);
    await vi.advanceTimersByTimeAsync(10);
    await answered;
  }
  // Of the forty 24 are committed at once; the rest, when the disk has taken those.
  expect(commits).toEqual([10, 24, 16]);
  expect(seen).toEqual({ waitedHere: 2, leftToAnother: 1, stored: 3 });
});

it('tells each append of a fault of the disk that it waited for itself, and shows it to nobody', async () => {
  const fault = new Error('no disk');
  const { append, seen } = begin({ isQuick: true, fault });
  const told = append(10).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(1);
  expect(await told).toBe(fault);
  expect(seen).toEqual({ waitedHere: 1, leftToAnother: 0, stored: 0 });
});
