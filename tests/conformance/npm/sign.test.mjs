import assert from 'node:assert/strict';
import { generateKeyPairSync, sign as nodeSign } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { consumer, example, placet } from './installed.mjs';

const signing = await import(pathToFileURL(join(consumer, 'sign.mjs')));
const { bundle, digest, importSigner, keyId, signEnvelope, signStatement } = signing;
const read = async (name) => JSON.parse(await readFile(join(example, `${name}.json`)));
const payload = (envelope) => JSON.parse(Buffer.from(envelope.payload, 'base64'));
const json = (value) => new TextEncoder().encode(JSON.stringify(value));
const withCode = (code) => (error) => error instanceof placet.PlacetError && error.code === code;

const pair = (type = 'ed25519') => generateKeyPairSync(type, { namedCurve: 'P-256' });
const pem = ({ privateKey }) => privateKey.export({ format: 'pem', type: 'pkcs8' });
const hex = (bytes) => Buffer.from(bytes).toString('hex');

test('everything that a script signs is permitted by the verifier', async () => {
  // The organisation of the example, with keys of our own.
  const [model, trusted, request] = await Promise.all(['bundle', 'trust', 'request'].map(read));
  const policy = payload(trusted.policies[0]);
  const signers = {};
  for (const [name, member] of Object.entries(policy.principals)) {
    signers[name] = await importSigner(pem(pair()));
    member.keys[0].public_key = hex(signers[name].publicKey);
  }
  const root = policy.root.principals.map((name) => signers[name]);
  const policyBytes = json(policy);
  const domain = await digest(policyBytes);
  const under = { version: 1, digest: domain };
  const policyType = trusted.policies[0].payloadType;
  const list = { ...payload(trusted.revocation_lists[0]), domain, policy: under };
  const trust = json({
    ...trusted,
    pins: [domain],
    policies: [JSON.parse(new TextDecoder().decode(await signEnvelope(policyType, policyBytes, root)))],
    revocation_lists: [
      JSON.parse(new TextDecoder().decode(await signEnvelope(trusted.revocation_lists[0].payloadType, json(list), [signers.registry]))),
    ],
  });
  const subject = { model_id: request.model_id, weights: request.weights };
  const predicate = (envelope) => ({ ...payload(envelope).predicate, domain });
  const output = await signStatement('training_output', subject, predicate(model.training_output), [signers['training-pipeline']]);
  const identity = (envelope) => digest(Buffer.from(JSON.parse(new TextDecoder().decode(envelope)).payload, 'base64'));
  const wish = { ...predicate(model.proposal), training_output: await identity(output), policy: under };
  const proposal = await signStatement('proposal', subject, wish, [signers[wish.proposed_by]]);
  const { format, digest: shown } = placet.summary(output, proposal, trust, request.now);
  const approvals = await Promise.all(
    model.approvals.map(async (envelope) => {
      const approval = { ...predicate(envelope), proposal: await identity(proposal), summary: { format, digest: shown } };
      return signStatement('approval', subject, approval, [signers[approval.approver]]);
    }),
  );
  const decide = (approvals) => placet.decide(bundle(output, proposal, approvals), trust, null, request).decision;
  assert.deepEqual(decide(approvals).denials, []);
  assert.deepEqual(decide(approvals.slice(1)).denials, ['threshold_not_met']);
});

test('a signer of another kind of key store signs as well', async () => {
  const { publicKey, privateKey } = pair();
  const { x } = publicKey.export({ format: 'jwk' });
  const raw = Buffer.from(x, 'base64url');
  const token = { publicKey: raw, sign: (message) => nodeSign(null, message, privateKey) };
  const [one, other] = await Promise.all(
    [token, await importSigner(pem({ privateKey }))].map((signer) => signEnvelope('text/plain', json('x'), [signer])),
  );
  assert.deepEqual(one, other);
  const { signatures } = JSON.parse(new TextDecoder().decode(one));
  assert.equal(signatures[0].keyid, await keyId(raw));
  const der = privateKey.export({ format: 'der', type: 'pkcs8' });
  assert.deepEqual((await importSigner(der)).publicKey, new Uint8Array(raw));
});

test('wrong arguments have a code and sign nothing', async () => {
  const wrong = withCode('invalid_argument');
  const signer = await importSigner(pem(pair()));
  for (const key of ['', 'text', '-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----', null, 7, new Uint8Array(32), pem(pair('ec'))]) {
    await assert.rejects(importSigner(key), wrong, String(key));
  }
  await assert.rejects(keyId(new Uint8Array(31)), withCode('invalid_public_key'));
  await assert.rejects(signEnvelope('text/plain', 'text', [signer]), wrong);
  await assert.rejects(signEnvelope('text/plain', new Uint8Array(), []), wrong);
  await assert.rejects(signEnvelope('text/plain', new Uint8Array(), [null]), wrong);
  const subject = { model_id: 'm', weights: { kind: 'file', digest: `sha256:${'0'.repeat(64)}` } };
  await assert.rejects(signStatement('policy', subject, {}, [signer]), wrong);
  await assert.rejects(signStatement('approval', { ...subject, weights: { kind: 'link' } }, {}, [signer]), wrong);
  await assert.rejects(signStatement('approval', subject, null, [signer]), wrong);
  assert.throws(() => bundle(new Uint8Array(), new Uint8Array(), null), wrong);
});

test('the older module format signs, too', async () => {
  const older = createRequire(join(consumer, 'package.json'))('./sign.cjs');
  assert.deepEqual(Object.keys(older).sort(), Object.keys(signing).sort());
  assert.equal(await older.digest(json('x')), await digest(json('x')));
});
