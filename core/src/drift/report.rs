//! One check's verdict, and what all of them say together.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::severity::{Action, AlertLevel, held_severity, severity};

/// What a check computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Test {
    /// A metric against its baseline: effect in the unit of the tolerance.
    Metric,
    /// Kolmogorov–Smirnov: effect D (over sketches its lower bound).
    KolmogorovSmirnov,
    /// Wasserstein distance: effect in standard deviations of the reference; the p-value is Kolmogorov–Smirnov's.
    Wasserstein,
    /// Kuiper: effect V.
    Kuiper,
    /// Population stability index of deciles: effect the index; the p-value is chi-square's on the same bins, which
    /// is the index's own null distribution for large samples and holds for small ones.
    Psi,
    /// Jensen–Shannon on deciles: effect the distance; p-value as for the index.
    JensenShannon,
    /// Chi-square: effect Cramér's V.
    ChiSquare,
    /// The share of missing values: effect its rise. It is judged by the tolerance alone.
    MissingRate,
}

impl Test {
    /// All tests.
    pub const ALL: [Self; 8] = [
        Self::Metric,
        Self::KolmogorovSmirnov,
        Self::Wasserstein,
        Self::Kuiper,
        Self::Psi,
        Self::JensenShannon,
        Self::ChiSquare,
        Self::MissingRate,
    ];

    /// The test as it is written.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Metric => "metric",
            Self::KolmogorovSmirnov => "ks",
            Self::Wasserstein => "wasserstein",
            Self::Kuiper => "kuiper",
            Self::Psi => "psi",
            Self::JensenShannon => "jensen_shannon",
            Self::ChiSquare => "chi_square",
            Self::MissingRate => "missing_rate",
        }
    }

    /// Reads the test's name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|test| test.as_str() == text)
    }
}

/// What a check found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// Within tolerance, or not distinguishable from chance.
    Stable,
    /// Better than the baseline by more than the tolerance: no drift, and worth a look (leaked labels look like this).
    Notice,
    /// Beyond the tolerance and not by chance.
    Drifted,
    /// It could not be judged; the [`Reason`] says why.
    Inconclusive,
}

impl Outcome {
    /// The outcome as it is written: `stable`, `notice`, `drifted` or `inconclusive`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Notice => "notice",
            Self::Drifted => "drifted",
            Self::Inconclusive => "inconclusive",
        }
    }

    /// Reads the outcome.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Stable, Self::Notice, Self::Drifted, Self::Inconclusive];
        all.into_iter().find(|outcome| outcome.as_str() == text)
    }
}

/// Why a check is inconclusive, with what it has and what it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// A side has fewer values than the check needs; 0 is an empty side.
    TooFewSamples {
        /// Values of the reference.
        reference: u64,
        /// Values of the current side.
        current: u64,
        /// Values that each side needs.
        needed: u64,
    },
    /// There is nothing to compare with.
    MissingBaseline,
    /// The metric has a baseline or a rule and was not reported now.
    MissingNow,
    /// A value is NaN or infinite.
    NotFinite,
    /// No direction is declared for the metric, and its name is not one with a known direction.
    UnknownDirection,
    /// The baseline is zero or below, where only an absolute tolerance has a meaning, and the rule has none.
    NoAbsoluteTolerance,
    /// A tolerance, a minimum or alpha is NaN, negative or, where it divides, zero.
    InvalidRule,
    /// This test cannot be computed from this kind of baseline.
    UnsuitedBaseline,
}

impl Reason {
    /// The reasons that say nothing but their code.
    const PLAIN: [Self; 7] = [
        Self::MissingBaseline,
        Self::MissingNow,
        Self::NotFinite,
        Self::UnknownDirection,
        Self::NoAbsoluteTolerance,
        Self::InvalidRule,
        Self::UnsuitedBaseline,
    ];

    /// Reads the code of a reason that has no numbers beside it.
    pub(crate) fn parse_plain(code: &str) -> Option<Self> {
        Self::PLAIN.into_iter().find(|reason| reason.code() == code)
    }

