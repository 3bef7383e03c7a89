import assert from 'node:assert/strict';
import { access, readFile, readdir } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { browser, commonjs, directory, placet } from './installed.mjs';

const abc = new TextEncoder().encode('abc');
const bytes = await readFile(join(directory, 'placet.wasm'));
const withCode = (code) => (error) => error.name === 'PlacetError' && error.code === code;

let server;
let address;
before(async () => {
  server = createServer((request, response) => {
    const status = request.url === '/absent.wasm' ? 404 : 200;
    const type = request.url === '/untyped.wasm' ? 'text/plain' : 'application/wasm';
    response.writeHead(status, { 'content-type': type }).end(status === 200 ? bytes : undefined);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${server.address().port}`;
});
after(() => server.close());

test('in Node the module is ready on import, in both formats', async () => {
  assert.equal((await placet.hashWeights(abc)).size, 3);
  assert.equal((await commonjs.hashWeights(abc)).size, 3);
  await placet.init();
  await placet.init('http://127.0.0.1:1/never-asked');
});

test('both formats offer the same names', () => {
  assert.deepEqual(Object.keys(placet).sort(), Object.keys(commonjs).sort());
});

test('a call before the module is loaded has a code', async () => {
  const { hashWeights } = await browser();
  await assert.rejects(hashWeights(abc), withCode('not_initialized'));
});

test('every kind of source loads the module', async () => {
  const sources = {
    bytes: () => bytes,
    ArrayBuffer: () => new Uint8Array(bytes).buffer,
    module: () => new WebAssembly.Module(bytes),
    address: () => `${address}/placet.wasm`,
    URL: () => new URL(`${address}/placet.wasm`),
    response: () => fetch(`${address}/placet.wasm`),
    'response without the type': () => fetch(`${address}/untyped.wasm`),
  };
  for (const [name, source] of Object.entries(sources)) {
    const { init, hashWeights } = await browser();
    await init(source());
    assert.equal((await hashWeights(abc)).size, 3, name);
  }
});

test('loading at once takes bytes and compiled modules', async () => {
  for (const module of [bytes, new WebAssembly.Module(bytes)]) {
    const { initSync, hashWeights } = await browser();
    initSync(module);
    initSync(module);
    assert.equal((await hashWeights(abc)).size, 3);
  }
});

test('calls at the same time share one load', async () => {
  const { init, hashWeights } = await browser();
  await Promise.all([init(`${address}/placet.wasm`), init(`${address}/absent.wasm`)]);
  assert.equal((await hashWeights(abc)).size, 3);
});

test('a failed load has a code and can be tried again', async () => {
  const { init, initSync, hashWeights } = await browser();
  await assert.rejects(init(`${address}/absent.wasm`), withCode('module_unavailable'));
  await assert.rejects(init('http://127.0.0.1:1/refused.wasm'), withCode('module_unavailable'));
  await assert.rejects(init(7), withCode('invalid_argument'));
  await assert.rejects(init(null), withCode('invalid_argument'));
  assert.throws(() => initSync('placet.wasm'), withCode('invalid_argument'));
  assert.throws(() => initSync(undefined), withCode('invalid_argument'));
  await assert.rejects(init(abc), WebAssembly.CompileError);
  await assert.rejects(hashWeights(abc), withCode('not_initialized'));
  await init(bytes);
  assert.equal((await hashWeights(abc)).size, 3);
});

test('every file that the manifest exports is there', async () => {
  const { exports } = JSON.parse(await readFile(join(directory, 'package.json'), 'utf8'));
  const files = new Set(JSON.stringify(exports).match(/(?<=:")\.\/[^"]+/g));
  assert.ok(files.has('./browser.js') && files.has('./node.cjs') && files.has('./index.d.cts'));
  for (const file of files) await access(join(directory, file));
});

test('nothing of Node, no code from text and no top-level await is in the path of browsers and workers', async () => {
  const names = (await readdir(join(directory, 'lib'))).filter((name) => name.endsWith('.js'));
  assert.ok(names.includes('bindings.js'));
  for (const file of ['browser.js', 'workerd.js', ...names.map((name) => `lib/${name}`)]) {
    const text = await readFile(join(directory, file), 'utf8');
    assert.doesNotMatch(text, /node:|\brequire\(|\beval\b|new Function|^(const .* = )?await /m, file);
  }
});
