export * from './registry.js';
export * as schema from './generated/index.js';
export * from './common.js';