    /// The stable code of this reason.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooFewSamples { .. } => "too_few_samples",
            Self::MissingBaseline => "missing_baseline",
            Self::MissingNow => "missing_now",
            Self::NotFinite => "not_finite",
            Self::UnknownDirection => "unknown_direction",
            Self::NoAbsoluteTolerance => "no_absolute_tolerance",
            Self::InvalidRule => "invalid_rule",
            Self::UnsuitedBaseline => "unsuited_baseline",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFewSamples { reference, current, needed } => {
                write!(f, "has {reference} reference and {current} current values, needs {needed} of each")
            }
            Self::MissingBaseline => f.write_str("has no baseline"),
            Self::MissingNow => f.write_str("was not reported now"),
            Self::NotFinite => f.write_str("is not a finite number"),
            Self::UnknownDirection => f.write_str("needs a direction: higher or lower is better, or a band"),
            Self::NoAbsoluteTolerance => {
                f.write_str("needs an absolute tolerance, for its baseline is not above zero")
            }
            Self::InvalidRule => f.write_str("has a rule whose numbers make no sense"),
            Self::UnsuitedBaseline => f.write_str("cannot be computed from this kind of baseline"),
        }
    }
}

/// One check's verdict, with all that led to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// The metric or the output that was checked.
    pub name: String,
    /// What was computed.
    pub test: Test,
    /// What was found.
    pub outcome: Outcome,
    /// The test's statistic; for a metric its value now, for a missing rate the rate now.
    pub statistic: Option<f64>,
    /// What the statistic is compared with, for a metric or a missing rate.
    pub baseline: Option<f64>,
    /// The p-value by itself.
    pub p_value: Option<f64>,
    /// The p-value adjusted for the family of checks; this one is compared with alpha.
    pub adjusted_p: Option<f64>,
    /// The effect size that the threshold is for; negative where a metric has become better.
    pub effect: Option<f64>,
    /// The effect from which on a check has drifted.
    pub threshold: Option<f64>,
    /// From 0 to 1; absent if inconclusive.
    pub severity: Option<f64>,
    /// Why it is inconclusive.
    pub reason: Option<Reason>,
}

impl Check {
    /// A check without a verdict yet.
    pub(super) fn new(name: &str, test: Test) -> Self {
        Self {
            name: name.into(),
            test,
            outcome: Outcome::Inconclusive,
            statistic: None,
            baseline: None,
            p_value: None,
            adjusted_p: None,
            effect: None,
            threshold: None,
            severity: None,
            reason: None,
        }
    }

    /// Leaves the question open.
    pub(super) fn open(self, reason: Reason) -> Self {
        Self { outcome: Outcome::Inconclusive, severity: None, reason: Some(reason), ..self }
    }

    /// Gives a verdict on an effect of so many tolerances.
    pub(super) fn judged(self, drifted: bool, tolerances: f64) -> Self {
        let (outcome, severity) = if drifted {
            // A whole tolerance at least: a floor can be broken by less.
            (Outcome::Drifted, severity(tolerances.max(1.0)))
        } else {
            (Outcome::Stable, held_severity(tolerances))
        };
        Self { outcome, severity: Some(severity), ..self }
    }
}

/// What all checks of a window say together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ReportStatus {
    /// Every check could be judged, and none has drifted.
    Stable,
    /// A check has drifted.
    Drifted,
    /// No check has drifted, and one or more (or all of none) could not be judged.
    Inconclusive,
}

impl ReportStatus {
    /// Reads the status.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        [Self::Stable, Self::Drifted, Self::Inconclusive].into_iter().find(|status| status.as_str() == text)
    }

    /// The status as it is written: `stable`, `drifted` or `inconclusive`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stable => "stable",
            Self::Drifted => "drifted",
            Self::Inconclusive => "inconclusive",
        }
    }
}

/// The checks of one window and their conclusion.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The conclusion.
    pub status: ReportStatus,
    /// The worst severity of any check, never the mean; 0 if none could be judged.
    pub severity: f64,
    /// What the severity asks for; at least [`Action::Investigate`] if the window is inconclusive.
    pub recommended_action: Action,
    /// How loudly the severity speaks.
    pub alert_level: AlertLevel,
    /// The checks as they were given.
    pub checks: Vec<Check>,
}

/// Concludes from the checks of a window. Without any check it is inconclusive.
#[must_use]
pub fn report(checks: Vec<Check>) -> Report {
    let has = |outcome| checks.iter().any(|check| check.outcome == outcome);
    let status = if has(Outcome::Drifted) {
        ReportStatus::Drifted
    } else if checks.is_empty() || has(Outcome::Inconclusive) {
        ReportStatus::Inconclusive
    } else {
        ReportStatus::Stable
    };
    let severity = checks.iter().filter_map(|check| check.severity).fold(0.0, f64::max);
    let action = Action::of(severity);
    let recommended_action =
        if status == ReportStatus::Inconclusive { action.max(Action::Investigate) } else { action };
    Report { status, severity, recommended_action, alert_level: AlertLevel::of(severity), checks }
}
