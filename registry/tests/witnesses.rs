//! Cosignatures of witnesses: taken in from those whom the policy names, kept, and served with the checkpoint.
#![cfg(unix)]
#![allow(missing_docs, reason = "tests are named for the fault they catch")]

mod support;

use placet_core::{
    bundle::Bundle,
    code::Code,
    decide::{Decided, decide},
    digest::Digest,
    json::ObjectWriter,
    key::Signer as _,
    ledger::{SignedCheckpoint, WitnessKey},
    policy::{Log, Witness},
    trust::Trust,
};
use placet_testkit::{Key, Organisation};
use support::{Answer, Client, Server};

const WITNESSES: [&str; 3] = ["witness.example/a", "witness.example/b", "witness.example/c"];

/// An organisation whose rules require a ledger that two of three witnesses cosign.
fn organisation() -> Organisation {
    Organisation::new().with(|policy| {
        let witness = |name: &str| Witness { name: name.into(), key: Key::of(name).public_key().clone() };
        policy.log = Some(Log {
            origin: "registry.example/ledger".into(),
            key: Key::of("log").public_key().clone(),
            witnesses: WITNESSES.map(witness).into(),
            threshold: 2,
        });
        policy.rules.iter_mut().for_each(|rule| rule.require_ledger = true);
    })
}

fn newest(client: &Client) -> String {
    String::from_utf8(client.get("/v1/ledger/checkpoint?newest=true").body).unwrap()
}

fn served(client: &Client) -> String {
    String::from_utf8(client.get("/v1/ledger/checkpoint").body).unwrap()
}

fn size(note: &str) -> u64 {
    note.lines().nth(1).unwrap().parse().unwrap()
}

/// The note with the cosignature of `witness`, under the key of `key`.
fn cosigned(note: &str, witness: &str, key: &str, timestamp: u64) -> String {
    let (text, _) = note.split_once("\n\n").unwrap();
    let signature =
        Key::of(key).sign(WitnessKey::cosigned_message(timestamp, &format!("{text}\n")).as_bytes());
    let name = WitnessKey::new(witness, Key::of(key).public_key().clone()).unwrap();
    format!("{note}{}", name.signature_line(timestamp, &signature))
}

fn post(client: &Client, note: &str) -> Answer {
    client.post_json("/v1/ledger/cosignatures", &ObjectWriter::new().string("checkpoint", note).finish())
}

fn decided(client: &Client, org: &Organisation, proposal: Digest) -> Decided {
    let mut trust = Trust::parse(&client.get("/v1/trust").body).unwrap();
    trust.pins = [org.domain()].into();
    let bundle = client.get(&format!("/v1/bundles/{proposal}")).body;
    assert!(Bundle::parse(&bundle).is_ok());
    let mut request = org.request();
    request.now = request.now.plus(60);
    decide(&bundle, trust.to_json().as_bytes(), None, request.to_json().as_bytes()).unwrap()
}

#[test]
fn ledger_with_too_few_witnesses_permits_or_with_enough_denies() {
    let org = organisation();
    let server = Server::start(&org);
    let client = server.client();
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |_| {});
    client.admit(&training);
    client.admit(&proposal);
    for name in ["alice.ng", "chandra.iyer"] {
        client.admit(&org.approval(&training, &proposal, name, |_| {}));
    }
    let denials = |client: &Client| decided(client, &org, proposal.digest()).decision.denials;
    assert_eq!(denials(&client), [Code::LedgerWitnesses]);
    let note = newest(&client);
    let first = post(&client, &cosigned(&note, WITNESSES[0], WITNESSES[0], 1_795_000_000));
    assert_eq!((first.status, first.json()["witnesses"][0].as_str()), (200, Some(WITNESSES[0])));
    // One witness twice is one witness.
    post(&client, &cosigned(&note, WITNESSES[0], WITNESSES[0], 1_795_000_009));
    assert_eq!(denials(&client), [Code::LedgerWitnesses]);
    post(&client, &cosigned(&note, WITNESSES[2], WITNESSES[2], 1_795_000_001));
    assert_eq!(denials(&client), []);
    assert_eq!(served(&client).lines().count(), 4 + 3, "log and two witnesses, the newer line of each");

    // What comes later is served once it is cosigned, and what is cosigned is served until then.
    client.admit(&org.training(|training| training.version = placet_core::name::Label::parse("4").unwrap()));
    assert_eq!((size(&newest(&client)), size(&served(&client))), (size(&note) + 1, size(&note)));
    assert_eq!(denials(&client), []);
    let proof = client.get(&format!("/v1/ledger/consistency?from={}&to={}", size(&note), size(&note) + 1));
    assert_eq!(proof.status, 200);

    // Nothing of it is gone after a stop.
    let directory = server.stop();
    let server = Server::start_in(directory, &org, |_| {});
    let client = server.client();
    assert_eq!(size(&served(&client)), size(&note));
    assert_eq!(denials(&client), []);
    let both = cosigned(&newest(&client), WITNESSES[1], WITNESSES[1], 1_795_000_100);
    let both = cosigned(&both, WITNESSES[2], WITNESSES[2], 1_795_000_100);
    assert_eq!(post(&client, &both).json()["served"], size(&note) + 1);
    assert_eq!(size(&served(&client)), size(&note) + 1);
    let policy = org.policy.log.as_ref().unwrap().policy().unwrap();
    let checkpoint = SignedCheckpoint::parse(served(&client).as_bytes()).unwrap().verify(&policy).unwrap();
    assert_eq!(checkpoint.cosignatures().len(), 2);
}

