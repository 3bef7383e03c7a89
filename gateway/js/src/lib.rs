//! WebAssembly bindings of `placet-gateway`, and nothing but bindings: the module behind `placet/gateway` of the npm
//! package.
//!
//! Sockets, timers and storage are JavaScript's (`wasm/npm/gateway`); what a request is answered, what is fetched when
//! and what is believed of it is decided here, by the same code as in every other gateway.

use js_sys::{Array, Object, Reflect, Uint8Array};
use placet_core::{error::ParseError, limits, time::Timestamp};
use placet_gateway::{
    code::ConfigError,
    config::{self, Config, Mode},
    gateway::{self as core, Answer},
    kept,
    problem::{CODES_HEADER, DECISION_HEADER, PROBLEM, RESERVED, STATUS},
    schedule::Document,
    source::SourceKind,
};
use wasm_bindgen::prelude::*;

/// What stands for the trust document where bundles are numbered by their routes.
const TRUST: i32 = -1;

/// The routes, what is held, and what was decided. Times are seconds since 1970.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Gateway {
    inner: core::Gateway,
    /// The value of the `Authorization` header, where the source asks for one.
    authorization: Option<String>,
}

#[wasm_bindgen]
impl Gateway {
    /// Reads a configuration.
    ///
    /// # Errors
    ///
    /// Throws the code for which it is refused.
    #[wasm_bindgen(constructor)]
    pub fn new(config: &Uint8Array, now: f64) -> Result<Self, JsValue> {
        let config = Config::parse(&copy(config, "configuration", config::LARGEST)?).map_err(refused)?;
        let authorization = config.source.read_token.as_ref().map(|token| format!("Bearer {token}"));
        let inner = core::Gateway::new(config, time(now)?);
        Ok(Self { inner, authorization })
    }

    /// Whether what is not permitted is refused.
    #[must_use]
    pub fn enforces(&self) -> bool {
        self.inner.mode() == Mode::Enforce
    }

    /// Answers a request. `hosts` are all values of `Host` and `:authority`, a line feed between two; `target` is what
    /// stands in the request line. Gives the decision's digest on a permit, nothing for an open path, and the parts of
    /// the answer on a refusal.
    ///
    /// # Errors
    ///
    /// Throws where `now` is no time.
    #[expect(clippy::needless_pass_by_value, reason = "a text from JavaScript is a copy anyway")]
    pub fn answer(&mut self, hosts: Option<String>, target: &str, now: f64) -> Result<JsValue, JsValue> {
        let now = time(now)?;
        let hosts = hosts.as_deref().into_iter().flat_map(|hosts| hosts.split('\n'));
        Ok(match self.inner.answer(hosts, target, now) {
            Answer::Permit { decision } => decision.into(),
            Answer::Open => JsValue::UNDEFINED,
            Answer::Refuse(refusal) => {
                let codes: Array = refusal.codes.iter().map(|code| JsValue::from(*code)).collect();
                let object = Object::new();
                set(&object, "route", refusal.route.map_or(JsValue::NULL, Into::into));
                set(&object, "codes", codes);
                set(&object, "header", refusal.codes_header());
                set(&object, "body", refusal.to_json());
                object.into()
            }
        })
    }

    /// Whether a request is one for a route that is denied.
    ///
    /// # Errors
    ///
    /// Throws where `now` is no time.
    #[expect(clippy::needless_pass_by_value, reason = "a text from JavaScript is a copy anyway")]
    pub fn denies(&mut self, hosts: Option<String>, target: &str, now: f64) -> Result<bool, JsValue> {
        let hosts = hosts.as_deref().into_iter().flat_map(|hosts| hosts.split('\n'));
        Ok(self.inner.denies(hosts, target, time(now)?))
    }

