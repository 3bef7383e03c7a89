//! What must hold of every decision, whatever the evidence: order and repetition change nothing, time takes away, and
//! no bytes stop the verifier.
#![expect(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use std::sync::LazyLock;

use placet_core::{
    approval::Verdict,
    bundle::Bundle,
    decide::{Decided, decide, evaluate},
    decision::Outcome,
    digest::Digest,
    envelope::Envelope,
    key::{KeyId, Signer as _},
    policy::{PolicyKey, Threshold},
    revocation::{Reason, Target},
    revocation_list::{Entry, EntryKind},
    state::State,
    statement::IN_TOTO,
    time::{Timestamp, Window},
    trust::Trust,
};
use placet_testkit::{Key, NOW, Organisation, name_of, rule, sign_by, time};
use proptest::{prelude::*, sample::subsequence, strategy::ValueTree as _, test_runner::TestRunner};

/// Documents of every kind that one proposal may meet, good and bad.
struct World {
    org: Organisation,
    training: Envelope,
    proposal: Envelope,
    approvals: Vec<Envelope>,
    policies: Vec<Envelope>,
    lists: Vec<Envelope>,
    loose: Vec<Envelope>,
}

fn key(name: &str, from: &str, until: &str) -> PolicyKey {
    let window = Window { not_before: time(from), not_after: time(until) };
    PolicyKey { public: Key::of(name).public_key().clone(), window }
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let org = Organisation::new().with(|policy| {
        policy.rules[0] = rule("production", &[("ml-lead", 1), ("safety", 1)]);
        policy.rules[0].distinct_units = 2;
        let alice = policy.principals.get_mut("alice.ng").unwrap();
        alice.roles.push(name_of("safety"));
        alice.keys.push(key("alice.ng-2", "2026-11-22T14:10:00Z", "2027-01-01T00:00:00Z"));
        policy.principals.get_mut("bo.eriksen").unwrap().keys =
            vec![key("bo.eriksen", "2026-01-01T00:00:00Z", "2026-11-22T14:20:00Z")];
        let mut second = policy.principals["registry"].clone();
        second.keys = vec![key("registry-2", "2026-01-01T00:00:00Z", "2026-11-22T14:30:00Z")];
        policy.principals.insert(name_of("registry-2"), second);
        let signers = ["registry", "registry-2"].map(name_of).into();
        policy.list_signers = Threshold { threshold: 1, principals: signers };
    });
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |_| {});
    let approval = |who: &str, comment: &str| {
        org.approval(&training, &proposal, who, |approval| approval.comment = comment.into())
    };
    let say =
        |who: &str, verdict| org.approval(&training, &proposal, who, |approval| approval.verdict = verdict);
    let mut doubled = approval("chandra.iyer", "");
    doubled.add_signature(&Key::of("mallory"));
    let with_key = |who: &str, signer: &str| {
        sign_by(IN_TOTO, approval(who, "").unverified_payload().to_vec(), &[signer])
    };
    let approvals = vec![
        approval("alice.ng", ""),
        approval("alice.ng", "again"),
        with_key("alice.ng", "alice.ng-2"),
        org.approval(&training, &proposal, "alice.ng", |approval| {
            (approval.role, approval.signed_at) = (name_of("safety"), time("2026-11-22T14:25:00Z"));
        }),
        approval("bo.eriksen", ""),
        approval("chandra.iyer", ""),
        doubled,
        with_key("dana.osei", "dana.osei"),
        with_key("dana.osei", "mallory"),
        approval("emil.novak", ""),
        say("bo.eriksen", Verdict::Withdraw),
        say("training-pipeline", Verdict::Reject),
        say("dana.osei", Verdict::Reject),
        training.clone(),
    ];
    let second = org.next_policy(|_| {}, &["alice.ng", "dana.osei"]);
    let payload = second.unverified_payload().to_vec();
    let by = |who: &str| sign_by(second.payload_type(), payload.clone(), &[who]);
    let policies =
        vec![org.policy_envelope(), second.clone(), by("alice.ng"), by("dana.osei"), by("bo.eriksen")];
    let entry = |kind, value| Entry {
        kind,
        value,
        until: Some(time("2027-02-19T00:00:00Z")),
        reason_code: Reason::Security,
        source: Digest::of(b""),
    };
    let list = org.list(|_| {});
    let other_signature = sign_by(list.payload_type(), list.unverified_payload().to_vec(), &["registry-2"]);
    let key_of = |who: &str| -> KeyId { Key::of(who).public_key().key_id() };
    let lists = vec![
        list,
        other_signature,
        org.list(|list| list.number = 211),
        org.list(|list| {
            list.number = 213;
            list.entries = vec![entry(EntryKind::Key, key_of("chandra.iyer").digest())];
        }),
        org.list(|list| {
            (list.number, list.window.not_before) = (214, time("2026-11-22T14:40:00Z"));
        }),
    ];
    let loose = vec![
        org.key_revocation("emil.novak", "alice.ng"),
        org.key_revocation("bo.eriksen", "emil.novak"),
        org.revocation("deployer", Target::Proposal(proposal.digest()), |_| {}),
        org.revocation("dana.osei", Target::Weights(Digest::of(b"other")), |_| {}),
        say("chandra.iyer", Verdict::Withdraw),
        org.revocation("dana.osei", Target::Proposal(proposal.digest()), |_| {}),
    ];
    World { org, training, proposal, approvals, policies, lists, loose }
});

