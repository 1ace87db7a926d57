import { DEMO_SECRET, readConfig } from '#platform';
import { compose, type Composed } from './compose.js';
import { createLedger, type RunningLedger } from './create-ledger.js';
import { DemoClock } from './demo/demo-clock.js';
import { takeDemoFolder } from './demo/demo-folder.js';
import { type Demo, seedDemo } from './demo/seed-demo.js';
import { explain } from './start.js';
import { stopOnSignals } from './stop.js';

const DATA = './demo-data';

/** `npm run demo`: the whole service with a year of a laboratory in its own folder, made anew at each start, on a port of its own. */
export async function startDemo(json: boolean, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  let opened: Composed | undefined;
  try {
    const config = readConfig(
      {
        TENOR_PORT: '0',
        TENOR_LOG: json ? 'error' : 'warn',
        ...env,
        TENOR_DATA: DATA,
        TENOR_STORE: `sqlite:${DATA}/ledger.db`,
        TENOR_SECRET: DEMO_SECRET,
      },
      { demo: true },
    );
    takeDemoFolder(DATA);
    if (!json) process.stderr.write('DEMO  Recording a year of a laboratory …\n');
    const clock = new DemoClock();
    const options = (opened = await compose(config, { clock }));
    const demo = await seedDemo(options.core, clock);
    const ledger = await createLedger(options);
    stopOnSignals(ledger, options.log);
    process.stdout.write(json ? readyLine(ledger, demo) : banner(ledger, demo));
  } catch (error) {
    await opened?.core.close();
    explain(error);
  }
}

/** What was committed, drawn and left over when the year ended; one amount is unknown, one disputed. */
const QUERY =
  '{ commitments(asOf: { effective: \\"2025-12-31T23:59:59Z\\" }) { nodes { name unit utilization { committed { value status } drawn { value } remaining { value } } } } }';

const readyLine = ({ url }: RunningLedger, { apiKey }: Demo): string =>
  `${JSON.stringify({ event: 'ready', graphql: `${url}/graphql`, apiKey, pid: process.pid })}\n`;

const banner = ({ url }: RunningLedger, { apiKey, files, rows, last }: Demo): string => `
  DEMO  Nothing here is real. ${rows} rows of ${files} billing files stand in ${DATA}, made anew at each start.

  GraphQL    ${url}/graphql
  GraphiQL   ${url}/graphiql
  API key    ${apiKey}

  Try        curl ${url}/graphql -H 'authorization: Bearer ${apiKey}' -H 'content-type: application/json' \\
               -d '{"query":"${QUERY}"}'
  Next       open GraphiQL and paste the key into the field above it; or send the last file again, which changes nothing:
             curl -X POST --data-binary @${DATA}/exports/${last.fileName} \\
               '${url}/import/focus?feed=${last.feed}' -H 'authorization: Bearer ${apiKey}'
             Ctrl-C stops the demo.

`;
