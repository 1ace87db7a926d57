import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

/** What stands in a secret besides its random part: where to look its hash up. */
export interface SecretParts {
  readonly organization: string;
  readonly keyId: string;
}

const SECRET = /^tnr_([0-9a-f]{32})_([0-9a-f]{16})_[A-Za-z0-9_-]{43}$/;

/** `tnr_<organization>_<key>_<256 random bits>`: shown once, never stored. The prefix lets scanners of leaked secrets find it. */
export const newSecret = ({ organization, keyId }: SecretParts): string => `tnr_${organization}_${keyId}_${randomBytes(32).toString('base64url')}`;

export function partsOfSecret(secret: string): SecretParts | null {
  const match = SECRET.exec(secret);
  return match ? { organization: match[1] as string, keyId: match[2] as string } : null;
}

/** Lower-case hexadecimal SHA-256. The secret has 256 random bits, so a slow hash would protect nothing. */
export const hashSecret = (secret: string): string => hash('sha256', secret, 'hex');

/** Compares two hexadecimal digests in a time that does not depend on where they differ. */
export const sameHash = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'));
