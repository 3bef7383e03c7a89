//! The ledger at the command line: a rule that asks for it and for witnesses, copies and their checks, witnesses, state.
#![cfg(unix)]

mod common;

use std::{collections::BTreeMap, fs, path::PathBuf};

use common::{
    Desk, MODEL, Said,
    server::{Registry, founded_with, pin},
};
use placet_core::{
    digest::Digest,
    key::{PublicKey, Signer},
    ledger::{LogKey, Tree, TreeHead, merkle},
};
use serde_json::{Value, json};

const ORIGIN: &str = "registry.example/ledger";
const WITNESSES: [&str; 2] = ["witness.example/a", "witness.example/b"];

/// An organisation whose production asks for the ledger, cosigned by one of two witnesses, and its registry.
fn served() -> (Desk, Registry) {
    let desk = founded_with(|plan, keys| plan_with_ledger(&plan, keys, None));
    serve(desk)
}

fn plan_with_ledger(plan: &str, keys: &Value, witnesses: Option<&BTreeMap<&str, String>>) -> String {
    let witnesses = witnesses.map(|witnesses| {
        let lines: Vec<_> = witnesses.iter().map(|(name, key)| format!("\"{name}\" = \"{key}\"")).collect();
        format!("threshold = 1\nwitnesses = {{ {} }}\n", lines.join(", "))
    });
    let log = format!(
        "[log]\norigin = \"{ORIGIN}\"\nkey = {}\n{}\n",
        keys["log_key"],
        witnesses.unwrap_or_default()
    );
    plan.replace("[root]", &format!("{log}[root]"))
        .replace("max_ttl_days = 90", "max_ttl_days = 90\nrequire_ledger = true")
}

fn serve(desk: Desk) -> (Desk, Registry) {
    desk.write("gateway/pins", desk.read("placet/pins"));
    let registry =
        Registry::start(&desk, &format!("--pin {} --policy placet/policies/0001.json", pin(&desk)));
    (desk, registry)
}

/// The same with witnesses, whose keys lie in `a.pem` and `b.pem`.
fn witnessed() -> (Desk, Registry) {
    let keys = Desk::empty();
    let mut witnesses = BTreeMap::new();
    for (name, file) in WITNESSES.into_iter().zip(["a", "b"]) {
        let key = keys.line(&format!("keygen --output {file}.pem --no-passphrase --json")).ok().json();
        witnesses.insert(name, key["public_key"].as_str().unwrap().to_owned());
    }
    let desk = founded_with(|plan, keys| plan_with_ledger(&plan, keys, Some(&witnesses)));
    for file in ["a.pem", "b.pem"] {
        fs::copy(keys.path(file), desk.path(file)).unwrap();
    }
    serve(desk)
}

/// Version 2, approved by two, at the registry, and pulled into the gateway's directory.
fn approve(desk: &Desk, registry: &Registry) {
    desk.train("2");
    desk.propose("2");
    desk.approve("alice");
    desk.approve("chandra");
    desk.line(&format!("push --registry {} --json", registry.url)).ok();
    pull(desk, registry).ok();
}

fn pull(desk: &Desk, registry: &Registry) -> Said {
    desk.line(&format!("pull --dir gateway --registry {}", registry.url))
}

fn witness(desk: &Desk, registry: &Registry, key: &str) -> Said {
    desk.line(&format!("witness --key {key}.pem --seen {key}.seen --registry {} --json", registry.url))
}

/// A copy of the ledger over these entries, signed by the registry's own log key.
fn copy(desk: &Desk, entries: &[Digest]) -> String {
    let key = common::FileKey::open(&desk.path("data/log-key.pem"));
    let public = PublicKey::from_bytes(key.public_key().as_bytes()).unwrap();
    let tree: Tree = entries.iter().map(|entry| merkle::leaf_hash(entry.as_bytes())).collect();
    let head = TreeHead::new(ORIGIN, tree.size(), tree.root()).unwrap();
    let line = LogKey::new(ORIGIN, public).unwrap().signature_line(&key.sign(head.to_text().as_bytes()));
    json!({
        "media_type": "application/vnd.placet.ledger+json;version=1",
        "checkpoint": head.to_note(&[line]),
        "entries": entries.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "envelopes": [],
    })
    .to_string()
}

