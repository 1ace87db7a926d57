import { fileURLToPath } from 'node:url';

/** A program as package.json starts it: bundled, in a process of its own. */
export const programPath = (name: 'demo' | 'ledger' | 'tenor'): string =>
  fileURLToPath(new URL(`../../dist/apps/bundle/${name}.js`, import.meta.url));
