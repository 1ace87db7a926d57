import { hash } from 'node:crypto';

/** The namespace of all name-based ids of the ledger: never to be changed, every stored id hangs on it. */
export const TENOR_NAMESPACE = '6f1f0f5e-3c5b-5d0a-9d5e-7a6c1b0e4f21';

/** In lower case. Asked for every event that is stored, where a regular expression costs three times as much. */
export function isUuid(text: string): boolean {
  if (text.length !== 36) return false;
  for (let i = 0; i < 36; i++) {
    const code = text.charCodeAt(i);
    const fits = i === 8 || i === 13 || i === 18 || i === 23 ? code === 0x2d : (code >= 0x30 && code <= 0x39) || (code >= 0x61 && code <= 0x66);
    if (!fits) return false;
  }
  return true;
}

export const sha256 = (input: string | Uint8Array): string => hash('sha256', input, 'hex');

/** RFC 9562 section 5.5: a name-based UUID over SHA-1. The same namespace and name give the same id, on every machine. */
export const uuidV5 = (namespace: string, name: string): string => uuidV5From(uuidBytes(namespace), name);

/** As `uuidV5`, for a namespace that is used again and again. */
export function uuidV5From(namespace: Uint8Array, name: string): string {
  // A character has at most 3 bytes.
  const input = name.length * 3 + 16 <= INPUT.length ? INPUT : Buffer.allocUnsafe(name.length * 3 + 16);
  input.set(namespace, 0);
  // A character for each byte: a string costs less to make than a buffer.
  const digest = hash('sha1', input.subarray(0, 16 + input.write(name, 16)), 'binary');
  for (let i = 0, at = 0; i < 16; i++) {
    if (SPELLING[at] === DASH) at++;
    let byte = digest.charCodeAt(i);
    if (i === 6) byte = (byte & 0x0f) | 0x50;
    else if (i === 8) byte = (byte & 0x3f) | 0x80;
    SPELLING[at++] = HEX[byte >> 4] as number;
    SPELLING[at++] = HEX[byte & 15] as number;
  }
  return SPELLING.toString('latin1');
}

/** Filled and hashed at once, so that one serves all. */
const INPUT = Buffer.allocUnsafeSlow(2048);
/** As flat text: put together from slices an id would be kept as a tree of its parts, ten times as large. */
const SPELLING = Buffer.from('00000000-0000-0000-0000-000000000000');
const HEX = Buffer.from('0123456789abcdef');
const DASH = '-'.charCodeAt(0);

export function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24), 'hex');
}

export function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
