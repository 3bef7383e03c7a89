//! Policies that are none: each breaks one of the structural rules that keep the planes apart, or is malformed.

use placet_core::{
    code::Code,
    digest::Digest,
    key::Signer as _,
    policy::{Log, POLICY, Pattern, Plane, Policy, Threshold, Witness},
};
use placet_testkit::{Key, Organisation, name_of, rule, sign_by};

use crate::{
    permits::key,
    scene::{Scene, Story, edited},
    vector::File,
};

pub(crate) fn file() -> File {
    let mut file = File::new("policies.json");
    structure(&mut file);
    logs(&mut file);
    malformed(&mut file);
    limits(&mut file);
    file
}

/// The scene of an organisation that pinned and signed this document as its first policy.
pub(crate) fn pinned(payload: &[u8]) -> Scene {
    Scene::sound().but(|scene| {
        scene.pins = vec![Digest::of(payload).to_string()];
        scene.policies = vec![sign_by(POLICY, payload.to_vec(), &["alice.ng", "dana.osei"]).into()];
    })
}

fn broken(file: &mut File, name: &str, code: Code, change: impl FnOnce(&mut Policy)) {
    let org = Organisation::new().with(change);
    file.deny_policy(
        name,
        "Pinned and signed, but it breaks a structural rule.",
        &pinned(&org.policy.to_payload()),
        code,
    );
}

fn structure(file: &mut File) {
    broken(file, "a first version with a predecessor", Code::PolicyVersion, |policy| {
        policy.previous = Some(Digest::of(b""));
    });
    broken(file, "a person in two planes", Code::PolicyMixedPlanes, |policy| {
        policy.principals.get_mut("alice.ng").unwrap().roles.push(name_of("deployer"));
    });
    broken(file, "a role that is not defined", Code::PolicyUnknownName, |policy| {
        policy.principals.get_mut("alice.ng").unwrap().roles.push(name_of("king"));
    });
    broken(file, "an operator who is not defined", Code::PolicyUnknownName, |policy| {
        policy.principals.get_mut("deployer").unwrap().operators.push(name_of("nobody"));
    });
    broken(file, "an operator who is operated", Code::PolicyOperators, |policy| {
        policy.principals.get_mut("deployer").unwrap().operators.push(name_of("training-pipeline"));
    });
    broken(file, "a service that operates itself", Code::PolicyOperators, |policy| {
        policy.principals.get_mut("deployer").unwrap().operators.push(name_of("deployer"));
    });
    broken(file, "a root without one to spare", Code::PolicyRoot, |policy| policy.root.threshold = 3);
    broken(file, "a root member who trains", Code::PolicyRoot, |policy| {
        policy.root.principals.push(name_of("training-pipeline"));
    });
    broken(file, "a root member who serves", Code::PolicyRoot, |policy| {
        policy.root.principals.push(name_of("deployer"));
    });
    broken(file, "a root member who monitors", Code::PolicyRoot, |policy| {
        policy.root.principals.push(name_of("drift-monitor"));
    });
    broken(file, "a root member who is not defined", Code::PolicyUnknownName, |policy| {
        policy.root.principals.push(name_of("nobody"));
    });
    broken(file, "a root member without a key", Code::PolicyThreshold, |policy| {
        policy.principals.get_mut("bo.eriksen").unwrap().keys.clear();
    });
    broken(file, "list signers fewer than their threshold", Code::PolicyThreshold, |policy| {
        policy.list_signers.threshold = 2;
    });
    broken(file, "a list signer who approves", Code::PolicyListSigners, |policy| {
        policy.list_signers = Threshold { threshold: 1, principals: vec![name_of("chandra.iyer")] };
    });
    broken(file, "a list signer without a key", Code::PolicyThreshold, |policy| {
        policy.principals.get_mut("registry").unwrap().keys.clear();
    });
    broken(file, "a quorum of nobody", Code::PolicyQuorum, |policy| policy.rules[0].quorum.clear());
    broken(file, "a quorum that names a role twice", Code::PolicyQuorum, |policy| {
        policy.rules[0] = rule("production", &[("ml-lead", 1), ("ml-lead", 1)]);
    });
    broken(file, "a quorum of the training plane", Code::PolicyQuorum, |policy| {
        policy.rules[0] = rule("production", &[("trainer", 1)]);
    });
    broken(file, "a quorum of a role that is not defined", Code::PolicyUnknownName, |policy| {
        policy.rules[0] = rule("production", &[("king", 1)]);
    });
    broken(file, "two rules of one name", Code::PolicyRuleOverlap, |policy| {
        policy.rules[1].name = name_of("production");
    });
    broken(file, "a rule for an environment that is not declared", Code::PolicyUndeclared, |policy| {
        policy.rules[0].environment = Pattern::Only(name_of("prod"));
    });
    broken(file, "a rule for a scope that is not declared", Code::PolicyUndeclared, |policy| {
        policy.rules[0].scope = Pattern::Only(name_of("moon"));
    });
    broken(file, "no environment", Code::EmptyList, |policy| policy.environments.clear());
    broken(file, "no root", Code::EmptyList, |policy| policy.root.principals.clear());
    broken(file, "a root member twice", Code::NotSorted, |policy| {
        policy.root.principals.push(name_of("alice.ng"));
    });
    broken(file, "a role of no plane that exists", Code::PolicyQuorum, |policy| {
        policy.roles.insert(name_of("safety"), Plane::Monitoring);
        for who in ["chandra.iyer", "dana.osei"] {
            policy.principals.get_mut(who).unwrap().roles = Vec::new();
        }
    });
}

