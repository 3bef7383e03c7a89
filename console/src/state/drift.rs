//! Drift as signed reports say it: each verified here, against the baselines of a training output that was verified here.

use placet_core::{
    baseline::{Baselines, StoredBaseline},
    digest::Digest,
    drift::{Check, Outcome, ReportStatus, Test},
    drift_report::{DriftReport, drifted_in_a_row},
    envelope::Envelope,
    name::{Environment, ModelId},
    policy::Policy,
    time::Timestamp,
    verify::Verified,
};

use super::{knowledge::Knowledge, review::Review, words};

/// The reports of a model that verify, the newest window first, and how many that were served do not.
#[must_use]
pub fn read(
    model: &ModelId,
    envelopes: &[Option<Envelope>],
    reviews: &[Review],
    knowledge: &Knowledge,
    now: Timestamp,
) -> (Vec<Verified<DriftReport>>, usize) {
    let Some(chain) = knowledge.chain() else { return (Vec::new(), envelopes.len()) };
    let revoked = knowledge.revoked_keys();
    let accept = |envelope: &Envelope| {
        let report = chain.verify::<DriftReport>(envelope, now, &revoked).ok()?;
        let said = report.statement();
        let training = reviews.iter().find(|review| review.training.digest() == said.training_output)?;
        said.check_baselines(training.training.digest(), training.training.statement()).ok()?;
        (said.subject.model_id == *model).then_some(report)
    };
    let mut reports: Vec<_> = envelopes.iter().flatten().filter_map(accept).collect();
    let refused = envelopes.len().saturating_sub(reports.len());
    reports.sort_by_key(|report| std::cmp::Reverse((report.statement().window.to, report.digest())));
    (reports, refused)
}

/// The reports about one environment that the newest of them continues: of the same training output.
#[must_use]
pub fn thread<'a>(
    reports: &'a [Verified<DriftReport>],
    environment: &Environment,
) -> Vec<&'a Verified<DriftReport>> {
    let here = || reports.iter().filter(|report| report.statement().environment == *environment);
    let Some(newest) = here().next() else { return Vec::new() };
    here().filter(|r| r.statement().training_output == newest.statement().training_output).collect()
}

/// Since when it has drifted without a window in between that had not; none where the newest conclusive one has not.
#[must_use]
pub fn since(thread: &[&Verified<DriftReport>]) -> Option<Timestamp> {
    let conclusive = thread.iter().filter(|r| r.statement().report.status != ReportStatus::Inconclusive);
    let drifted = conclusive.take_while(|r| r.statement().report.status == ReportStatus::Drifted);
    drifted.last().map(|report| report.statement().window.from)
}

/// What the newest report says, in a few words.
#[must_use]
pub fn status(thread: &[&Verified<DriftReport>]) -> String {
    let Some(newest) = thread.first().map(|report| report.statement()) else {
        return "No report that verifies here.".into();
    };
    let severity = severity(newest.report.severity);
    match (newest.report.status, since(thread)) {
        (ReportStatus::Drifted, Some(since)) => format!(
            "Drifted since {}: {}, severity {severity} of 1",
            words::moment(since),
            newest.report.recommended_action.as_str().replace('_', " ")
        ),
        (ReportStatus::Stable, _) => format!("Stable, severity {severity} of 1"),
        _ => "Unknown: some checks could not be judged".into(),
    }
}

/// What the newest report about a training output in an environment concludes.
#[must_use]
pub fn newest(
    reports: &[Verified<DriftReport>],
    environment: &Environment,
    training_output: Digest,
) -> Option<ReportStatus> {
    let about = |report: &&DriftReport| {
        report.environment == *environment && report.training_output == training_output
    };
    reports.iter().map(Verified::statement).find(about).map(|report| report.report.status)
}

/// How near the monitor is to revoking by itself, where the policy lets it.
#[must_use]
pub fn countdown(thread: &[&Verified<DriftReport>], policy: &Policy) -> Option<String> {
    let auto = policy.auto_revoke.as_ref()?;
    let count = drifted_in_a_row(thread.iter().map(|report| report.statement()), auto);
    (count > 0).then(|| {
        format!(
            "{count} of {} drifted windows in a row, after which policy {} lets the monitor revoke by itself.",
            auto.windows, policy.version
        )
    })
}

/// A severity with two digits, cut and never rounded up.
#[must_use]
pub fn severity(value: f64) -> String {
    format!("{:.2}", (value * 100.0).floor() / 100.0)
}

