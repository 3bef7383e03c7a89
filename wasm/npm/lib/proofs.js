import * as core from './bindings.js';
import { bytes, view } from './input.js';
import { call } from './load.js';

const INVALID = 'invalid_argument';

/** One Ed25519 signature. */
export function verifySignature(publicKey, message, signature) {
  const views = [publicKey, message, signature].map(view);
  return verdict(() => (views.includes(undefined) ? INVALID : core.verifySignature(...views)));
}

/** The hash of a leaf of the ledger. */
export function leafHash(data) {
  return call(() => core.leafHash(bytes('data', data)));
}

/** Is this leaf in the tree? */
export function verifyInclusion(leafHash, index, size, proof, root) {
  const [leaf, at, leaves, path, top] = [view(leafHash), size64(index), size64(size), hashes(proof), view(root)];
  const known = leaf && at !== undefined && leaves !== undefined && path && top;
  return verdict(() => (known ? core.verifyInclusion(leaf, at, leaves, path, top) : INVALID));
}

/** Is the first tree the beginning of the second? */
export function verifyConsistency(size1, root1, size2, root2, proof) {
  const [old, oldTop, now, nowTop, path] = [size64(size1), view(root1), size64(size2), view(root2), hashes(proof)];
  const known = old !== undefined && oldTop && now !== undefined && nowTop && path;
  return verdict(() => (known ? core.verifyConsistency(old, oldTop, now, nowTop, path) : INVALID));
}

function verdict(check) {
  const code = call(check);
  return code === undefined ? { valid: true } : { valid: false, code };
}

/** A size as 64 bits; `undefined` for what is none, where the module would take it modulo 2⁶⁴. */
function size64(value) {
  const size = Number.isSafeInteger(value) ? BigInt(value) : value;
  return typeof size === 'bigint' && BigInt.asUintN(64, size) === size ? size : undefined;
}

/** The hashes of a proof, one after another; `undefined` unless each has its 32 bytes. */
function hashes(proof) {
  if (!Array.isArray(proof)) return undefined;
  const views = proof.map(view);
  if (!views.every((hash) => hash?.length === 32)) return undefined;
  const joined = new Uint8Array(32 * views.length);
  views.forEach((hash, index) => joined.set(hash, 32 * index));
  return joined;
}
