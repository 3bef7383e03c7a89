import { referenceCanonical as canonical, verifyReferenceApproval as verify } from './bindings.js';
import { bytes, json } from './input.js';
import { call } from './load.js';

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
