//! Strict JSON (RFC 8259), read in place and written canonically.
//!
//! Signed documents are decided on by several programs, so two readers must never see two things in the same bytes.
//! Hence one reading only: duplicate keys at any level, lone surrogates, trailing bytes and nesting over
//! [`limits::DEPTH`](crate::limits::DEPTH) are errors, and a number keeps its exact text until a field asks for an
//! integer or a correctly rounded binary64.
//!
//! [`Value::parse`] checks a whole document once; a [`Value`] is then a view of its bytes, so that free JSON costs no
//! memory and can be quoted byte for byte.

mod reader;
#[cfg(test)]
mod tests;
mod value;
mod writer;

pub use reader::JsonError;
pub use value::{Fields, Value};
pub use writer::{ArrayWriter, ObjectWriter, write_number, write_string};
