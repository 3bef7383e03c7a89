//! Which rows of a long list are drawn: those in sight, and some around them.

use std::ops::Range;

/// Rows that are drawn above and below those in sight.
const AROUND: usize = 12;

/// The rows to draw of `total`, each `height` high, where the list begins `above` the upper edge of a view that is
/// `view` high. All in the same unit.
#[must_use]
pub fn rows(total: usize, height: f64, above: f64, view: f64) -> Range<usize> {
    let height = if height.is_finite() && height >= 1.0 { height } else { 1.0 };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "cut at both ends")]
    let index = |length: f64| (length / height).clamp(0.0, 1e9) as usize;
    let first = index(above).min(total).saturating_sub(AROUND);
    let end = index(above + view.max(0.0)).saturating_add(1 + AROUND).min(total);
    // Whole steps, so that a few pixels draw nothing anew.
    let first = first - first % AROUND;
    first.min(end)..end
}

/// The height of rows that are not drawn.
#[must_use]
pub fn space(rows: usize, height: f64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "there are fewer than 2^53 rows")]
    let rows = rows as f64;
    rows * height.max(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_sight_is_drawn_and_little_else() {
        let shown = rows(100_000, 50.0, 2_500_000.0, 1_000.0);
        assert!(shown.contains(&50_000) && shown.contains(&50_020), "{shown:?}");
        assert!(shown.len() < 70, "{shown:?}");
    }

    #[test]
    fn the_ends_are_reached_and_not_passed() {
        assert_eq!(rows(100_000, 50.0, -400.0, 1_000.0).start, 0);
        assert_eq!(rows(100_000, 50.0, 4_999_000.0, 1_000.0).end, 100_000);
        assert_eq!(rows(100_000, 50.0, 1e12, 1_000.0).end, 100_000);
        assert_eq!(rows(0, 50.0, 0.0, 1_000.0), 0..0);
        assert_eq!(rows(3, 50.0, 0.0, 1_000.0), 0..3);
    }

    #[test]
    fn a_height_that_was_not_measured_stops_nothing() {
        assert_eq!(rows(10, 0.0, 0.0, 1_000.0), 0..10);
        assert_eq!(rows(10, f64::NAN, f64::NAN, f64::NAN), 0..10);
        assert!((space(3, 50.0) - 150.0).abs() < 1e-9);
    }

    #[test]
    fn a_small_step_draws_nothing_anew() {
        assert_eq!(rows(1_000, 50.0, 10_000.0, 900.0).start, rows(1_000, 50.0, 10_040.0, 900.0).start);
    }
}
