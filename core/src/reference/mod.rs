//! Records of `nanda-model-governance`, the Python library that Placet follows: read, verified and written byte for
//! byte, and never counted by [`decide`](crate::decide::decide).
//!
//! Such a record is signed over the 64 hex digits of a digest: no domain, no role, no time, no name of the approver.
//! The library itself counts signatures that nobody verified, takes the threshold from the record, and keeps
//! revocation as an unsigned word. [`verify`] asks for what the bytes can show and every [`Verdict`] says what they
//! cannot, as a list of [`Limit`]s.
//!
//! - [`ModelApproval`] and its signed [`Terms`]: [`canonical`] gives the signed text, [`ModelApproval::sign`] signs it.
//! - [`verify`] against a [`Directory`] that the caller pins.
//! - [`TrainingOutput`], [`DriftCheckResult`], [`DriftAlert`], [`PromotionResult`] and [`IntegrityFacts`]: the library's
//!   other records, read and written.
//! - [`check_drift`] and [`check_distribution_drift`]: the library's own arithmetic, for its records only. The check
//!   to rely on is in [`drift`](crate::drift).
//! - [`compare_drift`], [`compare_distribution_drift`] and [`compare_drift_record`]: both answers side by side, with
//!   the [`Fault`]s that keep them apart.
//!
//! A record is read by the strict rules of [`json`](crate::json): what Python would read in its own way (`NaN`, lone
//! surrogates, a repeated key, a missing field, a number where a time belongs) is refused, as two readers could see two
//! records in it.

mod approval;
mod compare;
mod directory;
mod drift;
mod drift_check;
mod facts;
mod fault;
mod limit;
mod number;
mod promotion;
mod python;
mod time;
mod training;
mod verify;

pub use approval::{Canonical, ModelApproval, Terms, canonical};
pub use compare::{
    Difference, DriftComparison, compare_distribution_drift, compare_drift, compare_drift_record,
};
pub use directory::Directory;
pub use drift::{DriftAlert, DriftCheckResult, DriftMetric};
pub use drift_check::{DriftConfig, Metrics, check_distribution_drift, check_drift, create_drift_alert};
pub use facts::IntegrityFacts;
pub use fault::Fault;
pub use limit::Limit;
pub use number::Number;
pub use promotion::PromotionResult;
pub use python::Dict;
pub use time::DateTime;
pub use training::TrainingOutput;
pub use verify::{Request, SignatureResult, Verdict, verify, verify_json};
