// Service workers and other platforms with fetch: `init()` fetches the module, unless it is told another source.
import { load } from './lib/module.js';
import { read } from './lib/source.js';

export { createGateway } from './lib/gateway.js';
export { durableObjectStorage, kvStorage } from './lib/storage.js';

export function fileStorage() {
  throw new Error('there are no files here: give a storage of your own');
}

/** Loads the module from its address, a response, its bytes or a compiled module. */
export async function init(source = new URL('../gateway.wasm', import.meta.url)) {
  source = await source;
  if (typeof source === 'string' || source instanceof URL) source = await fetch(source);
  if (source instanceof Response) {
    if (!source.ok) throw new Error(`the module's address answered with status ${source.status}`);
    source = await read(source, 16 << 20);
  }
  load(source);
}
