//! The auditor's file: everything in one, verified years later under a pin that the auditor brings, without a network.
#![cfg(unix)]

mod common;

use std::fs;

use common::{Desk, MODEL, Said};
use serde_json::{Value, json};

/// The organisation with version 2 approved and deployed, and its audit file at `desk/all.json`.
fn deployed() -> (Desk, String) {
    let desk = Desk::approved();
    desk.line(
        "deploy --model digits-classifier --weights FIXTURE/2/weights.npz --environment production --scope eu-west \
         --key placet-keys/deployer.pem -- true",
    )
    .ok();
    desk.line("audit export --output all.json").ok();
    let pin = desk.read("placet/pins").lines().last().unwrap().to_owned();
    (desk, pin)
}

/// Verifies on a machine that has the file and nothing else.
fn verify(desk: &Desk, pin: &str, more: &str) -> Said {
    let elsewhere = Desk::empty();
    fs::copy(desk.path("all.json"), elsewhere.path("all.json")).unwrap();
    elsewhere.line(&format!("audit verify all.json --pin {pin} {more}"))
}

fn file(desk: &Desk) -> Value {
    serde_json::from_str(&desk.read("all.json")).unwrap()
}

#[test]
fn auditor_needs_more_than_the_file_and_the_pin() {
    let (desk, pin) = deployed();
    let report = verify(&desk, &pin, "--json").ok().json();
    assert_eq!((&report["pin"], &report["findings"]), (&json!(pin), &json!(0)));
    // Policy, list, training output, proposal, two approvals and a deployment.
    assert_eq!(report["documents"], json!({ "verified": 7, "bad": [] }));
    let decision = &report["decisions"][0];
    assert_eq!((&decision["outcome"], &decision["again"]), (&json!("permit"), &json!("same")));
    assert_eq!(decision["deployments"][0]["deployed_by"], "deployer");
    assert_eq!(report["proposals"][0]["outcome"], "permit");
    let said = verify(&desk, &pin, "").ok();
    for words in [
        "Everything in the file holds.",
        "the same record comes out again",
        "followed by Deployer (deployer)",
    ] {
        assert!(said.out.contains(words), "{words}: {}", said.out);
    }
    // In its own directory the pin is that of the directory.
    desk.line("audit verify all.json").ok();
    let elsewhere = Desk::empty();
    fs::copy(desk.path("all.json"), elsewhere.path("all.json")).unwrap();
    elsewhere.line("audit verify all.json").refuses("evidence_directory_missing");
    let other = format!("sha256:{}", "0".repeat(64));
    verify(&desk, &other, "").refuses("policy_unpinned");
}

#[test]
fn answer_about_another_time_is_that_of_now() {
    let (desk, pin) = deployed();
    let report = |at: &str| verify(&desk, &pin, &format!("--at {at} --json")).json();
    let (long_ago, years_later) = (report("2020-01-01T00:00:00Z"), report("2036-01-01T00:00:00Z"));
    // Before the policy there was nothing; the file still holds.
    assert_eq!((&long_ago["proposals"], &long_ago["findings"]), (&json!([]), &json!(0)));
    let denials = years_later["proposals"][0]["denials"].to_string();
    assert!(denials.contains("policy_expired") && denials.contains("expired"), "{denials}");
    assert_eq!(
        (&years_later["decisions"][0]["again"], &years_later["findings"]),
        (&json!("same"), &json!(0))
    );

    // Revoked later: permitted then, and the report says what came since.
    let then = report("2036-01-01T00:00:00Z")["decisions"][0]["at"].as_str().unwrap().to_owned();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    desk.line(&format!("revoke {MODEL}@2 --reason-code security --key placet-keys/dana.pem --yes")).ok();
    desk.list();
    fs::remove_file(desk.path("all.json")).unwrap();
    desk.line("audit export --output all.json").ok();
    let report = |at: &str| verify(&desk, &pin, &format!("--at {at} --json")).json();
    let proposal = report(&then)["proposals"][0].clone();
    assert_eq!((&proposal["outcome"], &proposal["denials"]), (&json!("permit"), &json!([])));
    assert!(proposal["denials_since"].to_string().contains("proposal_revoked"), "{proposal}");
    let now = verify(&desk, &pin, "--json").ok().json();
    assert!(now["proposals"][0]["denials"].to_string().contains("proposal_revoked"), "{now}");
    assert_eq!(now["decisions"][0]["again"], "same");
}

