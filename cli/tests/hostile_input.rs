//! Garbage, truncated, oversized and foreign input to every command: a coded error, exit code 2, and every file as it
//! was.

mod common;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use common::{Desk, MODEL, Said};

/// Files of every wrong kind, none of which any command can use in place of what it reads.
fn wrong_files(desk: &Desk, good: &Path) -> Vec<PathBuf> {
    let bytes = fs::read(good).unwrap();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let half = &bytes[..bytes.len() / 2];
    let mut cases: Vec<(&str, Vec<u8>)> = vec![
        ("empty", Vec::new()),
        ("null", b"null".into()),
        ("array", b"[]".into()),
        ("object", b"{}".into()),
        ("number", b"1e999".into()),
        ("string", br#""text""#.into()),
        ("noise", (0..4096_u32).map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()[3]).collect()),
        ("not-utf8", b"{\"a\": \"\xff\"}".into()),
        ("truncated", half.to_vec()),
        ("trailing", [&bytes[..], b"x"].concat()),
        ("twice", [&bytes[..], &bytes[..]].concat()),
        ("nul", b"\0".into()),
        ("bom", ["\u{feff}".as_bytes(), &bytes[..]].concat()),
        ("nested", "[".repeat(100_000).into()),
        ("surrogate", br#"{"a": "\ud800"}"#.into()),
        ("foreign", br#"{"payloadType": "text/plain", "payload": "aGk=", "signatures": []}"#.into()),
    ];
    if let Some(members) = text.strip_prefix('{') {
        cases.push(("duplicate", format!("{{\"payload\": 1, \"payload\": 1, {members}").into()));
        cases.push(("unknown", format!("{{\"extra\": 1, {members}").into()));
    }
    let write = |(name, bytes): (&str, Vec<u8>)| desk.write(format!("wrong/{name}"), bytes);
    let mut paths: Vec<_> = cases.into_iter().map(write).collect();
    // Larger than anything that is read; sparse, so that it costs nothing.
    let huge = desk.path("wrong/huge");
    fs::File::create(&huge).unwrap().set_len(5 << 30).unwrap();
    paths.push(huge);
    paths.push(desk.path("wrong/missing"));
    fs::create_dir_all(desk.path("wrong/directory")).unwrap();
    paths.push(desk.path("wrong/directory"));
    paths
}

/// Runs a command on every wrong file in the place of `{}`; gives the codes.
#[track_caller]
fn all_refused(desk: &Desk, good: &Path, line: &str, except: &[&str]) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for path in wrong_files(desk, good) {
        if except.iter().any(|name| path.ends_with(name)) {
            continue;
        }
        let before = desk.snapshot();
        let said = desk.line(&line.replace("{}", path.to_str().unwrap()));
        assert_coded(&said, &format!("{} of {line}", path.display()));
        assert!(said.out.is_empty(), "{said:?}");
        assert!(desk.snapshot() == before, "{line} changed a file for {}", path.display());
        codes.insert(said.error_code().unwrap().to_owned());
    }
    codes
}

#[track_caller]
fn assert_coded(said: &Said, what: &str) {
    let code = said.error_code().unwrap_or("");
    let known =
        !code.is_empty() && code.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit());
    assert!(said.code == 2 && known, "{what}: {said:?}");
    assert!(!said.err.contains("panicked"), "{what}: {said:?}");
    assert!(!said.err.contains('\u{1b}'), "{what}: {said:?}");
}

#[test]
fn evidence_directory_with_a_broken_file_is_used() {
    let desk = Desk::approved();
    desk.verify("").permits();
    let (approval, _) = desk.approval_of("alice");
    let commands = [
        "verify --model digits-classifier --weights FIXTURE/2/weights.npz --environment production --scope eu-west",
        "review digits-classifier@2",
        "approve digits-classifier@2 --key placet-keys/dana.pem --yes",
        "reject digits-classifier@2 --key placet-keys/dana.pem --yes",
        "withdraw digits-classifier@2 --key placet-keys/alice.pem --yes",
        "revoke digits-classifier@2 --reason-code other --key placet-keys/dana.pem --yes",
        "list --key placet-keys/registry.pem",
        "bundle digits-classifier@2 --output b.json --trust-output t.json",
        "show",
    ];
    let files = [
        "placet/policies/0001.json".into(),
        "placet/lists/000001.json".into(),
        approval.strip_prefix(desk.path("")).unwrap().to_owned(),
        PathBuf::from("placet/pins"),
    ];
    for file in files {
        let good = fs::read(desk.path(&file)).unwrap();
        for bytes in [&b"garbage"[..], &good[..good.len() / 2], b"{}", &[0xff; 64]] {
            desk.write(&file, bytes);
            let before = desk.snapshot();
            for line in commands {
                assert_coded(&desk.line(line), &format!("{} and {line}", file.display()));
            }
            assert_eq!(desk.snapshot(), before);
        }
        desk.write(&file, good);
    }
    desk.verify("").permits();
}

