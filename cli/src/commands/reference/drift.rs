//! `placet reference drift`: what a record says of drift, what it should say, and why it does not.

use std::{path::PathBuf, process::ExitCode};

use clap::Args;
use placet_core::{
    drift::{Check, Reason, Report},
    limits,
    reference::{Difference, DriftCheckResult, compare_drift_record},
    summary::escape,
};
use serde_json::{Value, json};

use crate::{
    commands::Context,
    error::{At as _, Result},
    files,
    terminal::{BAD, GOOD, HEADING, LOOK, paint},
    words::{Put as _, Table, drift},
};

/// Hold a DriftCheckResult against the corrected check
///
/// The record is judged anew from the values and thresholds that it holds, by the check that `placet monitor` makes. The
/// reasons say where the reference's own arithmetic went wrong. Nobody signed such a record: it is a claim.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet reference drift drift-check.json
  placet reference drift drift-check.json --json")]
pub(super) struct Drift {
    /// The record
    file: PathBuf,
}

impl Drift {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        let bytes = files::read(&self.file, limits::PAYLOAD)?;
        let record = DriftCheckResult::parse(&bytes).at(self.file.display())?;
        let compared = compare_drift_record(&record);
        let mut text = format!(
            "A record of the Python reference about {}, of {}: a claim that nobody signed\n\n{}\n  {}\n",
            escape(&record.model_id),
            record.checked_at,
            paint(HEADING, "What it says"),
            said(&record),
        );
        let mut metrics = Table::default();
        for metric in &record.metrics {
            let word = if metric.is_drifted { paint(BAD, "drifted") } else { paint(GOOD, "stable") };
            let severity = metric.drift_severity.value();
            metrics.row(
                escape(&metric.name),
                format!("{word}  severity {severity:.2}; {}", escape(&metric.details)),
            );
        }
        text.push_str(&metrics.finish(4));
        text.put(format_args!(
            "\n{}\n  {}\n",
            paint(HEADING, "The corrected answer"),
            drift::headline(&compared.corrected)
        ));
        let mut checks = Table::default();
        for check in &compared.corrected.checks {
            checks.row(escape(&check.name), drift::check(check));
        }
        text.push_str(&checks.finish(4));
        text.put(format_args!("\n{}\n", paint(HEADING, "Why they differ")));
        if compared.differences.is_empty() {
            text.push_str("  They do not.\n");
        }
        for Difference { name, fault } in &compared.differences {
            let name = name.as_ref().map(|name| format!("{}: ", escape(name))).unwrap_or_default();
            text.put(format_args!("  {} {name}{}\n", paint(LOOK, "!"), fault.meaning()));
        }
        let json = json!({
            "reference": serde_json::from_str::<Value>(&record.to_json()).unwrap_or_default(),
            "corrected": report(&compared.corrected),
            "differences": compared.differences.iter().map(difference).collect::<Vec<_>>(),
        });
        context.answer(&text, &json)
    }
}

/// The record's conclusion, in a line.
fn said(record: &DriftCheckResult) -> String {
    let word = if record.is_drifted { paint(BAD, "drifted") } else { paint(GOOD, "no drift") };
    format!(
        "{word}, severity {:.2}: {} ({})",
        record.overall_severity.value(),
        escape(&record.recommended_action).replace('_', " "),
        escape(&record.summary)
    )
}

fn report(report: &Report) -> Value {
    json!({
        "status": report.status.as_str(),
        "severity": report.severity,
        "recommended_action": report.recommended_action.as_str(),
        "alert_level": report.alert_level.as_str(),
        "checks": report.checks.iter().map(check).collect::<Vec<_>>(),
    })
}

fn check(check: &Check) -> Value {
    json!({
        "name": check.name,
        "test": check.test.as_str(),
        "outcome": check.outcome.as_str(),
        "statistic": check.statistic,
        "baseline": check.baseline,
        "effect": check.effect,
        "threshold": check.threshold,
        "severity": check.severity,
        "reason": check.reason.map(Reason::code),
    })
}

fn difference(difference: &Difference) -> Value {
    let fault = difference.fault;
    json!({ "name": difference.name, "code": fault.as_str(), "meaning": fault.meaning() })
}
