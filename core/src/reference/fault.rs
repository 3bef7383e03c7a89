//! Why the library's answer about drift is not the corrected one.

use super::limit::coded;

coded! {
    /// One fault of the library's drift arithmetic, as far as it changed an answer. The codes are stable.
    Fault, "All faults, in the order in which they are reported.":
    NothingCalledHealthy "nothing_called_healthy" "Nothing was compared, and that was called no drift.";
    MetricNotLookedAt "metric_not_looked_at" "Only loss and accuracy are ever looked at.";
    MissingCalledHealthy "missing_called_healthy" "A metric that is known on one side only was left out in silence.";
    BaselineSkipped "baseline_skipped" "A metric that was zero or less in training was left out in silence.";
    NanCalledHealthy "nan_called_healthy" "A NaN or an infinity fails every comparison or passes as better, and that was called no drift.";
    InfinityCompared "infinity_compared" "An infinity was compared as if it had been measured.";
    ThresholdUnusable "threshold_unusable" "The threshold leaves no tolerance that a move could be measured by.";
    RoundingCalledDrift "rounding_called_drift" "The value is beyond its threshold by no more than binary arithmetic rounds.";
    ImprovementNotNoticed "improvement_not_noticed" "An improvement beyond the tolerance, as leaked labels make it, passed unnoticed.";
    SaturatedSeverity "saturated_severity" "The severity is full from the threshold on: just beyond it and ruin look the same.";
    SeverityNotInTolerances "severity_not_in_tolerances" "The severity is the shortfall as a share of the threshold, which keeps a great loss of accuracy small.";
    AveragedFailures "averaged_failures" "The overall severity is a mean, so that a healthy metric hides a bad one.";
    ConfidenceWithheld "confidence_withheld" "Drift was called none because the confidence, a constant, is below what was asked for.";
    TooFewCalledHealthy "too_few_called_healthy" "Too few samples to judge were called no drift.";
    OrderDecides "order_decides" "With a NaN, an infinity or a spread beyond binary64 the library's answer hangs on the order of the values; it is not given.";
    ValuesMerged "values_merged" "Values that differ became one when they were scaled to lie between 0 and 1.";
    TiesMisstepped "ties_misstepped" "Equal values were stepped over one by one, which invents a distance between samples that share them.";
    ChanceCalledDrift "chance_called_drift" "So large a distance comes by chance between samples of these sizes.";
    ThresholdCalledHealthy "threshold_called_healthy" "A distance of just the threshold was called no drift.";
    ActionFixed "action_fixed" "A drifted distribution is to be investigated, however far it moved.";
    SamplesNotRecorded "samples_not_recorded" "The record holds a distance and not the samples, without which it cannot be computed again.";
    OtherArithmetic "other_arithmetic" "The record does not say what the library's arithmetic gives for the record's own values.";
}
