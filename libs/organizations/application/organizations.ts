import { Inject, Injectable } from '@nestjs/common';
import { type CommandContext, type CommandResult, type Decisions, EntityCommands, TENOR_NAMESPACE, uuidV5 } from '#event-store';
import type { CanonicalObject } from '#kernel';
import { DECISIONS, LEDGER_ID } from '#platform';
import {
  type Organization,
  organizationDecider,
  type OrganizationCommand,
  type OrganizationEvent,
  type OrganizationRejection,
} from '../domain/organization.js';
import { organizationCodec } from '../wire/organization.wire.js';

export type OrganizationOutcome = CommandResult<OrganizationEvent, OrganizationRejection>;

/** A new key's answer: the secret is there the first time only, whoever repeats the call gets null. */
export type KeyOutcome =
  | { readonly status: 'accepted'; readonly keyId: string; readonly secret: string | null; readonly repeated: boolean; readonly position: number }
  | Extract<OrganizationOutcome, { status: 'rejected' }>;

/** Opaque, and without '-': it is a part of stream names. The same for the same key, so that a repeated creation finds the first. */
export const organizationIdOf = (key: string): string => uuidV5(TENOR_NAMESPACE, `organization|${key}`).replaceAll('-', '');

/** Names a key inside its organization; the same for the same idempotency key. */
export const keyIdOf = ({ organization, key }: CommandContext): string =>
  uuidV5(TENOR_NAMESPACE, `key|${organization}|${key}`).replaceAll('-', '').slice(0, 16);

/** An organization is the entity of its own commands. */
@Injectable()
export class Organizations {
  private readonly commands: EntityCommands<Organization, OrganizationCommand, OrganizationEvent, OrganizationRejection>;

  constructor(@Inject(DECISIONS) decisions: Decisions, @Inject(LEDGER_ID) ledger: string) {
    this.commands = new EntityCommands(decisions, ledger, {
      kind: 'organization',
      decider: organizationDecider,
      codec: organizationCodec,
      ruleVersion: 'organization-1',
    });
  }

  execute(context: CommandContext, command: OrganizationCommand, input: CanonicalObject): Promise<OrganizationOutcome> {
    return this.commands.execute(context, context.organization, command, input);
  }

  state(organization: string): Promise<Organization> {
    return this.commands.state(organization, organization);
  }
}