/// The reason of a revocation that names this report as its evidence.
#[must_use]
pub fn reason(report: &DriftReport) -> String {
    let drifted = report.report.checks.iter().filter(|check| check.outcome == Outcome::Drifted);
    let parts: Vec<_> = drifted.map(finding).collect();
    format!(
        "Drift in {} from {} to {}: {}.",
        report.environment,
        words::moment(report.window.from),
        words::moment(report.window.to),
        words::list(&parts)
    )
}

/// What a check found, in a few words.
#[must_use]
pub fn finding(check: &Check) -> String {
    let number = |value: Option<f64>| value.map_or_else(|| "unknown".to_owned(), short);
    match (check.test, check.outcome) {
        (_, Outcome::Inconclusive) => {
            let why = check.reason.map_or("not judged", placet_core::drift::Reason::code).replace('_', " ");
            format!("{}: {why}", check.name)
        }
        (Test::Metric, _) => {
            format!("{} {} against {}", check.name, number(check.statistic), number(check.baseline))
        }
        (Test::MissingRate, _) => {
            format!(
                "{} missing in {} against {}",
                check.name,
                number(check.statistic),
                number(check.baseline)
            )
        }
        (Test::KolmogorovSmirnov, _) => format!("{} D {}", check.name, number(check.statistic)),
        (test, _) => format!("{} {} {}", check.name, test_name(test), number(check.effect)),
    }
}

/// The test by the name that people know.
#[must_use]
pub fn test_name(test: Test) -> &'static str {
    match test {
        Test::Metric => "metric",
        Test::KolmogorovSmirnov => "Kolmogorov–Smirnov",
        Test::Wasserstein => "Wasserstein, in baseline SD",
        Test::Kuiper => "Kuiper",
        Test::Psi => "population stability index",
        Test::JensenShannon => "Jensen–Shannon",
        Test::ChiSquare => "chi-square, Cramér’s V",
        Test::MissingRate => "missing rate",
    }
}

/// Four digits that matter, no more.
#[must_use]
pub fn short(value: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    if value.abs() < 0.000_001 {
        return "under 0.000001".into();
    }
    let digits = if value.abs() < 0.001 { 6 } else { 3 };
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A column of a histogram: a bin or a category, and the share of values in it.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// What it holds, in words.
    pub label: String,
    /// Its upper edge, where it has one.
    pub edge: Option<f64>,
    /// The share in the baseline.
    pub baseline: f64,
    /// The share now.
    pub now: f64,
}

/// One output of the newest report beside its signed baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The output.
    pub name: String,
    /// The columns.
    pub columns: Vec<Column>,
    /// How many values the baseline has, and how many the window.
    pub counts: (u64, u64),
    /// Whether the columns have an order, so that shares add up to something.
    pub ordered: bool,
}

/// The outputs of a report, each in the bins of its baseline.
#[must_use]
pub fn compare(report: &DriftReport, baselines: &str) -> Vec<Compared> {
    let Ok(baselines) = Baselines::parse(baselines) else { return Vec::new() };
    let compare = |(name, tally): (&placet_core::name::Label, &StoredBaseline)| {
        let reference = baselines.output(name.as_str())?.tally_of_itself()?;
        let counts = (reference.totals().0, tally.totals().0);
        let columns = match (&reference, tally) {
            (StoredBaseline::Bins { bins, counts: before, .. }, StoredBaseline::Bins { counts: now, .. }) => {
                let edges = bins.edges();
                let label = |index: usize| match (
                    index.checked_sub(1).and_then(|i| edges.get(i)),
                    edges.get(index),
                ) {
                    (None, Some(to)) => format!("up to {}", short(*to)),
                    (Some(from), Some(to)) => format!("over {} to {}", short(*from), short(*to)),
                    (Some(from), None) => format!("over {}", short(*from)),
                    (None, None) => "all".to_owned(),
                };
                let column = |(index, (before, now)): (usize, (&u64, &u64))| Column {
                    label: label(index),
                    edge: edges.get(index).copied(),
                    baseline: share(*before, counts.0),
                    now: share(*now, counts.1),
                };
                before.iter().zip(now).enumerate().map(column).collect()
            }
            (StoredBaseline::Categories(before), StoredBaseline::Categories(now)) => {
                let names: std::collections::BTreeSet<_> = before.keys().chain(now.keys()).collect();
                let column = |name: &String| Column {
                    label: placet_core::summary::escape(name),
                    edge: None,
                    baseline: share(before.get(name).copied().unwrap_or_default(), counts.0),
                    now: share(now.get(name).copied().unwrap_or_default(), counts.1),
                };
                names.into_iter().map(column).collect()
            }
            _ => return None,
        };
        let ordered = matches!(tally, StoredBaseline::Bins { .. });
        Some(Compared { name: name.to_string(), columns, counts, ordered })
    };
    report.outputs.0.iter().filter_map(compare).collect()
}

