export * from './database.js';
export * from './entities.js';
export * from './generation.js';
export * from './projection.js';
export * from './projector.js';
export * from './generation-watch.js';
export * from './rebuild.js';
export * from './states.js';
