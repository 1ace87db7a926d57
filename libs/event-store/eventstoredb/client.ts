import { EventStoreDBClient } from '@eventstore/db-client';

import type { Address } from './address.js';

interface Shared {
  readonly client: EventStoreDBClient;
  users: number;
}

const shared = new Map<string, Shared>();

/** One client a process and connection string: each opens a channel of its own and never closes it. */
export function acquireClient(address: Address): EventStoreDBClient {
  const known = shared.get(address.connectionString);
  if (known) {
    known.users++;
    return known.client;
  }
  const client = EventStoreDBClient.connectionString(address.connectionString);
  shared.set(address.connectionString, { client, users: 1 });
  return client;
}

export async function releaseClient(address: Address): Promise<void> {
  const known = shared.get(address.connectionString);
  if (!known || --known.users > 0) return;
  shared.delete(address.connectionString);
  await known.client.dispose();
}
