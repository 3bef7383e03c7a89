//! Whose word counts about a ledger: its origin, its key and its witnesses.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use super::{LogKey, LogPolicyError, WitnessKey, checkpoint::is_origin};
use crate::limits;

/// What a verifier pins about a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogPolicy {
    pub(super) origin: String,
    pub(super) log: LogKey,
    pub(super) witnesses: Vec<WitnessKey>,
    pub(super) threshold: usize,
}

impl LogPolicy {
    /// A log with `origin` and key `log`, whose checkpoints at least `threshold` of `witnesses` must
    /// cosign. A threshold of 0 demands none.
    ///
    /// # Errors
    /// [`LogPolicyError::Origin`] if the origin is empty or holds a control character,
    /// [`LogPolicyError::TooManyWitnesses`] above [`WITNESSES`](limits::WITNESSES),
    /// [`LogPolicyError::DuplicateKey`] if one public key would be counted twice, whatever its names,
    /// and [`LogPolicyError::Threshold`] if more witnesses are demanded than named.
    pub fn new(
        origin: &str,
        log: LogKey,
        witnesses: Vec<WitnessKey>,
        threshold: usize,
    ) -> Result<Self, LogPolicyError> {
        if !is_origin(origin) {
            return Err(LogPolicyError::Origin);
        }
        if witnesses.len() > limits::WITNESSES {
            return Err(LogPolicyError::TooManyWitnesses {
                found: witnesses.len(),
                limit: limits::WITNESSES,
            });
        }
        // A cosignature does not name its witness, so one key under two names would count twice.
        let mut keys = Vec::from([log.0.public_key()]);
        for (number, witness) in witnesses.iter().enumerate() {
            if keys.contains(&witness.0.public_key()) {
                return Err(LogPolicyError::DuplicateKey { witness: number });
            }
            keys.push(witness.0.public_key());
        }
        if threshold > witnesses.len() {
            return Err(LogPolicyError::Threshold { threshold, witnesses: witnesses.len() });
        }
        Ok(Self { origin: origin.to_string(), log, witnesses, threshold })
    }

    /// The same log and witnesses, of whom none has to cosign: for whoever cosigns, or takes cosignatures in.
    #[must_use]
    pub fn without_threshold(self) -> Self {
        Self { threshold: 0, ..self }
    }
}
