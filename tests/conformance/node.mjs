// Runs the vectors in Node, through the package as it is installed in PLACET_CONSUMER.
// Usage: node node.mjs RESULTS.json
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { report, run } from './suite.mjs';
import { load } from './vectors.mjs';

const placet = await import(pathToFileURL(join(process.env.PLACET_CONSUMER, 'module.mjs')));
await placet.init();
const results = await run(placet, await load());
const computed = results.filter(({ actual }) => actual).map(({ id, actual }) => [id, actual]);
await writeFile(process.argv[2], JSON.stringify(Object.fromEntries(computed)));
process.exitCode = report(results, console.log) ? 1 : 0;
