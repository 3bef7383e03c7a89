//! From one policy to the next: drafts, what they change and stop, signatures of both roots, rotation, and state.
#![cfg(unix)]

mod common;

use std::fs;

use common::{Desk, MODEL};
use placet_core::{envelope::Envelope, json::ObjectWriter, key::Signer as _, policy::Policy};
use serde_json::{Value, json};

/// The policy in a file, signed or not.
fn policy(desk: &Desk, name: &str) -> Policy {
    let text = desk.read(name);
    let payload = match Envelope::parse(text.as_bytes()) {
        Ok(envelope) => envelope.unverified_payload().to_vec(),
        Err(_) => text.into_bytes(),
    };
    Policy::parse(&payload).unwrap()
}

fn draft(desk: &Desk, changes: &str) -> Value {
    desk.line(&format!("policy draft {changes} --output draft.json --json")).ok().json()
}

fn sign(desk: &Desk, who: &str) -> Value {
    let file = if desk.path("2.json").exists() { "2.json" } else { "draft.json --output 2.json" };
    desk.line(&format!("policy sign {file} --key placet-keys/{who}.pem --yes --json")).ok().json()
}

/// A request of the key of `who`, as the console signs it.
fn enrolment(desk: &Desk, name: &str, key: &str) -> Value {
    let key = desk.key(key);
    let public = key.public_key().to_hex();
    let signed = ObjectWriter::new()
        .string("name", name)
        .string("display_name", "Fay Lund")
        .string("public_key", &public)
        .string("note", "")
        .string("signed_at", "2026-11-22T14:05:00Z")
        .finish();
    let signature = key.sign(format!("placet-enrolment-v1\n{signed}").as_bytes());
    let mut value: Value = serde_json::from_str(&signed).unwrap();
    value["signature"] = signature.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}")).into();
    value
}

#[test]
fn draft_changes_more_or_less_than_was_asked() {
    let desk = Desk::approved();
    let json = draft(&desk, "");
    let (first, second) = (policy(&desk, "placet/policies/0001.json"), policy(&desk, "draft.json"));
    assert_eq!((second.version, json["version"].as_u64()), (2, Some(2)));
    assert_eq!(second.previous.unwrap().to_string(), desk.read("placet/pins").lines().last().unwrap());
    assert_eq!(second.previous, second.domain);
    // Where a second went by, the time at which it expires is another.
    assert!(json["changes"].as_array().unwrap().len() <= 1, "{json}");
    let renewed = Policy { version: 1, previous: None, domain: None, window: first.window, ..second.clone() };
    assert_eq!(renewed, first);
    let length = |policy: &Policy| policy.window.not_after.since(policy.window.not_before);
    assert_eq!(length(&first), length(&second));

    desk.line("policy draft --unit alice=other --output draft.json").refuses("file_exists");
    fs::remove_file(desk.path("draft.json")).unwrap();
    desk.write("edits.toml", "scopes = ['eu-west']\n[rules.production]\nscope = 'eu-west'\ndistinct_units = 2\n[rules.staging]\nveto = true\n[rules.production.quorum]\n");
    desk.line("policy draft --from edits.toml --output draft.json").refuses("wrong_type");
    desk.write("edits.toml", "scopes = ['eu-west']\n[rules.production]\nscope = 'eu-west'\ndistinct_units = 2\n[rules.staging]\nveto = true\n");
    let json = draft(&desk, "--from edits.toml --renew-keys --expires 2030-01-01T00:00:00Z");
    let second = policy(&desk, "draft.json");
    assert_eq!((second.rules[0].distinct_units, second.rules[1].veto, second.scopes.len()), (2, true, 1));
    let keys = second.principals.values().flat_map(|member| &member.keys);
    assert!(
        keys.clone().count() == first.principals.len()
            && keys.into_iter().all(|key| key.window.not_after == second.window.not_after)
    );
    let paths: Vec<_> =
        json["changes"].as_array().unwrap().iter().map(|c| c["path"].as_str().unwrap()).collect();
    for path in ["expires_at", "scopes", "rules.production", "rules.staging"] {
        assert!(paths.contains(&path), "{path}: {paths:?}");
    }
    assert!(paths.iter().any(|path| path.starts_with("principals.alice.keys.")), "{paths:?}");
}

