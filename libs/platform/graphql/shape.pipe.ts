import { Injectable, type ArgumentMetadata, type PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { Refusal } from '../errors.js';
import { type InputClass, keepsShape } from './shape-plan.js';

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
    return checkShape(type, value);
  }
}

/** @throws Refusal `INPUT_INVALID`, naming the fields that break a rule */
export function checkShape(type: InputClass, value: object): object {
  if (keepsShape(type, value as Record<string, unknown>)) return Object.assign(new type(), value);
  const input = plainToInstance(type, value);
  const errors = validateSync(input, { forbidUnknownValues: false });
  if (errors.length === 0) return input;
  throw new Refusal('INPUT_INVALID', `The input is malformed: ${faultsOf(errors).slice(0, 10).join('; ')}. Nothing was done.`);
}
