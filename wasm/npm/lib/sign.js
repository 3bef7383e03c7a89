import { PlacetError } from './error.js';
import { bytes, object, text } from './input.js';

/** What stands before the 32 key bytes in the DER `SubjectPublicKeyInfo` of an Ed25519 key (RFC 8410 §4). */
const SPKI = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];
const IN_TOTO = 'application/vnd.in-toto+json';
const KINDS = ['training_output', 'proposal', 'approval', 'revocation', 'deployment'];

/** The digest by which documents name each other. */
export async function digest(data) {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes('data', data)));
  return `sha256:${Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** The id by which a signature names its key. */
export async function keyId(publicKey) {
  const raw = bytes('publicKey', publicKey);
  if (raw.length !== 32) throw new PlacetError('invalid_public_key', 'a public key has 32 bytes');
  return digest(Uint8Array.of(...SPKI, ...raw));
}

/** A signer of a private key in PKCS#8, as PEM text or DER bytes. */
export async function importSigner(privateKey) {
  try {
    const key = await crypto.subtle.importKey('pkcs8', der(privateKey), 'Ed25519', true, ['sign']);
    const { x } = await crypto.subtle.exportKey('jwk', key);
    const publicKey = fromBase64(x.replaceAll('-', '+').replaceAll('_', '/'));
    return { publicKey, sign: async (message) => new Uint8Array(await crypto.subtle.sign('Ed25519', key, message)) };
  } catch (cause) {
    throw cause instanceof PlacetError
      ? cause
      : new PlacetError('invalid_argument', 'the private key is no Ed25519 key in PKCS#8', { cause });
  }
}

/** A DSSE envelope of these very bytes. */
export async function signEnvelope(payloadType, payload, signers) {
  const type = new TextEncoder().encode(text('payloadType', payloadType));
  const body = bytes('payload', payload).slice();
  if (!Array.isArray(signers) || signers.length === 0) throw new PlacetError('invalid_argument', 'signers are an array of some');
  const message = join([utf8(`DSSEv1 ${type.length} `), type, utf8(` ${body.length} `), body]);
  const signatures = await Promise.all(
    signers.map(async (signer) => {
      const { publicKey } = object('signer', signer);
      const signature = bytes('signature', await signer.sign(message.slice()));
      return { keyid: await keyId(publicKey), sig: toBase64(signature) };
    }),
  );
  return utf8(JSON.stringify({ payload: toBase64(body), payloadType, signatures }));
}

/** An envelope of an in-toto statement about one model. */
export async function signStatement(kind, subject, predicate, signers) {
  if (!KINDS.includes(kind)) throw new PlacetError('invalid_argument', `${kind} is no kind of statement`);
  const { model_id, weights } = object('subject', subject);
  const { kind: weightsKind, digest: weightsDigest } = object('weights', weights);
  const key = { file: 'sha256', directory: 'dirHash' }[weightsKind];
  if (!key) throw new PlacetError('invalid_argument', 'weights are a file or a directory');
  const hex = text('digest', weightsDigest).replace(/^sha256:/, '');
  const statement = {
    _type: 'https://in-toto.io/Statement/v1',
    predicate: object('predicate', predicate),
    predicateType: `urn:placet:${kind.replace('_', '-')}:v1`,
    subject: [{ digest: { [key]: hex }, name: text('model_id', model_id) }],
  };
  return signEnvelope(IN_TOTO, utf8(JSON.stringify(statement)), signers);
}

/** The bundle of these envelopes, as a decision takes it. */
export function bundle(trainingOutput, proposal, approvals) {
  const read = (name, envelope) => JSON.parse(new TextDecoder().decode(bytes(name, envelope)));
  if (!Array.isArray(approvals)) throw new PlacetError('invalid_argument', 'approvals are an array');
  const document = {
    media_type: 'application/vnd.placet.bundle+json;version=1',
    training_output: read('trainingOutput', trainingOutput),
    proposal: read('proposal', proposal),
    approvals: approvals.map((approval) => read('approval', approval)),
    ledger: null,
  };
  return utf8(JSON.stringify(document));
}

function der(privateKey) {
  if (typeof privateKey !== 'string') return bytes('privateKey', privateKey);
  const [, body] = /-----BEGIN PRIVATE KEY-----([\sA-Za-z0-9+/=]+)-----END PRIVATE KEY-----/.exec(privateKey) ?? [];
  if (body === undefined) throw new PlacetError('invalid_argument', 'the text is no private key in PEM');
  return fromBase64(body);
}

function utf8(text) {
  return new TextEncoder().encode(text);
}

function join(parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  parts.reduce((at, part) => (whole.set(part, at), at + part.length), 0);
  return whole;
}

function toBase64(data) {
  let letters = '';
  for (let at = 0; at < data.length; at += 1 << 15) letters += String.fromCharCode(...data.subarray(at, at + (1 << 15)));
  return btoa(letters);
}

function fromBase64(letters) {
  return Uint8Array.from(atob(letters.replace(/\s/g, '')), (letter) => letter.charCodeAt(0));
}
