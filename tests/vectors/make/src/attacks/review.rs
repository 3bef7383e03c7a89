//! What a review of the formats found: paths around a verifier that keeps every single rule.

use placet_core::{
    approval::Verdict,
    code::Code,
    digest::Digest,
    envelope::Envelope,
    key::Signer as _,
    name::ModelId,
    policy::{AutoRevoke, Log, Pattern, Rule, Threshold},
    revocation::{Reason, Target},
    revocation_list::{Entry, EntryKind},
    state::State,
    statement::IN_TOTO,
    training::Metric,
};
use placet_testkit::{Key, Organisation, name_of, rule, sign_by, time};

use crate::{
    bytes::Bytes,
    permits::key,
    policies::pinned,
    scene::{Scene, Story, altered},
    vector::File,
};

pub(super) fn files() -> Vec<File> {
    vec![
        loaders(),
        survivors(),
        stolen_keys(),
        withheld(),
        overreach(),
        one_hand(),
        overlaps(),
        test_domain(),
        caches(),
        envelopes(),
    ]
}

fn loaders() -> File {
    let mut file = File::new("30-the-loaders-own-hash.json");
    let story = Story::of(Organisation::new());
    let loaded = Digest::of(b"what was really loaded");
    let scene = story.approved().asking(|request| request.weights.digest = loaded);
    file.deny(
        "the loader hashed something else",
        "Evidence is whole; only the weights on the disk are not those.",
        &scene,
        &[Code::WeightsMismatch],
    );
    let backdoored =
        Story::told(Organisation::new(), |_| {}, |proposal| proposal.subject.weights.digest = loaded);
    let scene = backdoored.approved().asking(|request| request.weights.digest = loaded);
    file.deny("a proposal and a loader that agree against the trainer", "", &scene, &[Code::WeightsMismatch]);
    let scene = story.scene(&["alice.ng"]).asking(|request| request.weights.digest = loaded);
    let approval = story.approval("chandra.iyer", |approval| approval.subject.weights.digest = loaded);
    let scene = scene.but(|scene| scene.approvals.push(approval.into()));
    file.deny(
        "an approval and a loader that agree against the rest",
        "",
        &scene,
        &[Code::WeightsMismatch, Code::ThresholdNotMet, Code::ApprovalOtherProposal],
    );
    file
}

fn next(org: &Organisation, change: impl FnOnce(&mut placet_core::policy::Policy)) -> Envelope {
    org.next_policy(change, &["alice.ng", "dana.osei", "bo.eriksen"])
}

