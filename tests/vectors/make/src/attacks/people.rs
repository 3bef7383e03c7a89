//! Quorum and people: counting who did not sign, or signed twice, or must not count.

use placet_core::{
    approval::Verdict,
    code::Code,
    digest::Digest,
    envelope::Envelope,
    key::Signer as _,
    policy::{POLICY, Policy},
    statement::IN_TOTO,
};
use placet_testkit::{Key, Organisation, name_of, rule, sign_by, time};
use serde_json::json;

use crate::{
    bytes::{Bytes, hex},
    permits::key,
    policies::pinned,
    scene::{Scene, Story, altered, edited, resigned},
    vector::File,
};

pub(super) fn files() -> Vec<File> {
    vec![
        unverified(),
        counted_twice(),
        relabelled(),
        key_ids(),
        thresholds(),
        roles(),
        duties(),
        cancelled(),
        junk(),
    ]
}

fn short(code: Code) -> [Code; 2] {
    [Code::ThresholdNotMet, code]
}

/// The sound story with Alice's approval and one more.
fn with(second: impl Into<Bytes>) -> Scene {
    let story = Story::of(Organisation::new());
    story.scene(&["alice.ng"]).but(|scene| scene.approvals.push(second.into()))
}

fn safety() -> Envelope {
    Story::of(Organisation::new()).approval("chandra.iyer", |_| {})
}

