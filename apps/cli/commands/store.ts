import { copyStore, openEventStore } from '#event-store';
import { systemClock } from '#platform';
import type { MakeNoun } from '../noun.js';
import { progress } from '../progress.js';
import { type CommonFlags, configOf } from '../session.js';

export function storeCommands(noun: MakeNoun): void {
  const store = noun('store', 'The store of record');
  store.verb<CommonFlags>(
    'copy <from> <to>',
    'Copy a ledger from store to store, every hash kept; may be broken off and begun again',
    [],
    async ({ io, out, flags, args }) => {
      const [from, to] = args as [string, string];
      const options = { ledger: configOf(flags, io.env).TENOR_LEDGER, clock: systemClock };
      const source = await openEventStore(from, options);
      try {
        const target = await openEventStore(to, options);
        try {
          const head = (await source.head()) ?? 1;
          const bar = progress(out, 'copying');
          const { events, repeated } = await copyStore(source, target, {
            onProgress: ({ events: count, position }) => bar.update(position, head, `${count} events`),
          }).finally(() => bar.stop());
          out.result({ events, repeated }, `${events} events, ${repeated} of them stood there already`);
          out.next(`TENOR_STORE=${to.replace(/\/\/[^@/]*@/, '//…@')} npm start`);
        } finally {
          await target.close();
        }
      } finally {
        await source.close();
      }
    },
  );
}
