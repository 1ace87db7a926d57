import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#event-store';
import { formatInstant, type Instant } from '#kernel';
import { CLOCK, type Clock } from '#platform';
import type { Role } from '../domain/organization.js';
import { keyIdOf, type KeyOutcome, Organizations } from './organizations.js';
import { hashSecret, newSecret } from '../wire/secret.js';

/** A secret for whoever acts as `actor` (an opaque id). */
export class CreateApiKey {
  constructor(
    readonly context: CommandContext,
    readonly actor: string,
    readonly roles: readonly Role[],
    readonly expiresAt: Instant | null,
  ) {}
}

@CommandHandler(CreateApiKey)
export class CreateApiKeyHandler implements ICommandHandler<CreateApiKey, KeyOutcome> {
  constructor(
    private readonly organizations: Organizations,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async execute({ context, actor, roles, expiresAt }: CreateApiKey): Promise<KeyOutcome> {
    const keyId = keyIdOf(context);
    const secret = newSecret({ organization: context.organization, keyId });
    const input = { actor, roles, expiresAt: expiresAt === null ? null : formatInstant(expiresAt) };
    const command = { type: 'CreateApiKey', keyId, actor, roles, expiresAt, secretHash: hashSecret(secret), now: this.clock.now() } as const;
    const outcome = await this.organizations.execute(context, command, input);
    if (outcome.status === 'rejected') return outcome;
    return { status: 'accepted', keyId, secret: outcome.repeated ? null : secret, repeated: outcome.repeated, position: outcome.position };
  }
}
