//! From training to the stop: a model that is watched by a monitor, over real scores that really drift.
#![cfg(unix)]
#![allow(missing_docs, reason = "tests are named for the fault they catch")]

mod common;

use std::{fmt::Write as _, io::Write as _, process::Stdio};

use common::{Desk, Said, server::Registry};
use serde_json::{Value, json};

/// Judged by the top score alone, which needs a hundred values.
const RULES: &str = "[outputs.top_score]\nminimum_samples = 100\n";
/// A policy that lets a monitor revoke after two windows.
const AUTO: &str = "[auto_revoke]\nwindows = 2\nmin_severity = 0.3\n\n[root]";

fn founded(change: impl FnOnce(String) -> String) -> Desk {
    let desk = Desk::founded_with(change);
    desk.write("rules.toml", RULES);
    desk
}

fn train(desk: &Desk) -> Said {
    desk.line(
        "train --model digits-classifier --version 2 --weights FIXTURE/2/weights.npz \
         --metrics FIXTURE/2/metrics.json --card FIXTURE/2/card.json --scores FIXTURE/2/scores-clean.csv \
         --score top_score --key placet-keys/pipeline.pem --json",
    )
    .ok()
}

/// Runs the monitor over one window of the fixture; hours are of a day that is over.
fn watch(desk: &Desk, window: &str, hour: u8, more: &str) -> Said {
    desk.line(&format!(
        "monitor digits-classifier@2 --environment production --scores FIXTURE/2/scores-degraded-{window}.csv \
         --rules rules.toml --from 2026-01-01T{hour:02}:00:00Z --to 2026-01-01T{:02}:00:00Z \
         --key placet-keys/monitor.pem --json {more}",
        hour + 1
    ))
}

fn report(said: &Said) -> Value {
    said.json()["reports"][0].clone()
}

#[test]
fn train_approve_deploy_monitor_alert_revoke_and_the_model_runs_on() {
    let desk = Desk::empty();
    let keys = desk.line("serve --data data --make-keys --json").ok().json();
    let named = format!("[principals.registry]\npublic_key = {}", keys["list_key"]);
    let plan = common::example().replace("[principals.registry]", &named).replace("[root]", AUTO);
    desk.write("organisation.toml", plan);
    desk.write("rules.toml", RULES);
    desk.line("init --from organisation.toml").ok();
    let pin = desk.read("placet/pins").lines().last().unwrap().to_owned();
    desk.write("gateway/pins", desk.read("placet/pins"));
    let registry = Registry::start(&desk, &format!("--pin {pin} --policy placet/policies/0001.json"));
    let pull = || desk.line(&format!("pull --dir gateway --registry {}", registry.url)).ok();

    train(&desk);
    desk.propose("2");
    desk.approve("alice");
    desk.approve("chandra");
    desk.line(&format!("push --registry {}", registry.url)).ok();
    pull();
    let deploy = || {
        desk.line(
            "deploy --dir gateway --model digits-classifier --weights FIXTURE/2/weights.npz \
             --environment production --scope eu-west --key placet-keys/deployer.pem -- true",
        )
    };
    deploy().ok();

    let at = format!("--registry {}", registry.url);
    let stable = watch(&desk, "none", 0, &at);
    assert_eq!((stable.code, &report(&stable)["drift"]), (0, &json!("stable")), "{stable:?}");
    let few = watch(&desk, "few", 1, &at);
    assert_eq!((few.code, &report(&few)["drift"]), (3, &json!("inconclusive")), "{few:?}");
    let first = watch(&desk, "blur-2", 2, &at);
    assert_eq!((first.code, &report(&first)["drift"]), (1, &json!("drifted")), "{first:?}");
    assert_eq!(report(&first)["revocations"], json!([]));
    // One window is an alert and no more; the command that a person could give stands beside it.
    assert!(report(&first)["commands"][0].as_str().unwrap().contains("revoke sha256:"), "{first:?}");
    pull();
    deploy().ok();

    let unjudged = watch(&desk, "few", 3, &at);
    assert_eq!(unjudged.code, 3);
    let second = watch(&desk, "blur-3", 4, &at);
    assert_eq!(second.code, 1);
    assert_eq!(report(&second)["revocations"].as_array().unwrap().len(), 1, "{second:?}");

    // The gateway that holds what it held stops as soon as it hears of it.
    pull();
    assert_eq!(deploy().code, 1);
    desk.verify("--dir gateway").denies(&["proposal_revoked"]);
    let shown = desk.line("show --dir gateway").ok();
    assert!(shown.out.contains("proposal_revoked"), "{shown:?}");
    assert_eq!(registry.stop(), Some(0));
}

