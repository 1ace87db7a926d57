import { describe, expect, it } from 'vitest';
import { fold } from '#kernel';
import { at } from '../../../test/support/commitments.js';
import { changesNothing, type Delivery, type FeedCommand, feedDecider, type FeedEvent, sliceKey } from './feed.js';

const delivery = (deliveryId: string, sha256: string, ...periods: string[]): Delivery => ({
  deliveryId,
  file: { sha256, bytes: 1, format: 'csv', focusVersion: '1.2' },
  chunks: 1,
  rows: 1,
  additions: 1,
  reversals: 0,
  quarantined: 0,
  slices: periods.map((period) => ({ billingAccount: 'b', billingPeriodStart: at(period), rows: 1, quarantined: 0 })),
  warnings: [],
});
const record = (each: Delivery, appendOnly = false): FeedCommand => ({
  type: 'RecordDelivery',
  feedId: 'f',
  name: 'aws',
  appendOnly,
  delivery: each,
});
const opened = (appendOnly = false): FeedEvent => ({ type: 'FeedOpened', feedId: 'f', name: 'aws', appendOnly });
const recorded = (each: Delivery): FeedEvent => ({ type: 'DeliveryRecorded', feedId: 'f', ...each });
const stateOf = (...events: FeedEvent[]) => fold(feedDecider, events);
const [january, february] = ['2025-01-01', '2025-02-01'];
const slice = (period: string): string => sliceKey('b', at(period));

describe('a feed', () => {
  it('is opened by its first delivery', () => {
    const first = delivery('d1', 'a', january);
    expect(feedDecider.decide(record(first), stateOf())).toEqual({ accepted: [opened(), recorded(first)] });
    const second = delivery('d2', 'b', january);
    expect(feedDecider.decide(record(second), stateOf(opened(), recorded(first)))).toEqual({ accepted: [recorded(second)] });
  });

  it('either replaces or appends, for ever', () => {
    const rejected = { rejected: { code: 'FEED_APPEND_ONLY_MISMATCH', feedId: 'f', appendOnly: true } };
    expect(feedDecider.decide(record(delivery('d1', 'a', january)), stateOf(opened(true)))).toEqual(rejected);
  });

  it('takes no mended rows before it is there', () => {
    const mend: FeedCommand = { type: 'MendRows', deliveryId: 'd1', chunk: 1, fieldsSha256: 'x', rows: [] };
    expect(feedDecider.decide(mend, stateOf())).toEqual({ rejected: { code: 'FEED_NOT_FOUND' } });
  });

  it('has in force for each slice the delivery recorded last, also when it is an older file sent again', () => {
    const state = stateOf(
      opened(),
      recorded(delivery('d1', 'a', january, february)),
      recorded(delivery('d2', 'b', january)),
      recorded(delivery('d3', 'a', january)),
    );
    if (state.status !== 'open') throw new Error('closed');
    expect([...state.inForce]).toEqual([
      [slice(january), { deliveryId: 'd3', sha256: 'a' }],
      [slice(february), { deliveryId: 'd1', sha256: 'a' }],
    ]);
  });

  it('is not changed by a file equal to the one in force in every slice', () => {
    const state = stateOf(opened(), recorded(delivery('d1', 'a', january, february)), recorded(delivery('d2', 'b', january)));
    expect(changesNothing(state, 'a', [slice(january), slice(february)], 1)).toBe(false);
    expect(changesNothing(state, 'b', [slice(january)], 1)).toBe(true);
    expect(changesNothing(state, 'a', [slice(february)], 1)).toBe(true);
    // Of bad rows only: new once. Without rows: never.
    expect([changesNothing(state, 'c', [], 1), changesNothing(state, 'b', [], 1), changesNothing(state, 'c', [], 0)]).toEqual([false, true, true]);
    expect(changesNothing({ status: 'none' }, 'a', [slice(january)], 1)).toBe(false);
  });

  it('that only appends takes no file twice', () => {
    const state = stateOf(opened(true), recorded(delivery('d1', 'a', january)), recorded(delivery('d2', 'b', january)));
    expect([changesNothing(state, 'a', [], 1), changesNothing(state, 'c', [], 1)]).toEqual([true, false]);
  });
});
