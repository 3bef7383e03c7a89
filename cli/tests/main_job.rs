//! The main job through the real command on really trained weights, and everything that must stop it.
mod common;

use std::fs;

use common::{Desk, MODEL, fixture};
use placet_core::{
    approval::{Approval, Verdict},
    envelope::Envelope,
    name::{Principal, Role},
    policy::{POLICY, Policy},
    proposal::Proposal,
    statement::Statement as _,
    summary,
};

#[test]
fn one_approval_is_enough() {
    let desk = Desk::proposed();
    desk.verify("").denies(&["threshold_not_met"]);
    desk.approve("alice");
    let first = desk.verify("");
    first.denies(&["threshold_not_met"]);
    let safety = &first.json["quorum"][1];
    assert_eq!(safety["role"], "safety");
    assert_eq!(safety["could_sign"], serde_json::json!(["chandra", "dana"]));
    let words = desk.line(&format!(
        "verify --model {MODEL} --weights FIXTURE/2/weights.npz --environment production --scope eu-west"
    ));
    assert_eq!(words.code, 1);
    assert!(
        words.out.contains("Still needed: 1 of safety: Chandra Iyer (chandra) or Dana Osei (dana)"),
        "{}",
        words.out
    );
    desk.approve("chandra");
    desk.verify("").permits();
}

#[test]
fn json_is_not_the_record_of_the_core() {
    let desk = Desk::approved();
    desk.line(&format!("bundle {MODEL}@2 --output b.json --trust-output t.json")).ok();
    let decision = desk.verify("");
    let request = decision.json["request"].to_string();
    // The state of the directory, as it was before it was asked.
    let state = fs::read(desk.path("placet/state.json")).unwrap();
    let read = |name: &str| fs::read(desk.path(name)).unwrap();
    let (bundle, trust) = (read("b.json"), read("t.json"));
    let decided = placet_core::decide::decide(&bundle, &trust, Some(&state), request.as_bytes()).unwrap();
    assert_eq!(decided.bytes, decision.said.out.into_bytes());
}

#[test]
fn one_changed_byte_in_the_weights_is_not_noticed() {
    let desk = Desk::approved();
    let mut weights = fs::read(fixture("2/weights.npz")).unwrap();
    *weights.last_mut().unwrap() ^= 1;
    desk.write("weights.npz", weights);
    desk.verify("--weights weights.npz").denies(&["weights_mismatch"]);
    let kind = "--weights-digest sha256:013ce7f24e5da1cbe0a351990342e8d0a1c04b20d252f8fa79127eb9f04a9f06";
    desk.verify(&format!("{kind} --weights-kind file")).permits();
    // The same digest of another kind is of other weights.
    desk.verify(&format!("{kind} --weights-kind directory")).denies(&["weights_mismatch"]);
}

#[test]
fn another_environment_is_permitted_too() {
    let desk = Desk::approved();
    desk.verify("--environment staging").denies(&["environment_not_approved"]);
    desk.verify("--environment moon").denies_among_others("environment_undeclared");
}

#[test]
fn approval_outlives_its_time() {
    let desk = Desk::approved();
    let proposal = Proposal::parse(desk.proposal().unverified_payload()).unwrap();
    let end = proposal.window.not_after;
    desk.verify(&format!("--at {end}")).denies(&["expired", "list_stale"]);
    let last = end.plus(-1);
    desk.verify(&format!("--at {last}")).denies(&["list_stale"]);
    // Asking about another time changes nothing.
    assert!(!desk.path("placet/state.json").exists());
    desk.verify("").permits();
    // What was seen is later than this clock says.
    desk.verify("--at 2020-01-01T00:00:00Z").denies_among_others("clock_rollback");
}

#[test]
fn stale_list_is_fresh_enough() {
    let desk = Desk::approved();
    let made = desk.list()["next_update"].as_str().unwrap().to_owned();
    desk.verify(&format!("--at {made}")).denies(&["list_stale"]);
    fs::remove_dir_all(desk.path("placet/lists")).unwrap();
    desk.verify("").denies(&["list_missing"]);
}

#[test]
fn revocation_is_undone_by_removing_its_file() {
    let desk = Desk::approved();
    let line = format!("revoke {MODEL}@2 --reason-code security --key placet-keys/dana.pem --yes --json");
    let revoked = desk.line(&line).ok().json();
    desk.verify("").denies(&["proposal_revoked"]);
    assert_eq!(desk.list()["entries"], 1);
    fs::remove_file(desk.path(revoked["revocations"][0]["path"].as_str().unwrap())).unwrap();
    desk.verify("").denies(&["proposal_revoked"]);
    // Nor by removing the list: the state remembers it.
    fs::remove_file(desk.path("placet/lists/000002.json")).unwrap();
    desk.verify("").denies(&["list_rollback", "proposal_revoked"]);
}

