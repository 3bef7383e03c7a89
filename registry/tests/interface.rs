//! The interface as documented, as served, and under fire.

mod support;

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

use placet_core::{digest::Digest, json::ObjectWriter, key::Signer as _, policy::Log};
use placet_registry::{Rate, StaticFiles, route_list};
use placet_testkit::{Key, Organisation};
use serde_json::Value;
use support::{Answer, Client, Server, data_dir};

fn organisation() -> Organisation {
    Organisation::new().with(|policy| {
        policy.log = Some(Log {
            origin: "registry.example/ledger".into(),
            key: Key::of("log").public_key().clone(),
            witnesses: Vec::new(),
            threshold: 0,
        });
    })
}

fn enrolment(name: &str, key: &Key, change: impl FnOnce(ObjectWriter) -> ObjectWriter) -> String {
    let fields = || {
        ObjectWriter::new()
            .string("name", name)
            .string("display_name", "Fay \u{202e}Ito")
            .string("public_key", &key.public_key().to_hex())
            .string("note", "new in safety")
            .string("signed_at", "2026-11-22T14:04:00Z")
    };
    let signature = key.sign(format!("placet-enrolment-v1\n{}", fields().finish()).as_bytes());
    let signature: String = Digest::from_bytes(signature[..32].try_into().unwrap()).to_hex()
        + &Digest::from_bytes(signature[32..].try_into().unwrap()).to_hex();
    change(fields().string("signature", &signature)).finish()
}

fn document(client: &Client) -> Value {
    client.get("/v1/openapi.json").json()
}

#[test]
fn route_is_not_documented_or_documentation_has_no_route() {
    let server = Server::start(&organisation());
    let document = document(&server.client());
    let paths = document["paths"].as_object().unwrap();
    let documented = paths.iter().flat_map(|(path, operations)| {
        operations.as_object().unwrap().keys().map(move |method| (method.clone(), path.clone()))
    });
    let mut documented: Vec<_> = documented.collect();
    let mut routes: Vec<_> = route_list().into_iter().map(|(m, path)| (m, path.to_owned())).collect();
    documented.sort();
    routes.sort();
    assert_eq!(documented, routes);
}

/// Whether an answer is one that the document knows for the operation.
fn assert_documented(document: &Value, method: &str, path: &str, answer: &Answer) {
    let responses = &document["paths"][path][method]["responses"];
    let status = answer.status.to_string();
    let response = responses.get(&status).unwrap_or(&responses["default"]);
    let content = response["content"].as_object();
    let expected: Vec<_> = content.into_iter().flatten().map(|(media_type, _)| media_type.as_str()).collect();
    if answer.status == 304 {
        assert!(expected.is_empty() && responses.get("304").is_some(), "{path}");
    } else {
        assert_eq!(expected, [answer.header("content-type")], "{method} {path} {status}");
    }
    if answer.header("content-type") == "application/json" {
        let mut schema = &response["content"]["application/json"]["schema"];
        if let Some(name) = schema["$ref"].as_str() {
            schema = &document["components"]["schemas"][name.rsplit('/').next().unwrap()];
        }
        let body = answer.json();
        let members = |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
        if schema["additionalProperties"] == Value::Bool(false) {
            let (mut described, mut sent) = (members(&schema["properties"]), members(&body));
            described.sort();
            sent.sort();
            assert_eq!(described, sent, "{method} {path}");
        }
    }
}

#[test]
fn documented_operation_does_not_answer_as_documented() {
    let org = organisation();
    let server = Server::start(&org);
    let client = server.client();
    let document = document(&client);
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |_| {});
    client.admit(&training);
    assert_documented(&document, "post", "/v1/envelopes", &client.push(&proposal));
    assert_documented(&document, "post", "/v1/envelopes", &client.push(&proposal));
    let request = enrolment("fay.ito", &Key::of("fay.ito"), |fields| fields);
    assert_documented(&document, "post", "/v1/enrolments", &client.post_json("/v1/enrolments", &request));
    for (method, path) in route_list() {
        if method == "post" || path == "/v1/events" {
            continue;
        }
        let filled = path
            .replace("{digest}", &proposal.digest().to_string())
            .replace("{model_id}", "digits-classifier");
        let filled = match path {
            "/v1/inbox" => format!("{filled}?principal=alice.ng"),
            "/v1/bundles" => {
                let weights = org.request().weights.digest.to_string().replace(':', "%3A");
                let place = "environment=production&scope=eu-west";
                format!("{filled}?model_id=digits-classifier&weights_kind=file&weights={weights}&{place}")
            }
            "/v1/ledger/consistency" => format!("{filled}?from=1"),
            _ => filled,
        };
        let answer = client.get(&filled);
        assert_eq!(answer.status, 200, "{filled}");
        assert_documented(&document, &method, path, &answer);
        let refused =
            client.get(&format!("{filled}{}unknown=1", if filled.contains('?') { '&' } else { '?' }));
        assert_eq!(refused.refusal(), (400, "invalid_query".into()), "{filled}");
        assert_documented(&document, &method, path, &refused);
        let etag = answer.header("etag");
        if !etag.is_empty() {
            let again = client.get_with(&filled, &[("if-none-match", etag)]);
            assert_eq!((again.status, again.body.len()), (304, 0), "{filled}");
            assert_documented(&document, &method, path, &again);
        }
    }
}