#[expect(clippy::cast_precision_loss, reason = "counts of values that fit into a report")]
fn share(count: u64, all: u64) -> f64 {
    if all == 0 { 0.0 } else { count as f64 / all as f64 }
}

impl Compared {
    /// The shares up to and with each column: of the baseline, and now.
    #[must_use]
    pub fn cumulative(&self) -> Vec<(f64, f64)> {
        let mut sums = (0.0, 0.0);
        let add = |column: &Column| {
            sums = (sums.0 + column.baseline, sums.1 + column.now);
            sums
        };
        self.columns.iter().map(add).collect()
    }

    /// The column after which the two are furthest apart, and by how much.
    #[must_use]
    pub fn widest(&self) -> Option<(usize, f64)> {
        let gaps = self.cumulative().into_iter().map(|(before, now)| (before - now).abs()).enumerate();
        gaps.max_by(|a, b| a.1.total_cmp(&b.1))
    }

    /// What the histogram shows, in a sentence.
    #[must_use]
    pub fn more_or_less(&self) -> String {
        let change = |column: &&Column| column.now - column.baseline;
        let most = self.columns.iter().max_by(|a, b| change(a).total_cmp(&change(b)));
        let least = self.columns.iter().min_by(|a, b| change(a).total_cmp(&change(b)));
        match (most, least) {
            (Some(most), Some(least)) if change(&most) > 0.005 => format!(
                "More lie {}: {} instead of {}; fewer {}: {} instead of {}.",
                place(&most.label),
                percent(most.now),
                percent(most.baseline),
                place(&least.label),
                percent(least.now),
                percent(least.baseline)
            ),
            _ => "The shares are the same to half a percent.".into(),
        }
    }

    /// What the cumulative shares show, in a sentence, with the check's own D.
    #[must_use]
    pub fn furthest(&self, check: Option<&Check>) -> String {
        let Some((index, gap)) = self.widest() else { return "Nothing was counted.".into() };
        let at = self.columns.get(index).map(|column| column.label.clone()).unwrap_or_default();
        let own = check.and_then(|check| Some((check.statistic?, check.threshold)));
        let own = own.map_or(String::new(), |(d, acts)| {
            let acts = acts.map_or(String::new(), |acts| format!("; it acts from {}", short(acts)));
            format!(" Over the single values D is {}{acts}.", short(d))
        });
        format!("Counted in the baseline’s bins they are furthest apart {}: {}.{own}", place(&at), short(gap))
    }
}

fn place(label: &str) -> String {
    if label.starts_with("up to") || label.starts_with("over") {
        label.to_owned()
    } else {
        format!("in {label}")
    }
}

/// A share as people read it.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A metric over the windows of a thread.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The metric.
    pub name: String,
    /// The end of each window, the value and whether it was inside its tolerance; oldest first.
    pub points: Vec<(Timestamp, f64, bool)>,
    /// The signed value.
    pub baseline: f64,
}

