import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { contractCodec, contractDecider, partyCodec, partyDecider } from '#contracts';
import { EventRegistry, SchemaMismatch } from '#event-schema';
import type { EventCodec, RecordedEvent } from '#event-store';
import { canonicalJson, type Decider, decimal, exactly, type Json, type Rejection } from '#kernel';
import { organizationCodec, organizationDecider } from '#organizations';
import { STORED_EVENTS } from '../../apps/ledger/catalogue/sources.js';
import { RowMending } from '../../libs/charges/application/mend-rows.js';
import { quarantineCsv, quarantinedFields } from '../../libs/charges/application/quarantine-file.js';
import { LogRow } from '../../libs/event-store/embedded/log.js';
import { quarantinedFieldsOf } from '../../libs/charges/read/quarantine.js';
import { at, spendTerms } from '../support/commitments.js';
import { commit, make, testCore, type TestCore } from '../support/core.js';

const ORG = 'o1';
const HEADER =
  'BilledCost,BillingAccountId,BillingCurrency,BillingPeriodEnd,BillingPeriodStart,ChargeCategory,ChargePeriodEnd,ChargePeriodStart,ProviderName,ServiceName';
const row = (cost: string, day: string) => `${cost},acct,USD,,2025-02-01T00:00:00Z,Usage,${day}T01:00:00Z,${day}T00:00:00Z,AWS,Compute`;
const evidence = { id: 'e1', document: 'Agreement.pdf', sha256: null, uri: null, quotation: '“up to”\u2028 €', status: 'REPORTED' as const };
const signed = exactly(at('2025-01-01'));
const contract = {
  name: 'K',
  reference: null,
  parties: [
    { partyId: 'p1', role: 'provider' as const },
    { partyId: 'p2', role: 'buyer' as const },
  ],
  term: null,
  zone: 'UTC',
  renewal: { kind: 'unknown' as const, months: null, noticeDays: null },
  earlyTermination: { kind: 'unknown' as const, reason: 'not disclosed' },
};

let ledger: TestCore;
let files: string;
let events: RecordedEvent[] = [];
let texts: { type: string; data: string; metadata: string }[] = [];
let keys = 0;

async function execute<S, C extends { type: string }, E, R extends Rejection>(
  kind: string,
  id: string,
  decider: Decider<S, C, E, R>,
  codec: EventCodec<E>,
  command: C,
): Promise<void> {
  const { decisions, ledger: name } = ledger.core;
  const context = { organization: ORG, actor: 'tester', onBehalfOf: 'treasury', key: `key ${++keys} “ü”` };
  const result = await decisions.execute({
    context,
    commandType: command.type,
    target: `${name}.${ORG}.${kind}-${id}`,
    input: {},
    decider,
    codec,
    command,
    ruleVersion: `${kind}-1`,
  });
  if (result.status === 'rejected') throw new Error(JSON.stringify(result.rejection));
}

const file = (name: string, ...lines: string[]): string => {
  const path = join(files, name);
  writeFileSync(path, [...lines, ''].join('\n'));
  return path;
};

async function deliver(...rows: string[]): Promise<string> {
  const path = file(`${++keys}.csv`, HEADER, ...rows);
  const result = await ledger.core.imports.run({ path, name: 'test.csv', feed: 'aws', caller: { organization: ORG, actor: 'tester' } });
  if ('rejection' in result) throw new Error(result.rejection.code);
  await ledger.core.settle();
  return result.summary.deliveryId as string;
}

async function mend(deliveryId: string, bad: string, good: string): Promise<void> {
  const { store, decisions, database, files: kept, ledger: name } = ledger.core;
  const caughtUp = () => ledger.core.settle();
  const mending = new RowMending({ store, decisions, database, files: kept, ledger: name, caughtUp, workDir: join(files, 'work'), inProcess: true });
  const fields = await quarantinedFields(kept, (await quarantinedFieldsOf(database, store, name, ORG, deliveryId)) as string);
  const lines: string[] = [];
  if (fields) for await (const line of quarantineCsv(fields, () => true)) lines.push(line.replace(bad, good));
  const result = await mending.run({
    deliveryId,
    path: file('mended.csv', ...lines),
    name: 'mended.csv',
    caller: { organization: ORG, actor: 'tester' },
  });
  if ('rejection' in result) throw new Error(JSON.stringify(result));
  await ledger.core.settle();
}

