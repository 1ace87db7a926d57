import { setTimeout } from 'node:timers/promises';
import { envelopeText, type EventStore, type NewEvent, StoreFault, uuidV5 } from '#event-store';
import { canonicalJson, type JsonObject } from '#kernel';
import type { Entities, ReadModels, ReadDatabase } from '#read-store';
import { AllocationEngine } from '../domain/allocation/engine.js';
import { Chunks, LATEST } from '../read/chunks.js';
import { Drawdown } from '../read/drawdown.js';
import { allocateDelivery } from './allocate-delivery.js';
import { BookReader } from '../read/book.js';
import { reallocate } from './reallocate.js';
import type { Run, Trigger } from './run.js';

/** Names the calculation that made an allocation, so that newer code can replay it as it was. */
export const ALLOCATION_RULES = 'allocation-1';

export interface AllocatorOptions {
  readonly store: EventStore;
  readonly ledger: string;
  readonly database: ReadDatabase;
  readonly entities: Entities;
  readonly projector: ReadModels;
  readonly onFault: (error: unknown) => void;
}

const SETTLE_MS = 3_600_000;

/** Charges wait longer than any allocation takes: the log or the disk is in trouble. */
export class AllocationFault extends Error {
  constructor() {
    super(
      'Charges are recorded but not allocated. Their figures are PROVISIONAL until they are. Is the store in reach, the disk full? It is tried again. [ALLOC-101]',
    );
    this.name = 'AllocationFault';
  }
}

/** Another process allocates the same organization: wait for its events instead of doubling them. */
class Overtaken extends Error {}
/** So long it is left to go on before the next try, which the slower of the two would lose again. */
const GIVE_WAY_MS = 100;
const RETRY_MS = 500;

/** What is to be done next, and where it stands. */
interface Begun {
  readonly trigger: Trigger;
  /** Events of its run that are stored and projected already. */
  readonly done: number;
  /** Of the last allocation event projected; -1: of none. */
  readonly revision: number;
}

/**
 * Turns charges into postings. Follows the triggers in recorded order, one run each, all in one stream an organization: that
 * stream alone knows how full a commitment is. Deterministic ids at exact revisions make a repeated run the same run.
 */
export class Allocator {
  private running: Promise<void> | null = null;
  private again = false;
  private closed = false;
  private readonly chunks: Chunks;
  private readonly books: BookReader;
  private readonly engines = new Map<string, { readonly fingerprint: string; readonly revision: number; readonly engine: AllocationEngine }>();

  constructor(private readonly options: AllocatorOptions) {
    const { database, store, ledger, entities } = options;
    this.chunks = new Chunks(database, store, ledger);
    this.books = new BookReader(entities);
  }

  /** Called when the service begins, where the last one may have ended in the middle of a run, and whenever the read models moved. */
  wake(): void {
    if (this.closed) return;
    if (this.running) {
      this.again = true;
      return;
    }
    if (this.next() === null) return;
    this.running = this.run().finally(() => {
      this.running = null;
      if (this.again) {
        this.again = false;
        this.wake();
      }
    });
  }