#[test]
fn enrolment_without_the_key_is_kept() {
    let server = Server::start(&organisation());
    let client = server.client();
    let post = |text: &str| client.post_json("/v1/enrolments", text);
    let (fay, mallory) = (Key::of("fay.ito"), Key::of("mallory"));
    assert_eq!(post(&enrolment("fay.ito", &fay, |fields| fields)).status, 201);
    assert_eq!(
        post(&enrolment("Fay Ito", &fay, |fields| fields)).refusal(),
        (400, "invalid_identifier".into())
    );
    let stolen = enrolment("fay.ito", &mallory, |fields| fields)
        .replace(&mallory.public_key().to_hex(), &fay.public_key().to_hex());
    assert_eq!(post(&stolen).refusal(), (403, "signature_invalid".into()));
    let more = enrolment("fay.ito", &fay, |fields| fields.string("role", "root"));
    assert_eq!(post(&more).refusal(), (400, "unknown_field".into()));
    let small = format!("{:0<64}", "01");
    let small = enrolment("fay.ito", &fay, |f| f).replace(&fay.public_key().to_hex(), &small);
    assert_eq!(post(&small).refusal(), (400, "small_order_key".into()));
    let kept = client.get("/v1/enrolments").json();
    assert_eq!(kept["items"].as_array().unwrap().len(), 1);
    assert_eq!(kept["items"][0]["display_name"], "Fay \u{202e}Ito");
}

#[test]
fn one_address_sends_enrolments_without_end() {
    let server = Server::start_in(data_dir(), &organisation(), |config| {
        config.limits.enrolments = Rate { burst: 3, per_second: 0.0 };
    });
    let client = server.client();
    let statuses: Vec<_> = (0..5).map(|_| client.post_json("/v1/enrolments", "{}").status).collect();
    assert_eq!(statuses, [400, 400, 400, 429, 429]);
    let refused = client.post_json("/v1/enrolments", "{}");
    assert_eq!((refused.refusal().1, refused.header("retry-after")), ("rate_limited".into(), "5"));
    assert_eq!(client.get("/v1/trust").status, 200, "reads are counted apart");
}

#[test]
fn reads_without_the_token_are_answered() {
    let org = organisation();
    let server = Server::start_in(data_dir(), &org, |config| {
        config.read_tokens = vec![Digest::of(b"correct horse")];
    });
    let client = server.client();
    for (method, path) in route_list() {
        let open = ["/healthz", "/readyz", "/v1/openapi.json"].contains(&path);
        if method == "get" && !open {
            for headers in
                [&[][..], &[("authorization", "Bearer wrong")], &[("authorization", "correct horse")]]
            {
                let answer = client.get_with(path, headers);
                assert_eq!(answer.refusal(), (401, "unauthorized".into()), "{path}");
                assert_eq!(answer.header("www-authenticate"), "Bearer");
            }
        }
    }
    let answer = client.get_with("/v1/trust", &[("authorization", "Bearer correct horse")]);
    assert_eq!(answer.status, 200);
    client.admit(&org.training(|_| {}));
}

fn console() -> StaticFiles {
    let mut files = StaticFiles::new();
    files.insert("index.html", "<!doctype html><title>Placet</title>");
    files.insert("assets/app.wasm", vec![0, 97, 115, 109]);
    files
}

#[test]
fn page_that_signs_lacks_a_header() {
    let server =
        Server::start_in(data_dir(), &organisation(), |config| config.console = Some(console().into()));
    let client = server.client();
    for path in ["/", "/index.html", "/proposals/sha256:00", "/assets/app.wasm", "/%2e%2e/%2e%2e/etc/passwd"]
    {
        let answer = client.get(path);
        assert_eq!(answer.status, 200, "{path}");
        let policy = answer.header("content-security-policy");
        for part in [
            "default-src 'none'",
            "script-src 'self' 'wasm-unsafe-eval'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
            "trusted-types placet-worker",
            "form-action 'none'",
        ] {
            assert!(policy.contains(part), "{path} lacks {part}");
        }
        assert!(!policy.contains("unsafe-inline") && !policy.contains("'unsafe-eval'"));
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{path}");
        }
        assert!(!answer.header("permissions-policy").is_empty());
    }
    assert_eq!(client.get("/assets/app.wasm").header("content-type"), "application/wasm");
    assert_eq!(client.get("/anything/else").body, client.get("/").body);
    assert_eq!(client.get("/v1/nothing").refusal(), (404, "not_found".into()));
    let etag = client.get("/").header("etag").to_owned();
    assert_eq!(client.get_with("/", &[("if-none-match", &etag)]).status, 304);
}

