//! Drift in words.

use placet_core::drift::{Check, Outcome, Report, ReportStatus, Test};

use crate::terminal::{BAD, GOOD, LOOK, paint};

/// What a report concludes, in a line.
pub(crate) fn headline(report: &Report) -> String {
    let style = match report.status {
        ReportStatus::Stable => GOOD,
        ReportStatus::Drifted => BAD,
        ReportStatus::Inconclusive => LOOK,
    };
    format!(
        "{}, severity {:.2} ({}): {}",
        paint(style, report.status.as_str()),
        report.severity,
        report.alert_level.as_str(),
        report.recommended_action.as_str().replace('_', " ")
    )
}

/// What one check found, in a line.
pub(crate) fn check(check: &Check) -> String {
    let style = match check.outcome {
        Outcome::Stable => GOOD,
        Outcome::Drifted => BAD,
        Outcome::Notice | Outcome::Inconclusive => LOOK,
    };
    let outcome = paint(style, check.outcome.as_str());
    let test = check.test.as_str();
    if let Some(reason) = check.reason {
        return format!("{outcome}  {test}: {reason}");
    }
    let number = |number: Option<f64>| number.map_or_else(|| "none".into(), short);
    let (now, then) = (number(check.statistic), number(check.baseline));
    let what = match check.test {
        Test::Metric => format!("{now}, was {then}"),
        Test::MissingRate => format!("{now} missing, was {then}"),
        _ => format!("{test} {now}, adjusted p {}", number(check.adjusted_p)),
    };
    let (effect, threshold) = (number(check.effect), number(check.threshold));
    format!("{outcome}  {what}; effect {effect} of {threshold}")
}

/// A number in four significant digits.
fn short(number: f64) -> String {
    let size = number.abs();
    if size != 0.0 && !(1e-3..1e6).contains(&size) {
        return format!("{number:.2e}");
    }
    let text = format!("{number:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text.is_empty() || text == "-" { "0".into() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::short;

    #[test]
    fn number_loses_its_size() {
        for (number, text) in [
            (0.0, "0"),
            (100.0, "100"),
            (0.05, "0.05"),
            (3.1e-14, "3.10e-14"),
            (-0.2, "-0.2"),
            (1e9, "1.00e9"),
        ] {
            assert_eq!(short(number), text);
        }
    }
}
