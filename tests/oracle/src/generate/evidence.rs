//! Training outputs, proposals and approvals.

use placet_core::{
    approval::{Approval, SummaryRef, Verdict},
    digest::Digest,
    envelope::Envelope,
    training::Metric,
};
use placet_testkit::{Key, name_of, sign_by, time};

use super::{
    Choices,
    trust::{WHO, World, stranger},
};

/// What a bundle holds.
pub(super) struct Evidence {
    pub(super) training: Envelope,
    pub(super) proposal: Envelope,
    pub(super) approvals: Vec<Envelope>,
}

impl Evidence {
    pub(super) fn of(choices: &mut Choices<'_>, world: &World) -> Self {
        let org = &world.org;
        let training = org.training(|training| match choices.below(60) {
            1 => training.domain = stranger().domain(),
            2 => training.trainer = name_of("alice.ng"),
            3 => training.created_at = time("2026-11-22T14:07:01Z"),
            4 => training.metrics.clear(),
            5 => drop(
                training.metrics.values_mut().map(|m| *m = Metric::parse("1e300").expect("a number")).count(),
            ),
            6 => training.subject.model_id = placet_core::name::ModelId::parse("other").expect("a model id"),
            7 => training.created_at = time("2025-12-31T23:59:59Z"),
            _ => {}
        });
        let mut proposal = org.proposal(&training, |proposal| {
            if choices.once_in(3) {
                proposal.policy = world.newest;
            }
            match choices.below(60) {
                1 => proposal.domain = stranger().domain(),
                2 => proposal.proposed_by = name_of(choices.of(&WHO)),
                3 => proposal.environments = ["production", "staging"].map(name_of).into(),
                4 => proposal.environments = ["production", "elsewhere"].map(name_of).into(),
                5 => proposal.scopes = vec![name_of("us-east")],
                6 => proposal.window.not_before = time("2026-11-22T14:05:01Z"),
                7 => proposal.window.not_after = time("2026-11-22T14:05:00Z"),
                8 => proposal.window.not_after = time("2027-02-19T15:58:01Z"),
                9 => proposal.training_output = Digest::of(b"another"),
                10 => proposal.subject.weights.digest = Digest::of(b"other weights"),
                11 => proposal.policy.digest = Digest::of(b"another"),
                12 => proposal.proposed_at = time("2026-11-22T14:02:12Z"),
                13 => proposal.proposed_at = time("2026-11-15T14:02:10Z"),
                _ => {}
            }
        });
        match choices.below(80) {
            1 => proposal = signed_by(&proposal, &["mallory"]),
            2 => {
                proposal =
                    sign_by("application/json", proposal.unverified_payload().to_vec(), &["emil.novak"]);
            }
            3 => proposal.add_signature(&Key::of("mallory")),
            _ => {}
        }
        let shown = world.summary(&training, &proposal);
        let documents = (&training, &proposal, shown);
        let mut approvals: Vec<_> = [["alice.ng", "bo.eriksen"], ["chandra.iyer", "dana.osei"]]
            .into_iter()
            .map(|who| {
                let who = choices.of(&who);
                approval(choices, world, &documents, who, 40)
            })
            .collect();
        for _ in 0..choices.below(5) {
            let who = choices.of(&WHO);
            approvals.push(approval(choices, world, &documents, who, 18));
        }
        match choices.below(40) {
            1 => drop(approvals.remove(0)),
            2 => drop(approvals.remove(1)),
            3 => approvals.clear(),
            4 => approvals.push(training.clone()),
            _ => {}
        }
        Self { training, proposal, approvals }
    }
}

fn signed_by(envelope: &Envelope, names: &[&str]) -> Envelope {
    sign_by(envelope.payload_type(), envelope.unverified_payload().to_vec(), names)
}

/// An approval in which something is wrong about 16 times in `whole`.
fn approval(
    choices: &mut Choices<'_>,
    world: &World,
    (training, proposal, shown): &(&Envelope, &Envelope, Option<SummaryRef>),
    who: &str,
    whole: u8,
) -> Envelope {
    let kind = choices.below(whole.max(18));
    let change = |approval: &mut Approval| {
        if let Some(shown) = shown {
            approval.summary = shown.clone();
        }
        match kind {
            1 => approval.verdict = choices.of(&[Verdict::Reject, Verdict::Withdraw]),
            2 => approval.role = name_of(choices.of(&["safety", "ml-lead", "trainer"])),
            3 => approval.comment = choices.of(&["again", "and again"]).into(),
            4 => {
                let moments = [
                    "2026-11-22T14:07:00Z",
                    "2026-11-22T14:07:01Z",
                    "2026-11-21T15:57:59Z",
                    "2026-11-28T15:58:01Z",
                ];
                approval.signed_at = time(choices.of(&moments));
            }
            5 => approval.summary.digest = Digest::of(b"another text"),
            6 => approval.summary.format = "placet-summary-v2".into(),
            7 => approval.proposal = Digest::of(b"another"),
            8 => approval.domain = stranger().domain(),
            9 => approval.subject.weights.digest = Digest::of(b"other weights"),
            10 => approval.approver = name_of(choices.of(&WHO)),
            _ => {}
        }
    };
    let mut approval = world.org.approval(training, proposal, who, change);
    match kind {
        11 => approval.add_signature(&Key::of("mallory")),
        12 => approval = signed_by(&approval, &["mallory"]),
        13 => approval = signed_by(&approval, &[&format!("{who}-2")]),
        14 => approval = signed_by(&approval, &[]),
        15 => approval = forged(&approval, who),
        16 => approval = sign_by("text/plain", approval.unverified_payload().to_vec(), &[who]),
        17 => {
            approval = signed_by(&approval, &[who, &format!("{who}-2")]);
        }
        _ => {}
    }
    approval
}

/// The envelope with a signature over something else under the key's id.
fn forged(envelope: &Envelope, who: &str) -> Envelope {
    let other = sign_by(envelope.payload_type(), b"something else".to_vec(), &[who]).to_json();
    let signatures = other.find(r#""signatures""#).and_then(|at| other.get(at..)).unwrap_or_default();
    let own = signed_by(envelope, &[]).to_json();
    let head = own.find(r#""signatures""#).and_then(|at| own.get(..at)).unwrap_or_default();
    Envelope::parse(format!("{head}{signatures}").as_bytes()).expect("an envelope")
}
