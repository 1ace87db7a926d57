import { type CommandContext, envelopeText, type EventStore, type NewEvent } from '#event-store';

const WINDOW = 8;

/** The envelope of a delivery's chunks: the same for each, whoever brings them in and under whichever rules. */
export const chunkEnvelope = (
  { organization, actor, onBehalfOf = null }: Pick<CommandContext, 'organization' | 'actor'> & { readonly onBehalfOf?: string | null | undefined },
  deliveryId: string,
  ruleVersion: string,
): NewEvent['metadata'] =>
  envelopeText({
    schemaVersion: 1,
    organization,
    effectiveAt: null,
    actor,
    onBehalfOf,
    keyDigest: null,
    correlation: deliveryId,
    causation: null,
    ruleVersion,
    evidence: [],
  });

/**
 * Writes the chunks of a delivery to its stream, several on the way at once, each at its exact revision: a chunk that stands there
 * already, from an attempt that was interrupted, is recognised by its id and written no second time.
 */
export class ChunkWriter {
  next = 0;
  private readonly inFlight: Promise<void>[] = [];

  constructor(
    private readonly store: EventStore,
    private readonly stream: string,
    private readonly event: (type: string, chunk: number, data: string) => NewEvent,
  ) {}

  async write(type: string, data: string): Promise<void> {
    const chunk = this.next++;
    const stored = this.append(chunk, this.event(type, chunk, data));
    // A failure is met when the window is awaited; until then it must not count as unhandled.
    stored.catch(() => undefined);
    this.inFlight.push(stored);
    if (this.inFlight.length >= WINDOW) await this.inFlight.shift();
  }

  async finish(): Promise<void> {
    for (const stored of this.inFlight.splice(0)) await stored;
  }

  private async append(chunk: number, event: NewEvent): Promise<void> {
    if (!this.store.atomicAcrossStreams) await this.inFlight.at(-1);
    const outcome = await this.store.append([{ stream: this.stream, expected: chunk === 0 ? 'no-stream' : chunk - 1, events: [event] }]);
    if (!outcome.ok) throw new Error(`chunk ${chunk} of ${this.stream} met revision ${outcome.conflict.actual}`);
  }
}
