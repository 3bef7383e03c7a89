//! What the command remembers for its caller: nobody takes it back to an older truth, or shows it two.
#![cfg(unix)]

mod common;

use std::fs;

use common::{Desk, MODEL};
use placet_core::{
    envelope::Envelope,
    revocation_list::{REVOCATION_LIST, RevocationList},
};

/// A second list of the number of the newest, without its entries or with another time, signed by the registry.
fn other_list(desk: &Desk, name: &str, change: impl FnOnce(&mut RevocationList)) -> String {
    let envelope = Envelope::parse(desk.read(name).as_bytes()).unwrap();
    let mut list = RevocationList::parse(envelope.unverified_payload()).unwrap();
    change(&mut list);
    Envelope::sign(REVOCATION_LIST, list.to_payload(), &desk.key("registry")).to_json()
}

#[test]
fn older_list_is_taken_after_a_newer_one() {
    let desk = Desk::approved();
    desk.verify("").permits();
    desk.list();
    desk.verify("").permits();
    let newer = desk.read("placet/lists/000002.json");
    fs::remove_file(desk.path("placet/lists/000002.json")).unwrap();
    desk.verify("").denies(&["list_rollback"]);
    // With a state of its own it cannot know.
    desk.verify("--state fresh.json").permits();
    desk.write("placet/lists/000002.json", newer);
    desk.verify("").permits();
}

#[test]
fn two_lists_of_one_number_pass() {
    let desk = Desk::approved();
    desk.verify("").permits();
    let good = desk.read("placet/lists/000001.json");
    let other = other_list(&desk, "placet/lists/000001.json", |list| {
        list.window.not_after = list.window.not_after.plus(-1);
    });
    desk.write("placet/lists/000001.json", other);
    let state = desk.read("placet/state.json");
    desk.verify("").denies(&["list_equivocation"]);
    assert_eq!(desk.read("placet/state.json"), state);
    desk.write("placet/lists/000001.json", good);
    desk.verify("").permits();
}

#[test]
fn list_forgets_what_it_revoked() {
    let desk = Desk::approved();
    desk.line(&format!("revoke {MODEL}@2 --reason-code security --key placet-keys/dana.pem --yes")).ok();
    desk.list();
    desk.verify("").denies(&["proposal_revoked"]);
    // The statement is gone, and the next list is silent about it.
    let next = other_list(&desk, "placet/lists/000002.json", |list| {
        list.number = 3;
        list.entries.clear();
    });
    desk.write("placet/lists/000003.json", next);
    fs::remove_file(desk.path("placet/lists/000002.json")).unwrap();
    for path in desk.documents().into_keys() {
        if fs::read_to_string(&path).unwrap().contains("revocation") || is_revocation(&path) {
            fs::remove_file(path).unwrap();
        }
    }
    desk.verify("").denies_among_others("list_entry_dropped");
}

fn is_revocation(path: &std::path::Path) -> bool {
    use placet_core::{revocation::Revocation, statement::Statement as _};
    let envelope = Envelope::parse(&fs::read(path).unwrap()).unwrap();
    Revocation::parse(envelope.unverified_payload()).is_ok()
}

#[test]
fn policy_goes_back_or_is_another_of_the_same_version() {
    let desk = Desk::approved();
    let mut files = Vec::new();
    for (name, unit) in [("a", "research"), ("b", "other")] {
        desk.line(&format!("policy draft --unit alice={unit} --renew-keys --output {name}.draft")).ok();
        desk.line(&format!(
            "policy sign {name}.draft --key placet-keys/alice.pem --yes --output {name}.json"
        ))
        .ok();
        desk.line(&format!("policy sign {name}.json --key placet-keys/bo.pem --yes")).ok();
        files.push(desk.read(format!("{name}.json")));
    }
    desk.line("policy rotate a.json --yes").ok();
    desk.verify("").permits();
    let seen =
        || desk.read("placet/state.json").split_once("\"policy\":").map(|(_, rest)| rest[..90].to_owned());
    let policy = seen();
    desk.write("placet/policies/0002.json", &files[1]);
    desk.verify("").denies_among_others("policy_equivocation");
    fs::remove_file(desk.path("placet/policies/0002.json")).unwrap();
    desk.verify("").denies_among_others("policy_rollback");
    assert_eq!(seen(), policy);
    desk.write("placet/policies/0002.json", &files[0]);
    desk.verify("").permits();
}

#[test]
fn clock_goes_back_before_what_was_seen() {
    let desk = Desk::approved();
    desk.verify("").permits();
    desk.verify("--at 2020-01-01T00:00:00Z").denies_among_others("clock_rollback");
}

#[test]
fn explicit_files_remember_only_where_they_are_told() {
    let desk = Desk::approved();
    desk.line(&format!("bundle {MODEL}@2 --output b.json --trust-output old.json")).ok();
    desk.list();
    desk.line(&format!("bundle {MODEL}@2 --output b.json --trust-output new.json")).ok();
    let before = desk.snapshot();
    desk.verify("--bundle b.json --trust new.json").permits();
    desk.verify("--bundle b.json --trust old.json").permits();
    assert_eq!(desk.snapshot(), before);
    desk.verify("--bundle b.json --trust new.json --state s.json").permits();
    desk.verify("--bundle b.json --trust old.json --state s.json").denies(&["list_rollback"]);
    // Two organisations share a file without harm, as the domain stands in it.
    let other = Desk::approved();
    fs::copy(desk.path("s.json"), other.path("s.json")).unwrap();
    other.verify("--state s.json").permits();
    fs::copy(other.path("s.json"), desk.path("s.json")).unwrap();
    desk.verify("--bundle b.json --trust old.json --state s.json").denies(&["list_rollback"]);
}
