import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { FAMILIES } from './families.js';
import { type Figure, meets } from './figure.js';

/** `npm run bench -- [--json] [--only NAME…] [--large]`: every figure, or some; each family in a process of its own. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    large: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
    family: { type: 'string' },
  },
});

if (values.family === undefined) await runAll();
else await runFamily(parseInt(values.family, 10));

async function runFamily(index: number): Promise<void> {
  const family = FAMILIES[index];
  const figures = await family?.run({ large: values.large }, new Set(positionals));
  process.send?.(figures);
  process.disconnect();
}

async function runAll(): Promise<void> {
  // `--only a b c` and `--only a --only b` mean the same.
  const only = [...values.only, ...positionals];
  const isWanted = (name: string): boolean => only.length === 0 || only.some((start) => name === start || name.startsWith(`${start}.`));
  const figures: Figure[] = [];
  for (const [index, family] of FAMILIES.entries()) {
    const wanted = family.figures.filter(isWanted);
    if (wanted.length === 0) continue;
    if (!values.json) process.stderr.write(`${wanted.join(', ')} …\n`);
    try {
      const found = await inProcess(index, wanted);
      figures.push(...found.filter(({ name }) => wanted.includes(name)));
    } catch (error) {
      // The others are still worth knowing; that one is missing shows in the list and in the exit code.
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    }
  }
  if (values.json) console.log(JSON.stringify({ figures }));
  else for (const figure of figures) console.log(line(figure));
}

function inProcess(index: number, wanted: readonly string[]): Promise<readonly Figure[]> {
  const child = fork(fileURLToPath(import.meta.url), ['--family', `${index}`, ...(values.large ? ['--large'] : []), ...wanted], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    let figures: readonly Figure[] | null = null;
    child.on('message', (message) => (figures = message as readonly Figure[]));
    child.on('exit', (code) => (figures ? resolve(figures) : reject(new Error(`${wanted.join(', ')}: ended with code ${code} and without figures`))));
  });
}

function line(figure: Figure): string {
  return `${meets(figure) ? ' ' : '!'} ${figure.name.padEnd(26)} ${String(figure.value).padStart(8)} ${figure.unit.padEnd(6)} ${figure.reach.padEnd(8)} ${String(figure.measured['median'] ?? '')} / ${String(figure.against['median'] ?? '')} ${String(figure.measured['unit'] ?? '')}`;
}