/// Sends bytes as they are and reads what comes until the end or the time is over.
fn raw(server: &Server, bytes: &[u8]) -> (String, Duration) {
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let begun = Instant::now();
    // The registry may answer and close before everything is sent.
    let _ = stream.write_all(bytes);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    (String::from_utf8_lossy(&answer).into_owned(), begun.elapsed())
}

fn post_head(path: &str, more: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n{more}\r\n"
    )
}

#[test]
fn large_or_slow_bodies_hold_the_registry() {
    let server = Server::start_in(data_dir(), &organisation(), |config| {
        config.limits.request_timeout = Duration::from_secs(1);
        config.limits.header_timeout = Duration::from_secs(1);
        config.limits.large_bodies = 1;
    });
    for path in ["/v1/envelopes", "/v1/enrolments"] {
        let (answer, _) = raw(&server, post_head(path, "content-length: 99999999\r\n").as_bytes());
        assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("\"too_large\""), "{answer}");
        let mut chunked = post_head(path, "transfer-encoding: chunked\r\n").into_bytes();
        for _ in 0..13 {
            chunked.extend_from_slice(b"100000\r\n");
            chunked.extend(std::iter::repeat_n(b' ', 1 << 20));
            chunked.extend_from_slice(b"\r\n");
        }
        chunked.extend_from_slice(b"0\r\n\r\n");
        let (answer, _) = raw(&server, &chunked);
        // The connection may be reset while the rest of the body is still on its way.
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 413"), "{answer}");
        let (answer, waited) = raw(&server, post_head(path, "content-length: 10\r\n").as_bytes());
        assert!(answer.starts_with("HTTP/1.1 408") && answer.contains("\"timeout\""), "{answer}");
        assert!(waited < Duration::from_secs(5));
    }
    let (_, waited) = raw(&server, b"POST /v1/envelopes HTTP/1.1\r\nhost: x\r\nx-slow");
    assert!(waited < Duration::from_secs(5), "headers may take for ever");
    // A slow large body has the one place; small ones go their way.
    let mut slow = TcpStream::connect(server.address).unwrap();
    slow.write_all(post_head("/v1/envelopes", "content-length: 200000\r\n").as_bytes()).unwrap();
    slow.write_all(&vec![b' '; 100_000]).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    server.client().admit(&organisation().training(|_| {}));
}