#[test]
fn model_that_was_not_asked_for_is_in_the_file() {
    let (desk, _) = deployed();
    desk.line("train --model other-model --version 1 --weights FIXTURE/1/weights.npz --key placet-keys/pipeline.pem").ok();
    desk.line(&format!("audit export --model {MODEL} --output one.json")).ok();
    let one: Value = serde_json::from_str(&desk.read("one.json")).unwrap();
    assert_eq!(
        (one["documents"].as_array().unwrap().len(), one["decisions"].as_array().unwrap().len()),
        (5, 1)
    );
    desk.line("audit export --model other-model --output other.json").ok();
    let other: Value = serde_json::from_str(&desk.read("other.json")).unwrap();
    assert_eq!(
        (other["documents"].as_array().unwrap().len(), other["decisions"].as_array().unwrap().len()),
        (1, 0)
    );
    desk.line("audit export --model nobody --output none.json").refuses("document_not_found");
    assert!(!desk.path("none.json").exists());
    desk.line("audit export --output one.json").refuses("file_exists");
}

#[test]
fn spoilt_file_holds() {
    let (desk, pin) = deployed();
    let good = file(&desk);
    let spoil = |change: &dyn Fn(&mut Value)| {
        let mut file = good.clone();
        change(&mut file);
        desk.write("all.json", file.to_string());
        verify(&desk, &pin, "--json")
    };
    // Found and told, with exit code 1.
    let forged = spoil(&|file| {
        let record = file["decisions"][0].as_str().unwrap().replace("\"permit\"", "\"deny\"");
        file["decisions"][0] = record.into();
    });
    assert_eq!((forged.code, &forged.json()["decisions"][0]["again"]), (1, &json!("other")));
    assert_eq!(forged.json()["decisions"][0]["deployments"], json!([]));
    let lacking = spoil(&|file| {
        let without = |envelope: &Value| !text(envelope).contains("urn:placet:approval:v1");
        file["documents"].as_array_mut().unwrap().retain(without);
    });
    assert_eq!((lacking.code, &lacking.json()["decisions"][0]["again"]), (1, &json!("lacking")));
    assert_eq!(lacking.json()["decisions"][0]["deployments"][0]["code"], "deployment_mismatch");
    let garbage = spoil(&|file| file["decisions"][0] = "{}".into());
    assert_eq!((garbage.code, &garbage.json()["decisions"][0]["again"]), (1, &json!("lacking")));
    let unsigned = spoil(&|file| {
        let approval = |envelope: &&mut Value| text(envelope).contains("urn:placet:approval:v1");
        file["documents"].as_array_mut().unwrap().iter_mut().find(approval).unwrap()["signatures"] =
            json!([]);
    });
    let report = unsigned.json();
    assert_eq!((unsigned.code, report["documents"]["bad"].as_array().unwrap().len()), (1, 1));
    assert_eq!(report["documents"]["bad"][0]["code"], "signature_count");
    assert_eq!(report["proposals"][0]["outcome"], "deny");
    let no_list = spoil(&|file| file["revocation_lists"] = json!([]));
    assert_eq!((no_list.code, &no_list.json()["decisions"][0]["again"]), (1, &json!("lacking")));

    // No file at all, with exit code 2.
    let refuses = |change: &dyn Fn(&mut Value), code: &str| {
        spoil(change).refuses(code);
    };
    refuses(&|file| file["policies"] = json!([]), "policy_missing");
    refuses(&|file| file["policies"][0]["signatures"] = json!([]), "policy_signatures");
    refuses(
        &|file| file["policies"].as_array_mut().unwrap().push(good["policies"][0].clone()),
        "policy_equivocation",
    );
    refuses(
        &|file| file["revocation_lists"].as_array_mut().unwrap().push(good["revocation_lists"][0].clone()),
        "list_equivocation",
    );
    refuses(&|file| file["documents"][0] = good["policies"][0].clone(), "wrong_document");
    refuses(&|file| file["policies"][0] = good["documents"][0].clone(), "wrong_document");
    refuses(&|file| file["media_type"] = "x".into(), "unsupported_version");
    refuses(&|file| file["exported_at"] = "yesterday".into(), "invalid_time");
    refuses(&|file| file["model_id"] = "🦀".into(), "invalid_identifier");
    refuses(&|file| file["pins"] = json!([pin]), "unknown_field");
    refuses(&|file| file["decisions"] = json!([1]), "wrong_type");
}

/// The payload of an envelope.
fn text(envelope: &Value) -> String {
    let envelope = placet_core::envelope::Envelope::parse(envelope.to_string().as_bytes()).unwrap();
    String::from_utf8(envelope.unverified_payload().to_vec()).unwrap()
}
