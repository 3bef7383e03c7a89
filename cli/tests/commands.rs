//! What each command does beside the main job: keys, organisations, lists, bundles, deployments, words.
#![cfg(unix)]

mod common;

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    process::{Command, Stdio},
};

use common::{Desk, MODEL, Said, fixture};
use placet_core::{
    deployment::Deployment, envelope::Envelope, limits, revocation_list::RevocationList,
    statement::Statement as _,
};
use serde_json::{Value, json};

const ASK: &str =
    "--model digits-classifier --weights FIXTURE/2/weights.npz --environment production --scope eu-west";

#[test]
fn secret_keys_are_readable_by_others() {
    let desk = Desk::founded();
    for entry in fs::read_dir(desk.path("placet-keys")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "pem") {
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{}", path.display());
        }
    }
    assert_eq!(desk.read("placet-keys/.gitignore"), "*\n");
    desk.line("keygen --output k.pem --no-passphrase").ok();
    assert_eq!(desk.path("k.pem").metadata().unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(desk.path("k.pem"), fs::Permissions::from_mode(0o644)).unwrap();
    assert!(desk.line("list --key k.pem").err.contains("others can read"));
}

#[test]
fn organisation_is_founded_twice() {
    let desk = Desk::founded();
    let before = desk.snapshot();
    desk.line("init --from organisation.toml").refuses("file_exists");
    // Another directory, and a key of that name in the way.
    desk.line("init --from organisation.toml --dir other --keys placet-keys").refuses("file_exists");
    assert_eq!(desk.snapshot(), before);
    desk.line("init --from organisation.toml --dir other").ok();
    assert!(desk.path("other-keys/alice.pem").exists());
}

#[test]
fn organisation_from_options_or_json_does_not_work() {
    let desk = Desk::empty();
    let line = "init --organization Example --environment production --scope eu-west --approver alice:ml-lead \
                --approver bo:ml-lead --approver chandra:safety --proposer emil --json";
    let json = desk.line(line).ok().json();
    assert_eq!(json["complete"], true);
    let desk = Desk::proposed_in(desk);
    desk.approve("bo");
    desk.approve("chandra");
    desk.verify("").permits();

    let plan = json!({
        "organization": "JSON", "environments": ["production"], "scopes": ["eu-west"],
        "roles": { "lead": "governance", "trainer": "training", "registry": "registry" },
        "principals": {
            "a": { "roles": ["lead"] }, "b": { "roles": ["lead"] },
            "t": { "roles": ["trainer"] }, "r": { "roles": ["registry"] },
        },
        "root": { "threshold": 1, "principals": ["a", "b"] },
        "list_signers": { "threshold": 1, "principals": ["r"] },
        "rules": [{ "name": "all", "quorum": { "lead": 1 }, "metrics": [{ "name": "loss", "max": 1 }] }],
    });
    desk.write("plan.json", plan.to_string());
    let said = desk.line("init --from plan.json --dir j").ok();
    assert!(said.out.contains("Founded JSON"), "{}", said.out);
    assert!(desk.line("policy show --dir j").ok().out.contains("loss at most 1.0"));
}

#[test]
fn root_that_holds_its_own_keys_cannot_sign() {
    let desk = Desk::empty();
    let mut plan = common::example();
    for name in ["alice", "bo", "dana"] {
        let key = desk.line(&format!("keygen --output {name}.pem --no-passphrase --json")).ok().json();
        let head = format!("[principals.{name}]\n");
        plan = plan.replace(&head, &format!("{head}public_key = {}\n", key["public_key"]));
    }
    desk.write("organisation.toml", plan);
    let json = desk.line("init --from organisation.toml --json").ok().json();
    assert_eq!(json["complete"], false);
    assert!(json["keys"].get("alice").is_none());
    desk.line("show").refuses("policy_signatures");
    let sign = |who: &str| desk.line(&format!("policy sign --key {who}.pem --yes --json"));
    assert_eq!(sign("alice").ok().json()["complete"], false);
    assert_eq!(sign("alice").ok().json()["complete"], false);
    desk.line("policy sign --key placet-keys/chandra.pem --yes").refuses("signer_not_entitled");
    assert_eq!(sign("dana").ok().json()["complete"], true);
    assert_eq!(sign("bo").ok().json()["complete"], true);
    desk.line("show").ok();
}

