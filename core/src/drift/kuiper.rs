//! Kuiper's test: like Kolmogorov–Smirnov, but as sensitive in the tails as around the median.
//!
//! V = D⁺ + D⁻, with the p-value of Stephens (1970, *J. R. Stat. Soc. B* 32).

use super::Status;
use super::ecdf::Gaps;
use super::num::{count, float_u64};
use super::sample::Sample;

/// The answer of [`kuiper`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kuiper {
    /// Whether both sides had values.
    pub status: Status,
    /// V, from 0 to 1; absent if inconclusive.
    pub statistic: Option<f64>,
    /// The p-value of Stephens' approximation; absent if inconclusive.
    pub p_value: Option<f64>,
    /// Finite reference values.
    pub n: u64,
    /// Finite current values.
    pub m: u64,
    /// NaN and infinities left out on both sides together.
    pub missing: u64,
}

/// Compares a reference sample with a current one.
///
/// NaN and infinities are counted as missing and left out; an empty side is inconclusive.
///
/// ```
/// use placet_core::drift::kuiper;
///
/// assert_eq!(kuiper(&[1.0, 2.0], &[0.0, 3.0]).statistic, Some(1.0));
/// ```
#[must_use]
pub fn kuiper(reference: &[f64], current: &[f64]) -> Kuiper {
    let (reference, current) = (Sample::new(reference), Sample::new(current));
    let missing = count(reference.missing.saturating_add(current.missing));
    let (n, m) = (count(reference.values.len()), count(current.values.len()));
    if n == 0 || m == 0 {
        return Kuiper { status: Status::Inconclusive, statistic: None, p_value: None, n, m, missing };
    }
    let (statistic, p_value) = of_gaps(Gaps::between(&reference.values, &current.values, n, m), n, m);
    Kuiper { status: Status::Ok, statistic: Some(statistic), p_value: Some(p_value), n, m, missing }
}

/// V and its p-value.
pub(super) fn of_gaps(gaps: Gaps, n: u64, m: u64) -> (f64, f64) {
    let statistic = gaps.fraction(gaps.plus.saturating_add(gaps.minus));
    let (n, m) = (float_u64(n), float_u64(m));
    let root = libm::sqrt(n / (n + m) * m);
    (statistic, tail((root + 0.155 + 0.24 / root) * statistic))
}

/// 2·Σ (4j²λ² − 1)·exp(−2j²λ²), which is 1 to fifteen digits below λ = 0.4.
fn tail(lambda: f64) -> f64 {
    if lambda < 0.4 {
        return 1.0;
    }
    let square = lambda * lambda;
    // At λ = 0.4 the fifteenth term is below 1e-29.
    let sum: f64 = (1..=15_i32)
        .rev()
        .map(|j| {
            let exponent = 2.0 * f64::from(j) * f64::from(j) * square;
            (2.0 * exponent - 1.0) * libm::exp(-exponent)
        })
        .sum();
    (2.0 * sum).clamp(0.0, 1.0)
}
