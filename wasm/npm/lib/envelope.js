import { verifyEnvelope as verifyBytes } from './bindings.js';
import { bytes, text } from './input.js';
import { call } from './load.js';

/** What is this envelope, and who signed it? */
export function verifyEnvelope(envelope, trust, now) {
  const [verified, payload] = call(() =>
    verifyBytes(bytes('envelope', envelope), bytes('trust', trust), text('now', now)),
  );
  return { ...JSON.parse(verified), payload };
}
