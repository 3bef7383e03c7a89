//! A key that is open for a while. It is wiped when the session ends.
//!
//! Everything that signs goes through [`Session::sign`], so that signing can move into a worker without a caller
//! noticing.

use std::sync::Arc;

use placet_core::{
    envelope::Envelope,
    key::{PublicKey, Signer},
    time::Timestamp,
};
use placet_keys::{KeyFileError, SecretKey, locked::LockedKey};

use crate::state::{approval::Draft, enrolment};

/// How long a key stays open when a person asks for it.
pub const OPEN_SECONDS: i64 = 300;

/// An open key.
#[derive(Clone, Debug)]
pub struct Session {
    secret: Arc<SecretKey>,
    public: PublicKey,
    /// When it locks itself.
    pub until: Timestamp,
}

impl Session {
    /// Opens a locked key until `until`. Takes a second and 64 MiB.
    ///
    /// # Errors
    ///
    /// [`KeyFileError`] where the passphrase or the file is wrong.
    pub fn open(locked: &LockedKey, passphrase: &str, until: Timestamp) -> Result<Self, KeyFileError> {
        Self::of(locked.unlock(passphrase.as_bytes())?, until)
    }

    /// A session of a key that was opened.
    ///
    /// # Errors
    ///
    /// [`KeyFileError::Weak`] where the core refuses the key.
    pub fn of(secret: SecretKey, until: Timestamp) -> Result<Self, KeyFileError> {
        let public = PublicKey::from_bytes(&secret.public_key()).map_err(|_| KeyFileError::Weak)?;
        Ok(Self { secret: Arc::new(secret), public, until })
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> &PublicKey {
        &self.public
    }

    /// Whether it is open at this moment.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.until
    }

    /// Signs a draft.
    #[must_use]
    pub fn sign(&self, draft: &Draft) -> Envelope {
        draft.sign(self)
    }

    /// Signs a request to be enrolled.
    #[must_use]
    pub fn sign_enrolment(&self, request: &enrolment::Request) -> String {
        request.sign(self)
    }

    /// Signs a test line and verifies it strictly.
    ///
    /// # Errors
    ///
    /// [`KeyFileError::SelfTestFailed`].
    pub fn self_test(&self) -> Result<(), KeyFileError> {
        self.secret.self_test()
    }
}

impl Signer for Session {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.secret.sign(message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet_testkit::{Key, NOW, time};

    #[test]
    fn a_session_is_over_at_its_end_and_not_a_second_later() {
        let secret = SecretKey::from_seed(Key::of("chandra.iyer").seed().into()).unwrap();
        let session = Session::of(secret, time(NOW).plus(OPEN_SECONDS)).unwrap();
        assert!(session.is_open(time(NOW).plus(OPEN_SECONDS - 1)));
        assert!(!session.is_open(time(NOW).plus(OPEN_SECONDS)));
        assert_eq!(session.public_key(), Key::of("chandra.iyer").public_key());
        session.self_test().unwrap();
    }
}
