//! What people and services signed about a model, in the order of time; each signature verified here.

use placet_core::{
    approval::{Approval, Verdict},
    deployment::Deployment,
    digest::Digest,
    envelope::Envelope,
    name::{ModelId, Principal},
    revocation::{Revocation, Target},
    summary,
    time::Timestamp,
};

use super::{knowledge::Knowledge, review::Review, words};

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Trained.
    Trained,
    /// Proposed.
    Proposed,
    /// Approved by one person.
    Approved,
    /// Deployed.
    Deployed,
    /// Withdrawn by one person.
    Withdrew,
    /// Rejected by one person.
    Rejected,
    /// Revoked.
    Revoked,
}

/// One signed event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When it was signed, as the signer says.
    pub at: Timestamp,
    /// What happened.
    pub kind: Kind,
    /// What happened, in words.
    pub head: String,
    /// Who signed.
    pub who: Principal,
    /// More about it: a role, a place, a reason.
    pub detail: String,
    /// The digest of the signed bytes.
    pub document: Digest,
}

/// All events of a model, newest first. What does not verify is left out.
#[must_use]
pub fn of(
    model: &ModelId,
    reviews: &[Review],
    deployments: &[Envelope],
    knowledge: &Knowledge,
    now: Timestamp,
) -> Vec<Event> {
    let Some(chain) = knowledge.chain() else { return Vec::new() };
    let mut events = Vec::new();
    for review in reviews.iter().filter(|r| r.proposal.statement().subject.model_id == *model) {
        let (training, proposal) = (review.training.statement(), review.proposal.statement());
        let version = &training.version;
        events.push(Event {
            at: training.created_at,
            kind: Kind::Trained,
            head: format!("Version {version} trained"),
            who: training.trainer.clone(),
            detail: String::new(),
            document: review.training.digest(),
        });
        events.push(Event {
            at: proposal.proposed_at,
            kind: Kind::Proposed,
            head: format!("Version {version} proposed for {}", words::list(&proposal.environments)),
            who: proposal.proposed_by.clone(),
            detail: summary::escape(&proposal.note),
            document: review.proposal.digest(),
        });
    }
    let version_of = |proposal: Digest| {
        let review = reviews.iter().find(|review| review.proposal.digest() == proposal);
        review.map_or_else(
            || "A proposal".to_owned(),
            |review| format!("Version {}", review.training.statement().version),
        )
    };
    let bundled = reviews.iter().flat_map(|review| review.bundle.approvals());
    for envelope in knowledge.loose().chain(bundled) {
        // Whether it still counts is for the decision to say; that it was signed holds whatever came later.
        if let Ok(said) = chain.verify_negative::<Approval>(envelope) {
            let said_that = said.statement();
            if said_that.subject.model_id != *model {
                continue;
            }
            let (kind, verb) = match said_that.verdict {
                Verdict::Approve => (Kind::Approved, "approved"),
                Verdict::Reject => (Kind::Rejected, "rejected"),
                Verdict::Withdraw => (Kind::Withdrew, "withdrawn from"),
            };
            let comment = summary::escape(&said_that.comment);
            let role = said_that.role.to_string();
            events.push(Event {
                at: said_that.signed_at,
                kind,
                head: format!("{} {verb}", version_of(said_that.proposal)),
                who: said_that.approver.clone(),
                detail: if comment.is_empty() { role } else { format!("{role}: “{comment}”") },
                document: said.digest(),
            });
        } else if let Ok(revoked) = chain.verify_negative::<Revocation>(envelope) {
            let revocation = revoked.statement();
            if revocation.subject.model_id != *model {
                continue;
            }
            let what = match revocation.target {
                Target::Proposal(proposal) => version_of(proposal),
                Target::Weights(_) => "These weights, in every proposal,".to_owned(),
            };
            let reason = summary::escape(&revocation.reason);
            events.push(Event {
                at: revocation.revoked_at,
                kind: Kind::Revoked,
                head: format!("{what} revoked"),
                who: revocation.revoked_by.clone(),
                detail: format!("{}: “{reason}”", revocation.reason_code.as_str()),
                document: revoked.digest(),
            });
        }
    }
    let revoked = knowledge.revoked_keys();
    for envelope in deployments {
        let Ok(verified) = chain.verify::<Deployment>(envelope, now, &revoked) else { continue };
        let deployment = verified.statement();
        if deployment.subject.model_id != *model {
            continue;
        }
        events.push(Event {
            at: deployment.deployed_at,
            kind: Kind::Deployed,
            head: format!("{} deployed in {}", version_of(deployment.proposal), deployment.environment),
            who: deployment.deployed_by.clone(),
            detail: deployment.scope.to_string(),
            document: verified.digest(),
        });
    }
    events.sort_by(|a, b| b.at.cmp(&a.at).then(b.kind.cmp(&a.kind)).then(a.document.cmp(&b.document)));
    events.dedup();
    events
}

