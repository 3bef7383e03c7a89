//! Pearson's chi-square test of homogeneity: were two lists of counts drawn from one distribution over categories?
//!
//! Both sides are samples. Treating the reference as if it were the true distribution (a goodness-of-fit test) would
//! raise several times too many false alarms. No continuity correction.

use super::gamma::upper_regularised;
use super::num::{float, float_i128, float_u64};
use super::psi::totals;
use super::{DriftError, Status};

/// The answer of [`chi_square`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ChiSquare {
    /// Whether both sides had counts.
    pub status: Status,
    /// χ², 0 or more; absent if inconclusive.
    pub statistic: Option<f64>,
    /// Degrees of freedom: categories that occur on either side, less one.
    pub dof: u64,
    /// P(χ² ≥ statistic) for these degrees of freedom, 1 without degrees of freedom; absent if inconclusive.
    pub p_value: Option<f64>,
    /// Cramér's V, the effect size √(χ²/(n+m)), from 0 to 1; absent if inconclusive.
    pub cramers_v: Option<f64>,
}

/// Compares current counts with reference counts of the same categories.
///
/// Categories empty on both sides are dropped. A side without any counts is inconclusive.
///
/// # Errors
/// [`DriftError::LengthMismatch`] or [`DriftError::CountOverflow`].
///
/// ```
/// use placet_core::drift::chi_square;
///
/// let test = chi_square(&[60, 40, 0], &[50, 35, 15])?;
/// assert_eq!(test.dof, 2);
/// assert!(test.p_value.is_some_and(|p| p < 0.001));
/// # Ok::<(), placet_core::drift::DriftError>(())
/// ```
pub fn chi_square(reference: &[u64], current: &[u64]) -> Result<ChiSquare, DriftError> {
    let Some((n, m)) = totals(reference, current)? else {
        let (statistic, p_value, cramers_v) = (None, None, None);
        return Ok(ChiSquare { status: Status::Inconclusive, statistic, dof: 0, p_value, cramers_v });
    };
    let mut columns = 0_usize;
    let mut sum = 0.0;
    for (&a, &b) in reference.iter().zip(current) {
        let both = i128::from(a).saturating_add(i128::from(b));
        if both == 0 {
            continue;
        }
        columns = columns.saturating_add(1);
        // a·m − b·n is exact, so that equal proportions give exactly 0. Both products fit: 128 bits less the sign hold
        // a·m as long as the totals are below 2⁶³, and saturate above.
        let left = i128::from(a).saturating_mul(i128::from(m));
        let difference = float_i128(left.saturating_sub(i128::from(b).saturating_mul(i128::from(n))));
        sum += difference / float_u64(n) * (difference / float_u64(m)) / float_i128(both);
    }
    let dof = columns.saturating_sub(1);
    let statistic = if dof == 0 { 0.0 } else { sum };
    Ok(ChiSquare {
        status: Status::Ok,
        statistic: Some(statistic),
        dof: super::num::count(dof),
        p_value: Some(if dof == 0 { 1.0 } else { upper_regularised(float(dof) / 2.0, statistic / 2.0) }),
        cramers_v: Some(libm::sqrt(statistic / (float_u64(n) + float_u64(m))).min(1.0)),
    })
}