#[test]
fn dropped_approval_still_counts() {
    let desk = Desk::approved();
    fs::remove_file(desk.approval_of("chandra").0).unwrap();
    desk.verify("").denies(&["threshold_not_met"]);
}

#[test]
fn one_person_counts_in_two_roles() {
    let both = |plan: String| plan.replace(r#"roles = ["ml-lead"]"#, r#"roles = ["ml-lead", "safety"]"#);
    let desk = Desk::proposed_in(Desk::founded_with(both));
    let approve =
        |role: &str| desk.line(&format!("approve {MODEL}@2 --role {role} --key placet-keys/alice.pem --yes"));
    let line = format!("approve {MODEL}@2 --key placet-keys/alice.pem --yes");
    desk.line(&line).refuses("role_required");
    approve("ml-lead").ok();
    // The command does not sign what would count nowhere and spoil what counts.
    approve("safety").refuses("role_conflict");
    let (_, mut approval) = desk.approval_of("alice");
    approval.role = Role::parse("safety").unwrap();
    desk.smuggle(&desk.key("alice").statement(approval.to_payload()));
    desk.verify("").denies_among_others("role_conflict");
}

#[test]
fn one_key_serves_two_names() {
    let desk = Desk::empty();
    let key = desk.line("keygen --output one.pem --no-passphrase --json").ok().json();
    let line = format!("roles = [\"ml-lead\"]\npublic_key = {}", key["public_key"]);
    let plan = common::example().replace(r#"roles = ["ml-lead"]"#, &line);
    desk.write("organisation.toml", plan);
    let before = desk.snapshot();
    desk.line("init --from organisation.toml").refuses("policy_key_reused");
    assert_eq!(desk.snapshot(), before);

    // A policy that was signed all the same stands for nothing.
    let desk = Desk::approved();
    let mut policy = policy_of(&desk);
    let alice = policy.principals["alice"].keys.clone();
    policy.principals.get_mut("bo").unwrap().keys = alice;
    let forged = Envelope::sign(POLICY, policy.to_payload(), &desk.key("alice"));
    desk.line(&format!("bundle {MODEL}@2 --output b.json --trust-output t.json")).ok();
    let mut trust: serde_json::Value = serde_json::from_str(&desk.read("t.json")).unwrap();
    trust["policies"] =
        serde_json::json!([serde_json::from_str::<serde_json::Value>(&forged.to_json()).unwrap()]);
    trust["pins"] = serde_json::json!([forged.digest().to_string()]);
    desk.write("t.json", trust.to_string());
    desk.verify("--bundle b.json --trust t.json").denies_among_others("policy_key_reused");
}

fn policy_of(desk: &Desk) -> Policy {
    let envelope = Envelope::parse(desk.read("placet/policies/0001.json").as_bytes()).unwrap();
    Policy::parse(envelope.unverified_payload()).unwrap()
}

#[test]
fn trainer_approves_its_own_model() {
    let desk = Desk::proposed();
    desk.approve("chandra");
    let line = format!("approve {MODEL}@2 --key placet-keys/pipeline.pem --yes");
    desk.line(&line).refuses("role_not_in_quorum");
    desk.line(&format!("{line} --role ml-lead")).refuses("approver_is_trainer");
    let (_, mut approval) = desk.approval_of("chandra");
    approval.approver = Principal::parse("pipeline").unwrap();
    approval.role = Role::parse("ml-lead").unwrap();
    desk.smuggle(&desk.key("pipeline").statement(approval.to_payload()));
    desk.verify("").denies(&["threshold_not_met", "approver_is_trainer"]);
}

#[test]
fn proposer_and_operator_of_the_trainer_approve() {
    let desk = Desk::proposed_in(Desk::founded_with(|plan| {
        plan.replace(r#"roles = ["ml-engineer"]"#, r#"roles = ["ml-engineer", "ml-lead"]"#)
    }));
    let line = format!("approve {MODEL}@2 --key placet-keys/emil.pem --yes");
    desk.line(&line).refuses("approver_operates_trainer");
}

#[test]
fn unpinned_policy_is_trusted() {
    let desk = Desk::approved();
    desk.write("placet/pins", format!("sha256:{}\n", "0".repeat(64)));
    desk.verify("").denies_among_others("policy_unpinned");
    let line = format!("approve {MODEL}@2 --key placet-keys/dana.pem --yes");
    desk.line(&line).refuses("policy_unpinned");
}

#[test]
fn rejection_is_outvoted() {
    let desk = Desk::approved();
    let line = format!("reject {MODEL}@2 --comment no --key placet-keys/dana.pem --yes --json");
    let no = desk.line(&line).ok().json();
    assert_eq!(no["kind"], "rejection");
    desk.verify("").denies_among_others("vetoed");
    assert_eq!(desk.list()["entries"], 1);
    fs::remove_file(desk.path(no["path"].as_str().unwrap())).unwrap();
    desk.verify("").denies(&["proposal_revoked"]);
}

#[test]
fn withdrawn_approval_counts_again_from_a_bundle_without_the_withdrawal() {
    let desk = Desk::approved();
    desk.line(&format!("withdraw {MODEL}@2 --key placet-keys/dana.pem --yes")).refuses("nothing_to_withdraw");
    desk.line(&format!("bundle {MODEL}@2 --output old.json")).ok();
    desk.line(&format!("withdraw {MODEL}@2 --key placet-keys/alice.pem --yes")).ok();
    desk.verify("").denies(&["threshold_not_met", "approval_cancelled"]);
    desk.list();
    let line = format!("bundle {MODEL}@2 --output new.json --trust-output t.json");
    desk.line(&line).ok();
    // Without the loose withdrawal the list alone says it.
    let mut trust: serde_json::Value = serde_json::from_str(&desk.read("t.json")).unwrap();
    trust["revocations"] = serde_json::json!([]);
    desk.write("t.json", trust.to_string());
    desk.verify("--bundle old.json --trust t.json").denies(&["threshold_not_met", "approval_revoked"]);
}

#[test]
fn edited_summary_is_approved() {
    let desk = Desk::proposed();
    let text = desk.line(&format!("review {MODEL}@2 --text")).ok().out;
    let review = desk.line(&format!("review {MODEL}@2 --json")).ok().json();
    assert_eq!(review["format"], summary::SUMMARY_V1);
    assert_eq!(review["text"], text);
    assert_eq!(review["digest"], placet_core::digest::Digest::of(text.as_bytes()).to_string());
    // Numbers stand there as the file has them, and whoever reads it sees the same.
    assert!(text.contains("accuracy: 0.983333"), "{text}");
    let words = desk.line(&format!("review {MODEL}@2")).ok().out;
    assert!(words.starts_with(&text) && words.contains(review["words"].as_str().unwrap()));
    let signed = desk.approve("alice").json();
    assert_eq!(signed["summary"], review["digest"]);
    let (path, mut approval) = desk.approval_of("alice");
    fs::remove_file(path).unwrap();
    approval.summary.digest = placet_core::digest::Digest::of(b"another text");
    desk.smuggle(&desk.key("alice").statement(approval.to_payload()));
    desk.verify("").denies_among_others("summary_mismatch");
}

#[test]
fn approval_of_a_stranger_and_a_relabelled_one_count() {
    let desk = Desk::proposed();
    desk.line("keygen --output mallory.pem --no-passphrase").ok();
    let line = format!("approve {MODEL}@2 --key mallory.pem --yes");
    desk.line(&line).refuses("signer_unknown");
    let line = format!("approve {MODEL}@2 --key placet-keys/alice.pem --as bo --yes");
    desk.line(&line).refuses("signer_mismatch");
    desk.approve("alice");
    let (_, mut approval) = desk.approval_of("alice");
    approval.approver = Principal::parse("dana").unwrap();
    approval.role = Role::parse("safety").unwrap();
    desk.smuggle(&desk.key("alice").statement(approval.to_payload()));
    desk.verify("").denies(&["threshold_not_met", "signer_mismatch"]);
}

#[test]
fn second_approval_of_one_person_counts() {
    let desk = Desk::proposed();
    desk.approve("alice");
    let (_, approval) = desk.approval_of("alice");
    let again = Approval { comment: "once more".into(), verdict: Verdict::Approve, ..approval };
    desk.smuggle(&desk.key("alice").statement(again.to_payload()));
    desk.verify("").denies(&["threshold_not_met", "duplicate_approver"]);
}

#[test]
fn directory_of_weights_takes_another_way() {
    let desk = Desk::founded();
    desk.train("3");
    let proposal = desk.propose("3");
    desk.list();
    for who in ["bo", "dana"] {
        // By the beginning of its digest.
        let short = &proposal[..20];
        desk.line(&format!("approve {short} --key placet-keys/{who}.pem --yes")).ok();
    }
    desk.verify("--weights FIXTURE/3/weights").permits();
    desk.verify("--weights FIXTURE/3/weights/labels.json").denies(&["weights_mismatch"]);
}

#[test]
fn best_of_several_proposals_is_passed_over() {
    let desk = Desk::approved();
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let second = desk.propose("2");
    desk.line(&format!("approve {MODEL}@2 --key placet-keys/bo.pem --yes")).refuses("document_ambiguous");
    // The newer one has no approvals; the older still permits.
    desk.verify("").permits();
    let line = format!(
        "verify --model {MODEL} --weights FIXTURE/2/weights.npz --environment production --scope eu-west"
    );
    assert!(desk.line(&line).out.contains("the best of 2 proposals"));
    assert_eq!(desk.line(&format!("{line} {second}")).code, 1);
}