  /** Resolves when everything stored by now is projected and allocated. */
  async settle(): Promise<void> {
    const { projector } = this.options;
    await projector.catchUp();
    this.wake();
    if (!(await projector.waitFor(() => this.next() === null, SETTLE_MS))) throw new AllocationFault();
    while (this.running) await this.running;
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  private async run(): Promise<void> {
    try {
      for (let begun = this.begin(); begun !== null && !this.closed; begun = this.begin()) await this.settleTrigger(begun);
    } catch (error) {
      this.engines.clear();
      if (error instanceof Overtaken) {
        await this.options.projector.catchUp().catch(this.options.onFault);
        // Still running, so that each event of the other does not begin it again.
        await setTimeout(GIVE_WAY_MS);
        this.again = true;
        return;
      }
      this.options.onFault(error);
      if (!this.closed) void setTimeout(RETRY_MS, undefined, { ref: false }).then(() => this.wake());
    }
  }

  /**
   * Read at one moment: between two reads another process could end the run that the first one saw open, and its first event
   * would be appended again after its last, at a revision where the store cannot know it for a repeat.
   */
  private begin(): Begun | null {
    return this.options.database.snapshot(() => {
      const pending = this.next();
      if (pending === null) return null;
      const { organization } = pending;
      const { trigger, done } = this.openRun(organization) ?? { trigger: pending, done: 0 };
      return { trigger, done, revision: this.lastRevision(organization) };
    });
  }

  /** The first trigger to settle; changes of terms in a row are taken together, as the last of them leaves the terms. */
  private next(): Trigger | null {
    const first = this.trigger('settled IS NULL ORDER BY org, position');
    if (first === null || first.kind !== 'terms') return first;
    const { organization } = first;
    const open = this.openRun(organization);
    if (open) return open.trigger;
    const other = this.trigger("org = ? AND settled IS NULL AND kind != 'terms' ORDER BY position", organization);
    return this.trigger('org = ? AND settled IS NULL AND position < ? ORDER BY position DESC', organization, other?.position ?? LATEST);
  }

  private trigger(where: string, ...bounds: (string | number)[]): Trigger | null {
    const row = this.options.database
      .sql(`SELECT org, position, event, kind, subject, chunk FROM triggers WHERE ${where} LIMIT 1`)
      .get<[string, number, string, Trigger['kind'], string, number | null]>(...bounds);
    if (!row) return null;
    const [organization, position, event, kind, subject, chunk] = row;
    return { organization, position, event, kind, subject, chunk };
  }

  /** A run that began and did not end goes on under the trigger it began with. */
  private openRun(organization: string): { trigger: Trigger; done: number } | null {
    const row = this.options.database
      .sql(
        'SELECT t.position, t.event, t.kind, t.subject, t.chunk, r.allocation_revision - r.first_revision + 1 FROM runs r JOIN triggers t ON t.org = r.org AND t.event = r.trigger_event WHERE r.org = ? AND r.last IS NULL',
      )
      .get<[number, string, Trigger['kind'], string, number | null, number]>(organization);
    if (!row) return null;
    const [position, event, kind, subject, chunk, done] = row;
    return { trigger: { organization, position, event, kind, subject, chunk }, done };
  }

  private async settleTrigger({ trigger, done, revision: before }: Begun): Promise<void> {
    let [revision, count, position] = [before, done, 0];
    const runId = uuidV5(trigger.event, 'allocation');
    const run: Run = {
      trigger,
      chunks: this.chunks,
      database: this.options.database,
      done,
      append: async (data) => {
        position = await this.append(trigger.organization, revision, this.newEvent(trigger, runId, count, data));
        revision++;
        count++;
      },
    };
    if (trigger.kind === 'terms') await this.settleTerms(run);
    else await this.allocate(run, revision, () => revision);
    await this.options.projector.waitFor(() => (this.options.projector.position ?? -1) >= position, 600_000);
  }

  /**
   * Only an event that nobody had stored before us was decided on what came before it: the read models may hold another's by the
   * time that a commitment is looked up, and what is decided then counts for nothing, alike or not.
   */
  private async append(organization: string, revision: number, event: NewEvent): Promise<number> {
    const stream = allocationStream(this.options.ledger, organization);
    const expected = revision < 0 ? 'no-stream' : revision;
    const outcome = await this.options.store.append([{ stream, expected, events: [event], contested: true }]).catch((error: unknown) => {
      throw error instanceof StoreFault && error.code === 'STORE-111' ? new Overtaken() : error;
    });
    if (!outcome.ok || outcome.appended.some(({ repeated }) => repeated)) throw new Overtaken();
    return outcome.position;
  }

  /** Only terms that an allocation looks at move anything: a new name doesn't. A run that began goes on, whatever it was for. */
  private async settleTerms(run: Run): Promise<void> {
    const { organization, position } = run.trigger;
    const settled = run.done > 0 ? null : this.lastSettled(organization);
    if (settled !== null && this.books.drawsAlike(organization, settled, position)) await run.append({ final: true });
    else await reallocate(run, this.books.at(organization, position));
  }

  /** The position of the trigger that was settled last: everything was allocated by the terms known there. */
  private lastSettled(organization: string): number | null {
    return (
      this.options.database
        .sql(
          'SELECT t.position FROM runs r JOIN triggers t ON t.org = r.org AND t.event = r.trigger_event WHERE r.org = ? AND r.last IS NOT NULL ORDER BY r.first DESC LIMIT 1',
        )
        .get<[number]>(organization)?.[0] ?? null
    );
  }

  private async allocate(run: Run, before: number, after: () => number): Promise<void> {
    const { organization, position } = run.trigger;
    const fingerprint = this.books.fingerprint(organization, position);
    const kept = this.engines.get(organization);
    const fits = kept?.fingerprint === fingerprint && kept.revision === before && run.done === 0;
    const engine = fits
      ? kept.engine
      : new AllocationEngine(this.books.at(organization, position), {
          drawn: (commitment, from, to) => new Drawdown(this.options.database, commitment, LATEST).between(from, to),
        });
    this.engines.delete(organization);
    await allocateDelivery(run, engine);
    this.engines.set(organization, { fingerprint, revision: after(), engine });
  }

  private lastRevision(organization: string): number {
    return this.options.database.sql('SELECT max(allocation_revision) FROM runs WHERE org = ?').get<[number | null]>(organization)?.[0] ?? -1;
  }

  private newEvent({ organization, event: trigger }: Trigger, run: string, index: number, data: JsonObject): NewEvent {
    return {
      id: uuidV5(trigger, `allocation|${index}`),
      type: 'ChargesAllocated',
      data: canonicalJson({ ...data, run, trigger }),
      metadata: envelopeText({
        schemaVersion: 1,
        organization,
        effectiveAt: null,
        actor: 'allocator',
        onBehalfOf: null,
        keyDigest: null,
        correlation: run,
        causation: trigger,
        ruleVersion: ALLOCATION_RULES,
        evidence: [],
      }),
    };
  }
}

/** One stream an organization: the order in it is the order in which commitments were filled. */
export const allocationStream = (ledger: string, organization: string): string => `${ledger}.${organization}.allocation-${organization}`;