fn entries(desk: &Desk, name: &str) -> Vec<Digest> {
    let ledger: Value = serde_json::from_str(&desk.read(name)).unwrap();
    ledger["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| common::digest(entry.as_str().unwrap()))
        .collect()
}

#[test]
fn rule_that_asks_for_the_ledger_is_never_met_or_met_without_it() {
    let (desk, registry) = served();
    approve(&desk, &registry);
    desk.verify("--dir gateway").permits();
    // Whoever signed has no copy of the ledger.
    desk.line(&format!("pull --registry {}", registry.url)).ok();
    fs::remove_file(desk.path("placet/ledger.json")).unwrap();
    desk.verify("").denies(&["ledger_missing"]);
    fs::remove_file(desk.path("gateway/ledger.json")).unwrap();
    desk.verify("--dir gateway").denies(&["ledger_missing"]);
    pull(&desk, &registry).ok();
    desk.verify("--dir gateway").permits();

    // Elsewhere, by two files and no directory.
    desk.line(&format!("bundle {MODEL}@2 --dir gateway --output b.json --trust-output t.json")).ok();
    let files = format!("--bundle b.json --trust t.json --pin {} --state s.json", pin(&desk));
    desk.verify(&files).permits();
    // The ledger goes on, and both lead on to it.
    desk.train("1");
    desk.line(&format!("push --registry {} --json", registry.url)).ok();
    pull(&desk, &registry).ok();
    desk.verify("--dir gateway").permits();
    desk.line(&format!("bundle {MODEL}@2 --dir gateway --output b2.json --trust-output t2.json")).ok();
    desk.verify(&files.replace("t.json", "t2.json")).permits();
    desk.verify("--dir gateway --bundle b.json").permits();
}

#[test]
fn audit_of_a_ledger_that_grew_makes_other_decisions() {
    let (desk, registry) = served();
    approve(&desk, &registry);
    let deploy = "deploy --dir gateway --model digits-classifier --weights FIXTURE/2/weights.npz --environment production \
                  --scope eu-west --key placet-keys/deployer.pem -- true";
    desk.line(deploy).ok();
    desk.train("1");
    desk.line(&format!("push --registry {}", registry.url)).ok();
    desk.line(&format!("push --dir gateway --registry {}", registry.url)).ok();
    pull(&desk, &registry).ok();
    desk.line("audit export --dir gateway --output all.json").ok();
    let verify = |file: &str| {
        let elsewhere = Desk::empty();
        fs::copy(desk.path(file), elsewhere.path(file)).unwrap();
        elsewhere.line(&format!("audit verify {file} --pin {} --json", pin(&desk)))
    };
    let report = verify("all.json").ok().json();
    assert_eq!((&report["decisions"][0]["again"], &report["findings"]), (&json!("same"), &json!(0)));
    assert_eq!(report["decisions"][0]["deployments"][0]["deployed_by"], "deployer");
    let ledger = &report["ledger"];
    assert_eq!((&ledger["missing"], &ledger["included"]), (&json!([]), &ledger["size"]));
    // Another ledger, and none.
    let mut file: Value = serde_json::from_str(&desk.read("all.json")).unwrap();
    file["ledger"]["entries"].as_array_mut().unwrap().swap(0, 1);
    desk.write("spoilt.json", file.to_string());
    let spoilt = verify("spoilt.json");
    assert_eq!((spoilt.code, &spoilt.json()["ledger"]["code"]), (1, &json!("ledger_mismatch")));
    assert_eq!(spoilt.json()["decisions"][0]["again"], "other");
    file["ledger"] = Value::Null;
    desk.write("none.json", file.to_string());
    let none = verify("none.json");
    assert_eq!((none.code, &none.json()["ledger"]["code"]), (1, &json!("ledger_missing")));
}

#[test]
fn rotated_policy_does_not_reach_the_registry() {
    let (desk, registry) = served();
    desk.line("policy draft --renew-keys --output draft.json").ok();
    desk.line("policy sign draft.json --key placet-keys/alice.pem --output 2.json --yes").ok();
    desk.line("policy sign 2.json --key placet-keys/bo.pem --yes").ok();
    let rotate = format!("policy rotate 2.json --yes --json --registry {}", registry.url);
    assert_eq!(desk.line(&rotate).ok().json()["registry"], "taken");
    assert_eq!(desk.line(&rotate).ok().json()["registry"], "known");
    pull(&desk, &registry).ok();
    assert!(desk.line("policy show --dir gateway").ok().out.contains("version 2"));
    desk.line(&rotate.replace(&registry.url, "http://127.0.0.1:1")).refuses("registry_unreachable");
}

#[test]
fn enrolment_of_the_registry_is_taken_under_another_number() {
    let (desk, registry) = served();
    desk.line("keygen --output fay.pem --no-passphrase").ok();
    let key = common::FileKey::open(&desk.path("fay.pem"));
    let public = key.public_key().to_hex();
    let fields = placet_core::json::ObjectWriter::new()
        .string("name", "bo")
        .string("display_name", "Bo Eriksen")
        .string("public_key", &public)
        .string("note", "a new laptop")
        .string("signed_at", "2026-11-22T14:05:00Z")
        .finish();
    let signature = key.sign(format!("placet-enrolment-v1\n{fields}").as_bytes());
    let hex = signature.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    let mut body: Value = serde_json::from_str(&fields).unwrap();
    body["signature"] = hex.into();
    post(&registry.url, "/v1/enrolments", &body.to_string());
    let draft = |number: &str| {
        desk.line(&format!(
            "policy draft --enrolment {number} --registry {} --output draft.json",
            registry.url
        ))
    };
    draft("7").refuses("document_not_found");
    let said = draft("1").ok();
    assert!(said.err.contains(&key.public_key().words()), "{said:?}");
    assert!(desk.read("draft.json").contains(&public));
}

/// Sends JSON to a registry.
fn post(url: &str, path: &str, body: &str) {
    use std::io::{Read as _, Write as _};
    let host = url.strip_prefix("http://").unwrap();
    let mut stream = std::net::TcpStream::connect(host).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nhost: {host}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(format!("{head}{body}").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
}

/// What stands in the gateway's directory.
fn gateway(desk: &Desk) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = desk.snapshot();
    files.retain(|path, _| path.starts_with(desk.path("gateway")));
    files
}

#[test]
fn ledger_that_shrank_or_forked_is_not_noticed() {
    let (desk, registry) = served();
    approve(&desk, &registry);
    desk.verify("--dir gateway").permits();
    let good = desk.read("gateway/ledger.json");
    let all = entries(&desk, "gateway/ledger.json");
    let shorter = [&all[1..], &[]].concat();
    let mut forked = all.clone();
    forked.swap(0, 1);
    let mut longer = forked.clone();
    longer.push(Digest::of(b"more"));
    for (entries, code) in
        [(&shorter, "ledger_shrunk"), (&forked, "ledger_forked"), (&longer, "ledger_forked")]
    {
        desk.write("gateway/ledger.json", copy(&desk, entries));
        let state = desk.read("gateway/state.json");
        desk.verify("--dir gateway").denies(&[code]);
        assert_eq!(desk.read("gateway/state.json"), state, "{code}");
        // A verifier that has seen nothing cannot tell, and takes the one that it is shown.
        desk.verify("--dir gateway --state new.json").permits();
        fs::remove_file(desk.path("new.json")).unwrap();
    }
    desk.write("gateway/ledger.json", &good);
    desk.verify("--dir gateway").permits();

    // A registry that shows something else than before, or less, brings nothing in.
    desk.train("1");
    desk.line(&format!("push --registry {} --json", registry.url)).ok();
    let refused = |entries: &[Digest], code: &str| {
        desk.write("gateway/ledger.json", copy(&desk, entries));
        let before = gateway(&desk);
        pull(&desk, &registry).refuses(code);
        assert!(before == gateway(&desk), "{code}");
    };
    refused(&forked, "ledger_forked");
    refused(&longer, "ledger_forked");
    desk.write("gateway/ledger.json", &good);
    pull(&desk, &registry).ok();
    let mut more = entries(&desk, "gateway/ledger.json");
    assert_eq!(more.len(), all.len() + 1);
    more.push(Digest::of(b"more"));
    refused(&more, "ledger_shrunk");
    // A copy whose entries are not those of its checkpoint is none.
    let torn = good.replacen(&all[0].to_string(), &Digest::of(b"x").to_string(), 1);
    desk.write("gateway/ledger.json", torn);
    desk.verify("--dir gateway").denies(&["ledger_missing"]);
}

#[test]
fn witnesses_that_the_policy_asks_for_are_not_heard() {
    let (desk, registry) = witnessed();
    approve(&desk, &registry);
    desk.verify("--dir gateway").denies(&["ledger_witnesses"]);
    let said = witness(&desk, &registry, "a").ok().json();
    assert_eq!((&said["witness"], &said["seen"]), (&json!(WITNESSES[0]), &json!(0)));
    assert_eq!(said["served"], said["size"]);
    pull(&desk, &registry).ok();
    desk.verify("--dir gateway").permits();

    // A training output more: what was cosigned is served on, and the witness follows.
    desk.train("1");
    desk.line(&format!("push --registry {} --json", registry.url)).ok();
    pull(&desk, &registry).ok();
    desk.verify("--dir gateway").permits();
    let again = witness(&desk, &registry, "a").ok().json();
    assert_eq!(
        (&again["seen"], again["size"].as_u64()),
        (&said["size"], said["size"].as_u64().map(|size| size + 1))
    );
    let export = format!("ledger export --dir gateway --registry {} --output ledger.json", registry.url);
    desk.line(&export).ok();
    let verified = desk.line("ledger verify ledger.json --json").ok().json();
    // Without an evidence directory, by a trust file and a pin.
    desk.line(&format!("bundle {MODEL}@2 --dir gateway --output b.json --trust-output t.json")).ok();
    desk.line(&format!("ledger verify ledger.json --trust t.json --pin {} --dir nowhere", pin(&desk))).ok();
    let other = format!("sha256:{}", "0".repeat(64));
    desk.line(&format!("ledger verify ledger.json --trust t.json --pin {other}")).refuses("policy_unpinned");
    assert_eq!(verified["witnesses"][0]["name"], WITNESSES[0]);
    assert_eq!((&verified["size"], &verified["documents"]), (&again["size"], &again["size"]));
    // A second witness adds its line.
    witness(&desk, &registry, "b").ok();
    pull(&desk, &registry).ok();
    desk.line("ledger export --dir gateway --output both.json").ok();
    let both = desk.line("ledger verify both.json --earlier ledger.json --json").ok().json();
    assert_eq!(both["witnesses"].as_array().unwrap().len(), 2);
    assert_eq!(both["earlier"][0]["size"], again["size"]);
}

#[test]
fn witness_cosigns_two_histories() {
    let (desk, registry) = witnessed();
    approve(&desk, &registry);
    desk.line("ledger export --dir gateway --without-documents --output good.json").ok();
    let all = entries(&desk, "good.json");
    let run = |file: &str, more: &str| {
        desk.line(&format!("witness {file} --key a.pem --seen a.seen --output cosigned.txt {more} --json"))
    };
    // Before the first checkpoint there is nothing to compare with.
    run("good.json", "").ok();
    let seen = desk.read("a.seen");
    fs::rename(desk.path("cosigned.txt"), desk.path("first.txt")).unwrap();
    let mut forked = all.clone();
    forked.swap(0, 1);
    let mut longer = forked.clone();
    longer.push(Digest::of(b"more"));
    let note = |name: &str| {
        let ledger: Value = serde_json::from_str(&desk.read(name)).unwrap();
        ledger["checkpoint"].as_str().unwrap().to_owned()
    };
    for (name, entries, code) in [
        ("shorter", &all[..2], "ledger_shrunk"),
        ("forked", &forked[..], "ledger_forked"),
        ("longer", &longer[..], "ledger_forked"),
    ] {
        desk.write(format!("{name}.json"), copy(&desk, entries));
        desk.write(format!("{name}.txt"), note(&format!("{name}.json")));
        let before = desk.snapshot();
        run(&format!("{name}.json"), "").refuses(code);
        run(&format!("{name}.txt"), "").refuses(code);
        assert!(desk.snapshot() == before, "{name}");
    }
    // A longer one that is no fork, from a copy, and from a checkpoint with its proof.
    let mut grown = all.clone();
    grown.push(Digest::of(b"more"));
    desk.write("grown.json", copy(&desk, &grown));
    desk.write("grown.txt", note("grown.json"));
    run("grown.txt", "").refuses("ledger_forked");
    let tree: Tree = grown.iter().map(|entry| merkle::leaf_hash(entry.as_bytes())).collect();
    let hashes = tree.consistency_proof(all.len() as u64, grown.len() as u64).unwrap();
    let hashes: Vec<_> = hashes.iter().map(|hash| base64(hash)).collect();
    let proof = json!({ "from": all.len(), "to": grown.len(), "proof": hashes });
    for (name, spoilt) in [
        ("from", json!({ "from": 1, "to": grown.len(), "proof": hashes })),
        ("proof", json!({ "from": all.len(), "to": grown.len(), "proof": [base64(&[7; 32])] })),
    ] {
        desk.write("proof.json", spoilt.to_string());
        let said = run("grown.txt", "--proof proof.json");
        assert_eq!(said.error_code(), Some("ledger_forked"), "{name}");
    }
    assert_eq!(desk.read("a.seen"), seen);
    desk.write("proof.json", proof.to_string());
    run("grown.txt", "--proof proof.json").ok();
    assert_ne!(desk.read("a.seen"), seen);
    desk.line("ledger verify grown.json").refuses("checkpoint_witness_threshold_not_met");
    let mut ledger: Value = serde_json::from_str(&desk.read("grown.json")).unwrap();
    ledger["checkpoint"] = desk.read("cosigned.txt").into();
    desk.write("cosigned.json", ledger.to_string());
    desk.line("ledger verify cosigned.json --earlier good.json --earlier first.txt").ok();

    // Keys that are no witness's.
    desk.line("witness good.json --key placet-keys/alice.pem --output x.txt").refuses("signer_unknown");
    desk.line("witness good.json --key a.pem").refuses("output_required");
    desk.line("witness --key a.pem --output x.txt").refuses("registry_required");
}

fn base64(bytes: &[u8]) -> String {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let group = |chunk: &[u8]| {
        let bits =
            chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        let digit = |index: usize| {
            let sextet = usize::try_from(bits >> (18 - 6 * index) & 63).unwrap();
            if index <= chunk.len() { char::from(alphabet[sextet]) } else { '=' }
        };
        (0..4).map(digit).collect::<String>()
    };
    bytes.chunks(3).map(group).collect()
}

#[test]
fn copy_with_another_entry_or_document_is_verified() {
    let (desk, registry) = served();
    approve(&desk, &registry);
    desk.line("ledger export --dir gateway --output ledger.json").ok();
    desk.line("ledger export --dir gateway --output ledger.json").ok();
    desk.line("ledger verify ledger.json").ok();
    let good: Value = serde_json::from_str(&desk.read("ledger.json")).unwrap();
    let refuses = |change: &dyn Fn(&mut Value), code: &str| {
        let mut ledger = good.clone();
        change(&mut ledger);
        desk.write("spoilt.json", ledger.to_string());
        desk.line("ledger verify spoilt.json").refuses(code);
    };
    let list = |value: &mut Value, field: &str| value[field].as_array().unwrap().clone();
    refuses(&|l| drop(l["entries"].as_array_mut().unwrap().pop()), "ledger_mismatch");
    refuses(&|l| l["entries"].as_array_mut().unwrap().swap(0, 1), "ledger_mismatch");
    refuses(
        &|l| l["entries"].as_array_mut().unwrap().push(list(&mut good.clone(), "entries")[0].clone()),
        "ledger_mismatch",
    );
    refuses(
        &|l| l["envelopes"].as_array_mut().unwrap().push(list(&mut good.clone(), "envelopes")[0].clone()),
        "ledger_mismatch",
    );
    refuses(&|l| l["envelopes"][1]["signatures"][0]["sig"] = "AAAA".into(), "signature_malformed");
    refuses(&|l| l["envelopes"][1]["payload"] = "e30=".into(), "ledger_mismatch");
    refuses(&|l| l["checkpoint"] = "x".into(), "checkpoint_unsigned");
    let note = good["checkpoint"].as_str().unwrap();
    refuses(
        &|l| l["checkpoint"] = note.replacen(ORIGIN, "other.example/log", 1).into(),
        "checkpoint_origin_mismatch",
    );
    refuses(
        &|l| l["checkpoint"] = note.replacen("\n6\n", "\n7\n", 1).replacen("\n5\n", "\n6\n", 1).into(),
        "checkpoint_log_signature_invalid",
    );
    refuses(&|l| l["media_type"] = "x".into(), "unsupported_version");
    refuses(&|l| l["more"] = 1.into(), "unknown_field");
    // A log key of another organisation.
    let (other, theirs) = served();
    approve(&other, &theirs);
    other.line("ledger export --dir gateway --output ledger.json").ok();
    fs::copy(other.path("ledger.json"), desk.path("theirs.json")).unwrap();
    desk.line("ledger verify theirs.json").refuses("checkpoint_log_signature_missing");
    desk.line("ledger verify ledger.json --earlier theirs.json").refuses("checkpoint_log_signature_missing");
    // An organisation without a ledger.
    let plain = Desk::founded();
    fs::copy(desk.path("ledger.json"), plain.path("ledger.json")).unwrap();
    plain.line("ledger verify ledger.json").refuses("ledger_missing");
    plain.line("ledger export --output x.json").refuses("ledger_missing");
}
