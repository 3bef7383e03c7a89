//! What a client is told: a problem document (RFC 9457), in the bytes in which every gateway writes it.

use alloc::string::String;

use placet_core::json::ObjectWriter;

/// The media type.
pub const PROBLEM: &str = "application/problem+json";
/// The header in which a gateway says by which decision it lets a request pass.
pub const DECISION_HEADER: &str = "placet-decision";
/// The header that holds the codes of a refusal, separated by commas.
pub const CODES_HEADER: &str = "placet-codes";
/// What the names of headers begin with that only a gateway may set.
pub const RESERVED: &str = "placet-";
/// The status of every refusal.
pub const STATUS: u16 = 403;

/// Why a request is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal<'a> {
    /// The route that it belongs to; none where none was found.
    pub route: Option<&'a str>,
    /// Why; at least one.
    pub codes: alloc::vec::Vec<&'static str>,
}

impl Refusal<'_> {
    /// The problem document.
    #[must_use]
    pub fn to_json(&self) -> String {
        ObjectWriter::new()
            .string("type", "urn:placet:problem:refused")
            .string("title", "Refused")
            .integer("status", STATUS.into())
            .strings("codes", &self.codes)
            .optional("route", self.route)
            .finish()
    }

    /// The value of [`CODES_HEADER`].
    #[must_use]
    pub fn codes_header(&self) -> String {
        self.codes.join(",")
    }
}

/// Whether a header is one that only a gateway may set (attack: a client that says that it is permitted).
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    name.get(..RESERVED.len()).is_some_and(|start| start.eq_ignore_ascii_case(RESERVED))
}
