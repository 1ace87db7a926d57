import { Inject, Injectable } from '@nestjs/common';
import { type CommandResult, type Decisions, EntityCommands } from '#event-store';
import { DECISIONS, LEDGER_ID } from '#platform';
import { commitmentDecider } from '../domain/commitment.decider.js';
import type { Commitment, CommitmentCommand, CommitmentEvent } from '../domain/commitment.js';
import type { CommitmentRejection } from '../domain/rejections.js';
import { commitmentCodec } from '../wire/commitment.wire.js';

export type CommitmentOutcome = CommandResult<CommitmentEvent, CommitmentRejection>;

@Injectable()
export class Commitments extends EntityCommands<Commitment, CommitmentCommand, CommitmentEvent, CommitmentRejection> {
  constructor(@Inject(DECISIONS) decisions: Decisions, @Inject(LEDGER_ID) ledger: string) {
    super(decisions, ledger, { kind: 'commitment', decider: commitmentDecider, codec: commitmentCodec, ruleVersion: 'commitment-1' });
  }
}
