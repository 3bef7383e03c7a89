//! The two data types of RFC 4251 §5 that a key file is made of.

use crate::KeyFileError;

/// Reads from the front of a slice.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// A `uint32`.
    pub(super) fn number(&mut self) -> Result<u32, KeyFileError> {
        let (number, rest) = self.0.split_first_chunk().ok_or(truncated())?;
        self.0 = rest;
        Ok(u32::from_be_bytes(*number))
    }

    /// A `string`: its length, then its bytes.
    pub(super) fn string(&mut self) -> Result<&'a [u8], KeyFileError> {
        let length = usize::try_from(self.number()?).map_err(|_| truncated())?;
        let (string, rest) = self.0.split_at_checked(length).ok_or(truncated())?;
        self.0 = rest;
        Ok(string)
    }

    /// What was not read yet.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.0
    }

    /// Refuses anything that was not read.
    pub(super) fn finish(self) -> Result<(), KeyFileError> {
        if self.0.is_empty() { Ok(()) } else { Err(KeyFileError::malformed("openssh trailing data")) }
    }
}

/// Appends a `string`. Every string of a key file is far shorter than 4 GiB.
pub(super) fn put(to: &mut Vec<u8>, string: &[u8]) {
    let length = u32::try_from(string.len()).unwrap_or(u32::MAX);
    to.extend(length.to_be_bytes());
    to.extend(string);
}

fn truncated() -> KeyFileError {
    KeyFileError::malformed("openssh length")
}
