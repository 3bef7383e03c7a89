import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { example, placet } from './installed.mjs';

const { hashManifest, hashWeights, PlacetError, summary, verifyEnvelope } = placet;
const withCode = (code) => (error) => error instanceof PlacetError && error.code === code;
const encode = (value) => new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value));

const trust = await readFile(join(example, 'trust.json'));
const bundle = JSON.parse(await readFile(join(example, 'bundle.json'), 'utf8'));
const { now } = JSON.parse(await readFile(join(example, 'request.json'), 'utf8'));
const [training, proposal] = [encode(bundle.training_output), encode(bundle.proposal)];

test('a verified envelope says what it is, who signed it and exactly what', () => {
  const verified = verifyEnvelope(proposal, trust, now);
  assert.deepEqual(Object.keys(verified).sort(), ['digest', 'kind', 'payload', 'signers']);
  assert.equal(verified.kind, 'proposal');
  assert.equal(Buffer.from(verified.payload).toString('base64'), bundle.proposal.payload);
  assert.ok(verified.payload instanceof Uint8Array);
  const statement = JSON.parse(new TextDecoder().decode(verified.payload));
  assert.deepEqual(verified.signers, [
    { principal: statement.predicate.proposed_by, key_id: bundle.proposal.signatures[0].keyid },
  ]);
});

test('a forged envelope has the code of the decision', () => {
  const forged = structuredClone(bundle.proposal);
  forged.signatures = bundle.training_output.signatures;
  assert.throws(() => verifyEnvelope(encode(forged), trust, now), withCode('signer_mismatch'));
  assert.throws(() => verifyEnvelope(encode('{'), trust, now), withCode('json_syntax'));
  assert.throws(() => verifyEnvelope(proposal, encode('{}'), now), withCode('missing_field'));
  assert.throws(() => verifyEnvelope(proposal, trust, '2026-11-22'), withCode('invalid_time'));
  assert.throws(() => verifyEnvelope(new Uint8Array(2 ** 24), trust, now), withCode('too_large'));
  for (const wrong of [undefined, null, 'text', 7, {}]) {
    assert.throws(() => verifyEnvelope(wrong, trust, now), withCode('invalid_argument'));
    assert.throws(() => verifyEnvelope(proposal, wrong, now), withCode('invalid_argument'));
    if (wrong !== 'text') assert.throws(() => verifyEnvelope(proposal, trust, wrong), withCode('invalid_argument'));
  }
  assert.throws(() => verifyEnvelope(proposal, trust, new Date()), withCode('invalid_argument'));
});

test('the summary is the one that the approvers signed', () => {
  const shown = summary(training, proposal, trust, now);
  assert.deepEqual(Object.keys(shown).sort(), ['digest', 'format', 'text', 'words']);
  const approval = JSON.parse(Buffer.from(bundle.approvals[0].payload, 'base64'));
  assert.deepEqual({ format: shown.format, digest: shown.digest }, approval.predicate.summary);
  assert.equal(shown.words.split(' ').length, 8);
  assert.throws(() => summary(proposal, training, trust, now), PlacetError);
});

test('a directory is named by what sha256sum prints', async () => {
  // printf a > a; mkdir b; printf b > b/c; find . -type f -printf '%P\0' | LC_ALL=C sort -z | xargs -0r sha256sum -- | sha256sum
  const digest = 'sha256:98770cf8c0928e81ad16d0e0a060c4783403c867ae15265225e316718deeedc9';
  const one = { path: 'a', ...(await hashWeights(encode('a'))) };
  const other = { path: 'b/c', ...(await hashWeights(encode('b'))) };
  assert.deepEqual(hashManifest([other, one]), { kind: 'directory', digest });
});

test('a file that no manifest may hold is refused', () => {
  const file = { path: 'a', size: 1, digest: `sha256:${'0'.repeat(64)}` };
  const refused = (changes, code) => assert.throws(() => hashManifest([{ ...file, ...changes }]), withCode(code));
  for (const path of ['../a', '/a', '-a', 'a\nb', 'a\\b', '']) refused({ path }, 'manifest_path');
  for (const size of [-1, 0.5, 2 ** 53, NaN, '1', undefined]) refused({ size }, 'invalid_integer');
  for (const digest of ['', '0'.repeat(64), `sha256:${'A'.repeat(64)}`]) refused({ digest }, 'invalid_digest');
  for (const changes of [{ path: '\ud800' }, { path: 7 }, { digest: null }]) refused(changes, 'invalid_argument');
  assert.throws(() => hashManifest([file, { ...file, path: 'A' }]), withCode('manifest_case_collision'));
  assert.throws(() => hashManifest([]), withCode('manifest_empty'));
  assert.throws(() => hashManifest(Array(65_537).fill(file)), withCode('too_many'));
  for (const wrong of [undefined, null, {}, 'a', [null], [7]]) {
    assert.throws(() => hashManifest(wrong), withCode('invalid_argument'));
  }
});
