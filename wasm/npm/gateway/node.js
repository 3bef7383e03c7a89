// Node, Deno and Bun: the module lies beside this file, and timers live as long as the process.
import { readFileSync } from 'node:fs';
import * as files from 'node:fs/promises';
import { fileStorageWith } from './lib/file-storage.js';
import { createGateway as create } from './lib/gateway.js';
import { load } from './lib/module.js';

load(readFileSync(new URL('../gateway.wasm', import.meta.url)));

export { durableObjectStorage, kvStorage } from './lib/storage.js';

export const fileStorage = fileStorageWith(files);

export function createGateway(config, options) {
  return create(config, { timers: true, ...options });
}

/** The module is ready on import. */
export async function init() {}
