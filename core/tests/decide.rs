//! Decisions whose faults would not show in one vector: they are between two of them.
#![expect(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use placet_core::{
    approval::Approval,
    code::{Code, Gate},
    decide::{Decided, evaluate, superseded},
    decision::Outcome,
    digest::Digest,
    envelope::Envelope,
    policy::{PolicyKey, Threshold},
    revocation::Reason,
    revocation_list::{Entry, EntryKind, REVOCATION_LIST, RevocationList},
    state::State,
    time::Window,
    trust::Trust,
};
use placet_testkit::{Key, NOW, Organisation, name_of, sign_by, time};

/// Decides on the sound bundle of an organisation.
fn decide(
    org: &Organisation,
    trust: &Trust,
    approvals: impl Fn(&Envelope, &Envelope) -> Vec<Envelope>,
) -> Decided {
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |_| {});
    let bundle = org.bundle(&training, &proposal, &approvals(&training, &proposal));
    evaluate(&bundle, &trust.verify(), &State::new(), &org.request())
}

fn approvals(org: &Organisation) -> impl Fn(&Envelope, &Envelope) -> Vec<Envelope> {
    |training, proposal| {
        ["alice.ng", "chandra.iyer"].map(|name| org.approval(training, proposal, name, |_| {})).into()
    }
}

#[test]
fn an_entry_dropped_between_two_lists_that_are_held_together() {
    let org = Organisation::new();
    let revoke = |until: Option<&str>| Entry {
        kind: EntryKind::Weights,
        value: Organisation::subject().weights.digest,
        until: until.map(time),
        reason_code: Reason::Security,
        source: org.domain(),
    };
    let older = |until| org.list(|list| (list.number, list.entries) = (211, vec![revoke(until)]));
    let newer = org.list(|list| list.number = 212);
    for (until, code) in [
        (None, Some(Code::ListEntryDropped)),
        (Some("2026-11-22T14:01:01Z"), Some(Code::ListEntryDropped)),
        // The newer list was made at this moment, so the entry may have left.
        (Some("2026-11-22T14:01:00Z"), None),
    ] {
        for lists in [[older(until), newer.clone()], [newer.clone(), older(until)]] {
            let trust = Trust { revocation_lists: lists.map(Ok).into(), ..org.trust() };
            let decided = decide(&org, &trust, approvals(&org));
            assert_eq!(decided.decision.gate(Gate::Revocation).unwrap().code, code, "{until:?}");
        }
    }
}

#[test]
fn one_list_under_two_signatures_in_either_order() {
    // The second registry's key has run out, so that its signature alone does not carry the list.
    let org = Organisation::new().with(|policy| {
        let mut second = policy.principals.get("registry").unwrap().clone();
        second.keys = vec![PolicyKey {
            public: placet_core::key::Signer::public_key(&Key::of("registry-2")).clone(),
            window: Window {
                not_before: time("2026-01-01T00:00:00Z"),
                not_after: time("2026-11-22T14:04:00Z"),
            },
        }];
        policy.principals.insert(name_of("registry-2"), second);
        policy.list_signers =
            Threshold { threshold: 1, principals: ["registry", "registry-2"].map(name_of).into() };
    });
    let list = org.list(|_| {});
    let other = sign_by(REVOCATION_LIST, list.unverified_payload().into(), &["registry-2"]);
    let other_type = sign_by("application/json", list.unverified_payload().into(), &["registry"]);
    let decisions = [
        vec![list.clone(), other.clone(), other_type.clone()],
        vec![other_type.clone(), other.clone(), list.clone()],
        vec![other, other_type, list],
    ]
    .map(|lists| {
        let trust = Trust { revocation_lists: lists.into_iter().map(Ok).collect(), ..org.trust() };
        decide(&org, &trust, approvals(&org))
    });
    assert_eq!(decisions[0].decision.outcome, Outcome::Permit, "{:?}", decisions[0].decision.denials);
    assert!(decisions.iter().all(|decided| decided.bytes == decisions[0].bytes));
}

#[test]
fn signatures_of_one_list_in_two_envelopes_add_up() {
    let org = Organisation::new().with(|policy| {
        let mut second = policy.principals.get("registry").unwrap().clone();
        second.keys[0].public = placet_core::key::Signer::public_key(&Key::of("registry-2")).clone();
        policy.principals.insert(name_of("registry-2"), second);
        policy.list_signers =
            Threshold { threshold: 2, principals: ["registry", "registry-2"].map(name_of).into() };
    });
    let list = org.list(|_| {});
    let other = sign_by(REVOCATION_LIST, list.unverified_payload().into(), &["registry-2"]);
    let outcome = |lists: Vec<Envelope>| {
        let trust = Trust { revocation_lists: lists.into_iter().map(Ok).collect(), ..org.trust() };
        decide(&org, &trust, approvals(&org)).decision.outcome
    };
    assert_eq!(outcome(vec![list.clone()]), Outcome::Deny);
    assert_eq!(outcome(vec![list.clone(), list.clone()]), Outcome::Deny);
    assert_eq!(outcome(vec![list, other]), Outcome::Permit);
}

