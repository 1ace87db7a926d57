import { Inject, Injectable } from '@nestjs/common';
import { type CommandContext, type CommandResult, type Decisions, TENOR_NAMESPACE, uuidV5 } from '#event-store';
import type { JsonObject } from '#kernel';
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

/** What every command about an organization needs: its stream, read, decided and appended to, once for each key. */
@Injectable()
export class Organizations {
  constructor(
    @Inject(DECISIONS) private readonly decisions: Decisions,
    @Inject(LEDGER_ID) private readonly ledger: string,
  ) {}

  execute(context: CommandContext, command: OrganizationCommand, input: JsonObject): Promise<OrganizationOutcome> {
    const target = this.stream(context.organization);
    return this.decisions.execute({
      context,
      commandType: command.type,
      target,
      input,
      decider: organizationDecider,
      codec: organizationCodec,
      command,
      ruleVersion: 'organization-1',
    });
  }

  async state(organization: string): Promise<Organization> {
    return (await this.decisions.load(this.stream(organization), organizationDecider, organizationCodec)).state;
  }

  private stream(organization: string): string {
    return `${this.ledger}.${organization}.organization-${organization}`;
  }
}
