//! Drift reports: what a monitor says that it found when it compared a window of serving with the signed baselines.
//!
//! A report stops nothing by itself; a revocation does, and may name the report as its evidence. Guarded here: a report
//! concludes what its own checks say, was measured against the baselines of the training output that it names, and a
//! monitor revokes alone only upon as many drifted windows in a row as the policy asks.

mod evidence;
mod parse;

use alloc::{string::String, vec::Vec};

pub use evidence::{check_auto_revocation, drifted_in_a_row, parse_reports, verify_auto_revocation};

use crate::{
    baseline::Baselines,
    code::Code,
    digest::Digest,
    drift::{Check, Reason, Report},
    error::ParseError,
    json::{ArrayWriter, ObjectWriter},
    limits,
    name::{Environment, Principal},
    policy::{Plane, Policy},
    statement::{self, IN_TOTO, Statement, Subject},
    time::Timestamp,
    training::TrainingOutput,
};

/// The predicate type.
pub const DRIFT_REPORT: &str = "urn:placet:drift-report:v1";

/// One window of serving against the signed baselines (monitoring plane).
#[derive(Clone, Debug, PartialEq)]
pub struct DriftReport {
    /// The organisation.
    pub domain: Digest,
    /// The model and its weights.
    pub subject: Subject,
    /// Where it runs.
    pub environment: Environment,
    /// What was looked at.
    pub window: ReportWindow,
    /// The digest of the training output whose baselines were used.
    pub training_output: Digest,
    /// The checks and what they say together.
    pub report: Report,
    /// The window's values, output by output, counted in the bins that are frozen on its baseline.
    pub outputs: Baselines,
    /// The monitor.
    pub checked_by: Principal,
    /// When it was signed.
    pub checked_at: Timestamp,
}

/// From when until before when, and how many rows were seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReportWindow {
    /// Its first moment.
    pub from: Timestamp,
    /// The moment at which it was over.
    pub to: Timestamp,
    /// Rows, each with one value of every output.
    pub samples: u64,
}

impl ReportWindow {
    /// Whether two windows have a moment in common.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        self.from < other.to && other.from < self.to
    }
}

impl DriftReport {
    /// The payload bytes.
    #[must_use]
    pub fn to_payload(&self) -> Vec<u8> {
        let Report { status, severity, recommended_action, alert_level: _, checks } = &self.report;
        let window = ObjectWriter::new()
            .display("from", &self.window.from)
            .display("to", &self.window.to)
            .integer("samples", self.window.samples);
        let checks = checks.iter().fold(ArrayWriter::new(), |array, check| array.raw(&check_to_json(check)));
        let predicate = ObjectWriter::new()
            .display("domain", &self.domain)
            .string("model_id", self.subject.model_id.as_str())
            .string("environment", self.environment.as_str())
            .raw("window", window.finish())
            .display("training_output", &self.training_output)
            .raw("checks", checks.finish())
            .raw("outputs", self.outputs.to_json())
            .string("status", status.as_str())
            .number("severity", *severity)
            .string("recommended_action", recommended_action.as_str())
            .string("checked_by", self.checked_by.as_str())
            .display("checked_at", &self.checked_at);
        statement::write(&self.subject, DRIFT_REPORT, predicate)
    }

    /// Whether the report was measured against the signed baselines of this training output: the same model, each
    /// output counted in the bins that its baseline gives, and each metric beside the value that was signed (attack: a
    /// monitor that brings a baseline of its own).
    ///
    /// # Errors
    ///
    /// [`Code::TrainingOutputMismatch`] or [`Code::BaselineMismatch`].
    pub fn check_baselines(&self, digest: Digest, training: &TrainingOutput) -> Result<(), Code> {
        if self.training_output != digest || self.subject != training.subject {
            return Err(Code::TrainingOutputMismatch);
        }
        let baselines = Baselines::parse(&training.baselines).map_err(|_| Code::BaselineMismatch)?;
        let fits = |(name, tally): (&_, &_)| baselines.0.get(name).is_some_and(|signed| signed.fits(tally));
        let signed = |check: &Check| evidence::check_is_of(check, &baselines, training);
        if self.outputs.0.iter().all(fits) && self.report.checks.iter().all(signed) {
            Ok(())
        } else {
            Err(Code::BaselineMismatch)
        }
    }
}

impl Statement for DriftReport {
    const PAYLOAD_TYPE: &'static str = IN_TOTO;

    fn parse(payload: &[u8]) -> Result<Self, ParseError> {
        let (subject, mut fields) = statement::parse(payload, DRIFT_REPORT, limits::PAYLOAD)?;
        let report = Self {
            domain: fields.digest("domain")?,
            environment: fields.identifier("environment")?,
            window: parse::window(fields.required("window")?)?,
            training_output: fields.digest("training_output")?,
            report: parse::conclusion(&mut fields)?,
            outputs: Baselines::from_value(fields.required("outputs")?, "outputs")?,
            checked_by: fields.identifier("checked_by")?,
            checked_at: fields.time("checked_at")?,
            subject,
        };
        let same_model = fields.string("model_id", 256)? == report.subject.model_id.as_str();
        fields.annotations()?;
        fields.finish()?;
        if !same_model {
            return Err(ParseError::invalid("model_id", Code::ModelMismatch));
        }
        // A window that is not over is no window yet (attack: the next k windows signed in advance).
        if report.window.to > report.checked_at {
            return Err(ParseError::invalid("window", Code::WindowNotOver));
        }
        parse::check_outputs(&report)?;
        Ok(report)
    }

    fn domain(&self) -> Digest {
        self.domain
    }

    fn signer(&self) -> &Principal {
        &self.checked_by
    }

    /// The monitoring plane alone (attack: an approver or a server that poses as a detector).
    fn entitled(&self, policy: &Policy) -> bool {
        policy.stands_in(&self.checked_by, Plane::Monitoring)
    }

    fn made_at(&self) -> Timestamp {
        self.checked_at
    }
}

fn check_to_json(check: &Check) -> String {
    let reason = check.reason.map_or_else(|| "null".into(), reason_to_json);
    ObjectWriter::new()
        .string("name", &check.name)
        .string("test", check.test.as_str())
        .optional_number("statistic", check.statistic)
        .optional_number("baseline", check.baseline)
        .optional_number("p_value", check.p_value)
        .optional_number("adjusted_p", check.adjusted_p)
        .optional_number("effect", check.effect)
        .optional_number("threshold", check.threshold)
        .optional_number("severity", check.severity)
        .string("status", check.outcome.as_str())
        .raw("reason", reason)
        .finish()
}

fn reason_to_json(reason: Reason) -> String {
    let object = ObjectWriter::new().string("code", reason.code());
    match reason {
        Reason::TooFewSamples { reference, current, needed } => object
            .integer("reference", reference)
            .integer("current", current)
            .integer("needed", needed)
            .finish(),
        _ => object.finish(),
    }
}
