import { canonicalJson, type JsonObject } from '#kernel';

import { isUuid, sha256 } from './ids.js';
import type { NewMetadata, RecordedEvent } from './port.js';

/** What every event says about itself beside its data; each field is hashed. Absence of a fact is null, never a missing member. */
export interface EnvelopeFields {
  readonly schemaVersion: number;
  readonly organization: string;
  readonly effectiveAt: string | null;
  readonly actor: string;
  readonly onBehalfOf: string | null;
  /** UUIDv5(organization, idempotency key): names the key's stream and gives nothing of the key away. */
  readonly keyDigest: string | null;
  readonly correlation: string;
  readonly causation: string | null;
  /** Selects the calculation, so that newer code gives the old answer on a replay. */
  readonly ruleVersion: string;
  readonly evidence: readonly JsonObject[];
}

export type OwnEnvelope = Pick<EnvelopeFields, 'effectiveAt' | 'evidence' | 'schemaVersion'>;
export type CommonEnvelope = Omit<EnvelopeFields, keyof OwnEnvelope>;

/**
 * The envelope as canonical JSON, in pieces: those that differ between commands stand alone. Correlation and causation carry
 * EventStoreDB's reserved names, so that its own by-correlation projection and its tools work on the ledger's streams.
 */
export const envelopeText = (fields: EnvelopeFields): NewMetadata => new Envelope(fields).of(fields);

/** The same for several events that differ in what is their own. */
export class Envelope {
  /** Without their quotes: two that differ do so from their first letter on, which is all that is compared of them. */
  private readonly correlation: string;
  private readonly keyDigest: string | null;
  private readonly caller: CallerPieces;

  constructor(common: CommonEnvelope) {
    this.keyDigest = common.keyDigest === null ? null : inside(common.keyDigest);
    this.correlation = common.correlation === common.keyDigest ? (this.keyDigest as string) : inside(common.correlation);
    this.caller = callerPieces(common);
  }

  of({ effectiveAt, evidence, schemaVersion }: OwnEnvelope): NewMetadata {
    const { correlation, keyDigest } = this;
    const { start, actor, onBehalfOf, onBehalfOfBehindKey, ends } = this.caller;
    const end = (ends[schemaVersion] ??= `${ends[0]}${schemaVersion}}`);
    const rests = evidence.length === 0 ? NO_EVIDENCE : `,"evidence":${canonicalJson(evidence)},"keyDigest":"`;
    if (keyDigest !== null) return [start, correlation, actor, instantText(effectiveAt), rests, keyDigest, onBehalfOfBehindKey, end];
    return [start, correlation, actor, instantText(effectiveAt), rests.slice(0, -1), 'null', onBehalfOf, end];
  }
}

const NO_EVIDENCE = ',"evidence":[],"keyDigest":"';

type Caller = Omit<CommonEnvelope, 'correlation' | 'keyDigest'>;
/** `ends`: the end by schema version; at 0 what each begins with. */
type CallerPieces = Readonly<Record<'start' | 'actor' | 'onBehalfOf' | 'onBehalfOfBehindKey', string>> & { readonly ends: string[] };
let last: { readonly of: Caller; readonly pieces: CallerPieces } | undefined;

/** One caller sends many commands: what is the same for all of them is written once. */
function callerPieces(of: Caller): CallerPieces {
  if (
    last?.of.actor !== of.actor ||
    last.of.organization !== of.organization ||
    last.of.onBehalfOf !== of.onBehalfOf ||
    last.of.causation !== of.causation ||
    last.of.ruleVersion !== of.ruleVersion
  ) {
    const onBehalfOf = `,"onBehalfOf":${text(of.onBehalfOf)},"organization":${text(of.organization)},"recordedAt":"`;
    const pieces = {
      start: `{"$causationId":${text(of.causation)},"$correlationId":"`,
      actor: `","actor":${text(of.actor)},"effectiveAt":`,
      onBehalfOf,
      onBehalfOfBehindKey: `"${onBehalfOf}`,
      ends: [`","ruleVersion":${text(of.ruleVersion)},"schemaVersion":`],
    };
    last = { of, pieces };
  }
  return last.pieces;
}

const text = (value: string | null): string => (value === null ? 'null' : canonicalJson(value));

/** Between the quotes. */
const inside = (value: string): string => (isUuid(value) ? value : canonicalJson(value).slice(1, -1));

let lastEffective: { readonly at: string | null; readonly text: string } = { at: null, text: 'null' };

/** Neighbours mostly share their instants: the store compares one text with itself. */
function instantText(at: string | null): string {
  if (at !== lastEffective.at) lastEffective = { at, text: text(at) };
  return lastEffective.text;
}

const RECORDED_AT = '"recordedAt":"';
const INSTANT_CHARACTERS = '2026-01-01T00:00:00.000Z'.length;

/** The moment of recording, in milliseconds. */
export const recordedAtOf = (event: RecordedEvent): number => event.recordedAt ?? Date.parse(event.metadata['recordedAt'] as string);

let lastInstant = { text: '', recordedAt: NaN };

/** The same by an envelope's text, of which nothing else is read: what comes behind it holds no such member. All events of a commit have one. */
export function recordedAtIn(envelope: string): number {
  const from = envelope.lastIndexOf(RECORDED_AT) + RECORDED_AT.length;
  const text = envelope.slice(from, from + INSTANT_CHARACTERS);
  if (text !== lastInstant.text) lastInstant = { text, recordedAt: Date.parse(text) };
  return lastInstant.recordedAt;
}

/** Who recorded an event, and for whom. */
export interface Actors {
  readonly actor: string;
  readonly onBehalfOf: string | null;
}

let lastActors: { readonly actor: string; readonly onBehalfOf: string; readonly of: Actors } | undefined;

/** Where the store has the envelope's text at hand, nothing else of it is read: one caller's events come one after the other. */
export function actorsOf(event: RecordedEvent): Actors {
  const envelope = event.metadataText;
  if (envelope === undefined) {
    const { actor, onBehalfOf = null } = event.metadata as unknown as Actors & { onBehalfOf?: string | null };
    return { actor, onBehalfOf };
  }
  // In canonical order; a quote inside a text is escaped, so what is looked for is a member. Evidence, which has members of its own, stands between the two.
  const actor = between(envelope, envelope.indexOf(ACTOR) + ACTOR.length, ',"effectiveAt":');
  const onBehalfOf = between(envelope, envelope.lastIndexOf(ON_BEHALF_OF) + ON_BEHALF_OF.length, ',"organization":');
  if (lastActors?.actor !== actor || lastActors.onBehalfOf !== onBehalfOf)
    lastActors = { actor, onBehalfOf, of: { actor: JSON.parse(actor) as string, onBehalfOf: JSON.parse(onBehalfOf) as string | null } };
  return lastActors.of;
}

const ACTOR = ',"actor":';
const ON_BEHALF_OF = ',"onBehalfOf":';

const between = (text: string, from: number, end: string): string => text.slice(from, text.indexOf(end, from));

/**
 * The hash of an event: SHA-256 in hex over the canonical JSON of what the ledger vouches for. The position and the store's own
 * timestamp are left out, so the hash is the same on every store.
 */
export function eventHash(event: RecordedEvent): string {
  const { data, id, metadata, revision, stream, type } = event;
  return sha256(canonicalJson({ data, id, metadata, revision, stream, type }));
}
