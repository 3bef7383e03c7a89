import { decide as decideBytes } from './bindings.js';
import { bytes, json } from './input.js';
import { call } from './load.js';
import { parse } from './record.js';

/** May this model run here now? */
export function decide(bundle, trust, state, request) {
  // `undefined` is no state: a caller that forgot to keep one must not pass for one that has none yet.
  const seen = state === null ? undefined : bytes('state', state);
  const [record, next] = call(() =>
    decideBytes(bytes('bundle', bundle), bytes('trust', trust), seen, json('request', request)),
  );
  return { decision: parse(record), bytes: record, state: next };
}
