import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { getMetadataStorage, validateSync, type ValidationError } from 'class-validator';
import { Refusal } from '../errors.js';

type InputClass = new () => object;

/** Classes without validated parts are filled by assignment: class-transformer's walk costs more than the rest of a mutation's edge. */
const flat = new Map<InputClass, boolean>();

function isFlat(type: InputClass): boolean {
  const known = flat.get(type);
  if (known !== undefined) return known;
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  const answer = !rules.some((rule) => rule.type === 'nestedValidation');
  flat.set(type, answer);
  return answer;
}

const faultsOf = (errors: readonly ValidationError[], path = ''): string[] =>
  errors.flatMap(({ property, constraints = {}, children = [] }) => [
    ...Object.values(constraints).map((words) => `${path}${property}: ${words}`),
    ...faultsOf(children, `${path}${property}.`),
  ]);

/** Checks the shape of a GraphQL input by its class-validator rules: `@Args('input', ShapePipe) input: SignContractInput`. */
@Injectable()
export class ShapePipe implements PipeTransform {
  transform(value: unknown, { metatype }: ArgumentMetadata): unknown {
    const type = metatype as InputClass | undefined;
    if (!type || typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const input = isFlat(type) ? Object.assign(new type(), value) : plainToInstance(type, value);
    const errors = validateSync(input, { forbidUnknownValues: false });
    if (errors.length === 0) return input;
    throw new Refusal('INPUT_INVALID', `The input is malformed: ${faultsOf(errors).slice(0, 10).join('; ')}. Nothing was done.`);
  }
}
