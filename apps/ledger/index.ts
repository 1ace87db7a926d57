export * from './create-ledger.js';
export { AppModule, type SliceModule } from './app.module.js';
export type { LedgerStatus } from './ledger.resolver.js';
export { type Core, openCore, projections } from './core.js';
