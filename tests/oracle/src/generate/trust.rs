//! Organisations, their policies, lists and loose statements.

use std::collections::BTreeSet;

use placet_core::{
    approval::{SummaryRef, Verdict},
    digest::Digest,
    envelope::Envelope,
    key::Signer as _,
    policy::{AutoRevoke, Log, MetricBound, POLICY, Pattern, Policy, PolicyKey, Threshold, Witness},
    proposal::{PolicyRef, Proposal},
    revocation::{Reason, Target},
    revocation_list::{Entry, EntryKind},
    summary,
    time::Window,
    training::Metric,
    trust::Trust,
};
use placet_testkit::{Key, NOW, Organisation, name_of, sign_by, time};

use super::{Choices, evidence::Evidence};

/// The origin of the ledger's checkpoints.
pub(super) const ORIGIN: &str = "registry.example/ledger";

/// An organisation, and what a verifier holds of it and others.
pub(super) struct World {
    pub(super) org: Organisation,
    pub(super) pins: Vec<Digest>,
    pub(super) policies: Vec<Envelope>,
    /// The newest policy that was made, be it held or sound or not.
    pub(super) newest: PolicyRef,
    pub(super) ledger: bool,
}

/// Another organisation, of which somebody may show documents.
pub(super) fn stranger() -> Organisation {
    Organisation::new().with(|policy| policy.organization = "Stranger".into())
}

fn key(name: &str, from: &str, until: &str) -> PolicyKey {
    let window = Window { not_before: time(from), not_after: time(until) };
    PolicyKey { public: Key::of(name).public_key().clone(), window }
}

impl World {
    pub(super) fn of(choices: &mut Choices<'_>) -> Self {
        let ledger = choices.once_in(4);
        let org = Organisation::new().with(|policy| {
            let mut second = policy.principals["registry"].clone();
            second.keys = vec![key("registry-2", "2026-01-01T00:00:00Z", "2026-11-22T14:10:00Z")];
            policy.principals.insert(name_of("registry-2"), second);
            let root = policy.root.clone();
            vary(choices, policy);
            // Its first version is signed by these.
            policy.root = root;
            if ledger {
                let public = |name: &str| Key::of(name).public_key().clone();
                let witness = |name: &str| Witness { name: name.into(), key: public(name) };
                let witnesses = ["w1", "w2"].map(witness).into();
                policy.log = Some(Log { origin: ORIGIN.into(), key: public("log"), witnesses, threshold: 1 });
                policy.rules.iter_mut().for_each(|rule| rule.require_ledger = true);
            }
        });
        let mut policies = vec![org.policy_envelope()];
        let mut newest = org.policy_ref();
        let mut last = org.policy.clone();
        for _ in 0..choices.below(3) {
            let mut next = Policy {
                version: last.version + 1,
                previous: Some(newest.digest),
                domain: Some(org.domain()),
                ..last.clone()
            };
            next.window.not_before = time("2026-11-01T00:00:00Z");
            vary(choices, &mut next);
            match choices.below(40) {
                1 => next.version += 1,
                2 => next.previous = Some(Digest::of(b"another")),
                3 => next.window.not_before = time(NOW).plus(choices.of(&[120, 121])),
                _ => {}
            }
            let signers = choices.of(&SIGNERS);
            policies.push(sign_by(POLICY, next.to_payload(), signers));
            newest = PolicyRef { version: next.version, digest: Digest::of(&next.to_payload()) };
            last = next;
        }
        let mut pins = vec![org.domain()];
        if choices.once_in(8) {
            pins.push(stranger().domain());
            policies.push(stranger().policy_envelope());
        }
        match choices.below(60) {
            1 => drop(policies.remove(0)),
            2 => drop(policies.pop()),
            3 => policies.push(org.next_policy(|next| next.organization = "Twin".into(), SIGNERS[0])),
            4 => policies.push(sign_by("text/plain", b"{}".to_vec(), &["alice.ng"])),
            5 => drop(pins.remove(0)),
            6 => policies.clear(),
            _ => {}
        }
        Self { org, pins, policies, newest, ledger }
    }

