import { existsSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import type { ChunkText } from '../wire/chunk-builder.js';
import type { ChunksOptions, DiffSummary, InForceRow, Intake, Progress, ScanOptions, ScanSummary, SliceKey } from './intake.js';
import { cancelled, IntakeProblem } from './intake-problem.js';
import type { Reply, Request, StreamName } from './protocol.js';
import type { QuarantinedRow } from './quarantine.js';
import { IntakeSession } from './session.js';

export interface IntakeOptions {
  /** Directory for spilled rows; about the size of the uncompressed file is needed. */
  readonly workDir: string;
  /** Run in the calling thread: for tests, and where no compiled worker is at hand. */
  readonly inProcess?: boolean;
  /** The compiled worker, when it is not beside this module. */
  readonly workerUrl?: URL;
}

// Chunks of half a megabyte that wait between the threads.
const AHEAD = 4;
// A file of any size is read in this much; without the limits V8 would take more only because it is there.
const LIMITS = { maxOldGenerationSizeMb: 256, maxYoungGenerationSizeMb: 48 };

/** Opens the intake of one file in a worker thread of its own, so that commands and queries go on while it reads. */
export async function openIntake({ workDir, inProcess = false, workerUrl }: IntakeOptions): Promise<Intake> {
  const url = workerUrl ?? new URL('./intake.worker.js', import.meta.url);
  if (inProcess || !existsSync(url)) return IntakeSession.open(workDir);
  return new IntakeHost(new Worker(url, { workerData: { workDir }, resourceLimits: LIMITS, execArgv: [] }));
}

type DistributedOmit<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;
type Ask = DistributedOmit<Request, 'id'>;
interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

class IntakeHost implements Intake {
  private ids = 0;
  private readonly waiting = new Map<number, Waiting>();
  private dead: Error | null = null;
  private onProgress: ((progress: Progress) => void) | undefined;
  private pull: (() => void) | undefined;

  constructor(private readonly worker: Worker) {
    worker.on('message', (reply: Reply) => this.receive(reply));
    worker.on('error', (error) => this.fail(crashed(error instanceof Error ? error.message : String(error))));
    worker.on('exit', (code) => this.fail(crashed(`its thread ended with code ${code}`)));
  }

  async scan(options: ScanOptions, onProgress?: (progress: Progress) => void, signal?: AbortSignal): Promise<ScanSummary> {
    if (signal?.aborted) throw cancelled();
    this.onProgress = onProgress;
    const cancel = () => void this.ask({ ask: 'cancel' }).catch(() => undefined);
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return (await this.ask({ ask: 'scan', options })) as ScanSummary;
    } finally {
      signal?.removeEventListener('abort', cancel);
    }
  }

  async diff(inForce: AsyncIterable<readonly InForceRow[]>, slices?: readonly SliceKey[]): Promise<DiffSummary> {
    const rows = inForce[Symbol.asyncIterator]();
    this.pull = () =>
      void rows
        .next()
        .then(
          ({ done, value }) => this.ask({ ask: 'push', batch: done === true ? null : (value as readonly InForceRow[]) }),
          (error: unknown) => this.ask({ ask: 'push', batch: null, failed: error instanceof Error ? error.message : String(error) }),
        )
        .catch(() => undefined);
    return (await this.ask({ ask: 'diff', slices })) as DiffSummary;
  }

  reversals(): AsyncIterable<readonly string[]> {
    return this.stream<readonly string[]>('reversals');
  }

  chunks(options: ChunksOptions): AsyncIterable<ChunkText> {
    return this.stream<ChunkText>('chunks', options);
  }

  quarantined(): AsyncIterable<readonly QuarantinedRow[]> {
    return this.stream<readonly QuarantinedRow[]>('quarantined');
  }

  async close(): Promise<void> {
    await this.ask({ ask: 'close' }).catch(() => undefined);
    this.dead ??= crashed('it was closed');
    await this.worker.terminate();
  }

  /** Some items are asked for ahead, so that the worker goes on while the caller stores and projects what it made. */
  private async *stream<T>(stream: StreamName, options?: ChunksOptions): AsyncGenerator<T> {
    const of = this.ids + 1;
    await this.ask({ ask: 'open', stream, ...(options ? { options } : {}) });
    const next = () => this.ask({ ask: 'next', of }) as Promise<IteratorResult<T>>;
    const ahead: Promise<IteratorResult<T>>[] = [];
    try {
      for (;;) {
        while (ahead.length < AHEAD) {
          const item = next();
          // Met when its turn comes; until then it must not count as unhandled.
          item.catch(() => undefined);
          ahead.push(item);
        }
        const { done, value } = (await ahead.shift()) as IteratorResult<T>;
        if (done === true) return;
        yield value;
      }
    } finally {
      if (this.dead === null) await this.ask({ ask: 'return', of });
    }
  }

  private ask(ask: Ask): Promise<unknown> {
    if (this.dead !== null) return Promise.reject(this.dead);
    const id = ++this.ids;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.worker.postMessage({ ...ask, id });
    });
  }

  private receive(reply: Reply): void {
    if ('progress' in reply) return this.onProgress?.(reply.progress);
    if ('pull' in reply) return this.pull?.();
    const error = 'problem' in reply ? IntakeProblem.from(reply.problem) : 'error' in reply ? crashed(reply.error) : null;
    // Zero is the worker's own start: without it nothing else will be answered.
    if (reply.to === 0 && error !== null) return this.fail(error);
    const waiting = this.waiting.get(reply.to);
    this.waiting.delete(reply.to);
    if (error !== null) waiting?.reject(error);
    else waiting?.resolve('value' in reply ? reply.value : undefined);
  }

  private fail(error: Error): void {
    this.dead ??= error;
    for (const { reject } of this.waiting.values()) reject(this.dead);
    this.waiting.clear();
  }
}

const crashed = (detail: string): IntakeProblem =>
  new IntakeProblem(
    'FOCUS-113',
    `The reading thread failed: ${detail.slice(0, 500)}.`,
    'Import the file again; if it fails again, report this message with the file.',
    'What was handed over before is recorded, the rest is not.',
  );
