//! From an empty directory to a permit that others reach by themselves, and back by one revocation.

mod support;

use placet_core::key::Signer as _;
use placet_core::{
    bundle::Bundle, decide::decide, decision::Outcome, digest::Digest, policy::Log, request::Request,
    revocation::Target, trust::Trust,
};
use placet_testkit::{Key, Organisation};
use support::Server;

/// Decides as a gateway does: from the registry's bytes, with its own pin in the place of the registry's.
fn decides(server: &Server, org: &Organisation, proposal: Digest, request: &Request) -> Outcome {
    let client = server.client();
    let mut trust = Trust::parse(&client.get("/v1/trust").body).unwrap();
    trust.pins = [org.domain()].into();
    let bundle = client.get(&format!("/v1/bundles/{proposal}")).body;
    assert!(Bundle::parse(&bundle).is_ok());
    let request = request.to_json();
    decide(&bundle, trust.to_json().as_bytes(), None, request.as_bytes()).unwrap().decision.outcome
}

fn with_ledger() -> Organisation {
    Organisation::new().with(|policy| {
        policy.log = Some(Log {
            origin: "registry.example/ledger".into(),
            key: Key::of("log").public_key().clone(),
            witnesses: Vec::new(),
            threshold: 0,
        });
        policy.rules.iter_mut().for_each(|rule| rule.require_ledger = true);
    })
}

#[test]
fn model_is_permitted_when_its_quorum_is_complete_and_stopped_by_a_revocation() {
    let org = with_ledger();
    let server = Server::start(&org);
    let client = server.client();
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |_| {});
    let digest = proposal.digest();
    let state = |expected: &str| {
        let item = client.get("/v1/proposals").json()["items"][0].clone();
        assert_eq!(item["state"], expected, "{item}");
    };
    // The server's clock runs on from the moment of the test kit.
    let mut request = org.request();
    request.now = request.now.plus(60);

    assert_eq!(client.admit(&training)["kind"], "training_output");
    assert_eq!(client.admit(&proposal)["kind"], "proposal");
    state("open");
    client.admit(&org.approval(&training, &proposal, "alice.ng", |_| {}));
    assert_eq!(decides(&server, &org, digest, &request), Outcome::Deny);
    state("open");
    client.admit(&org.approval(&training, &proposal, "chandra.iyer", |_| {}));
    assert_eq!(decides(&server, &org, digest, &request), Outcome::Permit);
    state("approved");

    let before = client.get("/v1/revocation-list").header("etag").to_owned();
    client.admit(&org.revocation("dana.osei", Target::Proposal(digest), |_| {}));
    assert_eq!(decides(&server, &org, digest, &request), Outcome::Deny);
    state("revoked");
    assert_ne!(client.get("/v1/revocation-list").header("etag"), before);
}

#[test]
fn question_is_answered_with_a_worse_proposal_or_with_other_weights() {
    let org = Organisation::new();
    let server = Server::start(&org);
    let client = server.client();
    let training = org.training(|_| {});
    let approved = org.proposal(&training, |_| {});
    let newer = org.proposal(&training, |proposal| proposal.note = "Once more.".into());
    client.admit(&training);
    client.admit(&approved);
    let request = org.request();
    let weights = request.weights.digest.to_string().replace(':', "%3A");
    let question = |weights: &str, environment: &str| {
        format!(
            "/v1/bundles?model_id={}&weights_kind=file&weights={weights}&environment={environment}&scope=eu-west",
            request.model_id
        )
    };
    let answer = |path: &str| {
        let bundle = Bundle::parse(&client.get(path).body).unwrap();
        bundle.proposal().unwrap().digest()
    };
    let asked = question(&weights, "production");
    assert_eq!(answer(&asked), approved.digest());
    client.admit(&newer);
    assert_eq!(answer(&asked), newer.digest(), "of two open ones the newer");
    for name in ["alice.ng", "chandra.iyer"] {
        client.admit(&org.approval(&training, &approved, name, |_| {}));
    }
    assert_eq!(answer(&asked), approved.digest(), "the one that is permitted");
    let other = Digest::of(b"other weights").to_string().replace(':', "%3A");
    assert_eq!(client.get(&question(&other, "production")).refusal(), (404, "not_found".into()));
    assert_eq!(client.get(&question("sha256", "production")).refusal(), (400, "invalid_query".into()));
    assert_eq!(client.get(&question(&weights, "*")).refusal(), (400, "invalid_query".into()));
    assert_eq!(client.get("/v1/bundles").refusal(), (400, "invalid_query".into()));
}
