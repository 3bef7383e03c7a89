import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { test } from 'node:test';
import { browser, placet } from './installed.mjs';

const { leafHash, PlacetError, verifyConsistency, verifyInclusion, verifySignature } = placet;
const invalid = (code) => ({ valid: false, code });
const nothing = [undefined, null, 'text', 7, {}, [1, 2], () => {}];

test('a signature of Node verifies, and not over another message', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = Buffer.from(publicKey.export({ format: 'jwk' }).x, 'base64url');
  const message = randomBytes(100);
  const signature = sign(null, message, privateKey);
  assert.deepEqual(verifySignature(key, message, signature), { valid: true });
  assert.deepEqual(verifySignature(key, message.subarray(1), signature), invalid('signature_invalid'));
  assert.deepEqual(verifySignature(key, message, signature.subarray(1)), invalid('signature_malformed'));
  assert.deepEqual(verifySignature(key.subarray(1), message, signature), invalid('invalid_public_key'));
  // The point of order 1, under which every message would have a signature.
  assert.deepEqual(verifySignature(Uint8Array.of(1, ...Array(31).fill(0)), message, signature), invalid('small_order_key'));
  for (const wrong of nothing) {
    assert.deepEqual(verifySignature(wrong, message, signature), invalid('invalid_argument'));
    assert.deepEqual(verifySignature(key, wrong, signature), invalid('invalid_argument'));
    assert.deepEqual(verifySignature(key, message, wrong), invalid('invalid_argument'));
  }
});

test('a tree of two leaves is proved, with numbers and with bigints', () => {
  const [one, two] = [leafHash(Uint8Array.of(1)), leafHash(Uint8Array.of(2))];
  assert.ok(one instanceof Uint8Array && one.length === 32);
  const root = node(one, two);
  for (const size of [2, 2n]) {
    assert.deepEqual(verifyInclusion(one, 0, size, [two], root), { valid: true });
    assert.deepEqual(verifyInclusion(two, 1n, size, [one], root), { valid: true });
    assert.deepEqual(verifyInclusion(one, 1, size, [two], root), invalid('ledger_root_mismatch'));
    assert.deepEqual(verifyConsistency(1, one, size, root, [two]), { valid: true });
    assert.deepEqual(verifyConsistency(size, root, 1, one, [two]), invalid('ledger_tree_shrunk'));
  }
});

test('what is no size and no hash is refused and never thrown', () => {
  const hash = leafHash(new Uint8Array());
  const sizes = [-1, -1n, 0.5, 2 ** 53, 2n ** 64n, NaN, Infinity, '1', null, undefined, {}, true];
  for (const size of sizes) {
    assert.deepEqual(verifyInclusion(hash, size, 1, [], hash), invalid('invalid_argument'), `${size}`);
    assert.deepEqual(verifyInclusion(hash, 0, size, [], hash), invalid('invalid_argument'), `${size}`);
    assert.deepEqual(verifyConsistency(size, hash, 1, hash, []), invalid('invalid_argument'), `${size}`);
    assert.deepEqual(verifyConsistency(1, hash, size, hash, []), invalid('invalid_argument'), `${size}`);
  }
  for (const wrong of [...nothing, hash.subarray(1), new Uint8Array(33), new Uint8Array()]) {
    assert.deepEqual(verifyInclusion(wrong, 0, 1, [], hash), invalid('invalid_argument'));
    assert.deepEqual(verifyInclusion(hash, 0, 1, [], wrong), invalid('invalid_argument'));
    assert.deepEqual(verifyInclusion(hash, 0, 2, [wrong], hash), invalid('invalid_argument'));
    assert.deepEqual(verifyConsistency(1, wrong, 1, hash, []), invalid('invalid_argument'));
    assert.deepEqual(verifyConsistency(1, hash, 1, wrong, []), invalid('invalid_argument'));
    assert.deepEqual(verifyConsistency(1, hash, 2, hash, [hash, wrong]), invalid('invalid_argument'));
  }
  for (const wrong of [undefined, null, 'text', 7, {}, hash]) {
    assert.deepEqual(verifyInclusion(hash, 0, 1, wrong, hash), invalid('invalid_argument'));
    assert.deepEqual(verifyConsistency(1, hash, 1, hash, wrong), invalid('invalid_argument'));
  }
  assert.deepEqual(verifyInclusion(hash, 2n ** 64n - 1n, 2n ** 64n - 1n, [], hash), invalid('ledger_index_out_of_range'));
});

test('a proof that is far too long is refused as such', () => {
  const hash = leafHash(new Uint8Array());
  const long = Array(100_000).fill(hash);
  assert.deepEqual(verifyInclusion(hash, 0, 2n ** 64n - 1n, long, hash), invalid('ledger_proof_too_long'));
  assert.deepEqual(verifyConsistency(3n, hash, 2n ** 64n - 1n, hash, long), invalid('ledger_proof_too_long'));
});

test('a leaf that is not bytes has a code, as has a check before the module is loaded', async () => {
  for (const wrong of nothing) {
    assert.throws(() => leafHash(wrong), (error) => error instanceof PlacetError && error.code === 'invalid_argument');
  }
  const unloaded = await browser();
  assert.throws(() => unloaded.verifySignature(null, null, null), { code: 'not_initialized' });
});

/** The hash of an inner node (RFC 6962 §2.1), by Node. */
function node(left, right) {
  return new Uint8Array(createHash('sha256').update(Uint8Array.of(1)).update(left).update(right).digest());
}
