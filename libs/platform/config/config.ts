import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { plainToInstance } from 'class-transformer';
import { IsIn, IsInt, IsNotEmpty, IsString, Matches, Max, Min, MinLength, ValidateIf, validateSync } from 'class-validator';
import { CodedError } from '../errors.js';
import type { LogLevel } from '../log/log.js';
import { unknownNames } from './unknown-names.js';

export const DEMO_SECRET = 'tenor-demo-secret-not-for-production-use';
const LEVELS: readonly LogLevel[] = ['silent', 'error', 'warn', 'info', 'debug'];

/** The service's configuration: the environment, checked. docs/configuration lists it from here. */
export class Config {
  @Matches(/^(sqlite:.+|(esdb|kurrentdb)(\+discover)?:\/\/.+)$/, {
    message: 'expected sqlite:PATH or esdb://HOST:PORT',
    context: { code: 'CONFIG-101' },
  })
  TENOR_STORE = '';

  @IsString()
  @IsNotEmpty({ message: 'expected a folder', context: { code: 'CONFIG-102' } })
  TENOR_DATA = './data';

  @IsInt({ message: 'expected a port, 0 to 65535', context: { code: 'CONFIG-103' } })
  @Min(0, { message: 'expected a port, 0 to 65535', context: { code: 'CONFIG-103' } })
  @Max(65_535, { message: 'expected a port, 0 to 65535', context: { code: 'CONFIG-103' } })
  TENOR_PORT = 4000;

  @Matches(/^[A-Za-z0-9.:_-]+$/, { message: 'expected an address to listen on', context: { code: 'CONFIG-104' } })
  TENOR_HOST = '127.0.0.1';

  @ValidateIf(({ TENOR_SECRET }: Config) => TENOR_SECRET !== '')
  @MinLength(32, { message: 'expected at least 32 characters', context: { code: 'CONFIG-105' } })
  TENOR_SECRET = '';

  @Matches(/^[a-z0-9_]{1,32}$/, {
    message: "expected 1 to 32 of a-z, 0-9, '_' (no '-': store categories end there)",
    context: { code: 'CONFIG-106' },
  })
  TENOR_LEDGER = 'tenor';

  @IsIn(LEVELS, { message: `expected one of ${LEVELS.join(', ')}`, context: { code: 'CONFIG-107' } })
  TENOR_LOG: LogLevel = 'info';

  @IsIn(['', 'yes'], { message: 'expected yes or nothing', context: { code: 'CONFIG-108' } })
  TENOR_ALLOW_PLAINTEXT = '';
}

export interface Fault {
  readonly code: string;
  readonly name: string;
  readonly expected: string;
}

export class ConfigError extends CodedError {
  constructor(readonly faults: readonly Fault[]) {
    super(
      'CONFIG-100',
      `The configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((f) => `  ${f.name}: ${f.expected} [${f.code}]`).join('\n')}\n`,
      'Nothing was started.',
      'Mend what is listed and start again.',
    );
    this.name = 'ConfigError';
  }
}

/**
 * Reads the environment. All faults are reported at once; values are never repeated in an error, they may be secrets.
 * @param demo allows what is insecure: only the demo may.
 * @throws ConfigError
 */
export function readConfig(env: Readonly<Record<string, string | undefined>>, { demo = false } = {}): Config {
  const given = Object.entries(env).filter(([name, value]) => name in new Config() && value !== undefined && value !== '');
  const plain = Object.fromEntries(
    given.map(([name, value]) => [name, name === 'TENOR_PORT' && /^\d+$/.test(value ?? '') ? parseInt(value as string, 10) : value]),
  );
  const config = plainToInstance(Config, plain, { exposeDefaultValues: true });
  // A folder named alone holds all of the ledger: half of it elsewhere would be missed by whoever backs the folder up or moves it.
  if (config.TENOR_STORE === '') config.TENOR_STORE = `sqlite:${config.TENOR_DATA.replace(/\/+$/, '')}/ledger.db`;
  const faults: Fault[] = validateSync(config, { stopAtFirstError: true }).map(({ property, constraints = {}, contexts = {} }) => ({
    name: property,
    expected: Object.values(constraints)[0] ?? 'invalid',
    code: (Object.values(contexts)[0] as { code?: string } | undefined)?.code ?? 'CONFIG-100',
  }));
  for (const { name, nearest } of unknownNames(env, Object.keys(new Config())))
    faults.push({ name, expected: `there is no such setting; the nearest is ${nearest}`, code: 'CONFIG-109' });
  if (!demo) faults.push(...insecure(config));
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

function* insecure(config: Config): Generator<Fault> {
  if (config.TENOR_SECRET === DEMO_SECRET)
    yield { name: 'TENOR_SECRET', expected: "expected a secret of your own, this is the demo's", code: 'CONFIG-201' };
  if (!isLoopback(config.TENOR_HOST) && config.TENOR_ALLOW_PLAINTEXT !== 'yes') {
    const expected = 'keys would travel unencrypted: listen on 127.0.0.1 behind a TLS proxy, or accept it with TENOR_ALLOW_PLAINTEXT=yes';
    yield { name: 'TENOR_HOST', expected, code: 'CONFIG-202' };
  }
}

const isLoopback = (host: string): boolean => host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/** The installation's secret: the configured one, else one made once and kept beside the data, readable by its owner only. */
export function secretFor(config: Config): string {
  if (config.TENOR_SECRET !== '') return config.TENOR_SECRET;
  const file = join(config.TENOR_DATA, 'secret');
  mkdirSync(config.TENOR_DATA, { recursive: true, mode: 0o700 });
  try {
    writeFileSync(file, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  return readFileSync(file, 'utf8').trim();
}
