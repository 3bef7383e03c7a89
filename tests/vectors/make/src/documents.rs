//! Bytes that are no documents, for each reason there is.

use placet_core::{code::Code, envelope::Envelope};
use placet_testkit::Organisation;

use crate::{
    bytes::Bytes,
    scene::{Scene, Story, altered, resigned},
    vector::File,
};

pub(crate) fn file() -> File {
    let mut file = File::new("documents.json");
    whole(&mut file);
    requests(&mut file);
    fields(&mut file);
    limits(&mut file);
    file
}

fn whole(file: &mut File) {
    let sound = Scene::sound();
    let bundle = |bytes: Bytes| sound.clone().but(|scene| scene.bundle = Some(bytes));
    let nested = |levels: usize| Bytes::repeat("[", levels).and(Bytes::repeat("]", levels));
    for (name, bytes, code) in [
        ("no bytes", Bytes::default(), Code::JsonSyntax),
        ("half a bundle", Bytes::from(r#"{"approvals":["#), Code::JsonSyntax),
        (
            "bytes that are not UTF-8",
            Bytes::from("{\"approvals\":\"").and(Bytes::raw([0xff, 0xfe])).and("\"}"),
            Code::JsonUtf8,
        ),
        ("UTF-16", Bytes::raw([0xff, 0xfe, b'{', 0, b'}', 0]), Code::JsonUtf8),
        ("a byte order mark", Bytes::from("\u{feff}").and(sound.bundle()), Code::JsonSyntax),
        ("a key twice", Bytes::from(r#"{"approvals":[],"approvals":[]}"#), Code::DuplicateKey),
        (
            "a key twice, once escaped",
            Bytes::from(r#"{"approvals":[],"\u0061pprovals":[]}"#),
            Code::DuplicateKey,
        ),
        ("half of a surrogate pair", Bytes::from(r#"{"approvals":"\ud800"}"#), Code::LoneSurrogate),
        (
            "the halves of a surrogate pair in the wrong order",
            Bytes::from(r#"{"approvals":"\udc00\ud800"}"#),
            Code::LoneSurrogate,
        ),
        (
            "the second half of a surrogate pair",
            Bytes::from(r#"{"approvals":"\udc00"}"#),
            Code::LoneSurrogate,
        ),
        ("thirty-two levels", nested(32), Code::WrongType),
        ("thirty-three levels", nested(33), Code::NestingTooDeep),
        ("a hundred thousand levels", nested(100_000), Code::NestingTooDeep),
        ("bytes after the end", sound.bundle().and("{}"), Code::TrailingBytes),
        ("a zero byte after the end", sound.bundle().and("\0"), Code::TrailingBytes),
        ("a number", Bytes::from("1"), Code::WrongType),
        ("an empty object", Bytes::from("{}"), Code::MissingField),
        (
            "another format",
            Bytes::from(r#"{"media_type":"application/vnd.placet.bundle+json;version=2"}"#),
            Code::UnsupportedVersion,
        ),
        ("a field that is not known", sound.bundle().and_inside(r#","trusted":true}"#), Code::UnknownField),
        ("a bundle over sixteen mebibytes", Bytes::repeat(" ", (16 << 20) + 1), Code::TooLarge),
    ] {
        file.error(&format!("bundle: {name}"), "", &bundle(bytes), code);
    }
    let approvals = Bytes::join(&vec![Bytes::from("0"); 255]);
    let many = sound.clone().but(|scene| scene.approvals = vec![approvals]);
    file.error(
        "bundle: 255 approvals",
        "With training output and proposal 257 envelopes.",
        &many,
        Code::TooMany,
    );
    let signed = |payload: Bytes, count: usize| {
        let entry = r#"{"keyid":"","sig":""}"#;
        Bytes::from(r#"{"payload":""#)
            .and(payload)
            .and(r#"","payloadType":"","signatures":["#)
            .and(Bytes::repeat(&format!("{entry},"), count - 1))
            .and(format!("{entry}]}}"))
    };
    let crowd = |full: usize, rest: usize| {
        let envelopes = (0..full).map(|_| 64).chain([rest]).map(|count| signed(Bytes::default(), count));
        Bytes::join(&envelopes.collect::<Vec<_>>())
    };
    // Training output and proposal have one each.
    let crowded = |rest| sound.clone().but(|scene| scene.approvals = vec![crowd(15, rest)]);
    let short = [Code::ThresholdNotMet, Code::JsonSyntax];
    file.deny("bundle: 1024 signatures", "", &crowded(62), &short);
    file.error("bundle: 1025 signatures", "Each may have to be tried.", &crowded(63), Code::TooMany);
    let laden = sound.clone().but(|scene| {
        let long = || signed(Bytes::repeat("A", 1 << 20), 64);
        scene.approvals = vec![Bytes::join(&[long(), long()])];
    });
    let comment = "Each hashes the whole payload.";
    file.error("bundle: signatures over more than 64 mebibytes", comment, &laden, Code::TooLarge);
    // The policy has two and the list one.
    let crowded = |rest| sound.clone().but(|scene| scene.revocations = vec![crowd(127, rest)]);
    file.permit("trust: 8192 signatures", "", &crowded(61), &[]);
    file.error("trust: 8193 signatures", "", &crowded(62), Code::TooMany);
    for (name, bytes, code) in [
        ("no bytes", Bytes::default(), Code::JsonSyntax),
        (
            "another format",
            Bytes::from(r#"{"media_type":"application/vnd.placet.trust+json"}"#),
            Code::UnsupportedVersion,
        ),
        ("a field that is not known", sound.trust().and_inside(r#","trusted":true}"#), Code::UnknownField),
    ] {
        file.error(
            &format!("trust: {name}"),
            "",
            &sound.clone().but(|scene| scene.trust = Some(bytes)),
            code,
        );
    }
    let pin = |pin: &str| sound.clone().but(|scene| scene.pins = vec![pin.into()]);
    file.error("trust: a pin in capitals", "", &pin(&sound.pins[0].to_uppercase()), Code::InvalidDigest);
    file.error("trust: a pin without its algorithm", "", &pin(&sound.pins[0][7..]), Code::InvalidDigest);
    let state = |text: &str| sound.clone().but(|scene| scene.state = Some(text.into()));
    file.error("state: no bytes", "A state that was lost is not an empty one.", &state(""), Code::JsonSyntax);
    file.error(
        "state: another format",
        "",
        &state(r#"{"media_type":"application/vnd.placet.state+json;version=9"}"#),
        Code::UnsupportedVersion,
    );
    file.error("state: null", "", &state("null"), Code::WrongType);
}

fn requests(file: &mut File) {
    let sound = Scene::sound();
    let request = String::from_utf8(sound.request.to_vec()).unwrap();
    for (name, from, to, code) in [
        ("no environment", r#""environment":"production","#, "", Code::MissingField),
        ("no model", r#""model_id":"digits-classifier","#, "", Code::MissingField),
        ("no time", r#""now":"2026-11-22T14:05:00Z","#, "", Code::MissingField),
        ("no scope", r#","scope":"eu-west""#, "", Code::MissingField),
        ("no digest", r#""weights":{"digest":"#, r#""weights":{"d":"#, Code::MissingField),
        ("any environment", r#""environment":"production""#, r#""environment":"*""#, Code::InvalidIdentifier),
        (
            "an environment in capitals",
            r#""environment":"production""#,
            r#""environment":"Production""#,
            Code::InvalidIdentifier,
        ),
        ("an empty scope", r#""scope":"eu-west""#, r#""scope":"""#, Code::InvalidIdentifier),
        (
            "environments in a list",
            r#""environment":"production""#,
            r#""environment":["production"]"#,
            Code::WrongType,
        ),
        (
            "null for an environment",
            r#""environment":"production""#,
            r#""environment":null"#,
            Code::WrongType,
        ),
        ("a time with an offset", "14:05:00Z", "14:05:00+00:00", Code::InvalidTime),
        ("a time without a zone", "14:05:00Z", "14:05:00", Code::InvalidTime),
        ("a time with a fraction", "14:05:00Z", "14:05:00.000Z", Code::InvalidTime),
        ("a leap second", "14:05:00Z", "23:59:60Z", Code::InvalidTime),
        ("a day that does not exist", "2026-11-22", "2026-02-29", Code::InvalidTime),
        ("a time in seconds", r#""2026-11-22T14:05:00Z""#, "1795356300", Code::WrongType),
        ("weights of no kind that is known", r#""kind":"file""#, r#""kind":"any""#, Code::UnknownValue),
        ("a digest in capitals", r#""digest":"sha256:"#, r#""digest":"SHA256:"#, Code::InvalidDigest),
        ("more about the weights", r#""kind":"file""#, r#""kind":"file","size":7"#, Code::UnknownField),
        (
            "a field that is not known",
            r#"{"environment""#,
            r#"{"admin":true,"environment""#,
            Code::UnknownField,
        ),
        (
            "a model id with a zero-width space",
            "digits-classifier",
            "digits-\\u200bclassifier",
            Code::InvalidIdentifier,
        ),
    ] {
        assert_eq!(request.matches(from).count(), 1, "{from}");
        let text = request.replace(from, to);
        file.error(
            &format!("request: {name}"),
            "",
            &sound.clone().but(|scene| scene.request = text.into()),
            code,
        );
    }
    let scene = sound.but(|scene| scene.request = Bytes::repeat(" ", 16_385));
    file.error("request: over sixteen kibibytes", "", &scene, Code::TooLarge);
}

/// Spoils one of the two documents on which everything rests, properly signed.
fn fields(file: &mut File) {
    let story = Story::of(Organisation::new());
    let sound = story.approved();
    for (name, from, to, code) in [
        (
            "another statement type",
            "https://in-toto.io/Statement/v1",
            "https://in-toto.io/Statement/v0.1",
            Code::WrongStatementType,
        ),
        (
            "another predicate type",
            "urn:placet:proposal:v1",
            "urn:placet:proposal:v2",
            Code::WrongPredicateType,
        ),
        ("no subject", r#""subject":[{"#, r#""subject":[],"s":[{"#, Code::SubjectCount),
        (
            "two digests of its subject",
            r#""digest":{"sha256":"#,
            r#""digest":{"sha512":"00","sha256":"#,
            Code::SubjectCount,
        ),
        (
            "a digest of another algorithm",
            r#""digest":{"sha256":"#,
            r#""digest":{"md5":"#,
            Code::UnknownValue,
        ),
        (
            "a subject with more than name and digest",
            r#""name":"digits-classifier""#,
            r#""name":"digits-classifier","uri":"""#,
            Code::UnknownField,
        ),
        (
            "another model in its predicate",
            r#""model_id":"digits-classifier""#,
            r#""model_id":"digits-classifier-2""#,
            Code::ModelMismatch,
        ),
        ("no expiry", r#""expires_at":"2027-02-19T00:00:00Z","#, "", Code::MissingField),
        ("null for its expiry", r#""2027-02-19T00:00:00Z""#, "null", Code::WrongType),
        ("a number for its expiry", r#""2027-02-19T00:00:00Z""#, "1803081600", Code::WrongType),
        ("an expiry with an offset", "2027-02-19T00:00:00Z", "2027-02-19T00:00:00+01:00", Code::InvalidTime),
        (
            "an expiry before its beginning",
            "2027-02-19T00:00:00Z",
            "2026-11-21T00:00:00Z",
            Code::EmptyValidity,
        ),
        ("no environments", r#""environments":["production"]"#, r#""environments":[]"#, Code::EmptyList),
        (
            "an environment twice",
            r#""environments":["production"]"#,
            r#""environments":["production","production"]"#,
            Code::NotSorted,
        ),
        (
            "environments in a string",
            r#""environments":["production"]"#,
            r#""environments":"production""#,
            Code::WrongType,
        ),
        (
            "any environment",
            r#""environments":["production"]"#,
            r#""environments":["*"]"#,
            Code::InvalidIdentifier,
        ),
        ("a policy of version 0", r#""version":1"#, r#""version":0"#, Code::InvalidInteger),
        ("a policy of version 1.0", r#""version":1"#, r#""version":1.0"#, Code::InvalidInteger),
        ("a policy of version 1e0", r#""version":1"#, r#""version":1e0"#, Code::InvalidInteger),
        ("a field that is not known", r#""note":"#, r#""approved":true,"note":"#, Code::UnknownField),
        ("a key twice in its predicate", r#""note":"#, r#""note":"","note":"#, Code::DuplicateKey),
        ("annotations that are a list", r#""note":"#, r#""annotations":[],"note":"#, Code::WrongType),
        (
            "a digest cut short",
            r#""training_output":"sha256:"#,
            r#""training_output":"sha256:00"#,
            Code::InvalidDigest,
        ),
    ] {
        let proposal = resigned(&story.proposal, from, to, &["emil.novak"]);
        let scene = sound.clone().but(|scene| {
            scene.proposal = (&proposal).into();
            scene.approvals.clear();
        });
        file.deny(
            &format!("a proposal with {name}"),
            "Signed by its proposer as it stands.",
            &scene,
            &denied(code, true),
        );
    }
    for (name, from, to, code) in [
        ("a metric that overflows", "0.978", "1e309", Code::InvalidNumber),
        ("a metric in a string", "0.978", "\"0.978\"", Code::WrongType),
        ("a metric that is not a number", "0.978", "null", Code::WrongType),
        ("a metric of too many digits", "0.978", &format!("0.{}", "9".repeat(64)), Code::TooLarge),
        ("a metric named with a space", r#""accuracy""#, r#""accu racy""#, Code::InvalidIdentifier),
        ("a metric twice", r#""accuracy":0.978"#, r#""accuracy":0.1,"accuracy":0.978"#, Code::DuplicateKey),
        (
            "a key twice in its card",
            r#""summary":"Reads"#,
            r#""summary":"","summary":"Reads"#,
            Code::DuplicateKey,
        ),
        (
            "half of a surrogate pair in its card",
            "Reads handwritten",
            "\\udead handwritten",
            Code::LoneSurrogate,
        ),
        ("baselines that are a list", r#""baselines":{}"#, r#""baselines":[]"#, Code::WrongType),
        ("weights of no kind that is known", r#""kind":"file""#, r#""kind":"folder""#, Code::UnknownValue),
        (
            "another model in its predicate",
            r#""model_id":"digits-classifier""#,
            r#""model_id":"digits""#,
            Code::ModelMismatch,
        ),
        ("a file of which more is said", r#""size":7"#, r#""size":7,"mode":493"#, Code::UnknownField),
        ("a size that is negative", r#""size":7"#, r#""size":-7"#, Code::InvalidInteger),
    ] {
        let training = resigned(&story.training, from, to, &["training-pipeline"]);
        let scene = sound.clone().but(|scene| {
            scene.training = (&training).into();
            scene.approvals.clear();
        });
        file.deny(
            &format!("a training output with {name}"),
            "Signed by its trainer as it stands.",
            &scene,
            &denied(code, false),
        );
    }
    let scene = sound.clone().but(|scene| {
        scene.training = altered(&story.training, |json| json["payload"] = serde_json::json!("e30"));
    });
    file.deny(
        "a training output in base64 without padding",
        "",
        &scene,
        &denied_with_approvals(Code::InvalidBase64),
    );
    let scene = sound.clone().but(|scene| scene.training = "null".into());
    file.deny("null for the training output", "", &scene, &denied_with_approvals(Code::WrongType));
    let scene = sound.but(|scene| scene.training = (&story.proposal).into());
    file.deny(
        "the proposal in the place of the training output",
        "",
        &scene,
        &denied_with_approvals(Code::WrongPredicateType),
    );
}

/// What is denied where one of the two documents cannot be read and nobody approved.
fn denied(code: Code, proposal: bool) -> Vec<Code> {
    if proposal {
        vec![code, Code::ThresholdNotMet]
    } else {
        vec![code, Code::TrainingOutputMismatch, Code::ThresholdNotMet]
    }
}

/// What is denied where the training output cannot be read and two approved.
fn denied_with_approvals(code: Code) -> Vec<Code> {
    vec![code, Code::TrainingOutputMismatch, Code::ThresholdNotMet]
}

fn limits(file: &mut File) {
    let story = Story::of(Organisation::new());
    let sound = story.approved();
    let envelope = |payload: Bytes| {
        Bytes::from(r#"{"payload":""#)
            .and(Bytes::base64(payload))
            .and(r#"","payloadType":"application/vnd.in-toto+json","signatures":[]}"#)
    };
    let scene = sound.clone().but(|scene| scene.approvals.push(envelope(Bytes::repeat(" ", (1 << 20) + 1))));
    file.permit(
        "an approval of more than a mebibyte beside two good ones",
        "It is listed as too large.",
        &scene,
        &[Code::TooLarge],
    );
    let scene = sound.clone().but(|scene| scene.approvals.push(envelope(Bytes::repeat(" ", 1 << 20))));
    file.permit(
        "an approval of a mebibyte of nothing",
        "Not too large, but no JSON.",
        &scene,
        &[Code::JsonSyntax],
    );
    let scene = sound.clone().but(|scene| scene.training = envelope(Bytes::repeat(" ", (8 << 20) + 1)));
    file.deny(
        "a training output of more than eight mebibytes",
        "",
        &scene,
        &denied_with_approvals(Code::TooLarge),
    );
    let crowd = |count: usize| {
        altered(&story.proposal, |json| {
            let entries = json["signatures"].as_array_mut().unwrap();
            entries.resize(count, serde_json::json!({"keyid": "", "sig": ""}));
        })
    };
    let scene = sound.clone().but(|scene| scene.proposal = crowd(64));
    file.permit("a proposal of sixty-four signatures", "", &scene, &[]);
    let scene = sound.but(|scene| scene.proposal = crowd(65));
    file.deny(
        "a proposal of sixty-five signatures",
        "",
        &scene,
        &[Code::TooMany, Code::ThresholdNotMet, Code::ApprovalOtherProposal],
    );
    let long = story.org.proposal(&story.training, |proposal| proposal.note = "n".repeat(16 << 10));
    let told = Story { proposal: long, ..story.clone() };
    file.permit("a note of sixteen kibibytes", "", &told.approved(), &[]);
    let longer: Envelope =
        story.org.proposal(&story.training, |proposal| proposal.note = "n".repeat((16 << 10) + 1));
    let scene = story.scene(&[]).but(|scene| scene.proposal = longer.into());
    file.deny("a longer note", "", &scene, &denied(Code::TooLarge, true));
}
