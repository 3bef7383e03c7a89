//! What the statistics say, as JavaScript reads it: the fields of `index.d.ts`, in its spelling.

use placet_core::drift::{self as core, NullDistribution, Status};
use serde::Serialize;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct KsTest {
    status: &'static str,
    statistic: Option<f64>,
    p_value: Option<f64>,
    method: Option<&'static str>,
    n: u64,
    m: u64,
    missing: u64,
}

impl From<core::KsTest> for KsTest {
    fn from(test: core::KsTest) -> Self {
        Self {
            status: test.status.as_str(),
            statistic: test.statistic,
            p_value: test.p_value,
            method: test.method.map(NullDistribution::as_str),
            n: test.n,
            m: test.m,
            missing: test.missing,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SketchKsTest {
    status: &'static str,
    statistic: Option<f64>,
    error: Option<f64>,
    lower_bound: Option<f64>,
    p_value: Option<f64>,
    method: Option<&'static str>,
    n: u64,
    m: u64,
    missing: u64,
}

impl From<core::SketchKsTest> for SketchKsTest {
    fn from(test: core::SketchKsTest) -> Self {
        Self {
            status: test.status.as_str(),
            statistic: test.statistic,
            error: test.statistic.map(|_| test.error),
            lower_bound: test.lower_bound,
            p_value: test.p_value,
            method: test.method.map(NullDistribution::as_str),
            n: test.n,
            m: test.m,
            missing: test.missing,
        }
    }
}

/// Kuiper's test, and that of Cramér and von Mises.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Tested {
    pub(super) status: &'static str,
    pub(super) statistic: Option<f64>,
    pub(super) p_value: Option<f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Wasserstein {
    pub(super) status: &'static str,
    pub(super) distance: Option<f64>,
    pub(super) over_reference_sd: Option<f64>,
}

#[derive(Serialize)]
pub(super) struct Psi {
    pub(super) status: &'static str,
    pub(super) value: Option<f64>,
    pub(super) edges: Vec<f64>,
    pub(super) reference: Vec<u64>,
    pub(super) current: Vec<u64>,
}

#[derive(Serialize)]
pub(super) struct JensenShannon {
    pub(super) status: &'static str,
    pub(super) divergence: Option<f64>,
    pub(super) distance: Option<f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct ChiSquare {
    status: &'static str,
    statistic: Option<f64>,
    dof: Option<u64>,
    p_value: Option<f64>,
    cramers_v: Option<f64>,
}

impl From<core::ChiSquare> for ChiSquare {
    fn from(test: core::ChiSquare) -> Self {
        Self {
            status: test.status.as_str(),
            statistic: test.statistic,
            dof: (test.status == Status::Ok).then_some(test.dof),
            p_value: test.p_value,
            cramers_v: test.cramers_v,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SketchInfo {
    pub(super) k: u16,
    pub(super) count: u64,
    pub(super) missing: u64,
    pub(super) rank_error: f64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Check<'a> {
    name: &'a str,
    test: &'static str,
    outcome: &'static str,
    statistic: Option<f64>,
    baseline: Option<f64>,
    p_value: Option<f64>,
    adjusted_p: Option<f64>,
    effect: Option<f64>,
    threshold: Option<f64>,
    severity: Option<f64>,
    reason: Option<Reason>,
}

#[derive(Serialize)]
struct Reason {
    code: &'static str,
    message: String,
}

impl<'a> From<&'a core::Check> for Check<'a> {
    fn from(check: &'a core::Check) -> Self {
        Self {
            name: &check.name,
            test: check.test.as_str(),
            outcome: check.outcome.as_str(),
            statistic: check.statistic,
            baseline: check.baseline,
            p_value: check.p_value,
            adjusted_p: check.adjusted_p,
            effect: check.effect,
            threshold: check.threshold,
            severity: check.severity,
            reason: check.reason.map(|reason| Reason { code: reason.code(), message: reason.to_string() }),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Report {
    pub(super) status: &'static str,
    pub(super) severity: f64,
    pub(super) recommended_action: &'static str,
    pub(super) alert_level: &'static str,
}
