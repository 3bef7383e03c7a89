// Node, Deno and Bun: the module lies beside this file and is ready at once.
import { readFileSync } from 'node:fs';
import { initSync } from './lib/api.js';

initSync(readFileSync(new URL('../verify.wasm', import.meta.url)));

export * from './lib/api.js';
