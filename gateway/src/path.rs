//! The path of a request, read in the one way in which every server reads it, or refused.
//!
//! Attack 29 of the list: `..`, `%2e`, `//`, `%2f`, backslashes, NUL and parameters lead to another model's route in a
//! server that reads them differently. Nothing is rewritten: what could be read in two ways is refused, so what goes on
//! means there what it meant here. Sources: RFC 9112 §3.2.1 (origin-form), RFC 3986 §2.1, §3.3 and §5.2.4.

use alloc::{borrow::Cow, vec::Vec};

use crate::code::Code;

/// The longest target that is read, in bytes.
pub const LONGEST: usize = 8192;

/// The decoded path of a request's target.
///
/// # Errors
///
/// The code of the first rule that is broken, in the order of `docs/gateways.md`.
pub fn normalise(target: &str) -> Result<Cow<'_, str>, Code> {
    let visible = target.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
    if !target.starts_with('/') || target.len() > LONGEST || !visible {
        return Err(Code::TargetMalformed);
    }
    let path = target.split_once('?').map_or(target, |(path, _)| path);
    if path.contains('\\') {
        return Err(Code::PathBackslash);
    }
    let path = decode(path)?;
    if path.contains(';') {
        return Err(Code::PathParameter);
    }
    check_segments(&path)?;
    Ok(path)
}

/// Whether a path of a configuration is written as requests' paths are compared.
#[must_use]
pub fn is_normal(path: &str) -> bool {
    path.starts_with('/')
        && path.len() <= LONGEST
        && (path == "/" || !path.ends_with('/'))
        && !path.contains(['\\', ';', '%', '?', '#'])
        && !path.chars().any(char::is_control)
        && check_segments(path).is_ok()
}

/// Decodes percent-encoding, once.
fn decode(path: &str) -> Result<Cow<'_, str>, Code> {
    if !path.contains('%') {
        return Ok(Cow::Borrowed(path));
    }
    let mut bytes = Vec::with_capacity(path.len());
    let mut delimiter = false;
    let mut rest = path.bytes();
    while let Some(byte) = rest.next() {
        let decoded = if byte == b'%' {
            let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16));
            let (high, low) = digit().zip(digit()).ok_or(Code::TargetMalformed)?;
            let byte = u8::try_from((high << 4) | low).map_err(|_| Code::TargetMalformed)?;
            // Decoded once more, or cut off, it would be another path (attack: `%252e`, `%2f`, `%00`).
            delimiter |= matches!(byte, b'/' | b'\\' | b'%' | b';');
            byte
        } else {
            byte
        };
        bytes.push(decoded);
    }
    // Overlong forms are no UTF-8 (attack: `%c0%af` for a slash).
    let text = alloc::string::String::from_utf8(bytes).map_err(|_| Code::TargetMalformed)?;
    if delimiter || text.chars().any(char::is_control) {
        return Err(Code::PathEncodedDelimiter);
    }
    Ok(Cow::Owned(text))
}

/// Checks the segments of a decoded path that begins with a slash.
fn check_segments(path: &str) -> Result<(), Code> {
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        match segment {
            "" if segments.peek().is_some() => return Err(Code::PathEmptySegment),
            "." | ".." => return Err(Code::PathDotSegment),
            _ => {}
        }
    }
    Ok(())
}
