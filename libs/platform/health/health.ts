import prometheus from 'prom-client';

const { Counter, Gauge, Histogram, Registry } = prometheus;

export interface Readiness {
  readonly ready: boolean;
  /** How far the read models are behind the store, in milliseconds. */
  readonly lagMs: number;
  /** Why not, in words for an operator. */
  readonly detail: string;
}

/** Something the service cannot work without. */
export interface Dependency {
  readonly name: string;
  /** Resolves quickly; a throw counts as not ready. */
  check(): Promise<Readiness> | Readiness;
}

/** What orchestrators and dashboards ask. `draining` turns readiness off before the doors close. */
export class Health {
  readonly metrics = new Registry();
  readonly requests = new Counter({
    name: 'tenor_graphql_requests_total',
    help: 'GraphQL requests by outcome',
    labelNames: ['outcome'],
    registers: [this.metrics],
  });
  readonly seconds = new Histogram({
    name: 'tenor_graphql_request_seconds',
    help: 'Time to answer a GraphQL request',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [this.metrics],
  });
  readonly lag = new Gauge({ name: 'tenor_read_model_lag_seconds', help: 'How far the read models are behind the store', registers: [this.metrics] });
  readonly rss = new Gauge({
    name: 'process_resident_memory_bytes',
    help: 'Resident memory',
    registers: [this.metrics],
    collect() {
      this.set(process.memoryUsage.rss());
    },
  });
  draining = false;
  private readonly dependencies: Dependency[] = [];

  add(dependency: Dependency): void {
    this.dependencies.push(dependency);
  }

  async readiness(): Promise<{ ready: boolean; lagMs: number; parts: Record<string, Readiness> }> {
    const parts = Object.fromEntries(await Promise.all(this.dependencies.map(async (part) => [part.name, await checked(part)] as const)));
    const all = Object.values(parts);
    const lagMs = Math.max(0, ...all.map((part) => part.lagMs));
    this.lag.set(lagMs / 1000);
    return { ready: !this.draining && all.every((part) => part.ready), lagMs, parts };
  }
}

async function checked(part: Dependency): Promise<Readiness> {
  try {
    return await part.check();
  } catch {
    // The cause is in the log; this page is readable without a key.
    return { ready: false, lagMs: 0, detail: 'out of reach' };
  }
}
