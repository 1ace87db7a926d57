/** Data of `RowsQuarantined`: what is wrong with which row. The row's own fields are customer text and stay outside, by digest. */
export interface QuarantinedEntry {
  readonly row: number;
  /** Physical line of the file. */
  readonly line: number;
  readonly badDigest: string;
  readonly billingAccount?: string;
  /** ISO instant; absent where it could not be read. */
  readonly billingPeriodStart?: string;
  readonly problems: readonly { readonly column: string; readonly code: string; readonly expected: string }[];
}

export interface QuarantinedChunk {
  readonly deliveryId: string;
  readonly chunk: number;
  /** SHA-256 of the file beside the store that holds the rows' own fields. */
  readonly fieldsSha256: string;
  readonly rows: readonly QuarantinedEntry[];
}