    /// What the approvers of a proposal should be shown, where that can be said.
    pub(super) fn summary(&self, training: &Envelope, proposal: &Envelope) -> Option<SummaryRef> {
        let policies = self.policies.iter().cloned().map(Ok).collect();
        let trust = Trust { pins: [self.org.domain()].into(), policies, ..Trust::default() }.verify();
        let (chain, now, none) = (trust.policy(self.org.domain())?, time(NOW), BTreeSet::new());
        let training = chain.verify(training, now, &none).ok()?;
        let proposal = chain.verify::<Proposal>(proposal, now, &none).ok()?;
        let policy = chain.find(proposal.statement().policy)?.policy();
        Some(summary::reference(&training, &proposal, policy))
    }

    /// Lists, the oldest first.
    pub(super) fn lists(&self, choices: &mut Choices<'_>, evidence: &Evidence) -> Vec<Envelope> {
        let mut lists = Vec::new();
        let mut entries: Vec<Entry> = Vec::new();
        for number in 0..=u64::from(choices.below(3)) {
            for _ in 0..choices.below(3) {
                let entry = entry(choices, evidence);
                if entries.iter().all(|known| (known.kind, known.value) != (entry.kind, entry.value)) {
                    entries.push(entry);
                }
            }
            if choices.once_in(20) {
                entries.pop();
            }
            let signers = choices.of(&[
                &["registry"][..],
                &["registry"],
                &["registry", "registry-2"],
                &["registry-2"],
                &["alice.ng"],
            ]);
            let list = self.org.list(|list| {
                list.number = 210 + number;
                list.policy = self.newest;
                list.entries.clone_from(&entries);
                match choices.below(40) {
                    1 => list.number = 211,
                    2 => list.policy = self.org.policy_ref(),
                    3 => list.policy.version += 1,
                    4 => list.policy.digest = Digest::of(b"another"),
                    5 => list.domain = stranger().domain(),
                    6 => list.window.not_before = time(NOW).plus(choices.of(&[120, 121])),
                    7 => list.window.not_before = time("2026-11-22T13:04:00Z"),
                    8 => list.window.not_after = time("2026-11-22T14:05:00Z"),
                    _ => {}
                }
            });
            lists.push(sign_by(list.payload_type(), list.unverified_payload().to_vec(), signers));
        }
        if choices.once_in(30) {
            lists.clear();
        }
        lists
    }

    /// Statements that count at once, if they count.
    pub(super) fn loose(&self, choices: &mut Choices<'_>, evidence: &Evidence) -> Vec<Envelope> {
        let mut loose = Vec::new();
        for _ in 0..choices.below(4) {
            let who = choices.of(&WHO);
            let Evidence { training, proposal, .. } = evidence;
            let proposed = Target::Proposal(proposal.digest());
            let weights = Organisation::subject().weights.digest;
            loose.push(match choices.below(10) {
                0 => self.org.key_revocation(who, choices.of(&WHO)),
                1 => self.org.key_revocation(who, who),
                2 => self.org.revocation(who, proposed, |_| {}),
                3 => self.org.revocation("drift-monitor", proposed, |revocation| {
                    revocation.reason_code = choices.of(&[Reason::Drift, Reason::Other]);
                    revocation.evidence = choices.of(&[Some(Digest::of(b"report")), None]);
                }),
                4 => self.org.revocation("drift-monitor", Target::Weights(weights), |revocation| {
                    (revocation.reason_code, revocation.evidence) = (Reason::Drift, Some(Digest::of(b"r")));
                }),
                5 => self.org.revocation(who, Target::Weights(weights), |revocation| {
                    if choices.once_in(3) {
                        revocation.domain = stranger().domain();
                    }
                }),
                6 => self.org.revocation(who, Target::Weights(Digest::of(b"other")), |_| {}),
                7 => training.clone(),
                8 => evidence.approvals.first().unwrap_or(proposal).clone(),
                _ => self.org.approval(training, proposal, who, |approval| {
                    approval.verdict = choices.of(&[Verdict::Withdraw, Verdict::Reject]);
                    if choices.once_in(3) {
                        approval.proposal = Digest::of(b"other");
                    }
                }),
            });
        }
        loose
    }
}

