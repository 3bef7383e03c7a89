import { verifyAutoRevocation as verifyRevocation } from './bindings.js';
import { bytes, text } from './input.js';
import { call } from './load.js';

/** May a monitor end this proposal by itself, upon these reports? */
export function verifyAutoRevocation(revocation, trainingOutput, proposal, reports, trust, now) {
  const documents = Object.entries({ revocation, trainingOutput, proposal, reports, trust });
  const code = call(() => verifyRevocation(...documents.map(([name, value]) => bytes(name, value)), text('now', now)));
  return code === undefined ? { valid: true } : { valid: false, code };
}
