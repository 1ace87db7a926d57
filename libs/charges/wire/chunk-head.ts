import type { RecordedEvent } from '#event-store';

/** What the read models keep of a chunk: a hundredth of it. */
export interface ChunkHead {
  readonly deliveryId: string;
  readonly chunk: number;
  readonly count: number;
  readonly instants: readonly string[];
  readonly start: readonly number[];
  readonly end: readonly number[];
}

/** In the order of canonical JSON, so that one pass over the text finds them all. */
const MEMBERS = ['chunk', 'count', 'deliveryId', 'end', 'instants', 'start'] as const;

/**
 * The head of a `ChargesRecorded`. Where the store has the canonical text, only these members of it are parsed: inside a JSON text a
 * quoted name before a colon is a member's name (in a string its quotes are escaped), and no nested object of a chunk has these names.
 */
export function chunkHead(event: RecordedEvent): ChunkHead {
  if (event.text === undefined) return event.data as unknown as ChunkHead;
  const head: Partial<Record<(typeof MEMBERS)[number], unknown>> = {};
  let at = 0;
  for (const member of MEMBERS) {
    const name = `"${member}":`;
    const from = event.text.indexOf(name, at) + name.length;
    if (from < name.length) return event.data as unknown as ChunkHead;
    at = endOf(event.text, from);
    head[member] = JSON.parse(event.text.slice(from, at));
  }
  return head as ChunkHead;
}

/** Where a flat value ends: an array of numbers or instants, a string without escapes, or a number. */
function endOf(text: string, from: number): number {
  if (text[from] === '[') return text.indexOf(']', from) + 1;
  if (text[from] === '"') return text.indexOf('"', from + 1) + 1;
  const comma = text.indexOf(',', from);
  return comma < 0 ? text.length - 1 : comma;
}
