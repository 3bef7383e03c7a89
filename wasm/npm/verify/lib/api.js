export { decide } from './decide.js';
export { verifyEnvelope } from './envelope.js';
export { PlacetError } from './error.js';
export { init, initSync } from './load.js';
export { timestamp } from './time.js';
export { createVerifier } from './verifier.js';
