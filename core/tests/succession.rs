//! A verifier that runs on remembers what it has verified, whatever its source shows next.
#![allow(missing_docs, reason = "tests are named for the fault they catch")]

use placet_core::{
    code::Code,
    decide::evaluate,
    decision::Outcome,
    envelope::Envelope,
    key::Signer as _,
    proposal::PolicyRef,
    revocation::Target,
    state::State,
    trust::{Succession, Trust},
};
use placet_testkit::{Key, NOW, Organisation, name_of, sign_by, time};

fn begin(org: &Organisation) -> Succession {
    Succession::new(org.trust().pins).next(&org.trust(), time(NOW))
}

fn revocation(org: &Organisation, revoker: &str) -> Envelope {
    let proposal = org.proposal(&org.training(|_| {}), |_| {});
    org.revocation(revoker, Target::Proposal(proposal.digest()), |_| {})
}

/// What is denied of the proposal that the organisation approved.
fn denials(org: &Organisation, trust: &Trust) -> Vec<Code> {
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |_| {});
    let approvals = ["alice.ng", "chandra.iyer"];
    let approvals = approvals.map(|name| org.approval(&training, &proposal, name, |_| {}));
    let bundle = org.bundle(&training, &proposal, &approvals);
    let decision = evaluate(&bundle, &trust.verify(), &State::new(), &org.request()).decision;
    assert_eq!(decision.outcome == Outcome::Permit, decision.denials.is_empty());
    decision.denials
}

/// Version 2, in which `root` members sign and to which a new safety officer belongs.
fn next_policy(org: &Organisation, signers: &[&str]) -> Envelope {
    org.next_policy(
        |policy| {
            let mut officer = policy.principals["dana.osei"].clone();
            officer.keys[0].public = Key::of("nina.berg").public_key().clone();
            policy.principals.insert(name_of("nina.berg"), officer);
        },
        signers,
    )
}

#[test]
fn revocation_ends_when_it_is_left_out() {
    let org = Organisation::new();
    let shown = Trust { revocations: vec![Ok(revocation(&org, "dana.osei"))], ..org.trust() };
    let seen = begin(&org).next(&shown, time(NOW));
    assert_eq!(denials(&org, &seen.held), [Code::ProposalRevoked]);
    let after = seen.next(&org.trust(), time(NOW)).next(&Trust::default(), time(NOW));
    assert_eq!(denials(&org, &after.held), [Code::ProposalRevoked]);
    let reread = Trust::parse(after.kept.to_json().as_bytes()).unwrap();
    assert_eq!(reread, after.kept);
}

#[test]
fn pushed_statement_is_lost_or_takes_something_away() {
    let org = Organisation::new();
    let seen = begin(&org).with_revocations([revocation(&org, "dana.osei")], time(NOW));
    assert_eq!(denials(&org, &seen.held), [Code::ProposalRevoked]);
    assert_eq!(denials(&org, &seen.kept), [Code::ProposalRevoked]);
    let key = begin(&org).with_revocations([org.key_revocation("alice.ng", "chandra.iyer")], time(NOW));
    assert!(denials(&org, &key.next(&org.trust(), time(NOW)).held).contains(&Code::KeyRevoked));
}

#[test]
fn junk_blocks_for_longer_than_it_is_shown() {
    let org = Organisation::new();
    let unsigned = next_policy(&org, &[]);
    let outsider = revocation(&org, "training-pipeline");
    let junk = Trust {
        policies: vec![Ok(org.policy_envelope()), Ok(unsigned)],
        revocations: vec![Ok(outsider)],
        ..org.trust()
    };
    let shown = begin(&org).next(&junk, time(NOW));
    assert_eq!(denials(&org, &shown.held), [Code::PolicySignatures]);
    assert_eq!(shown.kept, begin(&org).kept);
    assert_eq!(denials(&org, &shown.next(&org.trust(), time(NOW)).held), []);
}

