// Runs vectors against the npm package, in Node and in a page alike.
import { calls } from './calls.mjs';
import { problem as driftProblem } from './drift.mjs';
import { decode, encode } from './forms.mjs';

/** What came of every vector: `{id, actual}`, with a `problem` where it failed. */
export async function run(placet, vectors) {
  const results = [];
  for (const { id, call, input, expect } of vectors) {
    const attempted = await attempt(placet, call, decode(input));
    const { actual, problem } = attempted;
    // What drift gives has tolerances, which stand with the case.
    const compare = () => (call === 'drift' ? driftProblem(input, actual) : difference(expect, actual));
    results.push({ id, ...attempted, problem: problem ?? compare() });
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
