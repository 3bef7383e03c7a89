//! The command and a registry: real processes, a real database, and registries that lie.
#![cfg(unix)]
#![allow(missing_docs, reason = "tests are named for the fault they catch")]

mod common;

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Write as _},
    net::{TcpListener, TcpStream},
    path::PathBuf,
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use common::{
    Desk, Said, digest,
    server::{Registry, founded, pin},
};
use placet_core::{approval::Approval, envelope::Envelope, proposal::Proposal, statement::Statement as _};
use serde_json::{Value, json};

/// An organisation with its registry, and a gateway's directory that holds the pin alone.
fn served() -> (Desk, Registry) {
    let desk = founded();
    desk.write("gateway/pins", desk.read("placet/pins"));
    let registry =
        Registry::start(&desk, &format!("--pin {} --policy placet/policies/0001.json", pin(&desk)));
    (desk, registry)
}

/// The same with version 2 proposed, and pushed.
fn proposed() -> (Desk, Registry, String) {
    let (desk, registry) = served();
    desk.train("2");
    let proposal = desk.propose("2");
    push(&desk, &registry.url).ok();
    (desk, registry, proposal)
}

fn push(desk: &Desk, url: &str) -> Said {
    desk.line(&format!("push --registry {url} --json"))
}

fn pull(desk: &Desk, url: &str) -> Said {
    desk.line(&format!("pull --dir gateway --registry {url} --json"))
}

fn status(desk: &Desk, url: &str) -> Said {
    desk.line(&format!("status digits-classifier@2 --dir gateway --registry {url} --json"))
}

/// What stands in both evidence directories; the registry's own is another matter.
fn evidence(desk: &Desk) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = desk.snapshot();
    files.retain(|path, _| !path.starts_with(desk.path("data")));
    files
}

fn place(said: &Said, index: usize) -> Value {
    said.json()["places"][index].clone()
}

#[test]
fn permit_without_the_missing_people_or_after_a_revocation() {
    let (desk, registry, _) = proposed();
    desk.approve("alice");
    push(&desk, &registry.url).ok();
    let before = status(&desk, &registry.url);
    assert_eq!(before.code, 1, "{before:?}");
    assert_eq!(place(&before, 0)["denials"], json!(["threshold_not_met"]));
    let missing = place(&before, 0)["missing"][0].as_str().unwrap().to_owned();
    assert_eq!(missing, "1 of safety: Chandra Iyer (chandra) or Dana Osei (dana)");

    desk.approve("chandra");
    push(&desk, &registry.url).ok();
    let after = status(&desk, &registry.url);
    assert_eq!((after.code, &after.json()["outcome"]), (0, &json!("permit")), "{after:?}");
    let verify = desk.verify("--dir gateway");
    verify.permits();

    desk.line(
        "revoke digits-classifier@2 --reason-code security --reason x --key placet-keys/dana.pem --yes",
    )
    .ok();
    push(&desk, &registry.url).ok();
    let revoked = status(&desk, &registry.url);
    assert_eq!(revoked.code, 1, "{revoked:?}");
    assert_eq!(place(&revoked, 0)["denials"], json!(["proposal_revoked"]));
    // The gateway goes on knowing it without the registry.
    assert_eq!(registry.stop(), Some(0));
    desk.verify("--dir gateway").denies(&["proposal_revoked"]);
}

#[test]
fn second_push_sends_twice_or_second_pull_writes_again() {
    let (desk, registry, _) = proposed();
    assert_eq!(push(&desk, &registry.url).ok().json()["new"], 0);
    assert_ne!(pull(&desk, &registry.url).ok().json()["new"], 0);
    let before = evidence(&desk);
    assert_eq!(pull(&desk, &registry.url).ok().json()["new"], 0);
    assert!(evidence(&desk) == before);
}

