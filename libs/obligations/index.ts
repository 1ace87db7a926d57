export * from './domain/periods.js';
export * from './domain/utilization.js';
export { CommitmentView } from './read/commitment-view.js';
export { CommitmentsReader } from './read/commitments.reader.js';
export { coverageAt } from './read/coverage.js';
export { seriesOf } from './read/series.js';
export { totalsOf } from './read/totals.js';
