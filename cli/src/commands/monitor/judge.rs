//! From the rows of a window to what a report says of them.

use std::collections::BTreeMap;

use placet_core::{
    baseline::{Baselines, StoredBaseline},
    drift::{Check, Distribution, Report, check_distributions, check_metrics, report},
    name::Label,
    training::TrainingOutput,
};

use super::{rules::Rules, windows::Gathered};

/// What was found, and the window's values beside it.
pub(super) struct Found {
    pub(super) report: Report,
    pub(super) outputs: Baselines,
}

/// Judges a window and the metrics, where there are any, against what was signed.
pub(super) fn judge(
    training: &TrainingOutput,
    baselines: &Baselines,
    rules: &Rules,
    gathered: Option<&Gathered>,
    metrics: Option<&BTreeMap<String, f64>>,
) -> Found {
    let mut checks = metrics.map_or_else(Vec::new, |now| judge_metrics(training, rules, now));
    // Without scores the metrics alone are looked at.
    let Some(gathered) = gathered else {
        return Found { report: report(checks), outputs: Baselines::default() };
    };
    let mut names: Vec<&str> = baselines.0.keys().map(Label::as_str).chain(rules.output_names()).collect();
    names.sort_unstable();
    names.dedup();
    let distributions = names.iter().filter_map(|name| {
        let baseline = baselines.output(name);
        Some(Distribution {
            name,
            baseline: baseline.map(StoredBaseline::view),
            current: gathered.output(name).map(placet_core::baseline::Window::view),
            rule: rules.output(name, baseline)?,
        })
    });
    checks.extend(check_distributions(&distributions.collect::<Vec<_>>(), rules.family()));
    let mut outputs = BTreeMap::new();
    for (name, baseline) in &baselines.0 {
        let tally = gathered.output(name.as_str()).and_then(|window| baseline.tally(window));
        outputs.extend(tally.map(|tally| (name.clone(), tally)));
    }
    Found { report: report(checks), outputs: Baselines(outputs) }
}

fn judge_metrics(training: &TrainingOutput, rules: &Rules, now: &BTreeMap<String, f64>) -> Vec<Check> {
    let ignored = rules.ignored_metrics();
    let looked_at = |name: &str| !ignored.contains(name);
    let signed = training.metrics.iter().filter(|(name, _)| looked_at(name.as_str()));
    let signed = signed.map(|(name, metric)| (name.to_string(), metric.value)).collect();
    let now = now.iter().filter(|(name, _)| looked_at(name) && Label::parse(name).is_ok());
    let now = now.map(|(name, value)| (name.clone(), *value)).collect();
    check_metrics(&signed, &now, &rules.metrics())
}
