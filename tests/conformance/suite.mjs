// Runs vectors against the npm package, in Node and in a page alike.
import { calls } from './calls.mjs';
import { decode, encode } from './forms.mjs';

/** What came of every vector: `{id, actual}`, with a `problem` where it failed. */
export async function run(placet, vectors) {
  const results = [];
  for (const { id, call, input, expect } of vectors) {
    const actual = await attempt(placet, call, decode(input));
    results.push({ id, ...actual, problem: actual.problem ?? difference(expect, actual.actual) });
  }
  return results;
}

/** Prints every result and the count, and gives the number that failed. */
export function report(results, print) {
  const failed = results.filter(({ problem }) => problem).length;
  for (const { id, problem } of results) print(problem ? `FAILED ${id}: ${problem}` : `ok ${id}`);
  print(`${results.length - failed} passed, ${failed} failed`);
  return failed;
}

async function attempt(placet, call, input) {
  if (!Object.hasOwn(calls, call)) return { problem: `unknown call \`${call}\`` };
  try {
    return { actual: encode(await calls[call](placet, input)) };
  } catch (error) {
    // Anything else than a coded error of the package is a fault, whatever the vector expects.
    return error instanceof placet.PlacetError && typeof error.code === 'string'
      ? { actual: { error: error.code } }
      : { problem: `${error?.stack ?? error}` };
  }
}

function difference(expect, actual) {
  const field = Object.keys(expect).find((field) => !equal(expect[field], actual[field]));
  return field && `expected ${field} ${JSON.stringify(expect[field])}, found ${JSON.stringify(actual)}`;
}

function equal(one, other) {
  if (one === null || other === null || typeof one !== 'object' || typeof other !== 'object') return one === other;
  const keys = Object.keys(one);
  return (
    Array.isArray(one) === Array.isArray(other) &&
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && equal(one[key], other[key]))
  );
}