#[test]
fn state_that_is_garbage_is_taken_for_a_new_one() {
    let desk = Desk::approved();
    desk.verify("").permits();
    let line = "verify --model digits-classifier --weights FIXTURE/2/weights.npz --environment production \
                --scope eu-west --state {}";
    // A file that is not there yet is a state that has seen nothing.
    let codes = all_refused(&desk, &desk.path("placet/state.json"), line, &["missing"]);
    assert!(
        codes.contains("json_syntax") && codes.contains("too_large") && codes.contains("unknown_field"),
        "{codes:?}"
    );
}

#[test]
fn documents_under_another_name_pass() {
    let desk = Desk::approved();
    let (path, _) = desk.approval_of("alice");
    fs::copy(&path, desk.path(format!("placet/documents/{}.json", "0".repeat(64)))).unwrap();
    desk.line("show").refuses("evidence_misfiled");
    fs::remove_file(desk.path(format!("placet/documents/{}.json", "0".repeat(64)))).unwrap();
    fs::copy(desk.path("placet/lists/000001.json"), desk.path("placet/lists/000009.json")).unwrap();
    desk.line("show").refuses("evidence_misfiled");
}

#[test]
fn init_reads_anything() {
    let desk = Desk::empty();
    let good = desk.write("organisation.toml", common::example());
    // TOML 1.0 lets a byte order mark stand in front.
    let codes = all_refused(&desk, &good, "init --from {}", &["bom"]);
    assert!(codes.contains("plan_malformed") && codes.contains("too_large"), "{codes:?}");
    for (from, to) in [
        ("alice", "ALICE"),
        ("threshold = 2", "threshold = 0"),
        ("threshold = 2", "threshold = 3"),
        ("threshold = 2", "threshold = -1"),
        ("ml-lead = 1", "ml-lead = 0"),
        ("ml-lead = 1", "ml-lead = 1.5"),
        ("\"governance\"", "\"government\""),
        ("valid = \"365d\"", "valid = \"0d\""),
        ("valid = \"365d\"", "valid = \"for ever\""),
        ("environments = [\"staging\", \"production\"]", "environments = []"),
        ("scope = \"*\"", "scope = \"moon\""),
        ("operators = [\"emil\"]", "operators = [\"nobody\"]"),
        ("principals = [\"registry\"]", "principals = [\"alice\"]"),
        ("roles = [\"deployer\"]", "roles = [\"deployer\", \"safety\"]"),
        ("min = 0.95", "min = nan"),
        ("scopes = [", "scopes = [\"a\\u202eb\", "),
    ] {
        let plan = common::example();
        assert!(plan.contains(from), "{from}");
        desk.write("organisation.toml", plan.replace(from, to));
        let before = desk.snapshot();
        assert_coded(&desk.line("init --from organisation.toml"), to);
        assert_eq!(desk.snapshot(), before, "{to}");
    }
}

#[test]
fn key_files_of_every_wrong_kind_sign() {
    let desk = Desk::approved();
    let key = desk.path("placet-keys/registry.pem");
    // A key file may be followed by white space alone, and two of them are no key.
    let codes = all_refused(&desk, &key, "list --key {}", &[]);
    assert!(codes.iter().any(|code| code.starts_with("key_file_")), "{codes:?}");
    desk.line("list").refuses("key_required");
    let mut command = desk.command(["list"]);
    let said: Said = command.env("PLACET_KEY", "garbage").output().unwrap().into();
    assert_coded(&said, "PLACET_KEY");
    desk.line("list --key /dev/zero").refuses("too_large");
}