#[test]
fn approvals_of_what_does_not_hold_say_why() {
    let org = Organisation::new();
    let code_of = |training: Envelope, proposal: Envelope, approvals: &[Envelope]| {
        let bundle = org.bundle(&training, &proposal, approvals);
        let decision = evaluate(&bundle, &org.trust().verify(), &State::new(), &org.request()).decision;
        assert_eq!(decision.outcome, Outcome::Deny);
        (decision.approvals[0].code.unwrap(), decision.denials)
    };
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |proposal| proposal.proposed_at = time("2026-11-22T14:08:00Z"));
    let approval = org.approval(&training, &proposal, "alice.ng", |_| {});
    let (code, denials) = code_of(training, proposal, &[approval]);
    assert_eq!(code, Code::FromFuture);
    assert_eq!(denials, [Code::FromFuture, Code::ThresholdNotMet]);

    let training = org.training(|training| training.trainer = name_of("deployer"));
    let proposal = org.proposal(&training, |_| {});
    let approval = org.approval(&training, &proposal, "alice.ng", |_| {});
    let (code, denials) = code_of(training, proposal, &[approval]);
    assert_eq!(code, Code::SignerNotEntitled);
    assert_eq!(denials, [Code::SignerNotEntitled, Code::ThresholdNotMet]);
}

#[test]
fn an_approval_that_will_contradict_another_bounds_the_permit() {
    let org = Organisation::new().with(|policy| {
        policy.principals.get_mut("alice.ng").unwrap().roles.push(name_of("safety"));
    });
    let later = time("2026-11-22T14:09:00Z");
    let both = |training: &Envelope, proposal: &Envelope| {
        let mut all = approvals(&org)(training, proposal);
        all.push(org.approval(training, proposal, "alice.ng", |approval| {
            (approval.role, approval.signed_at) = (name_of("safety"), later);
        }));
        all
    };
    let now = decide(&org, &org.trust(), both).decision;
    assert_eq!(now.outcome, Outcome::Permit);
    // From here on it is no longer of the future: the skew of 120 s allows for clocks that are behind.
    let until = time("2026-11-22T14:07:00Z");
    assert_eq!(now.valid_until, Some(until));

    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |_| {});
    let bundle = org.bundle(&training, &proposal, &both(&training, &proposal));
    let mut request = org.request();
    request.now = until;
    let then = evaluate(&bundle, &org.trust().verify(), &State::new(), &request).decision;
    assert_eq!(then.gate(Gate::SeparationOfDuties).unwrap().code, Some(Code::RoleConflict));
}

#[test]
fn an_equivocation_is_noticed_more_than_once() {
    let org = Organisation::new();
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |_| {});
    let bundle = org.bundle(&training, &proposal, &approvals(&org)(&training, &proposal));
    let with = |change: &dyn Fn(&mut RevocationList)| Trust {
        revocation_lists: vec![Ok(org.list(change))],
        ..org.trust()
    };
    let one = with(&|_| {}).verify();
    let two = with(&|list| list.window.not_after = time("2026-11-22T15:32:00Z")).verify();
    for [first, second] in [[&one, &two], [&two, &one]] {
        let seen = evaluate(&bundle, first, &State::new(), &org.request());
        assert_eq!(seen.decision.outcome, Outcome::Permit);
        let again = evaluate(&bundle, second, &seen.state, &org.request());
        assert_eq!(again.decision.denials, [Code::ListEquivocation]);
        assert_eq!(
            evaluate(&bundle, second, &again.state, &org.request()).decision.denials,
            [Code::ListEquivocation]
        );
    }
}

#[test]
fn whoever_is_kept_out_matters_only_where_units_are_missing() {
    let denials = |distinct_units| {
        let org = Organisation::new().with(|policy| policy.rules[0].distinct_units = distinct_units);
        let with_trainer = |training: &Envelope, proposal: &Envelope| {
            let mut all = approvals(&org)(training, proposal);
            let lead = |approval: &mut Approval| approval.role = name_of("ml-lead");
            all.push(org.approval(training, proposal, "training-pipeline", lead));
            all
        };
        decide(&org, &org.trust(), with_trainer).decision.denials
    };
    assert_eq!(denials(2), []);
    assert_eq!(denials(3), [Code::UnitsNotMet, Code::ApproverIsTrainer]);
}

