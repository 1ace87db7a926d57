/** Why rows cannot be returned mended. In order of precedence. */
export type MendRejection =
  | { readonly code: 'DELIVERY_NOT_FOUND'; readonly deliveryId: string }
  | { readonly code: 'QUARANTINE_EMPTY'; readonly deliveryId: string }
  | { readonly code: 'QUARANTINE_ERASED'; readonly deliveryId: string }
  | { readonly code: 'MEND_ROW_UNREADABLE'; readonly line: number }
  | { readonly code: 'MEND_ROW_TWICE'; readonly row: number }
  | { readonly code: 'ROW_NOT_QUARANTINED'; readonly row: number };

export const MEND_REJECTIONS: Readonly<Record<MendRejection['code'], string>> = {
  DELIVERY_NOT_FOUND: 'No such delivery in your organization. Nothing was recorded. `tenor delivery list` names those that exist.',
  QUARANTINE_EMPTY: 'No row of this delivery was quarantined. Nothing was recorded. `tenor delivery list` tells which ones have such rows.',
  QUARANTINE_ERASED:
    'The file with the rows as they came was erased; what they were can no longer be told. Nothing was recorded. Import a mended file instead.',
  MEND_ROW_UNREADABLE:
    'Column x_TenorRow does not hold the row number as exported. Nothing was recorded. Export the rows again and leave that column as it is.',
  MEND_ROW_TWICE: 'The file names this row twice. Nothing was recorded. Leave one of the two.',
  ROW_NOT_QUARANTINED: 'This row of the delivery was never quarantined, so there is nothing to mend. Nothing was recorded. Leave it out of the file.',
};