#[test]
fn training_inputs_of_every_wrong_kind_are_signed() {
    let desk = Desk::founded();
    let train = format!("train --model {MODEL} --version 2 --key placet-keys/pipeline.pem");
    let weights = "--weights FIXTURE/2/weights.npz";
    let metrics = common::fixture("2/metrics.json");
    // No metrics are metrics, too, whatever their names; any JSON is a card.
    all_refused(&desk, &metrics, &format!("{train} {weights} --metrics {{}}"), &["object", "unknown"]);
    let json = ["null", "array", "object", "number", "string", "foreign", "unknown", "duplicate"];
    let any_json = |name: &str| json.contains(&name) && name != "duplicate";
    let cards: Vec<_> = json.into_iter().filter(|name| any_json(name)).collect();
    all_refused(&desk, &common::fixture("2/card.json"), &format!("{train} {weights} --card {{}}"), &cards);
    let objects: Vec<_> = ["object", "foreign", "unknown"].into();
    for option in ["--metadata", "--baselines"] {
        let line = format!("{train} {weights} {option} {{}}");
        all_refused(&desk, &common::fixture("2/card.json"), &line, &objects);
    }
    desk.line(&format!("{train} --weights wrong/missing")).refuses("file_not_found");
    desk.line(&format!("{train} {weights} --material data=wrong/missing")).refuses("file_not_found");
    for metrics in
        [r#"{"accuracy": "0.98"}"#, r#"{"accuracy": 1e400}"#, r#"{"": 1}"#, r#"{"a b": 1}"#, r#"{"a": null}"#]
    {
        let path = desk.write("metrics.json", metrics);
        let said = desk.line(&format!("{train} {weights} --metrics {}", path.display()));
        assert_coded(&said, metrics);
    }
    assert!(!desk.path("placet/documents").exists());
}

#[test]
fn bundles_and_trust_files_of_every_wrong_kind_decide() {
    let desk = Desk::approved();
    desk.line(&format!("bundle {MODEL}@2 --output b.json --trust-output t.json")).ok();
    let ask =
        "--model digits-classifier --weights FIXTURE/2/weights.npz --environment production --scope eu-west";
    all_refused(&desk, &desk.path("b.json"), &format!("verify {ask} --bundle {{}} --trust t.json"), &[]);
    all_refused(&desk, &desk.path("t.json"), &format!("verify {ask} --bundle b.json --trust {{}}"), &[]);
    all_refused(&desk, &desk.path("b.json"), &format!("review {MODEL}@2 --bundle {{}} --trust t.json"), &[]);
    let deploy = format!(
        "deploy {ask} --key placet-keys/deployer.pem --output d.json --trust t.json --bundle {{}} -- true"
    );
    all_refused(&desk, &desk.path("b.json"), &deploy, &[]);
    let approve = format!(
        "approve {MODEL}@2 --bundle b.json --trust {{}} --key placet-keys/dana.pem --yes --output a.json"
    );
    all_refused(&desk, &desk.path("t.json"), &approve, &[]);
    assert!(!desk.path("a.json").exists() && !desk.path("d.json").exists());
    // What a bundle is written over must be one.
    let good = desk.path("b.json");
    all_refused(&desk, &good, &format!("bundle {MODEL}@2 --output {{}}"), &["missing"]);
    all_refused(
        &desk,
        &good,
        &format!("bundle {MODEL}@2 --output new.json --trust-output {{}}"),
        &["missing"],
    );
    assert!(!desk.path("new.json").exists());
}

#[test]
fn references_of_every_wrong_kind_name_a_document() {
    let desk = Desk::approved();
    let (approval, _) = desk.approval_of("alice");
    let proposal = desk.proposal().digest().to_string();
    let good = desk.path(format!("placet/documents/{}.json", &proposal[7..]));
    for line in [
        "review {}".to_owned(),
        "propose {} --environment production --scope eu-west --key placet-keys/emil.pem".into(),
        "approve {} --key placet-keys/dana.pem --yes".into(),
        "reject {} --key placet-keys/dana.pem --yes".into(),
        "withdraw {} --key placet-keys/alice.pem --yes".into(),
        "revoke {} --reason-code other --key placet-keys/dana.pem --yes".into(),
        "bundle {} --output b.json".into(),
        "add {}".into(),
    ] {
        all_refused(&desk, &good, &line, &[]);
        let wrong = [
            "",
            "@",
            "x@",
            "@2",
            "digits-classifier@9",
            "sha256:",
            "sha256:zz",
            "abc",
            "000000",
            "🦀",
            "-",
            "*",
        ];
        for reference in wrong.into_iter().chain([approval.to_str().unwrap()]) {
            if line.starts_with("add") {
                continue;
            }
            let before = desk.snapshot();
            let words = line.split(' ').map(|word| if word == "{}" { reference } else { word });
            assert_coded(&desk.run(words.collect::<Vec<_>>()), &format!("{line}: {reference}"));
            assert!(desk.snapshot() == before, "{line}: {reference}");
        }
    }
    // `show` says what a foreign document is; it cannot read the others.
    all_refused(&desk, &good, "show {}", &["foreign"]);
    all_refused(&desk, &good, "policy show {}", &[]);
    all_refused(&desk, &good, "policy sign {} --key placet-keys/bo.pem --output p.json --yes", &[]);
}

#[test]
fn drafts_and_edits_of_every_wrong_kind_are_taken() {
    let desk = Desk::approved();
    desk.line("policy draft --output draft.json").ok();
    let draft = desk.path("draft.json");
    all_refused(&desk, &draft, "policy diff {}", &[]);
    all_refused(&desk, &draft, "policy rotate {} --yes", &[]);
    let edits = desk.write("edits.toml", "clock_skew_seconds = 60\n");
    // TOML 1.0 lets a byte order mark stand in front.
    all_refused(&desk, &edits, "policy draft --from {} --output x.json", &["bom"]);
    all_refused(&desk, &edits, "policy draft --enrolment {} --output x.json", &[]);
    all_refused(&desk, &draft, "policy draft --output {}", &["missing"]);
}

#[test]
fn ledgers_and_audit_files_of_every_wrong_kind_are_verified() {
    let desk = Desk::founded_with(|plan| {
        let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        plan.replace("[root]", &format!("[log]\norigin = 'log.example'\nkey = '{key}'\n\n[root]"))
    });
    let desk = Desk::proposed_in(desk);
    desk.line("audit export --output all.json").ok();
    let all = desk.path("all.json");
    let codes = all_refused(&desk, &all, "audit verify {}", &[]);
    assert!(codes.contains("too_large") && codes.contains("unknown_field"), "{codes:?}");
    all_refused(&desk, &all, "audit export --output {}", &["missing"]);
    all_refused(&desk, &all, "ledger verify {}", &[]);
    all_refused(&desk, &all, "ledger verify {} --earlier all.json", &[]);
    let witness = "witness {} --key placet-keys/alice.pem --output x.txt";
    all_refused(&desk, &all, witness, &[]);
    // In the directory, too.
    for bytes in ["garbage", "{}", ""] {
        desk.write("placet/ledger.json", bytes);
        for line in ["show", "audit export --output x.json", "ledger export --output x.json"] {
            assert_coded(&desk.line(line), line);
        }
    }
    assert!(!desk.path("x.json").exists() && !desk.path("x.txt").exists());
}

#[test]
fn records_of_the_reference_of_every_wrong_kind_are_taken() {
    let desk = Desk::approved();
    desk.line("keygen --output a.pem --no-passphrase").ok();
    desk.line(&format!("reference export {MODEL}@2 --approver alice=a.pem --output record.json")).ok();
    let record = desk.path("record.json");
    all_refused(&desk, &record, "reference import {}", &[]);
    let others = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/interop/reference/other_records.json"),
    );
    let others: serde_json::Value = serde_json::from_str(&others.unwrap()).unwrap();
    let drift = desk.write("drift.json", others["metrics"][0]["result"].as_str().unwrap());
    all_refused(&desk, &drift, "reference drift {}", &[]);
    let onto = format!("reference export {MODEL}@2 --approver bo=a.pem --onto {{}} --output x.json");
    all_refused(&desk, &record, &onto, &[]);
    let keys = desk
        .write("keys.json", "{\"a\": \"d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a\"}");
    let verify = "reference verify record.json --keys {} --threshold 1";
    // Nobody's keys are keys, too.
    all_refused(&desk, &keys, verify, &["object"]);
    // A record that cannot be read is judged, and denied with the code that says why.
    for path in wrong_files(&desk, &record) {
        let before = desk.snapshot();
        let said =
            desk.line(&format!("reference verify {} --keys keys.json --threshold 1 --json", path.display()));
        if said.code == 1 {
            assert_eq!(said.json()["outcome"], "deny", "{}", path.display());
            assert!(!said.json()["denials"].as_array().unwrap().is_empty());
        } else {
            assert_coded(&said, &path.display().to_string());
        }
        assert!(desk.snapshot() == before);
    }
    all_refused(&desk, &record, "facts {} --output x.json", &[]);
}

