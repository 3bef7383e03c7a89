// Workers compile the module when they are deployed, and it is ready at once.
import module from '../verify.wasm';
import { initSync } from './lib/api.js';

initSync(module);

export * from './lib/api.js';
