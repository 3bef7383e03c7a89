// The package as it is installed in the project that PLACET_CONSUMER names.
import { cp, mkdtemp } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export const consumer = process.env.PLACET_CONSUMER;
if (!consumer) throw new Error('PLACET_CONSUMER names no project; run `cargo xtask test npm`');

/** Documents of a model that may run, and the record that Rust writes of it. */
export const example = join(consumer, 'example');
export const directory = join(consumer, 'node_modules/placet');
export const placet = await import(pathToFileURL(join(consumer, 'module.mjs')));
export const commonjs = createRequire(join(consumer, 'package.json'))('./commonjs.cjs');

/** The entry point for browsers and bundlers, in a copy of the package that has loaded nothing yet. */
export async function browser() {
  const copy = await mkdtemp(join(consumer, 'copy-'));
  await cp(directory, copy, { recursive: true });
  return import(pathToFileURL(join(copy, 'browser.js')));
}