#[test]
fn a_remembered_entry_counts_until_it_runs_out() {
    let org = Organisation::new();
    let entry = |until: &str| Entry {
        kind: EntryKind::Weights,
        value: Organisation::subject().weights.digest,
        until: Some(time(until)),
        reason_code: Reason::Security,
        source: org.domain(),
    };
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |_| {});
    let bundle = org.bundle(&training, &proposal, &approvals(&org)(&training, &proposal));
    let with = |change: &dyn Fn(&mut RevocationList)| {
        Trust { revocation_lists: vec![Ok(org.list(change))], ..org.trust() }.verify()
    };
    let newer = with(&|list| (list.number, list.window.not_before) = (213, org.request().now));
    for (until, revoked) in [(NOW, false), ("2026-11-22T14:05:01Z", true)] {
        let older = with(&|list| list.entries = vec![entry(until)]);
        let seen = evaluate(&bundle, &older, &State::new(), &org.request());
        assert_eq!(seen.decision.denials, [Code::WeightsRevoked]);
        let denials = evaluate(&bundle, &newer, &seen.state, &org.request()).decision.denials;
        assert_eq!(denials.contains(&Code::WeightsRevoked), revoked, "{until}: {denials:?}");
        assert_eq!(denials.is_empty(), !revoked, "{until}: {denials:?}");
    }
}

fn key_from(name: &str, from: &str) -> PolicyKey {
    PolicyKey {
        public: placet_core::key::Signer::public_key(&Key::of(name)).clone(),
        window: Window { not_before: time(from), not_after: time("2027-01-01T00:00:00Z") },
    }
}

#[test]
fn a_key_may_sign_from_its_first_second() {
    for (from, denials) in [
        ("2026-11-22T14:02:11Z", vec![]),
        ("2026-11-22T14:02:12Z", vec![Code::ThresholdNotMet, Code::KeyNotYetValid]),
    ] {
        let org = Organisation::new().with(|policy| {
            policy.principals.get_mut("chandra.iyer").unwrap().keys = vec![key_from("chandra.iyer", from)];
        });
        assert_eq!(decide(&org, &org.trust(), approvals(&org)).decision.denials, denials, "{from}");
    }
}

#[test]
fn a_policy_is_in_force_from_as_early_as_the_skew_allows() {
    for (from, code) in
        [("2026-11-22T14:07:00Z", None), ("2026-11-22T14:07:01Z", Some(Code::PolicyNotYetValid))]
    {
        let org = Organisation::new().with(|policy| policy.window.not_before = time(from));
        let decision = decide(&org, &org.trust(), approvals(&org)).decision;
        assert_eq!(decision.gate(Gate::Policy).unwrap().code, code, "{from}");
    }
}

#[test]
fn a_list_may_be_as_far_ahead_as_the_skew_allows() {
    for (made, code) in [("2026-11-22T14:07:00Z", None), ("2026-11-22T14:07:01Z", Some(Code::ListFromFuture))]
    {
        let org = Organisation::new();
        let list = org.list(|list| list.window.not_before = time(made));
        let trust = Trust { revocation_lists: vec![Ok(list)], ..org.trust() };
        let decision = decide(&org, &trust, approvals(&org)).decision;
        assert_eq!(decision.gate(Gate::Revocation).unwrap().code, code, "{made}");
    }
}

#[test]
fn a_key_that_begins_now_does_not_hide_one_that_begins_later() {
    let later = "2026-11-22T14:06:00Z";
    let org = Organisation::new().with(|policy| {
        policy.principals.get_mut("chandra.iyer").unwrap().keys =
            vec![key_from("chandra.iyer-2", NOW), key_from("chandra.iyer", later)];
    });
    let decision = decide(&org, &org.trust(), approvals(&org)).decision;
    assert_eq!(decision.denials, [Code::ThresholdNotMet, Code::KeyNotYetValid]);
    assert_eq!(decision.valid_until, Some(time(later)));
}

#[test]
fn spans_of_time_are_told_in_the_unit_that_fits() {
    for (seconds, words) in [
        (119, "limit 119 s"),
        (120, "limit 2 min"),
        (7199, "limit 119 min"),
        (7200, "limit 2 h"),
        (172_799, "limit 47 h"),
        (172_800, "limit 2 d"),
    ] {
        let org =
            Organisation::new().with(|policy| policy.rules[0].revocation_list_max_age_seconds = seconds);
        let decision = decide(&org, &org.trust(), approvals(&org)).decision;
        let detail = &decision.gate(Gate::Revocation).unwrap().detail;
        assert!(detail.ends_with(words), "{seconds}: {detail}");
    }
}

#[test]
fn a_proposal_replaces_another_once_it_is_permitted() {
    let org = Organisation::new();
    let old = Digest::of(b"an older proposal");
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |proposal| proposal.supersedes = Some(old));
    let both = approvals(&org)(&training, &proposal);
    let replaced = |trust: &Trust, approvals: &[Envelope]| {
        let bundle = org.bundle(&training, &proposal, approvals);
        superseded(&bundle, &trust.verify(), &State::new(), org.request().now)
    };
    assert_eq!(replaced(&org.trust(), &both), Some(old));
    assert_eq!(replaced(&org.trust(), &both[..1]), None);
    // This is asked to make the next list.
    let without_list = Trust { revocation_lists: Vec::new(), ..org.trust() };
    assert_eq!(replaced(&without_list, &both), Some(old));
}
