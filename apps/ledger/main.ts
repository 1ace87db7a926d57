import './heap.js';
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

// Compiled code is kept beside the build: a cold start spends a third of its time compiling otherwise.
enableCompileCache(fileURLToPath(new URL('../../.compile-cache', import.meta.url)));
const { start } = await import('./start.js');
await start();
