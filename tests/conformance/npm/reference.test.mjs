import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { placet } from './installed.mjs';

const { PlacetError, referenceCanonical, verifyReferenceApproval } = placet;
const withCode = (code) => (error) => error instanceof PlacetError && error.code === code;
const encode = (text) => new TextEncoder().encode(text);

const file = new URL('../../interop/reference/worked_cases.json', import.meta.url);
const cases = JSON.parse(await readFile(file, 'utf8'));

test('every worked record has its canonical text and digest', () => {
  for (const { name, record_json, canonical, signed_message_ascii } of cases.vectors) {
    assert.deepEqual(referenceCanonical(encode(record_json)), { canonical, digest: signed_message_ascii }, name);
  }
});

const record = encode(cases.vectors[0].record_json);
const options = {
  keys: { alice: 'f754b841760c962065afec63c0e1397d07654f24da8ea557dffd55107c6a295d' },
  threshold: 1,
  environment: 'staging',
  scope: 'eu',
  now: '2026-02-01T00:00:00Z',
  modelId: 'sentiment-v3',
  weightsHash: 'sha256:9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c',
};
const denials = (changes) => verifyReferenceApproval(record, { ...options, ...changes }).denials;

test('a record that the keys signed is permitted, with what it cannot prove', () => {
  const verdict = verifyReferenceApproval(record, options);
  assert.deepEqual(Object.keys(verdict).sort(), ['denials', 'legacy', 'limits', 'outcome', 'signatures']);
  assert.equal(verdict.outcome, 'permit');
  assert.equal(verdict.legacy, true);
  assert.ok(verdict.limits.includes('no_domain') && !verdict.limits.includes('model_not_compared'));
  assert.deepEqual(verdict.signatures, [{ approver: 'alice', counted: true, code: null }]);
  const { modelId, weightsHash, ...less } = options;
  assert.ok(verifyReferenceApproval(record, less).limits.includes('model_not_compared'));
});

test('nothing that is left out or misspelt stands for anything', () => {
  for (const name of ['keys', 'threshold', 'environment', 'scope', 'now']) {
    assert.deepEqual(denials({ [name]: undefined }), ['missing_field'], name);
  }
  assert.deepEqual(denials({ environment: null }), ['environment_not_approved']);
  assert.deepEqual(denials({ scope: null }), ['scope_not_approved']);
  for (const name of ['model_id', 'weights_hash', 'modelID', 'extra']) {
    assert.deepEqual(denials({ [name]: 'sentiment-v3' }), ['unknown_field'], name);
  }
  assert.deepEqual(denials({ modelId: 'other' }), ['model_mismatch']);
  assert.deepEqual(denials({ weightsHash: 'other' }), ['weights_mismatch']);
  for (const threshold of [0, -1, 1.5, NaN, '1', null]) {
    assert.deepEqual(denials({ threshold }), ['invalid_integer'], `${threshold}`);
  }
  assert.deepEqual(denials({ keys: { alice: 7 } }), ['wrong_type']);
  assert.deepEqual(new Set(denials({ keys: {} })), new Set(['signer_unknown', 'threshold_not_met']));
  assert.deepEqual(verifyReferenceApproval(record, undefined).denials, ['missing_field']);
  assert.deepEqual(verifyReferenceApproval(encode('{'), options).denials, ['json_syntax']);
});

test('what is no record has a code', () => {
  assert.throws(() => referenceCanonical(encode('{}')), withCode('missing_field'));
  assert.throws(() => referenceCanonical(new Uint8Array(2 ** 21)), withCode('too_large'));
  assert.throws(() => verifyReferenceApproval(new Uint8Array(2 ** 21), options), withCode('too_large'));
  for (const wrong of [undefined, null, 'text', {}]) {
    assert.throws(() => referenceCanonical(wrong), withCode('invalid_argument'));
    assert.throws(() => verifyReferenceApproval(wrong, options), withCode('invalid_argument'));
  }
  assert.throws(() => verifyReferenceApproval(record, { ...options, threshold: 1n }), withCode('invalid_argument'));
});
