//! What a gateway lets through, keeps, and does not forget, with an organisation's signed documents.
#![expect(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use placet_core::{
    approval::Verdict,
    bundle::Bundle,
    digest::Digest,
    envelope::Envelope,
    revocation::Reason,
    revocation::Target,
    revocation_list::{Entry, EntryKind},
    time::Timestamp,
    trust::Trust,
};
use placet_gateway::{
    code::Code,
    config::Config,
    gateway::{Answer, Gateway},
    problem::{Refusal, is_reserved},
    schedule::Document,
};
use placet_testkit::{NOW, Organisation, time};
use serde_json::{Value, json};

const HOST: [&str; 1] = ["models.example.org"];
const PATH: &str = "/digits/predict";

fn now() -> Timestamp {
    time(NOW)
}

fn config_with(org: &Organisation, change: impl FnOnce(&mut Value)) -> Config {
    let request = org.request();
    let mut config = json!({
        "media_type": "application/vnd.placet.gateway+json;version=1",
        "mode": "enforce",
        "pins": [org.domain().to_string()],
        "source": { "kind": "registry", "url": "http://127.0.0.1:8787/placet" },
        "routes": [{
            "name": "digits",
            "path": "/digits",
            "model_id": request.model_id.as_str(),
            "weights": { "kind": "file", "digest": request.weights.digest.to_string() },
            "environment": "production",
            "scope": "eu-west",
        }],
        "open": [{ "path": "/healthz" }],
    });
    change(&mut config);
    Config::parse(config.to_string().as_bytes()).unwrap()
}

fn gateway(org: &Organisation) -> Gateway {
    Gateway::new(config_with(org, |_| {}), now())
}

/// An approved version, and the parts it is made of.
struct Case {
    org: Organisation,
    training: Envelope,
    proposal: Envelope,
    approvals: Vec<Envelope>,
}

impl Case {
    fn new() -> Self {
        let org = Organisation::new();
        let training = org.training(|_| {});
        let proposal = org.proposal(&training, |_| {});
        let approvals =
            ["alice.ng", "chandra.iyer"].map(|name| org.approval(&training, &proposal, name, |_| {}));
        Self { org, training, proposal, approvals: approvals.into() }
    }

    fn bundle(&self) -> Bundle {
        self.org.bundle(&self.training, &self.proposal, &self.approvals)
    }

    /// The same with one more verdict.
    fn bundle_and(&self, approver: &str, verdict: Verdict) -> Bundle {
        let verdict = self.org.approval(&self.training, &self.proposal, approver, |a| a.verdict = verdict);
        let approvals = [self.approvals.clone(), vec![verdict]].concat();
        self.org.bundle(&self.training, &self.proposal, &approvals)
    }

    fn revoked(&self, target: Target) -> Trust {
        let revocation = self.org.revocation("dana.osei", target, |_| {});
        Trust { revocations: vec![Ok(revocation)], ..self.org.trust() }
    }
}

fn give(gateway: &mut Gateway, trust: &Trust, now: Timestamp) {
    gateway.received(Document::Trust, None, trust.to_json().as_bytes(), now).unwrap();
}

fn give_bundle(gateway: &mut Gateway, bundle: &Bundle, now: Timestamp) {
    gateway.received(Document::Bundle(0), None, bundle.to_json().as_bytes(), now).unwrap();
}

/// The codes of the answer; none for a permit.
fn codes(gateway: &mut Gateway, now: Timestamp) -> Vec<&'static str> {
    match gateway.answer(HOST, PATH, now) {
        Answer::Permit { .. } => Vec::new(),
        Answer::Refuse(Refusal { route, codes }) => {
            assert_eq!(route, Some("digits"));
            assert!(!codes.is_empty());
            codes
        }
        Answer::Open => panic!("the path is not open"),
    }
}

/// A gateway that lets the approved version through.
fn serving(case: &Case) -> Gateway {
    let mut gateway = gateway(&case.org);
    give(&mut gateway, &case.org.trust(), now());
    give_bundle(&mut gateway, &case.bundle(), now());
    assert_eq!(codes(&mut gateway, now()), [""; 0]);
    gateway
}

