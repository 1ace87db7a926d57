import { append } from './append.js';
import type { Family } from './figure.js';
import { focus } from './focus.js';

export const FAMILIES: readonly Family[] = [append, focus];
