//! From an envelope to a statement that somebody who may say so has signed.
//!
//! [`Verified`] is the proof: it has no other constructor, and it hands out the statement together with its signer.

use alloc::collections::{BTreeMap, BTreeSet};

use crate::{
    code::Code,
    digest::Digest,
    envelope::Envelope,
    error::{ParseError, VerifyError},
    gather::gather,
    key::{KeyId, PublicKey},
    policy::TrustPolicy,
    statement::Statement,
    time::{Timestamp, Window},
};

/// A statement under a signature of the principal whom it names, who was entitled to make it.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified<T> {
    statement: T,
    digest: Digest,
    key_id: KeyId,
    key_window: Window,
}

impl<T> Verified<T> {
    /// What was said.
    #[must_use]
    pub fn statement(&self) -> &T {
        &self.statement
    }

    /// The digest of the payload.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The key whose signature was verified.
    #[must_use]
    pub fn key_id(&self) -> KeyId {
        self.key_id
    }

    /// When signatures under that key count.
    #[must_use]
    pub fn key_window(&self) -> Window {
        self.key_window
    }
}

impl TrustPolicy {
    /// Verifies a statement that asks for something (training output, proposal, approval, deployment): it must be valid
    /// now under the newest policy. Its signer is entitled, the key's window covers both `now` and the statement's own
    /// time (attack: a stolen expired key that signs with an old date), and the key is not among `revoked`.
    ///
    /// # Errors
    ///
    /// [`VerifyError`] with the code of the first rule that is broken.
    pub fn verify<T: Statement>(
        &self,
        envelope: &Envelope,
        now: Timestamp,
        revoked: &BTreeSet<KeyId>,
    ) -> Result<Verified<T>, VerifyError> {
        let statement = parse::<T>(envelope)?;
        let refuse = |code| VerifyError::Signer { code, principal: statement.signer().as_str().into() };
        self.check_domain(&statement)?;
        let policy = self.newest().policy();
        if !policy.principals.contains_key(statement.signer()) {
            return Err(refuse(Code::SignerUnknown));
        }
        if !statement.entitled(policy) {
            return Err(refuse(Code::SignerNotEntitled));
        }
        if statement.made_at() > now.plus(policy.clock_skew_seconds.into()) {
            return Err(refuse(Code::FromFuture));
        }
        let mut code = Code::SignerMismatch;
        for key in policy.keys(statement.signer()).filter(|key| envelope.names_key(&key.public)) {
            let usable = check_key(key.public.key_id(), key.window, [now, statement.made_at()], revoked);
            match usable.and_then(|()| envelope.check_signature(&key.public)) {
                Ok(()) => return Ok(accept(statement, envelope, &key.public, key.window)),
                Err(broken) => code = broken,
            }
        }
        Err(refuse(code))
    }

    /// Verifies a statement that ends something (revocation, rejection, withdrawal): it counts if its signer was
    /// entitled under any policy of the chain. Expiry or removal of a key never undoes it (attack: a revocation undone
    /// because the revoker left).
    ///
    /// # Errors
    ///
    /// [`VerifyError`] with the code of the first rule that is broken.
    pub fn verify_negative<T: Statement>(&self, envelope: &Envelope) -> Result<Verified<T>, VerifyError> {
        let statement = parse::<T>(envelope)?;
        let refuse = |code| VerifyError::Signer { code, principal: statement.signer().as_str().into() };
        self.check_domain(&statement)?;
        let entitling = self.links().filter(|link| statement.entitled(link.policy()));
        let keys = entitling.flat_map(|link| link.policy().keys(statement.signer()));
        // Each key once, however many policies list it.
        let keys: BTreeMap<_, _> = gather(keys.map(|key| (key.public.key_id(), key)));
        if keys.is_empty() {
            return Err(refuse(Code::SignerNotEntitled));
        }
        let mut code = Code::SignerMismatch;
        for key in keys.into_values() {
            match envelope.check_signature(&key.public) {
                Ok(()) => return Ok(accept(statement, envelope, &key.public, key.window)),
                Err(Code::SignerMismatch) => {}
                Err(broken) => code = broken,
            }
        }
        Err(refuse(code))
    }

    fn check_domain<T: Statement>(&self, statement: &T) -> Result<(), VerifyError> {
        if statement.domain() == self.domain() {
            return Ok(());
        }
        Err(VerifyError::Signer { code: Code::ForeignDomain, principal: statement.signer().as_str().into() })
    }
}

fn parse<T: Statement>(envelope: &Envelope) -> Result<T, ParseError> {
    if envelope.payload_type() != T::PAYLOAD_TYPE {
        return Err(ParseError::invalid("payloadType", Code::WrongPayloadType));
    }
    T::parse(envelope.unverified_payload())
}

fn accept<T>(statement: T, envelope: &Envelope, key: &PublicKey, key_window: Window) -> Verified<T> {
    Verified { statement, digest: envelope.digest(), key_id: key.key_id(), key_window }
}

/// Whether a key may be used at both moments.
fn check_key(
    key: KeyId,
    window: Window,
    times: [Timestamp; 2],
    revoked: &BTreeSet<KeyId>,
) -> Result<(), Code> {
    if revoked.contains(&key) {
        return Err(Code::KeyRevoked);
    }
    if times.iter().any(|time| *time >= window.not_after) {
        return Err(Code::KeyExpired);
    }
    if times.iter().any(|time| *time < window.not_before) {
        return Err(Code::KeyNotYetValid);
    }
    Ok(())
}