    /// What is due to be fetched: an array of `document`, `url`, `authorization` and `etag`.
    ///
    /// # Errors
    ///
    /// Throws where `now` is no time.
    #[wasm_bindgen(js_name = takeDue)]
    pub fn take_due(&mut self, now: f64) -> Result<Array, JsValue> {
        let due = self.inner.take_due(time(now)?);
        Ok(due
            .into_iter()
            .map(|fetch| {
                let object = Object::new();
                set(&object, "document", number(fetch.document));
                set(&object, "url", self.inner.config().source.url(&fetch.path));
                set(&object, "authorization", self.authorization.clone());
                set(&object, "etag", fetch.etag);
                JsValue::from(object)
            })
            .collect())
    }

    /// The first moment at which something is due; nothing where that is at once.
    #[must_use]
    #[wasm_bindgen(js_name = nextDue)]
    pub fn next_due(&self) -> Option<f64> {
        self.inner.next_due().map(seconds)
    }

    /// The source has something new, as it says.
    pub fn pushed(&mut self) {
        self.inner.pushed();
    }

    /// Where a registry tells what it has admitted: `url` and `authorization`. Nothing for a static source.
    #[must_use]
    #[wasm_bindgen(js_name = eventsUrl)]
    pub fn events_url(&self) -> JsValue {
        let source = &self.inner.config().source;
        if source.kind != SourceKind::Registry {
            return JsValue::UNDEFINED;
        }
        let object = Object::new();
        set(&object, "url", source.url(&format!("{}/v1/events", source.base)));
        set(&object, "authorization", self.authorization.clone());
        object.into()
    }

    /// The most bytes that a document may have.
    #[must_use]
    pub fn limit(document: i32) -> usize {
        limit(document)
    }

    /// A document arrived.
    ///
    /// # Errors
    ///
    /// Throws the code for which it cannot be read; then nothing changed but when it is fetched next.
    pub fn received(
        &mut self,
        document: i32,
        etag: Option<String>,
        bytes: &Uint8Array,
        now: f64,
    ) -> Result<(), JsValue> {
        let now = time(now)?;
        let copied = copy(bytes, "document", limit(document));
        // Of what is too large nothing is read, and that it came is counted as for any other.
        let bytes = copied.as_deref().unwrap_or_default();
        let received = self.inner.received(by_number(document), etag, bytes, now);
        copied.map(drop)?;
        received.map_err(unreadable)
    }

    /// The source says that a document is as it was.
    ///
    /// # Errors
    ///
    /// Throws where `now` is no time.
    pub fn unchanged(&mut self, document: i32, now: f64) -> Result<(), JsValue> {
        self.inner.unchanged(by_number(document), time(now)?);
        Ok(())
    }

    /// The source gave no document.
    ///
    /// # Errors
    ///
    /// Throws where `now` is no time.
    pub fn failed(&mut self, document: i32, now: f64) -> Result<(), JsValue> {
        self.inner.failed(by_number(document), time(now)?);
        Ok(())
    }

    /// A revocation, key revocation, rejection or withdrawal that somebody pushed; it counts at once.
    ///
    /// # Errors
    ///
    /// Throws the code for which it does not count.
    pub fn revoke(&mut self, envelope: &Uint8Array, now: f64) -> Result<(), JsValue> {
        let envelope = copy(envelope, "envelope", limits::ENVELOPE)?;
        self.inner
            .revoke(&envelope, time(now)?)
            .map_err(|error| thrown(error.code().as_str(), &error.to_string()))
    }

    /// Takes in what was kept before.
    ///
    /// # Errors
    ///
    /// Throws the code for which it cannot be read; then nothing was taken in.
    pub fn adopt(&mut self, kept: &Uint8Array, now: f64) -> Result<(), JsValue> {
        let kept = copy(kept, "gateway-state", kept::LARGEST)?;
        self.inner.adopt(&kept, time(now)?).map_err(unreadable)
    }

    /// What to keep, where it has changed since it was last taken.
    #[must_use]
    #[wasm_bindgen(js_name = takeKept)]
    pub fn take_kept(&mut self) -> Option<String> {
        self.inner.take_kept()
    }

