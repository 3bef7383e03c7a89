//! Where the marks of a chart stand. The drawing is 264 units wide and 132 high, as wide as it is shown.

use super::history::{Series, Standing};

/// The width of a drawing.
pub const WIDTH: f64 = 264.0;
/// The height of a drawing.
pub const HEIGHT: f64 = 132.0;
/// Where the axis runs.
pub const AXIS: f64 = 110.0;
const TOP: f64 = 26.0;
/// Leaves room for a value between the lowest mark and the axis.
const BOTTOM: f64 = 87.0;
const SIDE: f64 = 32.0;

/// A mark.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
    /// The value as it was written.
    pub text: String,
    /// The version below the axis.
    pub version: String,
    /// Which shape it gets.
    pub standing: Standing,
    /// Whether its value stands below it: where the line comes down to it and goes up again.
    pub below: bool,
}

/// A line of the rule's bounds.
#[derive(Clone, Debug, PartialEq)]
pub struct Limit {
    /// From the top.
    pub y: f64,
    /// What the rule asks for.
    pub words: String,
    /// Whether the words stand at the left end, because a mark is close at the right one.
    pub left: bool,
}

/// A drawing of one series.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// The marks from left to right, at most the last six versions.
    pub marks: Vec<Mark>,
    /// The lines of the rule's bounds.
    pub limits: Vec<Limit>,
}

/// Draws a series.
#[must_use]
pub fn draw(series: &Series) -> Drawing {
    let points = series.points.get(series.points.len().saturating_sub(6)..).unwrap_or_default();
    let bounds = series.bound.iter().flat_map(|bound| {
        let side = |words: &'static str, metric: &Option<placet_core::training::Metric>| {
            metric.as_ref().map(|metric| (metric.value, format!("{words} {}", metric.text)))
        };
        [side("at least", &bound.min), side("at most", &bound.max)].into_iter().flatten()
    });
    let bounds: Vec<_> = bounds.collect();
    let values = points.iter().map(|point| point.value).chain(bounds.iter().map(|bound| bound.0));
    let values: Vec<f64> = values.filter(|value| value.is_finite()).collect();
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let y = |value: f64| {
        let height = if high > low { (value - low) / (high - low) } else { 0.5 };
        round(BOTTOM - height * (BOTTOM - TOP))
    };
    let x = |index: usize| {
        let steps = points.len().saturating_sub(1);
        #[expect(clippy::cast_precision_loss, reason = "there are at most six marks")]
        let share = if steps == 0 { 0.5 } else { index as f64 / steps as f64 };
        round(SIDE + share * (WIDTH - 2.0 * SIDE))
    };
    let height = |index: Option<usize>| points.get(index?).map(|point| y(point.value));
    let mark = |(index, point): (usize, &super::history::Point)| Mark {
        below: [index.checked_sub(1), index.checked_add(1)]
            .into_iter()
            .filter_map(height)
            .all(|neighbour| neighbour < y(point.value))
            && points.len() > 1,
        x: x(index),
        y: y(point.value),
        text: point.text.clone(),
        version: point.version.clone(),
        standing: point.standing,
    };
    Drawing {
        marks: points.iter().enumerate().map(mark).collect(),
        limits: bounds
            .into_iter()
            .map(|(value, words)| {
                let last = points.last().map(|point| y(point.value));
                let left = last.is_some_and(|last| (last - y(value)).abs() < 24.0);
                Limit { y: y(value), words, left }
            })
            .collect(),
    }
}

/// To a tenth of a unit, so that drawings are short.
fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{changes::Better, history::Point};
    use placet_core::{name::Label, policy::MetricBound, training::Metric};

    fn series(values: &[f64], min: Option<&str>) -> Series {
        let point = |value: &f64| Point {
            version: "1".into(),
            value: *value,
            text: value.to_string(),
            standing: Standing::Other,
        };
        Series {
            name: "accuracy".into(),
            points: values.iter().map(point).collect(),
            bound: min.map(|min| MetricBound {
                name: Label::parse("accuracy").unwrap(),
                min: Some(Metric::parse(min).unwrap()),
                max: None,
            }),
            better: Better::Higher,
        }
    }

    #[test]
    fn higher_values_stand_higher_and_everything_lies_inside() {
        let drawing = draw(&series(&[0.961, 0.972, 0.978], Some("0.95")));
        let heights: Vec<_> = drawing.marks.iter().map(|mark| mark.y).collect();
        assert!(heights[0] > heights[1] && heights[1] > heights[2]);
        assert!(drawing.limits[0].y > heights[0], "the floor lies below all of them");
        for mark in &drawing.marks {
            assert!((TOP..=BOTTOM).contains(&mark.y) && (SIDE..=WIDTH - SIDE).contains(&mark.x));
        }
    }

    #[test]
    fn words_do_not_lie_on_marks_or_lines() {
        let drawing = draw(&series(&[0.125, 0.019, 0.049], Some("0.05")));
        let below: Vec<_> = drawing.marks.iter().map(|mark| mark.below).collect();
        assert_eq!(below, [false, true, false]);
        assert!(drawing.limits[0].left, "the last mark lies on the limit");
    }

    #[test]
    fn equal_and_single_values_stand_in_the_middle() {
        for values in [&[0.5][..], &[0.5, 0.5]] {
            assert!(
                draw(&series(values, None))
                    .marks
                    .iter()
                    .all(|mark| (mark.y - f64::midpoint(TOP, BOTTOM)).abs() < 1e-9)
            );
        }
        assert!(draw(&series(&[], None)).marks.is_empty());
    }
}
