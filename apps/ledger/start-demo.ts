import { randomBytes } from 'node:crypto';
import { DEMO_SECRET, readConfig, type Caller, type CallerSource } from '#platform';
import { compose } from './compose.js';
import { createLedger, type RunningLedger } from './create-ledger.js';
import { explain } from './start.js';
import { stopOnSignals } from './stop.js';

const DATA = './demo-data';

/** `npm run demo`: the whole service with demo data in its own file, on a port of its own. */
export async function startDemo(json: boolean, env: NodeJS.ProcessEnv = process.env): Promise<void> {
  try {
    const apiKey = `demo_${randomBytes(18).toString('base64url')}`;
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
    const options = await compose(config, demoCallers(apiKey));
    const ledger = await createLedger(options);
    stopOnSignals(ledger, options.log);
    process.stdout.write(json ? readyLine(ledger, apiKey) : banner(ledger, apiKey));
  } catch (error) {
    explain(error);
  }
}

function demoCallers(apiKey: string): CallerSource {
  const admin: Caller = { organization: 'demo', actor: 'demo', keyId: 'demo', roles: new Set(['admin']) };
  return { authenticate: (secret) => (secret === apiKey ? admin : null) };
}

const readyLine = ({ url }: RunningLedger, apiKey: string): string =>
  `${JSON.stringify({ event: 'ready', graphql: `${url}/graphql`, apiKey, pid: process.pid })}\n`;

const banner = ({ url }: RunningLedger, apiKey: string): string => `
  DEMO  Nothing here is real; the data is in ${DATA} and can be deleted at any time.

  GraphQL    ${url}/graphql
  GraphiQL   ${url}/graphiql
  API key    ${apiKey}

  Try        curl ${url}/graphql -H 'authorization: Bearer ${apiKey}' -H 'content-type: application/json' \\
               -d '{"query":"{ ledger { version position lag } }"}'
  Next       open GraphiQL and paste the key into its header field. Ctrl-C stops the demo.

`;
