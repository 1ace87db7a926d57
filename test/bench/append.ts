import '../../apps/ledger/heap.js';
import { join } from 'node:path';
import { createDecisions, type EventStore, openEventStore } from '#event-store';
import { amend, type Amendment, amendments, COMMITMENTS, IN_FLIGHT, inFlight, LEDGER, makeAll } from './amendments.js';
import { type Family, type Figure, interleaved, ratio } from './figure.js';
import { AppendFile } from './peers/append-file.js';
import { withDirectory } from './workspace.js';

/** In a round: of half as many the file's share would be a tenth of a second, the luck of one moment of the disk. */
const COMMANDS = 20_000;
/** A command takes less and less until about so many, by when all of it is compiled. */
const WARM_UP = 160_000;
const ROUNDS = 9;
const ORGANIZATION = 'o1';

export const append: Family = {
  figures: ['append.in-process'],
  run: () => withDirectory(measure),
};

async function measure(directory: string): Promise<readonly Figure[]> {
  const store = await openEventStore(`sqlite:${join(directory, 'ledger.db')}`, { ledger: LEDGER, clock: Date });
  const decisions = createDecisions({ store, ledger: LEDGER });
  await makeAll(decisions, ORGANIZATION);
  let made = 0;
  const commands = (count: number): Promise<number> => {
    const all = amendments(made, count).values();
    made += count;
    return inFlight(count, () => amend(decisions, ORGANIZATION, all.next().value as Amendment));
  };
  // A service runs for weeks: what the compiler does in its first seconds is not what is measured.
  await commands(WARM_UP);
  const line = await lineOf(store);
  const file = new AppendFile(join(directory, 'file.log'));
  const [ours, theirs] = await interleaved(
    ROUNDS,
    () => commands(COMMANDS),
    () => inFlight(COMMANDS, () => file.append(line)),
  );
  file.close();
  await store.close();
  return [
    ratio(
      'append.in-process',
      '>= 0.40',
      { what: `amend-commitment commands with their keys over ${COMMITMENTS} commitments, ${IN_FLIGHT} in flight`, unit: 'commands/s', rounds: ours },
      {
        what: `a file: the same ${line.length} bytes a command, ${IN_FLIGHT} in flight, one write and one fdatasync a turn`,
        unit: 'commands/s',
        rounds: theirs,
      },
    ),
  ];
}

/** The two records of one command as JSON lines, as a reader gets them. */
async function lineOf(store: EventStore): Promise<string> {
  const { events } = await store.readAll({ after: ((await store.head()) ?? 0) - 2, limit: 2 });
  return events.map((event) => JSON.stringify(event)).join('\n');
}
