//! One statement that is pushed to a gateway counts at once, and only if it ends something.
#![allow(missing_docs, reason = "tests are named for the fault they catch")]

use placet_core::{envelope::Envelope, revocation::Target};
use placet_gateway::{
    config::Config,
    gateway::{Answer, Gateway},
    schedule::Document,
};
use placet_testkit::{NOW, Organisation, time};

const PLACE: &str = "/v1/models/digits";

fn proposal(org: &Organisation) -> (Envelope, Envelope) {
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |_| {});
    (training, proposal)
}

/// A gateway that permits what the organisation approved.
fn serving(org: &Organisation) -> Gateway {
    let (training, proposal) = proposal(org);
    let subject = Organisation::subject();
    let config = format!(
        r#"{{"media_type":"application/vnd.placet.gateway+json;version=1","mode":"enforce","pins":["{}"],
        "source":{{"kind":"registry","url":"http://127.0.0.1:1"}},"routes":[{{"name":"digits","path":"{PLACE}",
        "model_id":"{}","weights":{{"kind":"{}","digest":"{}"}},"environment":"production","scope":"eu-west"}}]}}"#,
        org.domain(),
        subject.model_id.as_str(),
        subject.weights.kind.as_str(),
        subject.weights.digest,
    );
    let mut gateway = Gateway::new(Config::parse(config.as_bytes()).unwrap(), time(NOW));
    let now = time(NOW);
    gateway.received(Document::Trust, None, org.trust().to_json().as_bytes(), now).unwrap();
    let approvals = ["alice.ng", "chandra.iyer"].map(|name| org.approval(&training, &proposal, name, |_| {}));
    let bundle = org.bundle(&training, &proposal, &approvals).to_json();
    gateway.received(Document::Bundle(0), None, bundle.as_bytes(), now).unwrap();
    assert!(matches!(gateway.answer(["a.example.org"], PLACE, now), Answer::Permit { .. }));
    gateway
}

fn codes(gateway: &mut Gateway) -> Vec<&'static str> {
    match gateway.answer(["a.example.org"], PLACE, time(NOW)) {
        Answer::Refuse(refusal) => refusal.codes,
        _ => Vec::new(),
    }
}

#[test]
fn pushed_revocation_waits_for_the_next_look() {
    let org = Organisation::new();
    let mut gateway = serving(&org);
    let revocation = org.revocation("dana.osei", Target::Proposal(proposal(&org).1.digest()), |_| {});
    gateway.take_kept();
    gateway.revoke(revocation.to_json().as_bytes(), time(NOW)).unwrap();
    assert_eq!(codes(&mut gateway), ["proposal_revoked"]);
    assert!(gateway.denies(["a.example.org"], PLACE, time(NOW)));
    let kept = gateway.take_kept().expect("it has changed");
    // A source that knows nothing of it takes nothing back, and nor does a restart.
    gateway.received(Document::Trust, None, org.trust().to_json().as_bytes(), time(NOW)).unwrap();
    assert_eq!(codes(&mut gateway), ["proposal_revoked"]);
    let mut restarted = serving(&org);
    restarted.adopt(kept.as_bytes(), time(NOW)).unwrap();
    assert_eq!(codes(&mut restarted), ["proposal_revoked"]);
}

#[test]
fn pushed_key_revocation_or_veto_does_not_count() {
    let org = Organisation::new();
    let mut gateway = serving(&org);
    gateway.revoke(org.key_revocation("alice.ng", "chandra.iyer").to_json().as_bytes(), time(NOW)).unwrap();
    assert!(codes(&mut gateway).contains(&"key_revoked"));

    let mut gateway = serving(&org);
    let (training, proposal) = proposal(&org);
    let rejection = org.approval(&training, &proposal, "alice.ng", |approval| {
        approval.verdict = placet_core::approval::Verdict::Reject;
    });
    gateway.revoke(rejection.to_json().as_bytes(), time(NOW)).unwrap();
    assert!(codes(&mut gateway).contains(&"approval_cancelled"), "{:?}", codes(&mut gateway));
}

#[test]
fn anything_else_is_taken_in_as_a_push() {
    let org = Organisation::new();
    let (training, proposal) = proposal(&org);
    let target = Target::Proposal(proposal.digest());
    let approval = org.approval(&training, &proposal, "bo.eriksen", |_| {});
    let outsider = org.revocation("training-pipeline", target, |_| {});
    let foreign = Organisation::new().with(|policy| policy.organization = "Other".into());
    let foreign = foreign.revocation("dana.osei", target, |_| {});
    let unsigned = org.revocation("dana.osei", target, |_| {});
    let unsigned = Envelope::unsigned(unsigned.payload_type(), unsigned.unverified_payload().to_vec());
    let mut gateway = serving(&org);
    gateway.take_kept();
    for (envelope, code) in [
        (approval, "unknown_value"),
        (proposal, "wrong_payload_type"),
        (org.policy_envelope(), "wrong_payload_type"),
        (outsider, "signer_not_entitled"),
        (foreign, "foreign_domain"),
        (unsigned, "signer_mismatch"),
    ] {
        let refused = gateway.revoke(envelope.to_json().as_bytes(), time(NOW)).unwrap_err();
        assert_eq!(refused.code().as_str(), code);
        assert_eq!(codes(&mut gateway), [] as [&str; 0]);
        assert_eq!(gateway.take_kept(), None, "nothing has changed");
    }
    assert!(gateway.revoke(b"no JSON", time(NOW)).is_err());
}
