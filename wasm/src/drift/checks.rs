//! Verdicts: metrics and distributions against their baselines, and the report.
//!
//! Each kind is a builder, because its arguments are many and of many types; `finish` ends and frees it. Reading plain
//! objects by serde instead took 14 KB more of the module under brotli.

use std::collections::BTreeMap;

use js_sys::Uint8Array;
use placet_core::drift::{
    self as core, Baseline, Bins, Check, Current, Direction, Distribution, DistributionRule, Family,
    MetricRule, Outcome, Sketch, Test, Tolerance,
};
use wasm_bindgen::prelude::*;

use super::{choose, counts, results, samples::read_correction, sketch, whole};
use crate::boundary::{Thrown, object};

/// Metrics, one by one.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct MetricChecks {
    baseline: BTreeMap<String, f64>,
    current: BTreeMap<String, f64>,
    rules: BTreeMap<String, MetricRule>,
}

#[wasm_bindgen]
impl MetricChecks {
    /// Begins without any.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a metric of the approved model.
    pub fn baseline(&mut self, name: String, value: f64) {
        self.baseline.insert(name, value);
    }

    /// Adds a metric of now.
    pub fn current(&mut self, name: String, value: f64) {
        self.current.insert(name, value);
    }

    /// Adds a rule. What is `undefined` is left to the metric's name or its direction.
    ///
    /// # Errors
    ///
    /// Throws `option_out_of_range` for a direction that there is not.
    pub fn rule(
        &mut self,
        name: String,
        direction: Option<String>,
        relative: Option<f64>,
        absolute: Option<f64>,
        floor: Option<f64>,
        ceiling: Option<f64>,
    ) -> Result<(), JsValue> {
        let directions = [
            ("higher_is_better", Direction::HigherIsBetter),
            ("lower_is_better", Direction::LowerIsBetter),
            ("band", Direction::Band),
        ];
        let direction = direction.map(|text| choose("direction", &text, &directions)).transpose()?;
        let tolerance =
            (relative.is_some() || absolute.is_some()).then_some(Tolerance { relative, absolute });
        self.rules.insert(name, MetricRule { direction, tolerance, floor, ceiling });
        Ok(())
    }

    /// Judges them: one check a metric.
    ///
    /// # Errors
    ///
    /// Throws for a count over 2⁵³ only.
    pub fn finish(self) -> Result<JsValue, JsValue> {
        objects(&core::check_metrics(&self.baseline, &self.current, &self.rules))
    }
}

/// The outputs of a model, one by one.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct DistributionChecks {
    outputs: Vec<Output>,
}

#[derive(Debug)]
struct Output {
    name: String,
    rule: DistributionRule,
    /// Baseline and window.
    sides: [Option<Side>; 2],
}

#[derive(Debug)]
enum Side {
    Sample(Vec<f64>),
    Sketch(Sketch),
    Bins(Bins, Vec<u64>, u64),
    Categories(BTreeMap<String, u64>),
}

#[wasm_bindgen]
impl DistributionChecks {
    /// Begins without any.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Begins an output, to which the following sides belong. What is `undefined` has the shipped default.
    ///
    /// # Errors
    ///
    /// Throws `option_out_of_range`.
    pub fn output(
        &mut self,
        name: String,
        test: &str,
        minimum_effect: Option<f64>,
        minimum_samples: Option<f64>,
        missing_tolerance: Option<f64>,
    ) -> Result<(), JsValue> {
        let tests = [
            Test::KolmogorovSmirnov,
            Test::Wasserstein,
            Test::Kuiper,
            Test::Psi,
            Test::JensenShannon,
            Test::ChiSquare,
        ];
        let default = DistributionRule::of(choose("test", test, &tests.map(|test| (test.as_str(), test)))?);
        let rule = DistributionRule {
            minimum_effect: minimum_effect.unwrap_or(default.minimum_effect),
            minimum_samples: match minimum_samples {
                Some(samples) => whole("minimumSamples", samples)?,
                None => default.minimum_samples,
            },
            missing_tolerance: missing_tolerance.unwrap_or(default.missing_tolerance),
            ..default
        };
        self.outputs.push(Output { name, rule, sides: [None, None] });
        Ok(())
    }

    /// The baseline (0) or the window (1) is these values.
    pub fn sample(&mut self, side: usize, values: Vec<f64>) {
        self.set(side, Side::Sample(values));
    }

    /// The baseline (0) or the window (1) is a sketch.
    ///
    /// # Errors
    ///
    /// Throws `sketch_format`, `sketch_length` or `sketch_content`.
    pub fn sketch(&mut self, side: usize, bytes: &Uint8Array) -> Result<(), JsValue> {
        self.set(side, Side::Sketch(sketch::read(bytes)?));
        Ok(())
    }

