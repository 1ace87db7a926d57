import type { IntakeProblemData } from './intake-problem.js';
import type { ChunksOptions, InForceRow, Progress, ScanOptions, SliceKey } from './intake.js';

/** What the host asks of the worker. Streams are pulled item by item, which is all the back-pressure there is. */
export type Request =
  | { readonly id: number; readonly ask: 'scan'; readonly options: ScanOptions }
  | { readonly id: number; readonly ask: 'diff'; readonly slices: readonly SliceKey[] | undefined }
  | { readonly id: number; readonly ask: 'open'; readonly stream: StreamName; readonly options?: ChunksOptions }
  | { readonly id: number; readonly ask: 'next'; readonly of: number }
  | { readonly id: number; readonly ask: 'return'; readonly of: number }
  | { readonly id: number; readonly ask: 'cancel' }
  | { readonly id: number; readonly ask: 'close' }
  /** Answers a `pull`; `batch` null is the end, `failed` a failure on the host's side. */
  | { readonly id: number; readonly ask: 'push'; readonly batch: readonly InForceRow[] | null; readonly failed?: string };

export type StreamName = 'chunks' | 'reversals' | 'quarantined';

export type Reply =
  | { readonly to: number; readonly value: unknown }
  | { readonly to: number; readonly problem: IntakeProblemData }
  | { readonly to: number; readonly error: string }
  | { readonly progress: Progress }
  /** The running diff wants the next batch of rows in force. */
  | { readonly pull: true };