fn survivors() -> File {
    let mut file = File::new("32-what-survives-a-rotation.json");
    let org = Organisation::new();
    let story = Story::of(org.clone());
    let proposal = Target::Proposal(story.proposal.digest());
    let revocation = org.revocation("chandra.iyer", proposal, |_| {});
    let gone = next(&org, |policy| {
        policy.principals.remove("chandra.iyer");
    });
    let scene = |policy: &Envelope| {
        story.scene(&["alice.ng", "dana.osei"]).but(|scene| scene.policies.push(policy.into()))
    };
    file.permit("for comparison: who approved stays, another leaves", "", &scene(&gone), &[]);
    let revoked = scene(&gone).but(|scene| scene.revocations.push((&revocation).into()));
    file.deny("the revoker left", "What was stopped stays stopped.", &revoked, &[Code::ProposalRevoked]);
    let rekeyed = next(&org, |policy| {
        policy.principals.get_mut("chandra.iyer").unwrap().keys =
            vec![key("chandra.iyer-2", "2026-01-01T00:00:00Z", "2027-07-01T00:00:00Z")];
    });
    let revoked = scene(&rekeyed).but(|scene| scene.revocations.push((&revocation).into()));
    file.deny("the revoker has another key now", "", &revoked, &[Code::ProposalRevoked]);
    let expired = Story::of(org.clone().with(|policy| {
        policy.principals.get_mut("chandra.iyer").unwrap().keys[0].window.not_after =
            time("2026-11-01T00:00:00Z");
    }));
    let target = Target::Proposal(expired.proposal.digest());
    let revoked = expired.scene(&["alice.ng", "dana.osei"]).but(|scene| {
        scene.revocations.push(expired.org.revocation("chandra.iyer", target, |_| {}).into());
    });
    file.deny("the revoker's key has expired", "", &revoked, &[Code::ProposalRevoked]);
    let demoted = next(&org, |policy| {
        policy.principals.get_mut("chandra.iyer").unwrap().roles.clear();
    });
    let revoked = scene(&demoted).but(|scene| scene.revocations.push((&revocation).into()));
    file.deny("the revoker lost the role", "", &revoked, &[Code::ProposalRevoked]);
    let reject = story.approval("chandra.iyer", |approval| approval.verdict = Verdict::Reject);
    let vetoed = scene(&gone).but(|scene| scene.approvals.push((&reject).into()));
    file.deny("who rejected left", "", &vetoed, &[Code::Vetoed]);
    let vetoed = scene(&gone).but(|scene| scene.revocations.push(reject.into()));
    file.deny("who rejected left, by a loose statement", "", &vetoed, &[Code::Vetoed]);
    let own = org.key_revocation("chandra.iyer", "chandra.iyer");
    let back = story.approved().but(|scene| scene.revocations.push(own.into()));
    file.deny(
        "a person revoked their own key",
        "Nothing un-revokes it.",
        &back,
        &[Code::ThresholdNotMet, Code::KeyRevoked],
    );

    let stricter =
        next(&org, |policy| policy.rules[0] = rule("production", &[("ml-lead", 2), ("safety", 1)]));
    let scene = story.approved().but(|scene| scene.policies.push((&stricter).into()));
    file.deny("a proposal of a laxer policy", "The newest policy judges.", &scene, &[Code::ThresholdNotMet]);
    let removed = story.approved().but(|scene| scene.policies.push((&gone).into()));
    file.deny(
        "an approver who was removed since",
        "",
        &removed,
        &[Code::ThresholdNotMet, Code::SignerUnknown],
    );
    let hidden = story.approved().after(&removed);
    file.deny(
        "the policy that removed an approver is held back",
        "The verifier has seen it.",
        &hidden,
        &[Code::PolicyRollback],
    );
    let digest = gone.digest();
    let hidden = story.approved().list(&org, |list| {
        list.policy = placet_core::proposal::PolicyRef { version: 2, digest };
    });
    file.deny(
        "the policy that removed an approver is held back from a new verifier",
        "The list says that there is one.",
        &hidden,
        &[Code::PolicyStale],
    );
    let moved = next(&org, |policy| policy.environments = vec![name_of("staging")]);
    let scene = story.approved().but(|scene| scene.policies.push(moved.into()));
    file.deny("an environment that the newest policy no longer has", "", &scene, &[Code::PolicyUndeclared]);
    file
}

fn stolen_keys() -> File {
    let mut file = File::new("33-stolen-keys-and-banked-approvals.json");
    let org = || {
        Organisation::new().with(|policy| {
            policy.principals.get_mut("chandra.iyer").unwrap().keys[0].window.not_after =
                time("2026-11-22T14:03:00Z");
        })
    };
    let story = Story::of(org());
    file.deny(
        "a stolen expired key signs with an old date",
        "The key's window must cover now as well.",
        &story.approved(),
        &[Code::ThresholdNotMet, Code::KeyExpired],
    );
    let story = Story::of(Organisation::new());
    let revoked = story.approved().list(&story.org, |list| {
        list.entries = vec![Entry {
            kind: EntryKind::Key,
            value: Key::of("chandra.iyer").public_key().key_id().digest(),
            until: None,
            reason_code: Reason::Security,
            source: Digest::of(b""),
        }];
    });
    file.deny(
        "a stolen revoked key signs with an old date",
        "",
        &revoked,
        &[Code::ThresholdNotMet, Code::KeyRevoked],
    );
    let story = Story::of(Organisation::new());
    let old = story.approval("chandra.iyer", |approval| approval.signed_at = time("2025-12-31T23:59:59Z"));
    let scene = story.scene(&["alice.ng"]).but(|scene| scene.approvals.push(old.into()));
    file.deny(
        "a date before the key's own beginning",
        "",
        &scene,
        &[Code::ThresholdNotMet, Code::KeyNotYetValid],
    );
    let banked = Story::told(
        Organisation::new(),
        |_| {},
        |proposal| {
            proposal.window.not_before = time("2030-01-01T00:00:00Z");
            proposal.window.not_after = time("2030-03-01T00:00:00Z");
        },
    );
    file.deny(
        "an approval banked for years",
        "Two months of life, but four years after the proposal.",
        &banked.approved(),
        &[Code::NotYetValid, Code::TtlExceeded],
    );
    let story = Story::told(
        org().with(|policy| {
            policy.principals.get_mut("training-pipeline").unwrap().keys[0].window.not_after =
                time("2026-11-20T00:00:00Z");
            policy.principals.get_mut("chandra.iyer").unwrap().keys[0].window.not_after =
                time("2027-01-01T00:00:00Z");
        }),
        |_| {},
        |_| {},
    );
    file.deny(
        "a training output under a key that has expired since",
        "",
        &story.approved(),
        &[Code::KeyExpired, Code::ThresholdNotMet],
    );
    file
}

