//! A window of serving, held against a baseline.

use alloc::{collections::BTreeMap, string::String, vec, vec::Vec};

use super::{StoredBaseline, frozen_bins};
use crate::drift::{Bins, Current, Sketch};

/// The values of one output in one window.
#[derive(Clone, Debug, PartialEq)]
pub enum Window {
    /// Numbers; what is missing is NaN.
    Numbers(Vec<f64>),
    /// Counts of categories.
    Categories(BTreeMap<String, u64>),
}

impl Window {
    /// The window as checks take it.
    #[must_use]
    pub fn view(&self) -> Current<'_> {
        match self {
            Self::Numbers(values) => Current::Sample(values),
            Self::Categories(counts) => Current::Categories(counts),
        }
    }
}

impl StoredBaseline {
    /// What a report shows of a window: counts in bins that are frozen on this baseline, or counts of categories. None
    /// where the window is of another kind.
    #[must_use]
    pub fn tally(&self, window: &Window) -> Option<StoredBaseline> {
        match (self, window) {
            (Self::Categories(_), Window::Categories(counts)) => Some(Self::Categories(counts.clone())),
            (Self::Categories(_), Window::Numbers(_)) | (_, Window::Categories(_)) => None,
            (_, Window::Numbers(values)) => {
                let bins = frozen_bins(self)?;
                let (counts, missing) = bins.count(values);
                Some(Self::Bins { bins, counts, missing })
            }
        }
    }

    /// The baseline itself in the bins of [`Self::tally`], to draw the two side by side.
    #[must_use]
    pub fn tally_of_itself(&self) -> Option<StoredBaseline> {
        let (_, missing) = self.totals();
        match self {
            Self::Categories(_) | Self::Bins { .. } => Some(self.clone()),
            Self::Sample { values, .. } => {
                let bins = frozen_bins(self)?;
                let (counts, _) = bins.count(values);
                Some(Self::Bins { bins, counts, missing })
            }
            Self::Sketch(sketch) => {
                let bins = frozen_bins(self)?;
                let counts = counts_of(sketch, &bins);
                Some(Self::Bins { bins, counts, missing })
            }
        }
    }

    /// Whether `tally` was counted in the bins of this baseline, or is of categories as this is.
    pub(crate) fn fits(&self, tally: &StoredBaseline) -> bool {
        match tally {
            Self::Categories(_) => matches!(self, Self::Categories(_)),
            Self::Bins { bins, .. } => frozen_bins(self).is_some_and(|frozen| frozen == *bins),
            Self::Sample { .. } | Self::Sketch(_) => false,
        }
    }
}

fn counts_of(sketch: &Sketch, bins: &Bins) -> Vec<u64> {
    let mut counts = vec![];
    let mut below = 0_u64;
    for edge in bins.edges() {
        let up_to = sketch.rank(*edge);
        counts.push(up_to.saturating_sub(below));
        below = up_to;
    }
    counts.push(sketch.count().saturating_sub(below));
    counts
}
