export { decide } from './decide.js';
export { PlacetError } from './error.js';
export { init, initSync } from './load.js';
export { timestamp } from './time.js';
export { hashWeights } from './weights.js';