#[test]
fn what_was_acknowledged_is_gone_after_a_stop() {
    let (desk, registry, proposal) = proposed();
    assert_eq!(registry.stop(), Some(0));
    let registry = Registry::start(&desk, "");
    pull(&desk, &registry.url).ok();
    assert!(desk.path(format!("gateway/documents/{}.json", &proposal[7..])).is_file());
}

#[test]
fn waiting_misses_the_last_signature() {
    let (desk, registry, _) = proposed();
    desk.approve("alice");
    push(&desk, &registry.url).ok();
    let line = format!(
        "status digits-classifier@2 --dir gateway --registry {} --wait --timeout 60s --json",
        registry.url
    );
    let mut command = desk.command(line.split_whitespace());
    let waiting = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    thread::sleep(Duration::from_secs(2));
    desk.approve("chandra");
    push(&desk, &registry.url).ok();
    let start = Instant::now();
    let said = Said::from(waiting.wait_with_output().unwrap()).ok();
    assert_eq!(said.json()["outcome"], "permit");
    assert!(start.elapsed() < Duration::from_secs(12), "the event did not wake it");
}

#[test]
fn waiting_has_no_end() {
    let (desk, registry, _) = proposed();
    let line = "status digits-classifier@2 --dir gateway --wait --timeout 1s --registry";
    desk.line(&format!("{line} {}", registry.url)).refuses("wait_timeout");
    // A veto is for good, whoever signs after it.
    desk.line("reject digits-classifier@2 --key placet-keys/dana.pem --yes").ok();
    push(&desk, &registry.url).ok();
    let start = Instant::now();
    let said = desk.line(&format!("{} {}", line.replace("1s", "60s"), registry.url));
    assert_eq!(said.code, 1, "{said:?}");
    assert!(start.elapsed() < Duration::from_secs(30));
}

#[test]
fn refusal_looks_like_success() {
    let (desk, registry) = served();
    desk.train("2");
    let proposal = desk.propose("2");
    let said = desk.line(&format!("push {proposal} --registry {} --json", registry.url));
    assert_eq!(said.code, 2, "{said:?}");
    assert_eq!(said.json()["documents"][0]["code"], "unknown_training_output");
    // For people the code stands in the line.
    let said = desk.line(&format!("push {proposal} --registry {}", registry.url));
    assert!(said.out.contains("refused") && said.out.contains("error[unknown_training_output]"), "{said:?}");
    let stranger = founded();
    stranger.train("2");
    let said = push(&stranger, &registry.url);
    assert_eq!(said.code, 2);
    assert_eq!(said.json()["new"], 0);
}

#[test]
fn registry_that_is_not_there_hangs_or_panics() {
    let desk = founded();
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    for command in ["push", "pull", "status digits-classifier@2"] {
        desk.line(&format!("{command} --registry http://{nobody}")).refuses("registry_unreachable");
        desk.line(command.replace("status digits-classifier@2", "status x@1 --wait").as_str())
            .refuses("registry_required");
        desk.line(&format!("{command} --registry https://registry.example")).refuses("registry_url");
    }
}

#[test]
fn foreign_registry_brings_its_own_policy() {
    let (_theirs, registry, _) = proposed();
    let desk = founded();
    desk.write("gateway/pins", desk.read("placet/pins"));
    let before = evidence(&desk);
    pull(&desk, &registry.url).refuses("policy_unpinned");
    desk.line(&format!("pull --registry {}", registry.url)).refuses("policy_unpinned");
    assert!(evidence(&desk) == before);
}

#[test]
fn reader_without_the_token_reads() {
    let desk = founded();
    desk.write("gateway/pins", desk.read("placet/pins"));
    desk.write("token", "s3cret\n");
    let token = placet_core::digest::Digest::of(b"s3cret");
    let more = format!("--pin {} --policy placet/policies/0001.json --read-token {token}", pin(&desk));
    let registry = Registry::start(&desk, &more);
    pull(&desk, &registry.url).refuses("unauthorized");
    desk.line(&format!("pull --dir gateway --registry {} --read-token-file token", registry.url)).ok();
    push(&desk, &registry.url).ok();
}

