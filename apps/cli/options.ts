import { Option } from 'commander';
import { type Instant, MS_PER_DAY, MS_PER_HOUR, tryParseInstant } from '#kernel';
import { systemClock } from '#platform';
import { usage } from './cli-error.js';

export const CALLER = (): Option[] => [
  new Option('--key <secret>', 'API key to act with (TENOR_KEY); better in the environment, where no process list shows it'),
  new Option('--org <id or name>', 'organization to act for as its operator, without a key'),
];

/** May be given several times. */
export const repeated = (flags: string, description: string): Option =>
  new Option(flags, description).argParser((value: string, before: string[] | undefined) => [...(before ?? []), value]);

const DURATION = /^(\d{1,6})(h|d)$/;

/** "24h", "90d". @throws CliError */
export function durationMs(text: string): number {
  const match = DURATION.exec(text);
  if (!match) throw usage(`"${text}" is no duration.`, 'Write e.g. 24h or 90d.');
  return parseInt(match[1] as string, 10) * (match[2] === 'h' ? MS_PER_HOUR : MS_PER_DAY);
}

/** An instant, a day, or a duration from now. @throws CliError */
export function expiryOf(text: string | undefined): Instant | null {
  if (text === undefined) return null;
  if (DURATION.test(text)) return (systemClock.now() + durationMs(text)) as Instant;
  const instant = tryParseInstant(text);
  if (instant === null) throw usage(`"${text}" is no expiry.`, 'Write e.g. 90d, 2027-01-01 or 2027-01-01T12:00:00Z.');
  return instant;
}

export function countOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^\d{1,9}$/.test(text)) throw usage(`"${text}" is no number.`, 'Write a whole number.');
  return parseInt(text, 10);
}