fn logs(file: &mut File) {
    let log = |witnesses: &[&str], threshold| Log {
        origin: "registry.example/ledger".into(),
        key: Key::of("log").public_key().clone(),
        witnesses: witnesses
            .iter()
            .map(|name| Witness { name: (*name).into(), key: Key::of(name).public_key().clone() })
            .collect(),
        threshold,
    };
    broken(file, "a ledger that is asked for and not named", Code::PolicyLog, |policy| {
        policy.rules[0].require_ledger = true;
    });
    broken(file, "witnesses fewer than their threshold", Code::PolicyLog, |policy| {
        policy.log = Some(log(&["w1"], 2));
    });
    broken(file, "a witness twice under one name", Code::PolicyLog, |policy| {
        let mut log = log(&["w1", "w2"], 1);
        log.witnesses[1].name = "w1".into();
        policy.log = Some(log);
    });
    broken(file, "a log's key that is the registry's", Code::PolicyKeyReused, |policy| {
        policy.log = Some(Log { key: Key::of("registry").public_key().clone(), ..log(&[], 0) });
    });
    broken(file, "a witness's key that is the log's", Code::PolicyKeyReused, |policy| {
        let mut log = log(&["w1"], 1);
        log.witnesses[0].key = log.key.clone();
        policy.log = Some(log);
    });
    broken(file, "a log without an origin", Code::PolicyLog, |policy| {
        policy.log = Some(Log { origin: String::new(), ..log(&[], 0) });
    });
}