/// Some of the documents, in some order, some of them twice.
#[derive(Clone, Debug)]
struct Choice {
    approvals: Vec<usize>,
    policies: Vec<usize>,
    lists: Vec<usize>,
    loose: Vec<usize>,
}

impl Choice {
    fn trust(&self) -> Trust {
        let pick =
            |from: &[Envelope], which: &[usize]| which.iter().map(|at| Ok(from[*at].clone())).collect();
        Trust {
            policies: pick(&WORLD.policies, &self.policies),
            revocation_lists: pick(&WORLD.lists, &self.lists),
            revocations: pick(&WORLD.loose, &self.loose),
            ..WORLD.org.trust()
        }
    }

    fn bundle(&self) -> Bundle {
        let approvals: Vec<_> = self.approvals.iter().map(|at| WORLD.approvals[*at].clone()).collect();
        WORLD.org.bundle(&WORLD.training, &WORLD.proposal, &approvals)
    }

    fn decide(&self, now: Timestamp) -> Decided {
        let mut request = WORLD.org.request();
        request.now = now;
        let (bundle, trust, request) = (self.bundle().to_json(), self.trust().to_json(), request.to_json());
        decide(bundle.as_bytes(), trust.as_bytes(), None, request.as_bytes()).unwrap()
    }

    /// The same documents in another order, some of them once more.
    fn stirred(&self) -> impl Strategy<Value = Self> + use<> {
        let stir = |which: &[usize]| {
            let (all, more) = (which.to_vec(), subsequence(which.to_vec(), 0..=which.len()));
            more.prop_map(move |more| [all.clone(), more].concat()).prop_shuffle()
        };
        (stir(&self.approvals), stir(&self.policies), stir(&self.lists), stir(&self.loose))
            .prop_map(|(approvals, policies, lists, loose)| Self { approvals, policies, lists, loose })
    }
}

/// Documents that are always there, some of the harmless ones, and one time in five of any.
fn some(
    always: &'static [usize],
    harmless: &'static [usize],
    count: usize,
) -> impl Strategy<Value = Vec<usize>> {
    let all: Vec<_> = (0..count).filter(|at| !always.contains(at)).collect();
    let harmless = subsequence(harmless, 0..=harmless.len());
    prop_oneof![4 => harmless, 1 => subsequence(all.clone(), 0..=all.len().min(3))]
        .prop_map(move |chosen| [always, &chosen].concat())
}

/// A case that is permitted about as often as it is denied.
fn choice() -> impl Strategy<Value = Choice> {
    (
        prop_oneof![
            some(&[4, 5], &[0, 1, 2, 3, 6, 7, 8, 9, 11, 13], WORLD.approvals.len()),
            some(&[0, 5], &[1, 2, 3, 6, 8], WORLD.approvals.len()),
        ],
        prop_oneof![some(&[0], &[], WORLD.policies.len()), some(&[0, 2, 3], &[1, 4], WORLD.policies.len())],
        some(&[0], &[1, 2], WORLD.lists.len()),
        some(&[], &[0, 2, 3], WORLD.loose.len()),
    )
        .prop_map(|(approvals, policies, lists, loose)| Choice { approvals, policies, lists, loose })
}

/// A minute of the hour around which things begin and end.
fn minute() -> impl Strategy<Value = Timestamp> {
    (-10_i64..70, 0_i64..3).prop_map(|(minutes, second)| time(NOW).plus(minutes * 60 + second - 1))
}

