//! The population stability index: the symmetrised Kullback–Leibler divergence of binned proportions.

use alloc::vec::Vec;

use super::bins::{BinOptions, Bins};
use super::num::{float, float_u64};
use super::sample::Sample;
use super::{DriftError, Status};

/// What stands in for an empty bin, whose logarithm would be infinite.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Smoothing {
    /// Proportions below 10⁻⁴ count as 10⁻⁴; bins empty on both sides are skipped.
    #[default]
    Epsilon,
    /// (c + ½)/(n + ½B) in every bin: the mean under Jeffreys' prior.
    Jeffreys,
}

/// The settings of [`psi`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct PsiOptions {
    /// The bins; by default the deciles of the reference.
    pub bins: BinOptions,
    /// The smoothing.
    pub smoothing: Smoothing,
}

/// The answer of [`psi`].
#[derive(Clone, Debug, PartialEq)]
pub struct Psi {
    /// Whether both sides had values.
    pub status: Status,
    /// Σ (p − q)·ln(p/q), 0 or more; absent if inconclusive.
    pub value: Option<f64>,
    /// The bins' edges, frozen on the reference; empty if it had no values.
    pub edges: Vec<f64>,
    /// Reference values in each bin.
    pub reference: Vec<u64>,
    /// Current values in each bin.
    pub current: Vec<u64>,
    /// NaN and infinities left out on both sides together.
    pub missing: u64,
}

/// Compares a current sample with a reference sample in bins laid through the reference.
///
/// The customary limits 0.1 and 0.2 say little below 500 values a side, where chance alone exceeds them; the checks of
/// [`check_distributions`](super::check_distributions) therefore ask for a p-value too.
///
/// ```
/// use placet_core::drift::{PsiOptions, psi};
///
/// let same = psi(&[1.0, 2.0, 3.0], &[1.0, 2.0, 3.0], PsiOptions::default());
/// assert_eq!(same.value, Some(0.0));
/// ```
#[must_use]
pub fn psi(reference: &[f64], current: &[f64], options: PsiOptions) -> Psi {
    let binned = Binned::new(reference, current, options.bins);
    let value =
        (binned.status == Status::Ok).then(|| index(&binned.reference, &binned.current, options.smoothing));
    Psi {
        status: binned.status,
        value,
        edges: binned.edges,
        reference: binned.reference,
        current: binned.current,
        missing: binned.missing,
    }
}

/// The same for counts in given bins or categories. None if a side is empty.
///
/// # Errors
/// [`DriftError::LengthMismatch`] or [`DriftError::CountOverflow`].
pub fn psi_counts(
    reference: &[u64],
    current: &[u64],
    smoothing: Smoothing,
) -> Result<Option<f64>, DriftError> {
    let totals = totals(reference, current)?;
    Ok(totals.map(|_| index(reference, current, smoothing)))
}

/// The totals of two lists of counts; None if one is empty.
pub(super) fn totals(reference: &[u64], current: &[u64]) -> Result<Option<(u64, u64)>, DriftError> {
    if reference.len() != current.len() {
        return Err(DriftError::LengthMismatch { reference: reference.len(), current: current.len() });
    }
    let sum = |counts: &[u64]| counts.iter().try_fold(0_u64, |sum, &c| sum.checked_add(c));
    match (sum(reference), sum(current)) {
        (Some(0), Some(_)) | (Some(_), Some(0)) => Ok(None),
        (Some(n), Some(m)) => Ok(Some((n, m))),
        _ => Err(DriftError::CountOverflow),
    }
}

/// Two samples counted in bins laid through the first.
pub(super) struct Binned {
    pub(super) status: Status,
    pub(super) edges: Vec<f64>,
    pub(super) reference: Vec<u64>,
    pub(super) current: Vec<u64>,
    pub(super) missing: u64,
}

impl Binned {
    pub(super) fn new(reference: &[f64], current: &[f64], options: BinOptions) -> Self {
        let sample = Sample::new(reference);
        let out = super::num::count(sample.missing);
        let Some(bins) = Bins::of_sorted(&sample.values, options) else {
            let missing = current.iter().filter(|x| !x.is_finite()).count();
            let missing = out.saturating_add(super::num::count(missing));
            let (edges, reference, current) = (Vec::new(), Vec::new(), Vec::new());
            return Self { status: Status::Inconclusive, edges, reference, current, missing };
        };
        let reference = bins.count_sorted(&sample.values);
        let (current, missing) = bins.count(current);
        let status = if current.iter().all(|&c| c == 0) { Status::Inconclusive } else { Status::Ok };
        Self { status, edges: bins.into_edges(), reference, current, missing: out.saturating_add(missing) }
    }
}

fn index(reference: &[u64], current: &[u64], smoothing: Smoothing) -> f64 {
    let total = |counts: &[u64]| float_u64(counts.iter().fold(0, |sum: u64, &c| sum.saturating_add(c)));
    let (n, m) = (total(reference), total(current));
    let half = 0.5 * float(reference.len());
    let pairs = reference.iter().zip(current);
    pairs
        .filter_map(|(&a, &b)| match smoothing {
            Smoothing::Epsilon if a == 0 && b == 0 => None,
            Smoothing::Epsilon => Some(((float_u64(a) / n).max(1e-4), (float_u64(b) / m).max(1e-4))),
            Smoothing::Jeffreys => {
                Some(((float_u64(a) + 0.5) / (n + half), (float_u64(b) + 0.5) / (m + half)))
            }
        })
        .map(|(p, q)| (p - q) * libm::log(p / q))
        .sum()
}
