import { setImmediate } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Sealer } from './sealer.js';

const sealer = new Sealer('a secret of at least thirty-two characters');

describe('sealed tokens', () => {
  it('open for their kind and organization only', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), fc.string(), (organization, suffix, payload) => {
        const token = sealer.seal('cursor', organization, payload);
        expect(sealer.open('cursor', organization, token)).toBe(payload);
        expect(sealer.open('cursor', organization + suffix, token)).toBeNull();
        expect(sealer.open('position', organization, token)).toBeNull();
        expect(new Sealer('another secret, also of thirty-two and more').open('cursor', organization, token)).toBeNull();
      }),
    );
  });

  it('show nothing of what they hold, not even its order', () => {
    const tokens = [1, 2, 3].map((position) => sealer.seal('position', 'org', position.toString()));
    expect(new Set(tokens.map((token) => token.slice(0, 12))).size).toBe(3);
    expect(sealer.seal('position', 'other', '1')).not.toBe(tokens[0]);
  });

  it('tell of a position once a turn: what was committed together has one token, and none tells later whether others have written', async () => {
    const token = sealer.seal('position', 'org', '7');
    expect(sealer.seal('position', 'org', '7')).toBe(token);
    expect(sealer.seal('position', 'org 7', '7')).not.toBe(token);
    await setImmediate();
    const later = sealer.seal('position', 'org', '7');
    expect(later).not.toBe(token);
    expect([token, later].map((each) => sealer.open('position', 'org', each))).toEqual(['7', '7']);
  });

  it('break with any bit changed, a second spelling included', () => {
    const token = sealer.seal('node', 'org', 'Contract:1');
    const bytes = Buffer.from(token, 'base64url');
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(sealer.open('node', 'org', changed.toString('base64url'))).toBeNull();
    }
    for (const other of ['', 'x', `${token}=`, ` ${token}`, `${token.slice(0, -1)}!`, 'A'.repeat(3_000)])
      expect(sealer.open('node', 'org', other)).toBeNull();
  });

  it('name an entity the same for ever', () => {
    const id = sealer.nodeId('Contract', 'org', 'c:1');
    expect(new Sealer('a secret of at least thirty-two characters').nodeId('Contract', 'org', 'c:1')).toBe(id);
    expect(sealer.openNodeId('org', id)).toEqual({ type: 'Contract', id: 'c:1' });
    expect(sealer.openNodeId('other', id)).toBeNull();
  });
});