#[test]
fn person_revokes_by_the_command_that_the_alert_prints() {
    let desk = founded(|plan| plan);
    train(&desk);
    desk.propose("2");
    desk.list();
    desk.approve("alice");
    desk.approve("chandra");
    desk.verify("").permits();
    let drifted = watch(&desk, "blur-3", 0, "");
    assert_eq!((drifted.code, &report(&drifted)["revocations"]), (1, &json!([])));
    let command = report(&drifted)["commands"][0].as_str().unwrap().to_owned();
    let command = command.strip_prefix("placet ").unwrap().replace("KEY", "placet-keys/dana.pem");
    let (before, after) = command.split_once('\'').unwrap();
    let (reason, after) = after.split_once('\'').unwrap();
    let words = before.split_whitespace().chain([reason]).chain(after.split_whitespace());
    desk.run(words.chain(["--yes"]).collect::<Vec<_>>()).ok();
    desk.verify("").denies(&["proposal_revoked"]);
}

#[test]
fn window_is_reported_twice_or_by_somebody_else() {
    let desk = founded(|plan| plan.replace("[root]", AUTO));
    train(&desk);
    watch(&desk, "none", 0, "").ok();
    let before = desk.snapshot();
    watch(&desk, "blur-3", 0, "").refuses("window_overlap");
    watch(&desk, "blur-3", 2, "--key placet-keys/alice.pem").refuses("usage");
    let line = "monitor digits-classifier@2 --environment production --scores FIXTURE/2/scores-clean.csv";
    desk.line(&format!("{line} --key placet-keys/alice.pem")).refuses("signer_not_entitled");
    desk.line(&format!("{line} --key placet-keys/deployer.pem")).refuses("signer_not_entitled");
    desk.line("monitor digits-classifier@2 --environment moon --metrics FIXTURE/2/metrics.json --key placet-keys/monitor.pem")
        .refuses("environment_undeclared");
    desk.line(
        "monitor digits-classifier@9 --environment production --metrics x --key placet-keys/monitor.pem",
    )
    .refuses("document_not_found");
    assert_eq!(before, desk.snapshot(), "a refused window left something");
}

