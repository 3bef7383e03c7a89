//! What must hold of any bytes. `fuzz/` runs these functions with a fuzzer; the test here runs them on what it found.
//!
//! No bytes stop a reader, and what it has read it writes so that it reads the same again.
#![expect(clippy::missing_panics_doc, reason = "a fuzzer looks for nothing else")]

use std::fmt::Debug;

use placet_core::{
    approval::Approval,
    baseline::Baselines,
    bundle::Bundle,
    deployment::Deployment,
    digest::Digest,
    drift::Sketch,
    drift_report::DriftReport,
    envelope::Envelope,
    json::Value,
    ledger::{LogKey, LogPolicy, SignedCheckpoint},
    policy::Policy,
    proposal::Proposal,
    reference::ModelApproval,
    request::Request,
    revocation::{KeyRevocation, Revocation},
    revocation_list::RevocationList,
    state::State,
    statement::Statement,
    training::TrainingOutput,
    trust::Trust,
    weights::{Manifest, WeightsFile},
};

/// A property of any bytes.
pub type Target = fn(&[u8]);

/// All of them, by the name of their fuzz target.
pub const TARGETS: [(&str, Target); 22] = [
    ("json", json),
    ("envelope", envelope),
    ("training_output", training_output),
    ("proposal", proposal),
    ("approval", approval),
    ("revocation", revocation),
    ("key_revocation", key_revocation),
    ("deployment", deployment),
    ("policy", policy),
    ("revocation_list", revocation_list),
    ("bundle", bundle),
    ("trust", trust),
    ("state", state),
    ("request", request),
    ("manifest", manifest),
    ("checkpoint", checkpoint),
    ("reference_record", reference_record),
    ("drift_sketch", drift_sketch),
    ("drift_report", drift_report),
    ("baselines", baselines),
    ("key_file", key_file),
    ("decide", decide),
];

/// What is read, written and read again is the same.
fn again<T: PartialEq + Debug, E: Debug>(
    bytes: &[u8],
    read: impl Fn(&[u8]) -> Result<T, E>,
    write: impl Fn(&T) -> Vec<u8>,
) {
    if let Ok(first) = read(bytes) {
        let written = write(&first);
        let second = read(&written).expect("what was written is read");
        assert_eq!(first, second);
        assert_eq!(written, write(&second));
    }
}

fn statement<T: Statement + PartialEq + Debug>(bytes: &[u8], write: impl Fn(&T) -> Vec<u8>) {
    again(bytes, T::parse, write);
}

/// What the strict reader takes, every reader takes.
pub fn json(bytes: &[u8]) {
    let Ok(value) = Value::parse(bytes) else { return };
    if let Err(error) = serde_json::from_slice::<serde_json::Value>(bytes) {
        // It alone turns every number into a binary64.
        assert!(error.to_string().starts_with("number out of range"), "{error}");
    }
    visit(value);
}

fn visit(value: Value<'_>) {
    let _ = (value.as_str(), value.as_f64(), value.as_u64(), value.as_bool(), value.is_null());
    value.elements().into_iter().flatten().for_each(visit);
    value.members().into_iter().flatten().for_each(|(_, value)| visit(value));
}

/// Envelopes.
pub fn envelope(bytes: &[u8]) {
    again(bytes, Envelope::parse, |envelope| envelope.to_json().into_bytes());
}

/// Training outputs.
pub fn training_output(bytes: &[u8]) {
    statement(bytes, TrainingOutput::to_payload);
}

/// Proposals.
pub fn proposal(bytes: &[u8]) {
    statement(bytes, Proposal::to_payload);
}

/// Approvals.
pub fn approval(bytes: &[u8]) {
    statement(bytes, Approval::to_payload);
}

/// Revocations.
pub fn revocation(bytes: &[u8]) {
    statement(bytes, Revocation::to_payload);
}

/// Revocations of keys.
pub fn key_revocation(bytes: &[u8]) {
    statement(bytes, KeyRevocation::to_payload);
}

/// Deployment statements.
pub fn deployment(bytes: &[u8]) {
    statement(bytes, Deployment::to_payload);
}

/// Policies.
pub fn policy(bytes: &[u8]) {
    again(bytes, Policy::parse, Policy::to_payload);
}

