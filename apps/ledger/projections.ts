import { ChargesProjection, DrawdownProjection } from '#charges';
import { EntityProjection, type Projection } from '#read-store';

/** Every projection of the ledger, in the order in which an event passes through them. */
export const projections = (): readonly Projection[] => [new EntityProjection(), new ChargesProjection(), new DrawdownProjection()];