#[test]
fn next_policy_is_not_taken_in_by_its_root_alone() {
    let desk = Desk::approved();
    desk.verify("").permits();
    let first = Envelope::parse(desk.read("placet/policies/0001.json").as_bytes()).unwrap();
    let mut draft: Value = serde_json::from_slice(first.unverified_payload()).unwrap();
    draft["version"] = json!(2);
    draft["previous"] = json!(first.digest().to_string());
    draft["domain"] = json!(first.digest().to_string());
    draft["rules"][0]["quorum"][1]["threshold"] = json!(2);
    desk.write("draft.json", draft.to_string());
    desk.line("policy sign draft.json --key placet-keys/alice.pem --yes").refuses("output_required");
    desk.line("policy sign draft.json --key placet-keys/alice.pem --yes --output 2.json").ok();
    let before = desk.snapshot();
    desk.line("add 2.json").refuses("policy_signatures");
    assert_eq!(desk.snapshot(), before);
    desk.line("policy sign 2.json --key placet-keys/bo.pem --yes").ok();
    desk.line("add 2.json").ok();
    // The new policy judges: two of safety.
    desk.verify("").denies(&["threshold_not_met"]);
    assert!(desk.line("policy show").ok().out.contains("version 2"));
    fs::remove_file(desk.path("placet/policies/0002.json")).unwrap();
    desk.verify("").denies(&["policy_rollback"]);
}

#[test]
fn locked_key_opens_without_its_passphrase() {
    let desk = Desk::proposed();
    desk.write("secret", "correct horse battery staple\n");
    desk.write("wrong", "incorrect horse");
    for form in ["locked", "pem", "openssh"] {
        let file = format!("alice.{form}");
        let line =
            format!("keygen --from placet-keys/alice.pem --format {form} --new-passphrase-file secret");
        let said = desk.line(&format!("{line} --output {file} --json")).ok();
        let show = desk.line("show placet-keys/alice.pem --json").ok().json();
        assert_eq!(
            (&said.json()["public_key"], &show["owner"]),
            (&show["public_key"], &json!("Alice Ng (alice)"))
        );
        let approve = format!("approve {MODEL}@2 --key {file} --yes --output {form}.json");
        desk.line(&approve).refuses("key_file_passphrase_required");
        desk.line(&format!("{approve} --passphrase-file wrong")).refuses("key_file_passphrase_wrong");
        desk.line(&format!("{approve} --passphrase-file secret")).ok();
        desk.line(&line.replace("secret", "/dev/null")).refuses("usage");
        let empty = format!("keygen --format {form} --new-passphrase-file /dev/null --output e");
        desk.line(&empty).refuses("key_file_passphrase_empty");
    }
    // From an open file descriptor, and the key from the environment.
    let mut command = Command::new("sh");
    let script =
        format!("exec \"$0\" approve {MODEL}@2 --yes --passphrase-file /dev/fd/3 --output fd.json 3<secret");
    command.args(["-c", &script, env!("CARGO_BIN_EXE_placet")]).current_dir(desk.path(""));
    let said: Said = command.env("PLACET_KEY", desk.read("alice.locked")).output().unwrap().into();
    said.ok();
    // An approval that was made elsewhere is taken in.
    desk.line("add fd.json").ok();
    assert_eq!(desk.verify("").json["quorum"][0]["counted"], json!(["alice"]));
}

#[test]
fn pipeline_signs_with_the_key_of_its_environment() {
    let desk = Desk::founded();
    let line =
        format!("train --model {MODEL} --version 2 --weights {} --json", fixture("2/weights.npz").display());
    let mut command = desk.command(line.split(' '));
    let said: Said =
        command.env("PLACET_KEY", desk.read("placet-keys/pipeline.pem")).output().unwrap().into();
    said.ok();
    let mut command = desk.command(line.split(' '));
    let said: Said = command.env("PLACET_KEY", desk.read("placet-keys/alice.pem")).output().unwrap().into();
    said.refuses("signer_not_entitled");
}