#[test]
fn missing_evidence_is_no_permit() {
    let case = Case::new();
    let mut gateway = gateway(&case.org);
    assert_eq!(codes(&mut gateway, now()), ["trust_missing"]);
    give_bundle(&mut gateway, &case.bundle(), now());
    assert_eq!(codes(&mut gateway, now()), ["trust_missing"]);
    let mut gateway = self::gateway(&case.org);
    give(&mut gateway, &case.org.trust(), now());
    assert_eq!(codes(&mut gateway, now()), ["bundle_missing"]);
    assert_eq!(gateway.answer(HOST, "/healthz", now()), Answer::Open);
    let Answer::Refuse(refusal) = gateway.answer(HOST, "/letters", now()) else { panic!("no route") };
    assert_eq!(
        refusal.to_json(),
        r#"{"codes":["route_unknown"],"route":null,"status":403,"title":"Refused","type":"urn:placet:problem:refused"}"#
    );
}

#[test]
fn pins_of_a_trust_document_are_believed() {
    let case = Case::new();
    let config = config_with(&case.org, |config| {
        config["pins"] = json!([Digest::of(b"another").to_string()]);
    });
    let mut gateway = Gateway::new(config, now());
    give(&mut gateway, &case.org.trust(), now());
    give_bundle(&mut gateway, &case.bundle(), now());
    assert!(codes(&mut gateway, now()).contains(&"policy_unpinned"));
}

#[test]
fn other_weights_than_the_route_s_are_served() {
    let case = Case::new();
    let config = config_with(&case.org, |config| {
        config["routes"][0]["weights"]["digest"] = json!(Digest::of(b"other").to_string());
    });
    let mut gateway = Gateway::new(config, now());
    give(&mut gateway, &case.org.trust(), now());
    give_bundle(&mut gateway, &case.bundle(), now());
    assert_eq!(codes(&mut gateway, now()), ["weights_mismatch"]);
}

#[test]
fn a_permit_outlives_its_window() {
    let case = Case::new();
    let mut gateway = serving(&case);
    let until = gateway.verdicts().next().unwrap().1.unwrap().until.unwrap();
    assert_eq!(codes(&mut gateway, until.plus(-1)), [""; 0]);
    assert_eq!(codes(&mut gateway, until), ["list_stale"]);
    // A clock that was set back asks for a decision of its own, and that denies.
    let mut gateway = serving(&case);
    assert!(codes(&mut gateway, now().plus(-3600)).contains(&"clock_rollback"));
}

#[test]
fn a_permit_outlives_a_revocation() {
    let case = Case::new();
    let targets = [
        (Target::Proposal(case.proposal.digest()), "proposal_revoked"),
        (Target::Weights(case.org.request().weights.digest), "weights_revoked"),
    ];
    for (target, code) in targets {
        let mut gateway = serving(&case);
        give(&mut gateway, &case.revoked(target), now());
        assert_eq!(codes(&mut gateway, now()), [code]);
        // The source leaves it out again, as if it had never been.
        give(&mut gateway, &case.org.trust(), now().plus(1));
        assert_eq!(codes(&mut gateway, now().plus(1)), [code]);
        // A restart does not forget it either.
        let mut restarted = self::gateway(&case.org);
        restarted.adopt(gateway.kept().as_bytes(), now().plus(2)).unwrap();
        give(&mut restarted, &case.org.trust(), now().plus(2));
        give_bundle(&mut restarted, &case.bundle(), now().plus(2));
        assert_eq!(codes(&mut restarted, now().plus(2)), [code]);
    }
}

#[test]
fn an_older_list_takes_the_place_of_a_newer_one() {
    let case = Case::new();
    let mut gateway = serving(&case);
    let proposal = case.proposal.digest();
    let entry = Entry {
        kind: EntryKind::Proposal,
        value: proposal,
        until: None,
        reason_code: Reason::Security,
        source: Digest::of(b"a revocation"),
    };
    let newer = case.org.list(|list| {
        list.number = 213;
        list.entries.push(entry);
    });
    give(&mut gateway, &Trust { revocation_lists: vec![Ok(newer)], ..case.org.trust() }, now());
    assert_eq!(codes(&mut gateway, now()), ["proposal_revoked"]);
    give(&mut gateway, &case.org.trust(), now());
    assert_eq!(codes(&mut gateway, now()), ["proposal_revoked"]);
}

#[test]
fn a_newer_policy_is_not_heeded_at_once() {
    let case = Case::new();
    let mut gateway = serving(&case);
    let stricter =
        case.org.next_policy(|policy| policy.rules[0].quorum[0].threshold = 2, &["alice.ng", "dana.osei"]);
    let mut trust = case.org.trust();
    trust.policies.push(Ok(stricter));
    give(&mut gateway, &trust, now());
    assert!(codes(&mut gateway, now()).contains(&"threshold_not_met"));
    // A source that hides it again changes nothing.
    give(&mut gateway, &case.org.trust(), now());
    assert!(codes(&mut gateway, now()).contains(&"threshold_not_met"));
}

