import { percentile } from '../figure.js';
import { Connection, type MakeRequest, requestMaker } from './connection.js';
import type { Load, LoadReport } from './load.js';

/** Answers of the first part of a run are not counted: they warm both sides up. */
const WARM_UP = 0.2;

/** Requests that fall due between two ticks are sent at the second, and are late from when they were due. A client that spins would take one of two cores. */
const TICK_MS = 1;

process.once('message', (message) => {
  run(message as Load).then(
    (report) => {
      process.send?.(report);
      process.disconnect();
    },
    (error: unknown) => {
      throw error;
    },
  );
});

async function run(options: Load): Promise<LoadReport> {
  const url = new URL(options.url);
  const connections = await Promise.all(Array.from({ length: options.connections }, () => Connection.open(url)));
  const tally = new Tally(options.seconds);
  const make = requestMaker(url, options.body, options.headers ?? {}, options.first ?? 0, options.choices);
  await (options.rate === undefined ? closedLoop(connections, make, tally) : openLoop(connections, make, tally, options.rate));
  for (const connection of connections) connection.close();
  return tally.report();
}

class Tally {
  readonly end: number;
  private readonly begin: number;
  private readonly latencies: number[] = [];
  private failed = 0;
  private bytes = 0;
  private last = 0;

  constructor(seconds: number) {
    const now = performance.now();
    this.begin = now + seconds * 1000 * WARM_UP;
    this.end = now + seconds * 1000;
  }

  add(intended: number, ok: boolean, bytes: number): void {
    if (intended < this.begin) return;
    const now = performance.now();
    if (!ok) {
      this.failed++;
      return;
    }
    this.latencies.push(now - intended);
    this.bytes += bytes;
    this.last = now;
  }

  report(): LoadReport {
    const { latencies, failed } = this;
    const answered = latencies.length;
    if (answered === 0) return { answered, failed, perSecond: 0, bytes: 0, p50: 0, p99: 0, max: 0 };
    return {
      answered,
      failed,
      perSecond: (answered / (this.last - this.begin)) * 1000,
      bytes: Math.round(this.bytes / answered),
      p50: percentile(latencies, 0.5),
      p99: percentile(latencies, 0.99),
      max: percentile(latencies, 1),
    };
  }
}

/** Each connection sends as soon as it was answered. */
function closedLoop(connections: readonly Connection[], make: MakeRequest, tally: Tally): Promise<unknown> {
  return Promise.all(
    connections.map(
      (connection) =>
        new Promise<void>((resolve) => {
          const next = (): void => {
            const sent = performance.now();
            if (sent >= tally.end) return resolve();
            connection.send(make(), ({ ok, bytes }) => {
              tally.add(sent, ok, bytes);
              // A connection that was closed answers at once: not in the same turn, or it would never end.
              if (ok) next();
              else setTimeout(next, 10);
            });
          };
          next();
        }),
    ),
  );
}

/** Requests fall due at a steady rate; one that finds no free connection waits, and its wait counts. */
function openLoop(connections: readonly Connection[], make: MakeRequest, tally: Tally, rate: number): Promise<void> {
  const free = [...connections];
  const due: number[] = [];
  const step = 1000 / rate;
  let intended = performance.now() + 50;
  return new Promise((resolve) => {
    const pump = (): void => {
      while (free.length > 0 && due.length > 0) {
        const connection = free.pop() as Connection;
        const at = due.shift() as number;
        connection.send(make(), ({ ok, bytes }) => {
          tally.add(at, ok, bytes);
          free.push(connection);
          pump();
        });
      }
    };
    const ticks = setInterval(() => {
      const now = performance.now();
      for (; intended <= now && intended < tally.end; intended += step) due.push(intended);
      pump();
      if (intended < tally.end || due.length > 0 || free.length < connections.length) return;
      clearInterval(ticks);
      resolve();
    }, TICK_MS);
  });
}
