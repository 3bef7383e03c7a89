//! What the next revocation list must hold, and what it must not forget.

use std::collections::BTreeMap;

use placet_core::key::Signer as _;
use placet_core::{
    approval::Verdict,
    code::Code,
    digest::Digest,
    envelope::Envelope,
    revocation::{Reason, Target},
    revocation_list::{Endings, Entry, EntryKind, RevocationList, VerifiedList},
    time::Timestamp,
};
use placet_testkit::{Key, NOW, Organisation, time};

const HOUR: i64 = 3600;

fn now() -> Timestamp {
    time(NOW)
}

/// What the statements end, next to a list that already names `carried`.
fn next(
    org: &Organisation,
    carried: &[Entry],
    endings: &Endings,
    now: Timestamp,
) -> Vec<(EntryKind, Digest, Reason)> {
    let chain = org.chain();
    let previous = VerifiedList::verify(&org.list(|list| list.entries = carried.to_vec()), &chain).unwrap();
    let list = RevocationList::next(&chain, Some(&previous), 0, endings, now, HOUR).unwrap();
    assert_eq!(list.number, 213);
    // What is written is what can be read: sorted, unique, in its limits.
    assert_eq!(RevocationList::parse(&list.to_payload()).as_ref(), Ok(&list));
    list.entries.iter().map(|entry| (entry.kind, entry.value, entry.reason_code)).collect()
}

fn endings(
    org: &Organisation,
    proposals: &[&Envelope],
    verdicts: &[&Envelope],
    others: &[&Envelope],
) -> Endings {
    let chain = org.chain();
    Endings {
        proposals: proposals.iter().map(|e| chain.verify_negative(e).unwrap()).collect(),
        verdicts: verdicts.iter().map(|e| chain.verify_negative(e).unwrap()).collect(),
        revocations: others.iter().filter_map(|e| chain.verify_negative(e).ok()).collect(),
        key_revocations: others.iter().filter_map(|e| chain.verify_negative(e).ok()).collect(),
        superseded: BTreeMap::new(),
    }
}

#[test]
fn withdrawn_approval_is_forgotten_by_the_list() {
    let org = Organisation::new();
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |_| {});
    let yes = org.approval(&training, &proposal, "alice.ng", |_| {});
    let other = org.approval(&training, &proposal, "dana.osei", |_| {});
    let no = org.approval(&training, &proposal, "alice.ng", |a| a.verdict = Verdict::Withdraw);
    let found = next(&org, &[], &endings(&org, &[&proposal], &[&yes, &other, &no], &[]), now());
    assert_eq!(found, [(EntryKind::Approval, yes.digest(), Reason::Other)]);
}

#[test]
fn veto_is_not_listed_as_the_end_of_its_proposal() {
    let org = Organisation::new();
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |_| {});
    let no = org.approval(&training, &proposal, "dana.osei", |a| a.verdict = Verdict::Reject);
    let listed = |org: &Organisation| next(org, &[], &endings(org, &[&proposal], &[&no], &[]), now());
    assert_eq!(listed(&org), [(EntryKind::Proposal, proposal.digest(), Reason::Policy)]);

    // Where no rule gives a veto, a rejection ends nothing but its own person's approvals.
    let lax = Organisation::new().with(|policy| policy.rules.iter_mut().for_each(|rule| rule.veto = false));
    let training = lax.training(|_| {});
    let proposal = lax.proposal(&training, |_| {});
    let no = lax.approval(&training, &proposal, "dana.osei", |a| a.verdict = Verdict::Reject);
    assert_eq!(next(&lax, &[], &endings(&lax, &[&proposal], &[&no], &[]), now()), []);
}

#[test]
fn veto_of_one_environment_is_lost_beside_another_without() {
    let org = Organisation::new().with(|policy| policy.rules[1].veto = false);
    let training = org.training(|_| {});
    let both = org.proposal(&training, |p| p.environments.push(placet_testkit::name_of("staging")));
    let no = org.approval(&training, &both, "dana.osei", |a| a.verdict = Verdict::Reject);
    let found = next(&org, &[], &endings(&org, &[&both], &[&no], &[]), now());
    assert_eq!(found, [(EntryKind::Proposal, both.digest(), Reason::Policy)]);
}

#[test]
fn revocations_of_all_kinds_are_listed() {
    let org = Organisation::new();
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |_| {});
    let weights = Organisation::subject().weights.digest;
    let of_proposal = org.revocation("dana.osei", Target::Proposal(proposal.digest()), |_| {});
    let of_weights = org.revocation("alice.ng", Target::Weights(weights), |r| r.reason_code = Reason::Drift);
    let of_key = org.key_revocation("alice.ng", "emil.novak");
    let found =
        next(&org, &[], &endings(&org, &[&proposal], &[], &[&of_proposal, &of_weights, &of_key]), now());
    let key = Key::of("emil.novak").public_key().key_id().digest();
    assert_eq!(
        found,
        [
            (EntryKind::Key, key, Reason::Security),
            (EntryKind::Proposal, proposal.digest(), Reason::Security),
            (EntryKind::Weights, weights, Reason::Drift),
        ]
    );
}

#[test]
fn entry_is_dropped_before_it_has_run_out() {
    let org = Organisation::new();
    let entry = |value: &[u8], until: Option<&str>| Entry {
        kind: EntryKind::Proposal,
        value: Digest::of(value),
        until: until.map(time),
        reason_code: Reason::Other,
        source: Digest::of(b"source"),
    };
    let mut carried = [
        entry(b"over", Some("2026-11-22T14:05:00Z")),
        entry(b"running", Some("2026-11-22T14:05:01Z")),
        entry(b"for ever", None),
    ];
    carried.sort_unstable();
    let found = next(&org, &carried, &Endings::default(), now());
    let values: Vec<_> = found.iter().map(|(_, value, _)| *value).collect();
    assert!(values.contains(&Digest::of(b"running")) && values.contains(&Digest::of(b"for ever")));
    assert_eq!(values.len(), 2);
}

#[test]
fn end_of_an_unknown_proposal_runs_out() {
    let org = Organisation::new();
    let proposal = org.proposal(&org.training(|_| {}), |_| {});
    let revocation = org.revocation("dana.osei", Target::Proposal(proposal.digest()), |_| {});
    let list = |proposals: &[&Envelope]| {
        let endings = endings(&org, proposals, &[], &[&revocation]);
        RevocationList::next(&org.chain(), None, 4, &endings, now(), HOUR).unwrap()
    };
    assert_eq!(list(&[]).entries[0].until, None);
    assert_eq!(list(&[&proposal]).entries[0].until, Some(time("2027-02-19T00:00:00Z")));
    assert_eq!(list(&[]).number, 5);
    // A longer entry is not shortened by what is learnt later.
    let long = list(&[]).entries;
    let found = next(&org, &long, &endings(&org, &[&proposal], &[], &[&revocation]), now());
    assert_eq!(found.len(), 1);
}

#[test]
fn clock_behind_the_last_list_signs_a_list_anyway() {
    let org = Organisation::new();
    let chain = org.chain();
    let previous = VerifiedList::verify(&org.list(|_| {}), &chain).unwrap();
    let early = time("2026-11-22T14:00:59Z");
    let refused = RevocationList::next(&chain, Some(&previous), 0, &Endings::default(), early, HOUR);
    assert_eq!(refused.unwrap_err().code(), Code::ClockRollback);
    let refused = RevocationList::next(&chain, Some(&previous), 0, &Endings::default(), now(), 0);
    assert_eq!(refused.unwrap_err().code(), Code::EmptyValidity);
}
