//! Binding: an approval of one thing that is shown for another.

use placet_core::{
    code::Code,
    digest::Digest,
    envelope::Envelope,
    name::ModelId,
    weights::{Weights, WeightsKind},
};
use placet_testkit::{Organisation, name_of};
use serde_json::json;

use crate::{
    bytes::Bytes,
    scene::{Scene, Story, altered, edited, resigned},
    vector::File,
};

pub(super) fn files() -> Vec<File> {
    vec![question(), evidence(), approvals(), summaries(), replay()]
}

fn question() -> File {
    let mut file = File::new("10-another-question.json");
    let sound = Scene::sound();
    let other = ModelId::parse("digits-classifier-2").unwrap();
    let scene = sound.clone().asking(|request| request.model_id = other);
    file.deny("another model", "Approved is the model without -2.", &scene, &[Code::ModelMismatch]);
    let scene =
        sound.clone().asking(|request| request.model_id = ModelId::parse("Digits-classifier").unwrap());
    file.deny("a model whose name differs in case", "", &scene, &[Code::ModelMismatch]);
    let scene = sound.clone().asking(|request| request.weights.digest = Digest::of(b"weights!"));
    file.deny("other weights", "One byte was changed.", &scene, &[Code::WeightsMismatch]);
    let scene = sound.clone().asking(|request| request.weights.kind = WeightsKind::Directory);
    file.deny(
        "a directory of the file's digest",
        "The digest of a file is not that of a directory.",
        &scene,
        &[Code::WeightsMismatch],
    );
    let scene = sound.clone().asking(|request| request.environment = name_of("staging"));
    file.deny("another environment", "", &scene, &[Code::EnvironmentNotApproved]);
    for environment in ["prod", "production-2", "productio"] {
        let scene = sound.clone().asking(|request| request.environment = name_of(environment));
        let codes = [Code::EnvironmentUndeclared, Code::EnvironmentNotApproved, Code::RuleMissing];
        file.deny(
            &format!("the environment {environment}"),
            "A name that shares letters with the approved one.",
            &scene,
            &codes,
        );
    }
    let scene = sound.clone().asking(|request| request.scope = name_of("eu"));
    file.deny(
        "a scope that the approved one begins with",
        "",
        &scene,
        &[Code::ScopeUndeclared, Code::ScopeNotApproved, Code::RuleMissing],
    );
    let request = String::from_utf8(sound.request.to_vec()).unwrap();
    for (name, from) in [
        ("environment", r#""environment":"production","#),
        ("scope", r#","scope":"eu-west""#),
        ("time", r#""now":"2026-11-22T14:05:00Z","#),
    ] {
        let text = request.replace(from, "");
        let scene = sound.clone().but(|scene| scene.request = text.into());
        file.error(
            &format!("no {name} in the question"),
            "Nothing that is left out stands for any.",
            &scene,
            Code::MissingField,
        );
    }
    let text = request.replacen('{', r#"{"domain":"any","#, 1);
    let scene = sound.clone().but(|scene| scene.request = text.into());
    file.error("a question that says more", "", &scene, Code::UnknownField);
    let story = Story::of(Organisation::new());
    let proposal =
        resigned(&story.proposal, r#"["production"]"#, r#""production, staging""#, &["emil.novak"]);
    let scene = story.scene(&[]).but(|scene| scene.proposal = proposal.into());
    file.deny(
        "environments in one string",
        "A verifier that looks for a part of it would find what it likes.",
        &scene,
        &[Code::WrongType, Code::ThresholdNotMet],
    );
    file
}

fn unsigned_edit(envelope: &Envelope, from: &str, to: &str) -> Bytes {
    altered(envelope, |json| {
        let payload = Bytes::base64(Bytes::raw(edited(envelope, from, to))).to_vec();
        json["payload"] = json!(String::from_utf8(payload).unwrap());
    })
}

fn evidence() -> File {
    let mut file = File::new("11-edited-evidence.json");
    let story = Story::of(Organisation::new());
    let changes = [
        ("the accuracy", "0.978", "0.999"),
        ("a digit of the accuracy that changes no number", "0.978", "0.9780"),
        ("the card", "Reads handwritten digits.", "Reads anything."),
        ("the version", r#""version":"3""#, r#""version":"4""#),
        ("the baselines", r#""baselines":{}"#, r#""baselines":{"x":1}"#),
        (
            "the materials",
            r#""materials":[]"#,
            r#""materials":[{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","name":"data","uri":""}]"#,
        ),
        ("white space", r#"{"_type""#, r#"{ "_type""#),
    ];
    for (name, from, to) in changes {
        let scene = story.approved().but(|scene| scene.training = unsigned_edit(&story.training, from, to));
        let codes = [Code::SignatureInvalid, Code::TrainingOutputMismatch, Code::ThresholdNotMet];
        file.deny(
            &format!("{name} edited after approval"),
            "The signature is of other bytes.",
            &scene,
            &codes,
        );
        let signed = resigned(&story.training, from, to, &["training-pipeline"]);
        let scene = story.approved().but(|scene| scene.training = signed.into());
        let codes = [Code::TrainingOutputMismatch, Code::ThresholdNotMet, Code::SummaryMismatch];
        file.deny(
            &format!("{name} edited after approval and signed again"),
            "The trainer signs, but the proposal is of the first.",
            &scene,
            &codes,
        );
    }
    for (name, signer, code) in [
        ("nobody of the training plane", "alice.ng", Code::SignerNotEntitled),
        ("somebody unknown", "mallory", Code::SignerUnknown),
    ] {
        let story = Story::told(Organisation::new(), |training| training.trainer = name_of(signer), |_| {});
        file.deny(
            &format!("a training output signed by {name}"),
            "",
            &story.approved(),
            &[code, Code::ThresholdNotMet],
        );
    }
    let scene = story
        .approved()
        .but(|scene| scene.training = altered(&story.training, |json| json["signatures"] = json!([])));
    file.deny(
        "a training output that nobody signed",
        "",
        &scene,
        &[Code::SignerMismatch, Code::ThresholdNotMet],
    );
    let better = story.org.training(|training| training.correlation_id = "another run".into());
    let scene = story.approved().but(|scene| scene.training = better.into());
    file.deny(
        "a training output of another run of the same weights",
        "",
        &scene,
        &[Code::TrainingOutputMismatch, Code::ThresholdNotMet, Code::SummaryMismatch],
    );
    let other = ModelId::parse("other-model").unwrap();
    let story = Story::told(Organisation::new(), |_| {}, |proposal| proposal.subject.model_id = other);
    file.deny(
        "a proposal that gives the training output another name",
        "",
        &story.approved(),
        &[Code::ModelMismatch],
    );
    let story = Story::told(
        Organisation::new(),
        |_| {},
        |proposal| {
            proposal.subject.weights = Weights { kind: WeightsKind::File, digest: Digest::of(b"other") };
        },
    );
    file.deny(
        "a proposal of other weights than the training output's",
        "",
        &story.approved(),
        &[Code::WeightsMismatch],
    );
    let scene = story.approved().asking(|request| request.weights.digest = Digest::of(b"other"));
    file.deny(
        "a proposal of other weights, asked about",
        "The training output says what the weights are.",
        &scene,
        &[Code::WeightsMismatch],
    );
    file
}

fn approvals() -> File {
    let mut file = File::new("12-approvals-of-another.json");
    let story = Story::of(Organisation::new());
    let codes = [Code::ThresholdNotMet, Code::ApprovalOtherProposal];
    let another =
        |note: &str| Story::told(Organisation::new(), |_| {}, |proposal| proposal.note = note.into());
    let scene = another("a laxer one").approved().but(|scene| scene.proposal = (&story.proposal).into());
    file.deny("approvals of another proposal", "", &scene, &codes);
    let training =
        story.org.training(|training| training.version = placet_core::name::Label::parse("2").unwrap());
    let proposal = story.org.proposal(&training, |_| {});
    let older = Story { training, proposal, ..story.clone() };
    let scene = older.approved().but(|scene| {
        scene.training = (&story.training).into();
        scene.proposal = (&story.proposal).into();
    });
    file.deny("approvals of the version before", "", &scene, &codes);
    let scene = story.approved().but(|scene| scene.proposal = (&older.proposal).into());
    file.deny(
        "a proposal of the version before",
        "With this version's training output and approvals.",
        &scene,
        &[Code::TrainingOutputMismatch, Code::ThresholdNotMet, Code::ApprovalOtherProposal],
    );
    let elsewhere = story
        .approval("chandra.iyer", |approval| approval.subject.weights.digest = Digest::of(b"other weights"));
    let scene = story.scene(&["alice.ng"]).but(|scene| scene.approvals.push(elsewhere.into()));
    file.deny("an approval of this proposal but of other weights", "", &scene, &codes);
    let elsewhere = story
        .approval("chandra.iyer", |approval| approval.subject.model_id = ModelId::parse("other").unwrap());
    let scene = story.scene(&["alice.ng"]).but(|scene| scene.approvals.push(elsewhere.into()));
    file.deny("an approval of this proposal but of another model", "", &scene, &codes);
    for (name, version, digest) in [
        ("another digest", 1, Digest::of(b"")),
        ("another version", 2, story.org.domain()),
        ("a version that is not held", 7, Digest::of(b"")),
    ] {
        let story = Story::told(
            Organisation::new(),
            |_| {},
            |proposal| {
                proposal.policy = placet_core::proposal::PolicyRef { version, digest };
            },
        );
        file.deny(
            &format!("a proposal under a policy of {name}"),
            "Nobody can say what the approvers were shown.",
            &story.approved(),
            &[Code::ProposalPolicyUnknown, Code::ThresholdNotMet],
        );
    }
    file
}

fn summaries() -> File {
    let mut file = File::new("13-another-screen.json");
    let story = Story::of(Organisation::new());
    let shown = |change: &dyn Fn(&mut placet_core::approval::SummaryRef)| {
        let approval = story.approval("chandra.iyer", |approval| change(&mut approval.summary));
        story.scene(&["alice.ng"]).but(|scene| scene.approvals.push(approval.into()))
    };
    let other = Story::told(Organisation::new(), |_| {}, |proposal| proposal.note = "harmless".into());
    let harmless: serde_json::Value =
        serde_json::from_slice(other.approval("alice.ng", |_| {}).unverified_payload()).unwrap();
    let harmless = Digest::parse(harmless["predicate"]["summary"]["digest"].as_str().unwrap()).unwrap();
    for (name, digest) in [
        ("nothing", Digest::of(b"")),
        ("another proposal", harmless),
        ("the proposal's own bytes", story.proposal.digest()),
    ] {
        let scene = shown(&|summary| summary.digest = digest);
        file.deny(
            &format!("the screen showed {name}"),
            "What was signed is not what was read.",
            &scene,
            &[Code::ThresholdNotMet, Code::SummaryMismatch],
        );
    }
    for format in ["placet-summary-v2", "placet-summary-v1 ", "Placet-summary-v1", ""] {
        let scene = shown(&|summary| summary.format = format.into());
        file.deny(
            &format!("a summary of the format {format:?}"),
            "",
            &scene,
            &[Code::ThresholdNotMet, Code::SummaryFormatUnknown],
        );
    }
    file
}

fn replay() -> File {
    let mut file = File::new("14-another-organisation.json");
    let other = Organisation::new().with(|policy| policy.organization = "Other".into());
    let theirs = Story::of(other.clone());
    let ours = Story::of(Organisation::new());
    let everything = [Code::ForeignDomain, Code::ThresholdNotMet];
    let scene = theirs.approved().but(|scene| {
        let trust = ours.approved();
        (scene.pins, scene.policies, scene.lists) = (trust.pins, trust.policies, trust.lists);
    });
    file.deny(
        "another organisation's evidence",
        "The same people with the same keys sign for both.",
        &scene,
        &everything,
    );
    let scene = ours.approved().but(|scene| scene.training = (&theirs.training).into());
    file.deny(
        "another organisation's training output",
        "",
        &scene,
        &[Code::ForeignDomain, Code::TrainingOutputMismatch, Code::ThresholdNotMet],
    );
    let scene = ours.approved().but(|scene| scene.proposal = (&theirs.proposal).into());
    let scene = scene.but(|scene| scene.policies.push(other.policy_envelope().into()));
    file.deny(
        "another organisation's proposal",
        "Its policy is held, but not pinned.",
        &scene,
        &[Code::ForeignDomain, Code::ThresholdNotMet, Code::ApprovalOtherProposal],
    );
    let scene = ours.approved().but(|scene| scene.lists = vec![other.list(|_| {}).into()]);
    file.deny(
        "another organisation's revocation list",
        "Signed by the same registry.",
        &scene,
        &[Code::ForeignDomain],
    );
    let scene = theirs.approved().but(|scene| scene.pins = vec![ours.org.domain().to_string()]);
    file.deny_policy(
        "another organisation's policy",
        "It is not the pinned one.",
        &scene,
        Code::PolicyUnpinned,
    );
    file
}
