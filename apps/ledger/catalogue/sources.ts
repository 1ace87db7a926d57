import type { StoredEventType } from '#event-schema';
import { COMMITMENT_REJECTIONS } from '#commitments';

/** Each slice's stored events and rejections: what the catalogues are made of. */
export const STORED_EVENTS: readonly StoredEventType[] = [];

/** By slice, code → what it means and what to do next, in order of precedence. */
export const REJECTIONS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Commitments: COMMITMENT_REJECTIONS,
};
