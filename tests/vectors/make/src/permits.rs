//! Evidence that suffices, in every shape. A verifier that denies one of these is as wrong as one that is fooled.

use placet_core::{
    approval::Verdict,
    code::Code,
    digest::Digest,
    key::{PublicKey, Signer as _},
    name::{Label, ModelId},
    policy::{MetricBound, POLICY, Pattern, PolicyKey, Rule},
    revocation::{Reason, Target},
    revocation_list::{Entry, EntryKind, REVOCATION_LIST},
    state::State,
    statement::IN_TOTO,
    time::Window,
    training::{Material, Metric},
    weights::{Manifest, WeightsFile},
};
use placet_testkit::{Key, Organisation, name_of, rule, sign_by, time};

use crate::{
    bytes::Bytes,
    scene::{Scene, Story, altered},
    vector::File,
};

pub(crate) fn file() -> File {
    let mut file = File::new("permits.json");
    plain(&mut file);
    weights(&mut file);
    quorums(&mut file);
    rules(&mut file);
    times(&mut file);
    keys(&mut file);
    chains(&mut file);
    revocations(&mut file);
    states(&mut file);
    junk(&mut file);
    file
}

fn plain(file: &mut File) {
    let sound = Scene::sound();
    file.permit("one ML lead and one of safety", "What production asks for.", &sound, &[]);
    let scene = sound.clone().asking(|request| request.scope = name_of("us-east"));
    file.permit("the other scope of the proposal", "One rule governs both.", &scene, &[]);
    let scene = sound.clone().but(|scene| scene.approvals.reverse());
    file.permit("approvals the other way round", "The same decision byte for byte.", &scene, &[]);
    let scene = sound.but(|scene| {
        scene.request =
            Bytes::from(String::from_utf8(scene.request.to_vec()).unwrap().replace(',', " ,\n\t"));
    });
    file.permit("a request with white space", "White space around values means nothing.", &scene, &[]);

    let org = Organisation::new();
    let story = Story::told(
        org.clone(),
        |training| {
            training.card = "{\"summary\": \"\\u202eevil\\u2066 \u{202e}\", \"n\": [1e2, 1E-7, -0.0], \"é\": \"\u{1f600}\"}".into();
            training.metadata = r#"{ "framework" : "scikit-learn", "nested": [[[[1]]]] }"#.into();
            training.correlation_id = "run \"4712\"\n\\".into();
            training.materials = vec![Material {
                name: Label::parse("digits/train@1").unwrap(),
                digest: Digest::of(b"data"),
                uri: "https://example.org/data?a=1&b=2".into(),
            }];
        },
        |proposal| {
            proposal.supersedes = Some(Digest::of(b"an earlier proposal"));
            proposal.note = "Zeile 1\nZeile 2\t\u{200b}\"quoted\" \\ \u{7f}".into();
        },
    );
    file.permit(
        "free text of every kind",
        "Escapes, controls and bidirectional marks change no decision.",
        &story.approved(),
        &[],
    );

    let annotated = |envelope: &placet_core::envelope::Envelope, who: &str| {
        crate::scene::resigned(
            envelope,
            r#""predicate":{"#,
            r#""predicate":{"annotations":{"x":"y","é":""},"#,
            &[who],
        )
    };
    let training = annotated(&story.training, "training-pipeline");
    let proposal = annotated(&org.proposal(&training, |_| {}), "emil.novak");
    let story = Story { org, training, proposal };
    let mut scene = story.approved();
    scene.approvals =
        ["alice.ng", "chandra.iyer"].map(|who| annotated(&story.approval(who, |_| {}), who).into()).into();
    file.permit(
        "annotations in every document",
        "The one place for more; no decision reads it.",
        &scene,
        &[],
    );
}