/// A quarter of the usual cases, as each decides several times.
fn config() -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { failure_persistence: None, cases: usual.cases.div_ceil(4), ..usual }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn order_and_repetition_never_matter((one, other) in choice().prop_flat_map(|one| (Just(one.clone()), one.stirred())), now in minute()) {
        let (one, other) = (one.decide(now), other.decide(now));
        prop_assert_eq!(String::from_utf8(one.bytes), String::from_utf8(other.bytes));
        prop_assert_eq!(one.state, other.state);
    }

    #[test]
    fn a_permit_holds_until_it_says(choice in choice(), now in minute(), later in 0_i64..3600) {
        let decision = choice.decide(now).decision;
        if decision.outcome == Outcome::Permit {
            let until = decision.valid_until.unwrap();
            prop_assert!(until > now);
            for then in [now.plus(later).min(until.plus(-1)), until.plus(-1)] {
                let again = choice.decide(then).decision;
                prop_assert_eq!(&again.denials, &[], "at {} of {} until {}", then, now, until);
            }
        }
    }

    #[test]
    fn after_every_beginning_time_only_takes_away(choice in choice(), earlier in 0_i64..86_400, later in 0_i64..86_400) {
        // The last beginning: the list that is made at 14:40.
        let start = time("2026-11-22T14:40:00Z");
        let (first, second) = (start.plus(earlier.min(later)), start.plus(earlier.max(later)));
        let (first, second) = (choice.decide(first).decision, choice.decide(second).decision);
        prop_assert!(first.outcome == Outcome::Permit || second.outcome == Outcome::Deny);
    }

    #[test]
    fn less_against_it_never_helps_a_denial_of_more(choice in choice(), now in minute()) {
        // Taking away every loose statement may permit; adding one to a denial may not.
        let without = Choice { loose: Vec::new(), ..choice.clone() };
        let (with, without) = (choice.decide(now).decision, without.decide(now).decision);
        prop_assert!(with.outcome == Outcome::Deny || without.outcome == Outcome::Permit);
    }

    #[test]
    fn what_was_seen_never_turns_a_denial_into_a_permit(seen in choice(), choice in choice(), now in minute()) {
        let state = seen.decide(now).state;
        let mut request = WORLD.org.request();
        request.now = now;
        let trust = choice.trust().verify();
        let fresh = evaluate(&choice.bundle(), &trust, &State::new(), &request);
        let knowing = evaluate(&choice.bundle(), &trust, &state, &request);
        prop_assert!(knowing.decision.outcome == Outcome::Deny || fresh.decision.outcome == Outcome::Permit);
        // And nothing that was seen is forgotten.
        prop_assert_eq!(knowing.state.clone().merge(state.clone()), knowing.state);
    }

    #[test]
    fn garbage_never_stops_the_verifier(
        choice in choice(), at in any::<prop::sample::Index>(), bytes in prop::collection::vec(any::<u8>(), 0..8), which in 0..4_usize
    ) {
        let now = time(NOW);
        let state = choice.decide(now).state.to_json();
        let (bundle, trust, request) = (choice.bundle().to_json(), choice.trust().to_json(), WORLD.org.request().to_json());
        let mut documents = [bundle, trust, state, request].map(String::into_bytes);
        let at = at.index(documents[which].len());
        let end = (at + bytes.len()).min(documents[which].len());
        documents[which].splice(at..end, bytes);
        let [bundle, trust, state, request] = &documents;
        // Whatever comes of it, it is an answer.
        let _ = decide(bundle, trust, Some(state), request);
    }

    #[test]
    fn bytes_that_are_nothing_are_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let request = WORLD.org.request().to_json();
        prop_assert!(decide(&bytes, &bytes, None, request.as_bytes()).is_err());
        let _ = Envelope::parse(&bytes);
    }
}

#[test]
fn the_world_holds_permits_and_denials() {
    // Otherwise the properties above would say nothing.
    let base = Choice { approvals: vec![4, 5], policies: vec![0], lists: vec![0], loose: Vec::new() };
    let decide = |choice: &Choice| choice.decide(time(NOW)).decision;
    assert_eq!(decide(&base).denials, []);
    let rotated = Choice { policies: vec![2, 0, 3], lists: vec![2, 1], ..base.clone() };
    assert_eq!(decide(&rotated).denials, []);
    for denied in [
        Choice { approvals: vec![4, 5, 12], ..base.clone() },
        Choice { approvals: vec![4, 5, 10], ..base.clone() },
        Choice { lists: vec![0, 3], ..base.clone() },
        Choice { lists: vec![0, 4], ..base.clone() },
        Choice { loose: vec![4], ..base.clone() },
        Choice { loose: vec![5], ..base.clone() },
        Choice { policies: vec![0, 2], ..base.clone() },
    ] {
        assert_eq!(decide(&denied).outcome, Outcome::Deny, "{denied:?}");
    }
}

#[test]
fn neither_permits_nor_denials_are_rare() {
    let mut runner = TestRunner::deterministic();
    let sample = |runner: &mut TestRunner| (choice(), minute()).new_tree(runner).unwrap().current();
    let cases: Vec<_> = (0..100).map(|_| sample(&mut runner)).collect();
    let permits =
        cases.iter().filter(|(choice, now)| choice.decide(*now).decision.outcome == Outcome::Permit).count();
    assert!((20..=80).contains(&permits), "{permits} of 100");
}
