import './heap.js';
import { enableCompileCache } from 'node:module';
import { fileURLToPath } from 'node:url';

enableCompileCache(fileURLToPath(new URL('../../.compile-cache', import.meta.url)));
const { startDemo } = await import('./start-demo.js');
await startDemo(process.argv.includes('--json'));
