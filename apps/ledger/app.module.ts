import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { graphqlModule, type FastLane } from '#platform/graphql';
import { LEDGER_STATUS, LedgerResolver, type LedgerStatus } from './ledger.resolver.js';
import { platformModule, type PlatformParts } from './platform.module.js';

export type SliceModule = Type | DynamicModule;

export interface AppParts extends PlatformParts {
  /** Modules of the slices: their resolvers, use cases and readers. */
  readonly modules: readonly SliceModule[];
  readonly status: LedgerStatus;
  readonly stock: boolean;
  readonly bodyLimit: number;
  readonly useLane?: (lane: FastLane) => void;
}

/** The whole service; wiring, no rules. */
@Module({})
export class AppModule {
  static with(parts: AppParts): DynamicModule {
    return {
      module: AppModule,
      imports: [platformModule(parts), ...parts.modules, graphqlModule({ stock: parts.stock, bodyLimit: parts.bodyLimit, useLane: parts.useLane })],
      providers: [LedgerResolver, { provide: LEDGER_STATUS, useValue: parts.status }],
    };
  }
}
