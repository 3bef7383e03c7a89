// Node, CommonJS: the module lies beside this file and is ready at once.
'use strict';
const { readFileSync } = require('node:fs');
const { join } = require('node:path');
const api = require('./lib/api.cjs');

api.initSync(readFileSync(join(__dirname, '../verify.wasm')));

module.exports = api;
