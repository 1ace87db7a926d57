import '../../apps/ledger/heap.js';
import { join } from 'node:path';
import { Contracts, Parties } from '#contracts';
import { CreateApiKey, CreateApiKeyHandler, Organizations } from '#organizations';
import { exactly, parseInstant } from '#kernel';
import { readConfig, Sealer, secretFor, systemClock } from '#platform';
import { compose } from '../../apps/ledger/compose.js';
import type { Core } from '../../apps/ledger/core.js';
import { createLedger } from '../../apps/ledger/index.js';
import { known, spendTerms } from '../support/commitments.js';
import { make } from '../support/core.js';
import { SERVED } from './ledger.js';
import { createStockLedger } from '../support/stock-ledger.js';

/** How to start: on an empty directory it is filled first. */
export interface ServiceOrder {
  readonly directory: string;
  readonly commitments: number;
  /** Nest, Apollo, Express and graphql-js out of the box. */
  readonly stock: boolean;
  /** Fill the directory and end, without opening a door. */
  readonly seedOnly?: boolean;
}

export interface ServiceReady {
  readonly url: string;
  readonly apiKey: string;
  readonly ids: readonly string[];
}

const BINDING = exactly(parseInstant('2025-01-01'));

process.once('message', (order) => {
  start(order as ServiceOrder).then(
    (ready) => process.send?.(ready),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.once('disconnect', () => process.exit(0));

async function start({ directory, commitments, stock, seedOnly = false }: ServiceOrder): Promise<ServiceReady> {
  const config = readConfig({ TENOR_DATA: directory, TENOR_STORE: `sqlite:${join(directory, 'ledger.db')}`, TENOR_PORT: '0', TENOR_LOG: 'error' });
  const options = await compose(config);
  const apiKey = await seed(options.core, commitments);
  const sealer = new Sealer(secretFor(config));
  const ids = options.core.entities
    .list(SERVED, 'commitment', { limit: Math.max(commitments, 1), position: Number.MAX_SAFE_INTEGER })
    .map(({ id }) => sealer.nodeId('Commitment', SERVED, id));
  if (seedOnly) {
    await options.core.close();
    return { url: '', apiKey, ids };
  }
  const { url } = stock ? await createStockLedger(options) : await createLedger(options);
  return { url: `${url}/graphql`, apiKey, ids };
}

/** An organization with a key, a contract, and commitments of USD 1M over the year now running. */
async function seed(core: Core, commitments: number): Promise<string> {
  const organizations = new Organizations(core.decisions, core.ledger);
  const context = (key: string) => ({ organization: SERVED, actor: 'bench', key });
  await organizations.execute(
    context('organization'),
    { type: 'CreateOrganization', organizationId: SERVED, name: 'Bench', reportingCurrency: 'USD' },
    {},
  );
  const issued = await new CreateApiKeyHandler(organizations, systemClock).execute(
    new CreateApiKey(context(`key ${process.pid} ${Date.now()}`), 'bench', ['admin'], null),
  );
  if (issued.status === 'rejected' || issued.secret === null) throw new Error('no key for the bench');
  const parties = new Parties(core.decisions, core.ledger);
  for (const partyId of ['p1', 'p2'])
    await parties.execute(context(partyId), partyId, { type: 'RegisterParty', partyId, name: partyId, names: [], roles: [] }, {});
  const both = [
    { partyId: 'p1', role: 'provider' as const },
    { partyId: 'p2', role: 'buyer' as const },
  ];
  const terms = {
    name: 'Agreement',
    reference: null,
    parties: both,
    term: null,
    zone: 'UTC',
    renewal: { kind: 'none' as const, months: null, noticeDays: null },
    earlyTermination: { kind: 'none' as const },
  };
  await new Contracts(core.decisions, core.ledger).execute(
    context('k1'),
    'k1',
    { type: 'SignContract', contractId: 'k1', terms, effectiveAt: BINDING, evidence: [] },
    {},
  );
  const year = new Date(systemClock.now()).getUTCFullYear();
  const schedule = {
    kind: 'tranches' as const,
    tranches: [
      { id: 'year', start: exactly(parseInstant(`${year}-01-01`)), end: exactly(parseInstant(`${year + 1}-01-01`)), amount: known('1000000') },
    ],
  };
  const made = Array.from({ length: commitments }, (_, index) =>
    make(core, SERVED, `c${index}`, spendTerms('1', { name: `Commitment ${index}`, schedule, priority: 1_000 + index })),
  );
  await Promise.all(made);
  await core.settle();
  return issued.secret;
}
