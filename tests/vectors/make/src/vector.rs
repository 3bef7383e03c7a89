//! A vector, and the file it stands in.

use std::collections::BTreeSet;

use placet_core::{
    code::Code,
    decide::{Decided, decide},
    decision::Decision,
    digest::Digest,
};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::{bytes::Bytes, pool::Pool, scene::Scene};

/// One file of vectors.
#[derive(Debug)]
pub struct File {
    /// Below `tests/vectors`.
    pub path: &'static str,
    vectors: Vec<Vector>,
    /// Where the core says otherwise than a vector.
    pub(crate) faults: Vec<String>,
}

#[derive(Debug)]
struct Vector {
    name: String,
    comment: String,
    call: &'static str,
    input: Vec<(&'static str, Argument)>,
    expect: Map<String, Value>,
}

/// An argument: bytes, or a value as it stands.
#[derive(Debug)]
enum Argument {
    Bytes(Bytes),
    Value(Value),
}

impl File {
    /// A file without vectors.
    #[must_use]
    pub fn new(path: &'static str) -> Self {
        Self { path, vectors: Vec::new(), faults: Vec::new() }
    }

    /// The evidence suffices; `listed` is what is wrong with approvals beside those that count.
    pub fn permit(&mut self, name: &str, comment: &str, scene: &Scene, listed: &[Code]) {
        let Some(decision) = self.decide(name, comment, scene, &[]) else { return };
        let mut codes: Vec<_> = decision.approvals.iter().filter_map(|approval| approval.code).collect();
        codes.sort_unstable();
        if codes != listed {
            self.faults.push(format!("{}: {name}: listed {codes:?}, not {listed:?}", self.path));
        }
    }

    /// The evidence fails for exactly these reasons.
    pub fn deny(&mut self, name: &str, comment: &str, scene: &Scene, denials: &[Code]) {
        self.decide(name, comment, scene, denials);
    }

    /// No policy can be used, for this reason, and so nothing can be said of the rest.
    pub fn deny_policy(&mut self, name: &str, comment: &str, scene: &Scene, code: Code) {
        let mut codes = vec![code, Code::PolicyMissing, Code::RuleMissing, Code::ListMissing];
        codes.dedup();
        self.decide(name, comment, scene, &codes);
    }

    /// One of the documents cannot be read at all.
    pub fn error(&mut self, name: &str, comment: &str, scene: &Scene, code: Code) {
        let found = run(scene).map(|decided| decided.decision.denials);
        if found.as_ref().err() != Some(&code) {
            self.faults.push(format!("{}: {name}: {found:?}, not {code:?}", self.path));
        }
        self.push(name, comment, "decide", scene_input(scene), json!({"error": code.as_str()}));
    }

