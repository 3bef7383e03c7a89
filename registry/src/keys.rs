//! The registry's own two keys: one signs revocation lists, one signs the ledger's checkpoints.
//!
//! Guards the files: made once with mode 0600, refused where others may read them. Nothing is signed with a key that
//! the policy does not name, so a stolen directory without a policy is worth nothing.

use std::{
    fs::{self, OpenOptions, Permissions},
    io::Write as _,
    os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _},
    path::{Path, PathBuf},
};

use placet_core::key::{PublicKey, Signer};
use placet_keys::{MAX_FILE_LEN, SecretKey, open, pkcs8};
use zeroize::Zeroizing;

use crate::error::Error;

/// Where the registry's keys are.
#[derive(Clone, Debug)]
pub struct KeyFiles {
    /// The key that signs revocation lists.
    pub list: PathBuf,
    /// The key that signs checkpoints.
    pub log: PathBuf,
}

impl KeyFiles {
    /// The files in a data directory.
    #[must_use]
    pub fn in_directory(data_dir: &Path) -> Self {
        Self { list: data_dir.join("list-key.pem"), log: data_dir.join("log-key.pem") }
    }
}

/// The public halves, for the policy to name.
#[derive(Clone, Debug)]
pub struct PublicKeys {
    /// The key of one of the policy's `list_signers`.
    pub list: PublicKey,
    /// The key of the policy's `log`.
    pub log: PublicKey,
}

/// Both keys in memory.
#[derive(Debug)]
pub(crate) struct Keys {
    pub(crate) list: SigningKey,
    pub(crate) log: SigningKey,
}

impl Keys {
    /// Reads both keys; makes those that are not there.
    pub(crate) fn open_or_create(files: &KeyFiles) -> Result<Self, Error> {
        Ok(Self {
            list: SigningKey::open_or_create(&files.list)?,
            log: SigningKey::open_or_create(&files.log)?,
        })
    }

    pub(crate) fn public(&self) -> PublicKeys {
        PublicKeys { list: self.list.public.clone(), log: self.log.public.clone() }
    }
}

/// A key in memory that signs.
#[derive(Debug)]
pub(crate) struct SigningKey {
    secret: SecretKey,
    public: PublicKey,
}

impl Signer for SigningKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.secret.sign(message)
    }
}

impl SigningKey {
    fn open_or_create(path: &Path) -> Result<Self, Error> {
        if fs::exists(path).map_err(Error::file(path))? { Self::open(path) } else { Self::create(path) }
    }

    fn open(path: &Path) -> Result<Self, Error> {
        let metadata = fs::metadata(path).map_err(Error::file(path))?;
        let mode = metadata.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(Error::KeyFileOpen { path: path.into(), mode });
        }
        let refuse = |source| Error::KeyFile { path: path.into(), source };
        if metadata.len() > u64::try_from(MAX_FILE_LEN).unwrap_or(u64::MAX) {
            return Err(refuse(placet_keys::KeyFileError::TooLarge {
                length: usize::try_from(metadata.len()).unwrap_or(usize::MAX),
                limit: MAX_FILE_LEN,
            }));
        }
        let file = Zeroizing::new(fs::read(path).map_err(Error::file(path))?);
        let secret = open(&file, None).map_err(refuse)?;
        secret.self_test().map_err(refuse)?;
        Self::of(secret, path)
    }

    /// Makes a key. The file appears whole or not at all, and never readable by others.
    fn create(path: &Path) -> Result<Self, Error> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut_slice()).map_err(|_| Error::Random)?;
        let refuse = |source| Error::KeyFile { path: path.into(), source };
        let secret = SecretKey::from_seed(seed).map_err(refuse)?;
        secret.self_test().map_err(refuse)?;
        let text = pkcs8::write(&secret).map_err(refuse)?;
        if let Some(directory) = path.parent() {
            fs::create_dir_all(directory).map_err(Error::file(directory))?;
        }
        let draft = path.with_extension("new");
        let write = || {
            let mut file =
                OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&draft)?;
            // A draft that was left over keeps the mode it had.
            file.set_permissions(Permissions::from_mode(0o600))?;
            file.write_all(text.as_bytes())?;
            file.sync_all()?;
            fs::rename(&draft, path)
        };
        write().map_err(Error::file(path))?;
        Self::of(secret, path)
    }

    fn of(secret: SecretKey, path: &Path) -> Result<Self, Error> {
        let public = PublicKey::from_bytes(&secret.public_key());
        let public = public
            .map_err(|_| Error::KeyFile { path: path.into(), source: placet_keys::KeyFileError::Weak })?;
        Ok(Self { secret, public })
    }
}
