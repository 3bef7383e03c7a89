// Runs the vectors in workerd, whose Worker imports the installed package's entry for it and the compiled module.
// Usage: node workerd.mjs RESULTS.json
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Miniflare } from 'miniflare';
import { report } from './suite.mjs';
import { load } from './vectors.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
const placet = join(process.env.PLACET_CONSUMER, 'node_modules/placet');

async function module(path, file) {
  const type = path.endsWith('.wasm') ? 'CompiledWasm' : 'ESModule';
  return { type, path, contents: await readFile(file) };
}

const library = (await readdir(join(placet, 'lib'))).filter((name) => name.endsWith('.js'));
const worker = new Miniflare({
  compatibilityDate: '2026-01-01',
  modulesRoot: '/',
  modules: await Promise.all([
    module('/worker.mjs', join(here, 'workerd/worker.mjs')),
    ...['calls.mjs', 'drift.mjs', 'forms.mjs', 'suite.mjs'].map((name) => module(`/${name}`, join(here, name))),
    ...['placet.wasm', 'workerd.js', ...library.map((name) => `lib/${name}`)].map((name) => module(`/placet/${name}`, join(placet, name))),
  ]),
});
try {
  const response = await worker.dispatchFetch('http://localhost/', { method: 'POST', body: JSON.stringify(await load()) });
  const answer = await response.text();
  if (!response.ok) throw new Error(answer);
  const results = JSON.parse(answer);
  const computed = results.filter(({ actual }) => actual).map(({ id, actual }) => [id, actual]);
  await writeFile(process.argv[2], JSON.stringify(Object.fromEntries(computed)));
  process.exitCode = report(results, console.log) ? 1 : 0;
} finally {
  await worker.dispose();
}
