// Node, CommonJS: the module lies beside this file, and timers live as long as the process.
'use strict';
const { readFileSync } = require('node:fs');
const files = require('node:fs/promises');
const { join } = require('node:path');
const { fileStorageWith } = require('./lib/file-storage.cjs');
const { createGateway: create } = require('./lib/gateway.cjs');
const { load } = require('./lib/module.cjs');
const { durableObjectStorage, kvStorage } = require('./lib/storage.cjs');

load(readFileSync(join(__dirname, '../gateway.wasm')));

module.exports = {
  createGateway: (config, options) => create(config, { timers: true, ...options }),
  durableObjectStorage,
  fileStorage: fileStorageWith(files),
  /** The module is ready on import. */
  init: async () => {},
  kvStorage,
};
