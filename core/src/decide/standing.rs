//! A single statement held against a policy and what is revoked, without a bundle.

use super::{best_list, stops::Stops};
use crate::{
    approval::{Approval, Verdict},
    code::Code,
    envelope::Envelope,
    error::VerifyError,
    policy::TrustPolicy,
    state::DomainState,
    statement::Statement,
    time::Timestamp,
    trust::VerifiedTrust,
    verify::Verified,
};

/// What a statement stands on: a policy in force and a list that says which keys are revoked.
pub(crate) struct Standing<'a> {
    policy: &'a TrustPolicy,
    stops: Stops,
    now: Timestamp,
}

impl<'a> Standing<'a> {
    /// That of the first pinned domain.
    pub(crate) fn of(trust: &'a VerifiedTrust, now: Timestamp) -> Result<Self, VerifyError> {
        let refuse = |code| VerifyError::Signer { code, principal: alloc::string::String::new() };
        let (_, domain) = trust.domain(None).ok_or_else(|| refuse(Code::PolicyUnpinned))?;
        let failure = domain.policy_failure.map(|failure| failure.0);
        if let Some(code) = failure {
            return Err(refuse(code));
        }
        let policy = domain.policy.as_ref().ok_or_else(|| refuse(Code::PolicyMissing))?;
        policy.check_in_force(now).map_err(refuse)?;
        let seen = DomainState::default();
        let list = best_list(Some(domain), Some(policy), &seen, now).map_err(refuse)?;
        Ok(Self { policy, stops: Stops::collect(Some(domain), Some(list), &seen, now), now })
    }

    pub(crate) fn policy(&self) -> &'a TrustPolicy {
        self.policy
    }

    pub(crate) fn verify<T: Statement>(&self, envelope: &Envelope) -> Result<Verified<T>, VerifyError> {
        self.policy.verify(envelope, self.now, &self.stops.keys)
    }

    /// An approval as a positive statement with one signature, a rejection or withdrawal as a negative one.
    pub(crate) fn verify_verdict(&self, envelope: &Envelope) -> Result<Verified<Approval>, VerifyError> {
        let approval = Approval::parse(envelope.unverified_payload())?;
        if approval.verdict != Verdict::Approve {
            return self.policy.verify_negative(envelope);
        }
        if envelope.signature_count() != 1 {
            let principal = approval.approver.as_str().into();
            return Err(VerifyError::Signer { code: Code::SignatureCount, principal });
        }
        self.verify(envelope)
    }
}