fn withheld() -> File {
    let mut file = File::new("34-withheld-and-forgotten.json");
    let (org, story) = (Organisation::new(), Story::of(Organisation::new()));
    let approval = story.approval("chandra.iyer", |_| {});
    let entry = Entry {
        kind: EntryKind::Approval,
        value: approval.digest(),
        until: Some(time("2027-02-19T00:00:00Z")),
        reason_code: Reason::Other,
        source: Digest::of(b"the withdrawal"),
    };
    let listed = story.approved().list(&org, |list| (list.number, list.entries) = (213, vec![entry]));
    file.deny(
        "a withdrawal that the bundle leaves out",
        "The list names the approval.",
        &listed,
        &[Code::ThresholdNotMet, Code::ApprovalRevoked],
    );
    let older = story.approved().after(&listed);
    let comment = "Two bundles share a state; the second comes with the older list.";
    file.deny(
        "a withdrawal that bundle and list leave out",
        comment,
        &older,
        &[Code::ThresholdNotMet, Code::ApprovalRevoked, Code::ListRollback],
    );
    let other_state = {
        let state =
            |scene: &Scene| State::parse(&scene.clone().after(scene).state.unwrap().to_vec()).unwrap();
        state(&listed).merge(state(&story.approved()))
    };
    let merged = story.approved().but(|scene| scene.state = Some(other_state.to_json().into()));
    file.deny(
        "states of two verifiers merged, with the older list",
        "",
        &merged,
        &[Code::ThresholdNotMet, Code::ApprovalRevoked, Code::ListRollback],
    );
    let policy = org.policy_envelope();
    let ageless = crate::scene::edited(
        &policy,
        r#""name":"staging","proposer_may_approve":false,"quorum":[{"role":"ml-lead","threshold":1}],"require_ledger":false,"revocation_list_max_age_seconds":3600"#,
        r#""name":"staging","proposer_may_approve":false,"quorum":[{"role":"ml-lead","threshold":1}],"require_ledger":false,"revocation_list_max_age_seconds":null"#,
    );
    file.deny_policy(
        "a rule without a maximum age of the list",
        "Whoever withholds lists would stop every revocation.",
        &pinned(&ageless),
        Code::InvalidInteger,
    );
    file
}