fn weights(file: &mut File) {
    let entry =
        |path: &str, size| WeightsFile { path: path.into(), size, digest: Digest::of(path.as_bytes()) };
    let entries = vec![
        entry("base/model.safetensors", 1 << 40),
        entry("adapter/a b.bin", 0),
        entry("tokenizer/日本.json", 5),
    ];
    let manifest = Manifest::directory(entries).unwrap();
    let weights = manifest.weights();
    let story = Story::told(
        Organisation::new(),
        |training| {
            training.subject.weights = weights;
            training.manifest = manifest;
        },
        |_| {},
    );
    let scene = story.approved().asking(|request| request.weights = weights);
    file.permit(
        "weights that are a directory",
        "Base model, adapter and tokenizer under one digest.",
        &scene,
        &[],
    );

    let id = ModelId::parse("Org/Digits.Classifier_v3@2026:rc-1").unwrap();
    let story = Story::told(Organisation::new(), |training| training.subject.model_id = id.clone(), |_| {});
    let scene = story.approved().asking(|request| request.model_id = id);
    file.permit("a model id of every character that is allowed", "", &scene, &[]);
}

fn quorums(file: &mut File) {
    let everyone = ["alice.ng", "bo.eriksen", "chandra.iyer", "dana.osei"];
    let of = |quorum: &[(&str, u64)], units| {
        let production = Rule { distinct_units: units, ..rule("production", quorum) };
        Story::of(Organisation::new().with(|policy| policy.rules = vec![production]))
    };
    file.permit("two ML leads", "", &of(&[("ml-lead", 2)], 0).scene(&["alice.ng", "bo.eriksen"]), &[]);
    file.permit("two and two", "", &of(&[("ml-lead", 2), ("safety", 2)], 0).scene(&everyone), &[]);
    let scene = of(&[("ml-lead", 1), ("safety", 1)], 0).scene(&everyone);
    file.permit("more people than needed", "All of them count.", &scene, &[]);
    let scene = of(&[("ml-lead", 2)], 2).scene(&["alice.ng", "bo.eriksen"]);
    file.permit("people of two units", "Research and platform.", &scene, &[]);
    let scene = of(&[("ml-lead", 1), ("safety", 1)], 3).scene(&["alice.ng", "bo.eriksen", "chandra.iyer"]);
    file.permit("a third unit from more than the quorum", "Whoever counts brings a unit.", &scene, &[]);

    let org = Organisation::new().with(|policy| {
        policy.principals.get_mut("alice.ng").unwrap().roles.push(name_of("safety"));
        policy.rules = vec![rule("production", &[("safety", 2)])];
    });
    let story = Story::of(org);
    let approval = story.approval("alice.ng", |approval| approval.role = name_of("safety"));
    let scene = story.scene(&["chandra.iyer"]).but(|scene| scene.approvals.push(approval.into()));
    file.permit("a person of two roles who approves in one", "", &scene, &[]);

    let org = Organisation::new().with(|policy| policy.rules[0].proposer_may_approve = true);
    let story = Story::told(org, |_| {}, |proposal| proposal.proposed_by = name_of("alice.ng"));
    file.permit("a proposer who may approve", "The rule says so.", &story.approved(), &[]);

    let story = Story::of(Organisation::new());
    let twice = story.approval("alice.ng", |approval| approval.comment = "again".into());
    let scene = story.approved().but(|scene| scene.approvals.push(twice.into()));
    file.permit(
        "one person twice beside a whole quorum",
        "The second does not count, and does no harm.",
        &scene,
        &[Code::DuplicateApprover],
    );
    let operator = story.approval("emil.novak", |_| {});
    let scene = story.approved().but(|scene| scene.approvals.push(operator.into()));
    file.permit(
        "the trainer's operator beside a whole quorum",
        "Who is kept out blocks nobody else.",
        &scene,
        &[Code::ApproverOperatesTrainer],
    );
    let org = Organisation::new().with(|policy| policy.rules[0].veto = false);
    let story = Story::of(org);
    let reject = story.approval("bo.eriksen", |approval| approval.verdict = Verdict::Reject);
    let scene = story.approved().but(|scene| scene.approvals.push(reject.into()));
    file.permit(
        "a rejection where the rule has no veto",
        "It cancels the approvals of that person only.",
        &scene,
        &[Code::NotAnApproval],
    );
    let story = Story::of(Organisation::new());
    let withdraw = story.approval("bo.eriksen", |approval| approval.verdict = Verdict::Withdraw);
    let approve = story.approval("bo.eriksen", |_| {});
    let scene = story.approved().but(|scene| scene.approvals.extend([withdraw.into(), approve.into()]));
    file.permit(
        "a withdrawal by one of more than needed",
        "A withdrawal is no veto.",
        &scene,
        &[Code::ApprovalCancelled, Code::NotAnApproval],
    );
}

