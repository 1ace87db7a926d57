export * from './fault.js';
export * from './ids.js';
export * from './port.js';
export { DATA_BYTES_MAX } from './validate.js';
