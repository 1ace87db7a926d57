import { hash } from 'node:crypto';

/** The namespace of all name-based ids of the ledger: never to be changed, every stored id hangs on it. */
export const TENOR_NAMESPACE = '6f1f0f5e-3c5b-5d0a-9d5e-7a6c1b0e4f21';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
export const isUuid = (text: string): boolean => text.length === 36 && UUID.test(text);

export const sha256 = (input: string | Uint8Array): string => hash('sha256', input, 'hex');

/** RFC 9562 section 5.5: a name-based UUID over SHA-1. The same namespace and name give the same id, on every machine. */
export const uuidV5 = (namespace: string, name: string): string => uuidV5From(uuidBytes(namespace), name);

/** As `uuidV5`, for a namespace that is used again and again. */
export function uuidV5From(namespace: Uint8Array, name: string): string {
  // A character has at most 3 bytes.
  const input = name.length * 3 + 16 <= INPUT.length ? INPUT : Buffer.allocUnsafe(name.length * 3 + 16);
  input.set(namespace, 0);
  const hex = hash('sha1', input.subarray(0, 16 + input.write(name, 16)), 'hex');
  for (let i = 0; i < 32; i++) SPELLING[PLACES[i] as number] = hex.charCodeAt(i);
  SPELLING[14] = VERSION;
  SPELLING[19] = VARIANT.charCodeAt(parseInt(hex[16] as string, 16));
  return SPELLING.toString('latin1');
}

/** Filled and hashed at once, so that one serves all. */
const INPUT = Buffer.allocUnsafeSlow(2048);
/** As flat text: put together from slices an id would be kept as a tree of its parts, ten times as large. */
const SPELLING = Buffer.from('00000000-0000-0000-0000-000000000000');
const PLACES = Array.from({ length: 36 }, (_, i) => i).filter((i) => SPELLING[i] === 48);
const VERSION = '5'.charCodeAt(0);
/** The nibble with its two high bits set to 10, which marks the RFC's variant. */
const VARIANT = '89ab89ab89ab89ab';

export function uuidBytes(uuid: string): Buffer {
  return Buffer.from(uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24), 'hex');
}

export function uuidText(bytes: Uint8Array): string {
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
