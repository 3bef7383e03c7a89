//! `placet monitor`: the monitoring plane compares what a model does with what was signed.
//!
//! Guarded here: the baseline is that of a verified training output and never one that the caller brings, and a monitor
//! revokes by itself exactly where the policy lets it; everywhere else it says what a person could do.

mod act;
mod judge;
mod prometheus;
mod rules;
mod windows;

use std::{fs, path::PathBuf, process::ExitCode, thread::sleep, time::Duration};

use clap::Args;
use placet_core::{
    baseline::Baselines,
    digest::Digest,
    drift::ReportStatus,
    drift_report::{DriftReport, ReportWindow},
    name::Environment,
    policy::Plane,
    statement::{IN_TOTO, Statement as _},
    time::Timestamp,
    training::TrainingOutput,
    verify::Verified,
};
use serde_json::{Value, json};

use super::Context;
use crate::{
    args::parse_environment,
    clock,
    document::{Claim, Document},
    error::{At as _, Error, Result},
    evidence::Evidence,
    files,
    registry_client::{Registry, RegistryArgs, Sent},
    scores::{self, Place, parse_place},
    signing::{Key, SigningArgs, sign},
    terminal,
    words::{Put as _, drift},
};
use rules::Rules;
use windows::{Cut, Gathered};

/// The exit code of a window that has drifted.
const DRIFTED: u8 = 1;
/// The exit code where a window, or everything, could not be judged.
const INCONCLUSIVE: u8 = 3;
/// The longest pause between two looks at a file.
const LONGEST_PAUSE: i64 = 10;

/// Compare a window of serving with the signed baselines, and sign what was found
///
/// Scores come as CSV, JSON lines, NPY or Parquet; `-` reads CSV, JSON lines or NPY from standard input. Columns are
/// matched with the baselines by their names. Without --every or --rows the whole table is one window, from the end of
/// this monitor's last one until now. With --registry the report is sent there, too.
///
/// Where the policy lets monitors revoke and enough windows in a row have drifted, every running proposal of the model
/// in that environment is revoked, with the report as evidence. Otherwise the command that a person could give is
/// printed.
///
/// Exit codes: 0 stable, 1 drifted, 3 inconclusive or no window was over, 2 error; of several windows the loudest.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet monitor digits-classifier@2 --environment production --scores last-hour.csv --key monitor.pem
  placet monitor digits-classifier@2 --environment production --scores served.parquet --time at --every 1h \\
      --registry http://127.0.0.1:8787 --prometheus /var/lib/node_exporter/placet.prom --key monitor.pem
  tail -f served.jsonl | placet monitor digits-classifier@2 --environment production --scores - --rows 1000
  placet monitor digits-classifier@2 --environment production --scores served.csv --time at --every 1h --watch

A file of rules (TOML), each with its default:
  alpha = 0.01                       # of all checks of a window together
  correction = \"holm\"                # or bh
  [outputs.top_score]
  test = \"ks\"                        # wasserstein, kuiper, psi, jensen_shannon; chi_square for categories and bins
  minimum_effect = 0.1               # below it nothing has drifted, however small the p-value
  minimum_samples = 10
  missing_tolerance = 0.05
  [metrics.ece]
  direction = \"lower_is_better\"      # higher_is_better, band; known for loss, accuracy and their kin
  relative = 0.2                     # absolute, floor, ceiling
  [metrics.worst_digit_recall]
  ignore = true")]
