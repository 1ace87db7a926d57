import type { Position } from '#event-store';
import type { Kinds } from './read-models.js';

/** What a projector in a thread of its own is asked. */
export type ToProjector =
  | { readonly ask: 'wake'; readonly number: number }
  /** Another generation is in use. */
  | { readonly ask: 'reopen'; readonly path: string }
  | { readonly ask: 'close' };

/** What it tells. `path` is the file that it speaks of. */
export type FromProjector =
  | { readonly tell: 'advanced'; readonly path: string; readonly position: Position; readonly kinds: Kinds }
  /** Everything is read that was stored before the wake of this number; the position may be one that another process reached. */
  | { readonly tell: 'idle'; readonly path: string; readonly number: number; readonly position: Position | null }
  /** It has begun; wakes are its own from now on. */
  | { readonly tell: 'ready'; readonly path: string; readonly position: Position | null }
  | { readonly tell: 'fault'; readonly error: unknown };
