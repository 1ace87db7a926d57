import { Inject, Injectable } from '@nestjs/common';
import { type CommandContext, type CommandResult, type Decisions } from '#event-store';
import type { JsonObject } from '#kernel';
import { DECISIONS, LEDGER_ID } from '#platform';
import { commitmentDecider } from '../domain/commitment.decider.js';
import type { Commitment, CommitmentCommand, CommitmentEvent } from '../domain/commitment.js';
import type { CommitmentRejection } from '../domain/rejections.js';
import { commitmentCodec } from '../wire/commitment.wire.js';

/** Names the calculation that decides, so that newer code can replay what was decided before. */
export const COMMITMENT_RULES = 'commitment-1';

export type CommitmentOutcome = CommandResult<CommitmentEvent, CommitmentRejection>;

export const commitmentStream = (ledger: string, organization: string, id: string): string => `${ledger}.${organization}.commitment-${id}`;

/** What every commitment command needs: the stream of the commitment, read, decided and appended to, once for each key. */
@Injectable()
export class Commitments {
  constructor(
    @Inject(DECISIONS) private readonly decisions: Decisions,
    @Inject(LEDGER_ID) private readonly ledger: string,
  ) {}

  execute(context: CommandContext, commitmentId: string, command: CommitmentCommand, input: JsonObject): Promise<CommitmentOutcome> {
    return this.decisions.execute({
      context,
      commandType: command.type,
      target: commitmentStream(this.ledger, context.organization, commitmentId),
      input,
      decider: commitmentDecider,
      codec: commitmentCodec,
      command,
      ruleVersion: COMMITMENT_RULES,
    });
  }

  async state(organization: string, commitmentId: string): Promise<Commitment> {
    return (await this.decisions.load(commitmentStream(this.ledger, organization, commitmentId), commitmentDecider, commitmentCodec)).state;
  }
}
