import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { browser, commonjs, directory, example, placet } from './installed.mjs';

const { createVerifier, decide, PlacetError, timestamp } = placet;
const read = (name) => readFile(join(example, name));
const [bundle, trust, requestBytes, record] = await Promise.all(
  ['bundle.json', 'trust.json', 'request.json', 'decision.json'].map(read),
);
const request = JSON.parse(requestBytes);
const withCode = (code) => (error) => error instanceof PlacetError && error.code === code;
const text = (bytes) => new TextDecoder().decode(bytes);
const later = (seconds, from = request.now) => timestamp(new Date(Date.parse(from) + 1000 * seconds));
const changed = (bytes, change) => {
  const value = JSON.parse(text(bytes));
  change(value);
  return new TextEncoder().encode(JSON.stringify(value));
};
const verifier = () => createVerifier({ trust, state: null });

test('it decides what `decide` decides, byte for byte, in both formats', () => {
  for (const { createVerifier } of [placet, commonjs]) {
    const held = createVerifier({ trust, state: null });
    const answers = [request, requestBytes, request].map((request) => held.decide(bundle, request));
    for (const { decision, bytes } of answers) {
      assert.equal(text(bytes), text(record));
      assert.deepEqual(decision, JSON.parse(record));
    }
    assert.equal(text(held.state), text(decide(bundle, trust, null, request).state));
  }
});

test('a permit answers again until its `valid_until` and not a second longer', () => {
  const held = verifier();
  const { decision } = held.decide(bundle, request);
  const last = later(-1, decision.valid_until);
  assert.equal(held.decide(bundle, { ...request, now: last }).decision, decision, 'the same object');
  const after = held.decide(bundle, { ...request, now: decision.valid_until }).decision;
  assert.notEqual(after, decision);
  assert.deepEqual(after, decide(bundle, trust, held.state, { ...request, now: decision.valid_until }).decision);
});

test('a permit answers for no other question, no other evidence and no earlier time', () => {
  const held = verifier();
  const { decision } = held.decide(bundle, request);
  for (const change of [
    { model_id: 'other' },
    { environment: 'nowhere' },
    { scope: 'nowhere' },
    { weights: { ...request.weights, digest: `sha256:${'0'.repeat(64)}` } },
    { weights: { ...request.weights, kind: 'directory' } },
  ]) {
    const asked = held.decide(bundle, { ...request, ...change });
    assert.equal(asked.decision.outcome, 'deny', JSON.stringify(change));
  }
  const earlier = held.decide(bundle, { ...request, now: later(-1) }).decision;
  assert.notEqual(earlier, decision);
  assert.equal(earlier.request.now, later(-1));
  const alone = changed(bundle, (value) => value.approvals.pop());
  assert.equal(held.decide(alone, request).decision.outcome, 'deny');
});

/** The package where no `Buffer` compares bytes, as in browsers. */
async function withoutBuffer() {
  const { Buffer } = globalThis;
  try {
    delete globalThis.Buffer;
    const api = await browser();
    api.initSync(await readFile(join(directory, 'placet.wasm')));
    return api;
  } finally {
    globalThis.Buffer = Buffer;
  }
}

test('a bundle that is changed in place is another bundle, however bytes are compared', async () => {
  for (const { createVerifier } of [placet, await withoutBuffer()]) {
    const held = createVerifier({ trust, state: null });
    const mine = Uint8Array.from(bundle);
    const { decision } = held.decide(mine, request);
    assert.equal(decision.outcome, 'permit');
    assert.equal(held.decide(mine, request).decision, decision);
    const place = text(mine).indexOf('"sig":"') + 10;
    for (const at of [place, mine.length - 1]) {
      mine[at] ^= 1;
      let outcome = 'unreadable';
      try {
        ({ outcome } = held.decide(mine, request).decision);
      } catch (error) {
        assert.ok(error.code, error);
      }
      assert.notEqual(outcome, 'permit', `byte ${at}`);
      mine[at] ^= 1;
    }
    assert.equal(held.decide(mine.subarray(0), request).decision, decision);
  }
});

test('what is kept cannot be changed by who was given it', () => {
  const held = verifier();
  const { decision, bytes } = held.decide(bundle, request);
  bytes.fill(0);
  assert.throws(() => (decision.outcome = 'deny'), TypeError);
  assert.throws(() => decision.gates.pop(), TypeError);
  assert.throws(() => (decision.request.weights.digest = 'x'), TypeError);
  const again = held.decide(bundle, request);
  assert.equal(text(again.bytes), text(record));
  assert.equal(again.decision, decision);
});

test('a request that cannot be read is refused though a permit is kept for one like it', () => {
  const held = verifier();
  held.decide(bundle, request);
  const until = held.decide(bundle, request).decision.valid_until;
  assert.throws(() => held.decide(bundle, { ...request, extra: 1 }), withCode('unknown_field'));
  assert.throws(() => held.decide(bundle, { ...request, weights: { ...request.weights, size: 1 } }), withCode('unknown_field'));
  const { scope, ...rest } = request;
  assert.throws(() => held.decide(bundle, rest), withCode('missing_field'));
  for (const now of [`${request.now} `, `${request.now.slice(0, -1)}.5Z`, request.now.replace('Z', '+00:00'), `${until.slice(0, 11)}~`]) {
    assert.throws(() => held.decide(bundle, { ...request, now }), withCode('invalid_time'), now);
  }
  assert.throws(() => held.decide(bundle, { ...request, now: 7 }), withCode('wrong_type'));
});

