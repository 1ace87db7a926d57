import '#guard-node';
import './heap.js';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

// The guard comes first, and what an older Node lacks is asked for by no name: it would stop at that, before the guard has spoken.
// Compiled code is kept beside the build: a cold start spends a third of its time compiling otherwise.
module.enableCompileCache(fileURLToPath(new URL('../../.compile-cache', import.meta.url)));
const { start } = await import('./start.js');
await start();
