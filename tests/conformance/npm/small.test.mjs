import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { commonjs, consumer, directory, example, placet } from './installed.mjs';

const small = await import(pathToFileURL(join(consumer, 'verify.mjs')));
const older = createRequire(join(consumer, 'package.json'))('./verify.cjs');
const [bundle, trust, request, record] = await Promise.all(
  ['bundle', 'trust', 'request', 'decision'].map((name) => readFile(join(example, `${name}.json`))),
);

test('the small build decides byte for byte what the whole one does, in both formats', () => {
  for (const { decide, createVerifier, verifyEnvelope } of [small, older]) {
    assert.equal(Buffer.compare(decide(bundle, trust, null, request).bytes, record), 0);
    assert.equal(Buffer.compare(createVerifier({ trust, state: null }).decide(bundle, request).bytes, record), 0);
    const [proposal] = [JSON.parse(bundle).proposal].map((envelope) => Buffer.from(JSON.stringify(envelope)));
    const { now } = JSON.parse(request);
    assert.deepEqual(verifyEnvelope(proposal, trust, now), placet.verifyEnvelope(proposal, trust, now));
  }
});

test('it has nothing else, and its errors are those of the whole build', () => {
  const names = ['PlacetError', 'createVerifier', 'decide', 'init', 'initSync', 'timestamp', 'verifyEnvelope'];
  assert.deepEqual(Object.keys(small).sort(), names);
  assert.deepEqual(Object.keys(older).sort(), names);
  assert.equal(small.PlacetError, placet.PlacetError);
  assert.equal(older.PlacetError, commonjs.PlacetError);
  assert.throws(() => small.decide(new Uint8Array(), trust, null, request), { name: 'PlacetError', code: 'json_syntax' });
});

test('it is the smaller module', async () => {
  const sizes = await Promise.all(['placet.wasm', 'verify.wasm'].map(async (name) => (await readFile(join(directory, name))).length));
  assert.ok(sizes[1] < sizes[0], sizes.join(' '));
});

test('the modules are found by their subpaths', () => {
  const { resolve } = createRequire(join(consumer, 'package.json'));
  for (const name of ['placet.wasm', 'verify.wasm']) assert.equal(resolve(`placet/${name}`), join(directory, name));
});
