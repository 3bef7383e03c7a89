//! Decides from bytes, a pinned policy and a time whether an AI model may run here now, and says why.
#![no_std]

extern crate alloc;

pub mod drift;
pub mod ledger;
