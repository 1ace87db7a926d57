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

/** As `uuidV5`, for a namespace that is used again and again. On the path of every command: nothing is allocated but the text. */
export function uuidV5From(namespace: Uint8Array, name: string): string {
  // A character has at most 3 bytes.
  const whole = name.length * 3 + 16 <= INPUT.length;
  const input = whole ? INPUT : Buffer.allocUnsafe(name.length * 3 + 16);
  for (let i = 0; i < 16; i++) input[i] = namespace[i] as number;
  const length = 16 + written(input, name);
  const digest = hash('sha1', whole ? (VIEWS[length] ??= INPUT.subarray(0, length)) : input.subarray(0, length), 'binary');
  for (let i = 0; i < 16; i++) BYTES[i] = digest.charCodeAt(i);
  setVersion(BYTES, 5);
  return uuidText(BYTES);
}

function setVersion(bytes: Uint8Array, version: number): void {
  bytes[6] = ((bytes[6] as number) & 0x0f) | (version << 4);
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
}

/** RFC 9562 section 5.8: these bytes are a UUID of the ledger's own making. What stands where the version goes is lost, in `bytes` too. */
export function uuidV8Text(bytes: Uint8Array): string {
  setVersion(bytes, 8);
  return uuidText(bytes);
}

/** Short plain names are nearly all of them; for those the call would cost more than the work. */
function written(input: Buffer, name: string): number {
  if (name.length > SHORT) return input.write(name, 16);
  for (let i = 0; i < name.length; i++) {
    const code = name.charCodeAt(i);
    if (code > 0x7f) return input.write(name, 16);
    input[16 + i] = code;
  }
  return name.length;
}

const SHORT = 64;
/** Filled and hashed at once, so that one serves all. */
const INPUT = Buffer.allocUnsafeSlow(2048);
/** Its first bytes, by their number. */
const VIEWS: Buffer[] = [];
const BYTES = new Uint8Array(16);
/** As flat text: put together from slices an id would be kept as a tree of its parts, ten times as large. */
const SPELLING = Buffer.from('00000000-0000-0000-0000-000000000000');
const HEX = Buffer.from('0123456789abcdef');
const DASH = '-'.charCodeAt(0);

export function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24), 'hex');
}

export function uuidText(bytes: Uint8Array): string {
  for (let i = 0, at = 0; i < 16; i++) {
    if (SPELLING[at] === DASH) at++;
    const byte = bytes[i] as number;
    SPELLING[at++] = HEX[byte >> 4] as number;
    SPELLING[at++] = HEX[byte & 15] as number;
  }
  return SPELLING.toString('latin1');
}