fn rules(file: &mut File) {
    let any = |name: &str, environment: Option<&str>, scope: Option<&str>, role: &str| Rule {
        name: name_of(name),
        environment: environment.map_or(Pattern::Any, |text| Pattern::Only(name_of(text))),
        scope: scope.map_or(Pattern::Any, |text| Pattern::Only(name_of(text))),
        ..rule("production", &[(role, 1)])
    };
    // In each the more particular rule asks for ML leads, the others for safety; nobody of safety approves.
    for (name, rules) in [
        (
            "environment and scope before the environment",
            vec![
                any("a", Some("production"), None, "safety"),
                any("b", Some("production"), Some("eu-west"), "ml-lead"),
            ],
        ),
        (
            "the environment before the scope",
            vec![any("a", None, Some("eu-west"), "safety"), any("b", Some("production"), None, "ml-lead")],
        ),
        (
            "the scope before any",
            vec![any("a", None, None, "safety"), any("b", None, Some("eu-west"), "ml-lead")],
        ),
        (
            "any where nothing else fits",
            vec![
                any("a", Some("staging"), None, "safety"),
                any("b", None, Some("us-east"), "safety"),
                any("c", None, None, "ml-lead"),
            ],
        ),
    ] {
        let story = Story::of(Organisation::new().with(|policy| policy.rules = rules));
        file.permit(
            &format!("rules: {name}"),
            "The first that fits governs alone.",
            &story.scene(&["alice.ng"]),
            &[],
        );
    }

    let bounds = |bounds: &[(&str, Option<&str>, Option<&str>)]| {
        let metric = |text: &str| Metric::parse(text).unwrap();
        let bound = |(name, min, max): &(&str, Option<&str>, Option<&str>)| MetricBound {
            name: Label::parse(name).unwrap(),
            min: min.map(metric),
            max: max.map(metric),
        };
        let bounds = bounds.iter().map(bound).collect();
        Story::of(Organisation::new().with(|policy| policy.rules[0].metrics = bounds)).approved()
    };
    file.permit("a rule without metrics", "", &bounds(&[]), &[]);
    let scene = bounds(&[("accuracy", Some("0.978"), Some("0.978")), ("log_loss", None, Some("0.114"))]);
    file.permit("metrics at their bounds", "Bounds are inclusive.", &scene, &[]);
    let scene = bounds(&[
        ("accuracy", Some("9.78e-1"), Some("0.97800000000000000000000001")),
        ("log_loss", None, None),
    ]);
    file.permit("metrics and bounds in other digits", "Numbers are compared, not their digits.", &scene, &[]);
}

