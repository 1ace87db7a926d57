import { Inject, Injectable } from '@nestjs/common';
import type { CommandContext, CommandResult, Decisions } from '#event-store';
import type { JsonObject } from '#kernel';
import { DECISIONS, LEDGER_ID } from '#platform';
import { contractDecider, type Contract, type ContractCommand, type ContractEvent, type ContractRejection } from '../domain/contract.js';
import { contractCodec } from '../wire/contract.wire.js';

export type ContractOutcome = CommandResult<ContractEvent, ContractRejection>;

/** What every contract command needs: its stream, read, decided and appended to, once for each key. */
@Injectable()
export class Contracts {
  constructor(
    @Inject(DECISIONS) private readonly decisions: Decisions,
    @Inject(LEDGER_ID) private readonly ledger: string,
  ) {}

  execute(context: CommandContext, id: string, command: ContractCommand, input: JsonObject): Promise<ContractOutcome> {
    const target = this.stream(context.organization, id);
    return this.decisions.execute({
      context,
      commandType: command.type,
      target,
      input,
      decider: contractDecider,
      codec: contractCodec,
      command,
      ruleVersion: 'contract-1',
    });
  }

  async state(organization: string, id: string): Promise<Contract> {
    return (await this.decisions.load(this.stream(organization, id), contractDecider, contractCodec)).state;
  }

  private stream(organization: string, id: string): string {
    return `${this.ledger}.${organization}.contract-${id}`;
  }
}