/// Revocation lists.
pub fn revocation_list(bytes: &[u8]) {
    again(bytes, RevocationList::parse, RevocationList::to_payload);
}

/// Bundles, but for what in them cannot be read.
pub fn bundle(bytes: &[u8]) {
    if let Ok(bundle) = Bundle::parse(bytes)
        && bundle.training_output().is_some()
        && bundle.proposal().is_some()
    {
        again(bundle.to_json().as_bytes(), Bundle::parse, |bundle| bundle.to_json().into_bytes());
    }
}

/// Trust documents, but for what in them cannot be read.
pub fn trust(bytes: &[u8]) {
    if let Ok(trust) = Trust::parse(bytes) {
        again(trust.to_json().as_bytes(), Trust::parse, |trust| trust.to_json().into_bytes());
        let _ = trust.verify();
    }
}

/// Kept states; one that is merged with itself is as it was.
pub fn state(bytes: &[u8]) {
    again(bytes, State::parse, |state| state.to_json().into_bytes());
    if let Ok(state) = State::parse(bytes) {
        assert_eq!(state.clone().merge(state.clone()), state);
    }
}

/// Questions.
pub fn request(bytes: &[u8]) {
    again(bytes, Request::parse, |request| request.to_json().into_bytes());
}

/// Manifests of the lines' paths: what is taken stays inside the directory and hashes as it is written.
pub fn manifest(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let file = |path: &str| WeightsFile { path: path.into(), size: 1, digest: Digest::of(path.as_bytes()) };
    let Ok(manifest) = Manifest::directory(text.lines().map(file).collect()) else { return };
    assert_eq!(manifest.weights().digest, Digest::of(manifest.text().as_bytes()));
    let paths = || manifest.files().iter().map(|file| file.path.as_str());
    assert!(paths().zip(paths().skip(1)).all(|(one, next)| one.as_bytes() < next.as_bytes()));
    let leaves = |part: &str| part.is_empty() || part == "." || part == ".." || part.starts_with('-');
    assert!(paths().all(|path| !path.split('/').any(leaves)));
    assert_eq!(manifest.text().lines().count(), manifest.files().len());
}

/// Signed checkpoints, under a key that signed none of them.
pub fn checkpoint(bytes: &[u8]) {
    let Ok(signed) = SignedCheckpoint::parse(bytes) else { return };
    let key = placet_core::key::PublicKey::parse_hex(
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
    );
    let log = key.ok().and_then(|key| LogKey::new("example.com/log", key).ok()).expect("a key");
    let policy = LogPolicy::new("example.com/log", log, Vec::new(), 0).expect("a policy");
    assert!(signed.verify(&policy).is_err());
}

/// Records of the Python library.
pub fn reference_record(bytes: &[u8]) {
    again(bytes, ModelApproval::parse, |record| record.to_json().into_bytes());
    if let Ok(record) = ModelApproval::parse(bytes) {
        assert!(record.terms().canonical().text.is_ascii());
    }
}

/// Drift sketches.
pub fn drift_sketch(bytes: &[u8]) {
    if let Ok(sketch) = Sketch::parse(bytes) {
        assert_eq!(sketch.to_bytes(), bytes);
        let mut twice = sketch.clone();
        twice.merge(&sketch);
        assert!(Sketch::parse(&twice.to_bytes()).is_ok());
    }
}

/// Reports of monitors.
pub fn drift_report(bytes: &[u8]) {
    statement(bytes, DriftReport::to_payload);
}

/// Baselines of a training output.
pub fn baselines(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    again(
        text.as_bytes(),
        |bytes| Baselines::parse(std::str::from_utf8(bytes).unwrap_or_default()),
        |baselines| baselines.to_json().into_bytes(),
    );
}

/// Files of keys, without a passphrase: its derivation would be all that is measured.
pub fn key_file(bytes: &[u8]) {
    let _ = placet_keys::detect(bytes);
    let _ = placet_keys::open(bytes, None);
    let _ = placet_keys::locked::LockedKey::parse(bytes);
}

/// Signed cases: the core decides as the oracle.
pub fn decide(bytes: &[u8]) {
    let case = placet_oracle::generate::Case::of(bytes);
    if let Err(difference) = placet_oracle::compare(&case) {
        panic!("{difference}");
    }
}
