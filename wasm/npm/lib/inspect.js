import {
  summary as summaryText,
  verifyAutoRevocation as verifyRevocation,
  verifyEnvelope as verifyBytes,
} from './bindings.js';
import { bytes, text } from './input.js';
import { call } from './load.js';

/** What is this envelope, and who signed it? */
export function verifyEnvelope(envelope, trust, now) {
  const [verified, payload] = call(() =>
    verifyBytes(bytes('envelope', envelope), bytes('trust', trust), text('now', now)),
  );
  return { ...JSON.parse(verified), payload };
}

/** What is an approver of this proposal shown? */
export function summary(trainingOutput, proposal, trust, now) {
  const documents = [bytes('trainingOutput', trainingOutput), bytes('proposal', proposal), bytes('trust', trust)];
  return JSON.parse(call(() => summaryText(...documents, text('now', now))));
}

/** May a monitor end this proposal by itself, upon these reports? */
export function verifyAutoRevocation(revocation, trainingOutput, proposal, reports, trust, now) {
  const documents = Object.entries({ revocation, trainingOutput, proposal, reports, trust });
  const code = call(() => verifyRevocation(...documents.map(([name, value]) => bytes(name, value)), text('now', now)));
  return code === undefined ? { valid: true } : { valid: false, code };
}
