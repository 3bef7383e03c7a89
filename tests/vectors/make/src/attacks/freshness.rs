//! Time, freshness and state: something that was true once, or is not yet.

use placet_core::{
    code::Code,
    digest::Digest,
    envelope::Envelope,
    policy::POLICY,
    revocation::{Reason, Target},
    revocation_list::{Entry, EntryKind, REVOCATION_LIST},
    state::STATE,
};
use placet_testkit::{Key, Organisation, name_of, sign_by, time};

use crate::{
    permits::key,
    policies::pinned,
    scene::{Scene, Story, altered, resigned},
    vector::File,
};

pub(super) fn files() -> Vec<File> {
    vec![times(), policies(), lists(), clocks()]
}

fn times() -> File {
    let mut file = File::new("16-times.json");
    let story = Story::of(Organisation::new());
    let expiry = r#""expires_at":"2027-02-19T00:00:00Z""#;
    for (name, to, code) in [
        ("no expiry", r#""x":0"#, Code::MissingField),
        ("null for the expiry", r#""expires_at":null"#, Code::WrongType),
        ("a number for the expiry", r#""expires_at":4102444800"#, Code::WrongType),
        ("an empty expiry", r#""expires_at":"""#, Code::InvalidTime),
        ("never for the expiry", r#""expires_at":"never""#, Code::InvalidTime),
        ("an expiry without a zone", r#""expires_at":"2027-02-19T00:00:00""#, Code::InvalidTime),
        ("an expiry in another zone", r#""expires_at":"2027-02-19T00:00:00-12:00""#, Code::InvalidTime),
        ("an expiry that is written another way", r#""expires_at":"20270219T000000Z""#, Code::InvalidTime),
        (
            "an expiry on a day that does not exist",
            r#""expires_at":"2027-02-30T00:00:00Z""#,
            Code::InvalidTime,
        ),
        ("an expiry in the year 99999", r#""expires_at":"99999-02-19T00:00:00Z""#, Code::InvalidTime),
        ("an expiry as it begins", r#""expires_at":"2026-11-22T00:00:00Z""#, Code::EmptyValidity),
        ("an expiry before it begins", r#""expires_at":"2026-11-21T23:59:59Z""#, Code::EmptyValidity),
    ] {
        let proposal = resigned(&story.proposal, expiry, to, &["emil.novak"]);
        let scene = story.scene(&[]).but(|scene| scene.proposal = proposal.into());
        file.deny(name, "An approval that never ends.", &scene, &[code, Code::ThresholdNotMet]);
    }
    for until in ["2126-11-22T00:00:00Z", "9999-12-31T23:59:59Z", "2027-02-19T15:58:01Z"] {
        let story =
            Story::told(Organisation::new(), |_| {}, |proposal| proposal.window.not_after = time(until));
        file.deny(
            &format!("an approval until {until}"),
            "Ninety days from the proposal is the most.",
            &story.approved(),
            &[Code::TtlExceeded],
        );
    }
    let old = Story::told(
        Organisation::new(),
        |_| {},
        |proposal| proposal.proposed_at = time("2026-11-15T14:02:10Z"),
    );
    file.deny(
        "an approval a second after its window",
        "Seven days after the proposal nobody may approve any more.",
        &old.approved(),
        &[Code::TtlExceeded, Code::ThresholdNotMet, Code::ApprovalTooLate],
    );
    let signed = |at: &str| {
        let approval = story.approval("chandra.iyer", |approval| approval.signed_at = time(at));
        story.scene(&["alice.ng"]).but(|scene| scene.approvals.push(approval.into()))
    };
    let comment = "Nobody approves what was not yet proposed.";
    file.deny(
        "an approval before the proposal",
        comment,
        &signed("2026-11-21T15:57:59Z"),
        &[Code::ThresholdNotMet, Code::ApprovalBeforeProposal],
    );
    file.deny(
        "an approval of the future",
        "",
        &signed("2026-11-22T14:07:01Z"),
        &[Code::ThresholdNotMet, Code::FromFuture],
    );
    let future = Story::told(
        Organisation::new(),
        |_| {},
        |proposal| proposal.proposed_at = time("2026-11-22T14:07:01Z"),
    );
    file.deny("a proposal of the future", "", &future.scene(&[]), &[Code::FromFuture, Code::ThresholdNotMet]);
    let future = Story::told(
        Organisation::new(),
        |training| training.created_at = time("2026-11-22T14:07:01Z"),
        |_| {},
    );
    file.deny(
        "a training output of the future",
        "",
        &future.scene(&[]),
        &[Code::FromFuture, Code::ThresholdNotMet],
    );
    let sound = Scene::sound();
    let late = |now: &str| {
        let made = time(now);
        sound
            .clone()
            .at(now)
            .list(&story.org, |list| (list.window.not_before, list.window.not_after) = (made, made.plus(60)))
    };
    file.deny("a proposal that has run out", "", &late("2027-02-19T00:00:00Z"), &[Code::Expired]);
    let codes = [Code::PolicyExpired, Code::KeyExpired, Code::ThresholdNotMet, Code::ListSignatures];
    file.deny(
        "more than a year later",
        "Policy, keys and proposal have run out.",
        &late("2028-01-01T00:00:00Z"),
        &codes,
    );
    file
}

/// The scene of a chain of two policies; the second is `second`.
fn rotated(second: &Envelope) -> Scene {
    Scene::sound().but(|scene| scene.policies.push(second.into()))
}

fn policies() -> File {
    let mut file = File::new("17-policies.json");
    let org = Organisation::new();
    let root = ["alice.ng", "dana.osei"];
    let sound = Scene::sound();
    let unpinned = sound.clone().but(|scene| scene.pins = vec![Digest::of(b"another").to_string()]);
    file.deny_policy("a policy that is not pinned", "", &unpinned, Code::PolicyUnpinned);
    let second = org.next_policy(|_| {}, &root);
    let headless = sound.clone().but(|scene| scene.policies = vec![(&second).into()]);
    file.deny_policy("the second policy without the first", "", &headless, Code::PolicyUnpinned);
    for (name, signers) in [
        ("one of the root", &["alice.ng"][..]),
        ("nobody", &[]),
        ("one of the root twice", &["alice.ng", "alice.ng"]),
        ("approvers who are not the root", &["emil.novak", "chandra.iyer"]),
        ("the registry and one of the root", &["registry", "alice.ng"]),
    ] {
        let scene = sound.clone().but(|scene| {
            scene.policies = vec![sign_by(POLICY, org.policy.to_payload(), signers).into()];
        });
        file.deny_policy(&format!("a first policy signed by {name}"), "", &scene, Code::PolicySignatures);
        let second = org.next_policy(|_| {}, signers);
        file.deny(
            &format!("a second policy signed by {name}"),
            "Nothing may be permitted while a newer policy is unclear.",
            &rotated(&second),
            &[Code::PolicySignatures],
        );
    }
    let taken_over = |signers: &[&str]| {
        org.next_policy(
            |policy| {
                policy.root.principals = ["chandra.iyer", "dana.osei", "emil.novak"].map(name_of).into();
            },
            signers,
        )
    };
    file.deny(
        "a new root that signs alone",
        "A coup without the old root.",
        &rotated(&taken_over(&["chandra.iyer", "emil.novak"])),
        &[Code::PolicySignatures],
    );
    file.deny(
        "an old root that signs alone",
        "The new root has not shown that it holds its keys.",
        &rotated(&taken_over(&["alice.ng", "bo.eriksen"])),
        &[Code::PolicySignatures],
    );
    file.permit(
        "an old and a new root that sign both",
        "For comparison.",
        &rotated(&taken_over(&["alice.ng", "dana.osei", "emil.novak"])),
        &[],
    );
    let rekeyed = |signers: &[&str]| {
        org.next_policy(
            |policy| {
                for who in ["alice.ng", "dana.osei"] {
                    policy.principals.get_mut(who).unwrap().keys =
                        vec![key(&format!("{who}-2"), "2026-01-01T00:00:00Z", "2027-07-01T00:00:00Z")];
                }
            },
            signers,
        )
    };
    file.deny(
        "a root that signs with its old keys only",
        "The new document's keys must sign too.",
        &rotated(&rekeyed(&root)),
        &[Code::PolicySignatures],
    );
    file.deny(
        "a root that signs with its new keys only",
        "New keys are what the old ones vouch for.",
        &rotated(&rekeyed(&["alice.ng-2", "dana.osei-2"])),
        &[Code::PolicySignatures],
    );

    let gap = org.next_policy(|policy| policy.version = 3, &root);
    file.deny("a version that is skipped", "", &rotated(&gap), &[Code::PolicyVersionGap]);
    let forked = org.next_policy(|policy| policy.previous = Some(Digest::of(b"")), &root);
    file.deny("a second policy after another first", "", &rotated(&forked), &[Code::PolicyPreviousMismatch]);
    let other = org.next_policy(|policy| policy.organization = "Fork".into(), &root);
    let scene = rotated(&second).but(|scene| scene.policies.push((&other).into()));
    file.deny("two second policies", "Both signed by the whole root.", &scene, &[Code::PolicyEquivocation]);
    let list_of = |scene: Scene, policy: &Envelope, version| {
        let digest = policy.digest();
        scene.list(&org, |list| list.policy = placet_core::proposal::PolicyRef { version, digest })
    };
    file.deny(
        "a list made under a newer policy than is held",
        "The registry holds back the policy that removed somebody.",
        &list_of(sound.clone(), &second, 2),
        &[Code::PolicyStale],
    );
    file.deny(
        "a list made under another second policy",
        "",
        &list_of(rotated(&second), &other, 2),
        &[Code::PolicyEquivocation],
    );
    file.deny(
        "a list made under another first policy",
        "",
        &list_of(sound.clone(), &second, 1),
        &[Code::PolicyEquivocation],
    );
    let seen = rotated(&second);
    file.deny(
        "the first policy again after the second was seen",
        "",
        &sound.clone().after(&seen),
        &[Code::PolicyRollback],
    );
    file.deny(
        "another second policy after one was seen",
        "",
        &rotated(&other).after(&seen),
        &[Code::PolicyEquivocation],
    );
    for (name, change, code) in [
        ("that has expired", ("2026-11-01T00:00:00Z", "2026-11-22T14:05:00Z"), Code::PolicyExpired),
        (
            "that is not yet in force",
            ("2026-11-22T14:07:01Z", "2027-01-01T00:00:00Z"),
            Code::PolicyNotYetValid,
        ),
    ] {
        let second = org.next_policy(
            |policy| (policy.window.not_before, policy.window.not_after) = (time(change.0), time(change.1)),
            &root,
        );
        file.deny(
            &format!("a newest policy {name}"),
            "The one before does not come back.",
            &rotated(&second),
            &[code],
        );
    }
    let tired = org.next_policy(
        |policy| {
            policy.principals.get_mut("dana.osei").unwrap().keys[0].window.not_after =
                time("2026-11-22T14:05:00Z");
        },
        &root,
    );
    file.deny(
        "a newest policy whose root's keys have run out",
        "One of two is left.",
        &rotated(&tired),
        &[Code::PolicySignatures],
    );
    let late = Story::of(org.clone().with(|policy| {
        policy.principals.get_mut("dana.osei").unwrap().keys[0].window.not_before =
            time("2026-02-01T00:00:00Z");
    }));
    let codes = [Code::PolicySignatures];
    file.deny(
        "a policy from before its root's keys",
        "It says that it is older than its signature.",
        &late.approved(),
        &codes,
    );
    let mixed = org
        .clone()
        .with(|policy| policy.principals.get_mut("alice.ng").unwrap().roles.push(name_of("trainer")));
    file.deny_policy(
        "one key in two planes",
        "Alice would train and approve.",
        &pinned(&mixed.policy.to_payload()),
        Code::PolicyMixedPlanes,
    );
    let garbled = altered(&second, |json| json["payload"] = serde_json::json!("e30="));
    let scene = sound.but(|scene| scene.policies.push(garbled));
    file.deny(
        "a policy that cannot be read beside the first",
        "It may be the newer one that takes a right away.",
        &scene,
        &[Code::MissingField],
    );
    file
}

/// An entry that revokes something for ever.
fn entry(kind: EntryKind, value: Digest) -> Entry {
    Entry { kind, value, until: None, reason_code: Reason::Security, source: Digest::of(b"source") }
}

fn lists() -> File {
    let mut file = File::new("18-revocation-lists.json");
    let (org, story) = (Organisation::new(), Story::of(Organisation::new()));
    let sound = story.approved();
    let proposal = entry(EntryKind::Proposal, story.proposal.digest());
    let weights = entry(EntryKind::Weights, Organisation::subject().weights.digest);
    let listed = |entries: &[Entry]| sound.clone().list(&org, |list| list.entries = entries.to_vec());
    file.deny(
        "a listed proposal",
        "The revocation itself is left out of everything else.",
        &listed(&[proposal]),
        &[Code::ProposalRevoked],
    );
    file.deny(
        "listed weights",
        "Submitted again under a new proposal, they stay revoked.",
        &listed(&[weights]),
        &[Code::WeightsRevoked],
    );
    let running = Entry { until: Some(time("2026-01-01T00:00:00Z")), ..proposal };
    file.deny(
        "a listed proposal whose entry may leave the list",
        "As long as it is listed it counts.",
        &listed(&[running]),
        &[Code::ProposalRevoked],
    );
    let approval = story.approval("chandra.iyer", |_| {});
    file.deny(
        "a listed approval",
        "Its withdrawal is left out of the bundle.",
        &listed(&[entry(EntryKind::Approval, approval.digest())]),
        &[Code::ThresholdNotMet, Code::ApprovalRevoked],
    );
    let key_of = |who: &str| {
        entry(EntryKind::Key, placet_core::key::Signer::public_key(&Key::of(who)).key_id().digest())
    };
    file.deny(
        "a listed key of an approver",
        "",
        &listed(&[key_of("chandra.iyer")]),
        &[Code::ThresholdNotMet, Code::KeyRevoked],
    );
    file.deny(
        "a listed key of the trainer",
        "",
        &listed(&[key_of("training-pipeline")]),
        &[Code::KeyRevoked, Code::ThresholdNotMet],
    );
    file.deny(
        "a listed key of the proposer",
        "",
        &listed(&[key_of("emil.novak")]),
        &[Code::KeyRevoked, Code::ThresholdNotMet],
    );

    let by = |signers: &[&str]| {
        let payload = org.list(|_| {}).unverified_payload().to_vec();
        sound.clone().but(|scene| scene.lists = vec![sign_by(REVOCATION_LIST, payload, signers).into()])
    };
    for (name, signers) in [
        ("nobody", &[][..]),
        ("two of the root", &["alice.ng", "dana.osei"]),
        ("the trainer", &["training-pipeline"]),
        ("a stranger", &["mallory"]),
    ] {
        file.deny(&format!("a list signed by {name}"), "", &by(signers), &[Code::ListSignatures]);
    }
    let payload = org.list(|_| {}).unverified_payload().to_vec();
    let scene = sound.clone().but(|scene| {
        scene.lists = vec![sign_by("application/json", payload, &["registry"]).into()];
    });
    file.deny("a list of another payload type", "", &scene, &[Code::WrongPayloadType]);
    let expired = Story::of(org.clone().with(|policy| {
        policy.principals.get_mut("registry").unwrap().keys[0].window.not_after =
            time("2026-11-22T14:05:00Z");
    }));
    file.deny("a list signed with a key that has run out", "", &expired.approved(), &[Code::ListSignatures]);
    let early = Story::of(org.clone().with(|policy| {
        policy.principals.get_mut("registry").unwrap().keys[0].window.not_before =
            time("2026-11-22T14:01:01Z");
    }));
    file.deny("a list from before its key's time", "", &early.approved(), &[Code::ListSignatures]);
    let windowed = |from: &str, until: &str| {
        sound
            .clone()
            .list(&org, |list| (list.window.not_before, list.window.not_after) = (time(from), time(until)))
    };
    file.deny(
        "a list of the future",
        "It would stay fresh for ever.",
        &windowed("2026-11-22T14:07:01Z", "2026-11-23T00:00:00Z"),
        &[Code::ListFromFuture],
    );
    file.deny(
        "a list older than the rule allows",
        "Although the list itself promises a year.",
        &windowed("2026-11-22T13:05:00Z", "2027-11-22T00:00:00Z"),
        &[Code::ListStale],
    );
    file.deny(
        "a list past its own end",
        "Although the rule would allow an hour.",
        &windowed("2026-11-22T14:04:00Z", "2026-11-22T14:05:00Z"),
        &[Code::ListStale],
    );

    let older = sound.clone().list(&org, |list| list.number = 211);
    file.deny(
        "an older list than the one seen",
        "A revocation came in between.",
        &older.clone().after(&sound),
        &[Code::ListRollback],
    );
    let twin = sound.clone().list(&org, |list| list.window.not_after = time("2026-11-22T15:00:00Z"));
    file.deny(
        "another list of the number that was seen",
        "",
        &twin.clone().after(&sound),
        &[Code::ListEquivocation],
    );
    let both = sound.clone().but(|scene| scene.lists.extend(twin.lists.clone()));
    file.deny("two lists of one number", "", &both, &[Code::ListEquivocation]);
    let seen = listed(&[proposal]);
    let later = sound.clone().list(&org, |list| list.number = 213);
    file.deny(
        "an entry dropped from the next list",
        "The state remembers it.",
        &later.clone().after(&seen),
        &[Code::ListEntryDropped, Code::ProposalRevoked],
    );
    let other = entry(EntryKind::Proposal, Digest::of(b"another proposal"));
    let forgot = later.clone().after(&listed(&[other]));
    file.deny(
        "another's entry dropped from the next list",
        "A list that forgets is not to be trusted in anything.",
        &forgot,
        &[Code::ListEntryDropped],
    );
    let both = later.clone().but(|scene| scene.lists.extend(listed(&[other]).lists));
    file.deny("an entry dropped between two lists that came together", "", &both, &[Code::ListEntryDropped]);
    let moved = later.clone().list(&org, |list| {
        list.number = 213;
        list.entries = vec![Entry { kind: EntryKind::Weights, ..other }];
    });
    file.deny(
        "an entry that changed its kind",
        "",
        &moved.after(&listed(&[other])),
        &[Code::ListEntryDropped],
    );

    for (name, from, to, code) in [
        ("entries out of order", r#""entries":[]"#, list_entries(&[weights, proposal]), Code::NotSorted),
        ("an entry twice", r#""entries":[]"#, list_entries(&[proposal, proposal]), Code::NotSorted),
        ("a number of 0", r#""number":212"#, r#""number":0"#.into(), Code::InvalidInteger),
        ("a number in a string", r#""number":212"#, r#""number":"212""#.into(), Code::InvalidInteger),
        ("an end before its beginning", "15:31:00", "14:01:00".into(), Code::EmptyValidity),
        (
            "a kind that is not known",
            r#""entries":[]"#,
            list_entries(&[proposal]).replace(r#""kind":"proposal""#, r#""kind":"user""#),
            Code::UnknownValue,
        ),
        (
            "a delta that is not known",
            r#""number":212"#,
            r#""number":212,"delta":true"#.into(),
            Code::UnknownField,
        ),
    ] {
        let list = resigned(&org.list(|_| {}), from, &to, &["registry"]);
        let scene = sound.clone().but(|scene| scene.lists = vec![list.into()]);
        file.deny(&format!("a list with {name}"), "", &scene, &[code]);
    }
    let again = Story::told(org.clone(), |_| {}, |proposal| proposal.note = "again".into());
    let scene = again.approved().but(|scene| {
        scene.revocations.push(
            org.revocation("bo.eriksen", Target::Weights(Organisation::subject().weights.digest), |_| {})
                .into(),
        );
    });
    file.deny("revoked weights under a new proposal", "", &scene, &[Code::WeightsRevoked]);
    let scene = sound.clone().but(|scene| {
        scene
            .revocations
            .push(org.revocation("bo.eriksen", Target::Proposal(story.proposal.digest()), |_| {}).into());
    });
    file.deny(
        "a loose revocation that the list does not have yet",
        "It counts at once.",
        &scene,
        &[Code::ProposalRevoked],
    );
    let future = sound.but(|scene| {
        let revocation =
            org.revocation("bo.eriksen", Target::Proposal(story.proposal.digest()), |revocation| {
                revocation.revoked_at = time("2031-01-01T00:00:00Z");
            });
        scene.revocations.push(revocation.into());
    });
    file.deny(
        "a loose revocation of the future",
        "There is no effective date.",
        &future,
        &[Code::ProposalRevoked],
    );
    file
}

/// The field `entries` as the list writes it, in the order given.
fn list_entries(entries: &[Entry]) -> String {
    let one = |entry: &Entry| {
        format!(
            r#"{{"kind":"{}","reason_code":"security","source":"{}","until":null,"value":"{}"}}"#,
            entry.kind.as_str(),
            entry.source,
            entry.value
        )
    };
    format!(r#""entries":[{}]"#, entries.iter().map(one).collect::<Vec<_>>().join(","))
}

fn clocks() -> File {
    let mut file = File::new("19-clocks.json");
    let org = Organisation::new();
    let sound = Scene::sound();
    let seen = sound.clone().list(&org, |list| {
        list.number = 213;
        (list.window.not_before, list.window.not_after) =
            (time("2026-11-22T14:04:00Z"), time("2026-11-22T15:04:00Z"));
    });
    let back = seen.clone().at("2026-11-22T14:01:59Z").after(&seen);
    let comment = "An approval that has run out would run again.";
    file.deny(
        "a clock set back behind the last list",
        comment,
        &back,
        &[Code::ClockRollback, Code::ListFromFuture],
    );
    let time_alone = |time: &str| {
        let domain = org.domain();
        let members = format!(r#"{{"checkpoint":null,"list":null,"policy":null,"time":"{time}"}}"#);
        let state = format!(r#"{{"domains":{{"{domain}":{members}}},"media_type":"{STATE}"}}"#);
        sound.clone().but(|scene| scene.state = Some(state.into()))
    };
    let comment = "Of all that was seen only the time is left.";
    file.deny(
        "a clock a second further back than clocks may differ",
        comment,
        &time_alone("2026-11-22T14:07:01Z"),
        &[Code::ClockRollback],
    );
    file.permit(
        "a clock as far back as clocks may differ",
        comment,
        &time_alone("2026-11-22T14:07:00Z"),
        &[],
    );
    file.deny(
        "a clock set back by years",
        comment,
        &time_alone("2029-01-01T00:00:00Z"),
        &[Code::ClockRollback],
    );
    let future = sound.clone().at("2031-01-01T00:00:00Z");
    let scene = sound.clone().after(&future);
    file.permit(
        "a clock that was once years ahead",
        "A wrong clock poisons no state: only signed documents move it.",
        &scene,
        &[],
    );
    file
}
