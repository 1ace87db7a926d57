import { append } from './append.js';
import type { Family } from './figure.js';

export const FAMILIES: readonly Family[] = [append];