test('an update drops the permits, judges by the new documents and keeps the state', () => {
  const held = verifier();
  const { decision } = held.decide(bundle, request);
  const seen = held.state;
  held.update({});
  assert.notEqual(held.decide(bundle, request).decision, decision);
  const withoutLists = changed(trust, (value) => (value.revocation_lists = []));
  held.update({ trust: withoutLists });
  assert.deepEqual(held.decide(bundle, request).decision.denials, ['list_missing']);
  assert.equal(text(held.state), text(seen));
  held.update({ trust });
  assert.equal(held.decide(bundle, request).decision.outcome, 'permit');
});

test('the state that it begins with or is given later refuses what is older', () => {
  const newer = changed(decide(bundle, trust, null, request).state, ({ domains }) => {
    for (const domain of Object.values(domains)) domain.list.number += 1;
  });
  assert.ok(createVerifier({ trust, state: newer }).decide(bundle, request).decision.denials.includes('list_rollback'));
  const held = verifier();
  held.decide(bundle, request);
  held.update({ state: newer });
  assert.ok(held.decide(bundle, request).decision.denials.includes('list_rollback'));
  held.update({ state: decide(bundle, trust, null, request).state });
  assert.ok(held.decide(bundle, request).decision.denials.includes('list_rollback'), 'an older state takes nothing back');
});

test('an update that cannot be read changes nothing', () => {
  const held = verifier();
  held.decide(bundle, request);
  const before = text(held.state);
  const withoutLists = changed(trust, (value) => (value.revocation_lists = []));
  assert.throws(() => held.update({ trust: bundle }), PlacetError);
  assert.throws(() => held.update({ trust: withoutLists, state: trust }), PlacetError);
  assert.equal(held.decide(bundle, request).decision.outcome, 'permit');
  assert.equal(text(held.state), before);
  for (const changes of [{ trust: null }, { state: null }, { trust: 'text' }, { policy: trust }, null, []]) {
    assert.throws(() => held.update(changes), withCode('invalid_argument'));
  }
});

test('many questions are answered one by one, and a bad one ends them where it stands', () => {
  const held = verifier();
  const other = { ...request, model_id: 'other' };
  const answers = [...held.decideMany([{ bundle, request }, { bundle, request: other }, { bundle, request }])];
  assert.deepEqual(answers.map(({ decision }) => decision.outcome), ['permit', 'deny', 'permit']);
  assert.equal(text(answers[2].bytes), text(record));
  const asked = held.decideMany([{ bundle, request }, { bundle: new Uint8Array(), request }]);
  assert.equal(asked.next().value.decision.outcome, 'permit');
  assert.throws(() => asked.next(), withCode('json_syntax'));
  for (const questions of [null, undefined, 7, {}, [null], ['text'], [{ bundle }], [{ request }]]) {
    assert.throws(() => [...held.decideMany(questions)], withCode('invalid_argument'));
  }
});

test('ten thousand bundles take no more memory than the first', () => {
  const held = verifier();
  const ask = function* (count) {
    for (let number = 0; number < count; number += 1) yield { bundle, request };
  };
  const run = (count) => {
    for (const { decision } of held.decideMany(ask(count))) assert.equal(decision.outcome, 'permit');
    return process.memoryUsage().arrayBuffers;
  };
  run(100);
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  run(10_000);
  assert.ok(process.memoryUsage().rss - before < 64 << 20, 'the process has grown by 64 MiB');
});

test('verifiers that are forgotten are collected', { skip: globalThis.gc ? false : 'run with --expose-gc' }, async () => {
  const sizes = [];
  for (let round = 0; round < 6; round += 1) {
    for (let number = 0; number < 200; number += 1) verifier();
    await new Promise((resolve) => setTimeout(resolve, 10));
    globalThis.gc();
    await new Promise((resolve) => setTimeout(resolve, 10));
    sizes.push(process.memoryUsage().external);
  }
  assert.ok(sizes.at(-1) <= sizes[1], `the module's memory grows: ${sizes}`);
});

test('wrong arguments have a code', async () => {
  const wrong = withCode('invalid_argument');
  for (const options of [undefined, null, [], {}, { trust }, { trust, state: 'text' }, { trust: 'text', state: null }]) {
    assert.throws(() => createVerifier(options), wrong, JSON.stringify(options));
  }
  assert.throws(() => createVerifier({ trust: new Uint8Array(), state: null }), withCode('json_syntax'));
  assert.throws(() => createVerifier({ trust, state: new Uint8Array() }), withCode('json_syntax'));
  for (const value of [undefined, null, 'text', 7, {}, [1]]) assert.throws(() => verifier().decide(value, request), wrong);
  for (const value of [undefined, null, 'text', 7, []]) assert.throws(() => verifier().decide(bundle, value), wrong);
  const { createVerifier: unready } = await browser();
  assert.throws(() => unready({ trust, state: null }), { name: 'PlacetError', code: 'not_initialized' });
});