    /// The baseline is counts in frozen bins.
    ///
    /// # Errors
    ///
    /// Throws `option_out_of_range`.
    pub fn bins(&mut self, edges: Vec<f64>, in_bins: &[f64], missing: f64) -> Result<(), JsValue> {
        let edges = Bins::from_edges(edges).map_err(Thrown::from)?;
        self.set(0, Side::Bins(edges, counts("counts", in_bins)?, whole("missing", missing)?));
        Ok(())
    }

    /// The baseline (0) or the window (1) is counts of categories, of which there are none yet.
    pub fn categories(&mut self, side: usize) {
        self.set(side, Side::Categories(BTreeMap::new()));
    }

    /// Adds a category to the side that [`Self::categories`] has begun.
    ///
    /// # Errors
    ///
    /// Throws `option_out_of_range` for a count that is none.
    pub fn category(&mut self, side: usize, name: String, count: f64) -> Result<(), JsValue> {
        let count = whole("categories", count)?;
        if let Some(Some(Side::Categories(categories))) = self.side(side) {
            categories.insert(name, count);
        }
        Ok(())
    }

    /// Judges them as one family: a check or two for each output.
    ///
    /// # Errors
    ///
    /// Throws `option_out_of_range` for a correction that there is not.
    pub fn finish(self, alpha: f64, correction: &str) -> Result<JsValue, JsValue> {
        let correction = read_correction(correction)?;
        let distributions: Vec<_> = self.outputs.iter().map(Output::as_distribution).collect();
        objects(&core::check_distributions(&distributions, Family { alpha, correction }))
    }

    fn side(&mut self, side: usize) -> Option<&mut Option<Side>> {
        self.outputs.last_mut()?.sides.get_mut(side)
    }

    fn set(&mut self, side: usize, value: Side) {
        if let Some(slot) = self.side(side) {
            *slot = Some(value);
        }
    }
}

impl Output {
    fn as_distribution(&self) -> Distribution<'_> {
        let [baseline, current] = &self.sides;
        Distribution {
            name: &self.name,
            baseline: baseline.as_ref().map(|side| match side {
                Side::Sample(values) => Baseline::Sample(values, 0),
                Side::Sketch(sketch) => Baseline::Sketch(sketch),
                Side::Bins(edges, counts, missing) => Baseline::Bins(edges, counts, *missing),
                Side::Categories(categories) => Baseline::Categories(categories),
            }),
            current: current.as_ref().and_then(|side| match side {
                Side::Sample(values) => Some(Current::Sample(values)),
                Side::Sketch(sketch) => Some(Current::Sketch(sketch)),
                Side::Categories(categories) => Some(Current::Categories(categories)),
                Side::Bins(..) => None,
            }),
            rule: self.rule,
        }
    }
}

/// What all checks of a window say together.
#[wasm_bindgen]
#[derive(Debug, Default)]
pub struct ReportBuilder {
    checks: Vec<Check>,
}

#[wasm_bindgen]
impl ReportBuilder {
    /// Begins without any check.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a check by the two of its fields that a report looks at.
    ///
    /// # Errors
    ///
    /// Throws `option_out_of_range`: an outcome that there is not, or a severity that is not from 0 to 1.
    pub fn add(&mut self, outcome: &str, severity: Option<f64>) -> Result<(), JsValue> {
        let outcomes = [Outcome::Stable, Outcome::Notice, Outcome::Drifted, Outcome::Inconclusive];
        let outcome = choose("outcome", outcome, &outcomes.map(|outcome| (outcome.as_str(), outcome)))?;
        if severity.is_some_and(|severity| !(0.0..=1.0).contains(&severity)) {
            return Err(Thrown::from(core::DriftError::OptionOutOfRange { option: "severity" }).into());
        }
        self.checks.push(Check {
            name: String::new(),
            test: Test::Metric,
            outcome,
            statistic: None,
            baseline: None,
            p_value: None,
            adjusted_p: None,
            effect: None,
            threshold: None,
            severity,
            reason: None,
        });
        Ok(())
    }

    /// Concludes: `{status, severity, recommendedAction, alertLevel}`.
    ///
    /// # Errors
    ///
    /// Throws for a count over 2⁵³ only.
    pub fn finish(self) -> Result<JsValue, JsValue> {
        let report = core::report(self.checks);
        object(&results::Report {
            status: report.status.as_str(),
            severity: report.severity,
            recommended_action: report.recommended_action.as_str(),
            alert_level: report.alert_level.as_str(),
        })
    }
}

fn objects(checks: &[Check]) -> Result<JsValue, JsValue> {
    object(&checks.iter().map(results::Check::from).collect::<Vec<_>>())
}
