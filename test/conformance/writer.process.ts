import { openEmbeddedStore } from '../../libs/event-store/embedded/index.js';
import { TENOR_NAMESPACE, uuidV5 } from '../../libs/event-store/ids.js';

// A process of its own that writes until it is killed, or until `count` events a stream. Each acknowledged append is one line.
const [path = '', name = '', count = '0', shared = ''] = process.argv.slice(2);
const store = openEmbeddedStore(path);

async function writer(stream: string, mine: string): Promise<void> {
  let revision = -1;
  for (let i = 0; i < Number(count);) {
    const id = uuidV5(TENOR_NAMESPACE, `${mine}-${i}`);
    const event = { id, type: 'Happened', data: `{"i":${i}}`, metadata: ['{"recordedAt":"', '"}'] as const };
    const outcome = await store.append([{ stream, expected: revision < 0 ? 'no-stream' : revision, events: [event] }]);
    if (outcome.ok) {
      process.stdout.write(`${stream} ${id}\n`);
      revision++;
      i++;
    } else revision = outcome.conflict.actual === 'no-stream' ? -1 : outcome.conflict.actual;
  }
}

await Promise.all([
  ...Array.from({ length: 5 }, (_, w) => writer(`l.o.${name}-${w}`, `${name}-${w}`)),
  ...(shared ? [writer('l.o.shared-1', `${name}-shared`)] : []),
]);
await store.close();
