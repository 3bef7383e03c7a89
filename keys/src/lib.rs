//! Signing key files, in memory: read four formats, write all of them, keep the secret off screens and out of logs.
//!
//! This crate guards the way of an Ed25519 seed between a file and a signature. It opens no file and draws no
//! random number: callers bring the bytes and, for every file that is written, [`FreshBytes`]. The command line and
//! the browser console share it.
//!
//! In reading order: [`SecretKey`] holds the seed and signs; [`detect`] and [`open`] turn a file of any format into a
//! `SecretKey`; [`locked`] is Placet's own passphrase-locked file; [`pkcs8`], [`openssh`] and [`jwk`] are the formats
//! of OpenSSL, OpenSSH and `WebCrypto`; [`passphrase`] holds the rules for a new passphrase; [`KeyFileError`] is
//! everything that can go wrong.
//!
//! A key file comes from outside and may be hostile. Its size is bounded by [`MAX_FILE_LEN`], its work factors are
//! bounded before any work is done, and what it says about its public key is compared with the derived one.
//!
//! ```
//! use placet_keys::{FreshBytes, SecretKey, locked::LockedKey, open};
//! use zeroize::Zeroizing;
//!
//! // Both would come from the operating system's random generator.
//! # let (seed, fresh) = ([*b"an example seed!"; 2].as_flattened().try_into().unwrap(), [7; 40]);
//! let key = SecretKey::from_seed(Zeroizing::new(seed))?;
//! let passphrase = b"four words of a dice list";
//! let file = LockedKey::lock(&key, "laptop", passphrase, FreshBytes::new(fresh))?.to_json();
//!
//! let opened = open(file.as_bytes(), Some(passphrase))?;
//! assert_eq!(opened.public_key(), key.public_key());
//! # Ok::<(), placet_keys::KeyFileError>(())
//! ```
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

mod error;
mod file;
mod fresh;
mod pem;
mod secret_key;

pub mod jwk;
pub mod locked;
pub mod openssh;
pub mod passphrase;
pub mod pkcs8;

pub use error::KeyFileError;
pub use file::{KeyFileFormat, MAX_FILE_LEN, detect, open};
pub use fresh::FreshBytes;
pub use secret_key::SecretKey;
