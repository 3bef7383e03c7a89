/**
 * Signing for scripts: pipelines that sign what they trained, and people who keep their key in a file or a token.
 *
 * It needs no WebAssembly but the Ed25519 of WebCrypto, unless a signer brings its own.
 *
 * @packageDocumentation
 */

import type { Bytes, DigestText, Weights } from './index.js';

/** Whoever holds a private key: WebCrypto, a token, a service. */
export interface EnvelopeSigner {
  /** The 32 bytes of the public key, which name the key in the envelope. */
  readonly publicKey: Bytes;
  /** The 64 bytes of the Ed25519 signature over exactly `message`. */
  sign(message: Uint8Array): Promise<Bytes> | Bytes;
}

/** The model that a statement is about. */
export interface StatementSubject {
  /** The model's name. */
  readonly model_id: string;
  /** Its exact weights. */
  readonly weights: Weights;
}

/** The statements that are made about a model. */
export type StatementKind = 'training_output' | 'proposal' | 'approval' | 'revocation' | 'deployment';

/** SHA-256 of a payload's bytes, as documents refer to each other. */
export function digest(data: Bytes): Promise<DigestText>;

/**
 * The id by which signatures name a key: SHA-256 of its DER SubjectPublicKeyInfo.
 *
 * @throws {PlacetError} `invalid_public_key` for other than 32 bytes.
 */
export function keyId(publicKey: Bytes): Promise<DigestText>;

/**
 * A signer of a private key in PKCS#8, as `openssl genpkey -algorithm ed25519` and `placet keygen` write it.
 *
 * @param privateKey PEM text, or DER bytes.
 * @throws {PlacetError} `invalid_argument` for anything else.
 */
export function importSigner(privateKey: string | Bytes): Promise<EnvelopeSigner>;

/**
 * A DSSE envelope of these very bytes, with a signature of each signer.
 *
 * @param payloadType The media type of the payload.
 * @example
 * const list = await signEnvelope('application/vnd.placet.revocation-list+json', payload, [registry]);
 */
export function signEnvelope(payloadType: string, payload: Bytes, signers: readonly EnvelopeSigner[]): Promise<Uint8Array>;

/**
 * The envelope of an in-toto statement about one model. Which fields the predicate of each kind has is in
 * `docs/formats.md`; whether it says what it should is for the verifier.
 *
 * @example
 * const output = await signStatement('training_output', { model_id, weights }, predicate, [pipeline]);
 */
export function signStatement(
  kind: StatementKind,
  subject: StatementSubject,
  predicate: Readonly<Record<string, unknown>>,
  signers: readonly EnvelopeSigner[],
): Promise<Uint8Array>;

/** The bundle of these envelopes, as `decide` takes it. */
export function bundle(trainingOutput: Bytes, proposal: Bytes, approvals: readonly Bytes[]): Uint8Array;
