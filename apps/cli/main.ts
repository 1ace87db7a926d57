#!/usr/bin/env node
import { fileURLToPath } from 'node:url';

const WANTED = 24;
if (parseInt(process.versions.node, 10) < WANTED) {
  console.error(
    `Tenor runs on Node ${WANTED}; this is Node ${process.versions.node}. Nothing was done. Start it with \`npm run tenor -- …\`, which brings its own. [NODE-001]`,
  );
  process.exit(2);
}
// Older versions lack it, so it is asked for only now.
const { enableCompileCache } = await import('node:module');
enableCompileCache(fileURLToPath(new URL('../../.compile-cache', import.meta.url)));
const { run } = await import('./program.js');
process.exitCode = await run(process.argv.slice(2), { stdout: process.stdout, stderr: process.stderr, env: process.env });
