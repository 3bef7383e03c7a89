import assert from 'node:assert/strict';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { problem as driftProblem } from './drift.mjs';
import { decode } from './forms.mjs';
import { report, run } from './suite.mjs';
import { load } from './vectors.mjs';

class PlacetError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/** Stands for the package: gives or throws what the vector's pieces say. */
const echo = {
  PlacetError,
  hashWeights: async ([piece]) => {
    if (piece === 'fault') throw new TypeError('a fault');
    if (piece === 'error') throw new PlacetError('too_deep');
    return piece;
  },
};

async function problem(pieces, expect, call = 'hash_weights') {
  const [result] = await run(echo, [{ id: 'x', call, input: { pieces }, expect }]);
  return result.problem;
}

test('a right result passes, with bytes compared by content', async () => {
  assert.equal(await problem([{ a: [1, null] }], { value: { a: [1, null] } }), undefined);
  assert.equal(await problem([{ base64: 'AAE=' }], { value: { base64: 'AAE=' } }), undefined);
  assert.equal(await problem(['error'], { error: 'too_deep' }), undefined);
});

test('a wrong result fails', async () => {
  assert.match(await problem([{ a: [1] }], { value: { a: [2] } }), /expected value/);
  assert.match(await problem([{ a: [] }], { value: { a: {} } }), /expected value/);
  assert.match(await problem([1], { value: 1, more: 2 }), /expected more/);
  assert.match(await problem([1], { error: 'too_deep' }), /expected error/);
  assert.match(await problem(['error'], { error: 'trailing_bytes' }), /expected error/);
  assert.match(await problem(['error'], { value: 1 }), /expected value/);
});

test('an error without a code fails whatever is expected', async () => {
  assert.match(await problem(['fault'], { error: 'too_deep' }), /TypeError: a fault/);
});

test('an unknown call fails', async () => {
  assert.match(await problem([], { value: 1 }, 'constructor'), /unknown call/);
});

test('the count tells passed from failed', () => {
  const lines = [];
  assert.equal(report([{ id: 'a' }, { id: 'b', problem: 'p' }], (line) => lines.push(line)), 1);
  assert.deepEqual(lines, ['ok a', 'FAILED b: p', '1 passed, 1 failed']);
});

test('vectors that check nothing are refused', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'vectors-'));
  await assert.rejects(load(directory), /no vectors/);
  await writeFile(join(directory, 'empty.json'), '[]');
  await assert.rejects(load(directory), /no vectors/);
  await writeFile(join(directory, 'empty.json'), '[{"name": "n", "call": "c", "input": {}, "expect": {}}]');
  await assert.rejects(load(directory), /expects nothing/);
});

test('every form of bytes is decoded', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'vectors-'));
  const forms = [
    { utf8: 'é' },
    { base64: 'AAE=' },
    { repeat: [{ utf8: 'abc' }, 3] },
    { repeat: [{ utf8: 'abc' }, 0] },
    { encode_base64: { concat: [{ utf8: 'ab' }, { utf8: 'c' }] } },
    { file: 'note.txt' },
  ];
  await writeFile(join(directory, 'note.txt'), 'note');
  const input = { all: { concat: forms }, kept: { utf8: 1, other: 2 } };
  await writeFile(join(directory, 'v.json'), JSON.stringify([{ name: 'n', call: 'c', input, expect: { value: 1 } }]));
  const [vector] = await load(directory);
  const { all, kept } = decode(vector.input);
  assert.equal(Buffer.from(all).toString('latin1'), '\xc3\xa9\x00\x01abcabcabcYWJjnote');
  assert.deepEqual(kept, { utf8: 1, other: 2 });
  assert.throws(() => decode({ concat: [{ hex: '00' }] }), /no form of bytes/);
});

test('a figure of drift outside its tolerance fails, and one within passes', () => {
  const example = { kind: 'multiple_testing', expect: { holm: [0.02], benjamini_hochberg: [0.01] } };
  const wrong = (holm) => driftProblem(example, { holm: [holm], bh: [0.01] });
  assert.equal(wrong(0.02 * (1 + 1e-10)), undefined);
  for (const holm of [0.0201, 0.02 * (1 + 1e-8), NaN, null, undefined, '0.02']) assert.match(wrong(holm), /holm 0/);
  const stream = { kind: 'stream', expect: { tabular_cusum_alarms: [3], river_page_hinkley_detections: [] } };
  assert.equal(driftProblem(stream, { cusum: [3], pageHinkley: [] }), undefined);
  assert.match(driftProblem(stream, { cusum: [4], pageHinkley: [] }), /cusum/);
});
