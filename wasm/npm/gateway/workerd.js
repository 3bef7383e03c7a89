// Workers compile the module when they are deployed. No timer outlives a request there: each request looks whether
// something is due.
import module from '../gateway.wasm';
import { load } from './lib/module.js';

load(module);

export { createGateway } from './lib/gateway.js';
export { durableObjectStorage, kvStorage } from './lib/storage.js';

export function fileStorage() {
  throw new Error('there are no files here: use kvStorage or durableObjectStorage');
}

/** The module is ready on import. */
export async function init() {}
