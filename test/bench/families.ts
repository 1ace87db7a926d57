import { append } from './append.js';
import { asOf } from './as-of.js';
import type { Family } from './figure.js';
import { focus } from './focus.js';
import { mutations } from './mutations.js';
import { queries } from './queries.js';
import { rebuild } from './rebuild.js';
import { start } from './start.js';

export const FAMILIES: readonly Family[] = [append, mutations, focus, rebuild, queries, asOf, start];