async function everyCommand(): Promise<void> {
  const { core } = ledger;
  const now = at('2026-01-01');
  const [organization, party, k] = [organizationDecider, partyDecider, contractDecider];
  await execute('organization', ORG, organization, organizationCodec, {
    type: 'CreateOrganization',
    organizationId: ORG,
    name: 'Lab',
    reportingCurrency: 'USD',
  });
  await execute('organization', ORG, organization, organizationCodec, {
    type: 'CreateApiKey',
    keyId: 'y1',
    actor: 'a1',
    roles: ['reader'],
    secretHash: 'ab',
    expiresAt: null,
    now,
  });
  await execute('organization', ORG, organization, organizationCodec, {
    type: 'RotateApiKey',
    keyId: 'y2',
    secretHash: 'cd',
    expiresAt: null,
    replaces: 'y1',
    overlapMs: 1000,
    now,
  });
  await execute('organization', ORG, organization, organizationCodec, { type: 'RevokeApiKey', keyId: 'y2', now });
  await execute('party', 'p1', party, partyCodec, { type: 'RegisterParty', partyId: 'p1', name: 'AWS', names: [], roles: ['provider'] });
  await execute('party', 'p1', party, partyCodec, { type: 'ChangeParty', name: 'AWS', names: ['Amazon'], roles: ['provider'], reason: 'spelling' });
  await execute('contract', 'k1', k, contractCodec, {
    type: 'SignContract',
    contractId: 'k1',
    terms: contract,
    effectiveAt: signed,
    evidence: [evidence],
  });
  await execute('contract', 'k1', k, contractCodec, {
    type: 'AmendContract',
    changes: { name: 'K2' },
    reason: 'r',
    effectiveAt: signed,
    evidence: [],
  });
  await execute('contract', 'k1', k, contractCodec, {
    type: 'RenewContract',
    until: exactly(at('2030-01-01')),
    reason: 'r',
    effectiveAt: signed,
    evidence: [],
  });
  await execute('contract', 'k1', k, contractCodec, { type: 'TerminateContract', reason: 'r', effectiveAt: signed, evidence: [] });
  await execute('contract', 'k1', k, contractCodec, { type: 'AddContractEvidence', fact: 0, evidence: [{ ...evidence, id: 'e3' }] });
  await execute('contract', 'k1', k, contractCodec, { type: 'ChangeContractEvidence', evidenceId: 'e3', status: 'CONFIRMED', reason: 'r' });
  await make(core, ORG, 'a', spendTerms('100.000000000000000001'));
  await make(core, ORG, 'b', spendTerms('1000', { priority: 2 }));
  await deliver(row('60', '2025-02-01'), row('60.50', '2025-02-02'), row('oops', '2025-02-03'));
  const delivery = await deliver(row('60', '2025-02-01'), row('61', '2025-02-02'), row('oops', '2025-02-03'));
  await mend(delivery, 'oops', '7');
  const changes = { trancheAmounts: [{ id: 't1', amount: { kind: 'known' as const, value: decimal('30') } }] };
  await commit(core, ORG, 'a', 'amend', { type: 'AmendCommitment', effectiveAt: signed, changes, reason: 'r', evidence: [evidence] });
  await commit(core, ORG, 'a', 'correct', {
    type: 'CorrectCommitment',
    fact: 1,
    changes: { name: 'B' },
    effectiveAt: null,
    reason: 'r',
    evidence: [],
  });
  await commit(core, ORG, 'a', 'reclassify', { type: 'ReclassifyCommitment', kind: 'investment', effectiveAt: null, reason: 'r', evidence: [] });
  await commit(core, ORG, 'a', 'evidence', { type: 'AddCommitmentEvidence', fact: 0, evidence: [{ ...evidence, id: 'e2' }] });
  await commit(core, ORG, 'a', 'confirm', { type: 'ChangeCommitmentEvidence', evidenceId: 'e2', status: 'CONFIRMED', reason: 'r' });
  await commit(core, ORG, 'a', 'cancel', { type: 'CancelCommitment', effectiveAt: exactly(at('2025-06-01')), reason: 'r', evidence: [] });
  await commit(core, ORG, 'b', 'void', { type: 'VoidCommitment', fact: 0, reason: 'r', evidence: [] });
  await core.settle();
}