#[test]
fn signed_numbers_and_materials_differ_from_the_files() {
    let desk = Desk::founded();
    desk.write("metrics.json", "{ \"accuracy\": 0.98333300, \"log_loss\": 6.1647e-2, \"n\": 360 }");
    desk.write("card.json", "{\n  \"note\" : \"\\u00e9 é\"\n}\n");
    desk.write("data/train.csv", "1,2\n");
    let line = format!(
        "train --model {MODEL} --version 2 --weights FIXTURE/2/weights.npz --metrics metrics.json --card card.json \
         --material train=data/train.csv --material-uri train=https://example.org/train --material tree=data \
         --key placet-keys/pipeline.pem --json"
    );
    let digest = desk.line(&line).ok().json()["digest"].as_str().unwrap()[7..].to_owned();
    let payload = desk.line(&format!("show {digest} --json")).ok().out;
    for text in [
        "\"accuracy\":0.98333300",
        "\"log_loss\":6.1647e-2",
        "\"card\":{\n  \"note\" : \"\\u00e9 é\"\n}",
        "\"uri\":\"https://example.org/train\"",
    ] {
        assert!(payload.contains(text), "{text} in {payload}");
    }
    let words = desk.line(&format!("show {MODEL}@2")).ok().out;
    assert!(words.contains("Training pipeline (pipeline)") && words.contains("0.98333300"), "{words}");
}

#[test]
fn two_files_are_not_enough_for_a_gateway() {
    let desk = Desk::approved();
    desk.line(&format!("bundle {MODEL}@2 --output b.json --trust-output t.json")).ok();
    let gateway = Desk::empty();
    for file in ["b.json", "t.json"] {
        fs::copy(desk.path(file), gateway.path(file)).unwrap();
    }
    let files = "--bundle b.json --trust t.json";
    gateway.verify(files).permits();
    assert_eq!(gateway.snapshot().len(), 2, "a verifier without --state writes nothing");
    gateway.verify(&format!("{files} --state s.json")).permits();
    let pin = desk.read("placet/pins").lines().last().unwrap().to_owned();
    gateway.verify(&format!("{files} --pin {pin}")).permits();
    let other = format!("sha256:{}", "0".repeat(64));
    gateway.verify(&format!("{files} --pin {other}")).denies_among_others("policy_unpinned");

    // A newer list arrives; the older one is then refused by the same gateway.
    desk.list();
    desk.line(&format!("bundle {MODEL}@2 --output b.json --trust-output t.json")).ok();
    fs::copy(desk.path("t.json"), gateway.path("new.json")).unwrap();
    gateway.verify("--bundle b.json --trust new.json --state s.json").permits();
    gateway.verify(&format!("{files} --state s.json")).denies(&["list_rollback"]);

    // An approver needs no more than these two files either.
    fs::copy(desk.path("placet-keys/dana.pem"), gateway.path("dana.pem")).unwrap();
    let line = format!("approve {MODEL}@2 {files} --key dana.pem --yes");
    gateway.line(&line).refuses("output_required");
    gateway.line(&format!("{line} --output dana.json")).ok();
    desk.run(["add".as_ref(), gateway.path("dana.json").as_os_str()]).ok();
    desk.verify("").permits();
}

#[test]
fn added_signature_makes_a_good_approval_useless() {
    let desk = Desk::approved();
    let (path, _) = desk.approval_of("alice");
    let good = fs::read(&path).unwrap();
    let mut two = Envelope::parse(&good).unwrap();
    two.add_signature(&desk.key("bo"));
    desk.write("two.json", two.to_json());
    desk.line("add two.json").ok();
    assert_eq!(fs::read(&path).unwrap(), good);
    desk.verify("").permits();
    fs::remove_file(&path).unwrap();
    desk.line("add two.json").refuses("signature_count");
}

#[test]
fn half_of_what_is_added_stays() {
    let desk = Desk::approved();
    let other = Desk::approved();
    let (good, _) = desk.approval_of("alice");
    let (foreign, _) = other.approval_of("alice");
    fs::copy(&good, desk.path("good.json")).unwrap();
    fs::remove_file(&good).unwrap();
    let before = desk.snapshot();
    desk.run(["add".as_ref(), desk.path("good.json").as_os_str(), foreign.as_os_str()])
        .refuses("foreign_domain");
    assert_eq!(desk.snapshot(), before);
    let json = desk.line("add good.json good.json --json").ok().json();
    let statuses: Vec<_> = json["documents"].as_array().unwrap().iter().map(|d| &d["status"]).collect();
    assert_eq!(statuses, ["new", "known"]);
    desk.verify("").permits();
}

