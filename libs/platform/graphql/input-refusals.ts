import { type ArgumentsHost, Catch, type ExceptionFilter, UseFilters } from '@nestjs/common';
import { INPUT_REFUSALS } from '../door-refusals.js';
import { Refusal } from '../errors.js';
import { type CommandRejectedType, rejected } from './command-types.js';
import { checkShape } from './shape.pipe.js';
import type { InputClass } from './shape-plan.js';

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

/** What is made of each item of a bulk call: what its input is refused for, its shape included, is its own outcome and no other's. */
export async function ofItems<T extends Keyed, Made>(
  type: InputClass,
  items: readonly T[],
  make: (input: T) => Made | Promise<Made>,
): Promise<readonly (Made | CommandRejectedType)[]> {
  const made = items.map((item) => ofItem(type, item, make));
  // Plain values, as most are, need no promise each.
  if (!made.some((each) => each instanceof Promise)) return made as readonly (Made | CommandRejectedType)[];
  return Promise.all(made.map((each) => Promise.resolve(each)));
}

function ofItem<T extends Keyed, Made>(
  type: InputClass,
  input: T,
  make: (input: T) => Made | Promise<Made>,
): Made | CommandRejectedType | Promise<Made | CommandRejectedType> {
  let made: Made | Promise<Made>;
  try {
    made = make(checkShape(type, input) as T);
  } catch (error) {
    made = Promise.reject(error as Error);
  }
  return made instanceof Promise ? made.catch((error: unknown) => ofInput(input.idempotencyKey, error)) : made;
}
