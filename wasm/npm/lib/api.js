export { PlacetError } from './error.js';
export { init, initSync } from './load.js';
export { hashWeights } from './weights.js';
