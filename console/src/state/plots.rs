//! Where the lines of a drift report's drawings run.

use super::drift::{Compared, Series};

/// The height of a drawing.
pub const HEIGHT: f64 = 196.0;
/// Where its axis runs.
pub const AXIS: f64 = 162.0;
/// Where its highest line runs.
pub const TOP: f64 = 16.0;
/// Where it begins from the left.
pub const LEFT: f64 = 44.0;
const RIGHT: f64 = 12.0;

/// One column of a histogram.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// From the left.
    pub x: f64,
    /// How wide it is.
    pub width: f64,
    /// From the top, in the baseline.
    pub baseline: f64,
    /// From the top, now.
    pub now: f64,
}

/// A histogram: its columns, and the share at the highest line.
#[must_use]
pub fn histogram(compared: &Compared, width: f64) -> (Vec<Bar>, f64) {
    let shares = compared.columns.iter().flat_map(|column| [column.baseline, column.now]);
    let highest = shares.fold(0.0, f64::max).max(0.01);
    let step = step(compared.columns.len(), width);
    let y = |share: f64| round(AXIS - share / highest * (AXIS - TOP));
    let bar = |(index, column): (usize, &super::drift::Column)| Bar {
        x: round(LEFT + step * count(index)),
        width: round(step),
        baseline: y(column.baseline),
        now: y(column.now),
    };
    (compared.columns.iter().enumerate().map(bar).collect(), highest)
}

/// Where the cumulative shares stand after each column: from the left, and from the top in the baseline and now.
#[must_use]
pub fn cumulative(compared: &Compared, width: f64) -> Vec<(f64, f64, f64)> {
    let step = step(compared.columns.len(), width);
    let y = |share: f64| round(AXIS - share.clamp(0.0, 1.0) * (AXIS - TOP));
    let shares = compared.cumulative().into_iter().enumerate();
    shares
        .map(|(index, (before, now))| (round(LEFT + step * (count(index) + 1.0)), y(before), y(now)))
        .collect()
}

/// A path through points, from the lower left corner on.
#[must_use]
pub fn path(points: impl Iterator<Item = (f64, f64)>) -> String {
    points.fold(format!("M{LEFT} {AXIS}"), |path, (x, y)| format!("{path}L{x} {y}"))
}

/// A metric over windows: each point from the left and the top, and where the signed value runs.
#[must_use]
pub fn series(series: &Series, width: f64) -> (Vec<(f64, f64)>, f64) {
    let values = || series.points.iter().map(|point| point.1).chain([series.baseline]);
    let (low, high) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    let y = |value: f64| {
        let share = if high > low { (value - low) / (high - low) } else { 0.5 };
        round(AXIS - 20.0 - share * (AXIS - 20.0 - TOP))
    };
    let steps = count(series.points.len().saturating_sub(1)).max(1.0);
    let x = |index: usize| round(LEFT + 8.0 + count(index) / steps * (width - LEFT - RIGHT - 60.0));
    let points = series.points.iter().enumerate().map(|(index, point)| (x(index), y(point.1)));
    (points.collect(), y(series.baseline))
}

fn step(columns: usize, width: f64) -> f64 {
    (width - LEFT - RIGHT) / count(columns.max(1))
}

#[expect(clippy::cast_precision_loss, reason = "a drawing has few columns")]
fn count(number: usize) -> f64 {
    number as f64
}

/// To a tenth of a unit, so that drawings are short.
fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::drift::Column;
    use placet_testkit::{NOW, time};

    fn compared() -> Compared {
        let column = |baseline: f64, now: f64| Column { label: "x".into(), edge: None, baseline, now };
        Compared {
            name: "score".into(),
            columns: vec![column(0.5, 0.1), column(0.5, 0.2), column(0.0, 0.7)],
            counts: (10, 10),
            ordered: true,
        }
    }

    #[test]
    fn higher_shares_stand_higher_and_everything_lies_inside() {
        for width in [300.0, 524.0] {
            let (bars, highest) = histogram(&compared(), width);
            assert!((highest - 0.7).abs() < 1e-9);
            assert!(bars[2].now < bars[1].now && bars[2].baseline > bars[1].baseline);
            let right = bars.last().map(|bar| bar.x + bar.width).unwrap();
            assert!(right <= width && bars.iter().all(|bar| bar.now >= TOP && bar.baseline <= AXIS));
            let points = cumulative(&compared(), width);
            assert!(
                (points[2].1 - TOP).abs() < 0.2 && (points[2].2 - TOP).abs() < 0.2,
                "both end at all of it"
            );
        }
    }

    #[test]
    fn a_flat_series_stands_in_the_middle_and_one_point_is_drawn() {
        let flat = Series { name: "accuracy".into(), points: vec![(time(NOW), 0.9, true)], baseline: 0.9 };
        let (points, baseline) = series(&flat, 328.0);
        assert_eq!(points.len(), 1);
        assert!((points[0].1 - baseline).abs() < 1e-9 && baseline > TOP && baseline < AXIS);
    }
}