#[test]
fn junk_of_a_source_is_kept_for_ever() {
    let case = Case::new();
    let mut gateway = serving(&case);
    let forged = case.org.next_policy(|_| {}, &["emil.novak"]);
    let mut trust = case.org.trust();
    trust.policies.push(Ok(forged));
    give(&mut gateway, &trust, now());
    assert_eq!(codes(&mut gateway, now()), ["policy_signatures"]);
    give(&mut gateway, &case.org.trust(), now());
    assert_eq!(codes(&mut gateway, now()), [""; 0]);
}

#[test]
fn a_bundle_in_use_is_swapped_for_a_worse_one() {
    let case = Case::new();
    let mut gateway = serving(&case);
    let other = case.org.training(|training| {
        training.subject.model_id = placet_core::name::ModelId::parse("letters").unwrap();
    });
    let proposal = case.org.proposal(&other, |_| {});
    give_bundle(&mut gateway, &case.org.bundle(&other, &proposal, &[]), now());
    assert_eq!(codes(&mut gateway, now()), [""; 0]);
    // While nothing serves, anything may come.
    let mut gateway = self::gateway(&case.org);
    give(&mut gateway, &case.org.trust(), now());
    give_bundle(&mut gateway, &case.org.bundle(&other, &proposal, &[]), now());
    assert!(codes(&mut gateway, now()).contains(&"model_mismatch"));
    give_bundle(&mut gateway, &case.bundle(), now());
    assert_eq!(codes(&mut gateway, now()), [""; 0]);
}

#[test]
fn the_newer_bundle_of_the_same_proposal_is_ignored() {
    let case = Case::new();
    let mut gateway = serving(&case);
    let fewer = case.org.bundle(&case.training, &case.proposal, &case.approvals[..1]);
    give_bundle(&mut gateway, &fewer, now());
    assert!(codes(&mut gateway, now()).contains(&"threshold_not_met"));
}

#[test]
fn a_rejection_is_forgotten_with_its_bundle() {
    let case = Case::new();
    for verdict in [Verdict::Reject, Verdict::Withdraw] {
        let mut gateway = serving(&case);
        give_bundle(&mut gateway, &case.bundle_and("alice.ng", verdict), now());
        assert!(codes(&mut gateway, now()).contains(&"threshold_not_met"), "{verdict:?}");
        give_bundle(&mut gateway, &case.bundle(), now());
        assert!(codes(&mut gateway, now()).contains(&"threshold_not_met"), "{verdict:?}");
        give(&mut gateway, &case.org.trust(), now());
        assert!(codes(&mut gateway, now()).contains(&"threshold_not_met"), "{verdict:?}");
    }
}

#[test]
fn another_proposal_answers_for_a_route_that_names_one() {
    let case = Case::new();
    let named = |digest: Digest| {
        let config =
            config_with(&case.org, |config| config["routes"][0]["proposal"] = json!(digest.to_string()));
        let mut gateway = Gateway::new(config, now());
        give(&mut gateway, &case.org.trust(), now());
        give_bundle(&mut gateway, &case.bundle(), now());
        codes(&mut gateway, now())
    };
    assert_eq!(named(case.proposal.digest()), [""; 0]);
    assert_eq!(named(Digest::of(b"another")), ["proposal_mismatch"]);
}

#[test]
fn a_deployment_that_the_serving_plane_did_not_sign() {
    let case = Case::new();
    let decided = |envelope: &Envelope| {
        let envelope: Value = serde_json::from_str(&envelope.to_json()).unwrap();
        let config = config_with(&case.org, |config| {
            config["routes"] = json!([{ "name": "digits", "path": "/digits", "deployment": envelope }]);
        });
        let mut gateway = Gateway::new(config, now());
        give(&mut gateway, &case.org.trust(), now());
        give_bundle(&mut gateway, &case.bundle(), now());
        codes(&mut gateway, now())
    };
    let deployment = |deployer: &str| case.org.deployment(&case.proposal, b"{}", deployer, |_| {});
    assert_eq!(decided(&deployment("deployer")), [""; 0]);
    assert_eq!(decided(&deployment("alice.ng")), ["signer_not_entitled"]);
    let relabelled = case.org.deployment(&case.proposal, b"{}", "deployer", |_| {});
    let forged = placet_testkit::sign_by(
        relabelled.payload_type(),
        relabelled.unverified_payload().to_vec(),
        &["alice.ng"],
    );
    assert_eq!(decided(&forged), ["signer_mismatch"]);
}

