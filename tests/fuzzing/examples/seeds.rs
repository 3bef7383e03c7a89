//! Writes one sound document of each kind into the corpora: `cargo run -p placet-fuzzing --example seeds`.
#![expect(clippy::unwrap_used, reason = "for tests alone")]

use std::{fs, path::Path};

use placet_core::{decide::decide, drift::Sketch, revocation::Target};
use placet_testkit::Organisation;

fn main() {
    let org = Organisation::new();
    let training = org.watched_training();
    let proposal = org.proposal(&training, |_| {});
    let approvals = ["alice.ng", "chandra.iyer"].map(|name| org.approval(&training, &proposal, name, |_| {}));
    let bundle = org.bundle(&training, &proposal, &approvals).to_json();
    let (trust, request) = (org.trust().to_json(), org.request().to_json());
    let decided = decide(bundle.as_bytes(), trust.as_bytes(), None, request.as_bytes()).unwrap();
    let payload = |envelope: &placet_core::envelope::Envelope| envelope.unverified_payload().to_vec();
    let mut sketch = Sketch::new(128).unwrap();
    sketch.extend(&(0..300).map(f64::from).collect::<Vec<_>>());
    let revocation = org.revocation("dana.osei", Target::Proposal(proposal.digest()), |_| {});
    for (name, seed) in [
        ("approval", payload(&approvals[0])),
        ("baselines", Organisation::baselines().to_json().into_bytes()),
        ("bundle", bundle.into_bytes()),
        ("decide", Vec::new()),
        ("deployment", payload(&org.deployment(&proposal, &decided.bytes, "deployer", |_| {}))),
        ("drift_report", payload(&org.drift_report(&training, 0, 60, "drift-monitor", |_| {}))),
        ("drift_sketch", sketch.to_bytes()),
        ("envelope", approvals[0].to_json().into_bytes()),
        ("key_revocation", payload(&org.key_revocation("alice.ng", "alice.ng"))),
        ("policy", payload(&org.policy_envelope())),
        ("proposal", payload(&proposal)),
        ("request", request.into_bytes()),
        ("revocation", payload(&revocation)),
        ("revocation_list", payload(&org.list(|_| {}))),
        ("state", decided.state.to_json().into_bytes()),
        ("training_output", payload(&training)),
        ("trust", trust.into_bytes()),
    ] {
        let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus").join(name);
        fs::create_dir_all(&directory).unwrap();
        fs::write(directory.join("sound"), seed).unwrap();
    }
}