fn overreach() -> File {
    let mut file = File::new("35-overreach.json");
    let auto = || {
        Organisation::new().with(|policy| {
            policy.auto_revoke = Some(AutoRevoke { windows: 3, min_severity: Metric::parse("0.5").unwrap() });
        })
    };
    let story = Story::of(auto());
    let proposal = Target::Proposal(story.proposal.digest());
    let weights = Target::Weights(Organisation::subject().weights.digest);
    let by = |story: &Story, target, reason, evidence: Option<&[u8]>| {
        let evidence = evidence.map(Digest::of);
        let revocation = story.org.revocation("drift-monitor", target, |revocation| {
            (revocation.reason_code, revocation.evidence) = (reason, evidence);
        });
        story.approved().but(|scene| scene.revocations.push(revocation.into()))
    };
    let report = Some(&b"drift report"[..]);
    file.deny(
        "a monitor stops one proposal as the policy lets it",
        "For comparison: drift, with evidence.",
        &by(&story, proposal, Reason::Drift, report),
        &[Code::ProposalRevoked],
    );
    for (name, target, reason, evidence) in [
        ("a monitor revokes weights", weights, Reason::Drift, report),
        ("a monitor revokes without evidence", proposal, Reason::Drift, None),
        ("a monitor revokes for another reason", proposal, Reason::Security, report),
    ] {
        file.permit(name, "It stops nothing.", &by(&story, target, reason, evidence), &[]);
    }
    let plain = Story::of(Organisation::new());
    let scene = by(&plain, Target::Proposal(plain.proposal.digest()), Reason::Drift, report);
    file.permit("a monitor revokes where the policy does not let it", "It stops nothing.", &scene, &[]);
    for who in ["deployer", "registry", "training-pipeline", "mallory"] {
        let revocation = plain.org.revocation(who, Target::Proposal(plain.proposal.digest()), |_| {});
        let scene = plain.approved().but(|scene| scene.revocations.push(revocation.into()));
        file.permit(&format!("a revocation by {who}"), "Other planes stop nothing.", &scene, &[]);
    }
    for (name, revoker, owner) in [
        ("an approver revokes another's key", "chandra.iyer", "emil.novak"),
        ("a monitor revokes an approver's key", "drift-monitor", "chandra.iyer"),
        ("one of the root revokes another root key", "alice.ng", "dana.osei"),
        ("one of the root revokes the registry's key", "alice.ng", "registry"),
        ("a registry revokes its own key", "registry", "registry"),
        ("one of the root revokes their own key", "alice.ng", "alice.ng"),
    ] {
        let scene = plain
            .approved()
            .but(|scene| scene.revocations.push(plain.org.key_revocation(revoker, owner).into()));
        file.permit(name, "It revokes nothing.", &scene, &[]);
    }
    let scene = plain
        .approved()
        .but(|scene| scene.revocations.push(plain.org.key_revocation("bo.eriksen", "chandra.iyer").into()));
    file.deny(
        "one of the root revokes an approver's key",
        "For comparison: the root may.",
        &scene,
        &[Code::ThresholdNotMet, Code::KeyRevoked],
    );
    let posing = story.org.revocation("deployer", proposal, |revocation| {
        (revocation.reason_code, revocation.evidence) = (Reason::Drift, report.map(Digest::of));
    });
    let scene = story.approved().but(|scene| scene.revocations.push(posing.into()));
    file.permit("a deployer stops a proposal as a monitor may", "It stops nothing.", &scene, &[]);
    root_keys(&mut file);
    let forged = sign_by(
        IN_TOTO,
        plain
            .org
            .revocation("bo.eriksen", Target::Proposal(plain.proposal.digest()), |_| {})
            .unverified_payload()
            .to_vec(),
        &["drift-monitor"],
    );
    let scene = plain.approved().but(|scene| scene.revocations.push(forged.into()));
    file.permit("a monitor revokes in Bo's name", "It revokes nothing.", &scene, &[]);
    file
}

/// Keys of the root, now or once, and revocations by the root, now or once.
fn root_keys(file: &mut File) {
    let org = Organisation::new();
    let story = Story::of(org.clone());
    let root = ["alice.ng", "chandra.iyer", "emil.novak"];
    let second = org.next_policy(
        |policy| policy.root.principals = root.map(name_of).into(),
        &["alice.ng", "bo.eriksen", "chandra.iyer", "dana.osei", "emil.novak"],
    );
    let revoked = |revoker: &str, owner: &str| {
        story.scene(&["alice.ng", owner]).but(|scene| {
            scene.policies.push((&second).into());
            scene.revocations.push(org.key_revocation(revoker, owner).into());
        })
    };
    let comment = "While Bo was of the root it was a root key, and now Bo is not.";
    let scene = revoked("bo.eriksen", "dana.osei");
    file.permit("one who left the root revokes what was a root key", comment, &scene, &[]);
    let comment = "The root changes by policies alone.";
    let scene = revoked("bo.eriksen", "chandra.iyer");
    file.permit("one who left the root revokes what has become a root key", comment, &scene, &[]);
    let codes = [Code::ThresholdNotMet, Code::KeyRevoked];
    let scene = revoked("alice.ng", "dana.osei");
    file.deny("one of the root revokes what was a root key", "For comparison: the root may.", &scene, &codes);
}