fn times(file: &mut File) {
    let org = Organisation::new();
    let fresh = |now: &str| {
        let made = time(now);
        let window = Window { not_before: made, not_after: made.plus(3600) };
        let story = Story::told(org.clone(), |_| {}, |_| {});
        story.approved().list(&org, |list| list.window = window).at(now)
    };
    file.permit(
        "the last second of the proposal",
        "Intervals are half-open.",
        &fresh("2027-02-18T23:59:59Z"),
        &[],
    );
    let scene = Scene::sound().at("2026-11-22T15:00:59Z");
    file.permit("a list of one second less than the maximum age", "", &scene, &[]);
    let scene = Scene::sound().at("2026-11-22T14:00:11Z");
    file.permit(
        "a list and approvals as far ahead as clocks may differ",
        "The skew of 120 s, to the second.",
        &scene,
        &[],
    );
    let story =
        Story::told(org.clone(), |_| {}, |proposal| proposal.proposed_at = time("2026-11-21T00:00:00Z"));
    file.permit(
        "the longest life that the rule allows",
        "Ninety days from the proposal to its end.",
        &story.approved(),
        &[],
    );
    let story = Story::told(
        org.clone(),
        |_| {},
        |proposal| proposal.window.not_before = time("2026-11-22T14:05:00Z"),
    );
    file.permit("the first second of the proposal", "", &story.approved(), &[]);
    let story = Story::told(org, |_| {}, |proposal| proposal.proposed_at = time("2026-11-22T14:02:11Z"));
    file.permit("an approval of the very second of the proposal", "", &story.approved(), &[]);
    let org = Organisation::new().with(|policy| policy.rules[0].approval_window_days = 1);
    let story = Story::told(org, |_| {}, |proposal| proposal.proposed_at = time("2026-11-21T14:02:11Z"));
    file.permit("an approval of the last second of its window", "", &story.approved(), &[]);
}

/// A key and when it may be used.
pub(crate) fn key(name: &str, from: &str, until: &str) -> PolicyKey {
    let public: PublicKey = Key::of(name).public_key().clone();
    PolicyKey { public, window: Window { not_before: time(from), not_after: time(until) } }
}

fn keys(file: &mut File) {
    let old = || key("alice.ng-old", "2025-01-01T00:00:00Z", "2026-11-01T00:00:00Z");
    let org = Organisation::new()
        .with(|policy| policy.principals.get_mut("alice.ng").unwrap().keys.insert(0, old()));
    file.permit(
        "a person with an old and a new key",
        "Who signs with the new one counts.",
        &Story::of(org).approved(),
        &[],
    );
    let org = Organisation::new().with(|policy| {
        let second = key("alice.ng-2", "2026-01-01T00:00:00Z", "2026-11-22T14:05:01Z");
        policy.principals.get_mut("alice.ng").unwrap().keys.push(second);
    });
    let story = Story::of(org);
    let payload = story.approval("alice.ng", |_| {}).unverified_payload().to_vec();
    let scene = story.scene(&["chandra.iyer"]).but(|scene| {
        scene.approvals.push(sign_by(IN_TOTO, payload, &["alice.ng-2"]).into());
    });
    file.permit("a key in its last second", "The decision ends with the key.", &scene, &[]);
}

