//! The trust that a gateway holds, and its proof: what was verified once stays beside whatever comes next.

use alloc::{collections::BTreeSet, string::String, vec::Vec};

use placet_core::{
    approval::{Approval, Verdict},
    bundle::Bundle,
    code::Code,
    digest::Digest,
    envelope::Envelope,
    error::{ParseError, VerifyError},
    inspect::Kind,
    policy::TrustPolicy,
    revocation::{KeyRevocation, Revocation},
    statement::Statement as _,
    time::Timestamp,
    trust::{Succession, Trust, VerifiedTrust},
};

/// What is held of trust, verified.
#[derive(Clone, Debug)]
pub struct HeldTrust {
    succession: Succession,
    verified: VerifiedTrust,
}

impl HeldTrust {
    /// Takes `new` in beside what was held; the pins are the configuration's.
    #[must_use]
    pub fn take(held: Option<&Self>, new: &Trust, pins: &BTreeSet<Digest>, now: Timestamp) -> Self {
        let first = || Succession::new(pins.clone());
        let succession = held.map_or_else(first, |held| held.succession.clone());
        Self::of(succession.next(new, now))
    }

    /// With the rejections and withdrawals of a bundle, if there are new ones in it (attack: a rejection that is left out
    /// of the next bundle).
    #[must_use]
    pub fn with_verdicts(&self, bundle: &Bundle, now: Timestamp) -> Option<Self> {
        let held = &self.succession.held.revocations;
        let held: BTreeSet<_> = held.iter().flatten().map(Envelope::digest).collect();
        let negative = |envelope: &&Envelope| {
            let approval = Approval::parse(envelope.unverified_payload());
            approval.is_ok_and(|approval| approval.verdict != Verdict::Approve)
        };
        let new = bundle.approvals().filter(|envelope| !held.contains(&envelope.digest())).filter(negative);
        let new: Vec<_> = new.cloned().collect();
        (!new.is_empty()).then(|| Self::of(self.succession.with_revocations(new, now)))
    }

    /// With one loose statement that ends something, if it is new.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] where it is none, or was signed by nobody who may.
    pub fn with_negative(&self, envelope: Envelope, now: Timestamp) -> Result<Option<Self>, VerifyError> {
        let chains = self.verified.pins().filter_map(|pin| self.verified.policy(pin));
        let mut verified = Err(VerifyError::Signer { code: Code::PolicyMissing, principal: String::new() });
        for chain in chains {
            verified = verify_negative(chain, &envelope);
            if verified.is_ok() {
                break;
            }
        }
        verified?;
        let held = self.succession.held.revocations.iter().flatten().any(|held| *held == envelope);
        Ok((!held).then(|| Self::of(self.succession.with_revocations([envelope], now))))
    }

    /// What of it a restart must not lose.
    #[must_use]
    pub fn to_keep(&self) -> Trust {
        Trust { ledger: self.succession.held.ledger.clone(), ..self.succession.kept.clone() }
    }

    /// What of it was verified.
    #[must_use]
    pub fn verified(&self) -> &VerifiedTrust {
        &self.verified
    }

    fn of(succession: Succession) -> Self {
        Self { verified: succession.held.verify(), succession }
    }
}

/// Verifies a statement that ends something, as its type says what it is.
fn verify_negative(chain: &TrustPolicy, envelope: &Envelope) -> Result<(), VerifyError> {
    match Kind::of(envelope) {
        Some(Kind::KeyRevocation) => chain.verify_negative::<KeyRevocation>(envelope).map(drop),
        Some(Kind::Revocation) => chain.verify_negative::<Revocation>(envelope).map(drop),
        Some(Kind::Approval) => {
            let verdict = chain.verify_negative::<Approval>(envelope)?;
            if verdict.statement().verdict == Verdict::Approve {
                return Err(ParseError::Invalid { field: "decision", code: Code::UnknownValue }.into());
            }
            Ok(())
        }
        _ => Err(ParseError::Invalid { field: "payloadType", code: Code::WrongPayloadType }.into()),
    }
}
