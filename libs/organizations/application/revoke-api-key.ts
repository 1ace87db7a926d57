import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#event-store';
import { CLOCK, type Clock } from '#platform';
import { type OrganizationOutcome, Organizations } from './organizations.js';

/** The key opens nothing any more, from now on. */
export class RevokeApiKey {
  constructor(
    readonly context: CommandContext,
    readonly keyId: string,
  ) {}
}

@CommandHandler(RevokeApiKey)
export class RevokeApiKeyHandler implements ICommandHandler<RevokeApiKey, OrganizationOutcome> {
  constructor(
    private readonly organizations: Organizations,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  execute({ context, keyId }: RevokeApiKey): Promise<OrganizationOutcome> {
    return this.organizations.execute(context, { type: 'RevokeApiKey', keyId, now: this.clock.now() }, { keyId });
  }
}
