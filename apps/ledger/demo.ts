import '#guard-node';
import './heap.js';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

module.enableCompileCache(fileURLToPath(new URL('../../.compile-cache', import.meta.url)));
const { startDemo } = await import('./start-demo.js');
await startDemo(process.argv.includes('--json'));
