//! The host of a request: one, in lower case, without its port.
//!
//! Attack 29 of the list: a second `Host` header, or one that only some servers understand, chooses another server's
//! route. Source: RFC 9112 §3.2, RFC 3986 §3.2.2.

use alloc::borrow::Cow;

use crate::code::Code;

/// The longest host, in bytes.
const LONGEST: usize = 255;

/// The host that all values of `Host` and `:authority` name.
///
/// # Errors
///
/// [`Code::HostMissing`] without a value, [`Code::HostConflict`] where they differ, [`Code::HostMalformed`] where it is
/// no host.
pub fn normalise<'a>(values: impl IntoIterator<Item = &'a str>) -> Result<Cow<'a, str>, Code> {
    let mut values = values.into_iter();
    let first = values.next().ok_or(Code::HostMissing)?;
    if values.any(|other| other != first) {
        return Err(Code::HostConflict);
    }
    let (host, port) = split(first);
    let upper = host.bytes().any(|byte| byte.is_ascii_uppercase());
    let host = if upper { Cow::Owned(host.to_ascii_lowercase()) } else { Cow::Borrowed(host) };
    if is_normal(&host) && port.is_none_or(is_port) { Ok(host) } else { Err(Code::HostMalformed) }
}

/// Whether a host of a configuration is written as requests' hosts are compared.
#[must_use]
pub fn is_normal(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[') {
        let address =
            address.strip_suffix(']').and_then(|address| address.parse::<core::net::Ipv6Addr>().ok());
        return address.is_some() && !host.bytes().any(|byte| byte.is_ascii_uppercase());
    }
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"-_".contains(&byte);
    host.len() <= LONGEST && host.split('.').all(|label| !label.is_empty() && label.bytes().all(letter))
}

/// Whether this is a port in decimal digits.
pub(crate) fn is_port(port: &str) -> bool {
    port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok()
}

/// Splits the port off, if there is one.
pub(crate) fn split(authority: &str) -> (&str, Option<&str>) {
    // The colons of an address of IPv6 stand in brackets.
    let from = authority.rfind(']').unwrap_or(0);
    match authority.get(from..).and_then(|rest| rest.find(':')) {
        Some(at) => {
            let (host, port) = authority.split_at(from.saturating_add(at));
            (host, port.strip_prefix(':'))
        }
        None => (authority, None),
    }
}