    /// Another call: its bytes, its other arguments, what must come of it and what the core makes of it.
    #[expect(clippy::too_many_arguments, reason = "each is one field of a vector")]
    pub fn call(
        &mut self,
        name: &str,
        comment: &str,
        call: &'static str,
        bytes: Vec<(&'static str, Bytes)>,
        values: &[(&'static str, Value)],
        expect: Value,
        found: &Value,
    ) {
        if expect != *found {
            self.faults.push(format!("{}: {name}: {found}, not {expect}", self.path));
        }
        let bytes = bytes.into_iter().map(|(name, bytes)| (name, Argument::Bytes(bytes)));
        let values = values.iter().map(|(name, value)| (*name, Argument::Value(value.clone())));
        self.push(name, comment, call, bytes.chain(values).collect(), expect);
    }

    fn decide(&mut self, name: &str, comment: &str, scene: &Scene, denials: &[Code]) -> Option<Decision> {
        let fault = match run(scene) {
            Ok(Decided { decision, bytes, state }) if decision.denials == denials => {
                let codes = denials.iter().map(|code| code.as_str());
                let expect = json!({
                    "outcome": decision.outcome.as_str(),
                    "denials": codes.collect::<Vec<_>>(),
                    "valid_until": decision.valid_until.map(|time| time.to_string()),
                    "decision_sha256": Digest::of(&bytes).to_hex(),
                    "state_sha256": Digest::of(state.to_json().as_bytes()).to_hex(),
                });
                self.push(name, comment, "decide", scene_input(scene), expect);
                return Some(decision);
            }
            Ok(decided) => format!("{:?}", decided.decision.denials),
            Err(code) => format!("error {code:?}"),
        };
        self.faults.push(format!("{}: {name}: {fault}, not {denials:?}", self.path));
        None
    }

    fn push(
        &mut self,
        name: &str,
        comment: &str,
        call: &'static str,
        input: Vec<(&'static str, Argument)>,
        expect: Value,
    ) {
        let Value::Object(expect) = expect else { panic!("{name}: an expectation is an object") };
        if self.vectors.iter().any(|other| other.name == name) {
            self.faults.push(format!("{}: two vectors {name}", self.path));
        }
        self.vectors.push(Vector { name: name.into(), comment: comment.into(), call, input, expect });
    }

    /// How many vectors it has.
    pub(crate) fn count(&self) -> usize {
        self.vectors.len()
    }

    /// The codes that its vectors expect.
    pub(crate) fn codes(&self) -> BTreeSet<String> {
        let mut codes = BTreeSet::new();
        self.vectors.iter().for_each(|vector| {
            for value in vector.expect.values() {
                collect(value, &mut codes);
            }
        });
        codes
    }

    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let arguments = self.vectors.iter().flat_map(|vector| &vector.input);
        let bytes = arguments.filter_map(|(_, argument)| match argument {
            Argument::Bytes(bytes) => Some(bytes),
            Argument::Value(_) => None,
        });
        bytes.flat_map(Bytes::texts)
    }

    /// The text of the file.
    pub(crate) fn to_json(&self, pool: &Pool) -> String {
        #[derive(Serialize)]
        struct Written<'a> {
            name: &'a str,
            comment: &'a str,
            call: &'a str,
            input: Map<String, Value>,
            expect: &'a Map<String, Value>,
        }
        #[derive(Serialize)]
        struct All<'a> {
            vectors: Vec<Written<'a>>,
        }
        let written = |vector: &'_ Vector| {
            let input = vector.input.iter().map(|(name, argument)| {
                let value = match argument {
                    Argument::Bytes(bytes) => bytes.form(pool),
                    Argument::Value(value) => value.clone(),
                };
                ((*name).to_owned(), value)
            });
            input.collect()
        };
        let vectors = self.vectors.iter().map(|vector| Written {
            name: &vector.name,
            comment: &vector.comment,
            call: vector.call,
            input: written(vector),
            expect: &vector.expect,
        });
        let all = All { vectors: vectors.collect() };
        let mut text = serde_json::to_string_pretty(&all).unwrap_or_default();
        text.push('\n');
        text
    }
}

fn collect(value: &Value, codes: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if Code::from_text(text).is_some() => drop(codes.insert(text.clone())),
        Value::Array(values) => values.iter().for_each(|value| collect(value, codes)),
        Value::Object(members) => members.values().for_each(|value| collect(value, codes)),
        _ => {}
    }
}

fn run(scene: &Scene) -> Result<Decided, Code> {
    let (bundle, trust, request) = (scene.bundle(), scene.trust(), scene.request.to_vec());
    let state = scene.state.as_ref().map(Bytes::to_vec);
    decide(&bundle.to_vec(), &trust.to_vec(), state.as_deref(), &request).map_err(|error| error.code())
}

fn scene_input(scene: &Scene) -> Vec<(&'static str, Argument)> {
    let state = scene.state.clone().map_or(Argument::Value(Value::Null), Argument::Bytes);
    vec![
        ("bundle", Argument::Bytes(scene.bundle())),
        ("trust", Argument::Bytes(scene.trust())),
        ("state", state),
        ("request", Argument::Bytes(scene.request.clone())),
    ]
}