#[test]
fn cosignature_of_a_stranger_or_of_another_tree_is_kept() {
    let org = organisation();
    let server = Server::start(&org);
    let client = server.client();
    client.admit(&org.training(|_| {}));
    let note = newest(&client);
    let time = 1_795_000_000;
    let refusal = |note: &str| post(&client, note).refusal().1;
    assert_eq!(refusal(&note), "ledger_witnesses");
    assert_eq!(refusal(&cosigned(&note, "witness.example/x", "x", time)), "ledger_witnesses");
    // A known name under a stranger's key, and a known key under another's name.
    assert_eq!(refusal(&cosigned(&note, WITNESSES[0], "x", time)), "ledger_witnesses");
    assert_eq!(refusal(&cosigned(&note, WITNESSES[0], WITNESSES[1], time)), "ledger_witnesses");
    assert_eq!(refusal(&note.replace("registry.example", "registry.example2")), "checkpoint_origin_mismatch");
    let (text, _) = note.split_once("\n\n").unwrap();
    let unsigned = cosigned(&format!("{text}\n\n"), WITNESSES[0], WITNESSES[0], time);
    assert_eq!(refusal(&unsigned), "checkpoint_log_signature_missing");
    assert_eq!(refusal("garbage"), "checkpoint_unsigned");
    assert_eq!(refusal(&"x".repeat(70_000)), "too_large");
    // The log's own signature over a tree that this one does not continue.
    let forked = placet_core::ledger::TreeHead::new("registry.example/ledger", 1, [7; 32]).unwrap();
    let log =
        placet_core::ledger::LogKey::new("registry.example/ledger", Key::of("log").public_key().clone())
            .unwrap();
    let forked = forked.to_note(&[log.signature_line(&Key::of("log").sign(forked.to_text().as_bytes()))]);
    assert_eq!(refusal(&cosigned(&forked, WITNESSES[0], WITNESSES[0], time)), "ledger_forked");
    // Junk beside a good line neither counts nor blocks.
    let junk = cosigned(&cosigned(&note, WITNESSES[0], "x", time), WITNESSES[0], WITNESSES[0], time);
    assert_eq!(post(&client, &junk).json()["witnesses"].as_array().unwrap().len(), 1);
    assert_eq!(newest(&client).lines().count(), 4 + 2);

    // A registry whose policy names no log has nothing to cosign.
    let plain = Server::start(&Organisation::new());
    assert_eq!(post(&plain.client(), &junk).refusal().1, "ledger_missing");
}

#[test]
fn one_witness_makes_every_head_costly() {
    let org = organisation();
    let server = Server::start(&org);
    let client = server.client();
    for version in 0..70 {
        client.admit(&org.training(|training| {
            training.version = placet_core::name::Label::parse(&version.to_string()).unwrap();
        }));
        let answer = post(&client, &cosigned(&newest(&client), WITNESSES[0], WITNESSES[0], 1_795_000_000));
        assert_eq!(answer.status, 200);
    }
    let other = |size: u64| {
        let note = newest(&client);
        assert!(size <= self::size(&note));
        post(&client, &cosigned(&note, WITNESSES[1], WITNESSES[1], 1_795_000_001)).json()["served"].clone()
    };
    assert_eq!(other(1), size(&newest(&client)));
}
