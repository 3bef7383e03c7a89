//! Drift: whether what a model sees or says now still resembles what it was approved on.
//!
//! Everything here is a pure function of its arguments. Transcendental functions come from `libm` on every target, so
//! a native monitor and a browser agree to the last bit.
//!
//! What is guarded: a value that is not a number never counts as healthy. NaN and infinities are counted as missing
//! and left out, and a side without values answers *inconclusive*, which is neither "drifted" nor "stable".
//!
//! In reading order:
//! - [`ks_test`], [`kuiper`], [`cramer_von_mises`], [`wasserstein`]: two samples, by their distribution functions;
//! - [`Bins`], [`psi`], [`jensen_shannon`], [`chi_square`]: counts in bins or categories;
//! - [`adjust_p_values`]: a family of checks; [`cusum`], [`page_hinkley`]: one value at a time;
//! - [`Sketch`], [`ks_test_sketches`]: streams too long to keep;
//! - [`check_metrics`], [`check_distributions`], [`report()`]: verdicts, [severities](severity) and the advised action.

mod bins;
mod chi_square;
mod correction;
mod cramer_von_mises;
mod distribution;
mod ecdf;
mod error;
mod gamma;
mod jensen_shannon;
mod ks;
mod kuiper;
mod lattice;
mod metric;
mod num;
mod psi;
mod report;
mod sample;
mod severity;
mod sketch;
mod stream;
mod wasserstein;

pub use bins::{BinOptions, Binning, Bins};
pub use chi_square::{ChiSquare, chi_square};
pub use correction::{Correction, adjust_p_values};
pub use cramer_von_mises::{CramerVonMises, cramer_von_mises};
pub use distribution::{Baseline, Current, Distribution, DistributionRule, Family, check_distributions};
pub use error::DriftError;
pub use jensen_shannon::{JensenShannon, jensen_shannon, jensen_shannon_counts};
pub use ks::{KsTest, Method, NullDistribution, SketchKsTest, ks_test, ks_test_sketches};
pub use kuiper::{Kuiper, kuiper};
pub use metric::{Direction, MetricRule, Tolerance, check_metrics, known_rule};
pub use psi::{Psi, PsiOptions, Smoothing, psi, psi_counts};
pub use report::{Check, Outcome, Reason, Report, ReportStatus, Test, report};
pub use severity::{Action, AlertLevel, severity};
pub use sketch::Sketch;
pub use stream::{Alarms, Cusum, PageHinkley, PageHinkleyMode, cusum, page_hinkley};
pub use wasserstein::{Wasserstein, wasserstein};

/// Whether a statistic could be computed at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// Both sides had values.
    Ok,
    /// A side was empty once missing values were left out: there is no answer, and that is no "no drift".
    Inconclusive,
}

impl Status {
    /// The status as it is written: `ok` or `inconclusive`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Inconclusive => "inconclusive",
        }
    }
}
