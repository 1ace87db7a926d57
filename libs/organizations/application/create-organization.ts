import { CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { CommandContext } from '#event-store';
import { organizationIdOf, type OrganizationOutcome, Organizations } from './organizations.js';

/** A tenant comes into being. Its id follows from the idempotency key. */
export class CreateOrganization {
  readonly organizationId: string;

  constructor(
    readonly context: Omit<CommandContext, 'organization'>,
    readonly name: string,
    readonly reportingCurrency: string,
  ) {
    this.organizationId = organizationIdOf(context.key);
  }
}

@CommandHandler(CreateOrganization)
export class CreateOrganizationHandler implements ICommandHandler<CreateOrganization, OrganizationOutcome> {
  constructor(private readonly organizations: Organizations) {}

  execute({ context, organizationId, name, reportingCurrency }: CreateOrganization): Promise<OrganizationOutcome> {
    const input = { name, reportingCurrency };
    return this.organizations.execute({ ...context, organization: organizationId }, { type: 'CreateOrganization', organizationId, ...input }, input);
  }
}
