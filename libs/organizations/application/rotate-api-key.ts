import { Inject } from '@nestjs/common';
import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#event-store';
import { formatInstant, type Instant, MS_PER_DAY } from '#kernel';
import { CLOCK, type Clock } from '#platform';
import { keyIdOf, type KeyOutcome, Organizations } from './organizations.js';
import { hashSecret, newSecret } from '../wire/secret.js';

/** Long enough to bring the new secret everywhere, short enough that the old one is forgotten. */
export const ROTATION_OVERLAP_MS = MS_PER_DAY;

/** A new secret takes the place of a key; the old one goes on for the overlap. */
export class RotateApiKey {
  constructor(
    readonly context: CommandContext,
    readonly keyId: string,
    readonly expiresAt: Instant | null = null,
    readonly overlapMs: number = ROTATION_OVERLAP_MS,
  ) {}
}

@CommandHandler(RotateApiKey)
export class RotateApiKeyHandler implements ICommandHandler<RotateApiKey, KeyOutcome> {
  constructor(
    private readonly organizations: Organizations,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  async execute({ context, keyId: replaces, expiresAt, overlapMs }: RotateApiKey): Promise<KeyOutcome> {
    const keyId = keyIdOf(context);
    const secret = newSecret({ organization: context.organization, keyId });
    const input = { replaces, overlapMs, expiresAt: expiresAt === null ? null : formatInstant(expiresAt) };
    const command = { type: 'RotateApiKey', replaces, keyId, expiresAt, overlapMs, secretHash: hashSecret(secret), now: this.clock.now() } as const;
    const outcome = await this.organizations.execute(context, command, input);
    if (outcome.status === 'rejected') return outcome;
    return { status: 'accepted', keyId, secret: outcome.repeated ? null : secret, repeated: outcome.repeated, position: outcome.position };
  }
}
