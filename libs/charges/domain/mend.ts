/** Why rows cannot be returned mended. In order of precedence. */
export type MendRejection =
  | { readonly code: 'DELIVERY_NOT_FOUND'; readonly deliveryId: string }
  | { readonly code: 'QUARANTINE_EMPTY'; readonly deliveryId: string }
  | { readonly code: 'QUARANTINE_ERASED'; readonly deliveryId: string }
  | { readonly code: 'MEND_ROW_UNREADABLE'; readonly line: number }
  | { readonly code: 'MEND_ROW_TWICE'; readonly row: number }
  | { readonly code: 'ROW_NOT_QUARANTINED'; readonly row: number };

export const MEND_REJECTIONS: Readonly<Record<MendRejection['code'], string>> = {
  DELIVERY_NOT_FOUND: 'No such delivery in your organization. `tenor delivery list` names those that exist.',
  QUARANTINE_EMPTY: 'No row of this delivery was quarantined. Nothing was done.',
  QUARANTINE_ERASED: 'The file with the rows as they came was erased; what they were can no longer be told. Import a mended file instead.',
  MEND_ROW_UNREADABLE: 'Column x_TenorRow must hold the row number as exported. Nothing was done.',
  MEND_ROW_TWICE: 'The file names this row twice. Nothing was done.',
  ROW_NOT_QUARANTINED: 'This row of the delivery was never quarantined, so there is nothing to mend. Nothing was done.',
};
