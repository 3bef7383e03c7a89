//! A look ahead: what would be decided if a policy that nobody has signed yet were the newest.
//!
//! For a root that weighs a draft. The answer has no record, no state and no time until which it holds, and what it
//! rests on is no [`VerifiedTrust`]: it can never stand in for a decision.

use alloc::vec::Vec;

use super::evaluate;
use crate::{
    bundle::Bundle,
    code::Code,
    decision::RoleResult,
    digest::Digest,
    policy::Policy,
    request::Request,
    state::State,
    trust::{Trust, VerifiedTrust},
};

/// Trust as it would be under a draft that the root had signed.
#[derive(Clone, Debug)]
pub struct Supposed(VerifiedTrust);

/// What would be decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outlook {
    /// All reasons of all gates; empty where it would be permitted.
    pub denials: Vec<Code>,
    /// How far each role would be.
    pub quorum: Vec<RoleResult>,
}

impl Supposed {
    /// The trust of one domain with `draft`, whose payload has this `digest`, as its newest policy, signed by its whole
    /// root.
    ///
    /// # Errors
    ///
    /// [`Code::ForeignDomain`] where the draft is of no pinned domain, [`Code::PolicyVersionGap`] or
    /// [`Code::PolicyPreviousMismatch`] where it does not follow the newest policy, and why the chain is not whole.
    pub fn new(trust: &Trust, draft: &Policy, digest: Digest) -> Result<Self, Code> {
        trust.suppose(draft, digest).map(Self)
    }

    /// What would be decided about a bundle.
    #[must_use]
    pub fn outlook(&self, bundle: &Bundle, state: &State, request: &Request) -> Outlook {
        let decision = evaluate(bundle, &self.0, state, request).decision;
        Outlook { denials: decision.denials, quorum: decision.quorum }
    }
}
