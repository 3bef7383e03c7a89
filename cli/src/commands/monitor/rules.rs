//! How a monitor judges: the shipped defaults, and a file that says otherwise.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use placet_core::{
    baseline::StoredBaseline,
    drift::{Correction, Direction, DistributionRule, Family, MetricRule, Test, Tolerance},
    limits,
};
use serde::Deserialize;

use crate::{
    error::{Error, Result},
    files,
};

/// The rules of a file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rules {
    alpha: Option<f64>,
    correction: Option<String>,
    #[serde(default)]
    outputs: BTreeMap<String, OutputRule>,
    #[serde(default)]
    metrics: BTreeMap<String, MetricEntry>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct OutputRule {
    test: Option<String>,
    minimum_effect: Option<f64>,
    minimum_samples: Option<u64>,
    missing_tolerance: Option<f64>,
    #[serde(default)]
    ignore: bool,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct MetricEntry {
    direction: Option<String>,
    relative: Option<f64>,
    absolute: Option<f64>,
    floor: Option<f64>,
    ceiling: Option<f64>,
    #[serde(default)]
    ignore: bool,
}

impl Rules {
    /// Reads a TOML file, and refuses what could not judge anything.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let refuse = |why: String| Error::new("rules_malformed", format!("{}: {why}", path.display()));
        let text =
            String::from_utf8(files::read(path, limits::PAYLOAD)?).map_err(|_| refuse("no UTF-8".into()))?;
        let rules: Self = toml::from_str(&text).map_err(|error| refuse(error.to_string()))?;
        let known = |name: &str| Err(refuse(format!("`{name}` is not known here")));
        rules.alpha.map_or(Ok(()), |alpha| {
            if alpha > 0.0 && alpha < 1.0 { Ok(()) } else { Err(refuse(format!("alpha is {alpha}"))) }
        })?;
        if let Some(text) = &rules.correction {
            correction(text).map_or_else(|| known(text), |_| Ok(()))?;
        }
        for rule in rules.outputs.values() {
            if let Some(text) = &rule.test {
                test(text).map_or_else(|| known(text), |_| Ok(()))?;
            }
        }
        for rule in rules.metrics.values() {
            if let Some(text) = &rule.direction {
                direction(text).map_or_else(|| known(text), |_| Ok(()))?;
            }
        }
        Ok(rules)
    }

    pub(super) fn family(&self) -> Family {
        let default = Family::default();
        let correction = self.correction.as_deref().and_then(correction).unwrap_or(default.correction);
        Family { alpha: self.alpha.unwrap_or(default.alpha), correction }
    }

    /// The outputs that are named, so that a name which has no baseline does not go unseen.
    pub(super) fn output_names(&self) -> impl Iterator<Item = &str> {
        self.outputs.keys().map(String::as_str)
    }

    /// The rule of an output; none where it is to be ignored.
    pub(super) fn output(&self, name: &str, baseline: Option<&StoredBaseline>) -> Option<DistributionRule> {
        let said = self.outputs.get(name);
        if said.is_some_and(|rule| rule.ignore) {
            return None;
        }
        let usual = match baseline {
            Some(StoredBaseline::Categories(_) | StoredBaseline::Bins { .. }) => Test::ChiSquare,
            _ => Test::KolmogorovSmirnov,
        };
        let default =
            DistributionRule::of(said.and_then(|rule| test(rule.test.as_deref()?)).unwrap_or(usual));
        Some(DistributionRule {
            minimum_effect: said.and_then(|rule| rule.minimum_effect).unwrap_or(default.minimum_effect),
            minimum_samples: said.and_then(|rule| rule.minimum_samples).unwrap_or(default.minimum_samples),
            missing_tolerance: said
                .and_then(|rule| rule.missing_tolerance)
                .unwrap_or(default.missing_tolerance),
            ..default
        })
    }

    /// The metrics that are not looked at.
    pub(super) fn ignored_metrics(&self) -> BTreeSet<&str> {
        self.metrics.iter().filter(|(_, rule)| rule.ignore).map(|(name, _)| name.as_str()).collect()
    }

    /// The rules of the other metrics.
    pub(super) fn metrics(&self) -> BTreeMap<String, MetricRule> {
        let rule = |said: &MetricEntry| MetricRule {
            direction: said.direction.as_deref().and_then(direction),
            tolerance: (said.relative.is_some() || said.absolute.is_some())
                .then_some(Tolerance { relative: said.relative, absolute: said.absolute }),
            floor: said.floor,
            ceiling: said.ceiling,
        };
        let said = self.metrics.iter().filter(|(_, said)| !said.ignore);
        said.map(|(name, said)| (name.clone(), rule(said))).collect()
    }
}

fn correction(text: &str) -> Option<Correction> {
    match text {
        "holm" => Some(Correction::Holm),
        "bh" => Some(Correction::Bh),
        _ => None,
    }
}

fn test(text: &str) -> Option<Test> {
    Test::parse(text).filter(|test| !matches!(test, Test::Metric | Test::MissingRate))
}

fn direction(text: &str) -> Option<Direction> {
    match text {
        "higher_is_better" => Some(Direction::HigherIsBetter),
        "lower_is_better" => Some(Direction::LowerIsBetter),
        "band" => Some(Direction::Band),
        _ => None,
    }
}
