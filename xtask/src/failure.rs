//! What went wrong, with a stable code.

use std::{fmt, io, path::Path};

/// A task that could not be done.
#[derive(Debug)]
pub(crate) struct Failure {
    code: &'static str,
    message: String,
}

impl Failure {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// A file or directory that could not be read or written.
    pub(crate) fn file(path: &Path, error: &io::Error) -> Self {
        Self::new("file", format!("{}: {error}", path.display()))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}: {}", self.code, self.message)
    }
}
