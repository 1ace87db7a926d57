export * from './domain/index.js';
export { CONTRACT_EVENTS, contractCodec } from './wire/contract.wire.js';
export { PARTY_EVENTS, partyCodec } from './wire/party.wire.js';
export * from './application/index.js';
