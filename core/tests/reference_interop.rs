//! Hands records that are written here to `tests/interop/reference/check.py`, which implements them a second time.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use ed25519_dalek::{Signer as _, SigningKey};
use placet_core::{
    key::{PublicKey, Signer},
    reference::{DateTime, IntegrityFacts, ModelApproval, Terms},
};
use proptest::{
    collection::vec,
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, TestRunner},
};
use serde_json::json;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/interop/reference/check.py");

struct Key(SigningKey, PublicKey);

impl Signer for Key {
    fn public_key(&self) -> &PublicKey {
        &self.1
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

fn key(seed: [u8; 32]) -> Key {
    let secret = SigningKey::from_bytes(&seed);
    let public = PublicKey::from_bytes(secret.verifying_key().as_bytes()).unwrap();
    Key(secret, public)
}

/// Times that Python can hold, in any form that `isoformat()` prints.
fn times() -> impl Strategy<Value = DateTime> {
    let date = (1970_u32..9990, 1_u32..=12, 1_u32..=28);
    let clock = (0_u32..24, 0_u32..60, 0_u32..60, prop_oneof![Just(0_u32), 1_u32..1_000_000]);
    let offset = prop_oneof![Just((0_i32, 0_u32, 0_u32)), (-23_i32..=23, 0_u32..60, 0_u32..60)];
    (date, clock, offset).prop_filter_map("no such form", |((y, mo, d), (h, mi, s, us), (oh, om, os))| {
        let fraction = if us > 0 { format!(".{us:06}") } else { String::new() };
        let seconds = if os > 0 { format!(":{os:02}") } else { String::new() };
        let sign = if oh < 0 { '-' } else { '+' };
        let offset = format!("{sign}{:02}:{om:02}{seconds}", oh.unsigned_abs());
        DateTime::parse(&format!("{y:04}-{mo:02}-{d:02}T{h:02}:{mi:02}:{s:02}{fraction}{offset}"))
    })
}

fn records() -> impl Strategy<Value = (Terms, Vec<(String, [u8; 32])>)> {
    let text = || any::<String>();
    let texts = (text(), text(), text(), text(), text(), proptest::option::of(text()));
    let places = (vec(text(), 0..3), vec(text(), 0..3));
    let signers = proptest::collection::btree_map(text(), any::<[u8; 32]>(), 1..5);
    (texts, places, times(), signers).prop_map(|(texts, (mut environments, mut scopes), at, signers)| {
        let (approval_id, model_id, weights_hash, approved_by, profile, correlation_id) = texts;
        environments.push("staging".into());
        scopes.push("eu".into());
        let end = DateTime::parse("9999-12-31T23:59:59+00:00").unwrap();
        let terms = Terms {
            approval_id,
            model_id,
            weights_hash,
            approved_by,
            approved_at: at,
            expires_at: Some(end),
            profile,
            correlation_id,
            approved_environments: Some(environments),
            approved_scopes: Some(scopes),
            required_approvers: i64::try_from(signers.len()).unwrap(),
        };
        (terms, signers.into_iter().collect())
    })
}

#[test]
#[ignore = "needs python3 with the package cryptography"]
fn python_accepts_the_records_that_are_written_here() {
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    let lines = (0..500).map(|_| {
        let (terms, signers) = records().new_tree(&mut runner).unwrap().current();
        let mut approval = ModelApproval::new(terms).unwrap();
        let mut keys = serde_json::Map::new();
        for (name, seed) in signers {
            approval.sign(&name, &key(seed)).unwrap();
            keys.insert(name, key(seed).1.to_hex().into());
        }
        let facts = IntegrityFacts::of(&approval, approval.claims_quorum()).to_json();
        let canonical = approval.terms().canonical().text;
        json!({"record": approval.to_json(), "keys": keys, "canonical": canonical, "facts": facts})
            .to_string()
    });
    let input = lines.collect::<Vec<_>>().join("\n");

    let mut python = Command::new("python3");
    let python = python.arg(SCRIPT).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = python.spawn().unwrap_or_else(|error| panic!("python3 has to be installed: {error}"));
    // A script that fails early closes its end; its status says so.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("500 records accepted"));
}