#[test]
fn denied_model_is_run() {
    let desk = Desk::proposed();
    let deploy = |command: &str| {
        let line = format!("deploy {ASK} --key placet-keys/deployer.pem -- sh {command}");
        desk.line(&line)
    };
    desk.write("run.sh", "env | grep ^PLACET_ | sort > ran; exit 7\n");
    let denied = deploy("run.sh");
    assert_eq!(denied.code, 1, "{denied:?}");
    assert!(denied.err.contains("DENY") && denied.err.contains("Still needed"), "{}", denied.err);
    assert!(!desk.path("ran").exists());

    desk.approve("alice");
    desk.approve("chandra");
    let line = format!("deploy {ASK} -- sh run.sh");
    let words = line.replace("FIXTURE", fixture("").to_str().unwrap());
    let mut command = desk.command(words.split(' '));
    command.env("PLACET_KEY", desk.read("placet-keys/deployer.pem"));
    let said: Said = command.output().unwrap().into();
    assert_eq!(said.code, 7, "{said:?}");
    let environment = desk.read("ran");
    assert!(!environment.contains("PRIVATE KEY") && !environment.contains("PLACET_KEY"), "{environment}");
    let proposal = desk.proposal().digest();
    assert!(environment.contains(&format!("PLACET_PROPOSAL={proposal}")), "{environment}");

    // What was decided is on record, signed, and stands up to the core.
    let deployments = desk.documents().into_values().filter_map(|envelope| {
        let deployment = Deployment::parse(envelope.unverified_payload()).ok()?;
        Some((envelope, deployment))
    });
    let deployments: Vec<_> = deployments.collect();
    assert_eq!(deployments.len(), 2, "one for the denial, one for the permit");
    for (_, deployment) in deployments {
        let record =
            fs::read(desk.path(format!("placet/decisions/{}.json", deployment.decision.to_hex()))).unwrap();
        let record: Value = serde_json::from_slice(&record).unwrap();
        assert_eq!(record["outcome"], deployment.outcome.as_str());
        let said = desk.line(&format!("show placet/decisions/{}.json", deployment.decision.to_hex())).ok();
        assert!(said.out.contains("gates.0.gate"), "{}", said.out);
    }
}

#[test]
fn approver_deploys() {
    let desk = Desk::approved();
    desk.write("run.sh", "touch ran\n");
    let line = format!("deploy {ASK} --key placet-keys/alice.pem -- sh run.sh");
    let before = desk.documents().len();
    let said = desk.line(&line);
    said.refuses("signer_not_entitled");
    assert!(!desk.path("ran").exists());
    assert_eq!(desk.documents().len(), before);
}

#[test]
fn emergency_stop_leaves_something_running() {
    let desk = Desk::approved();
    desk.train("1");
    desk.propose("1");
    desk.train("3");
    let staging =
        format!("propose {MODEL}@3 --environment staging --scope eu-west --key placet-keys/emil.pem");
    desk.line(&staging).ok();
    desk.verify("").permits();
    let stop = "revoke --environment production --all --reason-code security --key placet-keys/chandra.pem --yes --json";
    let json = desk.line(stop).ok().json();
    assert_eq!(json["revocations"].as_array().unwrap().len(), 2);
    desk.verify("").denies(&["proposal_revoked"]);
    assert_eq!(desk.line(stop).ok().json()["revocations"], json!([]));
    let other = stop.replace("production", "staging").replace("--all", "--model another --all");
    assert_eq!(desk.line(&other).ok().json()["revocations"], json!([]));
}

#[test]
fn revoked_weights_and_keys_count() {
    let desk = Desk::approved();
    let weights = "sha256:013ce7f24e5da1cbe0a351990342e8d0a1c04b20d252f8fa79127eb9f04a9f06";
    let line =
        format!("revoke --weights-digest {weights} --reason-code drift --key placet-keys/bo.pem --yes");
    desk.line(&line).ok();
    desk.verify("").denies(&["weights_revoked"]);

    let desk = Desk::approved();
    let id =
        desk.line("show placet-keys/chandra.pem --json").ok().json()["key_id"].as_str().unwrap().to_owned();
    let revoke = |who: &str| {
        desk.line(&format!("revoke --key-id {id} --reason-code security --key placet-keys/{who}.pem --yes"))
    };
    revoke("emil").refuses("signer_not_entitled");
    revoke("chandra").ok();
    desk.verify("").denies(&["threshold_not_met", "key_revoked"]);
    desk.line(&format!("approve {MODEL}@2 --key placet-keys/chandra.pem --yes")).refuses("key_revoked");
    assert_eq!(desk.list()["entries"], 1);
}

