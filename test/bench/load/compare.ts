import { interleaved } from '../figure.js';
import { load, type Load } from './load.js';

const ROUNDS = 3;
const SECONDS = 4;
const CONNECTIONS = 50;

export type Target = Pick<Load, 'url' | 'body' | 'headers' | 'choices'> & { readonly connections?: number };

/** Requests a second of both, in turn, by the same client with 50 connections. Any failed request fails the comparison. */
export function throughput(measured: Target, against: Target, seconds = SECONDS): Promise<[number[], number[]]> {
  return interleaved(
    ROUNDS,
    () => rate(measured, seconds),
    () => rate(against, seconds),
  );
}

let used = 0;

export async function rate(target: Target, seconds: number): Promise<number> {
  // A range of its own for each run, so that no key comes twice.
  const report = await load({ connections: CONNECTIONS, ...target, seconds, first: used++ * 100_000_000 });
  if (report.failed > 0) throw new Error(`${report.failed} of ${report.answered + report.failed} requests to ${target.url} failed`);
  return report.perSecond;
}

/** The 99th percentile in milliseconds from the intended moment of sending, at a steady rate. */
export async function p99(
  target: Target,
  perSecond: number,
  seconds: number,
): Promise<{ readonly p99: number; readonly p50: number; readonly max: number }> {
  const report = await load({ ...target, connections: CONNECTIONS, seconds, rate: perSecond, first: used++ * 100_000_000 });
  if (report.failed > 0) throw new Error(`${report.failed} requests to ${target.url} failed`);
  return report;
}
