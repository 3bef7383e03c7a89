//! Where this browser keeps its keys: locked, in `IndexedDB`, and open only for as long as a person allows.
//!
//! - `record`: a locked key and what was proved about it.
//! - `session`: a key that is open, with the time at which it locks itself.
//! - `database`: `IndexedDB`, as text by name.

pub(crate) mod database;
pub mod record;
pub mod session;
