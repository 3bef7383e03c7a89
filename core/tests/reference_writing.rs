//! What Placet writes is what Python would have written, and nothing that its own verdict would not permit.

use std::{collections::BTreeMap, num::NonZeroU64};

use ed25519_dalek::{Signer as _, SigningKey};
use placet_core::{
    code::Code,
    decision::Outcome,
    digest::Digest,
    key::{PublicKey, Signer},
    name::{ModelId, Principal},
    policy::{Log, Member, Policy, PolicyKey, Threshold, Witness},
    proposal::{PolicyRef, Proposal},
    reference::{Directory, ModelApproval, Request, Terms, verify},
    statement::Subject,
    time::{Timestamp, Window},
    weights::{Weights, WeightsKind},
};
use serde_json::Value;

struct Key(SigningKey, PublicKey);

/// The key whose seed is the SHA-256 of a name, as `tests/interop/reference/records.py` makes it.
fn key(name: &str) -> Key {
    let secret = SigningKey::from_bytes(Digest::of(name.as_bytes()).as_bytes());
    let public = PublicKey::from_bytes(secret.verifying_key().as_bytes()).unwrap();
    Key(secret, public)
}

impl Signer for Key {
    fn public_key(&self) -> &PublicKey {
        &self.1
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

fn window() -> Window {
    Window { not_before: time("2026-01-02T00:00:00Z"), not_after: time("2026-04-02T00:00:00Z") }
}

fn proposal() -> Proposal {
    let subject = Subject {
        model_id: ModelId::parse("sentiment-v3").unwrap(),
        weights: Weights { kind: WeightsKind::File, digest: Digest::of(b"weights") },
    };
    Proposal {
        domain: Digest::of(b"domain"),
        subject,
        training_output: Digest::of(b"training"),
        environments: vec![placet_core::name::Environment::parse("staging").unwrap()],
        scopes: vec![placet_core::name::Scope::parse("eu").unwrap()],
        proposed_at: time("2026-01-01T00:00:00Z"),
        window: window(),
        policy: PolicyRef { version: 1, digest: Digest::of(b"policy") },
        proposed_by: Principal::parse("alice").unwrap(),
        supersedes: None,
        note: String::new(),
    }
}

fn terms(required_approvers: u32) -> Terms {
    let approved_at = time("2026-01-01T12:00:00Z");
    Terms::of_proposal(&proposal(), Digest::of(b"proposal"), "alice", approved_at, required_approvers)
}

fn request(names: &[&str]) -> Request {
    Request {
        keys: Directory::new(names.iter().map(|name| ((*name).to_owned(), key(name).1))),
        threshold: NonZeroU64::new(2).unwrap(),
        environment: Some("staging".into()),
        scope: Some("eu".into()),
        now: time("2026-02-01T00:00:00Z"),
        model_id: Some("sentiment-v3".into()),
        weights_hash: Some(Digest::of(b"weights").to_string()),
    }
}

#[test]
fn records_signed_here_are_the_bytes_that_python_signs() {
    let file: Value =
        serde_json::from_str(include_str!("../../tests/vectors/reference/sampled.json")).unwrap();
    let mut compared = 0;
    for vector in file["vectors"].as_array().unwrap() {
        let text = vector["input"]["record"]["utf8"].as_str().unwrap();
        let original = ModelApproval::parse(text.as_bytes()).unwrap();
        let mut approval = ModelApproval::new(original.terms().clone()).unwrap();
        for (name, _) in original.approver_signatures() {
            approval.sign(name, &key(&format!("sampled {name}"))).unwrap();
        }
        assert_eq!(approval.to_json(), text);
        compared += 1;
    }
    assert!(compared >= 80);
}

#[test]
fn an_exported_proposal_is_permitted_only_within_its_window() {
    let mut approval = ModelApproval::new(terms(2)).unwrap();
    approval.sign("alice", &key("alice")).unwrap();
    approval.sign("bob", &key("bob")).unwrap();
    let (record, mut request) = (approval.to_json(), request(&["alice", "bob"]));
    let verdict = verify(record.as_bytes(), &request);
    assert_eq!((verdict.outcome, verdict.denials), (Outcome::Permit, vec![]));

    assert_eq!(approval.terms().correlation_id, Some(Digest::of(b"proposal").to_hex()));
    for (now, code) in [("2026-01-01T23:59:59Z", Code::NotYetValid), ("2026-04-02T00:00:00Z", Code::Expired)]
    {
        request.now = time(now);
        assert_eq!(verify(record.as_bytes(), &request).denials, [code]);
    }
    approval.revoke();
    request.now = time("2026-02-01T00:00:00Z");
    assert_eq!(verify(approval.to_json().as_bytes(), &request).denials, [Code::RecordRevoked]);
}

#[test]
fn a_person_who_signs_again_stays_one_person() {
    let mut approval = ModelApproval::new(terms(1)).unwrap();
    approval.sign("alice", &key("another key of alice's")).unwrap();
    approval.sign("alice", &key("alice")).unwrap();
    assert_eq!(approval.approver_signatures().count(), 1);
    let verdict = verify(approval.to_json().as_bytes(), &request(&["alice", "bob"]));
    assert_eq!(verdict.denials, [Code::ThresholdNotMet]);
    assert_eq!(verdict.signatures.iter().map(|signature| signature.code).collect::<Vec<_>>(), [None]);
}

#[test]
fn records_that_would_be_denied_are_not_written() {
    let code = |terms| ModelApproval::new(terms).map_err(|error| error.code()).err();
    for required_approvers in [i64::MIN, -1, 0, 65, i64::MAX] {
        assert_eq!(code(Terms { required_approvers, ..terms(1) }), Some(Code::InvalidInteger));
    }
    assert_eq!(code(Terms { expires_at: None, ..terms(1) }), Some(Code::RecordNeverExpires));
    assert_eq!(code(terms(64)), None);

    let mut approval = ModelApproval::new(terms(64)).unwrap();
    for number in 0..64 {
        approval.sign(&format!("n{number}"), &key("alice")).unwrap();
    }
    assert_eq!(approval.sign("n64", &key("alice")).map_err(|error| error.code()), Err(Code::TooMany));
    assert!(ModelApproval::parse(approval.to_json().as_bytes()).is_ok());
}

#[test]
fn a_key_of_a_policy_is_found_wherever_the_policy_lists_it() {
    let nobody = Threshold { threshold: 1, principals: Vec::new() };
    let keys = vec![PolicyKey { public: key("member").1, window: window() }];
    let member =
        Member { display_name: String::new(), unit: String::new(), roles: vec![], operators: vec![], keys };
    let policy = Policy {
        version: 1,
        previous: None,
        domain: None,
        window: window(),
        organization: String::new(),
        environments: Vec::new(),
        scopes: Vec::new(),
        root: nobody.clone(),
        list_signers: nobody,
        log: Some(Log {
            origin: "log.example".into(),
            key: key("log").1,
            witnesses: vec![Witness { name: "witness.example".into(), key: key("witness").1 }],
            threshold: 1,
        }),
        principals: BTreeMap::from([(Principal::parse("alice").unwrap(), member)]),
        roles: BTreeMap::new(),
        rules: Vec::new(),
        auto_revoke: None,
        clock_skew_seconds: 0,
    };
    let check = |name| Directory::new([("bob".to_owned(), key(name).1)]).check_apart_from(&policy);
    for name in ["member", "log", "witness"] {
        assert_eq!(check(name).map_err(|error| error.code()), Err(Code::KeyInPolicy), "{name}");
    }
    assert_eq!(check("bob"), Ok(()));
}