#[test]
fn people_and_keys_come_and_go_halfway() {
    let desk = Desk::founded();
    desk.line("keygen --output fay.pem --no-passphrase").ok();
    fs::copy(desk.path("fay.pem"), desk.path("placet-keys/fay.pem")).unwrap();
    let request = enrolment(&desk, "fay", "fay");
    desk.write("fay.json", request.to_string());
    let mut forged = request.clone();
    forged["name"] = "alice".into();
    desk.write("forged.json", forged.to_string());
    let add = "policy draft --add-principal fay:safety --unit fay=safety --output draft.json";
    desk.line(&format!("{add} --enrolment forged.json")).refuses("signature_invalid");
    desk.line("policy draft --enrolment fay.json --output draft.json").refuses("signer_unknown");
    desk.line("policy draft --enrolment 7 --output draft.json").refuses("registry_required");
    assert!(!desk.path("draft.json").exists());
    let said = desk.line(&format!("{add} --enrolment fay.json")).ok();
    let key = desk.key("fay").public_key().words();
    assert!(said.err.contains(&key) && said.err.contains("Fay Lund"), "{said:?}");
    let second = policy(&desk, "draft.json");
    assert_eq!(second.principals.len(), policy(&desk, "placet/policies/0001.json").principals.len() + 1);
    fs::remove_file(desk.path("draft.json")).unwrap();

    // Whoever goes is named nowhere any more.
    let alice = policy(&desk, "placet/policies/0001.json")
        .keys(&"alice".parse_principal())
        .next()
        .unwrap()
        .public
        .to_hex();
    draft(
        &desk,
        &format!(
            "--remove-principal emil --remove-root dana --add-root chandra --remove-key {alice} --add-key alice={}",
            request["public_key"].as_str().unwrap()
        ),
    );
    let second = policy(&desk, "draft.json");
    assert!(!second.principals.contains_key(&"emil".parse_principal()));
    assert!(second.principals[&"pipeline".parse_principal()].operators.is_empty());
    let root: Vec<_> = second.root.principals.iter().map(ToString::to_string).collect();
    assert_eq!(root, ["alice", "bo", "chandra"]);
    assert_eq!(second.keys(&"alice".parse_principal()).count(), 1);
    assert_ne!(second.keys(&"alice".parse_principal()).next().unwrap().public.to_hex(), alice);
}

trait ParsePrincipal {
    fn parse_principal(&self) -> placet_core::name::Principal;
}

impl ParsePrincipal for str {
    fn parse_principal(&self) -> placet_core::name::Principal {
        placet_core::name::Principal::parse(self).unwrap()
    }
}

#[test]
fn draft_that_breaks_a_rule_is_written() {
    let desk = Desk::founded();
    let before = desk.snapshot();
    for (changes, code) in [
        ("--remove-principal bo", "policy_root"),
        ("--root-threshold 3", "policy_root"),
        ("--root-threshold 0", "invalid_integer"),
        ("--remove-principal nobody", "signer_unknown"),
        ("--add-principal alice:safety", "edits_malformed"),
        ("--add-principal fay:nothing", "policy_unknown_name"),
        ("--add-principal fay:safety,trainer", "policy_mixed_planes"),
        ("--add-root pipeline", "policy_root"),
        ("--remove-key 000000", "edits_malformed"),
        ("--remove-key abc", "edits_malformed"),
        ("--expires 2020-01-01T00:00:00Z", "empty_validity"),
        ("--unit nobody=x", "signer_unknown"),
    ] {
        desk.line(&format!("policy draft {changes} --output draft.json")).refuses(code);
    }
    let public = desk.key("dana").public_key().to_hex();
    desk.line(&format!("policy draft --add-key alice={public} --output draft.json"))
        .refuses("policy_key_reused");
    desk.line("policy draft --add-key alice=00 --output draft.json").refuses("usage");
    desk.line("policy draft").refuses("usage");
    assert_eq!(desk.snapshot(), before);
    for (edits, code) in [
        ("", "edits_malformed"),
        ("version = 7", "edits_malformed"),
        ("issued_at = '2020-01-01T00:00:00Z'", "edits_malformed"),
        ("{\"domain\": null}", "edits_malformed"),
        ("{\"scopes\": [\"a\"], \"scopes\": [\"b\"]}", "duplicate_key"),
        ("misspelt = 1", "unknown_field"),
        ("scopes = []", "empty_list"),
        ("rules.production.max_ttl_days = inf", "edits_malformed"),
        ("[rules.staging]\nrequire_ledger = true", "policy_log"),
        ("{\"rules\": {\"production\": null}, \"clock_skew_seconds\": 601}", "invalid_integer"),
    ] {
        desk.write("edits", edits);
        desk.line("policy draft --from edits --output draft.json").refuses(code);
        assert!(!desk.path("draft.json").exists(), "{edits}");
    }
}