/// Everybody, strangers too.
pub(super) const WHO: [&str; 9] = [
    "bo.eriksen",
    "alice.ng",
    "chandra.iyer",
    "dana.osei",
    "emil.novak",
    "training-pipeline",
    "deployer",
    "registry",
    "mallory",
];

/// Who signs a later policy: enough, mostly.
const SIGNERS: [&[&str]; 6] = [
    &["alice.ng", "dana.osei"],
    &["alice.ng", "bo.eriksen", "dana.osei"],
    &["bo.eriksen", "dana.osei"],
    &["alice.ng", "bo.eriksen", "emil.novak"],
    &["alice.ng", "emil.novak"],
    &["dana.osei"],
];

/// Changes a policy that keeps the structural rules to another that does.
fn vary(choices: &mut Choices<'_>, policy: &mut Policy) {
    for _ in 0..choices.below(4) {
        let production = policy.rules.first_mut().expect("a rule of production");
        match choices.below(24) {
            0 => production.veto = choices.of(&[false, true]),
            1 => production.distinct_units = choices.below(4).into(),
            2 => production.quorum[0].threshold = u64::from(choices.below(3)) + 1,
            3 => production.proposer_may_approve = choices.of(&[true, false]),
            4 => production.max_ttl_days = choices.of(&[89, 90, 91]),
            5 => production.approval_window_days = choices.of(&[1, 7]),
            6 => production.revocation_list_max_age_seconds = choices.of(&[241, 240, 239, 86_400]),
            7 => production.metrics = bounds(choices),
            8 => production.scope = Pattern::Only(name_of(choices.of(&["eu-west", "us-east"]))),
            9 => policy.rules.reverse(),
            10 => policy.clock_skew_seconds = choices.of(&[0, 600]),
            11 => {
                policy.window.not_after =
                    choices.of(&[time("2026-11-22T14:05:00Z"), time("2026-11-22T14:06:00Z")]);
            }
            12 => policy.list_signers = signers_of_lists(choices),
            13 => policy.root = root(choices),
            14 => {
                let [windows, severity] = [3, 0];
                let min_severity = Metric::parse(&severity.to_string()).expect("a number");
                policy.auto_revoke = Some(AutoRevoke { windows, min_severity });
            }
            15 => member(policy, choices.of(&["bo.eriksen", "emil.novak"])).roles.push(name_of("safety")),
            16 => {
                let name = choices.of(&["chandra.iyer", "alice.ng", "bo.eriksen", "registry"]);
                let until = choices.of(&["2026-11-22T14:05:00Z", "2026-11-22T14:05:01Z"]);
                member(policy, name).keys.iter_mut().for_each(|key| key.window.not_after = time(until));
            }
            17 => {
                let from =
                    choices.of(&["2026-11-22T14:02:12Z", "2026-11-22T14:02:11Z", "2026-11-22T14:10:00Z"]);
                let name = choices.of(&["chandra.iyer", "alice.ng", "emil.novak", "training-pipeline"]);
                member(policy, name).keys.iter_mut().for_each(|key| key.window.not_before = time(from));
            }
            18 => {
                let name = choices.of(&["alice.ng", "chandra.iyer"]);
                let second = key(&format!("{name}-2"), "2026-01-01T00:00:00Z", "2026-12-01T00:00:00Z");
                let keys = &mut member(policy, name).keys;
                keys.insert(usize::from(choices.below(2)).min(keys.len()), second);
            }
            19 => member(policy, choices.of(&["chandra.iyer", "emil.novak"])).keys.clear(),
            20 => member(policy, "training-pipeline").operators = vec![name_of(choices.of(&WHO[..4]))],
            21 => member(policy, choices.of(&WHO[..4])).unit = choices.of(&["", "safety", "law"]).into(),
            22 => policy.environments.truncate(1),
            _ => member(policy, choices.of(&["alice.ng", "chandra.iyer"])).roles = vec![name_of("ml-lead")],
        }
        // What was made invalid is mended: these cases are about policies that parse.
        repair(policy);
    }
}