fn chains(file: &mut File) {
    let org = Organisation::new();
    let old_and_new = ["alice.ng", "dana.osei"];
    let second = org.next_policy(|policy| policy.organization = "Example AG".into(), &old_and_new);
    let rotated = |org: &Organisation, second: &placet_core::envelope::Envelope| {
        let digest = second.digest();
        Story::of(org.clone()).approved().but(|scene| scene.policies.push(second.into())).list(org, |list| {
            list.policy.version = 2;
            list.policy.digest = digest;
        })
    };
    file.permit(
        "a proposal of the policy before",
        "The newest policy judges; a proposal's must only be in the chain.",
        &rotated(&org, &second),
        &[],
    );
    let scene = rotated(&org, &second).but(|scene| scene.policies.reverse());
    file.permit("a chain the other way round", "Policies are put in order by their versions.", &scene, &[]);
    let scene = rotated(&org, &second).list(&org, |_| {});
    file.permit(
        "a list of the policy before",
        "It is not older than the newest list that is held.",
        &scene,
        &[],
    );

    let digest = second.digest();
    let third = org.next_policy(
        |policy| {
            (policy.version, policy.previous) = (3, Some(digest));
            policy.window.not_before = time("2026-11-10T00:00:00Z");
        },
        &old_and_new,
    );
    let expired = org.clone().with(|policy| {
        policy.window.not_after = time("2026-10-01T00:00:00Z");
        for member in policy.principals.values_mut() {
            member.keys[0].window.not_after = time("2026-10-01T00:00:00Z");
        }
    });
    let renewed = expired.next_policy(|policy| *policy = renewal(&org, &expired), &old_and_new);
    let digest = renewed.digest();
    let story = Story::told(
        org.clone(),
        |training| training.domain = expired.domain(),
        |proposal| {
            proposal.domain = expired.domain();
            proposal.policy.version = 2;
            proposal.policy.digest = digest;
        },
    );
    let story = Story { org: org.clone(), ..story };
    let summary = shown_by(&renewed, &expired, &story);
    let scene = story.scene(&[]).but(|scene| {
        scene.pins = vec![expired.domain().to_string()];
        scene.policies = vec![expired.policy_envelope().into(), (&renewed).into()];
        scene.approvals = ["alice.ng", "chandra.iyer"]
            .map(|who| {
                let approval = story.approval(who, |approval| {
                    approval.domain = expired.domain();
                    approval.summary = summary.clone();
                });
                approval.into()
            })
            .into();
    });
    let scene = scene.list(&org, |list| {
        list.domain = expired.domain();
        list.policy.version = 2;
        list.policy.digest = digest;
    });
    file.permit("a first policy that has expired", "Only the newest must be in force.", &scene, &[]);

    let scene = rotated(&org, &second).but(|scene| scene.policies.push(third.clone().into()));
    file.permit("a chain of three", "", &scene, &[]);
    let scene = rotated(&org, &second).but(|scene| {
        // Signatures of the old and of the new root may come in two envelopes.
        let payload = second.unverified_payload();
        let by = |who: &str| Bytes::from(sign_by(POLICY, payload.to_vec(), &[who]));
        scene.policies = vec![scene.policies[0].clone(), by("alice.ng"), by("dana.osei")];
    });
    file.permit("a policy whose signatures come in two envelopes", "They are of one document.", &scene, &[]);

    let other = Organisation::new().with(|policy| policy.organization = "Other".into());
    let scene = Scene::sound().but(|scene| {
        scene.pins.push(other.domain().to_string());
        scene.policies.push(other.policy_envelope().into());
        scene.lists.push(other.list(|list| list.number = 900).into());
    });
    file.permit(
        "two pinned organisations",
        "Pins are a set, so that verifiers can move; the bundle says whose it is.",
        &scene,
        &[],
    );
    let scene = Scene::sound().but(|scene| {
        scene.policies.insert(0, other.policy_envelope().into());
        scene.lists.insert(0, other.list(|list| list.number = 900).into());
    });
    file.permit(
        "documents of an organisation that is not pinned",
        "They say nothing about this one.",
        &scene,
        &[],
    );
}

/// The second policy of `expired`, which is otherwise that of `org`.
fn renewal(org: &Organisation, expired: &Organisation) -> placet_core::policy::Policy {
    let mut policy = org.policy.clone();
    policy.version = 2;
    policy.previous = Some(expired.domain());
    policy.domain = Some(expired.domain());
    policy.window.not_before = time("2026-11-01T00:00:00Z");
    policy
}

/// What an approver was shown under `second`, the policy after that of `first`.
pub(crate) fn shown_by(
    second: &placet_core::envelope::Envelope,
    first: &Organisation,
    story: &Story,
) -> placet_core::approval::SummaryRef {
    let mut trust = first.trust();
    trust.policies.push(Ok(second.clone()));
    let trust = trust.verify();
    let chain = trust.policy(first.domain()).unwrap();
    let (now, none) = (time(placet_testkit::NOW), std::collections::BTreeSet::new());
    let training = chain.verify(&story.training, now, &none).unwrap();
    let proposal = chain.verify(&story.proposal, now, &none).unwrap();
    placet_core::summary::reference(&training, &proposal, chain.newest().policy())
}

