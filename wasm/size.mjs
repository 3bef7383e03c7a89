// What travels of the npm package to a browser: `node size.mjs PACKAGE [MOST]` prints the sizes in bytes and fails
// where module and scripts together have more than MOST after brotli.
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';

const [directory, most = 'Infinity'] = process.argv.slice(2);
const scripts = (await readdir(join(directory, 'lib'))).filter((name) => name.endsWith('.js'));

async function sizes(files) {
  const total = [0, 0, 0];
  for (const file of files) {
    const bytes = await readFile(join(directory, file));
    const brotli = brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } });
    [bytes, gzipSync(bytes, { level: 9 }), brotli].forEach(({ length }, index) => (total[index] += length));
  }
  return total;
}

const parts = {
  module: await sizes(['placet.wasm']),
  scripts: await sizes(['browser.js', ...scripts.map((name) => join('lib', name))]),
};
parts.together = parts.module.map((size, index) => size + parts.scripts[index]);
console.log(`${'bytes'.padEnd(10)}${['raw', 'gzip', 'brotli'].map((name) => name.padStart(9)).join('')}`);
for (const [name, row] of Object.entries(parts)) {
  console.log(name.padEnd(10) + row.map((size) => String(size).padStart(9)).join(''));
}
if (parts.together[2] > Number(most)) {
  console.log(`more than ${most} bytes travel`);
  process.exitCode = 1;
}
