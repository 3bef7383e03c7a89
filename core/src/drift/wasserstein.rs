//! The first Wasserstein distance: how far mass has to be moved, in the unit of the values.

use super::Status;
use super::ecdf::walk;
use super::num::{count, float, float_u64, pairwise_sum};
use super::sample::Sample;

/// The answer of [`wasserstein`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Wasserstein {
    /// Whether both sides had values.
    pub status: Status,
    /// ∫|F − G|, in the unit of the values; absent if inconclusive. [`f64::MAX`] where it would overflow.
    pub distance: Option<f64>,
    /// The distance in standard deviations of the reference (divisor n), an effect size without a unit; absent if
    /// inconclusive, or if the reference does not vary.
    pub over_reference_sd: Option<f64>,
    /// Finite reference values.
    pub n: u64,
    /// Finite current values.
    pub m: u64,
    /// NaN and infinities left out on both sides together.
    pub missing: u64,
}

/// Measures how far a current sample lies from a reference sample.
///
/// NaN and infinities are counted as missing and left out; an empty side is inconclusive.
///
/// ```
/// use placet_core::drift::wasserstein;
///
/// let moved = wasserstein(&[0.0, 2.0], &[3.0, 5.0]);
/// assert_eq!((moved.distance, moved.over_reference_sd), (Some(3.0), Some(3.0)));
/// ```
#[must_use]
pub fn wasserstein(reference: &[f64], current: &[f64]) -> Wasserstein {
    let (reference, current) = (Sample::new(reference), Sample::new(current));
    let missing = count(reference.missing.saturating_add(current.missing));
    of_sorted(&reference.values, &current.values, missing)
}

/// The distance between two ascending samples.
pub(super) fn of_sorted(reference: &[f64], current: &[f64], missing: u64) -> Wasserstein {
    let (n, m) = (count(reference.len()), count(current.len()));
    let ends = [reference.first(), reference.last(), current.first(), current.last()];
    let [Some(low), Some(high), Some(low_now), Some(high_now)] = ends else {
        let (distance, over_reference_sd) = (None, None);
        return Wasserstein { status: Status::Inconclusive, distance, over_reference_sd, n, m, missing };
    };
    // A power of two, so that scaling changes no digit, brings extreme values to where squares neither overflow nor
    // vanish.
    let largest = [low, high, low_now, high_now].iter().fold(0.0_f64, |most, x| most.max(x.abs()));
    let scale = if largest > 1e140 {
        libm::ldexp(1.0, -600)
    } else if largest < 1e-140 {
        libm::ldexp(1.0, 600)
    } else {
        1.0
    };
    let scaled = area(reference, current, scale);
    let sd = standard_deviation(reference, scale);
    Wasserstein {
        status: Status::Ok,
        distance: Some((scaled / scale).min(f64::MAX)),
        over_reference_sd: (sd > 0.0).then(|| (scaled / sd).min(f64::MAX)),
        n,
        m,
        missing,
    }
}

/// ∫|F − G| of the values times `scale`.
fn area(reference: &[f64], current: &[f64], scale: f64) -> f64 {
    let (n, m) = (float(reference.len()), float(current.len()));
    let mut sum = 0.0;
    let mut carry = 0.0;
    let mut before: Option<(f64, f64)> = None;
    walk(reference, current, |x, i, j| {
        let x = x * scale;
        if let Some((start, height)) = before {
            // Neumaier's compensation: a million small steps lose nothing.
            let step = height * (x - start);
            let next = sum + step;
            carry += if sum >= step { (sum - next) + step } else { (step - next) + sum };
            sum = next;
        }
        before = Some((x, gap(i, j, n, m)));
    });
    sum + carry
}

/// |i/n − j/m|, without cancellation where both products are exact.
fn gap(i: u64, j: u64, n: f64, m: f64) -> f64 {
    (float_u64(i) * m - float_u64(j) * n).abs() / (n * m)
}

/// √(Σ(x − mean)²/n) of the values times `scale`.
fn standard_deviation(values: &[f64], scale: f64) -> f64 {
    let n = float(values.len());
    let mean = pairwise_sum(values, &|x| x * scale) / n;
    let variance = pairwise_sum(values, &|x| (x * scale - mean) * (x * scale - mean)) / n;
    libm::sqrt(variance)
}