#[test]
fn a_deployment_that_says_no_or_is_of_a_stranger() {
    let case = Case::new();
    let refused = |envelope: &Envelope| {
        let mut config = json!({
            "media_type": "application/vnd.placet.gateway+json;version=1",
            "mode": "enforce",
            "pins": [case.org.domain().to_string()],
            "source": { "kind": "static", "url": "http://a" },
            "routes": [{ "name": "digits", "path": "/digits" }],
        });
        config["routes"][0]["deployment"] = serde_json::from_str(&envelope.to_json()).unwrap();
        Config::parse(config.to_string().as_bytes()).unwrap_err().code()
    };
    let deny = |d: &mut placet_core::deployment::Deployment| d.outcome = placet_core::decision::Outcome::Deny;
    let foreign = |d: &mut placet_core::deployment::Deployment| d.domain = Digest::of(b"foreign");
    assert_eq!(refused(&case.org.deployment(&case.proposal, b"{}", "deployer", deny)), "not_permitted");
    assert_eq!(
        refused(&case.org.deployment(&case.proposal, b"{}", "deployer", foreign)),
        Code::DeploymentUnpinned.as_str()
    );
    assert_eq!(refused(&case.proposal), "wrong_predicate_type");
}

#[test]
fn an_answer_that_cannot_be_read_ends_what_serves() {
    let case = Case::new();
    let mut gateway = serving(&case);
    for bytes in [&b""[..], b"{}", b"<html>", &[0xff; 9]] {
        gateway.received(Document::Trust, None, bytes, now()).unwrap_err();
        gateway.received(Document::Bundle(0), None, bytes, now()).unwrap_err();
        gateway.adopt(bytes, now()).unwrap_err();
    }
    gateway.failed(Document::Trust, now());
    assert_eq!(codes(&mut gateway, now()), [""; 0]);
}

#[test]
fn a_list_runs_out_before_it_is_looked_for() {
    let case = Case::new();
    let mut gateway = gateway(&case.org);
    let due = |gateway: &mut Gateway, now| {
        gateway.take_due(now).into_iter().map(|fetch| fetch.path).collect::<Vec<_>>()
    };
    let digest = case.org.request().weights.digest.to_string().replace(':', "%3A");
    let bundle = format!(
        "/placet/v1/bundles?model_id=digits-classifier&weights_kind=file&weights={digest}&environment=production&scope=eu-west"
    );
    assert_eq!(due(&mut gateway, now()), ["/placet/v1/trust".to_owned(), bundle.clone()]);
    assert!(due(&mut gateway, now()).is_empty(), "both are on their way");
    assert_eq!(due(&mut gateway, now().plus(60)).len(), 2, "nobody answered");
    give(&mut gateway, &case.org.trust(), now());
    give_bundle(&mut gateway, &case.bundle(), now());
    assert!(due(&mut gateway, now().plus(29)).is_empty());
    assert_eq!(due(&mut gateway, now().plus(30)), ["/placet/v1/trust"], "a bundle that serves has time");
    gateway.unchanged(Document::Trust, now().plus(30));
    // After a failure sooner than otherwise, and ever more slowly.
    for pause in [1, 2, 4, 8, 16, 30, 30] {
        gateway.failed(Document::Trust, now());
        assert!(due(&mut gateway, now().plus(pause - 1)).is_empty(), "{pause}");
        assert_eq!(due(&mut gateway, now().plus(pause)).len(), 1, "{pause}");
    }
    gateway.unchanged(Document::Trust, now());
    gateway.pushed();
    assert_eq!(due(&mut gateway, now()), ["/placet/v1/trust"]);
    // A clock that was set back by a day does not put it off by a day.
    gateway.unchanged(Document::Trust, now());
    assert!(due(&mut gateway, now().plus(-86_400)).contains(&"/placet/v1/trust".to_owned()));
}

#[test]
fn a_short_lived_list_is_looked_for_too_late() {
    let org = Organisation::new().with(|policy| policy.rules[0].revocation_list_max_age_seconds = 20);
    let mut gateway = gateway(&org);
    let just = org.list(|list| list.window.not_before = now());
    gateway.take_due(now());
    give(&mut gateway, &Trust { revocation_lists: vec![Ok(just)], ..org.trust() }, now());
    gateway.failed(Document::Bundle(0), now());
    assert!(!gateway.take_due(now().plus(4)).iter().any(|fetch| fetch.document == Document::Trust));
    assert!(gateway.take_due(now().plus(5)).iter().any(|fetch| fetch.document == Document::Trust));
}

