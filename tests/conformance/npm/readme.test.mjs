import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { Miniflare } from 'miniflare';
import { CLOCK, code } from '../readme.mjs';
import { consumer, directory, example } from './installed.mjs';

const place = join(consumer, 'start');
mkdirSync(place, { recursive: true });
cpSync(example, place, { recursive: true });
writeFileSync(join(place, 'weights.npz'), 'weights');
writeFileSync(join(place, 'clock.mjs'), CLOCK);

/** What a runtime prints that starts this example at the time of the documents. */
function start(name, source, program, words = []) {
  writeFileSync(join(place, name), source);
  writeFileSync(join(place, 'main.mjs'), `import './clock.mjs';\nawait import('./${name}');\n`);
  return execFileSync(program, [...words, 'main.mjs'], { cwd: place, encoding: 'utf8' }).trim();
}

/** A runtime of the test tools. */
function tool(package_, path) {
  const modules = fileURLToPath(new URL('../../node_modules', import.meta.url));
  const [scope, start] = package_.split('/');
  const found = readdirSync(join(modules, scope)).filter((name) => name.startsWith(start)).map((name) => join(modules, scope, name, path));
  assert.equal(found.length, 1, package_);
  return found[0];
}

test('it starts in Node, Deno and Bun', () => {
  const source = code('Node, Deno, Bun');
  assert.equal(start('start.mjs', source, process.execPath), 'permit');
  assert.equal(start('start.mjs', source, tool('@deno/', 'deno'), ['run', '--quiet', '--no-lock', '--allow-all']), 'permit');
  assert.equal(start('start.mjs', source, tool('@oven/bun-', 'bin/bun')), 'permit');
});

test('it starts in CommonJS', () => {
  assert.equal(start('start.cjs', code('CommonJS'), process.execPath), 'permit');
});

test('it starts in a Worker', async () => {
  const text = (path) => readFileSync(join(directory, path), 'utf8');
  const module = (path, contents, type = 'ESModule') => ({ type, path: `/${path}`, contents });
  const library = ['lib', 'verify/lib'].flatMap((folder) =>
    readdirSync(join(directory, folder)).filter((name) => name.endsWith('.js')).map((name) => `${folder}/${name}`));
  const worker = new Miniflare({
    compatibilityDate: '2026-01-01',
    modulesRoot: '/',
    modules: [
      module('worker.mjs', CLOCK + code('Cloudflare Workers')),
      module('placet/verify', "export * from './verify/workerd.js';"),
      module('placet/verify/workerd.js', text('verify/workerd.js')),
      ...library.map((path) => module(`placet/${path}`, text(path))),
      module('placet/verify.wasm', readFileSync(join(directory, 'verify.wasm')), 'CompiledWasm'),
    ],
  });
  try {
    const [bundle, trust] = ['bundle', 'trust'].map((name) => readFileSync(join(example, `${name}.json`), 'utf8'));
    const { weights } = JSON.parse(readFileSync(join(example, 'request.json')));
    const ask = (weights) => worker.dispatchFetch('http://localhost/', { method: 'POST', body: JSON.stringify({ bundle, trust, weights }) });
    assert.equal((await ask(weights)).status, 200);
    const other = await ask({ kind: 'file', digest: `sha256:${'0'.repeat(64)}` });
    assert.equal(other.status, 403);
    assert.deepEqual((await other.json()).denials, ['weights_mismatch']);
  } finally {
    await worker.dispose();
  }
});

/** What the short examples take as given. */
const GIVEN = `
import * as placet from 'placet';
import { readFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
const { ${Object.keys(await import(pathToFileURL(join(consumer, 'module.mjs')))).filter((name) => name !== 'default').join(', ')} } = placet;
const [bundle, trust] = ['bundle', 'trust'].map((name) => readFileSync(name + '.json'));
const request = JSON.parse(readFileSync('request.json'));
const envelopes = JSON.parse(bundle);
const [trainingOutput, proposal] = ['training_output', 'proposal'].map((name) => Buffer.from(JSON.stringify(envelopes[name])));
const subject = { model_id: request.model_id, weights: request.weights };
const predicate = {};
const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
const [publicKey, message, signature, payloadDigest, root, root1, root2] = [32, 3, 64, 32, 32, 32, 32].map((size) => new Uint8Array(size));
const [proof, size1, size2] = [[], 1, 2];
const record = readFileSync('record.json');
const values = Array.from({ length: 100 }, (_, index) => Math.sin(index));
const [reference, current, monday, tuesday] = [values, values.map((value) => value + 1), values, values];
let kept = null;
`;

for (const heading of ['The same again and again', 'One document', 'Weights', 'Signing', 'For auditors', 'Records of nanda-model-governance', 'Drift']) {
  test(`the example of “${heading}” runs`, () => {
    writeFileSync(join(place, 'record.json'), JSON.stringify(reference()));
    // In a block, where it may declare what is given anew.
    const source = `${GIVEN}\n{\n${code(heading)}\nconsole.log('ran');\n}\n`;
    assert.equal(start('example.mjs', source, process.execPath).split('\n').at(-1), 'ran');
  });
}

/** A record of the Python library, from its vectors. */
function reference() {
  const { vectors } = JSON.parse(readFileSync(fileURLToPath(new URL('../../vectors/reference/worked.json', import.meta.url))));
  const { input } = vectors.find(({ call }) => call === 'reference_canonical');
  return JSON.parse(input.record.utf8 ?? Buffer.from(input.record.base64, 'base64'));
}
