//! Names: ASCII only, so that no two of them look alike by Unicode composition, direction or invisible characters.

use alloc::{borrow::ToOwned as _, string::String};
use core::{borrow::Borrow, fmt};

pub use crate::document::Identifier;
use crate::{code::Code, error::ParseError};

macro_rules! identifiers {
    ($($(#[$doc:meta])* $name:ident $check:ident $field:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Reads the identifier.
            ///
            /// # Errors
            ///
            /// [`Code::InvalidIdentifier`] where it is empty, too long, or holds a character that names may not hold.
            pub fn parse(text: &str) -> Result<Self, ParseError> {
                if $check(text) {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(ParseError::invalid($field, Code::InvalidIdentifier))
                }
            }

            /// The identifier as it is written.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )*};
}

identifiers! {
    /// A model: `[A-Za-z0-9][A-Za-z0-9._/@:-]{0,255}`.
    ModelId is_model_id "model_id";
    /// The name of a metric, an output or a material: the alphabet of a model id.
    Label is_model_id "name";
    /// A person or a service: `[a-z0-9][a-z0-9._@:-]{0,127}`, like the names below.
    Principal is_name "principal";
    /// What a principal may do.
    Role is_name "role";
    /// Where a model runs.
    Environment is_name "environment";
    /// For what or for whom a model runs.
    Scope is_name "scope";
    /// A rule of a policy.
    RuleName is_name "rule";
}

fn is_model_id(text: &str) -> bool {
    has_shape(text, 256, |b| b.is_ascii_alphanumeric(), b"._/@:-")
}

fn is_name(text: &str) -> bool {
    has_shape(text, 128, |b| b.is_ascii_lowercase() || b.is_ascii_digit(), b"._@:-")
}

fn has_shape(text: &str, longest: usize, letter: fn(u8) -> bool, later: &[u8]) -> bool {
    text.len() <= longest
        && text.bytes().next().is_some_and(letter)
        && text.bytes().all(|b| letter(b) || later.contains(&b))
}

#[cfg(test)]
mod tests;
