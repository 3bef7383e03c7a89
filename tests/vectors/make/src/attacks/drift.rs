//! Drift: a detector that is none, a baseline that nobody signed, and a revocation that no windows bear.

use placet_core::{
    baseline::{Baselines, StoredBaseline, Window},
    code::Code,
    drift::{Outcome, Reason as Open, Report, ReportStatus, report},
    drift_report::DriftReport,
    drift_report::verify_auto_revocation,
    envelope::Envelope,
    inspect,
    name::Label,
    policy::AutoRevoke,
    revocation::{Reason, Revocation, Target},
    statement::{IN_TOTO, Statement as _},
    training::Metric,
    trust::Trust,
};
use placet_testkit::{Key, NOW, Organisation, name_of, sign_by, time};
use serde_json::{Value, json};

use crate::{
    bytes::Bytes,
    scene::{Scene, Story, altered, resigned},
    vector::File,
};

/// An organisation whose monitor may revoke after three windows.
fn auto() -> Organisation {
    Organisation::new().with(|policy| {
        policy.auto_revoke = Some(AutoRevoke { windows: 3, min_severity: Metric::parse("0.4").unwrap() });
    })
}

/// A watched model that runs, and its drifted windows, the newest first.
struct Watched {
    story: Story,
    reports: Vec<Envelope>,
}

impl Watched {
    fn new(org: Organisation) -> Self {
        let training = org.watched_training();
        let proposal = org.proposal(&training, |_| {});
        let reports = (0..3).map(|hours| report_of(&org, &training, hours, |_| {})).collect();
        Self { story: Story { org, training, proposal }, reports }
    }

