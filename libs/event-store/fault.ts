/**
 * Something outside the ledger's rules went wrong in or on the way to the store. Thrown, never returned.
 * `code` is stable; the message says cause, consequence and next step.
 */
export class StoreFault extends Error {
  constructor(
    readonly code: StoreFaultCode,
    message: string,
    options: { readonly retryable: boolean; readonly cause?: unknown },
  ) {
    super(`${message} [${code}]`, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'StoreFault';
    this.retryable = options.retryable;
  }

  /** The same call may be repeated as it is: repeated ids are stored once. */
  readonly retryable: boolean;
}

export const STORE_FAULTS = {
  'STORE-101': 'the store cannot be reached',
  'STORE-102': 'the store did not answer in time; the outcome is unknown',
  'STORE-103': 'the store refused the credentials',
  'STORE-104': 'the disk is full',
  'STORE-105': 'the file cannot be written',
  'STORE-106': 'the file is damaged',
  'STORE-107': 'the file is no Tenor store',
  'STORE-108': 'the file was written by a newer version',
  'STORE-109': 'another process holds the file',
  'STORE-110': 'reading or writing the file failed',
  'STORE-111': 'an event id came back with other content',
  'STORE-112': 'the append is larger than the store takes',
  'STORE-113': 'the event is malformed',
  'STORE-114': 'the store is closed',
  'STORE-115': 'the address of the store is malformed',
  'STORE-116': 'the position or stream is not one that this ledger wrote',
} as const;

export type StoreFaultCode = keyof typeof STORE_FAULTS;

export const otherContent = (id: string, stream: string): StoreFault =>
  new StoreFault(
    'STORE-111',
    `Event ${id} stands in ${stream} with other content. The stored event was kept, nothing was written. This is a defect: one id must always carry the same event.`,
    { retryable: false },
  );
