import { closeSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { writeProblem } from './intake-problem.js';

const RUN_CHARS = 6 * 1024 * 1024;
const WRITE_LINES = 2000;

interface Run {
  readonly from: number;
  readonly to: number;
}

/**
 * Sorts any number of lines by their text in constant memory: sorted runs are spilled to one file and merged on the way out.
 * A line holds no newline. What fits one run never touches the disk.
 */
export class LineSorter {
  private lines: string[] = [];
  private chars = 0;
  private ordered = true;
  private last = '';
  private readonly runs: Run[] = [];
  private fd: number | null = null;
  private written = 0;
  private readBytes = 0;

  constructor(
    private readonly path: string,
    private readonly runChars = RUN_CHARS,
  ) {}

  /** @throws IntakeProblem FOCUS-110 when the working directory is full, FOCUS-111 */
  add(line: string): void {
    if (line < this.last) this.ordered = false;
    this.last = line;
    this.lines.push(line);
    this.chars += line.length;
    if (this.chars >= this.runChars) this.spill();
  }

  /** To be called once, when all lines are in. */
  finish(): void {
    if (this.runs.length > 0 && this.lines.length > 0) this.spill();
    else this.sort();
    this.readBytes = Math.max(16, Math.min(256, Math.floor(8192 / Math.max(this.runs.length, 1)))) * 1024;
  }

  /** All lines in order, in batches; may be called again. */
  *sorted(): Generator<readonly string[]> {
    if (this.runs.length === 0) {
      if (this.lines.length > 0) yield this.lines;
    } else if (this.runs.length === 1) yield* this.batches(this.runs[0] as Run);
    else yield* merge(this.runs.map((run) => this.batches(run)));
  }

  close(): void {
    this.lines = [];
    if (this.fd !== null) closeSync(this.fd);
    this.fd = null;
  }

  private giveBack(): void {
    try {
      if (this.fd !== null) ftruncateSync(this.fd, 0);
    } catch {
      // The failed write is what the caller has to hear of.
    }
  }

  private sort(): void {
    if (!this.ordered) this.lines.sort(compareText);
    this.ordered = true;
  }

  private spill(): void {
    this.sort();
    const from = this.written;
    try {
      this.fd ??= openSync(this.path, 'w+');
      for (let i = 0; i < this.lines.length; i += WRITE_LINES) {
        const bytes = Buffer.from(`${this.lines.slice(i, i + WRITE_LINES).join('\n')}\n`);
        for (let at = 0; at < bytes.length;) at += writeSync(this.fd, bytes, at, bytes.length - at, this.written + at);
        this.written += bytes.length;
      }
    } catch (error) {
      // A full disk stays full for everybody until what was written is given back.
      this.giveBack();
      throw writeProblem(error, this.path);
    }
    this.runs.push({ from, to: this.written });
    this.lines = [];
    this.chars = 0;
    this.last = '';
  }

  private *batches(run: Run): Generator<readonly string[]> {
    let buffer = Buffer.allocUnsafe(this.readBytes);
    let kept = 0;
    for (let at = run.from; at < run.to;) {
      if (kept === buffer.length) buffer = Buffer.concat([buffer], buffer.length * 2);
      const read = readSync(this.fd as number, buffer, kept, Math.min(buffer.length - kept, run.to - at), at);
      at += read;
      const filled = kept + read;
      const end = buffer.lastIndexOf(10, filled - 1) + 1;
      if (end > 0) yield buffer.toString('utf8', 0, end - 1).split('\n');
      buffer.copy(buffer, 0, end, filled);
      kept = filled - end;
    }
  }
}

// Comparing UTF-16 units, never by locale: the keys are plain text and the order must be the same on every machine.
const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

class Cursor {
  line = '';
  private batch: readonly string[] = [];
  private at = 0;
  constructor(private readonly source: Generator<readonly string[]>) {}

  advance(): boolean {
    while (this.at >= this.batch.length) {
      const next = this.source.next();
      if (next.done === true) return false;
      this.batch = next.value;
      this.at = 0;
    }
    this.line = this.batch[this.at++] as string;
    return true;
  }
}

/** k-way merge over a binary heap of cursors; equal lines come from the earlier run first. */
function* merge(sources: Generator<readonly string[]>[]): Generator<readonly string[]> {
  const heap = sources.map((source) => new Cursor(source)).filter((cursor) => cursor.advance());
  for (let i = (heap.length >> 1) - 1; i >= 0; i--) sink(heap, i);
  let batch: string[] = [];
  while (heap.length > 0) {
    const top = heap[0] as Cursor;
    batch.push(top.line);
    if (batch.length === 1000) {
      yield batch;
      batch = [];
    }
    if (!top.advance()) {
      const last = heap.pop() as Cursor;
      if (heap.length === 0) break;
      heap[0] = last;
    }
    sink(heap, 0);
  }
  if (batch.length > 0) yield batch;
}

function sink(heap: Cursor[], from: number): void {
  const cursor = heap[from] as Cursor;
  const { line } = cursor;
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && (heap[child + 1] as Cursor).line < (heap[child] as Cursor).line) child++;
    if ((heap[child] as Cursor).line >= line) break;
    heap[at] = heap[child] as Cursor;
    at = child;
  }
  heap[at] = cursor;
}