    /// Every route with what was decided on it: an array of `route`, `outcome`, `codes` and `until`.
    ///
    /// # Errors
    ///
    /// Throws where `now` is no time.
    pub fn verdicts(&mut self, now: f64) -> Result<Array, JsValue> {
        self.inner.refresh_verdicts(time(now)?);
        let verdicts = self.inner.verdicts().map(|(route, verdict)| {
            let object = Object::new();
            let permits = verdict.is_some_and(placet_gateway::verdict::Verdict::permits);
            let codes = verdict.and_then(|verdict| verdict.answer.as_ref().err()).into_iter().flatten();
            set(&object, "route", route.name.as_str());
            set(&object, "outcome", if permits { "permit" } else { "deny" });
            set(&object, "codes", codes.map(|code| JsValue::from(*code)).collect::<Array>());
            let until = verdict.and_then(|verdict| verdict.until);
            set(&object, "until", until.map_or(JsValue::NULL, |until| until.to_string().into()));
            JsValue::from(object)
        });
        Ok(verdicts.collect())
    }

    /// Counters and gauges, as Prometheus reads them.
    ///
    /// # Errors
    ///
    /// Throws where `now` is no time.
    pub fn metrics(&self, now: f64) -> Result<String, JsValue> {
        Ok(self.inner.metrics().to_text(&self.inner.gauges(time(now)?)))
    }
}

/// What all gateways say alike: `status`, `mediaType`, `decisionHeader`, `codesHeader`, `reserved`.
#[must_use]
#[wasm_bindgen]
pub fn words() -> Object {
    let object = Object::new();
    set(&object, "status", STATUS);
    set(&object, "mediaType", PROBLEM);
    set(&object, "decisionHeader", DECISION_HEADER);
    set(&object, "codesHeader", CODES_HEADER);
    set(&object, "reserved", RESERVED);
    object
}

fn number(document: Document) -> i32 {
    match document {
        Document::Trust => TRUST,
        Document::Bundle(route) => i32::try_from(route).unwrap_or(i32::MAX),
    }
}

fn by_number(document: i32) -> Document {
    usize::try_from(document).map_or(Document::Trust, Document::Bundle)
}

fn limit(document: i32) -> usize {
    match by_number(document) {
        Document::Trust => limits::TRUST,
        Document::Bundle(_) => limits::BUNDLE,
    }
}

fn time(seconds: f64) -> Result<Timestamp, JsValue> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "what is out of range saturates, and then is no time"
    )]
    let whole = seconds.floor() as i64;
    let time = seconds.is_finite().then(|| Timestamp::from_seconds(whole)).flatten();
    time.ok_or_else(|| thrown("invalid_argument", "now is no time"))
}

fn seconds(time: Timestamp) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "years of four digits are far below 2⁵³ seconds")]
    let seconds = time.seconds() as f64;
    seconds
}

/// Copies a document into the module's memory, unless it is over its limit: that memory never shrinks (attack: one huge
/// document fills a gateway's memory for good).
fn copy(bytes: &Uint8Array, field: &'static str, limit: usize) -> Result<Vec<u8>, JsValue> {
    if bytes.length() as usize > limit {
        return Err(unreadable(ParseError::TooLarge { field, limit }));
    }
    Ok(bytes.to_vec())
}

fn set(object: &Object, name: &str, value: impl Into<JsValue>) {
    // A property of one's own on a new plain object can always be set.
    let _ = Reflect::set(object, &name.into(), &value.into());
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
fn refused(error: ConfigError) -> JsValue {
    thrown(error.code(), &error.to_string())
}

#[expect(clippy::needless_pass_by_value, reason = "it is handed to `map_err`")]
fn unreadable(error: ParseError) -> JsValue {
    thrown(error.code().as_str(), &error.to_string())
}

/// What a failed call throws; the package makes a `PlacetError` of it.
fn thrown(code: &str, message: &str) -> JsValue {
    let object = Object::new();
    set(&object, "code", code);
    set(&object, "message", message);
    object.into()
}
