// Reads the vectors for the runners in JavaScript. ../vectors/README.md describes the format.
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VECTORS = fileURLToPath(new URL('../vectors/', import.meta.url));

/** Every vector, with the files that it names in it, so that a page can be sent the whole set. */
export async function load(directory = VECTORS) {
  const vectors = [];
  for (const name of (await readdir(directory, { recursive: true })).sort()) {
    if (!name.endsWith('.json') || name.split('/').includes('files')) continue;
    const file = join(directory, name);
    const content = JSON.parse(await readFile(file, 'utf8'));
    if (content.cases) {
      vectors.push(...content.cases.flatMap((example) => adapted(name, example)));
      continue;
    }
    const list = Array.isArray(content) ? content : content.vectors;
    if (!list?.length) throw new Error(`${name}: no vectors`);
    for (const { name: title, call, input, expect } of list) {
      const id = `${name}#${title}`;
      if (!Object.keys(expect ?? {}).length) throw new Error(`${id}: expects nothing`);
      vectors.push({ id, call, input: await inline(input, dirname(file)), expect });
    }
  }
  if (!vectors.length) throw new Error(`${directory}: no vectors`);
  return vectors;
}

/** A case of another format as a vector, where the package can run it. */
function adapted(file, { name, id, kind, input, code, ...rest }) {
  if (file.startsWith('drift/')) return [{ id: `${file}#${id}`, call: 'drift', input: { kind, ...rest }, expect: {} }];
  if (kind !== 'inclusion' && kind !== 'consistency') return [];
  const expect = code === null ? { valid: true } : { valid: false, code };
  return [{ id: `${file}#${name}`, call: `verify_${kind}`, input, expect }];
}

async function inline(value, directory) {
  if (Array.isArray(value)) return Promise.all(value.map((item) => inline(item, directory)));
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0][0] === 'file') {
    return { base64: (await readFile(join(directory, value.file))).toString('base64') };
  }
  return Object.fromEntries(
    await Promise.all(entries.map(async ([key, item]) => [key, await inline(item, directory)])),
  );
}
