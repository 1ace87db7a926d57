import { Extensions } from '@nestjs/graphql';
import type { Role } from '../auth/caller.js';

/** Arguments as given, variables filled in, before coercion: nothing about their types is certain. */
export type RawArguments = Readonly<Record<string, unknown>>;

export interface Price {
  /** What the field costs besides its objects, each time (default 0; 10 for a mutation). */
  readonly own?: number;
  /** How many objects a plain list brings: a bound, or a function of the arguments (time buckets, bulk inputs). */
  readonly times?: number | ((args: RawArguments) => number);
}

/** What a field costs, where it is not one object, a connection of `first` objects, or a short list. */
export const Costs = (price: Price) => Extensions({ tenorPrice: price });

/** The role that a field demands, checked before anything runs. Without it: reader for a query, recorder for a mutation. */
export const Demands = (role: Role) => Extensions({ tenorDemands: role });

/** How many elements a raw list argument has, for bulk mutations. */
export const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 1);
