export * from './canonical-json.js';
export * from './decider.js';
export * from './decimal.js';
export * from './instant.js';
export * from './outcome.js';
export * from './problem.js';
export * from './figure.js';
export * from './uncertain.js';
