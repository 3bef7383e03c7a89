//! Bytes: two readers who see two things in the same document.

use placet_core::{code::Code, policy::POLICY, statement::IN_TOTO};
use placet_testkit::{Organisation, sign_by};
use serde_json::json;

use crate::{
    bytes::Bytes,
    policies::pinned,
    scene::{Story, altered, edited, resigned},
    vector::File,
};

pub(super) fn files() -> Vec<File> {
    vec![documents(), identifiers()]
}

fn documents() -> File {
    let mut file = File::new("21-two-readings.json");
    let story = Story::of(Organisation::new());
    let approval = story.approval("chandra.iyer", |_| {});
    let with = |second: Bytes| story.scene(&["alice.ng"]).but(|scene| scene.approvals.push(second));
    let domain = format!(r#""domain":"{}""#, story.org.domain());
    for (name, from, to, code) in [
        (
            "a role twice",
            r#""role":"safety""#,
            r#""role":"ml-lead","role":"safety""#.to_owned(),
            Code::DuplicateKey,
        ),
        (
            "a role twice, once escaped",
            r#""role":"safety""#,
            r#""role":"safety","r\u006fle":"ml-lead""#.into(),
            Code::DuplicateKey,
        ),
        (
            "a predicate twice",
            r#""predicateType""#,
            r#""predicate":{},"predicateType""#.into(),
            Code::DuplicateKey,
        ),
        (
            "a field that is not known",
            r#""role":"safety""#,
            r#""role":"safety","weight":2"#.into(),
            Code::UnknownField,
        ),
        ("a field in other letters", r#""role":"safety""#, r#""Role":"safety""#.into(), Code::MissingField),
        (
            "a field beside its predicate",
            r#""predicateType""#,
            r#""extra":{},"predicateType""#.into(),
            Code::UnknownField,
        ),
        (
            "two subjects",
            r#""subject":["#,
            r#""subject":[{"digest":{"sha256":"00"},"name":"other"},"#.into(),
            Code::SubjectCount,
        ),
        ("another statement type", "Statement/v1", "Statement/v1/".into(), Code::WrongStatementType),
        (
            "another predicate type",
            "urn:placet:approval:v1",
            "urn:placet:Approval:v1".into(),
            Code::WrongPredicateType,
        ),
        ("half of a surrogate pair", r#""comment":"""#, r#""comment":"\ud83d""#.into(), Code::LoneSurrogate),
        (
            "a decision that is none",
            r#""decision":"approve""#,
            r#""decision":"Approve""#.into(),
            Code::UnknownValue,
        ),
        (
            "a decision in a list",
            r#""decision":"approve""#,
            r#""decision":["approve"]"#.into(),
            Code::WrongType,
        ),
        ("a decision of true", r#""decision":"approve""#, r#""decision":true"#.into(), Code::WrongType),
        (
            "a domain in upper case",
            domain.as_str(),
            domain.to_uppercase().replace("DOMAIN", "domain"),
            Code::InvalidDigest,
        ),
        (
            "a comment in a comment",
            r#""comment":"""#,
            r#"/* "role":"ml-lead", */"comment":"""#.into(),
            Code::JsonSyntax,
        ),
        ("a trailing comma", r#""comment":"""#, r#""comment":"",,"x":0"#.into(), Code::JsonSyntax),
        ("a raw line feed in a string", r#""comment":"""#, "\"comment\":\"a\nb\"".into(), Code::JsonSyntax),
        (
            "thirty-three levels in its annotations",
            r#""comment":"""#,
            format!(r#""annotations":{{"a":{}{}}},"comment":"""#, "[".repeat(30), "]".repeat(30)),
            Code::NestingTooDeep,
        ),
    ] {
        let changed = resigned(&approval, from, &to, &["chandra.iyer"]);
        file.deny(
            &format!("an approval with {name}"),
            "Signed as it stands.",
            &with(changed.into()),
            &[Code::ThresholdNotMet, code],
        );
    }
    let payload = approval.unverified_payload().to_vec();
    for (name, payload, code) in [
        ("bytes after its end", [&payload[..], b"{}"].concat(), Code::TrailingBytes),
        ("a byte order mark", [&b"\xef\xbb\xbf"[..], &payload].concat(), Code::JsonSyntax),
        (
            "a byte that is not UTF-8",
            String::from_utf8(payload.clone())
                .unwrap()
                .replace(r#""comment":"""#, r#""comment":"#)
                .into_bytes()
                .into_iter()
                .chain(*b"\xff")
                .collect(),
            Code::JsonUtf8,
        ),
        ("no bytes", Vec::new(), Code::JsonSyntax),
    ] {
        let changed = sign_by(IN_TOTO, payload, &["chandra.iyer"]);
        file.deny(
            &format!("an approval with {name}"),
            "Signed as it stands.",
            &with(changed.into()),
            &[Code::ThresholdNotMet, code],
        );
    }
    for payload_type in
        ["application/json", "application/vnd.in-toto+json;v=1", "Application/vnd.in-toto+json", "", POLICY]
    {
        let changed = sign_by(payload_type, payload.clone(), &["chandra.iyer"]);
        file.deny(
            &format!("an approval of the payload type {payload_type:?}"),
            "A signature of one kind of document must not serve as another.",
            &with(changed.into()),
            &[Code::ThresholdNotMet, Code::WrongPayloadType],
        );
    }
    let retyped = altered(&approval, |json| json["payloadType"] = json!("application/vnd.in-toto+json "));
    file.deny(
        "an approval whose payload type was changed",
        "",
        &with(retyped),
        &[Code::ThresholdNotMet, Code::WrongPayloadType],
    );
    for (name, change) in [
        ("without padding", &(|text: &str| text.trim_end_matches('=').to_owned()) as &dyn Fn(&str) -> String),
        ("in the alphabet of URLs", &|text| text.replace('+', "-").replace('/', "_").replacen('e', "_", 1)),
        ("with a line feed", &|text| format!("{text}\n")),
        ("with a space", &|text| format!(" {text}")),
        ("with more padding", &|text| format!("{text}=")),
        ("of two documents", &|text| format!("{text}{text}")),
    ] {
        let padded = resigned(
            &approval,
            r#""comment":"""#,
            &format!(r#""comment":"{}""#, "x".repeat((4 - payload.len() % 3) % 3)),
            &["chandra.iyer"],
        );
        let changed =
            altered(&padded, |json| json["payload"] = json!(change(json["payload"].as_str().unwrap())));
        file.deny(
            &format!("an approval in base64 {name}"),
            "Two readers would decode two documents, or one none.",
            &with(changed),
            &[Code::ThresholdNotMet, Code::InvalidBase64],
        );
    }
    let loose =
        altered(&resigned(&approval, r#""comment":"""#, r#""comment":"""#, &["chandra.iyer"]), |json| {
            json["signatures"].as_array_mut().unwrap().resize(65, json!({"keyid": "", "sig": ""}));
        });
    file.deny(
        "an approval of sixty-five signatures",
        "",
        &with(loose),
        &[Code::ThresholdNotMet, Code::TooMany],
    );
    let crowd = altered(&approval, |json| {
        json["signatures"].as_array_mut().unwrap().resize(64, json!({"keyid": "", "sig": ""}));
    });
    file.deny(
        "an approval of sixty-four signatures",
        "An approval carries exactly one.",
        &with(crowd),
        &[Code::ThresholdNotMet, Code::SignatureCount],
    );
    let as_reject = sign_by(IN_TOTO, story.proposal.unverified_payload().to_vec(), &["chandra.iyer"]);
    file.deny(
        "the proposal signed by an approver",
        "To sign a proposal is not to approve it.",
        &with(as_reject.into()),
        &[Code::ThresholdNotMet, Code::WrongPredicateType],
    );
    file
}

fn identifiers() -> File {
    let mut file = File::new("23-names.json");
    let story = Story::of(Organisation::new());
    let deceptive = [
        ("a right-to-left override", "digits\\u202e-classifier"),
        ("a zero-width space", "digits-\u{200b}classifier"),
        ("a zero-width joiner", "digits-classifier\u{200d}"),
        ("a control character", "digits-classifier\\u0000"),
        ("a Cyrillic letter", "digits-сlassifier"),
        ("a full-width letter", "\u{ff44}igits-classifier"),
        ("a composed letter", "d\u{ed}gits-classifier"),
        ("a decomposed letter", "di\u{301}gits-classifier"),
        ("a space", "digits-classifier "),
        ("a slash before it", "/digits-classifier"),
        ("two dots before it", "../digits-classifier"),
        ("no letter", ""),
    ];
    for (name, model) in deceptive {
        let text = String::from_utf8(story.training.unverified_payload().to_vec()).unwrap();
        let text = text.replace("digits-classifier", model);
        let training = sign_by(IN_TOTO, text.into_bytes(), &["training-pipeline"]);
        let scene = story.scene(&[]).but(|scene| scene.training = training.into());
        let codes = [Code::InvalidIdentifier, Code::TrainingOutputMismatch, Code::ThresholdNotMet];
        file.deny(&format!("a model id with {name}"), "It looks like the approved one.", &scene, &codes);
    }
    let (longest, longer) = ("a".repeat(256), "a".repeat(257));
    let named = |model: &str| {
        let text = String::from_utf8(story.training.unverified_payload().to_vec()).unwrap();
        sign_by(IN_TOTO, text.replace("digits-classifier", model).into_bytes(), &["training-pipeline"])
    };
    let scene = |model: &str| story.scene(&[]).but(|scene| scene.training = named(model).into());
    let comment = "For comparison: the longest there is, of another model.";
    let codes = [Code::TrainingOutputMismatch, Code::ModelMismatch, Code::ThresholdNotMet];
    file.deny("a model id of 256 characters", comment, &scene(&longest), &codes);
    let codes = [Code::InvalidIdentifier, Code::TrainingOutputMismatch, Code::ThresholdNotMet];
    file.deny("a model id of 257 characters", "", &scene(&longer), &codes);
    let approval = story.approval("chandra.iyer", |_| {});
    let long = resigned(&approval, "chandra.iyer", &"a".repeat(129), &["chandra.iyer"]);
    let scene = story.scene(&["alice.ng"]).but(|scene| scene.approvals.push(long.into()));
    file.deny(
        "an approver's name of 129 characters",
        "",
        &scene,
        &[Code::ThresholdNotMet, Code::InvalidIdentifier],
    );
    let approval = story.approval("chandra.iyer", |_| {});
    for (name, approver) in [
        ("a capital", "Chandra.iyer"),
        ("a Cyrillic letter", "сhandra.iyer"),
        ("a zero-width space", "chandra\u{200b}.iyer"),
        ("a space", "chandra.iyer "),
        ("a slash", "chandra/iyer"),
    ] {
        let changed = resigned(&approval, "chandra.iyer", approver, &["chandra.iyer"]);
        let scene = story.scene(&["alice.ng"]).but(|scene| scene.approvals.push(changed.into()));
        file.deny(
            &format!("an approver's name with {name}"),
            "Twins of one name would count as two people.",
            &scene,
            &[Code::ThresholdNotMet, Code::InvalidIdentifier],
        );
    }
    let policy = story.org.policy_envelope();
    for (name, from, to) in [
        (
            "an environment with a capital beside its twin",
            r#""environments":["production","staging"]"#,
            r#""environments":["production","Production"]"#,
        ),
        (
            "an environment with a combining accent",
            r#""environments":["production","staging"]"#,
            "\"environments\":[\"production\",\"sta\u{301}ging\"]",
        ),
        ("a role with a soft hyphen", r#""safety":"governance""#, "\"saf\u{ad}ety\":\"governance\""),
    ] {
        file.deny_policy(
            &format!("a policy of {name}"),
            "",
            &pinned(&edited(&policy, from, to)),
            Code::InvalidIdentifier,
        );
    }
    file
}