fn unverified() -> File {
    let mut file = File::new("01-unverified-signatures.json");
    let approval = safety();
    let good: serde_json::Value = serde_json::from_str(&approval.to_json()).unwrap();
    let good = good["signatures"][0]["sig"].as_str().unwrap().to_owned();
    let bytes = Bytes::base64(Bytes::raw([7; 64]));
    let random = String::from_utf8(bytes.to_vec()).unwrap();
    let hex = hex(&Key::of("chandra.iyer").sign(&approval.pre_authentication_encoding())).to_uppercase();
    for (name, sig, code) in [
        ("the word unsigned", "unsigned".to_owned(), Code::SignatureMalformed),
        ("nothing", String::new(), Code::SignatureMalformed),
        ("sixty-four zero bytes", "A".repeat(86) + "==", Code::SignatureInvalid),
        ("sixty-four other bytes", random, Code::SignatureInvalid),
        ("a signature cut short", good[..84].to_owned(), Code::SignatureMalformed),
        ("a signature and a byte more", good.replace("==", "A="), Code::SignatureMalformed),
        ("a signature without padding", good.replace("==", ""), Code::SignatureMalformed),
        ("a signature with a space", format!(" {good}"), Code::SignatureMalformed),
        ("a signature with a line feed", format!("{good}\n"), Code::SignatureMalformed),
        ("a signature with its last bits set", non_canonical(&good), Code::SignatureMalformed),
        ("a signature in upper-case hex", hex.clone(), Code::SignatureMalformed),
        (
            "a signature in spaced hex",
            hex.as_bytes().chunks(2).map(|b| String::from_utf8_lossy(b)).collect::<Vec<_>>().join(" "),
            Code::SignatureMalformed,
        ),
    ] {
        let scene = with(altered(&approval, |json| json["signatures"][0]["sig"] = json!(sig)));
        file.deny(
            name,
            "An entry that was never verified stands in the place of a signature.",
            &scene,
            &short(code),
        );
    }
    for (name, entries, code) in [
        ("no signature", json!([]), Code::SignatureCount),
        ("null for a signature", json!([{"keyid": "", "sig": null}]), Code::WrongType),
        (
            "a key id alone",
            json!([{"keyid": Key::of("chandra.iyer").public_key().key_id().to_string()}]),
            Code::MissingField,
        ),
        (
            "a claim instead of a signature",
            json!([{"keyid": "", "sig": "", "verified": true}]),
            Code::UnknownField,
        ),
    ] {
        let scene = with(altered(&approval, |json| json["signatures"] = entries));
        file.deny(name, "Nothing vouches for the approval.", &scene, &short(code));
    }
    let changed = altered(&approval, |json| {
        let payload = edited(&approval, r#""comment":"""#, r#""comment":"ok""#);
        json["payload"] = json!(String::from_utf8(Bytes::base64(Bytes::raw(payload)).to_vec()).unwrap());
    });
    file.deny(
        "a good signature over another text",
        "One byte of the approval was changed.",
        &with(changed),
        &short(Code::SignatureInvalid),
    );
    file
}

/// The same 64 bytes in base64 whose unused bits are not zero.
fn non_canonical(base64: &str) -> String {
    let body = base64.trim_end_matches('=');
    let (rest, last) = body.split_at(body.len() - 1);
    let next = match last {
        "A" => "B",
        "Q" => "R",
        "g" => "h",
        _ => "x",
    };
    format!("{rest}{next}==")
}

fn two_leads(change: impl FnOnce(&mut Policy)) -> Story {
    Story::of(Organisation::new().with(|policy| {
        policy.rules = vec![rule("production", &[("ml-lead", 2)])];
        change(policy);
    }))
}

fn counted_twice() -> File {
    let mut file = File::new("02-counted-twice.json");
    let reused = |change: &dyn Fn(&mut Policy)| {
        let mut policy = Organisation::new().policy;
        change(&mut policy);
        pinned(&policy.to_payload())
    };
    let scene = reused(&|policy| {
        let keys = policy.principals["alice.ng"].keys.clone();
        policy.principals.get_mut("bo.eriksen").unwrap().keys = keys;
    });
    file.deny_policy(
        "one key under two names",
        "Alice would count as herself and as Bo.",
        &scene,
        Code::PolicyKeyReused,
    );
    let scene = reused(&|policy| {
        let keys = &mut policy.principals.get_mut("alice.ng").unwrap().keys;
        keys.push(keys[0].clone());
    });
    file.deny_policy("one key twice under one name", "", &scene, Code::PolicyKeyReused);
    let policy = Organisation::new().policy_envelope();
    let hex = Key::of("bo.eriksen").public_key().to_hex();
    let payload = edited(&policy, &hex, &Key::of("alice.ng").public_key().to_hex().to_uppercase());
    file.deny_policy(
        "one key in upper case under another name",
        "Another way to write a key is no key.",
        &pinned(&payload),
        Code::InvalidPublicKey,
    );
    // 3 is the y of a point; p + 3 is the same number to whoever reduces it.
    let payload = edited(&policy, &hex, &format!("f0{}7f", "ff".repeat(30)));
    file.deny_policy(
        "a key in an encoding that is not canonical",
        "It would be another key to whoever compares bytes.",
        &pinned(&payload),
        Code::InvalidPublicKey,
    );

    let story = two_leads(|_| {});
    let again = |comment: &str| story.approval("alice.ng", |approval| approval.comment = comment.into());
    let scene = story.scene(&["alice.ng"]).but(|scene| scene.approvals.push(again("once more").into()));
    file.deny("one person twice", "Two approvals of Alice are one.", &scene, &short(Code::DuplicateApprover));
    let scene = story.scene(&["alice.ng", "alice.ng", "alice.ng"]);
    file.deny("one approval three times", "", &scene, &[Code::ThresholdNotMet]);
    let story = two_leads(|policy| {
        let second = key("alice.ng-2", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
        policy.principals.get_mut("alice.ng").unwrap().keys.push(second);
    });
    let second = story.approval("alice.ng", |approval| approval.comment = "with my other key".into());
    let second = sign_by(IN_TOTO, second.unverified_payload().to_vec(), &["alice.ng-2"]);
    let scene = story.scene(&["alice.ng"]).but(|scene| scene.approvals.push(second.into()));
    file.deny(
        "one person under two keys",
        "Keys do not approve, people do.",
        &scene,
        &short(Code::DuplicateApprover),
    );
    let payload = story.approval("alice.ng", |_| {}).unverified_payload().to_vec();
    let scene = story.scene(&["alice.ng"]).but(|scene| {
        scene.approvals.push(sign_by(IN_TOTO, payload, &["alice.ng-2"]).into());
    });
    file.deny(
        "one approval under two keys of one person",
        "The same payload in two envelopes.",
        &scene,
        &[Code::ThresholdNotMet],
    );
    let foreign = Story::of(Organisation::new().with(|policy| policy.organization = "Other".into()));
    let scene = with(foreign.approval("chandra.iyer", |_| {}));
    file.deny(
        "an approval under another organisation's policy",
        "Of its own proposal there.",
        &scene,
        &short(Code::ApprovalOtherProposal),
    );
    let theirs = safety();
    let ours = resigned(
        &theirs,
        &Organisation::new().domain().to_string(),
        &foreign.org.domain().to_string(),
        &["chandra.iyer"],
    );
    file.deny(
        "an approval of this proposal under another domain",
        "",
        &with(ours),
        &short(Code::ForeignDomain),
    );
    file
}

fn relabelled() -> File {
    let mut file = File::new("03-relabelled.json");
    let story = two_leads(|_| {});
    let scene = |second: Bytes| story.scene(&["alice.ng"]).but(|scene| scene.approvals.push(second));
    let by_bo = story.approval("bo.eriksen", |_| {});
    let payload = by_bo.unverified_payload().to_vec();
    let signed_by_alice = sign_by(IN_TOTO, payload, &["alice.ng"]);
    file.deny(
        "Alice signs as Bo under her own key id",
        "",
        &scene((&signed_by_alice).into()),
        &short(Code::SignerMismatch),
    );
    let bo = Key::of("bo.eriksen").public_key().key_id().to_string();
    let relabelled = altered(&signed_by_alice, |json| json["signatures"][0]["keyid"] = json!(bo));
    file.deny("Alice signs as Bo under Bo's key id", "", &scene(relabelled), &short(Code::SignatureInvalid));
    let alice = story.approval("alice.ng", |_| {});
    let renamed = altered(&alice, |json| {
        let payload = edited(&alice, r#""approver":"alice.ng""#, r#""approver":"bo.eriksen""#);
        json["payload"] = json!(String::from_utf8(Bytes::base64(Bytes::raw(payload)).to_vec()).unwrap());
        json["signatures"][0]["keyid"] = json!(bo);
    });
    file.deny(
        "Alice's approval with Bo's name written over hers",
        "",
        &scene(renamed),
        &short(Code::SignatureInvalid),
    );
    let story = Story::of(Organisation::new());
    let proposal = sign_by(IN_TOTO, story.proposal.unverified_payload().to_vec(), &["alice.ng"]);
    let scene = story.approved().but(|scene| scene.proposal = proposal.into());
    file.deny(
        "a proposal that Alice signed in Emil's name",
        "Who says so must own the key.",
        &scene,
        &[Code::SignerMismatch, Code::ThresholdNotMet],
    );
    let training = sign_by(IN_TOTO, story.training.unverified_payload().to_vec(), &["alice.ng"]);
    let scene = story.approved().but(|scene| scene.training = training.into());
    file.deny(
        "a training output that Alice signed in the pipeline's name",
        "",
        &scene,
        &[Code::SignerMismatch, Code::ThresholdNotMet],
    );
    file
}

fn key_ids() -> File {
    let mut file = File::new("04-key-ids.json");
    let approval = safety();
    let key = Key::of("chandra.iyer").public_key().clone();
    for (name, id) in [
        ("no key id", String::new()),
        ("the key itself", key.to_hex()),
        ("the key's fingerprint", key.fingerprint()),
        ("the hash of the bare key", Digest::of(key.as_bytes()).to_string()),
        ("the hash without its algorithm", key.key_id().digest().to_hex()),
        ("the hash in upper case", key.key_id().to_string().to_uppercase()),
        ("the person's name", "chandra.iyer".into()),
        ("another person's key id", Key::of("dana.osei").public_key().key_id().to_string()),
    ] {
        let scene = with(altered(&approval, |json| json["signatures"][0]["keyid"] = json!(id)));
        file.deny(
            name,
            "The signature is good, but no entry names the key by its hash: nothing is tried.",
            &scene,
            &short(Code::SignerMismatch),
        );
    }
    for (name, field) in [
        ("an algorithm beside the signature", "alg"),
        ("a key beside the signature", "public_key"),
        ("a certificate beside the signature", "cert"),
    ] {
        let scene = with(altered(&approval, |json| json["signatures"][0][field] = json!("none")));
        file.deny(name, "Keys and algorithms come from the policy.", &scene, &short(Code::UnknownField));
    }
    let scene = with(altered(&approval, |json| json["algorithm"] = json!("none")));
    file.deny("an algorithm in the envelope", "", &scene, &short(Code::UnknownField));
    let org = Organisation::new();
    let nameless = |envelope: &Envelope| {
        altered(envelope, |json| {
            for entry in json["signatures"].as_array_mut().unwrap() {
                entry["keyid"] = json!("");
            }
        })
    };
    let scene = Scene::sound().but(|scene| scene.lists = vec![nameless(&org.list(|_| {}))]);
    file.deny(
        "a list whose signature names no key",
        "The registry's signature is good.",
        &scene,
        &[Code::ListSignatures],
    );
    let scene = Scene::sound().but(|scene| scene.policies = vec![nameless(&org.policy_envelope())]);
    file.deny_policy(
        "a policy whose signatures name no key",
        "The root's signatures are good.",
        &scene,
        Code::PolicySignatures,
    );
    let policy = Organisation::new().policy_envelope();
    let hex = key.to_hex();
    for algorithm in ["none", "Ed25519", "ed448", "hs256"] {
        let from = format!(
            r#"{{"algorithm":"ed25519","not_after":"2027-07-01T00:00:00Z","not_before":"2026-01-01T00:00:00Z","public_key":"{hex}"}}"#
        );
        let to = from.replace("ed25519", algorithm);
        file.deny_policy(
            &format!("the algorithm {algorithm} in a policy"),
            "",
            &pinned(&edited(&policy, &from, &to)),
            Code::UnknownValue,
        );
    }
    file
}

fn thresholds() -> File {
    let mut file = File::new("05-thresholds.json");
    let policy = Organisation::new().with(|policy| policy.rules.truncate(1)).policy_envelope();
    for (name, number) in [
        ("0", "0"),
        ("less than 0", "-1"),
        ("a half", "0.5"),
        ("one and nothing", "1.0"),
        ("true", "true"),
        ("a string", "\"1\""),
        ("null", "null"),
        ("beyond every reader", "9007199254740993"),
        ("an exponent", "1e0"),
    ] {
        let payload = edited(
            &policy,
            r#"{"role":"safety","threshold":1}"#,
            &format!(r#"{{"role":"safety","threshold":{number}}}"#),
        );
        file.deny_policy(
            &format!("a quorum of {name}"),
            "A threshold is a whole number of at least one.",
            &pinned(&payload),
            Code::InvalidInteger,
        );
    }
    let payload = edited(
        &policy,
        r#""root":{"principals":["alice.ng","bo.eriksen","dana.osei"],"threshold":2}"#,
        r#""root":{"principals":["alice.ng","bo.eriksen","dana.osei"],"threshold":0}"#,
    );
    file.deny_policy("a root of 0", "", &pinned(&payload), Code::InvalidInteger);
    let story = Story::of(Organisation::new());
    let lowered = edited(
        &story.org.policy_envelope(),
        r#"{"role":"safety","threshold":1}],"require_ledger""#,
        r#"{"role":"ml-lead-2","threshold":1}],"require_ledger""#,
    );
    let scene = story.scene(&["alice.ng"]).but(|scene| {
        scene.policies = vec![sign_by(POLICY, lowered, &["alice.ng", "dana.osei"]).into()];
    });
    file.deny_policy(
        "a policy changed after it was pinned",
        "Two of the root signed it, but it is not the pinned one.",
        &scene,
        Code::PolicyUnknownName,
    );
    let laxer = Organisation::new().with(|policy| policy.rules[0] = rule("production", &[("ml-lead", 1)]));
    let scene = story.scene(&["alice.ng"]).but(|scene| scene.policies = vec![laxer.policy_envelope().into()]);
    file.deny_policy("a laxer policy in place of the pinned one", "", &scene, Code::PolicyUnpinned);
    for (name, field) in [
        ("a threshold in the proposal", "threshold"),
        ("required approvers in the proposal", "required_approvers"),
    ] {
        let proposal =
            resigned(&story.proposal, r#""note":"#, &format!(r#""{field}":1,"note":"#), &["emil.novak"]);
        let scene = story.scene(&[]).but(|scene| scene.proposal = proposal.into());
        file.deny(
            name,
            "What is judged does not say how many must agree.",
            &scene,
            &[Code::UnknownField, Code::ThresholdNotMet],
        );
    }
    file
}

fn roles() -> File {
    let mut file = File::new("06-roles.json");
    let story = Story::of(Organisation::new());
    let in_role = |who: &str, role: &str| story.approval(who, |approval| approval.role = name_of(role));
    let scene =
        |approval: Envelope| story.scene(&["alice.ng"]).but(|scene| scene.approvals.push(approval.into()));
    file.deny(
        "a role that the approver does not hold",
        "Bo approves as safety.",
        &scene(in_role("bo.eriksen", "safety")),
        &short(Code::RoleNotHeld),
    );
    file.deny(
        "a role that nobody defined",
        "",
        &scene(in_role("chandra.iyer", "king")),
        &short(Code::RoleNotHeld),
    );
    file.deny(
        "an approver whom the policy does not know",
        "",
        &scene(in_role("mallory", "safety")),
        &short(Code::SignerUnknown),
    );
    for who in ["deployer", "drift-monitor", "registry"] {
        let scene = scene(in_role(who, "safety"));
        file.deny(
            &format!("the {who} approves"),
            "Another plane has no say.",
            &scene,
            &short(Code::SignerNotEntitled),
        );
    }
    let viewer = Story::of(Organisation::new().with(|policy| {
        policy.roles.insert(name_of("auditor"), placet_core::policy::Plane::Governance);
        policy.principals.get_mut("dana.osei").unwrap().roles = vec![name_of("auditor")];
    }));
    file.deny(
        "a role that the rule does not ask for",
        "",
        &viewer.scene(&["alice.ng", "dana.osei"]),
        &short(Code::RoleNotInQuorum),
    );
    let rootless = Story::of(
        Organisation::new().with(|policy| policy.principals.get_mut("dana.osei").unwrap().roles.clear()),
    );
    let approval = rootless.approval("dana.osei", |approval| approval.role = name_of("safety"));
    let member = rootless.scene(&["alice.ng"]).but(|scene| scene.approvals.push(approval.into()));
    file.deny(
        "a root member of no role",
        "The root signs policies, it does not approve models.",
        &member,
        &short(Code::SignerNotEntitled),
    );

    let both = Story::of(Organisation::new().with(|policy| {
        policy.principals.get_mut("alice.ng").unwrap().roles.push(name_of("safety"));
    }));
    let second = both.approval("alice.ng", |approval| approval.role = name_of("safety"));
    let scene = both.scene(&["alice.ng"]).but(|scene| scene.approvals.push(second.clone().into()));
    file.deny(
        "one person in both roles",
        "Who approves in two roles counts in none.",
        &scene,
        &short(Code::RoleConflict),
    );
    let scene = both.scene(&["alice.ng", "chandra.iyer"]).but(|scene| scene.approvals.push(second.into()));
    file.deny("one person in both roles beside one of safety", "", &scene, &short(Code::RoleConflict));

    for (name, from, until, code) in [
        ("a key whose window is over", "2026-01-01T00:00:00Z", "2026-11-22T14:05:00Z", Code::KeyExpired),
        (
            "a key whose window has not begun",
            "2026-11-22T14:05:01Z",
            "2027-01-01T00:00:00Z",
            Code::KeyNotYetValid,
        ),
        (
            "a key whose window had not begun when it signed",
            "2026-11-22T14:02:12Z",
            "2027-01-01T00:00:00Z",
            Code::KeyNotYetValid,
        ),
    ] {
        let story = Story::of(Organisation::new().with(|policy| {
            policy.principals.get_mut("chandra.iyer").unwrap().keys = vec![key("chandra.iyer", from, until)];
        }));
        file.deny(name, "", &story.approved(), &short(code));
    }
    file
}

fn duties() -> File {
    let mut file = File::new("07-separation-of-duties.json");
    let story = Story::of(Organisation::new());
    let trainer = story.approval("training-pipeline", |approval| approval.role = name_of("ml-lead"));
    let scene = story.scene(&["chandra.iyer"]).but(|scene| scene.approvals.push(trainer.into()));
    file.deny("the trainer approves", "", &scene, &short(Code::ApproverIsTrainer));
    let by_pipeline = sign_by(
        IN_TOTO,
        story.approval("alice.ng", |_| {}).unverified_payload().to_vec(),
        &["training-pipeline"],
    );
    let scene = story.scene(&["chandra.iyer"]).but(|scene| scene.approvals.push(by_pipeline.into()));
    file.deny("the trainer's key approves in Alice's name", "", &scene, &short(Code::SignerMismatch));
    let scene = story.scene(&["emil.novak", "chandra.iyer"]);
    file.deny(
        "an operator of the trainer approves",
        "Emil operates the pipeline.",
        &scene,
        &short(Code::ApproverOperatesTrainer),
    );

    let org = || {
        Organisation::new()
            .with(|policy| policy.principals.get_mut("training-pipeline").unwrap().operators.clear())
    };
    let own = Story::of(org());
    file.deny(
        "who proposes approves",
        "The rule forbids it.",
        &own.scene(&["emil.novak", "chandra.iyer"]),
        &short(Code::ApproverIsProposer),
    );
    let service = Story::told(
        org().with(|policy| {
            policy.roles.insert(name_of("release-bot"), placet_core::policy::Plane::Governance);
            let mut bot = policy.principals["deployer"].clone();
            (bot.roles, bot.operators) = (vec![name_of("release-bot")], vec![name_of("alice.ng")]);
            bot.keys = vec![key("release-bot", "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z")];
            policy.principals.insert(name_of("release-bot"), bot);
        }),
        |_| {},
        |proposal| proposal.proposed_by = name_of("release-bot"),
    );
    file.deny(
        "an operator of the proposing service approves",
        "Alice operates the bot.",
        &service.approved(),
        &short(Code::ApproverOperatesProposer),
    );
    let may = Story::told(
        Organisation::new().with(|policy| policy.rules[0].proposer_may_approve = true),
        |_| {},
        |_| {},
    );
    file.deny(
        "an operator of the trainer approves where proposers may",
        "No rule lets the trainer's side approve.",
        &may.scene(&["emil.novak", "chandra.iyer"]),
        &short(Code::ApproverOperatesTrainer),
    );
    for (name, proposer) in
        [("the pipeline proposes its own model", "training-pipeline"), ("the deployer proposes", "deployer")]
    {
        let story =
            Story::told(Organisation::new(), |_| {}, |proposal| proposal.proposed_by = name_of(proposer));
        file.deny(
            name,
            "Only governance proposes.",
            &story.approved(),
            &[Code::SignerNotEntitled, Code::ThresholdNotMet],
        );
    }
    file
}

fn cancelled() -> File {
    let mut file = File::new("08-cancelled-approvals.json");
    let org = || Organisation::new().with(|policy| policy.rules[0].veto = false);
    let story = Story::of(org());
    let (earlier, later) = ("2026-11-22T14:01:00Z", "2026-11-22T14:04:00Z");
    for (verdict, word) in [(Verdict::Reject, "rejected"), (Verdict::Withdraw, "withdrew")] {
        for (at, when) in [(earlier, "before"), (later, "after")] {
            let against = story.approval("chandra.iyer", |approval| {
                approval.verdict = verdict;
                approval.signed_at = time(at);
            });
            let scene = story.approved().but(|scene| scene.approvals.push((&against).into()));
            let comment = "A change of mind needs a new proposal, whatever the dates.";
            file.deny(
                &format!("who {word} {when} approving"),
                comment,
                &scene,
                &short(Code::ApprovalCancelled),
            );
            let scene = story.approved().but(|scene| scene.revocations.push((&against).into()));
            file.deny(
                &format!("who {word} {when} approving, by a loose statement"),
                "The bundle leaves it out.",
                &scene,
                &short(Code::ApprovalCancelled),
            );
        }
    }
    let veto = Story::of(Organisation::new());
    let no = |who: &str, change: &dyn Fn(&mut placet_core::approval::Approval)| {
        veto.approval(who, |approval| {
            approval.verdict = Verdict::Reject;
            change(approval);
        })
    };
    let scene = |against: &Envelope| veto.approved().but(|scene| scene.approvals.push(against.into()));
    file.deny(
        "a rejection beside a whole quorum",
        "The rule has a veto.",
        &scene(&no("dana.osei", &|_| {})),
        &[Code::Vetoed],
    );
    let loose = veto.approved().but(|scene| scene.revocations.push(no("dana.osei", &|_| {}).into()));
    file.deny(
        "a loose rejection beside a whole quorum",
        "The bundle leaves it out.",
        &loose,
        &[Code::Vetoed],
    );
    let future = no("dana.osei", &|approval| approval.signed_at = time("2031-01-01T00:00:00Z"));
    file.deny(
        "a rejection of the future",
        "What is said against a proposal knows no date.",
        &scene(&future),
        &[Code::Vetoed],
    );
    let summary = no("dana.osei", &|approval| approval.summary.digest = Digest::of(b"not read"));
    file.deny("a rejection of a proposal that was not read", "", &scene(&summary), &[Code::Vetoed]);
    let mut crowd = no("dana.osei", &|_| {});
    crowd.add_signature(&Key::of("mallory"));
    file.deny(
        "a rejection with an entry added",
        "More signatures do not undo it.",
        &scene(&crowd),
        &[Code::Vetoed],
    );
    let role = no("dana.osei", &|approval| approval.role = name_of("ml-lead"));
    file.deny(
        "a rejection in a role that the person does not hold",
        "It is the person who has a say.",
        &scene(&role),
        &[Code::Vetoed],
    );
    file
}

fn junk() -> File {
    let mut file = File::new("09-junk-blocks-nothing.json");
    let story = Story::of(Organisation::new());
    let approval = safety();
    let stranger = story.approval("mallory", |approval| approval.role = name_of("safety"));
    let forged = altered(&story.approval("bo.eriksen", |_| {}), |json| {
        json["signatures"][0]["sig"] = json!("unsigned");
    });
    let scene = story.approved().but(|scene| scene.approvals.extend([stranger.into(), forged]));
    file.permit(
        "a stranger's approval and a forged one beside a whole quorum",
        "Somebody tries to keep a model from running.",
        &scene,
        &[Code::SignatureMalformed, Code::SignerUnknown],
    );
    let reject = story.approval("mallory", |approval| approval.verdict = Verdict::Reject);
    let pipeline = story.approval("training-pipeline", |approval| approval.verdict = Verdict::Reject);
    let forged = sign_by(
        IN_TOTO,
        story
            .approval("dana.osei", |approval| approval.verdict = Verdict::Reject)
            .unverified_payload()
            .to_vec(),
        &["mallory"],
    );
    let scene = story.approved().but(|scene| {
        scene.approvals.extend([reject.clone().into(), pipeline.clone().into(), forged.clone().into()]);
        scene.revocations.extend([reject.into(), pipeline.into(), forged.into()]);
    });
    file.permit(
        "rejections by a stranger, by the trainer and in Dana's name",
        "None of them has a say.",
        &scene,
        &[Code::SignerMismatch, Code::SignerNotEntitled, Code::SignerNotEntitled],
    );
    let other = Story::told(Organisation::new(), |_| {}, |proposal| proposal.note = "another".into());
    let reject = other.approval("dana.osei", |approval| approval.verdict = Verdict::Reject);
    let scene = story.approved().but(|scene| {
        scene.approvals.push((&reject).into());
        scene.revocations.push(reject.into());
    });
    file.permit("a rejection of another proposal", "", &scene, &[Code::ApprovalOtherProposal]);
    let auditor = Story::of(Organisation::new().with(|policy| {
        policy.roles.insert(name_of("auditor"), placet_core::policy::Plane::Governance);
        policy.principals.get_mut("dana.osei").unwrap().roles = vec![name_of("auditor")];
    }));
    let reject = auditor.approval("dana.osei", |approval| approval.verdict = Verdict::Reject);
    let scene = auditor.approved().but(|scene| scene.approvals.push(reject.into()));
    file.permit(
        "a rejection by an auditor",
        "The rule asks for no auditor, so that none has a say.",
        &scene,
        &[Code::NotAnApproval],
    );
    let full = (0..252).map(|number| Bytes::from(format!("{number}")));
    let scene = story.approved().but(|scene| scene.approvals.extend(full));
    file.permit("as much junk as a bundle holds", "", &scene, &[Code::WrongType; 252]);
    let junk = altered(&approval, |json| {
        json["signatures"].as_array_mut().unwrap().push(json!({"keyid": "", "sig": ""}));
    });
    let scene = story.approved().but(|scene| scene.approvals.push(junk));
    file.permit("a copy of an approval with a junk signature", "The copy without it counts.", &scene, &[]);
    file
}
