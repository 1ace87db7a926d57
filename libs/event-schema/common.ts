import {
  EVIDENCE_STATUSES,
  formatDecimal,
  formatInstant,
  invariant,
  parseDecimal,
  parseInstant,
  type Decimal,
  type Evidence,
  type EvidenceStatus,
  type Instant,
  type Json,
  type JsonObject,
  type UncertainInstant,
  type UncertainPeriod,
} from '#kernel';

/** Stored shapes that every slice shares. Absent members are "not stated"; unknown is a variant of its own. */
export const instantToJson = (instant: Instant): string => formatInstant(instant);
export const instantFromJson = (json: Json | undefined): Instant => parseInstant(json as string);
export const decimalToJson = (value: Decimal): string => formatDecimal(value);
export const decimalFromJson = (json: Json | undefined): Decimal => parseDecimal(json as string);

export function uncertainToJson({ notBefore, notAfter, wording }: UncertainInstant): JsonObject {
  const from = notBefore === null ? undefined : formatInstant(notBefore);
  const to = notAfter === null ? undefined : notAfter === notBefore ? from : formatInstant(notAfter);
  return { notAfter: to, notBefore: from, wording };
}

export function uncertainFromJson(json: Json | undefined): UncertainInstant {
  const { notBefore, notAfter, wording } = json as { notBefore?: string; notAfter?: string; wording?: string };
  return {
    notBefore: notBefore === undefined ? null : parseInstant(notBefore),
    notAfter: notAfter === undefined ? null : parseInstant(notAfter),
    ...(wording === undefined ? {} : { wording }),
  };
}

export const periodToJson = ({ start, end }: UncertainPeriod): JsonObject => ({
  start: uncertainToJson(start),
  end: end === null ? undefined : uncertainToJson(end),
});

export function periodFromJson(json: Json | undefined): UncertainPeriod {
  const { start, end } = json as { start: Json; end?: Json };
  return { start: uncertainFromJson(start), end: end === undefined ? null : uncertainFromJson(end) };
}

export const evidenceToJson = ({ id, document, sha256, uri, quotation, status }: Evidence): JsonObject => ({
  id,
  document,
  sha256: sha256 ?? undefined,
  uri: uri ?? undefined,
  quotation: quotation ?? undefined,
  status,
});

export function evidenceFromJson(json: Json): Evidence {
  const { id, document, sha256, uri, quotation, status } = json as Record<string, string | undefined>;
  invariant(
    id !== undefined && document !== undefined && EVIDENCE_STATUSES.includes(status as EvidenceStatus),
    'evidence without id, document or status',
  );
  return { id, document, sha256: sha256 ?? null, uri: uri ?? null, quotation: quotation ?? null, status: status as EvidenceStatus };
}

/** The envelope's single effectiveAt: the instant when it is exact, else null (the data holds the bounds). */
export const envelopeInstant = ({ notBefore, notAfter }: UncertainInstant): string | null =>
  notBefore !== null && notBefore === notAfter ? formatInstant(notBefore) : null;