#[test]
fn data_directory_serves_without_a_pin_or_for_another_organisation() {
    let desk = founded();
    let serve = "serve --data data --listen 127.0.0.1:0";
    desk.line(serve).refuses("not_initialised");
    desk.line(&format!("{serve} --console nowhere")).refuses("file");
    let registry = Registry::start(&desk, &format!("--pin {}", pin(&desk)));
    desk.line(serve).refuses("in_use");
    drop(registry);
    desk.line(&format!("{serve} --pin sha256:{}", "0".repeat(64))).refuses("other_domain");
    desk.line("serve --data data --make-keys --pin sha256:0").refuses("usage");
}

/// A registry's answer: status, further header lines, body.
type Lie = (u16, &'static str, Vec<u8>);

/// Stands between, and answers some paths itself.
fn liar(honest: &str, lie: impl Fn(&str) -> Option<Lie> + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let honest = honest.to_owned();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream: TcpStream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let Some(Ok(first)) = lines.next() else { continue };
            while lines.next().is_some_and(|line| line.is_ok_and(|line| !line.is_empty())) {}
            let path = first.split(' ').nth(1).unwrap_or("/").to_owned();
            let (status, headers, body) = lie(&path).unwrap_or_else(|| {
                let body = ureq::get(format!("{honest}{path}")).call().unwrap().body_mut().read_to_vec();
                (200, "", body.unwrap())
            });
            let head = format!(
                "HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            );
            // Whoever has heard enough hangs up.
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        }
    });
    url
}

/// Lies for paths that begin so.
fn liar_about(honest: &str, about: &'static str, lie: Lie) -> String {
    liar(honest, move |path| path.starts_with(about).then(|| lie.clone()))
}

#[test]
fn answer_that_is_no_answer_is_believed_or_kept_in_memory() {
    let (desk, registry, _) = proposed();
    let before = evidence(&desk);
    let huge = || vec![b' '; 65 << 20];
    let no_end = json!({ "items": [{ "digest": format!("sha256:{}", "0".repeat(64)) }], "next": "1" });
    let empty_page = json!({ "items": [], "next": "1" });
    let lies: [(&str, Lie, &str); 12] = [
        ("/v1/trust", (200, "", b"<html>".to_vec()), "json_syntax"),
        ("/v1/trust", (200, "", b"{\"media_type\":\"x\"}".to_vec()), "unsupported_version"),
        ("/v1/trust", (200, "", Vec::new()), "json_syntax"),
        ("/v1/trust", (200, "", huge()), "too_large"),
        ("/v1/trust", (302, "Location: /v1/policies\r\n", Vec::new()), "registry_answer"),
        ("/v1/trust", (500, "", b"<html>".to_vec()), "registry_answer"),
        ("/v1/trust", (404, "", b"{\"code\":\"\\u001b[31mowned\"}".to_vec()), "registry_answer"),
        ("/v1/models", (200, "", b"[]".to_vec()), "registry_answer"),
        ("/v1/proposals?", (200, "", no_end.to_string().into_bytes()), "registry_answer"),
        ("/v1/models?", (200, "", empty_page.to_string().into_bytes()), "registry_answer"),
        ("/v1/proposals/", (200, "", b"{\"proposal\":{}}".to_vec()), "missing_field"),
        ("/v1/proposals/", (503, "", b"{\"code\":\"not_ready\"}".to_vec()), "not_ready"),
    ];
    for (about, lie, code) in lies {
        let url = liar_about(&registry.url, about, lie);
        pull(&desk, &url).refuses(code);
        assert!(evidence(&desk) == before, "{about} {code}");
    }
    let url = liar_about(&registry.url, "/v1/envelopes", (201, "", b"{\"digest\":\"sha256:0\"}".to_vec()));
    push(&desk, &url).refuses("registry_mismatch");
}

