// Runs the vectors of the small build, and holds what it computes against what the whole build did.
// Usage: node small.mjs RESULTS-OF-THE-WHOLE.json
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { report, run } from './suite.mjs';
import { load } from './vectors.mjs';

const CALLS = ['decide', 'verify_envelope'];

const placet = await import(pathToFileURL(join(process.env.PLACET_CONSUMER, 'verify.mjs')));
const whole = JSON.parse(await readFile(process.argv[2], 'utf8'));
const results = await run(placet, (await load()).filter(({ call }) => CALLS.includes(call)));
for (const result of results) {
  const differs = JSON.stringify(result.actual) !== JSON.stringify(whole[result.id]);
  if (differs) result.problem ??= 'differs from the whole build';
}
process.exitCode = report(results, console.log) ? 1 : 0;
