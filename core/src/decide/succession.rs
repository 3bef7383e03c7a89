//! When a proposal takes the place of the one that it supersedes.

use super::evaluate;
use crate::{
    bundle::Bundle, code::Code, digest::Digest, proposal::Proposal, request::Request, state::State,
    statement::Statement as _, time::Timestamp, trust::VerifiedTrust,
};

/// The proposal that the one of `bundle` replaces, once the new one is permitted in every place that it names.
///
/// A wish alone replaces nothing (attack: a proposal that stops what runs before anybody approved it). The age of the
/// revocation list is left out, as this is asked to make the next one.
#[must_use]
pub fn superseded(bundle: &Bundle, trust: &VerifiedTrust, state: &State, now: Timestamp) -> Option<Digest> {
    let proposal = Proposal::parse(bundle.proposal()?.unverified_payload()).ok()?;
    let old = proposal.supersedes?;
    let permitted = proposal.places().all(|(environment, scope)| {
        let request = Request {
            model_id: proposal.subject.model_id.clone(),
            weights: proposal.subject.weights,
            environment: environment.clone(),
            scope: scope.clone(),
            now,
        };
        let denials = evaluate(bundle, trust, state, &request).decision.denials;
        denials.iter().all(|code| matches!(code, Code::ListMissing | Code::ListStale))
    });
    permitted.then_some(old)
}
