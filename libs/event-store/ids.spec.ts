import { expect, it } from 'vitest';

import { isUuid, sha256, uuidBytes, uuidText, uuidV5 } from './ids.js';

it('makes the name-based UUIDs of RFC 9562', () => {
  // Appendix A.4 of the RFC: www.example.com in the DNS namespace.
  expect(uuidV5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'www.example.com')).toBe('2ed6657d-e927-568b-95e1-2665a8aea6a2');
});

it('tells UUIDs from other text', () => {
  expect(isUuid('2ed6657d-e927-568b-95e1-2665a8aea6a2')).toBe(true);
  for (const text of [
    '',
    'x',
    '2ED6657D-E927-568B-95E1-2665A8AEA6A2',
    '2ed6657d-e927-568b-95e1-2665a8aea6a',
    '2ed6657d-e927-568b-95e1-2665a8aea6a2 ',
  ])
    expect(isUuid(text)).toBe(false);
});

it('keeps a UUID through its bytes', () => {
  const uuid = '2ed6657d-e927-568b-95e1-2665a8aea6a2';
  expect(uuidText(uuidBytes(uuid))).toBe(uuid);
});

it('hashes as FIPS 180-4 says', () => {
  expect(sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});
