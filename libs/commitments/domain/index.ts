export * from './commitment.js';
export { commitmentDecider } from './commitment.decider.js';
export * from './rejections.js';
export * from './terms.js';
export * from './timeline.js';
export * from './intervals.js';
export * from './recurring.js';
