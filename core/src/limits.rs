//! Upper bounds that keep a decision cheap on hostile input. Nothing above them is read.

/// Bytes of a payload, decoded.
pub const PAYLOAD: usize = 1 << 20;
/// Bytes of the payload of a training output or a revocation list, decoded.
pub const LARGE_PAYLOAD: usize = 8 << 20;
/// Bytes of one envelope: its payload in base64 and room for its signatures.
pub const ENVELOPE: usize = LARGE_PAYLOAD / 3 * 4 + (64 << 10);
/// Signatures of one envelope.
pub const SIGNATURES: usize = 64;
/// Bytes of a bundle.
pub const BUNDLE: usize = 16 << 20;
/// Envelopes of a bundle.
pub const BUNDLE_ENVELOPES: usize = 256;
/// Bytes of a trust document.
pub const TRUST: usize = 64 << 20;
/// Envelopes of each kind in a trust document, policies apart.
pub const TRUST_ENVELOPES: usize = 4096;
/// Signatures of all envelopes of a bundle: more than anybody needs, and each may have to be tried.
pub const BUNDLE_SIGNATURES: usize = 1024;
/// Signatures of all envelopes of a trust document.
pub const TRUST_SIGNATURES: usize = 8192;
/// Bytes that it takes to try every signature of a bundle or a trust document: each hashes the whole payload.
pub const SIGNED_BYTES: usize = 64 << 20;
/// Links of a policy chain.
pub const POLICY_CHAIN: usize = 64;
/// Bytes of a kept state.
pub const STATE: usize = 16 << 20;
/// Principals of a policy.
pub const PRINCIPALS: usize = 1024;
/// Keys of a principal.
pub const KEYS: usize = 8;
/// Rules of a policy.
pub const RULES: usize = 64;
/// Levels of nesting in a document; the outermost object is the first.
pub const DEPTH: usize = 32;
/// Characters of a free text field (a note, a comment, a reason).
pub const TEXT: usize = 16 << 10;
/// Characters of a number that is quoted as it was written.
pub const NUMBER: usize = 64;
/// Files of a directory of weights.
pub const FILES: usize = 65_536;
/// Metrics, materials, or entries of another list of a training output.
pub const ENTRIES: usize = 4096;
/// Bytes of the baselines of a training output.
pub const BASELINES: usize = 256 << 10;
/// Outputs of a model that have a baseline.
pub const OUTPUTS: usize = 256;
/// Bins or categories of one output.
pub const CATEGORIES: usize = 4096;
/// Bytes of the name of a category.
pub const CATEGORY: usize = 256;
/// Checks of a drift report.
pub const CHECKS: usize = 1024;
/// Entries of a revocation list.
pub const LIST_ENTRIES: usize = 65_536;
/// Environments or scopes of a policy or a proposal.
pub const PLACES: usize = 256;
/// Witnesses of a log.
pub const WITNESSES: usize = 32;