#[test]
fn a_denied_route_waits_for_its_next_round() {
    let case = Case::new();
    let mut gateway = serving(&case);
    gateway.take_due(now());
    give(&mut gateway, &case.revoked(Target::Proposal(case.proposal.digest())), now());
    let due = gateway.take_due(now());
    assert!(due.iter().any(|fetch| fetch.document == Document::Bundle(0)), "a renewed approval may be there");
}

#[test]
fn what_is_kept_is_believed_without_verification() {
    let case = Case::new();
    let mut gateway = serving(&case);
    let kept = gateway.take_kept().unwrap();
    assert_eq!(gateway.take_kept(), None, "nothing has changed since");
    let mut restarted = self::gateway(&case.org);
    restarted.adopt(kept.as_bytes(), now()).unwrap();
    assert_eq!(codes(&mut restarted, now()), [""; 0], "a restart while the registry is down");
    let mut forged: Value = serde_json::from_str(&kept).unwrap();
    let signatures = &mut forged["bundles"]["digits"]["approvals"][0]["signatures"];
    *signatures = json!([]);
    let mut restarted = self::gateway(&case.org);
    restarted.adopt(forged.to_string().as_bytes(), now()).unwrap();
    assert!(codes(&mut restarted, now()).contains(&"threshold_not_met"));
}

#[test]
fn a_ledger_that_was_seen_is_not_led_on_from() {
    let case = Case::new();
    let path = |config: Config, kept: &Value| {
        let mut gateway = Gateway::new(config, now());
        gateway.adopt(kept.to_string().as_bytes(), now()).unwrap();
        gateway.take_due(now()).swap_remove(0).path
    };
    let mut kept: Value = serde_json::from_str(&serving(&case).kept()).unwrap();
    assert_eq!(path(config_with(&case.org, |_| {}), &kept), "/placet/v1/trust");
    let domain = case.org.domain().to_string();
    kept["state"]["domains"][&domain]["checkpoint"] = json!({ "size": 4711, "root": domain });
    assert_eq!(path(config_with(&case.org, |_| {}), &kept), "/placet/v1/trust?tree_size=4711");
    let files = config_with(&case.org, |config| config["source"]["kind"] = "static".into());
    assert_eq!(path(files, &kept), "/placet/trust.json", "files are as they are");
}

#[test]
fn what_is_kept_lets_an_older_list_pass() {
    let case = Case::new();
    let mut gateway = serving(&case);
    let newer = case.org.list(|list| list.number = 300);
    give(&mut gateway, &Trust { revocation_lists: vec![Ok(newer)], ..case.org.trust() }, now());
    // Of all that was kept only the state is left.
    let mut kept: Value = serde_json::from_str(&gateway.kept()).unwrap();
    kept["trust"] = Value::Null;
    let mut restarted = self::gateway(&case.org);
    restarted.adopt(kept.to_string().as_bytes(), now()).unwrap();
    give(&mut restarted, &case.org.trust(), now());
    assert_eq!(codes(&mut restarted, now()), ["list_rollback"]);
}

#[test]
fn a_request_that_is_not_counted() {
    let case = Case::new();
    let mut gateway = serving(&case);
    gateway.answer(HOST, PATH, now());
    gateway.answer(HOST, "/healthz", now());
    gateway.answer(HOST, "/../digits", now());
    let text = gateway.metrics().to_text(&gateway.gauges(now()));
    for line in [
        r#"placet_gateway_requests_total{route="digits",outcome="permit"} 2"#,
        r#"placet_gateway_requests_total{route="",outcome="open"} 1"#,
        r#"placet_gateway_requests_total{route="",outcome="refused"} 1"#,
        r#"placet_gateway_refusals_total{code="path_dot_segment"} 1"#,
        r#"placet_gateway_fetches_total{document="trust",result="new"} 1"#,
        "placet_gateway_list_number 212",
        "placet_gateway_policy_version 1",
        "placet_gateway_enforcing 1",
    ] {
        assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    }
}

#[test]
fn a_client_that_sets_the_gateway_s_headers() {
    for name in ["placet-decision", "Placet-Decision", "PLACET-", "placet-anything"] {
        assert!(is_reserved(name), "{name}");
    }
    for name in ["placet", "x-placet-decision", "", "plácet-a", "content-type"] {
        assert!(!is_reserved(name), "{name}");
    }
}
