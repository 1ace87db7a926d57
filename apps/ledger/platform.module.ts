import type { DynamicModule, Provider } from '@nestjs/common';
import {
  CALLER_SOURCE,
  CLOCK,
  CONFIG,
  HEALTH,
  LOG,
  SEALER,
  Sealer,
  type CallerSource,
  type Clock,
  type Config,
  type Health,
  type Log,
} from '#platform';

export interface PlatformParts {
  readonly config: Config;
  readonly clock: Clock;
  readonly log: Log;
  readonly health: Health;
  readonly secret: string;
  readonly callers: CallerSource;
}

/** Gives every module the parts that no slice owns. */
export function platformModule({ config, clock, log, health, secret, callers }: PlatformParts): DynamicModule {
  const providers: Provider[] = [
    { provide: CONFIG, useValue: config },
    { provide: CLOCK, useValue: clock },
    { provide: LOG, useValue: log },
    { provide: HEALTH, useValue: health },
    { provide: CALLER_SOURCE, useValue: callers },
    { provide: SEALER, useValue: new Sealer(secret) },
  ];
  return { module: class PlatformModule {}, global: true, providers, exports: providers };
}