#[test]
fn hostile_input_breaks_an_endpoint() {
    let server = Server::start_in(data_dir(), &organisation(), |config| {
        config.limits.enrolments = config.limits.envelopes;
    });
    let client = server.client();
    let document = document(&client);
    let deep = "[".repeat(10_000);
    let bodies: [(&[u8], &str); 10] = [
        (b"", "json_syntax"),
        (b"null", "wrong_type"),
        (b"[]", "wrong_type"),
        (b"{}", "missing_field"),
        (b"{\"a\":1}", "missing_field"),
        (b"{\"payload\":1,\"payload\":2}", "duplicate_key"),
        (b"{\"payload\":\"\xff\"}", "invalid_utf8"),
        (b"{\"payload\":\"\\ud800\"}", "lone_surrogate"),
        (b"{} {}", "trailing_bytes"),
        (deep.as_bytes(), "nesting_too_deep"),
    ];
    for path in ["/v1/envelopes", "/v1/enrolments", "/v1/ledger/cosignatures"] {
        for content_type in ["text/plain", "", "multipart/form-data", "application/jsonx", "text/json"] {
            let answer = client.post_bytes(path, content_type, b"{}").unwrap();
            assert_eq!(answer.refusal(), (415, "unsupported_media_type".into()), "{path} {content_type}");
        }
        for (body, code) in bodies {
            let answer = client.post_bytes(path, "application/json", body).unwrap();
            assert_eq!(answer.refusal(), (400, code.to_owned()), "{path}");
            assert_documented(&document, "post", path, &answer);
        }
    }
    let parts = [
        "%00",
        "%ff",
        "%2e%2e%2fx",
        "..",
        "sha256:",
        "sha256:zz",
        "'%20OR%201=1--",
        "%F0%9F%92%A9",
        "a%2F%2Fb",
    ];
    for (method, path) in route_list() {
        for part in parts {
            let answer = match path.split_once('{') {
                Some((before, _)) => client.get(&format!("{before}{part}")),
                None => client.get(&format!("{path}?limit={part}&after={part}")),
            };
            // The path of a model may be one that no model has.
            assert!((400..500).contains(&answer.status), "{method} {path} {part}: {}", answer.status);
            answer.refusal();
        }
        let (answer, _) = raw(
            &server,
            format!("DELETE {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes(),
        );
        assert!(
            answer.starts_with("HTTP/1.1 4") && answer.contains("method_not_allowed"),
            "{path}: {answer}"
        );
        assert!(answer.to_lowercase().contains("\r\nallow: "), "{path}: {answer}");
    }
    for path in ["trust?tree_size=", "ledger/consistency?from=", "ledger/consistency?from=1&to="] {
        let answer = client.get(&format!("/v1/{path}9007199254740992"));
        assert_eq!(answer.refusal(), (400, "invalid_query".into()), "{path}");
    }
    let lines = [
        "GET /../../../etc/passwd HTTP/1.1",
        "GET //v1//trust HTTP/1.1",
        "GET http://evil/v1/x HTTP/1.1",
        "GET /v1/trust\\..\\x HTTP/1.1",
        "FOO / HTTP/1.1",
        "GET /v1/\u{1} HTTP/1.1",
        "\u{16}\u{3}\u{1}",
    ];
    for line in lines {
        let (answer, _) = raw(&server, format!("{line}\r\nhost: x\r\nconnection: close\r\n\r\n").as_bytes());
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{line}: {answer}");
    }
    assert_eq!(
        client.get_with("/v1/events", &[("last-event-id", "x")]).refusal(),
        (400, "invalid_query".into())
    );
    assert_eq!(client.get("/healthz").status, 200);
}

/// Reads events until there are `count`, as (event, id, data).
fn events(server: &Server, last: Option<&str>, count: usize) -> Vec<(String, String, Value)> {
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let last = last.map(|id| format!("last-event-id: {id}\r\n")).unwrap_or_default();
    stream.write_all(format!("GET /v1/events HTTP/1.1\r\nhost: x\r\n{last}\r\n").as_bytes()).unwrap();
    let (mut text, mut buffer) = (String::new(), [0; 4096]);
    loop {
        let found: Vec<_> = text
            .split("\n\n")
            .filter(|block| block.contains("data: ") && block.ends_with('}'))
            .map(|block| {
                let field = |name: &str| {
                    let mut lines = block.lines().filter_map(|line| line.strip_prefix(name));
                    lines.next_back().unwrap_or_default().trim().to_owned()
                };
                (field("event: "), field("id: "), serde_json::from_str(&field("data: ")).unwrap())
            })
            .collect();
        if found.len() >= count {
            return found;
        }
        let read = stream.read(&mut buffer).expect("no more events came");
        assert_ne!(read, 0, "the stream ended");
        text.push_str(&String::from_utf8_lossy(&buffer[..read]));
    }
}

#[test]
fn event_is_lost_or_repeated_after_a_break() {
    let org = organisation();
    let server = Server::start(&org);
    let client = server.client();
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |_| {});
    client.admit(&training);
    client.admit(&proposal);
    let all = events(&server, Some("0"), 3);
    let kinds: Vec<_> = all.iter().map(|(_, _, data)| data["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["policy", "training_output", "proposal"]);
    assert_eq!(all[2].2["proposal"], proposal.digest().to_string());
    let resumed = events(&server, Some(&all[1].1), 1);
    assert_eq!((&resumed[0].1, &resumed[0].2), (&all[2].1, &all[2].2));
    // Live: what comes while the stream is open, a new list among it.
    let live = std::thread::scope(|scope| {
        let live = scope.spawn(|| events(&server, None, 2));
        std::thread::sleep(Duration::from_millis(300));
        client.admit(&org.revocation(
            "alice.ng",
            placet_core::revocation::Target::Proposal(proposal.digest()),
            |_| {},
        ));
        live.join().unwrap()
    });
    let mut names: Vec<_> = live.iter().map(|(event, _, _)| event.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["envelope", "revocation_list"]);
}

#[test]
fn open_streams_hold_up_the_stop() {
    let server = Server::start(&organisation());
    let mut stream = TcpStream::connect(server.address).unwrap();
    stream.write_all(b"GET /v1/events HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let mut first = [0; 1];
    stream.read_exact(&mut first).unwrap();
    let begun = Instant::now();
    drop(server.stop());
    assert!(begun.elapsed() < Duration::from_secs(5));
}
