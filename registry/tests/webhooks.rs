//! Who is told what, and what becomes of what nobody took.

mod support;

use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpListener,
    sync::mpsc::{Receiver, Sender, channel},
    thread,
    time::{Duration, Instant},
};

use placet_core::revocation::Target;
use placet_registry::{Config, EventType, Webhook};
use placet_testkit::{Organisation, time};
use serde_json::Value;
use support::{Server, data_dir};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// What a webhook was sent: its headers, lower case, and the body.
#[derive(Debug)]
struct Told {
    headers: Vec<String>,
    body: String,
}

impl Told {
    fn header(&self, name: &str) -> &str {
        let prefix = format!("{name}: ");
        self.headers.iter().find_map(|line| line.strip_prefix(&prefix)).unwrap_or_default()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// A server that answers the first requests with 500, and tells what it was sent.
fn receiver(failures: usize) -> (String, Receiver<Told>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/hook?token=s3cret", listener.local_addr().unwrap());
    let (tell, told): (Sender<Told>, _) = channel();
    thread::spawn(move || {
        for (count, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut headers, mut length) = (Vec::new(), 0);
            loop {
                let mut line = String::new();
                reader.read_line(&mut line).unwrap();
                let line = line.trim_end();
                if line.is_empty() {
                    break;
                }
                let (name, value) = line.split_once(": ").unwrap_or((line, ""));
                if name.eq_ignore_ascii_case("content-length") {
                    length = value.parse().unwrap();
                }
                headers.push(format!("{}: {value}", name.to_lowercase()));
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let status = if count < failures { "500 No" } else { "204 Yes" };
            stream
                .write_all(
                    format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n").as_bytes(),
                )
                .unwrap();
            if tell.send(Told { headers, body: String::from_utf8(body).unwrap() }).is_err() {
                return;
            }
        }
    });
    (url, told)
}

fn served(org: &Organisation, hooks: Vec<Webhook>) -> Server {
    Server::start_in(data_dir(), org, |config: &mut Config| {
        config.webhooks = hooks;
        config.webhook_retries = vec![Duration::from_millis(20); 2];
    })
}

fn next(told: &Receiver<Told>) -> Told {
    told.recv_timeout(Duration::from_secs(20)).expect("nothing was told")
}

fn hook(name: &str, url: &str, events: Vec<EventType>) -> Webhook {
    Webhook::new(name, url, SECRET, events).unwrap()
}

#[test]
fn event_is_lost_or_told_twice() {
    let org = Organisation::new();
    let (url, told) = receiver(0);
    let server = served(&org, vec![hook("all", &url, Vec::new())]);
    let client = server.client();
    let training = org.watched_training();
    let proposal =
        org.proposal(&training, |proposal| proposal.window.not_after = time("2026-11-25T00:00:00Z"));
    client.admit(&training);
    client.admit(&proposal);
    let made = next(&told);
    assert_eq!(made.json()["type"], "proposal.made");
    assert_eq!(made.json()["data"]["proposal"], proposal.digest().to_string());
    let signature = made.header("webhook-signature");
    assert!(signature.starts_with("v1,") && signature.len() == 47, "{signature}");
    assert!(made.header("webhook-id").starts_with("msg_") && !made.header("webhook-timestamp").is_empty());
    for who in ["alice.ng", "chandra.iyer"] {
        client.admit(&org.approval(&training, &proposal, who, |_| {}));
    }
    let kinds: Vec<_> = (0..2).map(|_| next(&told).json()["type"].as_str().unwrap().to_owned()).collect();
    assert_eq!(kinds, ["quorum.reached", "approval.expiring"]);
    client.admit(&org.drift_report(&training, 1, 0, "drift-monitor", |_| {}));
    let report = org.drift_report(&training, 0, 60, "drift-monitor", |_| {});
    client.admit(&report);
    let alert = next(&told).json();
    assert_eq!(
        (&alert["type"], &alert["data"]["report"]),
        (&"drift.alert".into(), &report.digest().to_string().into())
    );
    assert_eq!(alert["data"]["alert_level"], "medium");
    client.admit(&org.revocation("dana.osei", Target::Proposal(proposal.digest()), |_| {}));
    assert_eq!(next(&told).json()["data"]["value"], proposal.digest().to_string());
    assert!(told.recv_timeout(Duration::from_millis(300)).is_err(), "something was told twice");
    assert_eq!(client.get("/v1/webhooks").json()["items"].as_array().unwrap().len(), 0);
}

#[test]
fn webhook_that_fails_at_first_is_given_up() {
    let org = Organisation::new();
    let (url, told) = receiver(2);
    let server = served(&org, vec![hook("slow", &url, vec![EventType::ProposalMade])]);
    let training = org.training(|_| {});
    server.client().admit(&training);
    server.client().admit(&org.proposal(&training, |_| {}));
    let ids: Vec<_> = (0..3).map(|_| next(&told).header("webhook-id").to_owned()).collect();
    assert!(ids.windows(2).all(|pair| pair[0] == pair[1]), "{ids:?}");
    assert!(told.recv_timeout(Duration::from_millis(300)).is_err());
}

#[test]
fn dead_letter_is_dropped_or_tells_the_address() {
    let org = Organisation::new();
    let hooks = || vec![hook("gone", "http://127.0.0.1:1/token-of-it", vec![EventType::ProposalMade])];
    let server = served(&org, hooks());
    let training = org.training(|_| {});
    server.client().admit(&training);
    server.client().admit(&org.proposal(&training, |_| {}));
    let start = Instant::now();
    let dead = loop {
        let items = server.client().get("/v1/webhooks").json()["items"].clone();
        if items[0]["state"] == "dead" {
            break items;
        }
        assert!(start.elapsed() < Duration::from_secs(20), "{items}");
        thread::sleep(Duration::from_millis(20));
    };
    assert_eq!((&dead[0]["attempts"], &dead[0]["webhook"]), (&3.into(), &"gone".into()));
    assert!(!dead.to_string().contains("token"), "{dead}");
    // It stays over a restart, until somebody asks for another try.
    let directory = server.stop();
    let (url, told) = receiver(0);
    let hooks = vec![hook("gone", &url, Vec::new())];
    let server = Server::start_in(directory, &org, |config| config.webhooks = hooks.clone());
    assert_eq!(server.client().get("/v1/webhooks").json()["items"][0]["state"], "dead");
    assert!(told.recv_timeout(Duration::from_millis(300)).is_err());
    let directory = server.stop();
    let server = Server::start_in(directory, &org, |config| {
        config.webhooks = hooks;
        config.revive_webhooks = true;
    });
    assert_eq!(next(&told).json()["type"], "proposal.made");
    drop(server);
}

#[test]
fn history_is_told_to_a_new_webhook() {
    let org = Organisation::new();
    let server = Server::start(&org);
    let training = org.training(|_| {});
    server.client().admit(&training);
    server.client().admit(&org.proposal(&training, |_| {}));
    let directory = server.stop();
    let (url, told) = receiver(0);
    let server =
        Server::start_in(directory, &org, |config| config.webhooks = vec![hook("new", &url, Vec::new())]);
    assert!(told.recv_timeout(Duration::from_millis(500)).is_err());
    let other = org.training(|training| training.correlation_id = "second".into());
    server.client().admit(&other);
    let proposal = org.proposal(&other, |_| {});
    server.client().admit(&proposal);
    assert_eq!(next(&told).json()["data"]["proposal"], proposal.digest().to_string());
}