fn member<'a>(policy: &'a mut Policy, name: &str) -> &'a mut placet_core::policy::Member {
    policy.principals.get_mut(name).expect("a principal of the organisation")
}

fn repair(policy: &mut Policy) {
    for member in policy.principals.values_mut() {
        member.roles.sort();
        member.roles.dedup();
        member.keys.dedup_by_key(|key| key.public.key_id());
        let mut seen = Vec::new();
        member.keys.retain(|key| {
            let new = !seen.contains(&key.public.key_id());
            seen.push(key.public.key_id());
            new
        });
        member.keys.retain(|key| key.window.not_before < key.window.not_after);
    }
    let environments = policy.environments.clone();
    policy.rules.retain(|rule| match &rule.environment {
        Pattern::Only(environment) => environments.contains(environment),
        Pattern::Any => true,
    });
    for name in policy.root.principals.clone().into_iter().chain(policy.list_signers.principals.clone()) {
        let member = policy.principals.get_mut(&name).expect("a principal of the organisation");
        if member.keys.is_empty() {
            member.keys = vec![key(name.as_str(), "2026-01-01T00:00:00Z", "2027-07-01T00:00:00Z")];
        }
    }
}

fn bounds(choices: &mut Choices<'_>) -> Vec<MetricBound> {
    let number = |text: &str| Metric::parse(text).expect("a number");
    let bound = |name: &str, min: Option<&str>, max: Option<&str>| MetricBound {
        name: placet_core::name::Label::parse(name).expect("a name"),
        min: min.map(number),
        max: max.map(number),
    };
    choices.of(&[
        vec![],
        vec![bound("accuracy", Some("0.978"), Some("0.978"))],
        vec![bound("accuracy", None, Some("0.97")), bound("log_loss", Some("0"), None)],
        vec![bound("recall", None, None)],
    ])
}

fn signers_of_lists(choices: &mut Choices<'_>) -> Threshold {
    let both = ["registry", "registry-2"].map(name_of).into();
    choices.of(&[
        Threshold { threshold: 1, principals: both },
        Threshold { threshold: 2, principals: ["registry", "registry-2"].map(name_of).into() },
        Threshold { threshold: 1, principals: vec![name_of("registry-2")] },
    ])
}

fn root(choices: &mut Choices<'_>) -> Threshold {
    let members = |names: &[&str]| names.iter().map(|name| name_of(name)).collect();
    choices.of(&[
        Threshold { threshold: 1, principals: members(&["alice.ng", "dana.osei"]) },
        Threshold {
            threshold: 2,
            principals: members(&["alice.ng", "bo.eriksen", "dana.osei", "emil.novak"]),
        },
        Threshold { threshold: 1, principals: members(&["emil.novak", "chandra.iyer"]) },
    ])
}

fn entry(choices: &mut Choices<'_>, evidence: &Evidence) -> Entry {
    let of_key = |name| Key::of(name).key_id().digest();
    let approval = evidence.approvals.first().map_or(Digest::of(b"none"), Envelope::digest);
    let (kind, value) = match choices.below(10) {
        0 => (EntryKind::Key, of_key(choices.of(&WHO))),
        1 => (EntryKind::Approval, approval),
        2 => (EntryKind::Proposal, evidence.proposal.digest()),
        3 => (EntryKind::Weights, Organisation::subject().weights.digest),
        number => {
            let kinds = [EntryKind::Proposal, EntryKind::Weights, EntryKind::Approval, EntryKind::Key];
            (choices.of(&kinds), Digest::of(&[number]))
        }
    };
    let until =
        [Some("2027-02-19T00:00:00Z"), None, Some("2026-11-22T14:01:00Z"), Some("2026-11-22T14:05:00Z")];
    Entry {
        kind,
        value,
        until: choices.of(&until).map(time),
        reason_code: Reason::Security,
        source: Digest::of(b"source"),
    }
}