fn revocations(file: &mut File) {
    let (org, story) = (Organisation::new(), Story::of(Organisation::new()));
    let other = Digest::of(b"something else");
    let entry = |kind| Entry { kind, value: other, until: None, reason_code: Reason::Other, source: other };
    let kinds = [EntryKind::Approval, EntryKind::Key, EntryKind::Proposal, EntryKind::Weights];
    let scene = story.approved().list(&org, |list| list.entries = kinds.map(entry).into());
    file.permit("a list of other things", "", &scene, &[]);
    let digest = story.proposal.digest();
    let swapped = Entry { value: digest, ..entry(EntryKind::Weights) };
    let key_like = Entry { value: digest, ..entry(EntryKind::Key) };
    let scene = story.approved().list(&org, |list| list.entries = vec![swapped, key_like]);
    file.permit(
        "the proposal's digest as that of weights and of a key",
        "An entry revokes only what its kind says.",
        &scene,
        &[],
    );
    let scene = story.approved().but(|scene| {
        scene.revocations = vec![
            org.revocation("dana.osei", Target::Proposal(other), |_| {}).into(),
            org.revocation("dana.osei", Target::Weights(other), |_| {}).into(),
            org.key_revocation("emil.novak", "emil.novak").into(),
        ];
        // Emil's key proposed, so somebody else's is revoked in its stead.
        scene.revocations.truncate(2);
        scene.revocations.push(org.key_revocation("alice.ng", "drift-monitor").into());
    });
    file.permit("loose revocations of other things", "", &scene, &[]);
    let scene = story.approved().but(|scene| {
        scene.revocations = vec![
            org.revocation("deployer", Target::Proposal(digest), |_| {}).into(),
            org.revocation("drift-monitor", Target::Proposal(digest), |_| {}).into(),
            org.key_revocation("chandra.iyer", "alice.ng").into(),
            org.key_revocation("chandra.iyer", "bo.eriksen").into(),
            story.approval("alice.ng", |_| {}).into(),
            r#"{"junk":true}"#.into(),
            "17".into(),
        ];
    });
    file.permit(
        "loose statements of people who may not revoke",
        "Junk ends nothing and blocks nothing.",
        &scene,
        &[],
    );
    let scene =
        story.approved().but(|scene| scene.lists.insert(0, org.list(|list| list.number = 211).into()));
    file.permit("an older list beside the newest", "The newest that is held is used.", &scene, &[]);
    let scene = story.approved().but(|scene| {
        let junk = sign_by(REVOCATION_LIST, b"{}".to_vec(), &["registry"]);
        let unsigned =
            altered(&org.list(|list| list.number = 300), |json| json["signatures"] = serde_json::json!([]));
        scene.lists.extend([junk.into(), unsigned, "null".into()]);
    });
    file.permit("junk among the lists", "A list that nobody signed has no number.", &scene, &[]);
}

