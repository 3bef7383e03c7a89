//! The most expensive documents that the limits allow, and how long a decision about them takes:
//! `cargo run --release -p placet-core --example worst_case`; with a directory as argument it writes them there.
//!
//! Signatures are what costs: a document of as many as it may have, each well formed, naming a key that could count,
//! and wrong, so that every one is tried; over payloads as long as they may be. Nothing of it may be permitted.
#![expect(clippy::unwrap_used, reason = "an example stops where something is wrong")]

use std::{env, fs, path::Path, time::Instant};

use placet_core::{
    approval::Verdict, bundle::Bundle, decide::decide, decision::Outcome, envelope::Envelope, limits,
    trust::Trust,
};
use placet_testkit::{Key, Organisation};

/// How often each is decided; the fastest counts.
const ROUNDS: usize = 5;

fn main() {
    let org = Organisation::new();
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |_| {});
    let approvals = ["alice.ng", "chandra.iyer"].map(|who| org.approval(&training, &proposal, who, |_| {}));
    let sound = org.bundle(&training, &proposal, &approvals);
    // Rejections, as only those may have more than one signature, each with its own comment.
    let rejection = |number: usize, length: usize| {
        org.approval(&training, &proposal, "bo.eriksen", |approval| {
            approval.verdict = Verdict::Reject;
            approval.comment = format!("{number:08}{}", "x".repeat(length - 8));
        })
    };
    let crowd = |signatures: usize, length: usize| -> Vec<Envelope> {
        let whole = signatures / limits::SIGNATURES;
        (0..whole).map(|number| forged(&rejection(number, length))).collect()
    };
    let many = |limit: usize, length: usize| crowd(limit - 64, length);
    let loose = |envelopes: Vec<Envelope>| Trust {
        revocations: envelopes.into_iter().map(Ok).collect(),
        ..org.trust()
    };
    let bundle =
        |approvals: &[Envelope]| Bundle::new(training.clone(), proposal.clone(), approvals.to_vec(), None);
    let long_training = forged(&org.training(|training| {
        training.card = format!("\"{}\"", "x".repeat(limits::SIGNED_BYTES / 64 - (8 << 10)));
    }));
    let heavy = Bundle::new(long_training, proposal.clone(), approvals.to_vec(), None);
    let text = limits::TEXT;
    let cases = [
        ("for comparison: a sound bundle", sound.clone(), org.trust(), Outcome::Permit),
        ("a bundle of as many signatures as it may have", bundle(&many(1024, 8)), org.trust(), Outcome::Deny),
        ("a bundle of signatures over long payloads", bundle(&many(1024, text)), org.trust(), Outcome::Deny),
        ("a bundle of one payload as long as it may be", heavy, org.trust(), Outcome::Deny),
        ("trust of as many signatures as it may have", sound.clone(), loose(many(8192, 8)), Outcome::Permit),
        ("trust of signatures over long payloads", sound, loose(many(8192, text)), Outcome::Permit),
    ];
    for (number, (name, bundle, trust, outcome)) in cases.iter().enumerate() {
        let documents = [bundle.to_json(), trust.to_json(), org.request().to_json()];
        let [bundle, trust, request] = documents.each_ref().map(String::as_bytes);
        let mut fastest = f64::INFINITY;
        for _ in 0..ROUNDS {
            let start = Instant::now();
            let decided = decide(bundle, trust, None, request).unwrap();
            fastest = fastest.min(start.elapsed().as_secs_f64());
            assert_eq!(decided.decision.outcome, *outcome, "{name}");
        }
        let (bundle, trust) = (bundle.len() >> 10, trust.len() >> 10);
        println!("{:>8.1} ms  {name} (bundle {bundle} KiB, trust {trust} KiB)", fastest * 1000.0);
        if let Some(directory) = env::args().nth(1) {
            let directory = Path::new(&directory);
            for (kind, text) in ["bundle", "trust", "request"].iter().zip(&documents) {
                fs::write(directory.join(format!("{number}.{kind}.json")), text).unwrap();
            }
        }
    }
}

/// The envelope with as many signatures under its signer's key as there may be, each of other bytes.
fn forged(envelope: &Envelope) -> Envelope {
    let signer = if envelope.to_json().len() > 1 << 20 { "training-pipeline" } else { "bo.eriksen" };
    let key_id = Key::of(signer).key_id();
    let entries = (0..limits::SIGNATURES).map(|number| {
        let other = Envelope::sign("text/plain", vec![number.to_le_bytes()[0]], &Key::of(signer)).to_json();
        let signature = other.split(r#""sig":""#).nth(1).and_then(|rest| rest.split('"').next()).unwrap();
        format!(r#"{{"keyid":"{key_id}","sig":"{signature}"}}"#)
    });
    let entries = entries.collect::<Vec<_>>().join(",");
    let unsigned =
        Envelope::unsigned(envelope.payload_type(), envelope.unverified_payload().to_vec()).to_json();
    let crowded = unsigned.replace(r#""signatures":[]"#, &format!(r#""signatures":[{entries}]"#));
    Envelope::parse(crowded.as_bytes()).unwrap()
}