    fn but(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// Another report in the place of one.
    fn with_report(self, hours: u8, change: impl FnOnce(&mut DriftReport)) -> Self {
        let report = report_of(&self.story.org, &self.story.training, hours, change);
        self.but(|watched| watched.reports[usize::from(hours)] = report)
    }

    fn revocation(&self, change: impl FnOnce(&mut Revocation)) -> Envelope {
        self.story.org.auto_revocation(&self.story.proposal, &self.reports[0], "drift-monitor", change)
    }

    fn scene(&self) -> Scene {
        self.story.approved()
    }
}

fn report_of(
    org: &Organisation,
    training: &Envelope,
    hours: u8,
    change: impl FnOnce(&mut DriftReport),
) -> Envelope {
    org.drift_report(training, hours, 60, "drift-monitor", change)
}

/// The same checks, each found stable.
fn stable(drifted: &Report) -> Report {
    let checks = drifted.checks.iter().cloned().map(|mut check| {
        check.outcome = Outcome::Stable;
        check.severity = Some(0.0);
        check
    });
    report(checks.collect())
}

/// The same checks, none of which could be judged.
fn open(drifted: &Report) -> Report {
    let checks = drifted.checks.iter().cloned().map(|mut check| {
        (check.outcome, check.severity, check.reason) = (Outcome::Inconclusive, None, Some(Open::MissingNow));
        check
    });
    report(checks.collect())
}

pub(super) fn file() -> File {
    let mut file = File::new("25-drift.json");
    reports(&mut file);
    baselines(&mut file);
    revocations(&mut file);
    file
}

fn reports(file: &mut File) {
    let watched = Watched::new(auto());
    let (scene, sound) = (watched.scene(), watched.reports[0].clone());
    let mut verify = |name: &str, comment: &str, envelope: Bytes, code: Option<Code>| {
        let trust = Trust::parse(&scene.trust().to_vec()).unwrap().verify();
        let verified = Envelope::parse(&envelope.to_vec())
            .map_err(Into::into)
            .and_then(|envelope| inspect::verify_envelope(&envelope, &trust, time(NOW)));
        let found = match verified {
            Ok(verified) => serde_json::from_str(&verified.to_json()).unwrap(),
            Err(error) => json!({"error": error.code().as_str()}),
        };
        let key = Key::of("drift-monitor").key_id().to_string();
        let expect = match code {
            Some(code) => json!({"error": code.as_str()}),
            None => json!({
                "kind": "drift_report",
                "digest": sound.digest().to_string(),
                "signers": [{"principal": "drift-monitor", "key_id": key}],
            }),
        };
        let input = vec![("envelope", envelope), ("trust", scene.trust())];
        file.call(name, comment, "verify_envelope", input, &[("now", json!(NOW))], expect, &found);
    };
    let org = &watched.story.org;
    let signed_by = |who: &str| org.drift_report(&watched.story.training, 0, 60, who, |_| {});
    let payload = || sound.unverified_payload().to_vec();
    verify("a drift report", "", (&sound).into(), None);
    let unsigned = Envelope::unsigned(IN_TOTO, payload());
    verify("a report that nobody signed", "", unsigned.into(), Some(Code::SignerMismatch));
    let word = altered(&sound, |json| json["signatures"][0]["sig"] = json!("unsigned"));
    verify("a report that was never signed", "", word, Some(Code::SignatureMalformed));
    let other = sign_by(IN_TOTO, payload(), &["deployer"]);
    let comment = "The monitor's name, the serving plane's key.";
    verify("a report under the key of another plane", comment, other.into(), Some(Code::SignerMismatch));
    for (who, what) in [
        ("alice.ng", "an approver"),
        ("deployer", "a server"),
        ("training-pipeline", "a trainer"),
        ("registry", "a registry"),
    ] {
        let name = format!("a report by {what} who poses as a detector");
        verify(&name, "", signed_by(who).into(), Some(Code::SignerNotEntitled));
    }
    let stranger = signed_by("mallory");
    verify("a report by a stranger", "", stranger.into(), Some(Code::SignerUnknown));
    let by_monitor = |from: &str, to: &str| Bytes::from(resigned(&sound, from, to, &["drift-monitor"]));
    for (name, from, to, code) in [
        (
            "drifted checks in a report that calls itself stable",
            r#""status":"drifted","training_output""#,
            r#""status":"stable","training_output""#,
            Code::ReportInconsistent,
        ),
        (
            "critical checks in a report that advises nothing",
            r#""recommended_action":"investigate""#,
            r#""recommended_action":"monitor""#,
            Code::ReportInconsistent,
        ),
        (
            "a window that ends after the report",
            r#""to":"2026-11-22T14:00:00Z""#,
            r#""to":"2026-11-22T15:00:00Z""#,
            Code::WindowNotOver,
        ),
        (
            "a window of no time",
            r#""from":"2026-11-22T13:00:00Z""#,
            r#""from":"2026-11-22T14:00:00Z""#,
            Code::EmptyValidity,
        ),
        (
            "a report from the future",
            r#""checked_at":"2026-11-22T14:01:00Z""#,
            r#""checked_at":"2026-11-22T14:30:00Z""#,
            Code::FromFuture,
        ),
        ("more rows than were counted", r#""samples":100"#, r#""samples":100000"#, Code::ReportInconsistent),
        (
            "a report about another model than its subject",
            r#""model_id":"digits-classifier""#,
            r#""model_id":"other""#,
            Code::ModelMismatch,
        ),
        (
            "values counted in one bin more than there are counts",
            r#""edges":["#,
            r#""edges":[-1e9,"#,
            Code::BaselineContent,
        ),
        (
            "a statistic that is no finite number",
            r#""statistic":0.978"#,
            r#""statistic":1e999"#,
            Code::InvalidNumber,
        ),
        ("a check of a test that there is not", r#""test":"ks""#, r#""test":"vibes""#, Code::UnknownValue),
        (
            "checks without the values that they speak of",
            r#""score":{"counts""#,
            r#""scores":{"counts""#,
            Code::ReportInconsistent,
        ),
    ] {
        verify(name, "", by_monitor(from, to), Some(code));
    }
    let saturated = org.drift_report(&watched.story.training, 0, 60, "drift-monitor", |report| {
        for check in &mut report.report.checks {
            if check.outcome == Outcome::Inconclusive {
                continue;
            }
            check.severity = Some(0.9);
        }
        report.report = placet_core::drift::report(report.report.checks.clone());
    });
    let comment = "A severity from which somebody should act, of checks that hold.";
    verify("stable checks of a high severity", comment, saturated.into(), Some(Code::ReportInconsistent));
    let unread = org.training(|training| {
        training.baselines = r#"{"score":{"kind":"sample","values":[2,1],"missing":0}}"#.into();
    });
    // No decision reads a baseline, so the training output stands; it is no good for a monitor.
    assert!(
        inspect::verify_envelope(
            &unread,
            &Trust::parse(&scene.trust().to_vec()).unwrap().verify(),
            time(NOW)
        )
        .is_ok()
    );
}

/// Whether a monitor's revocation stands.
fn revoke(
    file: &mut File,
    name: &str,
    comment: &str,
    watched: &Watched,
    revocation: &Envelope,
    code: Option<Code>,
) {
    let reports: Vec<Bytes> = watched.reports.iter().map(Bytes::from).collect();
    let reports = Bytes::from("[").and(Bytes::join(&reports)).and("]");
    let verdict = |code: Option<Code>| match code {
        None => json!({"valid": true}),
        Some(code) => json!({"valid": false, "code": code.as_str()}),
    };
    let trust = Trust::parse(&watched.scene().trust().to_vec()).unwrap().verify();
    let (training, proposal) = (&watched.story.training, &watched.story.proposal);
    let verified =
        verify_auto_revocation(revocation, training, proposal, &watched.reports, &trust, time(NOW));
    let found: Value = verdict(verified.err().map(|error| error.code()));
    let input = vec![
        ("revocation", revocation.into()),
        ("training_output", training.into()),
        ("proposal", proposal.into()),
        ("reports", reports),
        ("trust", watched.scene().trust()),
    ];
    let now = [("now", json!(NOW))];
    file.call(name, comment, "verify_auto_revocation", input, &now, verdict(code), &found);
}

fn baselines(file: &mut File) {
    let own = |report: &mut DriftReport| {
        let values = (0..200).map(|x| f64::from(x) - 500.0).collect();
        let own = StoredBaseline::Sample { values, missing: 0 };
        let window = Window::Numbers((0..100).map(f64::from).collect());
        let score = Label::parse("score").unwrap();
        report.outputs = Baselines([(score, own.tally(&window).unwrap())].into());
    };
    let watched = Watched::new(auto()).with_report(0, own);
    let comment = "Against a baseline of the monitor's own, anything has drifted.";
    let name = "a baseline of the monitor's own instead of the signed one";
    revoke(file, name, comment, &watched, &watched.revocation(|_| {}), Some(Code::BaselineMismatch));
    let metric = |report: &mut DriftReport| report.report.checks[0].baseline = Some(0.999);
    let watched = Watched::new(auto()).with_report(1, metric);
    let name = "a metric beside another value than the signed one";
    revoke(file, name, "", &watched, &watched.revocation(|_| {}), Some(Code::BaselineMismatch));
    let rate = |report: &mut DriftReport| {
        let check = report.report.checks.iter_mut().find(|check| check.test.as_str() == "missing_rate");
        check.unwrap().baseline = Some(0.5);
    };
    let watched = Watched::new(auto()).with_report(1, rate);
    let name = "a share of missing values beside another than the signed one";
    revoke(file, name, "", &watched, &watched.revocation(|_| {}), Some(Code::BaselineMismatch));
    let unsigned = auto();
    let training = unsigned.training(|_| {});
    let watched = Watched::new(unsigned).but(|watched| {
        watched.story.proposal = watched.story.org.proposal(&training, |_| {});
        watched.story.training = training.clone();
        let org = &watched.story.org;
        watched.reports = (0..3).map(|hours| report_of(org, &training, hours, |_| {})).collect();
    });
    let name = "reports about outputs for which no baseline was signed";
    revoke(file, name, "", &watched, &watched.revocation(|_| {}), Some(Code::BaselineMismatch));
    let broken = auto();
    let training = broken.training(|training| {
        training.baselines = r#"{"score":{"kind":"sample","values":[2,1],"missing":0}}"#.into();
    });
    let watched = Watched::new(broken).but(|watched| {
        watched.story.proposal = watched.story.org.proposal(&training, |_| {});
        watched.story.training = training.clone();
        let org = &watched.story.org;
        watched.reports = (0..3).map(|hours| report_of(org, &training, hours, |_| {})).collect();
    });
    let name = "reports against a baseline that contradicts itself";
    revoke(file, name, "", &watched, &watched.revocation(|_| {}), Some(Code::BaselineMismatch));
    let other = |report: &mut DriftReport| report.training_output = placet_core::digest::Digest::of(b"other");
    let watched = Watched::new(auto()).with_report(2, other);
    let name = "a report against the baselines of another training output";
    revoke(file, name, "", &watched, &watched.revocation(|_| {}), Some(Code::TrainingOutputMismatch));
}

fn revocations(file: &mut File) {
    let watched = Watched::new(auto());
    let mut with = |name: &str, comment: &str, watched: &Watched, code: Option<Code>| {
        revoke(file, name, comment, watched, &watched.revocation(|_| {}), code);
    };
    with("three drifted windows where the policy asks three", "", &watched, None);
    with(
        "no policy for it",
        "The monitor revokes by itself where nobody let it.",
        &Watched::new(Organisation::new()),
        Some(Code::SignerNotEntitled),
    );
    let two = Watched::new(auto()).but(|watched| drop(watched.reports.pop()));
    with("two drifted windows where the policy asks three", "", &two, Some(Code::DriftWindowsNotMet));
    let broken = Watched::new(auto()).with_report(1, |report| report.report = stable(&report.report));
    with("a window between that held", "", &broken, Some(Code::DriftWindowsNotMet));
    let unjudged = Watched::new(auto()).with_report(1, |report| report.report = open(&report.report));
    with(
        "an inconclusive window among two drifted ones",
        "It neither counts nor resets.",
        &unjudged,
        Some(Code::DriftWindowsNotMet),
    );
    let four =
        Watched::new(auto()).with_report(1, |report| report.report = open(&report.report)).but(|watched| {
            let (org, training) = (&watched.story.org, &watched.story.training);
            let fourth = report_of(org, training, 3, |_| {});
            watched.reports.push(fourth);
        });
    with("an inconclusive window among three drifted ones", "It neither counts nor resets.", &four, None);
    let mild = Watched::new(auto().with(|policy| {
        policy.auto_revoke = Some(AutoRevoke { windows: 3, min_severity: Metric::parse("0.9").unwrap() });
    }));
    with(
        "three windows that drifted by less than the policy asks",
        "",
        &mild,
        Some(Code::DriftWindowsNotMet),
    );
    let same = Watched::new(auto()).with_report(1, |report| {
        (report.window.from, report.window.to) = (time("2026-11-22T13:30:00Z"), time("2026-11-22T13:59:00Z"));
        report.checked_at = time("2026-11-22T14:01:00Z");
    });
    with("one hour of drift reported twice", "Windows overlap.", &same, Some(Code::WindowOverlap));
    let recovered = Watched::new(auto()).but(|watched| {
        let (org, training) = (&watched.story.org, &watched.story.training);
        let reports: Vec<_> = (1..4).map(|hours| report_of(org, training, hours, |_| {})).collect();
        let newest = report_of(org, training, 0, |report| report.report = stable(&report.report));
        watched.reports = reports;
        watched.reports.push(newest);
    });
    with(
        "a model that has recovered since",
        "Three old windows are named, the newest holds.",
        &recovered,
        Some(Code::DriftWindowsNotMet),
    );
    let elsewhere = Watched::new(auto()).with_report(0, |report| report.environment = name_of("staging"));
    with("drift in an environment of no proposal", "", &elsewhere, Some(Code::DriftNotOnRecord));
    let partly = Watched::new(auto()).with_report(1, |report| report.environment = name_of("staging"));
    with("drifted windows of two environments", "", &partly, Some(Code::DriftWindowsNotMet));
    let nothing = Watched::new(auto());
    let absent =
        nothing.revocation(|revocation| revocation.evidence = Some(placet_core::digest::Digest::of(b"x")));
    revoke(file, "evidence that is not there", "", &nothing, &absent, Some(Code::DriftNotOnRecord));
    let older = nothing.revocation(|revocation| revocation.evidence = Some(nothing.reports[1].digest()));
    let comment = "The window before the newest is named, which says less than what is known.";
    let code = Some(Code::DriftWindowsNotMet);
    revoke(file, "evidence that is not the newest window", comment, &nothing, &older, code);
    let another = nothing
        .revocation(|revocation| revocation.target = Target::Proposal(nothing.story.training.digest()));
    revoke(file, "drift of another proposal", "", &nothing, &another, Some(Code::DriftNotOnRecord));
    for (name, change) in [
        ("a monitor without evidence", (|r: &mut Revocation| r.evidence = None) as fn(&mut Revocation)),
        ("a monitor with another reason than drift", |r| r.reason_code = Reason::Security),
        ("a monitor that ends the weights", |r| r.target = Target::Weights(r.subject.weights.digest)),
    ] {
        revoke(file, name, "", &nothing, &nothing.revocation(change), Some(Code::SignerNotEntitled));
    }
    let posing = sign_by(IN_TOTO, nothing.revocation(|_| {}).unverified_payload().to_vec(), &["alice.ng"]);
    let comment = "The monitor's name, an approver's key.";
    revoke(
        file,
        "an approver who poses as the detector",
        comment,
        &nothing,
        &posing,
        Some(Code::SignerMismatch),
    );
    let of_person = nothing.revocation(|r| r.revoked_by = name_of("alice.ng"));
    let of_person = sign_by(IN_TOTO, of_person.unverified_payload().to_vec(), &["alice.ng"]);
    let comment = "People revoke by their own right, not upon a monitor's windows.";
    revoke(
        file,
        "an approver with a monitor's reports",
        comment,
        &nothing,
        &of_person,
        Some(Code::DriftNotOnRecord),
    );
    let by_approver = Watched::new(auto()).but(|watched| {
        watched.reports[0] =
            watched.story.org.drift_report(&watched.story.training, 0, 60, "alice.ng", |_| {});
    });
    let revocation = by_approver.revocation(|_| {});
    revoke(
        file,
        "reports that an approver signed",
        "",
        &by_approver,
        &revocation,
        Some(Code::SignerNotEntitled),
    );
    // What is judged here is a report that is drifted by itself.
    let sound = DriftReport::parse(watched.reports[0].unverified_payload()).unwrap();
    assert_eq!(sound.report.status, ReportStatus::Drifted);
}
