//! Keys to sign with: from a file, or from `PLACET_KEY` for pipelines, never from the command line, where every process
//! of the machine could read it.

use std::{
    env,
    path::{Path, PathBuf},
};

use clap::Args;
use placet_core::{
    envelope::Envelope,
    key::{PublicKey, Signer},
    name::Principal,
    policy::Policy,
};
use placet_keys::{FreshBytes, KeyFileError, MAX_FILE_LEN, SecretKey};
use zeroize::Zeroizing;

use crate::{
    error::{At as _, Error, Result},
    files, terminal,
};

/// The variable that holds the text of a key file.
pub(crate) const KEY_VARIABLE: &str = "PLACET_KEY";
/// The variable that names the file with the passphrase.
pub(crate) const PASSPHRASE_VARIABLE: &str = "PLACET_PASSPHRASE_FILE";

/// Who signs, and where the signed document goes.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Signing")]
pub(crate) struct SigningArgs {
    /// Your key file (PKCS#8 or OpenSSH PEM, JWK, or locked); without it the text in PLACET_KEY is used
    #[arg(long, value_name = "FILE")]
    pub(crate) key: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) passphrase: PassphraseArgs,
    /// Who you are in the policy; must be the owner of the key, and is found by it when omitted
    #[arg(long = "as", value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Write the signed document to this file instead of the evidence directory
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// Where the passphrase of a locked key file comes from.
#[derive(Args, Clone, Debug)]
pub(crate) struct PassphraseArgs {
    /// File with the passphrase of the key file; `/dev/fd/3` reads an open file descriptor [without it: asked]
    #[arg(long, value_name = "FILE", env = PASSPHRASE_VARIABLE, hide_env_values = true)]
    pub(crate) passphrase_file: Option<PathBuf>,
}

/// A secret key that signs documents.
pub(crate) struct Key {
    secret: SecretKey,
    public: PublicKey,
}

impl Key {
    /// A key that was read.
    pub(crate) fn of(secret: SecretKey) -> Result<Self> {
        let public = PublicKey::from_bytes(&secret.public_key())?;
        Ok(Self { secret, public })
    }

    /// A new key.
    pub(crate) fn generate() -> Result<Self> {
        let mut seed = Zeroizing::new([0; 32]);
        getrandom::fill(seed.as_mut_slice()).map_err(no_randomness)?;
        let key = Self::of(SecretKey::from_seed(seed)?)?;
        key.secret.self_test()?;
        Ok(key)
    }

    /// The secret half, for writing it to a file.
    pub(crate) fn secret(&self) -> &SecretKey {
        &self.secret
    }
}

impl Signer for Key {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.secret.sign(message)
    }
}

/// Bytes from the operating system for one key file.
pub(crate) fn fresh_bytes() -> Result<FreshBytes> {
    let mut bytes = [0; FreshBytes::LEN];
    getrandom::fill(&mut bytes).map_err(no_randomness)?;
    Ok(FreshBytes::new(bytes))
}

fn no_randomness(error: getrandom::Error) -> Error {
    Error::new("no_randomness", format!("the operating system gives no random bytes: {error}"))
}

impl SigningArgs {
    /// Opens the key and says who signs with it under `policy`.
    ///
    /// # Errors
    ///
    /// `key_required`, the codes of key files, `signer_unknown` where the policy knows no owner of the key, and
    /// `signer_mismatch` where the owner is not who `--as` says.
    pub(crate) fn open(&self, policy: &Policy) -> Result<(Key, Principal)> {
        let key = self.open_key()?;
        let fingerprint = key.public.fingerprint();
        let owner = policy.owner(key.public.key_id()).cloned().ok_or_else(|| {
            Error::new("signer_unknown", format!("the policy lists the key {fingerprint} for nobody"))
                .hint("`placet policy show` lists the keys of everybody")
        })?;
        match &self.name {
            Some(name) if name != owner.as_str() => {
                let message = format!("the key {fingerprint} belongs to {owner}, not to {name}");
                Err(Error::new("signer_mismatch", message))
            }
            _ => Ok((key, owner)),
        }
    }

    /// Opens the key, whoever owns it.
    pub(crate) fn open_key(&self) -> Result<Key> {
        open_key(self.key.as_deref(), &self.passphrase)
    }
}

/// Opens a key file, or what `PLACET_KEY` holds, and asks for the passphrase where it needs one.
pub(crate) fn open_key(path: Option<&Path>, passphrase: &PassphraseArgs) -> Result<Key> {
    let (bytes, place) = match path {
        Some(path) => {
            warn_about_readers(path);
            (Zeroizing::new(files::read(path, MAX_FILE_LEN)?), path.display().to_string())
        }
        None => match env::var(KEY_VARIABLE) {
            Ok(text) => (Zeroizing::new(text.into_bytes()), KEY_VARIABLE.to_owned()),
            Err(env::VarError::NotPresent) => return Err(Error::new("key_required", "no key was given")),
            Err(error) => return Err(Error::new("key_required", format!("{KEY_VARIABLE}: {error}"))),
        },
    };
    let secret = match placet_keys::open(&bytes, None) {
        Err(KeyFileError::PassphraseRequired) => {
            let passphrase = passphrase.read(&format!("Passphrase of {place}"))?;
            placet_keys::open(&bytes, passphrase.as_deref().map(Vec::as_slice))
        }
        opened => opened,
    };
    Key::of(secret.at(&place)?)
}

impl PassphraseArgs {
    /// The passphrase from its file, or from the terminal; none where there is neither.
    pub(crate) fn read(&self, question: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        if let Some(path) = &self.passphrase_file {
            let mut bytes = Zeroizing::new(files::read(path, 4096)?);
            // An editor ends the last line; the line feed is no part of the passphrase.
            for end in [b'\n', b'\r'] {
                if bytes.last() == Some(&end) {
                    bytes.pop();
                }
            }
            return Ok(Some(bytes));
        }
        if !terminal::is_interactive() {
            return Ok(None);
        }
        let typed = rpassword::prompt_password(format!("{question}: "));
        let typed = typed.map_err(|error| Error::new("input_failed", format!("passphrase: {error}")))?;
        Ok(Some(Zeroizing::new(typed.into_bytes())))
    }

    /// A new passphrase, typed twice on a terminal; none where there is neither a file nor a terminal.
    pub(crate) fn read_new(&self, question: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let first = self.read(question)?;
        if self.passphrase_file.is_none() && first.is_some() && self.read("Once more")? != first {
            return Err(Error::new("passphrase_differs", "the two passphrases differ"));
        }
        Ok(first)
    }
}

/// A key file that others may read is a key that others may have.
fn warn_about_readers(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let readable = std::fs::metadata(path)
            .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o077 != 0);
        if readable {
            let word = terminal::paint(terminal::LOOK, "warning");
            terminal::note(&format!(
                "{word}: others can read {}; `chmod 600` keeps it yours",
                path.display()
            ));
        }
    }
    #[cfg(not(unix))]
    let _ = path;
}

/// Signs a payload with one key.
pub(crate) fn sign(payload_type: &str, payload: Vec<u8>, key: &Key) -> Envelope {
    Envelope::sign(payload_type, payload, key)
}
