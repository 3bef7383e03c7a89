//! The textual encoding of key files, RFC 7468 in its strict form.
//!
//! Guards against two keys in one file and against text that a reader takes for part of the key: a file is one
//! encapsulated message. White space before and after it is ignored (pasting adds it), any other text is refused, and
//! so are encapsulated headers.

use crate::KeyFileError;
use pem_rfc7468::{Decoder, Encoder, LineEnding};
use zeroize::Zeroizing;

/// How every PEM file begins.
pub(crate) const BEGIN: &[u8] = b"-----BEGIN ";

/// The label of a file that begins as a PEM file does.
pub(crate) fn label(file: &[u8]) -> Option<&[u8]> {
    let rest = file.trim_ascii().strip_prefix(BEGIN)?;
    let line = rest.split(|byte| matches!(byte, b'\n' | b'\r')).next()?;
    line.strip_suffix(b"-----")
}

/// Decodes a file with exactly this label.
pub(crate) fn decode(file: &[u8], label: &str) -> Result<Zeroizing<Vec<u8>>, KeyFileError> {
    let malformed = |_| KeyFileError::malformed("pem");
    let file = file.trim_ascii();
    // The decoder would skip text before the first boundary.
    if !file.starts_with(BEGIN) {
        return Err(KeyFileError::malformed("pem"));
    }
    let mut decoder = Decoder::new_detect_wrap(file).map_err(malformed)?;
    if decoder.type_label() != label {
        return Err(KeyFileError::malformed("pem label"));
    }
    let mut bytes = Zeroizing::new(vec![0; decoder.remaining_len()]);
    decoder.decode(&mut bytes).map_err(malformed)?;
    Ok(bytes)
}

/// Encodes `bytes` under `label` with lines of `width` characters.
pub(crate) fn encode(label: &str, width: usize, bytes: &[u8]) -> Result<Zeroizing<String>, KeyFileError> {
    let malformed = |_| KeyFileError::malformed("pem");
    let length = pem_rfc7468::encapsulated_len_wrapped(label, width, LineEnding::LF, bytes.len())
        .map_err(malformed)?;
    // Sized once, so that no reallocation leaves a copy behind.
    let mut text = Zeroizing::new(vec![0; length]);
    let mut encoder = Encoder::new_wrapped(label, width, LineEnding::LF, &mut text).map_err(malformed)?;
    encoder.encode(bytes).map_err(malformed)?;
    let length = encoder.finish().map_err(malformed)?;
    let text = text.get(..length).ok_or(KeyFileError::malformed("pem"))?;
    let text = core::str::from_utf8(text).map_err(|_| KeyFileError::malformed("pem"))?;
    Ok(Zeroizing::new(text.to_owned()))
}
