import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import vm from 'node:vm';
import { createHash } from 'node:crypto';
import { commonjs, placet } from './installed.mjs';

const { hashWeights, PlacetError } = placet;
const ABC = {
  kind: 'file',
  digest: 'sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  size: 3,
};
const abc = new TextEncoder().encode('abc');

function* halves() {
  yield abc.subarray(0, 1);
  yield abc.subarray(1);
}

test('every kind of source gives the same digest', async () => {
  const sources = {
    Uint8Array: abc,
    ArrayBuffer: abc.slice().buffer,
    DataView: new DataView(Uint8Array.from([0, ...abc, 0]).buffer, 1, 3),
    'a buffer of another realm': vm.runInNewContext('Uint8Array.of(97, 98, 99)').buffer,
    SharedArrayBuffer: (() => {
      const shared = new SharedArrayBuffer(3);
      new Uint8Array(shared).set(abc);
      return shared;
    })(),
    Blob: new Blob([abc]),
    File: new File([abc], 'model.bin'),
    ReadableStream: new Blob([abc]).stream(),
    'a stream of Node': Readable.from(halves()),
    iterable: halves(),
    'list of pieces': [...halves()],
    'async iterable': (async function* () {
      yield* halves();
    })(),
  };
  for (const [kind, source] of Object.entries(sources)) {
    assert.deepEqual(await hashWeights(source), ABC, kind);
  }
  assert.deepEqual(await commonjs.hashWeights(abc), ABC);
});

test('a source larger than a piece is hashed whole', async () => {
  const large = new Uint8Array(3 * 2 ** 20 + 5).map((_, index) => index * 7);
  const digest = `sha256:${createHash('sha256').update(large).digest('hex')}`;
  const progress = [];
  const weights = await hashWeights(new Blob([large]), { onProgress: (step) => progress.push(step) });
  assert.deepEqual(weights, { kind: 'file', digest, size: large.length });
  assert.deepEqual(progress.at(-1), { hashed: large.length, total: large.length });
  assert.ok(progress.length >= 4);
  assert.ok(progress.every(({ hashed }, index) => index === 0 || hashed > progress[index - 1].hashed));
});

test('what is not bytes is refused with a code', async () => {
  for (const source of [undefined, null, 'abc', 7, {}, '', [1, 2], ['a'], [abc, null], { stream: () => 1 }]) {
    await assert.rejects(hashWeights(source), (error) => {
      assert.ok(error instanceof PlacetError && error instanceof Error, `${error}`);
      assert.equal(error.code, 'invalid_argument');
      assert.equal(error.name, 'PlacetError');
      return true;
    });
  }
});

test('an error of the source comes through, and the next call is not disturbed', async () => {
  const broken = new Error('the disk is gone');
  const source = (async function* () {
    yield abc;
    throw broken;
  })();
  await assert.rejects(hashWeights(source), (error) => error === broken);
  assert.deepEqual(await hashWeights(abc), ABC);
});

test('a stream that is given up is cancelled', async () => {
  let cancelled = false;
  const endless = () =>
    new ReadableStream({
      pull: (controller) => controller.enqueue(abc),
      cancel: () => {
        cancelled = true;
      },
    });
  const controller = new AbortController();
  const reason = new Error('enough');
  const onProgress = ({ hashed }) => hashed > 10 && controller.abort(reason);
  await assert.rejects(hashWeights(endless(), { onProgress, signal: controller.signal }), (error) => error === reason);
  assert.ok(cancelled);

  cancelled = false;
  await assert.rejects(hashWeights(endless(), { onProgress: () => { throw reason; } }), (error) => error === reason);
  assert.ok(cancelled);
});

test('two files at once do not mix', async () => {
  const slowly = async function* () {
    for (const half of halves()) {
      await new Promise(setImmediate);
      yield half;
    }
  };
  const results = await Promise.all([hashWeights(slowly()), hashWeights(slowly()), hashWeights(new Uint8Array())]);
  assert.deepEqual(results.slice(0, 2), [ABC, ABC]);
  assert.equal(results[2].size, 0);
});
