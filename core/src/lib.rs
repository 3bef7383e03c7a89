//! Decides from bytes, a pinned policy and a time whether an AI model may run here now, and says why.
//!
//! There is no network here, no clock, no randomness and no trust in any server: [`decide::decide`] is a pure function.
//! Read the modules in this order:
//!
//! 1. What bytes mean: [`json`], [`digest`], [`time`], [`key`], [`name`], [`weights`], with every refusal in [`code`]
//!    and [`error`] and every bound in [`limits`].
//! 2. What is signed: [`envelope`] and [`statement`], then one file a document: [`training`], [`proposal`],
//!    [`approval`], [`revocation`], [`revocation_list`], [`deployment`], [`baseline`], [`drift_report`], [`policy`].
//! 3. Who has signed: [`verify`], and [`summary`] for what they saw.
//! 4. The answer: [`bundle`] and [`trust`] are what travels, [`state`] what a verifier keeps, [`request`] the question,
//!    [`decide`] the gates, [`decision`] the record.
//! 5. Beside it: [`inspect`], one document for tools and screens; [`ledger`], the proofs of the evidence log, [`drift`], whether a model still behaves as it did, and
//!    [`reference`](mod@reference), the records of the Python library, which no decision counts.
#![no_std]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]
#![cfg_attr(
    test,
    allow(
        clippy::arithmetic_side_effects,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used,
        reason = "a test that fails should stop at the line that is wrong"
    )
)]

extern crate alloc;
#[cfg(test)]
extern crate std;

pub mod approval;
pub mod baseline;
pub mod bundle;
pub mod code;
pub mod decide;
pub mod decision;
pub mod deployment;
pub mod digest;
mod document;
pub mod drift;
pub mod drift_report;
pub mod envelope;
pub mod error;
mod gather;
#[cfg(doctest)]
mod impossible;
pub mod inspect;
pub mod json;
pub mod key;
pub mod ledger;
pub mod limits;
pub mod name;
pub mod policy;
pub mod proposal;
mod quorum;
pub mod reference;
pub mod request;
pub mod revocation;
pub mod revocation_list;
mod sort;
pub mod state;
pub mod statement;
pub mod summary;
pub mod time;
pub mod training;
pub mod trust;
pub mod verify;
pub mod weights;
