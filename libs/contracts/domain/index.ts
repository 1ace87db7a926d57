export * from './contract.js';
export * from './party.js';
