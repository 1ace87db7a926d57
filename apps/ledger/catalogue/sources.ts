import { CHARGE_EVENTS, FEED_EVENTS, FEED_REJECTIONS, FILE_PROBLEMS, FILE_WARNINGS, MEND_REJECTIONS, REASONS, ROW_PROBLEMS } from '#charges';
import { COMMITMENT_EVENTS, COMMITMENT_REJECTIONS } from '#commitments';
import { CONTRACT_EVENTS, CONTRACT_REJECTIONS, PARTY_EVENTS, PARTY_REJECTIONS } from '#contracts';
import { schema, storedEvent, type StoredEventType } from '#event-schema';
import { COMMAND_BOUND, COMMAND_REJECTIONS } from '#event-store';
import { ORGANIZATION_EVENTS, ORGANIZATION_REJECTIONS } from '#organizations';
import { DOOR_REFUSALS, INPUT_REFUSALS } from '#platform';

/** Each slice's stored events: what the catalogue and the registry are made of. */
export const STORED_EVENTS: readonly StoredEventType[] = [
  storedEvent(COMMAND_BOUND, schema.CommandBoundSchema),
  ...ORGANIZATION_EVENTS,
  ...PARTY_EVENTS,
  ...CONTRACT_EVENTS,
  ...COMMITMENT_EVENTS,
  ...FEED_EVENTS,
  ...CHARGE_EVENTS,
];

export interface CataloguePart {
  readonly title: string;
  readonly words: string;
  readonly codes: Readonly<Record<string, string>>;
}

const REJECTED = 'In order of precedence: of several the first is the answer.';

/** Every code that a caller can meet, part by part, each in the order in which it applies. */
export const CODES: readonly CataloguePart[] = [
  {
    title: 'Any command',
    words: 'The input is read first; then the key comes before everything, the expected revision before the rules.',
    codes: { ...INPUT_REFUSALS, ...COMMAND_REJECTIONS },
  },
  { title: 'Organizations and keys', words: REJECTED, codes: ORGANIZATION_REJECTIONS },
  { title: 'Parties', words: REJECTED, codes: PARTY_REJECTIONS },
  { title: 'Contracts', words: REJECTED, codes: CONTRACT_REJECTIONS },
  { title: 'Commitments', words: REJECTED, codes: COMMITMENT_REJECTIONS },
  { title: 'Feeds', words: REJECTED, codes: FEED_REJECTIONS },
  { title: 'Mended rows', words: REJECTED, codes: MEND_REJECTIONS },
  {
    title: 'Why a charge drew or did not',
    words: 'No refusals: the reason beside every charge and commitment, stored with each allocation.',
    codes: REASONS,
  },
  { title: 'A file that cannot be taken in', words: 'Nothing of the file is recorded.', codes: FILE_PROBLEMS },
  {
    title: 'A row that cannot be read',
    words: 'The row is quarantined whole, with its line and column; the rest of the file counts. The text is the form that is expected.',
    codes: ROW_PROBLEMS,
  },
  { title: 'What was read leniently', words: 'Told once a file for each column, with a count and the first line.', codes: FILE_WARNINGS },
  { title: 'At the door', words: 'Top-level errors, by `extensions.code`.', codes: DOOR_REFUSALS },
];
