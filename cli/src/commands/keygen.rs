//! `placet keygen`: a key of one's own, or the same key in another file.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, ValueEnum};
use placet_core::key::Signer as _;
use placet_keys::{KeyFileError, locked::LockedKey, openssh, passphrase::Strength, pkcs8};
use serde_json::json;
use zeroize::Zeroizing;

use super::Context;
use crate::{
    error::{Error, Result},
    files::{self, Access},
    signing::{Key, PassphraseArgs, fresh_bytes, open_key},
    terminal,
    words::Table,
};

/// The form of a key file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// PKCS#8 PEM, encrypted where there is a passphrase: OpenSSL reads it
    Pem,
    /// Placet's own file, always with a passphrase: the console reads it
    Locked,
    /// OpenSSH's private key file
    Openssh,
}

/// Make a key to sign with
///
/// The public half goes to whoever writes the policy; read its eight words to each other, so that nobody slips in
/// another key.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet keygen --output alice.json --format locked              asks for a passphrase
  placet keygen --output pipeline.pem --no-passphrase
  placet keygen --output alice.json --format locked --from alice.pem   the same key, locked")]
pub(super) struct Keygen {
    /// The file to write; it must not be there yet
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// The form of the file
    #[arg(long, value_enum, default_value = "pem", value_name = "FORM")]
    format: Form,
    /// Take this key instead of a new one
    #[arg(long, value_name = "FILE")]
    from: Option<PathBuf>,
    /// The name that a locked or OpenSSH file gives its key
    #[arg(long, default_value = "placet", value_name = "TEXT")]
    name: String,
    /// Do not lock the file; only for services whose machine guards it
    #[arg(long, conflicts_with = "new_passphrase_file")]
    no_passphrase: bool,
    /// File with the passphrase of the new file [without it: asked]
    #[arg(long, value_name = "FILE")]
    new_passphrase_file: Option<PathBuf>,
    #[command(flatten)]
    passphrase: PassphraseArgs,
}

impl Keygen {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        let key = match &self.from {
            Some(path) => open_key(Some(path), &self.passphrase)?,
            None => Key::generate()?,
        };
        let text = self.file_text(&key)?;
        if !files::create(&self.output, text.as_bytes(), Access::Owner)? {
            let message = format!("{} holds this key already", self.output.display());
            return Err(Error::new("file_exists", message));
        }
        let public = key.public_key();
        let mut table = Table::default();
        table
            .row("public key", public.to_hex())
            .row("fingerprint", public.fingerprint())
            .row("in words", public.words())
            .row("key id", public.key_id());
        let text = format!("The key is in {}\n{}", self.output.display(), table.finish(2));
        let json = json!({
            "path": self.output.display().to_string(),
            "public_key": public.to_hex(),
            "fingerprint": public.fingerprint(),
            "words": public.words(),
            "key_id": public.key_id().to_string(),
        });
        context.answer(&text, &json)
    }

    fn file_text(&self, key: &Key) -> Result<Zeroizing<String>> {
        let passphrase = self.new_passphrase()?;
        let fresh = fresh_bytes()?;
        Ok(match (self.format, passphrase) {
            (Form::Pem, None) => pkcs8::write(key.secret())?,
            (Form::Pem, Some(new)) => {
                pkcs8::write_encrypted(key.secret(), &new, pkcs8::Derivation::Scrypt, fresh)?
            }
            (Form::Openssh, None) => openssh::write(key.secret(), &self.name, fresh)?,
            (Form::Openssh, Some(new)) => openssh::write_encrypted(key.secret(), &self.name, &new, fresh)?,
            (Form::Locked, Some(new)) => {
                Zeroizing::new(LockedKey::lock(key.secret(), &self.name, &new, fresh)?.to_json())
            }
            (Form::Locked, None) => return Err(KeyFileError::PassphraseRequired.into()),
        })
    }

    fn new_passphrase(&self) -> Result<Option<Zeroizing<Vec<u8>>>> {
        if self.no_passphrase {
            return Ok(None);
        }
        let new = PassphraseArgs { passphrase_file: self.new_passphrase_file.clone() };
        let Some(passphrase) = new.read_new("Passphrase for the new key file")? else {
            return Err(Error::from(KeyFileError::PassphraseRequired)
                .hint("name a file with --new-passphrase-file, or say --no-passphrase"));
        };
        placet_keys::passphrase::check(&passphrase)?;
        if std::str::from_utf8(&passphrase).is_ok_and(|text| Strength::of(text) == Strength::Weak) {
            let word = terminal::paint(terminal::LOOK, "warning");
            terminal::note(&format!("{word}: this passphrase is easy to guess; five random words are not"));
        }
        Ok(Some(passphrase))
    }
}