pub(super) struct Monitor {
    /// The training output whose baselines count: its digest or the beginning of it, a file, or MODEL@VERSION
    training_output: String,
    /// Where the model runs
    #[arg(long, value_name = "NAME", value_parser = parse_environment)]
    environment: Environment,
    /// The scores that were served
    #[arg(long, value_name = "FILE", value_parser = parse_place)]
    scores: Option<Place>,
    /// The metrics of the window: a JSON object, a table of `name` and `value`, or one whose last row counts
    #[arg(long, value_name = "FILE", value_parser = parse_place, conflicts_with_all = ["every", "rows", "watch"])]
    metrics: Option<Place>,
    /// How to judge, where the defaults do not fit
    #[arg(long, value_name = "FILE")]
    rules: Option<PathBuf>,
    /// When the window began [default: the end of the last one; at first, when the model was made]
    #[arg(long, value_name = "TIME", value_parser = clock::parse_time, conflicts_with_all = ["every", "rows"])]
    from: Option<Timestamp>,
    /// When the window was over [default: now]
    #[arg(long, value_name = "TIME", value_parser = clock::parse_time, conflicts_with_all = ["every", "rows"])]
    to: Option<Timestamp>,
    /// The column with the time of each row: RFC 3339, or seconds since 1970; rows come in its order
    #[arg(long, value_name = "COLUMN", requires = "scores")]
    time: Option<String>,
    /// Cut the rows into windows of this length, each reported when its time is over
    #[arg(long, value_name = "DURATION", value_parser = clock::parse_duration, requires = "time")]
    every: Option<i64>,
    /// Cut the rows into windows of so many
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u64).range(1..), requires = "scores", conflicts_with = "every")]
    rows: Option<u64>,
    /// Go on: look at the file again and again, and report what is new
    #[arg(long, requires = "scores")]
    watch: bool,
    /// Write the newest report to this file for Prometheus' collector of text files
    #[arg(long, value_name = "FILE")]
    prometheus: Option<PathBuf>,
    /// Revoke nothing, even where the policy lets the monitor
    #[arg(long)]
    no_revoke: bool,
    #[command(flatten)]
    registry: RegistryArgs,
    #[command(flatten)]
    signing: SigningArgs,
}

/// What stays the same from window to window.
struct Watch<'a> {
    arguments: &'a Monitor,
    context: &'a Context,
    registry: Option<Registry>,
    key: Key,
    monitor: placet_core::name::Principal,
    digest: Digest,
    rules: Rules,
    answers: Vec<Value>,
    worst: Option<ReportStatus>,
}

impl Monitor {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        self.check_usage()?;
        context.check_delivery(self.signing.output.as_ref())?;
        let rules = self.rules.as_deref().map(Rules::read).transpose()?.unwrap_or_default();
        let registry = self.registry.named()?;
        let mut evidence = context.source.evidence()?;
        let digest = evidence.find_training_output(&self.training_output)?;
        let policy = evidence.policy()?;
        if !policy.environments.contains(&self.environment) {
            let message = format!("there is no environment `{}`", self.environment);
            return Err(Error::of(placet_core::code::Code::EnvironmentUndeclared, message));
        }
        let (key, monitor) = self.signing.open(policy)?;
        if !policy.stands_in(&monitor, Plane::Monitoring) {
            let message = format!("{monitor} is of no role of the monitoring plane");
            return Err(Error::of(placet_core::code::Code::SignerNotEntitled, message));
        }
        let (answers, worst) = (Vec::new(), None);
        let mut watch =
            Watch { arguments: &self, context, registry, key, monitor, digest, rules, answers, worst };
        let mut seen = None;
        loop {
            let changed = self.modified()?;
            if seen.is_none() || changed != seen {
                watch.round()?;
                seen = changed.or(Some(std::time::SystemTime::UNIX_EPOCH));
            } else if self.every.is_some() {
                watch.round()?;
            }
            if !self.watch {
                break;
            }
            let pause = self.every.unwrap_or(LONGEST_PAUSE).clamp(1, LONGEST_PAUSE);
            sleep(Duration::from_secs(pause.unsigned_abs()));
        }
        if context.json {
            context.answer("", &json!({ "reports": watch.answers }))?;
        } else if watch.worst.is_none() {
            terminal::print("No window is over that was not reported.\n")?;
        }
        Ok(match watch.worst {
            Some(ReportStatus::Stable) => ExitCode::SUCCESS,
            Some(ReportStatus::Drifted) => ExitCode::from(DRIFTED),
            Some(ReportStatus::Inconclusive) | None => ExitCode::from(INCONCLUSIVE),
        })
    }

    fn check_usage(&self) -> Result<()> {
        let usage = |message: &str| Err(Error::new("usage", message));
        match &self.scores {
            None if self.metrics.is_none() => {
                usage("there is nothing to look at: name --scores or --metrics")
            }
            Some(Place::StandardInput) if self.watch => {
                usage("standard input is read to its end as it comes: leave --watch out")
            }
            Some(Place::File(_)) if self.rows.is_some() && self.time.is_none() => {
                usage("windows of so many rows of a file need --time, as nothing else says when they were")
            }
            _ if self.time.is_some() && self.every.is_none() && self.rows.is_none() => {
                usage("--time goes with --every or --rows")
            }
            _ => Ok(()),
        }
    }

    /// When the file with the scores was last written to.
    fn modified(&self) -> Result<Option<std::time::SystemTime>> {
        let Some(Place::File(path)) = &self.scores else { return Ok(None) };
        let metadata = fs::metadata(path).map_err(|error| Error::io("file_unreadable", path, &error))?;
        Ok(metadata.modified().ok())
    }
}

