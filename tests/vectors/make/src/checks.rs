//! The calls beside the decision: what an approver is shown, one envelope or signature by itself, the digest of a tree.

use placet_core::{
    code::Code,
    digest::Digest,
    envelope::Envelope,
    error::VerifyError,
    inspect,
    key::verify_signature,
    name::{Label, ModelId},
    policy::{Pattern, Rule},
    revocation::Target,
    trust::Trust,
    weights::{Manifest, WeightsFile},
};
use placet_testkit::{Key, NOW, Organisation, name_of, rule, sign_by, time};
use serde_json::{Value, json};

use crate::{
    bytes::Bytes,
    scene::{Scene, Story, altered},
    vector::File,
};

pub(crate) fn files() -> Vec<File> {
    vec![summaries(), envelopes(), signatures(), manifests()]
}

fn trust(scene: &Scene) -> Result<placet_core::trust::VerifiedTrust, Code> {
    Trust::parse(&scene.trust().to_vec()).map(|trust| trust.verify()).map_err(|error| error.code())
}

fn coded(result: Result<String, VerifyError>) -> Value {
    match result {
        Ok(text) => serde_json::from_str(&text).unwrap(),
        Err(error) => json!({"error": error.code().as_str()}),
    }
}

fn summaries() -> File {
    let mut file = File::new("summaries.json");
    let mut show = |name: &str, comment: &str, story: &Story, scene: &Scene, refused: Option<Code>| {
        let (training, proposal) = (&story.training, &story.proposal);
        let found = coded(
            inspect::summarize(training, proposal, &trust(scene).unwrap(), time(NOW))
                .map(|summary| summary.to_json()),
        );
        let expect = refused.map_or_else(|| found.clone(), |code| json!({"error": code.as_str()}));
        let input = vec![
            ("training_output", training.into()),
            ("proposal", proposal.into()),
            ("trust", scene.trust()),
        ];
        file.call(name, comment, "summary", input, &[("now", json!(NOW))], expect, &found);
    };
    let frozen = "The text is frozen: a change of one letter is a new format.";
    let story = Story::of(Organisation::new());
    show("one environment and two scopes", frozen, &story, &story.approved(), None);
    let story = Story::of(Organisation::new().with(|policy| {
        let everything = Rule {
            name: name_of("careful"),
            scope: Pattern::Only(name_of("eu-west")),
            distinct_units: 2,
            veto: false,
            proposer_may_approve: true,
            require_ledger: false,
            revocation_list_max_age_seconds: 60,
            ..rule("production", &[("ml-lead", 2), ("safety", 1)])
        };
        policy.rules = vec![everything];
        policy.rules[0].metrics = vec![
            bound("accuracy", Some("0.950"), None),
            bound("log_loss", None, Some("1.5e-1")),
            bound("bias", Some("-0.01"), Some("+0.01".trim_start_matches('+'))),
            bound("size", None, None),
        ];
    }));
    show("every clause of a rule, and a scope without one", frozen, &story, &story.approved(), None);
    let long = format!(r#"{{"text":"{}"}}"#, "é".repeat(3000));
    let entry =
        |path: &str| WeightsFile { path: path.into(), size: 1 << 33, digest: Digest::of(path.as_bytes()) };
    let manifest = Manifest::directory(vec![entry("a"), entry("b/c")]).unwrap();
    let story = Story::told(
        Organisation::new(),
        |training| {
            training.card = long;
            training.subject.weights = manifest.weights();
            training.manifest = manifest.clone();
            training.materials = vec![placet_core::training::Material {
                name: Label::parse("digits/train").unwrap(),
                digest: Digest::of(b"data"),
                uri: "https://example.org/\u{202e}data\n".into(),
            }];
            training.correlation_id = String::new();
        },
        |proposal| {
            proposal.environments.push(name_of("staging"));
            proposal.supersedes = Some(Digest::of(b"an earlier one"));
            proposal.note =
                "Line 1\n  proposed by: nobody\\n \"quoted\" \u{200b}\u{202e}\u{e000} é 日本".into();
        },
    );
    show(
        "free text that tries to forge lines, a long card and a directory",
        frozen,
        &story,
        &story.approved(),
        None,
    );
    let story = Story::told(
        Organisation::new(),
        |training| {
            training.card = "{\n  \"a\": \"\\u202e\",\r\n\t\"b\": \"\u{2028}\"\n}".into();
            training.subject.model_id = ModelId::parse("Org/Digits@2:rc").unwrap();
            training.metrics.clear();
        },
        |_| {},
    );
    show("a card of several lines, and no metrics", frozen, &story, &story.approved(), None);

    let story = Story::of(Organisation::new());
    let other = story.org.training(|training| training.correlation_id = "another".into());
    let of_other = Story { training: other, ..story.clone() };
    show(
        "a proposal of another training output",
        "",
        &of_other,
        &story.approved(),
        Some(Code::TrainingOutputMismatch),
    );
    let unpinned = story.approved().but(|scene| scene.pins.clear());
    show(
        "nothing is pinned",
        "Nobody signs what an unknown policy shows.",
        &story,
        &unpinned,
        Some(Code::PolicyUnpinned),
    );
    let forged = Story {
        proposal: sign_by(
            story.proposal.payload_type(),
            story.proposal.unverified_payload().to_vec(),
            &["mallory"],
        ),
        ..story.clone()
    };
    show(
        "a proposal that its proposer did not sign",
        "",
        &forged,
        &story.approved(),
        Some(Code::SignerMismatch),
    );
    let revoked = story
        .approved()
        .but(|scene| scene.revocations.push(story.org.key_revocation("emil.novak", "emil.novak").into()));
    show("a proposal whose proposer's key is revoked", "", &story, &revoked, Some(Code::KeyRevoked));
    let unknown = Story::told(Organisation::new(), |_| {}, |proposal| proposal.policy.version = 2);
    show(
        "a proposal of a policy that is not held",
        "",
        &unknown,
        &story.approved(),
        Some(Code::ProposalPolicyUnknown),
    );
    file
}

fn bound(name: &str, min: Option<&str>, max: Option<&str>) -> placet_core::policy::MetricBound {
    let metric = |text: &str| placet_core::training::Metric::parse(text).unwrap();
    placet_core::policy::MetricBound {
        name: Label::parse(name).unwrap(),
        min: min.map(metric),
        max: max.map(metric),
    }
}

fn envelopes() -> File {
    let mut file = File::new("envelopes.json");
    let story = Story::of(Organisation::new());
    let scene = story.approved();
    let mut verify = |name: &str,
                      envelope: &Bytes,
                      scene: &Scene,
                      expected: Result<(&str, &[&str]), Code>| {
        let verified = || {
            let envelope = Envelope::parse(&envelope.to_vec())?;
            let trust = trust(scene).unwrap();
            inspect::verify_envelope(&envelope, &trust, time(NOW)).map(|verified| verified.to_json())
        };
        let found = coded(verified());
        let expect = match expected {
            Err(code) => json!({"error": code.as_str()}),
            Ok((kind, signers)) => {
                let signers = signers.iter().map(|who| {
                    let key = placet_core::key::Signer::public_key(&Key::of(who)).key_id().to_string();
                    json!({"principal": who, "key_id": key})
                });
                let digest = Envelope::parse(&envelope.to_vec()).unwrap().digest();
                json!({"kind": kind, "digest": digest.to_string(), "signers": signers.collect::<Vec<_>>()})
            }
        };
        let input = vec![("envelope", envelope.clone()), ("trust", scene.trust())];
        file.call(name, "", "verify_envelope", input, &[("now", json!(NOW))], expect, &found);
    };
    let proposal = Target::Proposal(story.proposal.digest());
    let approval = story.approval("alice.ng", |_| {});
    let reject =
        story.approval("dana.osei", |approval| approval.verdict = placet_core::approval::Verdict::Reject);
    for (name, envelope, kind, signers) in [
        ("a training output", story.training.clone(), "training_output", &["training-pipeline"][..]),
        ("a proposal", story.proposal.clone(), "proposal", &["emil.novak"]),
        ("an approval", approval.clone(), "approval", &["alice.ng"]),
        ("a rejection", reject, "approval", &["dana.osei"]),
        ("a revocation", story.org.revocation("bo.eriksen", proposal, |_| {}), "revocation", &["bo.eriksen"]),
        (
            "a key revocation",
            story.org.key_revocation("bo.eriksen", "emil.novak"),
            "key_revocation",
            &["bo.eriksen"],
        ),
        (
            "a deployment",
            story.org.deployment(&story.proposal, b"", "deployer", |_| {}),
            "deployment",
            &["deployer"],
        ),
        ("a policy", story.org.policy_envelope(), "policy", &["alice.ng", "dana.osei"]),
        ("a revocation list", story.org.list(|_| {}), "revocation_list", &["registry"]),
    ] {
        verify(name, &envelope.into(), &scene, Ok((kind, signers)));
    }
    let broken = altered(&approval, |json| json["signatures"][0]["sig"] = json!("unsigned"));
    verify("an approval that was not signed", &broken, &scene, Err(Code::SignatureMalformed));
    let mut doubled = approval.clone();
    doubled.add_signature(&Key::of("bo.eriksen"));
    verify("an approval of two signatures", &doubled.into(), &scene, Err(Code::SignatureCount));
    verify("what is no envelope", &"{}".into(), &scene, Err(Code::MissingField));
    let unknown = sign_by("text/plain", b"hello".to_vec(), &["alice.ng"]);
    verify("an envelope of another type", &unknown.into(), &scene, Err(Code::WrongPayloadType));
    let other = Organisation::new().with(|policy| policy.organization = "Other".into());
    let foreign = Story::of(other.clone()).approval("alice.ng", |_| {});
    verify("an approval of another organisation", &foreign.into(), &scene, Err(Code::ForeignDomain));
    verify(
        "a policy of another organisation",
        &other.policy_envelope().into(),
        &scene,
        Err(Code::PolicySignatures),
    );
    let bare = scene.clone().but(|scene| scene.lists.clear());
    verify(
        "an approval where no list says which keys are revoked",
        &(&approval).into(),
        &bare,
        Err(Code::ListMissing),
    );
    let unpinned = scene.but(|scene| scene.pins.clear());
    verify("an approval where nothing is pinned", &approval.into(), &unpinned, Err(Code::PolicyUnpinned));
    file
}

fn signatures() -> File {
    let mut file = File::new("signatures.json");
    let mut verify =
        |name: &str, comment: &str, key: &str, message: &[u8], signature: &str, code: Option<Code>| {
            let (key, signature) = (unhex(key), unhex(signature));
            let verdict = |result: Result<(), Code>| match result {
                Ok(()) => json!({"valid": true}),
                Err(code) => json!({"valid": false, "code": code.as_str()}),
            };
            let found = verdict(verify_signature(&key, message, &signature));
            let input = vec![
                ("public_key", Bytes::raw(key)),
                ("message", Bytes::raw(message)),
                ("signature", Bytes::raw(signature)),
            ];
            let expect = verdict(code.map_or(Ok(()), Err));
            file.call(name, comment, "verify_signature", input, &[], expect, &found);
        };
    let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let signature = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b";
    verify("of nothing", "RFC 8032 §7.1, test 1", key, b"", signature, None);
    verify(
        "of one byte",
        "RFC 8032 §7.1, test 2",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        &[0x72],
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        None,
    );
    verify("of another message", "", key, b"\0", signature, Some(Code::SignatureInvalid));
    verify(
        "one bit of R changed",
        "",
        key,
        b"",
        &signature.replacen('e', "f", 1),
        Some(Code::SignatureInvalid),
    );
    verify(
        "one bit of S changed",
        "",
        key,
        b"",
        &signature.replace("100b", "100a"),
        Some(Code::SignatureInvalid),
    );
    verify("cut short", "", key, b"", &signature[..126], Some(Code::SignatureMalformed));
    verify("a byte too long", "", key, b"", &format!("{signature}00"), Some(Code::SignatureMalformed));
    verify("empty", "", key, b"", "", Some(Code::SignatureMalformed));
    verify("a key of 31 bytes", "", &key[..62], b"", signature, Some(Code::InvalidPublicKey));
    verify("a key of 33 bytes", "", &format!("{key}00"), b"", signature, Some(Code::InvalidPublicKey));
    let no_point = format!("02{}00", "00".repeat(30));
    verify("a key that is no point", "", &no_point, b"", signature, Some(Code::InvalidPublicKey));
    let identity = format!("01{}00", "00".repeat(30));
    let anything = format!("01{}", "00".repeat(63));
    verify(
        "a key of small order",
        "It verifies every message where nobody checks.",
        &identity,
        b"any",
        &anything,
        Some(Code::SmallOrderKey),
    );
    let small = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa";
    let comment = "S of zero: a verifier that checks the equation alone accepts any message.";
    verify(
        "A and R of small order",
        comment,
        small,
        b"any",
        &format!("{}{}", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a", "00".repeat(32)),
        Some(Code::SmallOrderKey),
    );
    file
}

fn unhex(hex: &str) -> Vec<u8> {
    let digit = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    hex.as_bytes().chunks(2).map(digit).collect()
}

fn manifests() -> File {
    let mut file = File::new("manifests.json");
    let mut hash = |name: &str, comment: &str, paths: &[&str], expected: Result<&str, Code>| {
        let entry = |path: &&str| WeightsFile {
            path: (*path).into(),
            size: path.len() as u64,
            digest: Digest::of(path.as_bytes()),
        };
        let files: Vec<_> = paths.iter().map(entry).collect();
        let json = |file: &WeightsFile| json!({"path": file.path, "size": file.size, "digest": file.digest.to_string()});
        let listed: Vec<_> = files.iter().map(json).collect();
        let found = match Manifest::directory(files) {
            Ok(manifest) => {
                json!({"value": {"kind": "directory", "digest": manifest.weights().digest.to_string()}})
            }
            Err(error) => json!({"error": error.code().as_str()}),
        };
        let expect = match expected {
            Ok(hex) => json!({"value": {"kind": "directory", "digest": format!("sha256:{hex}")}}),
            Err(code) => json!({"error": code.as_str()}),
        };
        file.call(name, comment, "hash_manifest", Vec::new(), &[("files", json!(listed))], expect, &found);
    };
    let by_hand = "By hand: each file holds its own path; find, LC_ALL=C sort and sha256sum gave the digest.";
    hash("one file", by_hand, &["a"], Ok("a0a7ff20b65105dc8a0ffca79bda45e70cd09101b7bf61dc917f0db60170a913"));
    hash(
        "files in another order",
        by_hand,
        &["b/c", "a", "a.b", "a-b", "Z", "é", "日本"],
        Ok("3288a5a4f4fd06b0daaccb2549c7366f1fb93837389580d4dff923ffdb775189"),
    );
    for (name, paths, code) in [
        ("no file", &[][..], Code::ManifestEmpty),
        ("a path that leaves", &["../a"], Code::ManifestPath),
        ("an absolute path", &["/a"], Code::ManifestPath),
        ("a path with a line feed", &["a\nb"], Code::ManifestPath),
        ("a path that a command reads as an option", &["-a"], Code::ManifestPath),
        ("a path with a backslash", &["a\\b"], Code::ManifestPath),
        ("a path twice", &["a", "a"], Code::ManifestCaseCollision),
        ("paths that differ in case", &["é", "É"], Code::ManifestCaseCollision),
        ("directories that differ in case", &["a/x", "A/y"], Code::ManifestCaseCollision),
        ("a file where a directory must be", &["a/b", "a"], Code::ManifestCaseCollision),
    ] {
        hash(name, "", paths, Err(code));
    }
    file
}