#[test]
fn document_of_another_digest_or_another_hand_is_taken_in() {
    let (desk, registry, proposal) = proposed();
    let before = evidence(&desk);
    let about = registry.url.clone() + "/v1/proposals/" + &proposal;
    let honest = || -> Value {
        let body = ureq::get(&about).call().unwrap().body_mut().read_to_string().unwrap();
        serde_json::from_str(&body).unwrap()
    };
    let answer = |value: Value| (200, "", value.to_string().into_bytes());
    let envelope = |envelope: &Envelope| -> Value { serde_json::from_str(&envelope.to_json()).unwrap() };

    let training: Value = honest()["training_output"].clone();
    let url = liar_about(&registry.url, "/v1/envelopes/", answer(honest()["proposal"].clone()));
    pull(&desk, &url).refuses("registry_mismatch");

    let mut swapped = honest();
    swapped["proposal"] = training;
    let url = liar_about(&registry.url, "/v1/proposals/", answer(swapped));
    pull(&desk, &url).refuses("registry_mismatch");

    // Emil signs an approval as Alice, as a registry that colludes with him would serve it.
    desk.line("approve digits-classifier@2 --key placet-keys/alice.pem --yes --output alice.json").ok();
    let good = Envelope::parse(desk.read("alice.json").as_bytes()).unwrap();
    assert_eq!(Approval::parse(good.unverified_payload()).unwrap().proposal, digest(&proposal));
    let forged = desk.key("emil").statement(good.unverified_payload().to_vec());
    let mut with_forged = honest();
    with_forged["approvals"] = json!([envelope(&forged)]);
    let url = liar_about(&registry.url, "/v1/proposals/", answer(with_forged));
    pull(&desk, &url).refuses("signer_mismatch");
    status(&desk, &url).refuses("signer_mismatch");

    std::fs::remove_file(desk.path("alice.json")).unwrap();
    assert!(evidence(&desk) == before);
}

#[test]
fn forged_policy_list_or_revocation_is_taken_in() {
    let (desk, registry, proposal) = proposed();
    let before = evidence(&desk);
    let body = ureq::get(registry.url.clone() + "/v1/trust").call().unwrap().body_mut().read_to_string();
    let honest: Value = serde_json::from_str(&body.unwrap()).unwrap();
    let forge = |part: &str, change: &dyn Fn(String) -> String| {
        let real = Envelope::parse(honest[part][0].to_string().as_bytes()).unwrap();
        let payload = String::from_utf8(real.unverified_payload().to_vec()).unwrap();
        let forged = Envelope::sign(real.payload_type(), change(payload).into_bytes(), &desk.key("emil"));
        let mut lie = honest.clone();
        lie[part] = json!([serde_json::from_str::<Value>(&forged.to_json()).unwrap()]);
        // That the registry names it as the pin changes nothing.
        lie["pins"] = json!([forged.digest().to_string()]);
        liar_about(&registry.url, "/v1/trust", (200, "", lie.to_string().into_bytes()))
    };
    let url = forge("policies", &|payload| payload.replace("\"threshold\":2", "\"threshold\":1"));
    pull(&desk, &url).refuses("policy_unpinned");
    let url = forge("revocation_lists", &|payload| payload);
    pull(&desk, &url).refuses("list_signatures");

    let stop = desk.line("revoke digits-classifier@2 --reason-code security --reason x --key placet-keys/dana.pem --yes --output stop.json");
    stop.ok();
    let real = Envelope::parse(desk.read("stop.json").as_bytes()).unwrap();
    let forged = desk.key("emil").statement(real.unverified_payload().to_vec());
    let mut lie = honest.clone();
    lie["revocations"] = json!([serde_json::from_str::<Value>(&forged.to_json()).unwrap()]);
    let url = liar_about(&registry.url, "/v1/trust", (200, "", lie.to_string().into_bytes()));
    pull(&desk, &url).refuses("signer_mismatch");
    std::fs::remove_file(desk.path("stop.json")).unwrap();
    assert!(evidence(&desk) == before);
    assert!(Proposal::parse(desk.proposal().unverified_payload()).is_ok(), "{proposal}");
}
