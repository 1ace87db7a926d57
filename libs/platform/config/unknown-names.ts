/**
 * What others of this project read: the command line its key, the tests and the benchmarks what only they know. And what Kubernetes sets
 * in every container beside a service named "tenor" (its documentation, "Environment variables" of services).
 */
const OF_OTHERS = /^TENOR_(KEY|GOLDEN|FOCUS_SAMPLES|(TEST|BENCH)_.+|SERVICE_(HOST|PORT.*)|PORT_.+)$/;

export interface UnknownName {
  readonly name: string;
  readonly nearest: string;
}

/** Names that look like this ledger's settings and are none: whoever set one believes in something that is not so. */
export function unknownNames(env: Readonly<Record<string, string | undefined>>, known: readonly string[]): readonly UnknownName[] {
  return Object.keys(env)
    .filter((name) => name.startsWith('TENOR_') && !known.includes(name) && !OF_OTHERS.test(name) && (env[name] ?? '') !== '')
    .map((name) => ({ name, nearest: nearest(name, [...known, 'TENOR_KEY']) }));
}

const nearest = (name: string, known: readonly string[]): string => {
  const distances = known.map((each) => distance(name, each));
  return known[distances.indexOf(Math.min(...distances))] as string;
};

/** Letters to add, drop, change or swap with their neighbour until one word is the other. */
function distance(a: string, b: string): number {
  let [before, last] = [[] as number[], Array.from({ length: b.length + 1 }, (_, index) => index)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = a[i - 1] === b[j - 1] ? 0 : 1;
      let least = Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, (last[j - 1] as number) + change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) least = Math.min(least, (before[j - 2] as number) + 1);
      row.push(least);
    }
    [before, last] = [last, row];
  }
  return last[b.length] as number;
}
