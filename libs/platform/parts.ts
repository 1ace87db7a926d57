/** Injection tokens of what the composition root gives to every module. Interfaces leave no trace at run time, so they need names. */
export const CONFIG = Symbol('Config');
export const CLOCK = Symbol('Clock');
export const LOG = Symbol('Log');
export const SEALER = Symbol('Sealer');
export const CALLER_SOURCE = Symbol('CallerSource');
export const HEALTH = Symbol('Health');
export const DECISIONS = Symbol('Decisions');
export const LEDGER_ID = Symbol('LedgerId');
export const EVENT_STORE = Symbol('EventStore');
export const ENTITIES = Symbol('Entities');
export const PROJECTOR = Symbol('Projector');
