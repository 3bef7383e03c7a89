// Ed25519 and SHA-256 as the peers give them: `{ verify(key, message, signature), sha256(bytes) }`, both maybe promised.
// A key is imported once, as whoever holds a policy would.

const SPKI = Buffer.from('302a300506032b6570032100', 'hex');

const PEERS = {
  async 'node:crypto'() {
    const { createPublicKey, hash, createHash, verify } = await import('node:crypto');
    return {
      importKey: (raw) => createPublicKey({ key: Buffer.concat([SPKI, raw]), format: 'der', type: 'spki' }),
      verify: (key, message, signature) => verify(null, message, key, signature),
      sha256: (bytes) => hash?.('sha256', bytes, 'hex') ?? createHash('sha256').update(bytes).digest('hex'),
    };
  },
  async WebCrypto() {
    const { subtle } = globalThis.crypto;
    return {
      importKey: (raw) => subtle.importKey('raw', raw, 'Ed25519', false, ['verify']),
      verify: (key, message, signature) => subtle.verify('Ed25519', key, signature, message),
      sha256: async (bytes) => Buffer.from(await subtle.digest('SHA-256', bytes)).toString('hex'),
    };
  },
  async 'libsodium-wrappers'() {
    // Its ES module refers to a file that the package does not have.
    const { createRequire } = await import('node:module');
    const sodium = createRequire(import.meta.url)('libsodium-wrappers');
    await sodium.ready;
    const { createHash } = await import('node:crypto');
    return {
      importKey: (raw) => raw,
      verify: (key, message, signature) => sodium.crypto_sign_verify_detached(signature, message, key),
      // Without SHA-256 of its own.
      sha256: (bytes) => createHash('sha256').update(bytes).digest('hex'),
    };
  },
  async '@noble/curves'() {
    const { ed25519 } = await import('@noble/curves/ed25519.js');
    const { sha256 } = await import('@noble/hashes/sha2.js');
    return {
      importKey: (raw) => raw,
      verify: (key, message, signature) => ed25519.verify(signature, message, key, { zip215: false }),
      sha256: (bytes) => Buffer.from(sha256(bytes)).toString('hex'),
    };
  },
};

export const names = Object.keys(PEERS);

/** Loads a peer, which belongs to its cold start. */
export const load = (name) => PEERS[name]();
