export * from './domain/index.js';
export { COMMITMENT_EVENTS, commitmentCodec } from './wire/commitment.wire.js';
export * from './application/index.js';
