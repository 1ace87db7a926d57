export * from './create-ledger.js';
export { AppModule, type SliceModule } from './app.module.js';
export type { LedgerStatus } from './ledger.resolver.js';
export { openCore, type Core } from './core.js';
export { projections } from './projections.js';
