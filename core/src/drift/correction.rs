//! Adjusted p-values for a family of checks.

use alloc::vec;
use alloc::vec::Vec;

use super::DriftError;
use super::num::{ascending, float};

/// How p-values are adjusted for the number of checks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Correction {
    /// Holm (1979): the chance of any false alarm stays below alpha, whatever the dependence.
    #[default]
    Holm,
    /// Benjamini & Hochberg (1995): the expected share of false alarms among all alarms stays below alpha.
    Bh,
}

/// Adjusts p-values, in their given order, for a family of that many checks.
///
/// # Errors
/// [`DriftError::PValueOutOfRange`] if one is NaN, below 0 or above 1.
///
/// ```
/// use placet_core::drift::{Correction, adjust_p_values};
///
/// assert_eq!(adjust_p_values(&[0.5, 0.01], Correction::Holm)?, [0.5, 0.02]);
/// assert_eq!(adjust_p_values(&[f64::NAN], Correction::Bh).unwrap_err().code(), "p_value_out_of_range");
/// # Ok::<(), placet_core::drift::DriftError>(())
/// ```
pub fn adjust_p_values(p_values: &[f64], correction: Correction) -> Result<Vec<f64>, DriftError> {
    if let Some(index) = p_values.iter().position(|p| !(0.0..=1.0).contains(p)) {
        return Err(DriftError::PValueOutOfRange { index });
    }
    let mut order: Vec<(usize, f64)> = p_values.iter().copied().enumerate().collect();
    order.sort_unstable_by(|a, b| ascending(&a.1, &b.1));
    let family = p_values.len();
    let mut adjusted = vec![1.0; family];
    let mut place = |index: usize, p: f64| {
        if let Some(slot) = adjusted.get_mut(index) {
            *slot = p;
        }
    };
    match correction {
        Correction::Holm => {
            let mut most = 0.0_f64;
            for (rank, &(index, p)) in order.iter().enumerate() {
                most = most.max(p * float(family.saturating_sub(rank))).min(1.0);
                place(index, most);
            }
        }
        Correction::Bh => {
            let mut least = 1.0_f64;
            for (rank, &(index, p)) in order.iter().enumerate().rev() {
                least = least.min(p * float(family) / float(rank.saturating_add(1)));
                place(index, least);
            }
        }
    }
    Ok(adjusted)
}
