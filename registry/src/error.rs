//! Why the registry cannot go on, and why it refuses what it was sent.

use std::{fmt, io, path::PathBuf};

use placet_core::{
    code::{Area, Code},
    digest::Digest,
    error::{ParseError, VerifyError},
};

/// Why the registry cannot do its work; nothing that a client can cause.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be read or written.
    File {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The database does not answer as it must.
    Database(sqlx::Error),
    /// The database's tables cannot be brought to this version.
    Migration(sqlx::migrate::MigrateError),
    /// A document that was stored cannot be read any more.
    Stored(ParseError),
    /// A key file cannot be used.
    KeyFile {
        /// Which file.
        path: PathBuf,
        /// Why.
        source: placet_keys::KeyFileError,
    },
    /// A key file can be read by others.
    KeyFileOpen {
        /// Which file.
        path: PathBuf,
        /// Its mode.
        mode: u32,
    },
    /// The system's random generator gave nothing.
    Random,
    /// The data directory holds no pinned policy yet.
    NotInitialised {
        /// Which directory.
        path: PathBuf,
    },
    /// The data directory belongs to another domain.
    OtherDomain {
        /// The digest that is pinned there.
        pinned: Digest,
        /// The digest that was given.
        given: Digest,
    },
    /// Another process works with the data directory.
    InUse {
        /// Which directory.
        path: PathBuf,
    },
    /// The work was broken off.
    Interrupted,
    /// A policy that was given at set-up was refused.
    Refused(Refusal),
}

impl Error {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::File { .. } => "file",
            Self::Database(_) => "database",
            Self::Migration(_) => "migration",
            Self::Stored(_) => "stored_document",
            Self::KeyFile { .. } => "key_file",
            Self::KeyFileOpen { .. } => "key_file_open",
            Self::Random => "random",
            Self::NotInitialised { .. } => "not_initialised",
            Self::OtherDomain { .. } => "other_domain",
            Self::InUse { .. } => "in_use",
            Self::Interrupted => "interrupted",
            Self::Refused(refusal) => refusal.code,
        }
    }

    /// The database lacks what another row of it refers to.
    pub(crate) fn missing(what: &'static str) -> Self {
        Self::Database(sqlx::Error::Decode(what.into()))
    }

    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        |source| Self::File { path, source }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File { path, source } => write!(f, "{}: {source}", path.display()),
            Self::Database(source) => write!(f, "database: {source}"),
            Self::Migration(source) => write!(f, "database tables: {source}"),
            Self::Stored(source) => write!(f, "a stored document cannot be read: {source}"),
            Self::KeyFile { path, source } => write!(f, "{}: {source}", path.display()),
            Self::KeyFileOpen { path, mode } => {
                write!(f, "{} may be read by others (mode {mode:o}); set it to 600", path.display())
            }
            Self::Random => f.write_str("the system's random generator gave nothing"),
            Self::NotInitialised { path } => {
                write!(f, "{} holds no pinned policy; set it up first", path.display())
            }
            Self::OtherDomain { pinned, given } => {
                write!(f, "the data directory is pinned to {pinned}, not to {given}")
            }
            Self::InUse { path } => write!(f, "another process works with {}", path.display()),
            Self::Interrupted => f.write_str("the work was broken off"),
            Self::Refused(refusal) => write!(f, "the policy was refused: {}", refusal.detail),
        }
    }
}

impl std::error::Error for Error {}

impl From<sqlx::Error> for Error {
    fn from(source: sqlx::Error) -> Self {
        Self::Database(source)
    }
}

/// What a refusal is about, which tells its HTTP status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ground {
    /// The request cannot be read (400).
    Malformed,
    /// The signer may not say so (403).
    Forbidden,
    /// The document does not fit to what is known (409).
    Conflict,
    /// The document breaks a rule of its own kind (422).
    Unfit,
}

/// Why a document was not taken: the registry is as it was before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code: the core's where it has one.
    pub code: &'static str,
    /// What was found, for people.
    pub detail: String,
    pub(crate) ground: Ground,
}

impl Refusal {
    /// A refusal by one of the core's codes.
    pub(crate) fn of(code: Code) -> Self {
        Self::with(code, code.meaning().trim_end_matches('.').to_owned())
    }

    pub(crate) fn with(code: Code, detail: String) -> Self {
        let ground = match code.area() {
            Area::Document => Ground::Malformed,
            Area::Weights | Area::PolicyDocument => Ground::Unfit,
            Area::Signature => Ground::Forbidden,
            _ => Ground::Conflict,
        };
        Self { code: code.as_str(), detail, ground }
    }

    /// A refusal because the document refers to one that is not here yet.
    pub(crate) fn unknown(code: &'static str, digest: Digest) -> Self {
        Self { code, detail: format!("{digest} is not known here"), ground: Ground::Conflict }
    }
}

impl From<ParseError> for Refusal {
    fn from(error: ParseError) -> Self {
        Self::with(error.code(), error.to_string())
    }
}

impl From<VerifyError> for Refusal {
    fn from(error: VerifyError) -> Self {
        Self::with(error.code(), error.to_string())
    }
}

/// Why a document was not stored.
#[derive(Debug)]
pub(crate) enum AdmitError {
    /// It must not be.
    Refused(Refusal),
    /// It could not be.
    Failed(Error),
}

impl<E: Into<Refusal>> From<E> for AdmitError {
    fn from(refusal: E) -> Self {
        Self::Refused(refusal.into())
    }
}

impl From<Error> for AdmitError {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<sqlx::Error> for AdmitError {
    fn from(error: sqlx::Error) -> Self {
        Self::Failed(error.into())
    }
}