#[test]
fn statements_of_another_organisation_are_taken_in() {
    let desk = Desk::founded();
    let other = Desk::approved();
    let mut files: Vec<_> = other.documents().into_keys().collect();
    files.push(other.path("placet/policies/0001.json"));
    files.push(other.path("placet/lists/000001.json"));
    let before = desk.snapshot();
    for path in files {
        let said = desk.run(["add".as_ref(), path.as_os_str()]);
        assert_coded(&said, &path.display().to_string());
        assert!(matches!(said.error_code(), Some("foreign_domain" | "policy_unpinned")), "{said:?}");
    }
    assert_eq!(desk.snapshot(), before);
}

#[test]
fn command_lines_of_every_wrong_kind_run() {
    let desk = Desk::approved();
    let before = desk.snapshot();
    for line in [
        "frobnicate",
        "verify",
        "verify --model digits-classifier",
        "verify --model digits-classifier --weights x --environment production",
        "verify --model 🦀 --weights x --environment production --scope eu-west",
        "verify --model a --weights x --environment PRODUCTION --scope eu-west",
        "verify --model a --weights x --environment production --scope *",
        "verify --model a --weights x --environment production --scope eu-west --at yesterday",
        "verify --model a --weights-digest sha256:00 --weights-kind file --environment production --scope a",
        "propose digits-classifier@2 --environment moon --scope eu-west --key placet-keys/emil.pem",
        "propose digits-classifier@2 --environment production --scope moon --key placet-keys/emil.pem",
        "propose digits-classifier@2 --environment production --scope eu-west --for 91d --key placet-keys/emil.pem",
        "propose digits-classifier@2 --environment production --scope eu-west --for never --key placet-keys/emil.pem",
        "propose digits-classifier@2 --environment production --scope eu-west --until 2020-01-01T00:00:00Z \
         --key placet-keys/emil.pem",
        "propose digits-classifier@2 --environment production --scope eu-west --key placet-keys/pipeline.pem",
        "propose digits-classifier@2 --environment production --environment production --scope eu-west \
         --key placet-keys/emil.pem",
        "train --model a --version 1 --weights placet/pins --key placet-keys/alice.pem",
        "train --model a --version 1 --weights placet/pins --material-uri x=y --key placet-keys/pipeline.pem",
        "revoke --reason-code other --key placet-keys/dana.pem",
        "revoke digits-classifier@2 --reason-code bored --key placet-keys/dana.pem",
        "revoke digits-classifier@2 --reason-code other --key placet-keys/pipeline.pem --yes",
        "revoke --environment moon --all --reason-code other --key placet-keys/dana.pem --yes",
        "revoke --key-id sha256:0000000000000000000000000000000000000000000000000000000000000000 \
         --reason-code other --key placet-keys/dana.pem --yes",
        "list --key placet-keys/alice.pem",
        "list --key placet-keys/registry.pem --valid-for 0s",
        "approve digits-classifier@2 --key placet-keys/dana.pem",
        "deploy --model digits-classifier --weights placet/pins --environment production --scope eu-west -- true",
        "deploy --model digits-classifier --weights placet/pins --environment production --scope eu-west \
         --key placet-keys/deployer.pem -- no-such-command-anywhere",
        "deploy --model digits-classifier --weights placet/pins --environment production --scope eu-west \
         --key placet-keys/deployer.pem",
        "init",
        "init --from cli.toml --yes",
        "keygen --output placet/pins --no-passphrase",
        "keygen --output new.pem",
        "keygen --output new.json --format locked --no-passphrase",
        "keygen --output none/new.pem --no-passphrase",
        "show --dir nowhere",
        "completions tcl",
        "verify --model nobody --weights placet/pins --environment production --scope eu-west",
    ] {
        assert_coded(&desk.line(line), line);
        assert!(desk.snapshot() == before, "{line}");
    }
}
