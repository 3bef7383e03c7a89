// Reads the vectors for the runners in JavaScript. ../vectors/README.md describes the format.
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const VECTORS = fileURLToPath(new URL('../vectors/', import.meta.url));

/** Every vector, its bytes as `{base64}`, so that a page can be sent the whole set. */
export async function load(directory = VECTORS) {
  const vectors = [];
  for (const name of (await readdir(directory, { recursive: true })).sort()) {
    if (!name.endsWith('.json') || name.split('/').includes('files')) continue;
    const file = join(directory, name);
    const content = JSON.parse(await readFile(file, 'utf8'));
    const list = Array.isArray(content) ? content : content.vectors;
    if (!list?.length) throw new Error(`${name}: no vectors`);
    for (const { name: title, call, input, expect } of list) {
      const id = `${name}#${title}`;
      if (!Object.keys(expect ?? {}).length) throw new Error(`${id}: expects nothing`);
      vectors.push({ id, call, input: await resolve(input, dirname(file)), expect });
    }
  }
  if (!vectors.length) throw new Error(`${directory}: no vectors`);
  return vectors;
}

const FORMS = {
  utf8: (text) => Buffer.from(text),
  base64: (text) => Buffer.from(text, 'base64'),
  file: (path, directory) => readFile(join(directory, path)),
  concat: async (parts, directory) => Buffer.concat(await Promise.all(parts.map((part) => bytes(part, directory)))),
  repeat: async ([part, times], directory) => Buffer.concat(Array(times).fill(await bytes(part, directory))),
  encode_base64: async (part, directory) => Buffer.from((await bytes(part, directory)).toString('base64')),
};

function form(value) {
  const keys = Object.keys(value);
  return keys.length === 1 && Object.hasOwn(FORMS, keys[0]) ? keys[0] : undefined;
}

async function bytes(value, directory) {
  const key = form(value);
  if (!key) throw new Error(`no form of bytes: ${JSON.stringify(value)}`);
  return FORMS[key](value[key], directory);
}

async function resolve(value, directory) {
  if (Array.isArray(value)) return Promise.all(value.map((item) => resolve(item, directory)));
  if (value === null || typeof value !== 'object') return value;
  if (form(value)) return { base64: (await bytes(value, directory)).toString('base64') };
  const fields = Object.entries(value).map(async ([key, item]) => [key, await resolve(item, directory)]);
  return Object.fromEntries(await Promise.all(fields));
}
