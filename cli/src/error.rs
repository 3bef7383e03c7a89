//! What can go wrong at the command line: a stable code, what happened, and what to do about it.
//!
//! Codes of the core and of key files are passed on as they are; the command's own are written where they arise.
//! Messages quote names from files and documents, so everything that could deceive a terminal is escaped on the way out.

use std::{fmt, path::Path};

use placet_core::{
    code::Code,
    error::{ParseError, VerifyError},
    summary::escape,
};
use placet_keys::KeyFileError;

/// Why a command did nothing.
#[derive(Debug)]
pub(crate) struct Error {
    code: &'static str,
    message: String,
    hint: Option<String>,
}

/// What a command gives.
pub(crate) type Result<T> = std::result::Result<T, Error>;

impl Error {
    /// An error of the command itself.
    pub(crate) fn new(code: &'static str, message: impl fmt::Display) -> Self {
        Self { code, message: message.to_string(), hint: hint_for(code).map(Into::into) }
    }

    /// An error that a code of the core names.
    pub(crate) fn of(code: Code, message: impl fmt::Display) -> Self {
        Self::new(code.as_str(), message)
    }

    /// A file or directory that could not be used.
    pub(crate) fn io(code: &'static str, path: &Path, error: &std::io::Error) -> Self {
        let code = match error.kind() {
            std::io::ErrorKind::NotFound => "file_not_found",
            _ => code,
        };
        Self::new(code, format!("{}: {error}", path.display()))
    }

    /// The same error with what to do about it.
    #[must_use]
    pub(crate) fn hint(mut self, hint: impl fmt::Display) -> Self {
        self.hint = Some(hint.to_string());
        self
    }

    /// The same error with the place where it arose in front.
    #[must_use]
    pub(crate) fn at(mut self, place: impl fmt::Display) -> Self {
        self.message = format!("{place}: {}", self.message);
        self
    }

    /// The stable code.
    pub(crate) fn code(&self) -> &'static str {
        self.code
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // An escaped line feed would make messages of several lines unreadable; they are the command's own.
        let lines = |text: &str| text.split('\n').map(escape).collect::<Vec<_>>().join("\n");
        write!(f, "error[{}]: {}", self.code, lines(&self.message))?;
        match &self.hint {
            Some(hint) => write!(f, "\n  hint: {}", lines(hint)),
            None => Ok(()),
        }
    }
}

impl From<ParseError> for Error {
    fn from(error: ParseError) -> Self {
        Self::of(error.code(), error)
    }
}

impl From<VerifyError> for Error {
    fn from(error: VerifyError) -> Self {
        Self::of(error.code(), error)
    }
}

impl From<KeyFileError> for Error {
    fn from(error: KeyFileError) -> Self {
        Self::new(error.code(), error)
    }
}

/// Says where an error arose.
pub(crate) trait At<T> {
    /// Turns the error into one of the command line with `place` in front.
    fn at(self, place: impl fmt::Display) -> Result<T>;
}

impl<T, E: Into<Error>> At<T> for std::result::Result<T, E> {
    fn at(self, place: impl fmt::Display) -> Result<T> {
        self.map_err(|error| error.into().at(place))
    }
}

/// What to do where nothing better is known at the place of the error.
fn hint_for(code: &str) -> Option<&'static str> {
    Some(match code {
        "key_file_passphrase_required" => {
            "run it on a terminal to be asked, or name a file with --passphrase-file (or PLACET_PASSPHRASE_FILE)"
        }
        "key_file_unknown_format" => {
            "a key file is PKCS#8 or OpenSSH PEM, a JWK, or a locked file of `placet keygen`"
        }
        "signer_mismatch" => {
            "the key must be one that the policy lists for that person: see `placet policy show`"
        }
        "signer_not_entitled" | "role_not_held" => "`placet policy show` lists who holds which role",
        "policy_missing" | "policy_unpinned" => {
            "the directory needs the signed policy in policies/ and its digest, from a safe place, in pins"
        }
        "policy_signatures" => {
            "members of the root sign with `placet policy sign`, until their threshold is met"
        }
        "policy_expired" => "the root must sign a next version of the policy",
        "list_missing" | "list_stale" => "the registry plane signs a new list with `placet list`",
        "ledger_shrunk" | "ledger_forked" => {
            "somebody shows another history than before: keep both copies, and ask the log's operator and its witnesses"
        }
        "manifest_symlink" => {
            "copy the files in place of the links first, or read through them with --follow"
        }
        "manifest_empty" => "name the directory that holds the files, or the file itself",
        "key_required" => "name your key file with --key FILE, or put its text into PLACET_KEY",
        "confirmation_required" => "read what it does, then say --yes",
        "json_syntax" | "trailing_bytes" | "duplicate_key" => {
            "the file is not what this command reads; was it cut off or edited?"
        }
        _ => return None,
    })
}