fn states(file: &mut File) {
    let sound = Scene::sound();
    let scene = sound.clone().but(|scene| scene.state = Some(State::new().to_json().into()));
    file.permit("a state that has seen nothing", "", &scene, &[]);
    file.permit(
        "a state that has seen the same",
        "Deciding again changes nothing.",
        &sound.clone().after(&sound),
        &[],
    );
    let org = Organisation::new();
    let entry = Entry {
        kind: EntryKind::Weights,
        value: Digest::of(b"other weights"),
        until: Some(time("2026-11-22T14:00:30Z")),
        reason_code: Reason::Security,
        source: Digest::of(b""),
    };
    let earlier = sound.clone().list(&org, |list| {
        list.number = 211;
        list.window.not_before = time("2026-11-22T13:30:00Z");
        list.entries = vec![entry];
    });
    let scene = sound.clone().after(&earlier);
    file.permit(
        "a state with an entry that has run out",
        "It may leave the list after its time.",
        &scene,
        &[],
    );

    let approval = Story::of(org.clone()).approval("chandra.iyer", |_| {});
    let mine = Entry { kind: EntryKind::Approval, value: approval.digest(), ..entry };
    let seen = sound.clone().list(&org, |list| {
        list.number = 211;
        list.window.not_before = time("2026-11-22T13:30:00Z");
        list.entries = vec![mine];
    });
    let scene = sound.clone().after(&seen);
    file.permit(
        "a state with an entry of this approval that has run out",
        "What has run out is no longer held against it.",
        &scene,
        &[],
    );

    let other = Organisation::new().with(|policy| policy.organization = "Other".into());
    let theirs = Story::of(other).approved();
    let merged = {
        let state =
            |scene: &Scene| State::parse(&scene.clone().after(scene).state.unwrap().to_vec()).unwrap();
        state(&earlier).merge(state(&theirs)).merge(state(&sound))
    };
    let scene = sound.clone().but(|scene| scene.state = Some(merged.to_json().into()));
    file.permit("a state merged of three verifiers", "Of two organisations, one of them twice.", &scene, &[]);
    let scene = sound.clone().after(&sound).at("2026-11-22T14:03:00Z");
    file.permit(
        "a clock behind by less than the skew",
        "The state's time comes from documents, not from clocks.",
        &scene,
        &[],
    );
}

fn junk(file: &mut File) {
    let story = Story::of(Organisation::new());
    let with = |envelope: &placet_core::envelope::Envelope, entry: serde_json::Value| {
        altered(envelope, |json| {
            let entries = json["signatures"].as_array_mut().unwrap();
            entries.insert(0, entry);
        })
    };
    let junk = serde_json::json!({"keyid": "nobody", "sig": "unsigned"});
    let scene = story.approved().but(|scene| {
        scene.training = with(&story.training, junk.clone());
        scene.proposal = with(&story.proposal, junk.clone());
        scene.policies = vec![with(&story.org.policy_envelope(), junk.clone())];
        scene.lists = vec![with(&story.org.list(|_| {}), junk.clone())];
    });
    file.permit("a junk signature beside the good one", "It never counts and never blocks.", &scene, &[]);
    let own = Key::of("emil.novak").public_key().key_id().to_string();
    let wrong = serde_json::json!({"keyid": own, "sig": "A".repeat(86) + "=="});
    let scene = story.approved().but(|scene| scene.proposal = with(&story.proposal, wrong));
    file.permit(
        "a wrong signature under the right key's id beside the good one",
        "Each entry is tried by itself.",
        &scene,
        &[],
    );
    let mut crowd = story.proposal.clone();
    (0..63).for_each(|number| crowd.add_signature(&Key::of(&format!("stranger-{number}"))));
    let scene = story.approved().but(|scene| scene.proposal = (&crowd).into());
    file.permit(
        "sixty-three strangers beside the proposer",
        "The most signatures that an envelope may carry.",
        &scene,
        &[],
    );
    let scene = story.approved().but(|scene| {
        scene.approvals.extend([
            "null".into(),
            "[]".into(),
            r#"{"payload":"!","payloadType":"x","signatures":[]}"#.into(),
            Bytes::from(sign_by("text/plain", b"hello".to_vec(), &["alice.ng"])),
            (&story.training).into(),
        ]);
    });
    file.permit(
        "junk among the approvals",
        "Each is listed with its code.",
        &scene,
        &[Code::JsonSyntax, Code::WrongType, Code::WrongType, Code::InvalidBase64, Code::WrongPredicateType],
    );
    let copies = story.approval("alice.ng", |_| {});
    let stripped = altered(&copies, |json| json["signatures"] = serde_json::json!([]));
    let mut doubled = copies.clone();
    doubled.add_signature(&Key::of("chandra.iyer"));
    let scene =
        story.approved().but(|scene| scene.approvals.extend([stripped, doubled.into(), copies.into()]));
    file.permit(
        "the same approval with no, two and one signature",
        "The best of its envelopes speaks for it.",
        &scene,
        &[],
    );
}
