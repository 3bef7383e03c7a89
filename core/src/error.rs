//! Why bytes were refused and why a signer was not accepted. A denial is an outcome and no error.

use alloc::string::String;
use core::fmt;

use crate::{code::Code, json::JsonError};

/// Why bytes are not the document that they should be.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseError {
    /// The bytes are no strict JSON.
    Json(JsonError),
    /// More bytes or characters than allowed.
    TooLarge {
        /// What is too large.
        field: &'static str,
        /// The most that is allowed.
        limit: usize,
    },
    /// More elements than allowed.
    TooMany {
        /// Of what there are too many.
        field: &'static str,
        /// The most that is allowed.
        limit: usize,
    },
    /// A required field is not there.
    MissingField {
        /// Its name.
        field: &'static str,
    },
    /// A field that the format does not know.
    UnknownField {
        /// Its name.
        field: String,
    },
    /// Another type of JSON value.
    WrongType {
        /// The field.
        field: &'static str,
        /// What it should be, with its article.
        expected: &'static str,
    },
    /// A field breaks the rule that `code` names.
    Invalid {
        /// The field.
        field: &'static str,
        /// The rule.
        code: Code,
    },
    /// The parts of the document contradict each other, or a policy breaks one of the structural rules.
    Rule {
        /// The rule.
        code: Code,
        /// The name at which it breaks; empty where there is none to tell.
        name: String,
    },
}

impl ParseError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Json(error) => error.code(),
            Self::TooLarge { .. } => Code::TooLarge,
            Self::TooMany { .. } => Code::TooMany,
            Self::MissingField { .. } => Code::MissingField,
            Self::UnknownField { .. } => Code::UnknownField,
            Self::WrongType { .. } => Code::WrongType,
            Self::Invalid { code, .. } | Self::Rule { code, .. } => *code,
        }
    }

    /// That a field breaks the rule that `code` names.
    #[must_use]
    pub fn invalid(field: &'static str, code: Code) -> Self {
        Self::Invalid { field, code }
    }

    pub(crate) fn rule(code: Code, name: impl Into<String>) -> Self {
        Self::Rule { code, name: name.into() }
    }
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json(error) => error.fmt(f),
            Self::TooLarge { field, limit } => write!(f, "{field} is over its limit of {limit}"),
            Self::TooMany { field, limit } => write!(f, "more than {limit} of {field}"),
            Self::MissingField { field } => write!(f, "field `{field}` is missing"),
            Self::UnknownField { field } => write!(f, "field `{}` is not known here", field.escape_debug()),
            Self::WrongType { field, expected } => write!(f, "`{field}` is not {expected}"),
            Self::Invalid { field, code } => write!(f, "`{field}`: {}", sentence(*code)),
            Self::Rule { code, name } if name.is_empty() => f.write_str(sentence(*code)),
            Self::Rule { code, name } => write!(f, "`{}`: {}", name.escape_debug(), sentence(*code)),
        }
    }
}

impl core::error::Error for ParseError {}

impl From<JsonError> for ParseError {
    fn from(error: JsonError) -> Self {
        Self::Json(error)
    }
}

/// Why no signature of an envelope counts as the signature of the person whom the document names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum VerifyError {
    /// The envelope or its payload is not what it must be.
    Parse(ParseError),
    /// The signature, the signer or the domain is not accepted.
    Signer {
        /// Why not.
        code: Code,
        /// The principal whom the document names.
        principal: String,
    },
}

impl VerifyError {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> Code {
        match self {
            Self::Parse(error) => error.code(),
            Self::Signer { code, .. } => *code,
        }
    }
}

impl fmt::Display for VerifyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parse(error) => error.fmt(f),
            Self::Signer { code, principal } => write!(f, "{principal}: {}", sentence(*code)),
        }
    }
}

impl core::error::Error for VerifyError {}

impl From<ParseError> for VerifyError {
    fn from(error: ParseError) -> Self {
        Self::Parse(error)
    }
}

/// The meaning of a code as part of a message: without its full stop.
pub(crate) fn sentence(code: Code) -> &'static str {
    code.meaning().strip_suffix('.').unwrap_or(code.meaning())
}
