import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '#platform';
import { compose } from '../compose.js';
import { schemaOf } from '../create-ledger.js';
import { eventsDocument, rejectionsDocument } from './documents.js';
import { CODES, STORED_EVENTS } from './sources.js';

// Writes the catalogues and the GraphQL schema into the folder given.
const [folder = 'docs'] = process.argv.slice(2);
const data = mkdtempSync(join(tmpdir(), 'tenor-catalogue-'));
try {
  const options = await compose(readConfig({ TENOR_DATA: data, TENOR_STORE: `sqlite:${join(data, 'ledger.db')}`, TENOR_LOG: 'error' }));
  writeFileSync(join(folder, 'schema.graphql'), await schemaOf(options));
  writeFileSync(join(folder, 'events.md'), eventsDocument(STORED_EVENTS));
  writeFileSync(join(folder, 'rejections.md'), rejectionsDocument(CODES));
} finally {
  rmSync(data, { recursive: true, force: true });
}
process.exit();
