import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JsonObject } from '#kernel';
import { actorsOf, envelopeText, recordedAtOf } from './envelope.js';
import { type RecordedEvent, stamped } from './port.js';

const RECORDED_AT = '2026-06-01T00:00:00.000Z';
/** Texts that look like members of the envelope, escaped or not, among others. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('",', ',"actor":"x","effectiveAt":', '","onBehalfOf":"x","organization":"', '\\', '\\"', 'null'),
);
const evidence = fc.record({ actor: text, effectiveAt: text, onBehalfOf: text, organization: text });

it('tells from the text at hand who recorded an event and for whom, as the whole envelope would', () => {
  const fields = fc.record({
    actor: text,
    onBehalfOf: fc.option(text),
    organization: text,
    keyDigest: fc.option(fc.uuid()),
    correlation: fc.uuid(),
    causation: fc.option(fc.uuid()),
    effectiveAt: fc.option(fc.constant('2026-01-01T00:00:00Z')),
    ruleVersion: text,
    evidence: fc.array(evidence, { maxLength: 2 }),
    schemaVersion: fc.constant(1),
  });
  fc.assert(
    fc.property(fields, (envelope) => {
      const metadataText = stamped(envelopeText(envelope), RECORDED_AT);
      const metadata = JSON.parse(metadataText) as JsonObject;
      const event: RecordedEvent = { position: 1, stream: 's', revision: 0, id: 'i', type: 't', data: {}, metadata };
      const { actor, onBehalfOf } = envelope;
      expect(actorsOf({ ...event, metadataText, metadata: {} })).toEqual({ actor, onBehalfOf });
      expect(actorsOf(event)).toEqual({ actor, onBehalfOf });
      expect(recordedAtOf(event)).toBe(Date.parse(RECORDED_AT));
    }),
  );
});
