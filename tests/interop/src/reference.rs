//! Records at random, with whatever text, time and number of signatures the Python library can hold.

use ed25519_dalek::{Signer as _, SigningKey};
use placet_core::{
    error::ParseError,
    key::{PublicKey, Signer},
    reference::{DateTime, IntegrityFacts, ModelApproval, Terms},
};
use proptest::{
    collection::{btree_map, vec},
    option,
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use serde_json::{Map, json};

/// How many records are written.
const RECORDS: usize = 500;

struct Key(SigningKey, PublicKey);

impl Key {
    fn new(seed: [u8; 32]) -> Result<Self, ParseError> {
        let secret = SigningKey::from_bytes(&seed);
        let public = PublicKey::from_bytes(secret.verifying_key().as_bytes())?;
        Ok(Self(secret, public))
    }
}

impl Signer for Key {
    fn public_key(&self) -> &PublicKey {
        &self.1
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// The same lines every time: record, keys, canonical text and facts.
pub(crate) fn lines() -> Result<Vec<String>, String> {
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    (0..RECORDS)
        .map(|_| {
            let (terms, signers) = records().new_tree(&mut runner)?.current();
            line(terms, signers).map_err(|error| error.to_string().into())
        })
        .collect::<Result<_, proptest::test_runner::Reason>>()
        .map_err(|reason| reason.to_string())
}

fn line(terms: Terms, signers: Vec<(String, [u8; 32])>) -> Result<String, ParseError> {
    let mut approval = ModelApproval::new(terms)?;
    let mut keys = Map::new();
    for (name, seed) in signers {
        let key = Key::new(seed)?;
        approval.sign(&name, &key)?;
        keys.insert(name, key.public_key().to_hex().into());
    }
    let facts = IntegrityFacts::of(&approval, approval.claims_quorum()).to_json();
    let canonical = approval.terms().canonical().text;
    let line = json!({"record": approval.to_json(), "keys": keys, "canonical": canonical, "facts": facts});
    Ok(line.to_string())
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
    let texts = (text(), text(), text(), text(), text(), option::of(text()));
    let places = (vec(text(), 0..3), vec(text(), 0..3));
    let signers = btree_map(text(), any::<[u8; 32]>(), 1..5);
    (texts, places, times(), signers).prop_map(|(texts, (mut environments, mut scopes), at, signers)| {
        let (approval_id, model_id, weights_hash, approved_by, profile, correlation_id) = texts;
        environments.push("staging".into());
        scopes.push("eu".into());
        let terms = Terms {
            approval_id,
            model_id,
            weights_hash,
            approved_by,
            approved_at: at,
            expires_at: DateTime::parse("9999-12-31T23:59:59+00:00"),
            profile,
            correlation_id,
            approved_environments: Some(environments),
            approved_scopes: Some(scopes),
            required_approvers: i64::try_from(signers.len()).unwrap_or(i64::MAX),
        };
        (terms, signers.into_iter().collect())
    })
}
