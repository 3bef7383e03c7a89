// A consumer who finds an agent's record: the bundle in it is decided about with a pin and weights of one's own.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { placet } from '../../conformance/npm/installed.mjs';

const { decide, timestamp } = placet;
const directory = process.env.PLACET_AGENT;
if (!directory) throw new Error('PLACET_AGENT names no directory; run `cargo xtask test agents`');
const read = (name) => readFile(join(directory, name), 'utf8');
const [agent, trust, pins, weights] = await Promise.all(
  ['agent.json', 'trust.json', 'placet/pins', 'weights.json'].map(read),
);
const { metadata, proof } = JSON.parse(agent);
const { bundle } = metadata.x_placet;
const encode = (text) => new TextEncoder().encode(text);

// The trust document may come from anywhere; the pin in it is the consumer's.
const pin = pins.trim().split('\n').at(-1);
const pinned = (pin) => encode(JSON.stringify({ ...JSON.parse(trust), pins: [pin] }));
const { kind, digest } = JSON.parse(weights);
const request = {
  model_id: 'digits-classifier',
  weights: { kind, digest },
  environment: 'production',
  scope: 'eu-west',
  now: timestamp(),
};
const ask = (text, change = {}, pinned_ = pinned(pin)) =>
  decide(encode(text), pinned_, null, { ...request, ...change }).decision;

test('the bundle is the one whose digest the proof names', () => {
  assert.equal(`sha256:${createHash('sha256').update(bundle).digest('hex')}`, proof.evidence_ref);
});

test('the bundle of the record permits the model that it is about', () => {
  const { outcome, denials } = ask(bundle);
  assert.deepEqual([outcome, denials], ['permit', []]);
});

test('other weights, places and pins are denied, whatever the record says of itself', () => {
  assert.deepEqual(ask(bundle, { weights: { kind, digest: `sha256:${'0'.repeat(64)}` } }).denials, ['weights_mismatch']);
  assert.ok(ask(bundle, { environment: 'staging' }).denials.includes('environment_not_approved'));
  assert.ok(ask(bundle, {}, pinned(`sha256:${'0'.repeat(64)}`)).denials.includes('policy_unpinned'));
});

test('a bundle without an approval is denied', () => {
  const parsed = JSON.parse(bundle);
  parsed.approvals.pop();
  assert.deepEqual(ask(JSON.stringify(parsed)).denials, ['threshold_not_met']);
});
