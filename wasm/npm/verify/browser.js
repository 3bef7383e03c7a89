// Browsers and bundlers: `init()` fetches the file beside this one, unless it is told another source.
import { init as load } from './lib/api.js';

export * from './lib/api.js';

export function init(source = new URL('../verify.wasm', import.meta.url)) {
  return load(source);
}
