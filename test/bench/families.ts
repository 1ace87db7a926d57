import { append } from './append.js';
import { asOf } from './as-of.js';
import type { Family } from './figure.js';
import { focus } from './focus.js';
import { rebuild } from './rebuild.js';

export const FAMILIES: readonly Family[] = [append, focus, rebuild, asOf];
