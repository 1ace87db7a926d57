export { benchFile, benchLines, BENCH_ACCOUNT_GROUPS, BENCH_ELIGIBLE_SERVICES, BENCH_OTHER_SERVICES, type BenchOptions } from './bench-file.js';
export { demoYear, DEMO_FEEDS, type DemoFeed, type DemoFile, type DemoOptions, type DemoService } from './demo-year.js';
export { BENCH_COLUMNS, focusColumns } from './focus-columns.js';
export { Random } from './random.js';
export { csvLine, writeLines } from './write-file.js';