/// The metrics over the windows of a thread, which is newest first.
#[must_use]
pub fn series(thread: &[&Verified<DriftReport>]) -> Vec<Series> {
    let Some(newest) = thread.first() else { return Vec::new() };
    let metrics = newest.statement().report.checks.iter().filter(|check| check.test == Test::Metric);
    let series = |check: &Check| {
        let point = |report: &&Verified<DriftReport>| {
            let report = report.statement();
            let found =
                report.report.checks.iter().find(|c| c.test == Test::Metric && c.name == check.name)?;
            Some((report.window.to, found.statistic?, found.outcome != Outcome::Drifted))
        };
        let points: Vec<_> = thread.iter().rev().filter_map(point).collect();
        (!points.is_empty()).then_some(Series { name: check.name.clone(), points, baseline: check.baseline? })
    };
    metrics.filter_map(series).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet_core::{policy::AutoRevoke, state::State, training::Metric};
    use placet_testkit::{NOW, Organisation, time};

    struct World {
        org: Organisation,
        known: Knowledge,
        review: Review,
        training: Envelope,
    }

    fn world() -> World {
        let org = Organisation::new().with(|policy| {
            policy.auto_revoke = Some(AutoRevoke { windows: 3, min_severity: Metric::parse("0.3").unwrap() });
        });
        let known = Knowledge::new(Some(org.domain()), org.trust(), State::new());
        let training = org.watched_training();
        let proposal = org.proposal(&training, |_| {});
        let review = Review::of(org.bundle(&training, &proposal, &[]), &known, time(NOW)).unwrap();
        World { org, known, review, training }
    }

    fn read_all(world: &World, envelopes: &[Envelope]) -> (Vec<Verified<DriftReport>>, usize) {
        let model = &Organisation::subject().model_id;
        let envelopes: Vec<_> = envelopes.iter().cloned().map(Some).chain([None]).collect();
        read(model, &envelopes, std::slice::from_ref(&world.review), &world.known, time(NOW))
    }

    fn report(world: &World, hours: u8, shift: i32, monitor: &str) -> Envelope {
        world.org.drift_report(&world.training, hours, shift, monitor, |_| {})
    }

    #[test]
    fn reports_of_others_or_against_other_baselines_say_nothing() {
        let world = world();
        let other = world.org.training(|t| t.correlation_id = "other".into());
        let of_another = world.org.drift_report(&world.training, 2, 80, "drift-monitor", |report| {
            report.training_output = other.digest();
        });
        let envelopes =
            [report(&world, 1, 80, "drift-monitor"), report(&world, 3, 80, "alice.ng"), of_another];
        let (reports, refused) = read_all(&world, &envelopes);
        assert_eq!((reports.len(), refused), (1, 3), "one is not even an envelope");
        let nothing = Knowledge::new(None, world.org.trust(), State::new());
        let model = &Organisation::subject().model_id;
        assert_eq!(read(model, &envelopes.map(Some), &[], &nothing, time(NOW)), (Vec::new(), 3));
    }

    #[test]
    fn drift_is_counted_back_to_the_last_window_without() {
        let world = world();
        let envelopes = [(1, 80), (2, 80), (3, 0), (4, 80)]
            .map(|(hours, shift)| report(&world, hours, shift, "drift-monitor"));
        let (reports, _) = read_all(&world, &envelopes);
        let environment = placet_testkit::name_of("production");
        let thread = thread(&reports, &environment);
        assert_eq!(thread.len(), 4);
        assert_eq!(since(&thread), Some(time("2026-11-22T11:00:00Z")));
        assert!(status(&thread).starts_with("Drifted since 22 Nov 11:00: "), "{}", status(&thread));
        let countdown = countdown(&thread, &world.org.policy).unwrap();
        assert!(countdown.starts_with("2 of 3 drifted windows"), "{countdown}");
        assert_eq!(since(&thread[2..]), None);
        assert!(super::thread(&reports, &placet_testkit::name_of("staging")).is_empty());
        assert_eq!(status(&[]), "No report that verifies here.");
    }

    #[test]
    fn what_moved_is_said_in_words_and_shares_add_up() {
        let world = world();
        let (reports, _) = read_all(&world, &[report(&world, 1, 80, "drift-monitor")]);
        let said = reports[0].statement();
        let compared = compare(said, &world.review.training.statement().baselines);
        assert_eq!(compared.len(), 1);
        let score = &compared[0];
        assert_eq!(score.counts, (200, 100));
        let last = score.cumulative().pop().unwrap();
        assert!((last.0 - 1.0).abs() < 1e-9 && (last.1 - 1.0).abs() < 1e-9);
        let check = said.report.checks.iter().find(|check| check.name == "score").unwrap();
        let (_, gap) = score.widest().unwrap();
        assert!(gap > 0.1 && gap <= check.statistic.unwrap() + 1e-9, "bins hide, they do not invent: {gap}");
        assert!(score.more_or_less().starts_with("More lie over "), "{}", score.more_or_less());
        assert!(
            score.furthest(Some(check)).contains("Over the single values D is 0.4"),
            "{}",
            score.furthest(Some(check))
        );
        assert!(reason(said).contains("score D 0.4"), "{}", reason(said));
    }

    #[test]
    fn a_metric_is_followed_over_the_windows() {
        let world = world();
        let envelopes = [(1, 0), (2, 0)].map(|(hours, shift)| report(&world, hours, shift, "drift-monitor"));
        let (reports, _) = read_all(&world, &envelopes);
        let environment = placet_testkit::name_of("production");
        let series = series(&thread(&reports, &environment));
        let accuracy = series.iter().find(|series| series.name == "accuracy").unwrap();
        assert_eq!(accuracy.points.len(), 2);
        assert!(accuracy.points[0].0 < accuracy.points[1].0 && accuracy.points[0].2);
        assert!((accuracy.baseline - 0.978).abs() < 1e-9);
    }

    #[test]
    fn numbers_are_short_and_severity_is_not_rounded_up() {
        assert_eq!(
            [short(0.0), short(0.1770), short(12.0), short(0.000_021)],
            ["0", "0.177", "12", "0.000021"]
        );
        assert_eq!(short(1e-12), "under 0.000001", "what is tiny is not nothing");
        assert_eq!([severity(0.299_9), severity(1.0)], ["0.29", "1.00"]);
    }
}
