export * from './contract.js';
export * from './contract-rejections.js';
export * from './contract-timeline.js';
export * from './party.js';