/** The bytes as they stand in the file, not as they come back from a parser. */
function storedTexts(path: string): typeof texts {
  const database = new DatabaseSync(path, { readOnly: true });
  try {
    const rows = database.prepare('SELECT last, heads, body FROM log ORDER BY last').all() as { last: number; heads: string; body: string }[];
    return rows.flatMap(({ last, heads, body }) => {
      const row = new LogRow(last, heads, body);
      const stored = Array.from({ length: last - row.first + 1 }, (_, i) => row.event(row.first + i));
      return stored.map(({ type, text, metadataText }) => ({ type, data: text, metadata: metadataText }));
    });
  } finally {
    database.close();
  }
}

beforeAll(async () => {
  ledger = await testCore();
  files = mkdtempSync(join(tmpdir(), 'tenor-stored-'));
  await everyCommand();
  events = [...(await ledger.core.store.readAll({ after: null, limit: 10_000 })).events];
  texts = storedTexts(join(ledger.directory, 'ledger.db'));
}, 60_000);
afterAll(async () => {
  rmSync(files, { recursive: true });
  await ledger.close();
});

describe('the store after one of each command and a billing file with everything', () => {
  const registry = new EventRegistry(STORED_EVENTS);

  it('holds one of each stored event at least', () => {
    expect([...new Set(events.map(({ type }) => type))].sort()).toEqual(registry.types.map(({ type }) => type));
  });

  it('holds nothing that its schema does not know', () => {
    const misfits = events.flatMap(({ type, data }) => {
      try {
        registry.verify(type, data);
        return [];
      } catch (error) {
        return [error instanceof SchemaMismatch ? error.message : error];
      }
    });
    expect(misfits).toEqual([]);
  });

  it('holds canonical JSON, byte for byte, in data and envelope', () => {
    expect(texts).toHaveLength(events.length);
    for (const { data, metadata } of texts) {
      expect(canonicalJson(JSON.parse(data) as Json)).toBe(data);
      expect(canonicalJson(JSON.parse(metadata) as Json)).toBe(metadata);
    }
  });

  it('names its streams {ledger}.{organization}.{kind}-{id}', () => {
    for (const { stream } of events)
      expect(stream).toMatch(/^[^.-]+\.[^.-]+\.(organization|party|contract|commitment|feed|delivery|allocation|key)-[^.]+$/);
  });

  it('surrounds each event with the whole envelope', () => {
    for (const { metadata, data, type } of events) {
      expect(Object.keys(metadata).sort()).toEqual(
        [
          '$causationId',
          '$correlationId',
          'actor',
          'effectiveAt',
          'evidence',
          'keyDigest',
          'onBehalfOf',
          'organization',
          'recordedAt',
          'ruleVersion',
          'schemaVersion',
        ].sort(),
      );
      expect(metadata).toMatchObject({
        organization: ORG,
        recordedAt: '2026-01-01T00:00:00.000Z',
        schemaVersion: registry.find(type)?.version,
        evidence: data['evidence'] ?? [],
      });
      expect(metadata['ruleVersion']).toMatch(/^[a-z]+-\d+$/);
      expect(metadata['actor']).toMatch(/^(tester|allocator)$/);
    }
  });

  it('gives nothing of a key away', () => {
    for (const { data, metadata } of texts) expect(`${data}${metadata}`).not.toMatch(/key \d+/);
  });

  it('keeps the text of customers’ rows outside', () => {
    for (const { type, data } of texts) if (type === 'RowsQuarantined') expect(data).not.toContain('oops');
  });
});
