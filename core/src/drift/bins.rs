//! Bins frozen on the reference: `(−∞, e₀], (e₀, e₁], …, (eₖ, ∞)`.

use alloc::vec;
use alloc::vec::Vec;
use core::num::NonZeroU16;

use super::DriftError;
use super::num::{ascending, count, float};
use super::sample::Sample;

/// How edges are laid through the reference sample.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Binning {
    /// At the quantiles k/B of the reference (type 7, linear), without duplicates: bins of equal counts.
    #[default]
    Quantile,
    /// At equal distances between the least and the largest reference value: bins of equal width.
    Width,
}

/// How many bins, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BinOptions {
    /// The number of bins B, before duplicate edges are removed.
    pub bins: NonZeroU16,
    /// Where the edges lie.
    pub binning: Binning,
}

impl Default for BinOptions {
    fn default() -> Self {
        const TEN: NonZeroU16 = NonZeroU16::MIN.saturating_add(9);
        Self { bins: TEN, binning: Binning::Quantile }
    }
}

/// The edges of frozen bins, ascending, finite and distinct. There is one bin more than edges.
#[derive(Clone, Debug, PartialEq)]
pub struct Bins {
    edges: Vec<f64>,
}

impl Bins {
    /// Lays bins through a reference sample; NaN and infinities are left out. None if nothing is left.
    #[must_use]
    pub fn new(reference: &[f64], options: BinOptions) -> Option<Self> {
        Self::of_sorted(&Sample::new(reference).values, options)
    }

    /// Takes edges as a baseline has them.
    ///
    /// # Errors
    /// [`DriftError::OptionOutOfRange`] if they are not finite and strictly ascending.
    pub fn from_edges(edges: Vec<f64>) -> Result<Self, DriftError> {
        let finite = edges.iter().all(|edge| edge.is_finite());
        if finite && edges.is_sorted_by(|a, b| a < b) {
            Ok(Self { edges })
        } else {
            Err(DriftError::OptionOutOfRange { option: "edges" })
        }
    }

    pub(super) fn of_sorted(reference: &[f64], options: BinOptions) -> Option<Self> {
        let (&low, &high) = (reference.first()?, reference.last()?);
        let bins = options.bins.get();
        let mut edges: Vec<f64> = match options.binning {
            Binning::Quantile => {
                (1..bins).map(|k| quantile(reference, f64::from(k) / f64::from(bins))).collect()
            }
            Binning::Width if low >= high => vec![low],
            Binning::Width => (1..bins).map(|k| between(low, high, k, bins)).collect(),
        };
        for edge in &mut edges {
            *edge += 0.0; // No −0.0 in a baseline.
        }
        edges.sort_unstable_by(ascending);
        edges.dedup();
        Some(Self { edges })
    }

    /// The edges.
    #[must_use]
    pub fn edges(&self) -> &[f64] {
        &self.edges
    }

    /// Counts the finite values in each bin, and the others.
    #[must_use]
    pub fn count(&self, values: &[f64]) -> (Vec<u64>, u64) {
        let mut counts = vec![0_u64; self.edges.len().saturating_add(1)];
        let mut missing = 0_u64;
        for &x in values {
            let bin = self.edges.partition_point(|&edge| edge < x);
            match counts.get_mut(bin) {
                Some(counter) if x.is_finite() => *counter = counter.saturating_add(1),
                _ => missing = missing.saturating_add(1),
            }
        }
        (counts, missing)
    }

    /// The same for an ascending sample, in a handful of steps.
    pub(super) fn count_sorted(&self, values: &[f64]) -> Vec<u64> {
        let mut below = 0;
        let mut counts = Vec::with_capacity(self.edges.len().saturating_add(1));
        for &edge in &self.edges {
            let up_to = values.partition_point(|&x| x <= edge);
            counts.push(count(up_to.saturating_sub(below)));
            below = up_to;
        }
        counts.push(count(values.len().saturating_sub(below)));
        counts
    }

    pub(super) fn into_edges(self) -> Vec<f64> {
        self.edges
    }
}

/// The type-7 quantile of an ascending sample, a + t·(b − a) in exactly these steps: an edge often equals a value, and
/// its last bit decides on which side that value falls.
fn quantile(sorted: &[f64], q: f64) -> f64 {
    let place = q * float(sorted.len().saturating_sub(1));
    let floor = libm::floor(place);
    let (index, t) = (index(floor), place - floor);
    let last = sorted.last().copied().unwrap_or(0.0);
    let a = sorted.get(index).copied().unwrap_or(last);
    let b = sorted.get(index.saturating_add(1)).copied().unwrap_or(last);
    let difference = b - a;
    if difference.is_finite() { a + t * difference } else { a * (1.0 - t) + b * t }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number below the length"
)]
fn index(place: f64) -> usize {
    place as usize
}

/// low + k·(high − low)/B.
fn between(low: f64, high: f64, k: u16, bins: u16) -> f64 {
    let (k, bins) = (f64::from(k), f64::from(bins));
    let edge = low + k * ((high - low) / bins);
    if edge.is_finite() { edge } else { low * (1.0 - k / bins) + high * (k / bins) }
}
