//! Drift reports, and what a monitor may do upon them.

mod support;

use placet_core::{envelope::Envelope, policy::AutoRevoke, training::Metric};
use placet_testkit::{Organisation, name_of, time};
use support::{Client, Server};

fn refused(client: &Client, envelope: &Envelope, status: u16, code: &str) {
    assert_eq!(client.push(envelope).refusal(), (status, code.to_owned()));
}

/// An organisation whose monitor may revoke after two windows.
fn organisation() -> Organisation {
    Organisation::new().with(|policy| {
        policy.auto_revoke = Some(AutoRevoke { windows: 2, min_severity: Metric::parse("0.3").unwrap() });
    })
}

/// A registry with a watched model that waits for approval.
struct Case {
    org: Organisation,
    server: Server,
    training: Envelope,
    proposal: Envelope,
}

impl Case {
    fn of(org: Organisation) -> Self {
        let server = Server::start(&org);
        let training = org.watched_training();
        let proposal = org.proposal(&training, |_| {});
        server.client().admit(&training);
        server.client().admit(&proposal);
        Self { org, server, training, proposal }
    }

    fn client(&self) -> Client {
        self.server.client()
    }

    fn drifted(&self, hours_ago: u8) -> Envelope {
        self.org.drift_report(&self.training, hours_ago, 60, "drift-monitor", |_| {})
    }

    fn held(&self, hours_ago: u8) -> Envelope {
        self.org.drift_report(&self.training, hours_ago, 0, "drift-monitor", |_| {})
    }

    fn revocation(&self, evidence: &Envelope) -> Envelope {
        self.org.auto_revocation(&self.proposal, evidence, "drift-monitor", |_| {})
    }
}

#[test]
fn report_that_was_not_measured_here_is_taken() {
    let case = Case::of(organisation());
    let (client, org) = (case.client(), &case.org);
    refused(
        &client,
        &org.drift_report(&case.training, 0, 60, "alice.ng", |_| {}),
        403,
        "signer_not_entitled",
    );
    let own =
        |report: &mut placet_core::drift_report::DriftReport| report.report.checks[0].baseline = Some(0.5);
    refused(
        &client,
        &org.drift_report(&case.training, 0, 60, "drift-monitor", own),
        409,
        "baseline_mismatch",
    );
    let other = org.training(|training| training.correlation_id = "never sent".into());
    let unknown = org.drift_report(&other, 0, 60, "drift-monitor", |_| {});
    refused(&client, &unknown, 409, "unknown_training_output");
    let place = org.drift_report(&case.training, 0, 60, "drift-monitor", |r| r.environment = name_of("moon"));
    refused(&client, &place, 409, "environment_undeclared");
    let broken = org.training(|training| {
        training.baselines = r#"{"score":{"kind":"sample","values":[2,1],"missing":0}}"#.into();
    });
    refused(&client, &broken, 400, "baseline_content");
}

#[test]
fn one_hour_is_reported_twice() {
    let case = Case::of(organisation());
    case.client().admit(&case.drifted(0));
    assert_eq!(case.client().push(&case.drifted(0)).status, 200);
    let twice = case.org.drift_report(&case.training, 0, 60, "drift-monitor", |report| {
        report.window.from = time("2026-11-22T13:59:59Z");
        report.window.to = time("2026-11-22T14:00:30Z");
    });
    refused(&case.client(), &twice, 409, "window_overlap");
    let next = case.org.drift_report(&case.training, 0, 60, "drift-monitor", |report| {
        report.window.from = time("2026-11-22T14:00:00Z");
        report.window.to = time("2026-11-22T14:00:30Z");
    });
    case.client().admit(&next);
}

#[test]
fn monitor_revokes_as_the_policy_allows_and_no_sooner() {
    let case = Case::of(organisation());
    let client = case.client();
    let (first, held, second, third) = (case.drifted(3), case.held(2), case.drifted(1), case.drifted(0));
    client.admit(&first);
    refused(&client, &case.revocation(&first), 409, "drift_windows_not_met");
    refused(&client, &case.revocation(&second), 409, "drift_not_on_record");
    client.admit(&held);
    client.admit(&second);
    refused(&client, &case.revocation(&second), 409, "drift_windows_not_met");
    client.admit(&third);
    // The evidence is the newest window, not one of those before.
    refused(&client, &case.revocation(&second), 409, "drift_windows_not_met");
    client.admit(&case.revocation(&third));
    let list = client.get("/v1/revocation-list");
    assert!(
        String::from_utf8(Envelope::parse(&list.body).unwrap().unverified_payload().to_vec())
            .unwrap()
            .contains(&case.proposal.digest().to_string())
    );
}

#[test]
fn monitor_revokes_without_a_policy_for_it() {
    let case = Case::of(Organisation::new());
    case.client().admit(&case.drifted(1));
    let newest = case.drifted(0);
    case.client().admit(&newest);
    refused(&case.client(), &case.revocation(&newest), 403, "signer_not_entitled");
}

#[test]
fn reports_are_entered_and_found() {
    let case = Case::of(organisation());
    let client = case.client();
    let (older, newer) = (case.drifted(1), case.held(0));
    client.admit(&older);
    client.admit(&newer);
    let latest = client.get("/v1/drift").json();
    assert_eq!(latest["items"].as_array().unwrap().len(), 1);
    assert_eq!(latest["items"][0]["digest"], newer.digest().to_string());
    assert_eq!(latest["items"][0]["alert_level"], "low");
    let of_model = client.get("/v1/drift/digits-classifier?environment=production").json();
    let statuses: Vec<_> = of_model["items"].as_array().unwrap().iter().map(|item| &item["status"]).collect();
    assert_eq!(statuses, ["stable", "drifted"]);
    let envelope = Envelope::parse(of_model["reports"][1].to_string().as_bytes()).unwrap();
    assert_eq!(envelope.digest(), older.digest());
    let elsewhere = client.get("/v1/drift?environment=staging").json();
    assert_eq!(elsewhere["items"].as_array().unwrap().len(), 0);
    assert_eq!(client.get("/v1/drift/nothing").refusal(), (404, "not_found".into()));
    assert_eq!(client.get("/v1/drift?severity=1").refusal(), (400, "invalid_query".into()));
    let about = client.get(&format!("/v1/proposals/{}", case.proposal.digest())).json();
    assert_eq!(about["drift_reports"].as_array().unwrap().len(), 1);
    let kinds = client.get("/v1/ledger/entries").json();
    let kinds: Vec<_> =
        kinds["items"].as_array().unwrap().iter().map(|entry| entry["kind"].clone()).collect();
    assert!(kinds.ends_with(&["model_drift_detected".into(), "model_drift_checked".into()]), "{kinds:?}");
}
