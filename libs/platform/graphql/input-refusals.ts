import { type ArgumentsHost, Catch, type ExceptionFilter, UseFilters } from '@nestjs/common';
import { INPUT_REFUSALS } from '../door-refusals.js';
import { Refusal } from '../errors.js';
import { type CommandAcceptedType, type CommandRejectedType, rejected } from './command-types.js';
import { checkShape } from './shape.pipe.js';
import type { InputClass } from './shape-plan.js';

type Answer = CommandAcceptedType | CommandRejectedType;

interface Keyed {
  readonly idempotencyKey: string;
}

/** The arguments of a command, or of a bulk of them. A query has no key. */
interface Args {
  readonly input?: Partial<Keyed> & { readonly items?: readonly Keyed[] };
}

/** @throws whatever says nothing about the input: authentication, limits, faults and bugs are errors of the whole */
function ofInput(key: string, error: unknown): CommandRejectedType {
  if (!(error instanceof Refusal && error.code in INPUT_REFUSALS)) throw error;
  return rejected(key, error.code, error.message, error.facts);
}

@Catch(Refusal)
class InputRefusals implements ExceptionFilter {
  catch(refusal: Refusal, host: ArgumentsHost): CommandRejectedType | CommandRejectedType[] {
    const { input } = host.getArgByIndex<Args | undefined>(1) ?? {};
    if (input?.items) return input.items.map(({ idempotencyKey }) => ofInput(idempotencyKey, refusal));
    if (input?.idempotencyKey === undefined) throw refusal;
    return ofInput(input.idempotencyKey, refusal);
  }
}

/**
 * On a resolver with commands: what their input is refused for is their typed answer. Nest calls every resolver inside a
 * try/catch that asks the filters, so a command that is accepted pays nothing for this.
 */
export const AnswersInputRefusals = (): ClassDecorator => UseFilters(new InputRefusals());

/** What one item of a bulk call answers: what its input is refused for, its shape included, is its own outcome. */
export async function ofItem<T extends Keyed>(type: InputClass, input: T, run: (input: T) => Promise<Answer>): Promise<Answer> {
  try {
    return await run(checkShape(type, input) as T);
  } catch (error) {
    return ofInput(input.idempotencyKey, error);
  }
}