#[test]
fn draft_stops_what_runs_and_nobody_is_told() {
    let desk = Desk::approved();
    desk.verify("").permits();
    draft(&desk, "--renew-keys");
    let said = desk.line("policy diff draft.json").ok();
    assert!(said.out.contains("would stay so"), "{}", said.out);
    fs::remove_file(desk.path("draft.json")).unwrap();

    desk.write("edits.toml", "[[rules.production.quorum]]\nrole = 'ml-lead'\nthreshold = 1\n[[rules.production.quorum]]\nrole = 'safety'\nthreshold = 2\n");
    draft(&desk, "--from edits.toml");
    let before = desk.snapshot();
    let json = desk.line("policy diff draft.json --json").ok().json();
    let stopped = &json["stopped"][0];
    assert_eq!(stopped["denials"], json!(["threshold_not_met"]));
    assert_eq!((&stopped["model_id"], &stopped["version"]), (&json!(MODEL), &json!("2")));
    assert_eq!(stopped["missing"], json!(["1 of safety: Dana Osei (dana)"]));
    assert!(json["changes"].to_string().contains("rules.production"), "{json}");
    let said = desk.line("policy diff draft.json").ok();
    assert!(said.out.contains("needs 1 of safety: Dana Osei (dana)"), "{}", said.out);
    assert_eq!(desk.snapshot(), before);
    fs::remove_file(desk.path("draft.json")).unwrap();

    // The approver who goes, and the key that is replaced.
    for changes in ["--remove-principal chandra", "--remove-key KEY"] {
        let key = desk.key("chandra").public_key().to_hex();
        draft(&desk, &changes.replace("KEY", &key));
        let json = desk.line("policy diff draft.json --json").ok().json();
        let denials = json["stopped"][0]["denials"].to_string();
        assert!(denials.contains("threshold_not_met"), "{denials}");
        fs::remove_file(desk.path("draft.json")).unwrap();
    }
    // What the draft says will be.
    desk.write("edits.toml", "[[rules.production.quorum]]\nrole = 'safety'\nthreshold = 2\n");
    draft(&desk, "--from edits.toml");
    sign(&desk, "alice");
    sign(&desk, "bo");
    let rotated = desk.line("policy rotate 2.json --yes --json").ok().json();
    assert_eq!((&rotated["version"], &rotated["status"]), (&json!(2), &json!("new")));
    desk.verify("").denies_among_others("threshold_not_met");
    let said = desk.line("policy diff placet/policies/0002.json").ok();
    assert!(said.out.contains("rules.production:") && !said.out.contains("Running now"), "{}", said.out);
}

#[test]
fn policy_is_rotated_by_one_of_the_two_roots() {
    let desk = Desk::founded();
    for name in ["fay", "gus"] {
        desk.line(&format!("keygen --output placet-keys/{name}.pem --no-passphrase")).ok();
    }
    let key = |who: &str| desk.key(who).public_key().to_hex();
    let people = format!(
        "--add-principal fay:safety --add-key fay={} --add-principal gus:safety --add-key gus={} \
         --add-root fay --add-root gus --remove-root alice --remove-root bo",
        key("fay"),
        key("gus")
    );
    draft(&desk, &people);
    desk.line("policy rotate draft.json --yes").refuses("policy_signatures");
    // The new root alone.
    sign(&desk, "fay");
    sign(&desk, "gus");
    let before = desk.snapshot();
    let said = desk.line("policy rotate 2.json --yes");
    said.refuses("policy_signatures");
    assert!(said.err.contains("of the root before: 0 of 2: nobody"), "{said:?}");
    assert!(said.err.contains("of its own root: 2 of 2: fay and gus"), "{said:?}");
    assert_eq!(desk.snapshot(), before);
    sign(&desk, "alice");
    desk.line("policy rotate 2.json --yes").refuses("policy_signatures");
    desk.line("policy sign 2.json --key placet-keys/chandra.pem --yes").refuses("signer_not_entitled");
    sign(&desk, "bo");
    desk.line("policy rotate 2.json").refuses("confirmation_required");
    desk.line("policy rotate 2.json --yes").ok();
    // A second time is no harm.
    assert_eq!(desk.line("policy rotate 2.json --yes --json").ok().json()["status"], "known");
    assert!(desk.line("policy show").ok().out.contains("version 2"));
    fs::remove_file(desk.path("draft.json")).unwrap();

    // The old root alone, for the third.
    draft(&desk, "--remove-principal fay --remove-principal gus --add-root alice --add-root bo");
    fs::remove_file(desk.path("2.json")).unwrap();
    for who in ["fay", "gus"] {
        sign(&desk, who);
    }
    let said = desk.line("policy rotate 2.json --yes");
    said.refuses("policy_signatures");
    assert!(said.err.contains("of the root before: 2 of 2"), "{said:?}");
}

#[test]
fn other_draft_of_the_same_version_or_a_skipped_one_is_installed() {
    let desk = Desk::founded();
    for (file, changes) in [("a.json", "--renew-keys"), ("b.json", "--unit alice=x")] {
        desk.line(&format!("policy draft {changes} --output draft.json")).ok();
        sign(&desk, "alice");
        sign(&desk, "bo");
        fs::rename(desk.path("2.json"), desk.path(file)).unwrap();
        fs::remove_file(desk.path("draft.json")).unwrap();
    }
    desk.line("policy rotate a.json --yes").ok();
    let before = desk.snapshot();
    desk.line("policy rotate b.json --yes").refuses("policy_version_gap");
    desk.line("policy diff b.json").refuses("policy_version_gap");
    desk.line("add b.json").refuses("policy_equivocation");
    assert_eq!(desk.snapshot(), before);
    // One that another organisation signed.
    let other = Desk::founded();
    other.line("policy draft --output draft.json").ok();
    fs::copy(other.path("draft.json"), desk.path("foreign.json")).unwrap();
    desk.line("policy diff foreign.json").refuses("policy_previous_mismatch");
    desk.line("policy rotate foreign.json --yes").refuses("policy_signatures");
}