fn malformed(file: &mut File) {
    let policy = Organisation::new().policy_envelope();
    for (name, from, to, code) in [
        ("a version of 0", r#""version":1"#, r#""version":0"#, Code::InvalidInteger),
        ("a version in a string", r#""version":1"#, r#""version":"1""#, Code::InvalidInteger),
        (
            "a version beyond every reader",
            r#""version":1"#,
            r#""version":9007199254740992"#,
            Code::InvalidInteger,
        ),
        (
            "a clock skew of more than ten minutes",
            r#""clock_skew_seconds":120"#,
            r#""clock_skew_seconds":601"#,
            Code::InvalidInteger,
        ),
        (
            "a negative clock skew",
            r#""clock_skew_seconds":120"#,
            r#""clock_skew_seconds":-1"#,
            Code::InvalidInteger,
        ),
        (
            "a field that is not known",
            r#""version":1"#,
            r#""version":1,"trust_everyone":true"#,
            Code::UnknownField,
        ),
        ("no rules", r#""rules":"#, r#""annotations":{},"rulez":"#, Code::MissingField),
        (
            "roles that are a list",
            r#""roles":{"deployer":"serving","ml-lead":"governance","monitor":"monitoring","registry":"registry","safety":"governance","trainer":"training"}"#,
            r#""roles":["deployer"]"#,
            Code::WrongType,
        ),
        ("a plane that does not exist", r#""trainer":"training""#, r#""trainer":"god""#, Code::UnknownValue),
        (
            "an expiry before the issue",
            r#""expires_at":"2027-06-30T00:00:00Z""#,
            r#""expires_at":"2026-01-01T00:00:00Z""#,
            Code::EmptyValidity,
        ),
        (
            "annotations that are no text",
            r#""version":1"#,
            r#""version":1,"annotations":{"n":1}"#,
            Code::WrongType,
        ),
        (
            "an auto-revocation of no severity that exists",
            r#""auto_revoke":null"#,
            r#""auto_revoke":{"windows":2,"min_severity":1.5}"#,
            Code::InvalidNumber,
        ),
        (
            "an auto-revocation after no window",
            r#""auto_revoke":null"#,
            r#""auto_revoke":{"windows":0,"min_severity":0.5}"#,
            Code::InvalidInteger,
        ),
        (
            "a role with a capital",
            r#""safety":"governance""#,
            r#""Safety":"governance""#,
            Code::InvalidIdentifier,
        ),
    ] {
        file.deny_policy(name, "", &pinned(&edited(&policy, from, to)), code);
    }
    let scene = Scene::sound().but(|scene| {
        let payload = policy.unverified_payload().to_vec();
        scene.policies = vec![sign_by("application/json", payload, &["alice.ng", "dana.osei"]).into()];
    });
    file.deny_policy("a policy of another payload type", "", &scene, Code::WrongPayloadType);
    let payload = Organisation::new().policy.to_payload();
    let without = |field: &str| {
        let text = String::from_utf8(payload.clone()).unwrap();
        let (start, end) = (text.find(&format!("\"{field}\":")).unwrap(), text.len());
        let rest = text.get(start..end).unwrap();
        let cut = rest.find(',').unwrap() + 1;
        [text.get(..start).unwrap(), rest.get(cut..).unwrap()].concat()
    };
    let story = {
        // Without the field a rule keeps to 90 days and clocks may differ by 120 s: this is a policy like the first.
        let payload = without("clock_skew_seconds").replace(r#""max_ttl_days":90,"#, "");
        let policy = Policy::parse(payload.as_bytes()).unwrap();
        assert_eq!((policy.clock_skew_seconds, policy.rules[0].max_ttl_days), (120, 90));
        pinned(payload.as_bytes())
    };
    file.deny(
        "a policy that says neither skew nor longest life",
        "It is a policy, but not the one that these documents are of.",
        &story,
        &[Code::ForeignDomain, Code::ThresholdNotMet],
    );
}

fn limits(file: &mut File) {
    broken(file, "nine keys of one person", Code::TooMany, |policy| {
        let keys = (0..9).map(|n| key(&format!("key-{n}"), "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"));
        policy.principals.get_mut("alice.ng").unwrap().keys = keys.collect();
    });
    broken(file, "sixty-five rules", Code::TooMany, |policy| {
        let any = rule("production", &[("ml-lead", 1)]);
        policy.rules = vec![any; 65];
    });
    let chain = |length: usize| {
        let story = Story::of(Organisation::new());
        story.approved().but(|scene| scene.policies = vec![scene.policies[0].clone(); length])
    };
    file.permit("the same policy sixty-four times", "It is one link.", &chain(64), &[]);
    file.error("sixty-five policies", "", &chain(65), Code::TooMany);
}
