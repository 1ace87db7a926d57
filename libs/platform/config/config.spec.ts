import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, DEMO_SECRET, readConfig, secretFor } from './config.js';

function faultsOf(env: Record<string, string>, demo = false): string[] {
  try {
    readConfig(env, { demo });
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map(({ name, code }) => `${name} ${code}`);
  }
}

describe('configuration', () => {
  it('has defaults that need nothing installed and listen to this machine only', () => {
    expect(readConfig({})).toMatchObject({
      TENOR_STORE: 'sqlite:./data/ledger.db',
      TENOR_DATA: './data',
      TENOR_HOST: '127.0.0.1',
      TENOR_PORT: 4000,
      TENOR_LEDGER: 'tenor',
    });
    expect(readConfig({ TENOR_PORT: '0', TENOR_STORE: 'esdb://localhost:2113?tls=false' })).toMatchObject({ TENOR_PORT: 0 });
  });

  it('keeps the store in the folder that is named alone', () => {
    expect(readConfig({ TENOR_DATA: '/srv/tenor/' })).toMatchObject({ TENOR_STORE: 'sqlite:/srv/tenor/ledger.db' });
    expect(readConfig({ TENOR_DATA: '/srv/tenor', TENOR_STORE: 'sqlite:./a.db' })).toMatchObject({ TENOR_STORE: 'sqlite:./a.db' });
  });

  it('reports all faults at once, each with its code', () => {
    const env = { TENOR_STORE: 'mysql://x', TENOR_PORT: '70000', TENOR_LEDGER: 'a-b', TENOR_SECRET: 'short', TENOR_LOG: 'loud' };
    expect(faultsOf(env).sort()).toEqual([
      'TENOR_LEDGER CONFIG-106',
      'TENOR_LOG CONFIG-107',
      'TENOR_PORT CONFIG-103',
      'TENOR_SECRET CONFIG-105',
      'TENOR_STORE CONFIG-101',
    ]);
    expect(faultsOf({ TENOR_PORT: 'eighty' })).toEqual(['TENOR_PORT CONFIG-103']);
  });

  it('refuses a name that it does not know, and says which one is meant', () => {
    const saying = (name: string) => {
      try {
        return readConfig({ [name]: 'hunter2' });
      } catch (error) {
        return (error as ConfigError).message;
      }
    };
    expect(faultsOf({ TENOR_PROT: '4000' })).toEqual(['TENOR_PROT CONFIG-109']);
    expect(saying('TENOR_PROT')).toMatch(/TENOR_PROT: .* nearest is TENOR_PORT \[CONFIG-109\]/);
    expect(saying('TENOR_STROE')).toContain('nearest is TENOR_STORE');
    expect(saying('TENOR_ALLOW_PLAIN_TEXT')).toContain('nearest is TENOR_ALLOW_PLAINTEXT');
    expect(saying('TENOR_PROT')).not.toContain('hunter2');
    expect(faultsOf({ TENOR_PROT: '1', TENOR_LGO: 'info' }, true)).toEqual(['TENOR_PROT CONFIG-109', 'TENOR_LGO CONFIG-109']);
  });

  it('leaves alone what others read, what is empty and what only begins alike', () => {
    const others = ['KEY', 'GOLDEN', 'FOCUS_SAMPLES', 'TEST_EVENTSTOREDB_URL', 'BENCH_DIR', 'SERVICE_HOST', 'SERVICE_PORT_HTTP', 'PORT_4000_TCP'].map(
      (name) => [`TENOR_${name}`, 'x'] as const,
    );
    expect(faultsOf({ ...Object.fromEntries(others), TENOR_PROT: '', TENORIO_PORT: '1', tenor_port: '1' })).toEqual([]);
  });

  it('never repeats a value: it may be a secret', () => {
    expect(() => readConfig({ TENOR_SECRET: 'hunter2' })).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('hunter2') as string }) as Error,
    );
  });

  it('refuses what is insecure outside the demo', () => {
    expect(faultsOf({ TENOR_SECRET: DEMO_SECRET })).toEqual(['TENOR_SECRET CONFIG-201']);
    expect(faultsOf({ TENOR_SECRET: DEMO_SECRET }, true)).toEqual([]);
    for (const host of ['0.0.0.0', '::', '10.0.0.1', '127.evil.example']) expect(faultsOf({ TENOR_HOST: host })).toEqual(['TENOR_HOST CONFIG-202']);
    expect(faultsOf({ TENOR_HOST: '0.0.0.0', TENOR_ALLOW_PLAINTEXT: 'yes' })).toEqual([]);
  });

  it('makes a secret once, for its owner only', () => {
    const folder = mkdtempSync(join(tmpdir(), 'tenor-config-'));
    try {
      const config = readConfig({ TENOR_DATA: join(folder, 'data') });
      const secret = secretFor(config);
      expect(secret.length).toBeGreaterThanOrEqual(32);
      expect(secretFor(config)).toBe(secret);
      expect(statSync(join(folder, 'data', 'secret')).mode & 0o777).toBe(0o600);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