impl Watch<'_> {
    /// Looks once, and reports every window that is over and was not reported.
    fn round(&mut self) -> Result<()> {
        let now = clock::now()?;
        let evidence = self.evidence()?;
        let training = self.training(&evidence, now)?;
        let claim = training.statement();
        let baselines = Baselines::parse(&claim.baselines).at("baselines")?;
        let after = self.last_end(&evidence)?.unwrap_or(claim.created_at);
        let arguments = self.arguments;
        let cut = match (arguments.every, arguments.rows, &arguments.time) {
            (Some(every), _, Some(column)) => Cut::Time { column: column.clone(), every },
            (_, Some(count), column) => Cut::Rows { count, column: column.clone() },
            _ => {
                let (from, to) = (arguments.from.unwrap_or(after), arguments.to.unwrap_or(now));
                if from >= to {
                    let message = format!("the window would be from {from} until {to}");
                    return Err(Error::new("usage", message).hint("say --from and --to"));
                }
                Cut::Whole(ReportWindow { from, to, samples: 0 })
            }
        };
        let metrics = arguments.metrics.as_ref().map(scores::read_metrics).transpose()?;
        let mut report = |window: ReportWindow, gathered: Option<Gathered>| {
            let found = judge::judge(claim, &baselines, &self.rules, gathered.as_ref(), metrics.as_ref());
            self.report(&training, window, found)
        };
        match (&arguments.scores, cut) {
            (Some(place), cut) => windows::cut(place, &cut, &baselines, after, &mut |window, gathered| {
                report(window, Some(gathered))
            }),
            (None, Cut::Whole(window)) => report(window, None),
            (None, _) => Ok(()),
        }
    }

    /// The evidence, with the reports that the registry has of this model.
    fn evidence(&self) -> Result<Evidence> {
        let mut evidence = self.context.source.evidence()?;
        let Some(registry) = &self.registry else { return Ok(evidence) };
        let model =
            evidence.training_output(self.digest).map(|training| training.subject.model_id.to_string());
        let Some(model) = model else { return Ok(evidence) };
        let reports = match registry.drift_reports(&model, self.arguments.environment.as_str()) {
            // It has not been told of the model yet.
            Err(error) if error.code() == "not_found" => Vec::new(),
            reports => reports?,
        };
        for report in reports {
            let document = Document::of(report)?;
            let good = evidence.chain()?.verify_negative::<DriftReport>(&document.envelope).is_ok();
            if good && evidence.document(document.digest()).is_none() {
                evidence.insert(document);
            }
        }
        Ok(evidence)
    }

    /// The training output, signed by whom the policy lets train.
    fn training(&self, evidence: &Evidence, now: Timestamp) -> Result<Verified<TrainingOutput>> {
        let missing =
            || Error::new("document_not_found", format!("the training output {} is not there", self.digest));
        let document = evidence.document(self.digest).ok_or_else(missing)?;
        evidence.verify::<TrainingOutput>(&document.envelope, now)
    }

    /// The end of this monitor's last window.
    fn last_end(&self, evidence: &Evidence) -> Result<Option<Timestamp>> {
        let chain = evidence.chain()?;
        let reports = evidence.documents().filter_map(|document| match &document.claim {
            Claim::DriftReport(report) if self.is_own(report) => {
                chain.verify_negative::<DriftReport>(&document.envelope).ok()
            }
            _ => None,
        });
        Ok(reports.map(|report| report.statement().window.to).max())
    }

    /// Whether a report is of this monitor about this model here.
    fn is_own(&self, report: &DriftReport) -> bool {
        report.checked_by == self.monitor
            && report.training_output == self.digest
            && report.environment == self.arguments.environment
    }

    /// Signs a report, keeps it, sends it, and does what the policy lets a monitor do.
    fn report(
        &mut self,
        training: &Verified<TrainingOutput>,
        window: ReportWindow,
        found: judge::Found,
    ) -> Result<()> {
        let now = clock::now()?;
        let evidence = self.evidence()?;
        let claim = training.statement();
        let report = DriftReport {
            domain: evidence.chain()?.domain(),
            subject: claim.subject.clone(),
            environment: self.arguments.environment.clone(),
            window,
            training_output: training.digest(),
            report: found.report,
            outputs: found.outputs,
            checked_by: self.monitor.clone(),
            checked_at: now,
        };
        let payload = report.to_payload();
        // What is signed is what everybody else will read and hold against the baselines.
        let report = DriftReport::parse(&payload)?;
        report.check_baselines(training.digest(), claim).map_err(|code| Error::of(code, code.meaning()))?;
        self.refuse_overlap(&evidence, &report)?;
        let envelope = sign(IN_TOTO, payload, &self.key);
        evidence.verify::<DriftReport>(&envelope, now)?;
        let delivered = self.context.deliver(envelope.clone(), self.arguments.signing.output.as_ref())?;
        if let Some(path) = &self.arguments.prometheus {
            files::replace(path, prometheus::text(&report).as_bytes())?;
        }
        self.push(&envelope)?;
        let rank = |status: ReportStatus| match status {
            ReportStatus::Stable => 0,
            ReportStatus::Inconclusive => 1,
            ReportStatus::Drifted => 2,
        };
        let status = report.report.status;
        self.worst =
            Some(self.worst.map_or(status, |worst| if rank(status) > rank(worst) { status } else { worst }));
        let mut text = format!(
            "{} {} in {}, from {} until {}, {} rows\n",
            report.subject.model_id,
            claim.version,
            report.environment,
            window.from,
            window.to,
            window.samples
        );
        text.put(format_args!("  {}\n", drift::headline(&report.report)));
        for check in &report.report.checks {
            text.put(format_args!("  {:<20} {}\n", check.name, drift::check(check)));
        }
        text.put(format_args!("  in {}\n", delivered.path.display()));
        let mut answer = delivered.json();
        answer["drift"] = json!(status.as_str());
        answer["severity"] = json!(report.report.severity);
        answer["alert_level"] = json!(report.report.alert_level.as_str());
        answer["recommended_action"] = json!(report.report.recommended_action.as_str());
        answer["window"] =
            json!({ "from": window.from.to_string(), "to": window.to.to_string(), "rows": window.samples });
        let acted = self.act(&report, &envelope)?;
        text.push_str(&acted.text);
        answer["revocations"] = json!(acted.revocations);
        answer["commands"] = json!(acted.commands);
        self.answers.push(answer);
        if self.context.json { Ok(()) } else { terminal::print(&text) }
    }

    /// A monitor does not say two things of one moment.
    fn refuse_overlap(&self, evidence: &Evidence, report: &DriftReport) -> Result<()> {
        let overlaps = |document: &Document| match &document.claim {
            Claim::DriftReport(other) => self.is_own(other) && other.window.overlaps(&report.window),
            _ => false,
        };
        if evidence.documents().any(overlaps) {
            let code = placet_core::code::Code::WindowOverlap;
            return Err(Error::of(code, code.meaning().trim_end_matches('.')).hint("say --from and --to"));
        }
        Ok(())
    }

    /// Sends a document to the registry, where one is named.
    fn push(&self, envelope: &placet_core::envelope::Envelope) -> Result<()> {
        let Some(registry) = &self.registry else { return Ok(()) };
        match registry.send(envelope)? {
            Sent::New | Sent::Known => Ok(()),
            Sent::Refused(error) => Err(error),
        }
    }
}