#[test]
fn baseline_that_was_edited_counts() {
    let desk = founded(|plan| plan);
    train(&desk);
    let (path, envelope) = desk.documents().into_iter().next().unwrap();
    let payload = String::from_utf8(envelope.unverified_payload().to_vec()).unwrap();
    let edited = payload.replacen(r#""missing":0"#, r#""missing":1"#, 1);
    assert_ne!(edited, payload);
    // Signed again by somebody who may train nothing: the monitor compares with no baseline but the trainer's.
    let forged = desk.key("alice").statement(edited.into_bytes());
    std::fs::remove_file(path).unwrap();
    desk.smuggle(&forged);
    watch(&desk, "none", 0, "").refuses("signer_mismatch");
}

/// Rows of one output with their times, a minute apart.
fn rows(count: u32, shift: f64) -> String {
    let mut text = String::from("at,score\n");
    for row in 0..count {
        let score = f64::from(row * 37 % 100) / 100.0 + shift;
        writeln!(text, "2026-01-01T{:02}:{:02}:00Z,{score}", row / 60, row % 60).unwrap();
    }
    text
}

fn trained_on(desk: &Desk, scores: &str, more: &str) -> Said {
    desk.write("train.csv", scores);
    desk.line(&format!(
        "train --model m --version 1 --weights FIXTURE/2/weights.npz --scores train.csv {more} \
         --key placet-keys/pipeline.pem --json"
    ))
}

#[test]
fn windows_by_time_and_by_number_lose_or_repeat_rows() {
    let desk = founded(|plan| plan);
    trained_on(&desk, &rows(600, 0.0), "--score score").ok();
    let monitor = "monitor m@1 --environment production --key placet-keys/monitor.pem --json";
    // The rows were served before the model was made, so the first window is asked for by its time.
    desk.write("first.csv", rows(2, 0.0));
    let first = "--from 2025-12-31T00:00:00Z --to 2026-01-01T00:00:00Z";
    assert_eq!(desk.line(&format!("{monitor} --scores first.csv {first}")).code, 3);
    desk.write("served.csv", rows(150, 0.0));
    let said = desk.line(&format!("{monitor} --scores served.csv --time at --every 1h"));
    let windows = |said: &Said| -> Vec<(String, u64)> {
        let reports = said.json()["reports"].as_array().unwrap().clone();
        let window = |report: &Value| {
            (report["window"]["from"].as_str().unwrap().into(), report["window"]["rows"].as_u64().unwrap())
        };
        reports.iter().map(window).collect()
    };
    let hour = |hour: u8| format!("2026-01-01T{hour:02}:00:00Z");
    assert_eq!(windows(&said), [(hour(0), 60), (hour(1), 60), (hour(2), 30)]);
    assert_eq!(said.code, 0, "{said:?}");
    // Nothing is new, and that is no permit.
    let again = desk.line(&format!("{monitor} --scores served.csv --time at --every 1h"));
    assert_eq!((again.code, windows(&again)), (3, vec![]));
    desk.write("served.csv", rows(290, 0.0));
    let said = desk.line(&format!("{monitor} --scores served.csv --time at --rows 50"));
    assert_eq!(windows(&said), [(hour(3), 50), ("2026-01-01T03:50:00Z".into(), 50)]);
    let unsorted = rows(150, 0.0).lines().rev().collect::<Vec<_>>().join("\n");
    desk.write("unsorted.csv", format!("at,score\n{}", unsorted.replace("\nat,score", "")));
    desk.line(&format!("{monitor} --scores unsorted.csv --time at --every 1h")).refuses("scores_malformed");
    desk.line(&format!("{monitor} --scores served.csv --time when --every 1h")).refuses("scores_malformed");
    desk.line(&format!("{monitor} --scores served.csv --rows 50")).refuses("usage");
}

#[test]
fn stream_of_json_is_judged_as_it_comes() {
    let desk = founded(|plan| plan);
    trained_on(&desk, &rows(600, 0.0), "--score score").ok();
    // A window from the moment at which the model was made has a length.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    let line =
        "monitor m@1 --environment production --scores - --rows 100 --key placet-keys/monitor.pem --json";
    let mut command = desk.command(line.split_whitespace());
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    for row in 0..250 {
        let score = f64::from(row * 37 % 100) / 100.0 + if row < 100 { 0.0 } else { 0.5 };
        writeln!(input, "{}", json!({ "score": score, "user": row })).unwrap();
    }
    drop(input);
    let said = Said::from(child.wait_with_output().unwrap());
    let reports = said.json()["reports"].as_array().unwrap().clone();
    let found: Vec<_> = reports.iter().map(|report| report["drift"].as_str().unwrap().to_owned()).collect();
    assert_eq!((said.code, found), (1, vec!["stable".to_owned(), "drifted".to_owned()]), "{said:?}");
}

#[test]
fn long_column_becomes_a_sketch_and_is_still_judged() {
    let desk = founded(|plan| plan);
    let mut long = String::from("score,label\n");
    for row in 0..20_000_u32 {
        writeln!(long, "{},{}", f64::from(row * 7919 % 20_000) / 20_000.0, row % 3).unwrap();
    }
    let said = trained_on(&desk, &long, "--score score --category label").ok();
    let text = desk.read(said.json()["path"].as_str().unwrap());
    assert!(text.len() < 400_000);
    let served = |from: u32, shift: f64| {
        let mut text = String::from("score,label\n");
        for row in from..from + 2000 {
            writeln!(text, "{},{}", f64::from(row * 7919 % 20_000) / 20_000.0 + shift, row % 3).unwrap();
        }
        text
    };
    let monitor = "monitor m@1 --environment production --key placet-keys/monitor.pem --json --scores";
    desk.write("same.csv", served(0, 0.0));
    desk.write("moved.csv", served(0, 0.3));
    let window = |hour| format!("--from 2026-01-01T0{hour}:00:00Z --to 2026-01-01T0{hour}:30:00Z");
    assert_eq!(desk.line(&format!("{monitor} same.csv {}", window(0))).code, 0);
    assert_eq!(desk.line(&format!("{monitor} moved.csv {}", window(1))).code, 1);
    // A column that is gone is not healthy.
    desk.write("gone.csv", served(0, 0.0).replace("score", "other"));
    assert_eq!(desk.line(&format!("{monitor} gone.csv {}", window(2))).code, 3);
}

#[test]
fn metrics_that_are_missing_or_worse_count_as_healthy() {
    let desk = founded(|plan| plan);
    train(&desk);
    let monitor = "monitor digits-classifier@2 --environment production --key placet-keys/monitor.pem --json";
    let rules = "ece macro_f1 mean_top_score worst_digit_recall";
    let rules: Vec<_> = rules.split(' ').map(|name| format!("[metrics.{name}]\nignore = true\n")).collect();
    desk.write("metrics-rules.toml", rules.concat());
    for (hour, metrics, code) in [
        (0, r#"{"accuracy": 0.98, "log_loss": 0.063}"#, 0),
        (1, r#"{"accuracy": 0.98, "log_loss": 0.4}"#, 1),
        (2, r#"{"accuracy": 0.98}"#, 3),
        (3, r#"{"accuracy": null, "log_loss": 0.063}"#, 3),
        (4, "name,value\naccuracy,0.5\nlog_loss,0.06\n", 1),
    ] {
        desk.write("now.json", metrics);
        let window = format!("--from 2026-01-01T0{hour}:00:00Z --to 2026-01-01T0{hour}:30:00Z");
        let said = desk.line(&format!("{monitor} --metrics now.json --rules metrics-rules.toml {window}"));
        assert_eq!(said.code, code, "{metrics}: {said:?}");
    }
    for rules in
        ["alpha = 2", "beta = 1", "[outputs.x]\ntest = \"vibes\"", "[metrics.x]\ndirection = \"up\"", "= 1"]
    {
        desk.write("bad.toml", rules);
        desk.line(&format!("{monitor} --metrics now.json --rules bad.toml")).refuses("rules_malformed");
    }
}

#[test]
fn bad_scores_are_signed() {
    let desk = founded(|plan| plan);
    for (scores, more, code) in [
        ("", "", "scores_malformed"),
        ("a\n", "--score b", "scores_malformed"),
        ("a\nx\ny\n", "--score a", "scores_malformed"),
        ("a,a\n1,2\n", "", "scores_malformed"),
        ("a b\n1\n", "", "scores_malformed"),
    ] {
        let before = desk.snapshot();
        trained_on(&desk, scores, more).refuses(code);
        let mut after = desk.snapshot();
        after.retain(|path, _| !path.ends_with("train.csv"));
        let mut before = before;
        before.retain(|path, _| !path.ends_with("train.csv"));
        assert_eq!(before, after, "{scores:?} left something");
    }
    desk.write("baselines.json", r#"{"a": {"kind": "sample", "values": [2, 1], "missing": 0}}"#);
    let line = "train --model m --version 1 --weights FIXTURE/2/weights.npz --key placet-keys/pipeline.pem";
    desk.line(&format!("{line} --baselines baselines.json")).refuses("baseline_content");
}

#[test]
fn approval_that_runs_out_goes_unseen() {
    let desk = Desk::approved();
    let quiet = desk.line("expiring --json");
    assert_eq!((quiet.code, quiet.json()["expiring"].as_array().unwrap().len()), (0, 0), "{quiet:?}");
    let loud = desk.line("expiring --within 91d --json");
    assert_eq!(loud.code, 1, "{loud:?}");
    assert_eq!(loud.json()["expiring"][0]["why"], "the proposal ends");
    // What does not run cannot run out.
    assert_eq!(Desk::proposed().line("expiring --within 91d").code, 0);
}
