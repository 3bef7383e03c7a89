//! A second implementation of the decision, written from `docs/formats.md` and not from `core/src/decide`.
//!
//! It is naive on purpose: it looks everything up anew each time, verifies the same signature as often as it likes and
//! keeps nothing. It shares with the core what reads one document, one key's verification of one signature, the text
//! of a summary, and what verifies a checkpoint; what follows from the documents it finds by itself. Where the two
//! disagree on a case, one of them is wrong.
//!
//! - [`decide`]: the gates, over `documents` (envelopes and who signed them), `chain` (policies), `list` (what is
//!   revoked), `approvals` (who counts) and `ledger`.
//! - [`generate`]: signed cases out of bytes, permits among them.

mod approvals;
mod chain;
mod documents;
pub mod generate;
mod ledger;
mod list;
mod oracle;

pub use oracle::{Verdict, decide};

/// Holds the core against the oracle.
///
/// # Errors
///
/// What each of them says, where they disagree.
pub fn compare(case: &generate::Case) -> Result<Verdict, String> {
    let state = case.state.as_deref();
    let core = placet_core::decide::decide(&case.bundle, &case.trust, state, &case.request);
    let core = core.map(|decided| Verdict::of(&decided.decision)).map_err(|error| error.code());
    let oracle = decide(&case.bundle, &case.trust, state, &case.request);
    match (core, oracle) {
        (Ok(core), Ok(oracle)) if core == oracle => Ok(core),
        (core, oracle) => Err(format!("core {core:?}\noracle {oracle:?}")),
    }
}