#[test]
fn wish_to_replace_stops_what_runs() {
    let desk = Desk::approved();
    let old = desk.proposal().digest().to_string();
    desk.train("3");
    let line = format!(
        "propose {MODEL}@3 --environment production --scope eu-west --supersedes {old} --key placet-keys/emil.pem"
    );
    desk.line(&line).ok();
    assert_eq!(desk.list()["entries"], 0);
    desk.verify("").permits();
    for who in ["alice", "chandra"] {
        assert_eq!(desk.list()["entries"], 0);
        desk.line(&format!("approve {MODEL}@3 --key placet-keys/{who}.pem --yes")).ok();
    }
    assert_eq!(desk.list()["entries"], 1);
    desk.verify(&old).denies(&["proposal_revoked"]);
    desk.verify("--weights FIXTURE/3/weights").permits();
    let list = fs::read(desk.path("placet/lists/000005.json")).unwrap();
    let list = RevocationList::parse(Envelope::parse(&list).unwrap().unverified_payload()).unwrap();
    assert_eq!(list.entries[0].reason_code.as_str(), "superseded");
}

#[test]
fn list_of_two_signers_counts_with_one() {
    let desk = Desk::founded_with(|plan| {
        let second = "[principals.registry-2]\nroles = [\"registry\"]\n\n[root]";
        plan.replace("[root]", second).replace(
            "threshold = 1\nprincipals = [\"registry\"]",
            "threshold = 2\nprincipals = [\"registry\", \"registry-2\"]",
        )
    });
    desk.train("2");
    desk.propose("2");
    let list = desk.line("list --key placet-keys/registry.pem --json").ok().json();
    assert_eq!(list["complete"], false);
    desk.verify("").denies_among_others("list_signatures");
    let cosign = "list --cosign --key placet-keys/registry-2.pem --json";
    let json = desk.line(cosign).ok().json();
    assert_eq!(
        (&json["complete"], &json["status"], &json["number"]),
        (&json!(true), &json!("merged"), &json!(1))
    );
    desk.verify("").denies(&["threshold_not_met"]);
}

#[test]
fn two_lists_have_one_number() {
    let desk = Desk::founded();
    let line = "list --key placet-keys/registry.pem --output";
    desk.line(&format!("{line} one.json")).ok();
    desk.line(&format!("{line} two.json --valid-for 10m")).ok();
    desk.line("add one.json").ok();
    desk.line("add two.json").refuses("list_equivocation");
    assert_eq!(desk.list()["number"], 2);
}

#[test]
fn overview_and_words_hide_something() {
    let desk = Desk::proposed();
    let out = desk.line("show").ok().out;
    for text in [
        "digits-classifier@2",
        "deny production, eu-west: threshold_not_met",
        "1 of safety",
        "revocation list 1",
    ] {
        assert!(out.contains(text), "{text} in {out}");
    }
    desk.approve("alice");
    desk.approve("dana");
    desk.line(&format!("bundle {MODEL}@2 --output b.json --trust-output t.json")).ok();
    desk.verify("").permits();
    assert!(desk.line("show").ok().out.contains("permit production, eu-west"));
    let json = desk.line("show --json").ok().json();
    assert_eq!(json["proposals"][0]["places"][0]["outcome"], "permit");
    for (file, text) in [
        ("b.json", "Approval"),
        ("t.json", "version 1 of Example"),
        ("placet/state.json", "State of a verifier"),
        ("placet/lists/000001.json", "Revocation list"),
        ("placet/policies/0001.json", "Policy of Example, version 1"),
        ("placet-keys/alice.pem", "Alice Ng (alice)"),
    ] {
        let out = desk.line(&format!("show {file}")).ok().out;
        assert!(out.contains(text), "{file}: {out}");
    }
    assert!(
        desk.line("policy show")
            .ok()
            .out
            .contains("signed by 2 of Alice Ng (alice), Bo Eriksen (bo) and Dana Osei")
    );
}

