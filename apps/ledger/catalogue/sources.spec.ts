import { describe, expect, it } from 'vitest';
import { CODES } from './sources.js';

/** Parts whose texts are no refusals, or whose consequence is one for all and stands above their table. */
const OTHERWISE: Readonly<Record<string, RegExp>> = {
  'Why a charge drew or did not': /^No refusals/,
  'A file that cannot be taken in': /^Nothing of the file is recorded/,
  'A row that cannot be read': /is quarantined whole.*the rest of the file counts/,
  'What was read leniently': /^Told once a file/,
};
const DOOR = 'At the door';

describe('the catalogue', () => {
  it.each(CODES.filter(({ title }) => title in OTHERWISE))('says above $title what follows from them', ({ title, words }) => {
    expect(words).toMatch(OTHERWISE[title] as RegExp);
  });

  const refusals = CODES.filter(({ title }) => !(title in OTHERWISE));
  it.each(refusals.flatMap(({ title, codes }) => Object.entries(codes).map(([code, text]) => ({ title, code, text }))))(
    '$title: $code says why, what follows and what to do next',
    ({ title, text }) => {
      const follows =
        title === DOOR ? /Nothing was (recorded|done|read|run)\.|Whether the request took effect is unknown\./ : /Nothing was recorded\./;
      expect(text).toMatch(follows);
      const [why, next] = text.split(follows).filter((part) => part !== undefined && !/^(recorded|done|read|run)$/.test(part));
      expect(why?.trim()).toMatch(/^\S.*\.$/);
      expect(next?.trim()).toMatch(/^\S.*\.$/);
    },
  );
});
