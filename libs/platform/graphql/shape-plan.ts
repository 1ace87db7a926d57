import { defaultMetadataStorage } from 'class-transformer/cjs/storage.js';
import { getMetadataStorage, type ValidationArguments, type ValidatorConstraintInterface } from 'class-validator';

export type InputClass = new () => object;
type Plain = Readonly<Record<string, unknown>>;

interface Rule {
  readonly each: boolean;
  readonly constraint: ValidatorConstraintInterface;
  /** A text of so many UTF-16 units keeps it for certain. The library counts characters, of which there are never more, by two matches for each text. */
  readonly sureUpTo: number;
  /** What the constraint is asked with: one that is filled in for each value, since it is read at once. */
  readonly args: ValidationArguments;
}

interface PropertyPlan {
  readonly name: string;
  readonly rules: readonly Rule[];
  /** Class of the nested input, or of each element of a list of them. */
  readonly nested: (() => InputClass) | null;
}

interface ShapePlan {
  readonly required: readonly PropertyPlan[];
  /** Of those that need not be given, by name. */
  readonly optional: ReadonlyMap<string, PropertyPlan>;
}

const plans = new Map<InputClass, ShapePlan | null>();

/**
 * Does the input keep every class-validator rule of its class? The library's own walk asks all rules of all properties, given or
 * not, and makes an instance of each nested input first; most of a command's properties are not given. Here the library's
 * constraints are asked for those that are. A rule of a kind that this cannot ask, or one that is broken: false, and the library says what is wrong.
 */
export function keepsShape(type: InputClass, value: Plain): boolean {
  const plan = planOf(type);
  if (plan === null) return false;
  for (const property of plan.required) if (!keeps(property, value[property.name], value)) return false;
  if (plan.optional.size === 0) return true;
  // What was given is looked for, not what could be: of twenty terms an amendment names one or two.
  for (const name in value) {
    const given = value[name];
    if (given === undefined || given === null) continue;
    const property = plan.optional.get(name);
    if (property !== undefined && !keeps(property, given, value)) return false;
  }
  return true;
}

// Without a closure where there is no list: each is a context for every field that is judged.
function keeps({ rules, nested }: PropertyPlan, value: unknown, object: Plain): boolean {
  for (const rule of rules) {
    rule.args.value = value;
    rule.args.object = object;
    if (rule.each ? !eachHolds(rule, value) : !holds(rule, value)) return false;
  }
  if (nested === null) return true;
  return Array.isArray(value) ? eachKeeps(nested, value) : keepsNested(nested, value);
}

const eachHolds = (rule: Rule, value: unknown): boolean => Array.isArray(value) && value.every((part) => holds(rule, part));

const eachKeeps = (type: () => InputClass, value: readonly unknown[]): boolean => value.every((part) => keepsNested(type, part));

const holds = ({ constraint, args, sureUpTo }: Rule, part: unknown): boolean =>
  (typeof part === 'string' && part.length <= sureUpTo) || constraint.validate(part, args) === true;

const keepsNested = (type: () => InputClass, part: unknown): boolean =>
  typeof part === 'object' && part !== null && keepsShape(type(), part as Plain);

function planOf(type: InputClass): ShapePlan | null {
  let plan = plans.get(type);
  if (plan === undefined) plans.set(type, (plan = makePlan(type)));
  return plan;
}

function makePlan(type: InputClass): ShapePlan | null {
  const storage = getMetadataStorage();
  const properties = new Map<string, { optional: boolean; rules: Rule[]; nested: (() => InputClass) | null }>();
  for (const rule of storage.getTargetValidationMetadatas(type, '', false, false)) {
    let property = properties.get(rule.propertyName);
    if (!property) properties.set(rule.propertyName, (property = { optional: false, rules: [], nested: null }));
    if (rule.type === 'conditionalValidation' && rule.name === 'isOptional') property.optional = true;
    else if (rule.type === 'nestedValidation') property.nested = nestedType(type, rule.propertyName);
    else if (rule.type === 'customValidation' && !rule.validateIf) {
      const constraints = (rule.constraints as unknown[] | undefined) ?? [];
      for (const { instance } of storage.getTargetValidatorConstraints(rule.constraintCls)) {
        property.rules.push({
          each: rule.each === true,
          constraint: instance,
          sureUpTo: rule.name === 'maxLength' ? (constraints[0] as number) : -1,
          args: {
            value: undefined,
            constraints,
            targetName: '',
            object: {},
            property: rule.propertyName,
          },
        });
      }
    } else return null;
    if (rule.type === 'nestedValidation' && property.nested === null) return null;
  }
  const required: PropertyPlan[] = [];
  const optional = new Map<string, PropertyPlan>();
  for (const [name, property] of properties) {
    const plan = { name, rules: property.rules, nested: property.nested };
    if (property.optional) optional.set(name, plan);
    else required.push(plan);
  }
  return { required, optional };
}

const nestedType = (type: InputClass, property: string): (() => InputClass) | null =>
  defaultMetadataStorage.findTypeMetadata(type, property)?.typeFunction ?? null;