fn one_hand() -> File {
    let mut file = File::new("36-one-hand-in-two-planes.json");
    let broken = |change: &dyn Fn(&mut placet_core::policy::Policy)| {
        pinned(&Organisation::new().with(|policy| change(policy)).policy.to_payload())
    };
    let scene = broken(&|policy| {
        let keys = policy.principals["training-pipeline"].keys.clone();
        policy.principals.get_mut("chandra.iyer").unwrap().keys.extend(keys);
    });
    file.deny_policy("an approver with the trainer's key", "", &scene, Code::PolicyKeyReused);
    let scene =
        broken(&|policy| policy.principals.get_mut("chandra.iyer").unwrap().roles.push(name_of("trainer")));
    file.deny_policy("an approver who trains", "", &scene, Code::PolicyMixedPlanes);
    let scene =
        broken(&|policy| policy.principals.get_mut("chandra.iyer").unwrap().roles.push(name_of("monitor")));
    file.deny_policy("an approver who monitors", "", &scene, Code::PolicyMixedPlanes);
    let scene = broken(&|policy| policy.root.principals.push(name_of("registry")));
    file.deny_policy("a root member in the registry's plane", "", &scene, Code::PolicyRoot);
    let scene = broken(&|policy| {
        policy.log = Some(Log {
            origin: "log".into(),
            key: Key::of("registry").public_key().clone(),
            witnesses: Vec::new(),
            threshold: 0,
        });
    });
    file.deny_policy("a list key that is the log's key", "", &scene, Code::PolicyKeyReused);
    let scene = broken(&|policy| {
        policy.list_signers = Threshold { threshold: 1, principals: vec![name_of("alice.ng")] }
    });
    file.deny_policy(
        "an approver who signs lists",
        "Alice could un-revoke what she approved.",
        &scene,
        Code::PolicyListSigners,
    );
    let scene = broken(&|policy| policy.rules[0] = rule("production", &[("monitor", 1)]));
    file.deny_policy("a quorum of monitors", "", &scene, Code::PolicyQuorum);
    file
}

fn overlaps() -> File {
    let mut file = File::new("37-overlapping-rules.json");
    let any = |name: &str, environment: Option<&str>| Rule {
        name: name_of(name),
        environment: environment.map_or(Pattern::Any, |text| Pattern::Only(name_of(text))),
        ..rule("production", &[("ml-lead", 1)])
    };
    let strict = rule("production", &[("ml-lead", 1), ("safety", 1)]);
    let broken = |rules: Vec<Rule>| {
        pinned(&Organisation::new().with(|policy| policy.rules = rules).policy.to_payload())
    };
    let scene = broken(vec![strict.clone(), any("lax", Some("production"))]);
    file.deny_policy(
        "a strict and a lax rule for one place",
        "Which of them is first would decide.",
        &scene,
        Code::PolicyRuleOverlap,
    );
    file.deny_policy(
        "two rules for any place",
        "",
        &broken(vec![any("a", None), any("b", None)]),
        Code::PolicyRuleOverlap,
    );
    let story =
        Story::of(Organisation::new().with(|policy| policy.rules = vec![any("lax", None), strict.clone()]));
    file.deny(
        "a lax rule for any place beside a strict one for this",
        "The more particular governs, wherever it stands.",
        &story.scene(&["alice.ng"]),
        &[Code::ThresholdNotMet],
    );
    let story = Story::of(Organisation::new().with(|policy| policy.rules = vec![any("lax", None), strict]));
    let scene = story.scene(&["alice.ng"]).asking(|request| request.environment = name_of("canary"));
    file.deny(
        "an environment that is not declared, beside a rule for any",
        "It does not fall through to the rule for any.",
        &scene,
        &[Code::EnvironmentUndeclared, Code::EnvironmentNotApproved, Code::RuleMissing],
    );
    file
}