#[test]
fn forged_policy_cuts_off_what_later_policies_entitle() {
    let org = Organisation::new();
    let (genuine, forged) = (next_policy(&org, &["alice.ng", "dana.osei"]), org.next_policy(|_| {}, &[]));
    let policies = vec![Ok(org.policy_envelope()), Ok(genuine)];
    let shown = Trust {
        policies: policies.clone(),
        revocations: vec![Ok(revocation(&org, "nina.berg"))],
        ..org.trust()
    };
    let seen = begin(&org).next(&shown, time(NOW));
    assert_eq!(denials(&org, &seen.held), [Code::ProposalRevoked]);
    let lying = Trust { policies: vec![Ok(org.policy_envelope()), Ok(forged)], ..org.trust() };
    let after = seen.next(&lying, time(NOW)).next(&Trust { policies, ..org.trust() }, time(NOW));
    assert_eq!(denials(&org, &after.held), [Code::ProposalRevoked]);
}

#[test]
fn older_policy_or_list_takes_the_place_of_a_newer_one() {
    let org = Organisation::new();
    let policy = next_policy(&org, &["alice.ng", "dana.osei"]);
    let reference = PolicyRef { version: 2, digest: policy.digest() };
    let list = org.list(|list| (list.number, list.policy) = (213, reference));
    let newer = Trust {
        policies: vec![Ok(org.policy_envelope()), Ok(policy.clone())],
        revocation_lists: vec![Ok(list.clone())],
        ..org.trust()
    };
    let after = begin(&org).next(&newer, time(NOW)).next(&org.trust(), time(NOW));
    let verified = after.held.verify();
    assert_eq!(verified.policy(org.domain()).unwrap().newest().digest(), policy.digest());
    assert_eq!(verified.revocation_list(org.domain()).unwrap().digest(), list.digest());
    assert_eq!(after.kept.revocation_lists, [Ok(list)]);
}

#[test]
fn equivocation_passes_because_one_list_is_forgotten() {
    let org = Organisation::new();
    let other = org.list(|list| list.window.not_after = time("2026-11-22T15:32:00Z"));
    let two = Trust { revocation_lists: vec![Ok(org.list(|_| {})), Ok(other)], ..org.trust() };
    let after = begin(&org).next(&two, time(NOW)).next(&org.trust(), time(NOW));
    assert_eq!(denials(&org, &after.held), [Code::ListEquivocation]);
}

#[test]
fn list_of_the_future_denies_for_longer_than_it_is_shown() {
    let org = Organisation::new();
    let future = org.list(|list| {
        list.number = 300;
        list.window.not_before = time("2027-01-01T00:00:00Z");
        list.window.not_after = time("2027-01-02T00:00:00Z");
    });
    let shown = Trust { revocation_lists: vec![Ok(future)], ..org.trust() };
    let seen = begin(&org).next(&shown, time(NOW));
    assert_eq!(denials(&org, &seen.held), [Code::ListFromFuture]);
    assert_eq!(denials(&org, &seen.next(&org.trust(), time(NOW)).held), []);
}

#[test]
fn pins_come_from_the_source() {
    let (org, other) =
        (Organisation::new(), Organisation::new().with(|policy| policy.organization = "Other".into()));
    let seen = Succession::new(org.trust().pins).next(&other.trust(), time(NOW));
    assert_eq!(seen.held.pins, org.trust().pins);
    assert_eq!(seen.kept, Succession::new(org.trust().pins).kept);
}

#[test]
fn junk_signatures_pile_up_in_what_is_kept() {
    let org = Organisation::new();
    let kept = begin(&org).kept;
    let mut seen = begin(&org);
    for outsider in ["deployer", "training-pipeline", "emil.novak"] {
        let (policy, list) = (org.policy_envelope(), org.list(|_| {}));
        let sign = |envelope: &Envelope, names: &[&str]| {
            Ok(sign_by(envelope.payload_type(), envelope.unverified_payload().to_vec(), names))
        };
        let shown = Trust {
            policies: vec![sign(&policy, &["alice.ng", outsider, "dana.osei"])],
            revocation_lists: vec![sign(&list, &[outsider, "registry"])],
            ..org.trust()
        };
        seen = seen.next(&shown, time(NOW));
    }
    assert_eq!(seen.kept, kept);
}
