//! Reading the parts of a report, and holding them against each other.

use alloc::{collections::BTreeSet, vec::Vec};

use super::{DriftReport, ReportWindow};
use crate::{
    code::Code,
    document::number_of,
    drift::{Action, Check, Outcome, Reason, Report, ReportStatus, Test, report},
    error::ParseError,
    json::{Fields, Value},
    limits,
    name::Label,
};

pub(super) fn window(value: Value<'_>) -> Result<ReportWindow, ParseError> {
    let mut fields = Fields::of(value, "window")?;
    let window = fields.window("from", "to")?;
    let samples = fields.integer("samples", 0..=u64::MAX)?;
    fields.finish()?;
    Ok(ReportWindow { from: window.not_before, to: window.not_after, samples })
}

/// The checks, and that the report says of them what they say (attack: a report of drifted checks that calls itself
/// stable, or the other way round).
pub(super) fn conclusion(fields: &mut Fields<'_>) -> Result<Report, ParseError> {
    let checks = fields.list("checks", limits::CHECKS)?;
    let checks = checks.into_iter().map(check).collect::<Result<Vec<_>, _>>()?;
    let mut names = BTreeSet::new();
    if !checks.iter().all(|check| names.insert((check.name.as_str(), check.test.as_str()))) {
        return Err(ParseError::invalid("checks", Code::NotSorted));
    }
    let concluded = report(checks);
    let status = fields.one_of("status", ReportStatus::parse)?;
    let action = fields.one_of("recommended_action", Action::parse)?;
    let (severity, _) = number_of(fields.required("severity")?, "severity")?;
    let same = status == concluded.status
        && action == concluded.recommended_action
        && severity.to_bits() == concluded.severity.to_bits();
    if same { Ok(concluded) } else { Err(ParseError::rule(Code::ReportInconsistent, "")) }
}

fn check(value: Value<'_>) -> Result<Check, ParseError> {
    let mut fields = Fields::of(value, "checks")?;
    let name: Label = fields.identifier("name")?;
    let check = Check {
        name: name.as_str().into(),
        test: fields.one_of("test", Test::parse)?,
        outcome: fields.one_of("status", Outcome::parse)?,
        statistic: optional(&mut fields, "statistic")?,
        baseline: optional(&mut fields, "baseline")?,
        p_value: optional(&mut fields, "p_value")?,
        adjusted_p: optional(&mut fields, "adjusted_p")?,
        effect: optional(&mut fields, "effect")?,
        threshold: optional(&mut fields, "threshold")?,
        severity: optional(&mut fields, "severity")?,
        reason: reason(fields.required("reason")?)?,
    };
    fields.finish()?;
    let share = |number: Option<f64>| number.is_none_or(|number| (0.0..=1.0).contains(&number));
    let verdict = match (check.outcome, check.severity) {
        (Outcome::Inconclusive, None) => check.reason.is_some(),
        (Outcome::Inconclusive, Some(_)) | (_, None) => false,
        // The levels of a severity begin where drift does.
        (Outcome::Drifted, Some(severity)) => check.reason.is_none() && (0.3..=1.0).contains(&severity),
        (Outcome::Stable | Outcome::Notice, Some(severity)) => {
            check.reason.is_none() && (0.0..0.3).contains(&severity)
        }
    };
    if verdict && share(check.p_value) && share(check.adjusted_p) {
        Ok(check)
    } else {
        Err(ParseError::rule(Code::ReportInconsistent, check.name))
    }
}

fn optional(fields: &mut Fields<'_>, field: &'static str) -> Result<Option<f64>, ParseError> {
    let value = fields.required(field)?;
    if value.is_null() { Ok(None) } else { number_of(value, field).map(|(number, _)| Some(number)) }
}

fn reason(value: Value<'_>) -> Result<Option<Reason>, ParseError> {
    if value.is_null() {
        return Ok(None);
    }
    let mut fields = Fields::of(value, "reason")?;
    let code = fields.text("code")?;
    let reason = if code == "too_few_samples" {
        Some(Reason::TooFewSamples {
            reference: fields.integer("reference", 0..=u64::MAX)?,
            current: fields.integer("current", 0..=u64::MAX)?,
            needed: fields.integer("needed", 0..=u64::MAX)?,
        })
    } else {
        Reason::parse_plain(&code)
    };
    fields.finish()?;
    reason.map(Some).ok_or(ParseError::invalid("code", Code::UnknownValue))
}

/// Every conclusive check of an output has its values beside it, and every row of the window is among them.
pub(super) fn check_outputs(report: &DriftReport) -> Result<(), ParseError> {
    let counted = |name: &str| report.outputs.output(name).is_some();
    let conclusive = |check: &&Check| check.test != Test::Metric && check.outcome != Outcome::Inconclusive;
    if let Some(check) = report.report.checks.iter().filter(conclusive).find(|check| !counted(&check.name)) {
        return Err(ParseError::rule(Code::ReportInconsistent, check.name.as_str()));
    }
    for (name, tally) in &report.outputs.0 {
        let (counted, missing) = tally.totals();
        let whole = counted.checked_add(missing) == Some(report.window.samples);
        let tallied = matches!(tally.kind(), "bins" | "categories");
        if !whole || !tallied {
            return Err(ParseError::rule(Code::ReportInconsistent, name.as_str()));
        }
    }
    Ok(())
}
