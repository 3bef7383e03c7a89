//! Looking ahead to a policy that nobody has signed yet.
#![expect(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use placet_core::{
    code::Code,
    decide::{Outlook, Supposed},
    digest::Digest,
    policy::Policy,
    state::State,
};
use placet_testkit::{Key, Organisation, time};

/// What would be decided about an approved proposal under version 2 with a change.
fn outlook(change: impl FnOnce(&mut Policy)) -> Result<Outlook, Code> {
    let org = Organisation::new();
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |_| {});
    let approvals = ["alice.ng", "chandra.iyer"].map(|name| org.approval(&training, &proposal, name, |_| {}));
    let bundle = org.bundle(&training, &proposal, &approvals);
    let envelope = org.next_policy(change, &[]);
    let draft = Policy::parse(envelope.unverified_payload()).unwrap();
    let supposed = Supposed::new(&org.trust(), &draft, envelope.digest())?;
    Ok(supposed.outlook(&bundle, &State::new(), &org.request()))
}

#[test]
fn draft_that_changes_nothing_stops_something() {
    assert_eq!(outlook(|_| {}).unwrap().denials, []);
}

#[test]
fn draft_stops_something_and_nobody_is_told() {
    let outlook = |change: fn(&mut Policy)| outlook(change).unwrap();
    let two = outlook(|policy| policy.rules[0].quorum[1].threshold = 2);
    assert_eq!(two.denials, [Code::ThresholdNotMet]);
    assert_eq!(two.quorum[1].could_sign.iter().map(ToString::to_string).collect::<Vec<_>>(), ["dana.osei"]);
    let replaced = outlook(|policy| {
        policy.principals.get_mut("chandra.iyer").unwrap().keys[0].public = public("another key");
    });
    assert!(replaced.denials.contains(&Code::SignerMismatch), "{:?}", replaced.denials);
    // The list of now is signed by a key that the draft no longer names.
    let lists = outlook(|policy| {
        policy.principals.get_mut("registry").unwrap().keys[0].public = public("another registry");
    });
    assert_eq!(lists.denials, [Code::ListSignatures]);
    let expired = outlook(|policy| policy.window.not_after = time("2026-11-22T14:04:00Z"));
    assert_eq!(expired.denials, [Code::PolicyExpired]);
    // Its own root could not sign it with keys that have run out.
    let keys = outlook(|policy| {
        for name in ["alice.ng", "bo.eriksen", "dana.osei"] {
            policy.principals.get_mut(name).unwrap().keys[0].window.not_after = time("2026-11-02T00:00:00Z");
        }
    });
    assert!(keys.denials.contains(&Code::PolicySignatures), "{:?}", keys.denials);
}

fn public(name: &str) -> placet_core::key::PublicKey {
    placet_core::key::Signer::public_key(&Key::of(name)).clone()
}

#[test]
fn draft_that_follows_nothing_is_supposed() {
    assert_eq!(outlook(|policy| policy.version = 3).unwrap_err(), Code::PolicyVersionGap);
    let other = Digest::of(b"another policy");
    assert_eq!(outlook(|policy| policy.previous = Some(other)).unwrap_err(), Code::PolicyPreviousMismatch);
    assert_eq!(outlook(|policy| policy.domain = Some(other)).unwrap_err(), Code::ForeignDomain);
    // A chain that is broken already.
    let org = Organisation::new();
    let mut trust = org.trust();
    trust.policies.push(Ok(org.next_policy(|_| {}, &["alice.ng"])));
    let draft = org.next_policy(|_| {}, &[]);
    let policy = Policy::parse(draft.unverified_payload()).unwrap();
    assert_eq!(Supposed::new(&trust, &policy, draft.digest()).unwrap_err(), Code::PolicySignatures);
}