fn test_domain() -> File {
    let mut file = File::new("38-the-test-domain.json");
    let production = Story::of(Organisation::new());
    let test = Organisation::new().with(|policy| {
        policy.organization = "Example (test)".into();
        policy.rules = vec![rule("production", &[("ml-lead", 1)])];
    });
    let rehearsal = Story::of(test.clone());
    let trust = production.approved();
    let rehearsed = |scene: Scene| {
        scene.but(|scene| {
            (scene.pins, scene.policies, scene.lists) =
                (trust.pins.clone(), trust.policies.clone(), trust.lists.clone());
        })
    };
    file.deny(
        "a rehearsal replayed in production",
        "The same people, keys, model and weights.",
        &rehearsed(rehearsal.approved()),
        &[Code::ForeignDomain, Code::ThresholdNotMet],
    );
    let approval =
        rehearsal.approval("chandra.iyer", |approval| approval.proposal = production.proposal.digest());
    let scene = production.scene(&["alice.ng"]).but(|scene| scene.approvals.push(approval.into()));
    file.deny(
        "an approval of the test domain that names the production proposal",
        "",
        &scene,
        &[Code::ThresholdNotMet, Code::ForeignDomain],
    );
    let scene =
        production.approved().but(|scene| scene.lists = vec![test.list(|list| list.number = 999).into()]);
    file.deny(
        "a list of the test domain",
        "It would hide what production revoked.",
        &scene,
        &[Code::ForeignDomain],
    );
    let revocation = test.revocation("bo.eriksen", Target::Proposal(production.proposal.digest()), |_| {});
    let scene = production.approved().but(|scene| scene.revocations.push(revocation.into()));
    file.permit("a revocation of the test domain", "A rehearsed stop stops nothing here.", &scene, &[]);
    let revocation = test.key_revocation("bo.eriksen", "chandra.iyer");
    let scene = production.approved().but(|scene| scene.revocations.push(revocation.into()));
    file.permit("a key revocation of the test domain", "", &scene, &[]);
    let scene = production.approved().but(|scene| scene.pins = vec![test.domain().to_string()]);
    file.deny_policy("the test domain is pinned in place of production", "", &scene, Code::PolicyUnpinned);
    file
}

fn caches() -> File {
    let mut file = File::new("39-cached-decisions.json");
    let (org, story) = (Organisation::new(), Story::of(Organisation::new()));
    let sound = story.approved();
    file.permit(
        "a decision is good until the list is too old",
        "See `valid_until`: one hour after the list was made.",
        &sound,
        &[],
    );
    file.deny("the same at that moment", "", &sound.clone().at("2026-11-22T15:01:00Z"), &[Code::ListStale]);
    let brief = sound.clone().list(&org, |list| list.window.not_after = time("2026-11-22T14:06:00Z"));
    file.permit("a decision is good until the list's own end", "", &brief, &[]);
    file.deny("the list's own end", "", &brief.at("2026-11-22T14:06:00Z"), &[Code::ListStale]);
    let keyed = Story::of(Organisation::new().with(|policy| {
        policy.principals.get_mut("chandra.iyer").unwrap().keys[0].window.not_after =
            time("2026-11-22T14:07:00Z");
    }));
    file.permit("a decision is good until a counted key runs out", "", &keyed.approved(), &[]);
    file.deny(
        "a counted key ran out",
        "",
        &keyed.approved().at("2026-11-22T14:07:00Z"),
        &[Code::ThresholdNotMet, Code::KeyExpired],
    );
    let ending =
        Story::of(Organisation::new().with(|policy| policy.window.not_after = time("2026-11-22T14:08:00Z")));
    file.permit("a decision is good until the policy runs out", "", &ending.approved(), &[]);
    let ending_soon = Story::told(
        Organisation::new(),
        |_| {},
        |proposal| proposal.window.not_after = time("2026-11-22T14:09:00Z"),
    );
    file.permit("a decision is good until the proposal runs out", "", &ending_soon.approved(), &[]);
    for (name, who) in [
        ("the trainer's", "training-pipeline"),
        ("the proposer's", "emil.novak"),
        ("the registry's", "registry"),
        ("a root member's", "dana.osei"),
    ] {
        let story = Story::of(Organisation::new().with(|policy| {
            policy.principals.get_mut(who).unwrap().keys[0].window.not_after = time("2026-11-22T14:10:00Z");
        }));
        file.permit(&format!("a decision is good until {name} key runs out"), "", &story.approved(), &[]);
    }
    let early = Story::told(
        Organisation::new(),
        |_| {},
        |proposal| proposal.window.not_before = time("2026-11-22T14:11:00Z"),
    );
    file.deny(
        "a denial is worth asking again when the proposal begins",
        "",
        &early.approved(),
        &[Code::NotYetValid],
    );
    let revoked = sound.clone().but(|scene| {
        scene
            .revocations
            .push(org.revocation("bo.eriksen", Target::Proposal(story.proposal.digest()), |_| {}).into());
    });
    file.deny(
        "a revocation that arrived since",
        "A permit of a minute ago does not stand against it.",
        &revoked.after(&sound),
        &[Code::ProposalRevoked],
    );
    let poisoned = sound.clone().after(&sound.clone().at("9999-12-31T23:59:59Z"));
    file.permit("a verifier whose clock was once wrong", "It forgets the wrong time.", &poisoned, &[]);
    file
}