/// When a proposal was revoked, as far as a statement about it is held.
#[must_use]
pub fn revoked_at(review: &Review, knowledge: &Knowledge) -> Option<Timestamp> {
    let chain = knowledge.chain()?;
    let proposal = review.proposal.digest();
    let weights = review.proposal.statement().subject.weights.digest;
    let about = knowledge.loose().filter_map(|envelope| chain.verify_negative::<Revocation>(envelope).ok());
    let about = about.filter(|revocation| match revocation.statement().target {
        Target::Proposal(digest) => digest == proposal,
        Target::Weights(digest) => digest == weights,
    });
    about.map(|revocation| revocation.statement().revoked_at).min()
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet_core::state::State;
    use placet_testkit::{NOW, Organisation, time};

    fn events(
        change: impl FnOnce(&Organisation, &Envelope, &Envelope) -> (Vec<Envelope>, Vec<Envelope>, Vec<Envelope>),
    ) -> Vec<Event> {
        let org = Organisation::new();
        let training = org.training(|_| {});
        let proposal = org.proposal(&training, |_| {});
        let (approvals, loose, deployments) = change(&org, &training, &proposal);
        let mut trust = org.trust();
        trust.revocations = loose.into_iter().map(Ok).collect();
        let knowledge = Knowledge::new(Some(org.domain()), trust, State::new());
        let bundle = org.bundle(&training, &proposal, &approvals);
        let review = Review::of(bundle, &knowledge, time(NOW)).unwrap();
        of(&Organisation::subject().model_id, &[review], &deployments, &knowledge, time(NOW))
    }

    #[test]
    fn events_stand_in_the_order_of_time_and_each_once() {
        let found = events(|org, t, p| {
            let rejection = org.approval(t, p, "dana.osei", |a| {
                a.verdict = Verdict::Reject;
                a.comment = "metrics: \u{202e}no".into();
            });
            let revocation = org.revocation("dana.osei", Target::Proposal(p.digest()), |_| {});
            // The rejection comes with the bundle and loose.
            (
                vec![org.approval(t, p, "alice.ng", |_| {}), rejection.clone()],
                vec![rejection, revocation],
                vec![org.deployment(p, b"d", "deployer", |_| {})],
            )
        });
        let heads: Vec<_> = found.iter().map(|event| event.head.as_str()).collect();
        assert_eq!(
            heads,
            [
                "Version 3 deployed in production",
                "Version 3 revoked",
                "Version 3 rejected",
                "Version 3 approved",
                "Version 3 proposed for production",
                "Version 3 trained",
            ]
        );
        assert_eq!(found[2].detail, "safety: “metrics: \\u{202e}no”");
    }

    #[test]
    fn a_forged_event_is_left_out() {
        let found = events(|org, t, p| {
            let forged =
                org.approval(t, p, "alice.ng", |a| a.approver = placet_testkit::name_of("bo.eriksen"));
            (vec![forged], Vec::new(), vec![org.deployment(p, b"d", "alice.ng", |_| {})])
        });
        assert_eq!(found.len(), 2, "only the training and the proposal: {found:?}");
    }
}
