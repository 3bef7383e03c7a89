//! The newest report in Prometheus' text format, for a collector of text files.
//!
//! Source: Prometheus exposition formats, text format 0.0.4.

use placet_core::{
    drift::{Check, ReportStatus, Test},
    drift_report::DriftReport,
};

use crate::words::Put as _;

/// A number of a check.
type Field = fn(&Check) -> Option<f64>;

/// The report as metrics.
pub(super) fn text(report: &DriftReport) -> String {
    let place = format!(
        "model=\"{}\",environment=\"{}\"",
        label(report.subject.model_id.as_str()),
        label(report.environment.as_str())
    );
    let mut text = String::new();
    let head = |text: &mut String, name: &str, help: &str| {
        text.put(format_args!("# HELP placet_drift_{name} {help}\n# TYPE placet_drift_{name} gauge\n"));
    };
    head(&mut text, "status", "1 for the status of the newest window, 0 for the others.");
    for status in [ReportStatus::Stable, ReportStatus::Drifted, ReportStatus::Inconclusive] {
        let is = u8::from(report.report.status == status);
        text.put(format_args!("placet_drift_status{{{place},status=\"{}\"}} {is}\n", status.as_str()));
    }
    let whole = [
        ("severity", "Severity of the newest window, 0 to 1.", report.report.severity.to_string()),
        ("window_rows", "Rows of the newest window.", report.window.samples.to_string()),
        (
            "window_end_seconds",
            "End of the newest window, in Unix time.",
            report.window.to.seconds().to_string(),
        ),
    ];
    for (name, help, value) in whole {
        head(&mut text, name, help);
        text.put(format_args!("placet_drift_{name}{{{place}}} {value}\n"));
    }
    let fields: [(&str, &str, Field); 4] = [
        ("effect", "Effect of a check, in the unit of its test.", |check| check.effect),
        ("threshold", "Effect from which a check has drifted.", |check| check.threshold),
        ("p_value", "Adjusted p-value of a check.", |check| check.adjusted_p),
        ("check_severity", "Severity of a check, 0 to 1.", |check| check.severity),
    ];
    for (name, help, field) in fields {
        head(&mut text, name, help);
        for check in &report.report.checks {
            let Some(value) = field(check) else { continue };
            let kind = if check.test == Test::Metric { "metric" } else { "output" };
            text.put(format_args!(
                "placet_drift_{name}{{{place},{kind}=\"{}\",test=\"{}\"}} {value}\n",
                label(&check.name),
                check.test.as_str()
            ));
        }
    }
    text
}

fn label(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