fn envelopes() -> File {
    let mut file = File::new("40-envelopes-and-order.json");
    let story =
        Story::of(Organisation::new().with(|policy| policy.rules[0] = rule("production", &[("ml-lead", 2)])));
    let approval = story.approval("alice.ng", |_| {});
    let mut doubled = approval.clone();
    doubled.add_signature(&Key::of("bo.eriksen"));
    let scene = |approvals: Vec<Bytes>| story.scene(&[]).but(|scene| scene.approvals = approvals);
    let comment = "One payload is one approval, however often it is signed.";
    file.deny(
        "one approval that a second person signs too",
        comment,
        &scene(vec![(&doubled).into()]),
        &[Code::ThresholdNotMet, Code::SignatureCount],
    );
    let by_bo = sign_by(IN_TOTO, approval.unverified_payload().to_vec(), &["bo.eriksen"]);
    file.deny(
        "one payload in two envelopes of two people",
        comment,
        &scene(vec![(&approval).into(), by_bo.into()]),
        &[Code::ThresholdNotMet],
    );
    let spaced = Bytes::from(approval.to_json().replace(',', " , ").replace("\":", "\" : "));
    file.deny(
        "one approval in envelopes that differ in white space",
        comment,
        &scene(vec![(&approval).into(), spaced]),
        &[Code::ThresholdNotMet],
    );
    let reordered = altered(&approval, |_| {}).to_vec();
    let reordered = String::from_utf8(reordered).unwrap();
    let (payload, rest) = reordered.split_once(",\"payloadType\"").unwrap();
    let reordered = format!(
        "{{\"payloadType\"{},{}}}",
        rest.strip_suffix('}').unwrap(),
        payload.strip_prefix('{').unwrap()
    );
    file.deny(
        "one approval in envelopes whose fields are in another order",
        comment,
        &scene(vec![(&approval).into(), reordered.into()]),
        &[Code::ThresholdNotMet],
    );
    let sound = Story::of(Organisation::new());
    let everyone = ["alice.ng", "bo.eriksen", "chandra.iyer", "dana.osei"];
    let forward = sound.scene(&everyone);
    file.permit("four approvals", "", &forward, &[]);
    file.permit(
        "four approvals in another order",
        "The same decision, byte for byte.",
        &forward.clone().but(|scene| scene.approvals.rotate_left(2)),
        &[],
    );
    let other = ModelId::parse("x").unwrap();
    let scene = forward.asking(|request| request.model_id = other).but(|scene| scene.approvals.reverse());
    file.deny("four approvals of another model", "", &scene, &[Code::ModelMismatch]);
    file
}
