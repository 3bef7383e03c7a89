//! Control charts for values that arrive one at a time.

use alloc::vec::Vec;

use super::DriftError;

/// Where a chart raised an alarm.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Alarms {
    /// Places in the given array, from 0. The chart starts afresh after each.
    pub indices: Vec<usize>,
    /// NaN and infinities, which the chart stepped over.
    pub missing: usize,
}

/// The settings of [`cusum`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cusum {
    /// The mean while in control.
    pub mean: f64,
    /// The standard deviation while in control, above 0.
    pub sd: f64,
    /// The slack in standard deviations: half the shift that should be found. Customarily 0.5.
    pub k: f64,
    /// The decision limit in standard deviations. Customarily 5, one false alarm in some 470 values.
    pub h: f64,
}

impl Default for Cusum {
    fn default() -> Self {
        Self { mean: 0.0, sd: 1.0, k: 0.5, h: 5.0 }
    }
}

/// The tabular cumulative-sum chart (Page 1954, *Biometrika* 41), on both sides.
///
/// # Errors
/// [`DriftError::OptionOutOfRange`] if a setting is not finite, `sd` is not above 0, or `k` or `h` is negative.
///
/// ```
/// use placet_core::drift::{Cusum, cusum};
///
/// let alarms = cusum(&[0.0, 3.0, f64::NAN, 3.0, 3.0], &Cusum::default())?;
/// assert_eq!((alarms.indices, alarms.missing), (vec![4], 1));
/// # Ok::<(), placet_core::drift::DriftError>(())
/// ```
pub fn cusum(values: &[f64], settings: &Cusum) -> Result<Alarms, DriftError> {
    let &Cusum { mean, sd, k, h } = settings;
    require("mean", mean.is_finite())?;
    require("sd", sd.is_finite() && sd > 0.0)?;
    require("k", k.is_finite() && k >= 0.0)?;
    require("h", h.is_finite() && h >= 0.0)?;
    let (mut high, mut low) = (0.0_f64, 0.0_f64);
    Ok(watch(values, |x| {
        let z = (x - mean) / sd;
        high = (high + z - k).max(0.0);
        low = (low - z - k).max(0.0);
        let alarm = high > h || low > h;
        if alarm {
            (high, low) = (0.0, 0.0);
        }
        alarm
    }))
}

/// Which change of the mean [`page_hinkley`] looks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PageHinkleyMode {
    /// A rise.
    Up,
    /// A fall.
    Down,
    /// Either.
    #[default]
    Both,
}

/// The settings of [`page_hinkley`]; the defaults are those of the Python library River.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PageHinkley {
    /// Values seen since the start or the last alarm before there can be one.
    pub min_instances: usize,
    /// The change that is tolerated, in the unit of the values.
    pub delta: f64,
    /// The decision limit, in the unit of the values.
    pub threshold: f64,
    /// How much of the sum is kept at each step, from 0 to 1.
    pub alpha: f64,
    /// Which change to look for.
    pub mode: PageHinkleyMode,
}

impl Default for PageHinkley {
    fn default() -> Self {
        Self { min_instances: 30, delta: 0.005, threshold: 50.0, alpha: 0.9999, mode: PageHinkleyMode::Both }
    }
}

/// The Page–Hinkley test with a forgetting factor, as River defines it: it needs no mean given in advance.
///
/// # Errors
/// [`DriftError::OptionOutOfRange`] if a setting is not finite, `delta` or `threshold` is negative, or `alpha` is not
/// between 0 and 1.
pub fn page_hinkley(values: &[f64], settings: &PageHinkley) -> Result<Alarms, DriftError> {
    let &PageHinkley { min_instances, delta, threshold, alpha, mode } = settings;
    require("delta", delta.is_finite() && delta >= 0.0)?;
    require("threshold", threshold.is_finite() && threshold >= 0.0)?;
    require("alpha", (0.0..=1.0).contains(&alpha))?;
    let mut state = PageHinkleyState::default();
    Ok(watch(values, |x| {
        let (rise, fall) = state.update(x, delta, alpha);
        // Values near the largest float make sums that are no numbers: that is no calm.
        let exceeds = |sum: f64| sum > threshold || sum.is_nan();
        let alarm = state.seen >= min_instances
            && match mode {
                PageHinkleyMode::Up => exceeds(rise),
                PageHinkleyMode::Down => exceeds(fall),
                PageHinkleyMode::Both => exceeds(rise) || exceeds(fall),
            };
        if alarm {
            state = PageHinkleyState::default();
        }
        alarm
    }))
}

struct PageHinkleyState {
    seen: usize,
    mean: f64,
    up: f64,
    down: f64,
    least_up: f64,
    most_down: f64,
}

impl Default for PageHinkleyState {
    fn default() -> Self {
        Self { seen: 0, mean: 0.0, up: 0.0, down: 0.0, least_up: f64::INFINITY, most_down: f64::NEG_INFINITY }
    }
}

impl PageHinkleyState {
    /// How far the sums have risen above their minimum and fallen below their maximum.
    fn update(&mut self, x: f64, delta: f64, alpha: f64) -> (f64, f64) {
        self.seen = self.seen.saturating_add(1);
        self.mean += (x - self.mean) / super::num::float(self.seen);
        let deviation = x - self.mean;
        self.up = alpha * self.up + deviation - delta;
        self.down = alpha * self.down + deviation + delta;
        self.least_up = self.least_up.min(self.up);
        self.most_down = self.most_down.max(self.down);
        (self.up - self.least_up, self.most_down - self.down)
    }
}

/// Shows the finite values to a chart in order.
fn watch(values: &[f64], mut chart: impl FnMut(f64) -> bool) -> Alarms {
    let mut alarms = Alarms::default();
    for (index, &x) in values.iter().enumerate() {
        if !x.is_finite() {
            alarms.missing = alarms.missing.saturating_add(1);
        } else if chart(x) {
            alarms.indices.push(index);
        }
    }
    alarms
}

fn require(option: &'static str, fits: bool) -> Result<(), DriftError> {
    if fits { Ok(()) } else { Err(DriftError::OptionOutOfRange { option }) }
}
