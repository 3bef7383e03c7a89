import { MetricChecks, compareReferenceDistribution, referenceCanonical as canonical, verifyReferenceApproval as verify } from './bindings.js';
import { members } from './checks.js';
import { bytes, json, number, numbers, view } from './input.js';
import { build, call } from './load.js';

/** Options and what the core calls them. The core's own names are none here, and reach it as what it does not know. */
const NAMES = { modelId: 'model_id', weightsHash: 'weights_hash', model_id: 'modelId', weights_hash: 'weightsHash' };

/** What do the signatures of this record show? */
export function verifyReferenceApproval(record, options) {
  const renamed = Object.entries(options ?? {}).map(([name, value]) => [
    Object.hasOwn(NAMES, name) ? NAMES[name] : name,
    value,
  ]);
  const request = json('options', Object.fromEntries(renamed));
  return JSON.parse(call(() => verify(bytes('record', record), request)));
}

/** What do the signatures of this record cover? */
export function referenceCanonical(record) {
  return call(() => canonical(bytes('record', record)));
}

/** What does the library say of these metrics or samples, what should it say, and why does it not? */
export function compareReferenceDrift(training, serving) {
  if ([training, serving].some((side) => Array.isArray(side) || view(side))) {
    const samples = [numbers('training', training), numbers('serving', serving)];
    return call(() => compareReferenceDistribution(...samples));
  }
  return build(MetricChecks, (checks) => {
    for (const [name, value] of members('training', training)) checks.baseline(name, number(name, value));
    for (const [name, value] of members('serving', serving)) checks.current(name, number(name, value));
    return () => checks.compareReference();
  });
}
