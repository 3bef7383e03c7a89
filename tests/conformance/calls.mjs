// The functions that vectors call, and how their results are written down.
import { compute } from './drift.mjs';

export const calls = {
  decide: async (placet, { bundle, trust, state, request }) => {
    const { decision, bytes, state: next } = placet.decide(bundle, trust, state, request);
    const { outcome, denials, valid_until } = decision;
    const [decision_sha256, state_sha256] = await Promise.all([sha256(bytes), sha256(next)]);
    return { outcome, denials, valid_until, decision, decision_sha256, state_sha256 };
  },
  drift: (placet, input) => compute(placet, input),
  check_drift: (placet, { metrics, distributions }) => driftReport(placet, metrics, distributions),
  hash_manifest: (placet, { files }) => ({ value: placet.hashManifest(files) }),
  hash_weights: async (placet, { pieces }) => ({ value: await placet.hashWeights(pieces) }),
  ks_test: (placet, { reference, current }) => {
    const { status, statistic, missing } = placet.ksTest(numbers(reference), numbers(current));
    return { status, statistic, missing };
  },
  leaf_hash: (placet, { data }) => ({ value: hex(placet.leafHash(data)) }),
  reference_canonical: (placet, { record }) => placet.referenceCanonical(record),
  summary: (placet, { training_output, proposal, trust, now }) =>
    placet.summary(training_output, proposal, trust, now),
  verify_auto_revocation: (placet, { revocation, training_output, proposal, reports, trust, now }) =>
    placet.verifyAutoRevocation(revocation, training_output, proposal, reports, trust, now),
  verify_consistency: (placet, { size1, root1, size2, root2, proof }) =>
    placet.verifyConsistency(BigInt(size1), unhex(root1), BigInt(size2), unhex(root2), proof.map(unhex)),
  verify_envelope: async (placet, { envelope, trust, now }) => {
    const { payload, ...verified } = placet.verifyEnvelope(envelope, trust, now);
    return { ...verified, payload_sha256: await sha256(payload) };
  },
  verify_inclusion: (placet, { leaf_hash, index, size, proof, root }) =>
    placet.verifyInclusion(unhex(leaf_hash), BigInt(index), BigInt(size), proof.map(unhex), unhex(root)),
  verify_reference_approval: (placet, { record, ...request }) =>
    placet.verifyReferenceApproval(record, renamed(request, { model_id: 'modelId', weights_hash: 'weightsHash' })),
  verify_signature: (placet, { public_key, message, signature }) =>
    placet.verifySignature(public_key, message, signature),
};

/** What a window is found to be: the checks of its metrics and of its outputs, and their conclusion. */
function driftReport(placet, { baseline, current, rules }, distributions) {
  const outputs = distributions.map(({ name, test, baseline, current }) => {
    return { name, baseline: baseline && numbers(baseline), current: current && numbers(current), rule: { test } };
  });
  const checks = [
    ...placet.checkMetrics(named(baseline), named(current), rules),
    ...placet.checkDistributions(outputs),
  ];
  const { status } = placet.report(checks);
  const found = checks.map(({ name, test, outcome, reason }) => ({ name, test, outcome, code: reason?.code ?? null }));
  return { status, checks: found };
}

/** Numbers, of which those that JSON does not know are text. */
function numbers(values) {
  return Float64Array.from(values, Number);
}

function named(values) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Number(value)]));
}

/** The arguments under the names of the options, each of which is unknown under the other's name. */
function renamed(fields, names) {
  const pairs = Object.entries(names);
  const both = new Map([...pairs, ...pairs.map(([one, other]) => [other, one])]);
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [both.get(name) ?? name, value]));
}

async function sha256(bytes) {
  return hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Hexadecimal digits as bytes. */
function unhex(digits) {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
