import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { browser, commonjs, example, placet } from './installed.mjs';

const { decide, PlacetError, timestamp } = placet;
const read = (name) => readFile(join(example, name));
const [bundle, trust, requestBytes, record] = await Promise.all(
  ['bundle.json', 'trust.json', 'request.json', 'decision.json'].map(read),
);
const request = JSON.parse(requestBytes);
const withCode = (code) => (error) => error instanceof PlacetError && error.code === code;
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

test('the record is the one that Rust writes, byte for byte, in both formats', () => {
  for (const { decide } of [placet, commonjs]) {
    const decided = decide(bundle, trust, null, request);
    assert.equal(decided.decision.outcome, 'permit');
    assert.deepEqual(decided.decision.denials, []);
    assert.equal(sha256(decided.bytes), sha256(record));
    assert.deepEqual(decided.decision, JSON.parse(record));
  }
});

test('a request is an object or its bytes', () => {
  const [one, other] = [request, requestBytes].map((request) => decide(bundle, trust, null, request));
  assert.deepEqual(one, other);
});

test('another question is denied with its reason', () => {
  const ask = (change) => decide(bundle, trust, null, { ...request, ...change }).decision;
  assert.deepEqual(ask({ model_id: 'other' }).denials, ['model_mismatch']);
  assert.ok(ask({ environment: 'nowhere' }).denials.includes('environment_undeclared'));
  const weights = { kind: 'file', digest: `sha256:${'0'.repeat(64)}` };
  const { outcome, denials, gates } = ask({ weights });
  assert.equal(outcome, 'deny');
  assert.deepEqual(denials, ['weights_mismatch']);
  assert.deepEqual(
    gates.filter(({ status }) => status === 'fail').map(({ gate, code }) => [gate, code]),
    [['subject', 'weights_mismatch']],
  );
});

test('the state goes in again and refuses what is older', () => {
  const { state } = decide(bundle, trust, null, request);
  assert.equal(decide(bundle, trust, state, request).decision.outcome, 'permit');
  const newer = JSON.parse(new TextDecoder().decode(state));
  const [domain] = Object.values(newer.domains);
  domain.list.number += 1;
  const { decision } = decide(bundle, trust, new TextEncoder().encode(JSON.stringify(newer)), request);
  assert.ok(decision.denials.includes('list_rollback'), decision.denials);
});

test('documents that cannot be read have the code of the core', () => {
  const empty = new Uint8Array();
  assert.throws(() => decide(empty, trust, null, request), withCode('json_syntax'));
  assert.throws(() => decide(bundle, empty, null, request), withCode('json_syntax'));
  assert.throws(() => decide(bundle, trust, empty, request), withCode('json_syntax'));
  assert.throws(() => decide(bundle, trust, null, {}), withCode('missing_field'));
  assert.throws(() => decide(bundle, trust, null, { ...request, extra: 1 }), withCode('unknown_field'));
  assert.throws(() => decide(bundle.subarray(1), trust, null, request), PlacetError);
  assert.throws(() => decide(new Uint8Array(2 ** 27), trust, null, request), withCode('too_large'));
});

test('arguments of another type are refused', () => {
  const wrong = withCode('invalid_argument');
  const cycle = {};
  cycle.self = cycle;
  for (const value of [undefined, null, 'text', 7, {}, [1, 2]]) {
    assert.throws(() => decide(value, trust, null, request), wrong);
    assert.throws(() => decide(bundle, value, null, request), wrong);
  }
  for (const value of [undefined, 'text', 7, {}]) {
    assert.throws(() => decide(bundle, trust, value, request), wrong, `${value} is no state`);
  }
  for (const value of [undefined, null, 'text', 7, [], cycle, { now: 1n }, () => {}, new Date()]) {
    assert.throws(() => decide(bundle, trust, null, value), wrong);
  }
});

test('nothing that is passed in is changed or kept', () => {
  const copies = [bundle, trust].map((bytes) => Uint8Array.from(bytes));
  const { bytes, state } = decide(...copies, null, request);
  const hash = sha256(bytes) + sha256(state);
  assert.equal(sha256(copies[0]) + sha256(copies[1]), sha256(bundle) + sha256(trust));
  copies.forEach((copy) => copy.fill(0));
  for (let round = 0; round < 100; round += 1) decide(bundle, trust, state, request);
  assert.equal(sha256(bytes) + sha256(state), hash);
});

test('a decision before the module is loaded has a code', async () => {
  const { decide } = await browser();
  assert.throws(() => decide(bundle, trust, null, request), { name: 'PlacetError', code: 'not_initialized' });
});

test('times are written as requests take them', () => {
  assert.equal(timestamp(new Date(Date.UTC(2026, 10, 22, 14, 5, 0, 999))), '2026-11-22T14:05:00Z');
  assert.match(timestamp(), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  for (const date of [new Date(NaN), new Date(8.64e15), '2026-11-22', null, 0]) {
    assert.throws(() => timestamp(date), withCode('invalid_argument'));
  }
});
