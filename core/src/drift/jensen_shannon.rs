//! The Jensen–Shannon divergence of binned proportions (Lin 1991, *IEEE Trans. Inf. Theory* 37), in bits.

use core::f64::consts::LN_2;

use super::bins::BinOptions;
use super::num::float_u64;
use super::psi::{Binned, totals};
use super::{DriftError, Status};

/// The answer of [`jensen_shannon`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct JensenShannon {
    /// Whether both sides had values.
    pub status: Status,
    /// The divergence in bits, from 0 (equal) to 1 (disjoint); absent if inconclusive.
    pub divergence: Option<f64>,
    /// Its square root, which is a metric; absent if inconclusive.
    pub distance: Option<f64>,
    /// NaN and infinities left out on both sides together.
    pub missing: u64,
}

/// Compares a current sample with a reference sample in bins laid through the reference, without smoothing.
///
/// ```
/// use placet_core::drift::{BinOptions, jensen_shannon};
///
/// let apart = jensen_shannon(&[1.0, 1.0], &[2.0], BinOptions::default());
/// assert_eq!((apart.divergence, apart.distance), (Some(1.0), Some(1.0)));
/// ```
#[must_use]
pub fn jensen_shannon(reference: &[f64], current: &[f64], options: BinOptions) -> JensenShannon {
    let binned = Binned::new(reference, current, options);
    // The two lists have one entry a bin, and sums of lengths do not overflow.
    let answer = jensen_shannon_counts(&binned.reference, &binned.current);
    let nothing =
        JensenShannon { status: Status::Inconclusive, divergence: None, distance: None, missing: 0 };
    JensenShannon { missing: binned.missing, ..answer.unwrap_or(nothing) }
}

/// The same for counts in given bins or categories.
///
/// # Errors
/// [`DriftError::LengthMismatch`] or [`DriftError::CountOverflow`].
pub fn jensen_shannon_counts(reference: &[u64], current: &[u64]) -> Result<JensenShannon, DriftError> {
    let Some((n, m)) = totals(reference, current)? else {
        return Ok(JensenShannon {
            status: Status::Inconclusive,
            divergence: None,
            distance: None,
            missing: 0,
        });
    };
    let (n, m) = (float_u64(n), float_u64(m));
    let pairs = reference.iter().zip(current);
    let sum: f64 = pairs.map(|(&a, &b)| term(float_u64(a) / n, float_u64(b) / m)).sum();
    let divergence = (sum / LN_2).clamp(0.0, 1.0);
    let distance = Some(libm::sqrt(divergence));
    Ok(JensenShannon { status: Status::Ok, divergence: Some(divergence), distance, missing: 0 })
}

/// ½p·ln(p/m) + ½q·ln(q/m) with m = (p + q)/2.
///
/// With δ = (p − q)/(p + q) this is m/2·(ln(1 − δ²) + 2δ·artanh δ): symmetric to the last bit, never negative, and
/// without cancellation for proportions that are nearly equal.
fn term(p: f64, q: f64) -> f64 {
    if p + q <= 0.0 {
        return 0.0;
    }
    if p <= 0.0 || q <= 0.0 {
        return 0.5 * (p + q) * LN_2;
    }
    let delta = (p - q).abs() / (p + q);
    0.25 * (p + q) * (libm::log1p(-delta * delta) + 2.0 * delta * libm::atanh(delta))
}
