//! What no path may do, whatever it is made of.
#![expect(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use placet_gateway::{config::Config, host, path, routes::RouteTable};
use proptest::prelude::*;
use serde_json::json;

/// Pieces of which paths that deceive are made.
fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => prop::sample::select(vec![
            "/", "//", ".", "..", "%2e", "%2E", "%2f", "%5c", "\\", ";", "%3b", "%00", "%25", "%252e", "%", "?", "#", "a",
            "A", "b", "%61", "%41", "%c3%a4", "%c0%af", "ä", " ", "\u{0}", "\u{7f}",
        ]).prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
    ]
}

fn target() -> impl Strategy<Value = String> {
    prop::collection::vec(piece(), 0..12).prop_map(|pieces| format!("/{}", pieces.concat()))
}

fn table() -> RouteTable {
    let route = |name: &str, path: &str| {
        let weights = json!({ "kind": "file", "digest": format!("sha256:{}", "1".repeat(64)) });
        json!({ "name": name, "path": path, "model_id": "m", "weights": weights, "environment": "e", "scope": "s" })
    };
    let config = json!({
        "media_type": "application/vnd.placet.gateway+json;version=1",
        "mode": "enforce",
        "pins": [format!("sha256:{}", "0".repeat(64))],
        "source": { "kind": "static", "url": "http://a" },
        "routes": [route("a", "/a"), route("ab", "/a/b"), route("root", "/")],
    });
    RouteTable::new(&Config::parse(config.to_string().as_bytes()).unwrap())
}

/// How other servers read a path: each of these is done by some.
fn other_readings(path: &str) -> Vec<String> {
    let decoded = |path: &str| {
        let mut out = Vec::new();
        let mut bytes = path.bytes().peekable();
        while let Some(byte) = bytes.next() {
            let rest: Vec<u8> = bytes.clone().take(2).collect();
            let hex = std::str::from_utf8(&rest).ok().filter(|_| byte == b'%' && rest.len() == 2);
            match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
                Some(escaped) => {
                    out.push(escaped);
                    bytes.nth(1);
                }
                None => out.push(byte),
            }
        }
        String::from_utf8_lossy(&out).into_owned()
    };
    let resolved = |path: &str| {
        let mut segments = Vec::new();
        for segment in path.split('/').filter(|segment| !segment.is_empty() && *segment != ".") {
            if segment == ".." {
                segments.truncate(segments.len().saturating_sub(1));
            } else {
                segments.push(segment);
            }
        }
        format!("/{}", segments.join("/"))
    };
    let without_parameters = |path: &str| {
        let segments = path.split('/').map(|segment| segment.split(';').next().unwrap_or_default());
        segments.collect::<Vec<_>>().join("/")
    };
    let once = decoded(path);
    let twice = decoded(&once);
    let slashed = once.replace('\\', "/");
    let cut = once.split('\0').next().unwrap_or_default().to_owned();
    [&once, &twice, &slashed, &cut]
        .into_iter()
        .flat_map(|path| {
            [resolved(path), resolved(&without_parameters(path)), resolved(&path.to_lowercase())]
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn a_path_that_another_server_reads_as_another_route(target in target()) {
        let table = table();
        if let Ok(found) = table.find(["a"], &target) {
            let path = target.split('?').next().unwrap();
            for reading in other_readings(path) {
                // What other servers make of it, written as this gateway would be asked for it.
                let written: String = reading.bytes().map(|byte| match byte {
                    b'/' | b'a'..=b'z' | b'A'..=b'Z' | b'.' => char::from(byte).to_string(),
                    _ => format!("%{byte:02x}"),
                }).collect();
                if let Ok(other) = table.find(["a"], &written) {
                    prop_assert_eq!(found, other, "{} is read as {}", path, reading);
                }
            }
        }
    }

    #[test]
    fn a_path_that_is_not_what_it_was_after_one_decoding(target in target()) {
        if let Ok(path) = path::normalise(&target) {
            prop_assert!(path.starts_with('/'));
            prop_assert!(!path.contains("//") && !path.contains(['\\', ';', '%', '\0']));
            prop_assert!(path.split('/').all(|segment| segment != "." && segment != ".."));
            let trimmed = path.trim_end_matches('/');
            // A query's question mark, or an escaped one, is no part of a configured path.
            prop_assert!(trimmed.is_empty() || trimmed.contains(['?', '#']) || path::is_normal(trimmed));
        }
    }

    #[test]
    fn a_target_that_ends_the_process(target in any::<String>(), hosts in prop::collection::vec(any::<String>(), 0..3)) {
        let _ = table().find(hosts.iter().map(String::as_str), &target);
    }

    #[test]
    fn a_host_that_is_not_itself_when_it_is_read_again(host in "[A-Za-z0-9._:\\[\\]-]{0,24}") {
        if let Ok(normal) = host::normalise([host.as_str()]) {
            prop_assert!(host::is_normal(&normal));
            prop_assert_eq!(host::normalise([normal.as_ref()]).unwrap(), normal.clone());
        }
    }

    #[test]
    fn bytes_that_end_the_process_instead_of_being_no_configuration(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Config::parse(&bytes).is_err());
    }
}