#[test]
fn free_text_moves_the_cursor() {
    let desk = Desk::founded_with(|plan| plan.replace("Alice Ng", "Alice\\u001b[2J\\u202eNg"));
    desk.train("2");
    let note = "\u{1b}]0;title\u{7}\u{202e}note";
    let line = format!(
        "propose {MODEL}@2 --environment production --scope eu-west --key placet-keys/emil.pem --note"
    );
    let mut words: Vec<_> = line.split(' ').collect();
    words.push(note);
    desk.run(words).ok();
    desk.list();
    desk.approve("alice");
    let proposal = desk.proposal().digest().to_string();
    for line in [
        "policy show",
        "show",
        &format!("show {proposal}"),
        &format!("review {MODEL}@2"),
        &format!("verify {ASK}"),
    ] {
        let said = desk.line(line);
        assert!(!said.out.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{line}: {}", said.out);
        assert!(!said.err.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{line}: {}", said.err);
    }
}

#[test]
fn colour_reaches_a_pipe() {
    let desk = Desk::approved();
    let verify = format!("verify {ASK}");
    assert!(!desk.line(&verify).out.contains('\u{1b}'));
    assert!(desk.line(&format!("{verify} --color always")).out.contains('\u{1b}'));
    assert!(!desk.line(&format!("{verify} --color always --json")).out.contains('\u{1b}'));
}

#[test]
fn help_has_no_example() {
    let desk = Desk::empty();
    for command in [
        "init",
        "keygen",
        "policy show",
        "policy draft",
        "policy diff",
        "policy sign",
        "policy rotate",
        "ledger export",
        "ledger verify",
        "witness",
        "audit export",
        "audit verify",
        "reference verify",
        "reference drift",
        "reference import",
        "reference export",
        "facts",
        "hash",
        "train",
        "propose",
        "review",
        "approve",
        "reject",
        "withdraw",
        "revoke",
        "list",
        "add",
        "bundle",
        "verify",
        "deploy",
        "show",
        "completions",
    ] {
        let out = desk.line(&format!("{command} --help")).ok().out;
        assert!(out.contains("Examples:\n  placet "), "{command}: {out}");
    }
    assert!(desk.line("--help").ok().out.contains("Exit codes: 0 permit or done, 1 deny, 2 error"));
    assert!(desk.line("completions bash").ok().out.contains("placet"));
    assert_eq!(desk.run::<&str>([]).code, 2);
}

#[test]
fn two_commands_at_once_lose_a_signature() {
    let desk = Desk::proposed();
    let people = ["alice", "bo", "chandra", "dana"];
    let line = |who: &str| format!("approve {MODEL}@2 --key placet-keys/{who}.pem --yes");
    let mut running = Vec::new();
    for _ in 0..3 {
        for who in people {
            let mut command = desk.command(line(who).split(' '));
            running.push(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        }
    }
    for mut child in running {
        // A person's second approval is refused where it would not count.
        assert!(matches!(child.wait().unwrap().code(), Some(0 | 2)));
    }
    let decision = desk.verify("");
    decision.permits();
    assert_eq!(decision.json["quorum"][0]["counted"], json!(["alice", "bo"]));
    assert_eq!(decision.json["quorum"][1]["counted"], json!(["chandra", "dana"]));
}

#[test]
fn bundle_of_too_many_approvals_is_written() {
    let desk = Desk::proposed();
    desk.approve("alice");
    let (_, approval) = desk.approval_of("alice");
    let key = desk.key("alice");
    for number in 0..limits::BUNDLE_ENVELOPES {
        let mut another = approval.clone();
        another.comment = number.to_string();
        desk.smuggle(&key.statement(another.to_payload()));
    }
    desk.line(&format!("bundle {MODEL}@2 --output b.json")).refuses("too_many");
    assert!(!desk.path("b.json").exists());
}

#[test]
fn full_disk_leaves_half_of_a_file() {
    let desk = Desk::founded();
    let weights = fixture("2/weights.npz");
    let train = format!(
        "train --model {MODEL} --version 2 --weights {} --card {} --key placet-keys/pipeline.pem",
        weights.display(),
        fixture("2/card.json").display()
    );
    let lines = [
        train.as_str(),
        "keygen --output new.pem --no-passphrase",
        "init --from organisation.toml --dir other",
        "list --key placet-keys/registry.pem",
        "list --key placet-keys/registry.pem --output list.json",
    ];
    for line in lines {
        let before = desk.snapshot();
        // No file may grow: every write fails, as it does on a full disk.
        let script = format!("trap '' XFSZ; ulimit -f 0; exec \"$0\" {line} 2>&1");
        let mut command = Command::new("bash");
        command.args(["-c", &script, env!("CARGO_BIN_EXE_placet")]).current_dir(desk.path(""));
        let output = command.env_remove("PLACET_DIR").output().unwrap();
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!(output.status.code(), Some(2), "{line}: {said}");
        assert!(said.contains("error[file_unwritable]: "), "{line}: {said}");
        assert_eq!(desk.snapshot(), before, "{line}");
    }
}
