//! The registry's HTTP interface. Whatever comes from here is a claim until it was verified.

use gloo_net::http::{Request, Response};
use placet_core::{digest::Digest, envelope::Envelope, json::Value, name::ModelId};
use serde::Deserialize;

use crate::state::inbox::{Claim, Claims};

/// The longest answer that is read, in bytes: what a trust document may have.
const LONGEST_ANSWER: f64 = 67_108_864.0;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Failure {
    /// The registry could not be reached.
    Unreachable,
    /// The registry said no.
    Refused {
        /// The HTTP status.
        status: u16,
        /// The code, where the answer carries one.
        code: String,
        /// What the registry says about it.
        detail: String,
    },
    /// The answer is not what was asked for.
    Unreadable(&'static str),
}

impl Failure {
    /// The stable code.
    pub(crate) fn code(&self) -> String {
        match self {
            Self::Unreachable => "unreachable".into(),
            Self::Refused { code, status, .. } if code.is_empty() => format!("http_{status}"),
            Self::Refused { code, .. } => code.clone(),
            Self::Unreadable(code) => (*code).to_owned(),
        }
    }

    /// What is so, for people.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Unreachable => "The registry is not reachable.".into(),
            Self::Refused { detail, .. } if !detail.is_empty() => format!("The registry says: {detail}"),
            Self::Refused { status, .. } => format!("The registry answered {status}."),
            Self::Unreadable(_) => "The registry’s answer cannot be read.".into(),
        }
    }
}

/// A problem document (RFC 9457).
#[derive(Default, Deserialize)]
struct Problem {
    #[serde(default)]
    code: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    detail: String,
}

/// A list of claims, a page of it.
#[derive(Deserialize)]
pub(crate) struct Page<T> {
    /// The items.
    pub(crate) items: Vec<T>,
    /// What the next page is asked with; none on the last.
    #[serde(default)]
    pub(crate) next: Option<String>,
}

/// A model that the registry says there is.
#[derive(Deserialize)]
pub(crate) struct ModelClaim {
    /// Its name.
    pub(crate) model_id: String,
}

/// What the registry says about a model.
#[derive(Deserialize)]
pub(crate) struct ModelClaims {
    /// Its proposals, the newest first.
    pub(crate) proposals: Vec<Claim>,
}

/// A registry below a path of this page's own origin.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    base: String,
}

impl Client {
    pub(crate) fn new(base: String) -> Self {
        Self { base }
    }

    /// The address of the live events.
    pub(crate) fn events(&self) -> String {
        format!("{}/v1/events", self.base)
    }

    /// The trust document.
    pub(crate) async fn trust(&self) -> Result<Vec<u8>, Failure> {
        self.get("/v1/trust").await
    }

    /// The envelopes of the policies, oldest first, as JSON texts.
    pub(crate) async fn policies(&self) -> Result<Vec<String>, Failure> {
        let bytes = self.get("/v1/policies").await?;
        let page = Value::parse(&bytes).map_err(|_| Failure::Unreadable("json_syntax"))?;
        let items = page.members().and_then(|mut members| members.find(|(name, _)| name == "items"));
        let items =
            items.and_then(|(_, items)| items.elements()).ok_or(Failure::Unreadable("missing_field"))?;
        Ok(items.map(|item| item.raw().to_owned()).collect())
    }

    /// What the registry thinks that a principal should see.
    pub(crate) async fn inbox(&self, principal: &str) -> Result<Claims, Failure> {
        let bytes = self.get(&format!("/v1/inbox?principal={}", encode(principal))).await?;
        read(&bytes)
    }

    /// The proposals in a state.
    pub(crate) async fn proposals(&self, query: &[(&str, &str)]) -> Result<Vec<Claim>, Failure> {
        let pairs: Vec<_> = query.iter().map(|(name, value)| format!("{name}={}", encode(value))).collect();
        let bytes = self.get(&format!("/v1/proposals?{}", pairs.join("&"))).await?;
        let page: Page<Claim> = read(&bytes)?;
        Ok(page.items)
    }

    /// The models after a name.
    pub(crate) async fn models(&self, after: Option<&str>) -> Result<Page<ModelClaim>, Failure> {
        let after = after.map(|after| format!("&after={}", encode(after))).unwrap_or_default();
        read(&self.get(&format!("/v1/models?limit=200{after}")).await?)
    }

    /// What there is of a model.
    pub(crate) async fn model(&self, model: &str) -> Result<ModelClaims, Failure> {
        read(&self.get(&format!("/v1/models/{}", encode(model))).await?)
    }

    /// The envelopes that say that a proposal was deployed.
    pub(crate) async fn deployments(&self, proposal: &Digest) -> Result<Vec<Envelope>, Failure> {
        let bytes = self.get(&format!("/v1/proposals/{}", encode(&proposal.to_string()))).await?;
        let answer = Value::parse(&bytes).map_err(|_| Failure::Unreadable("json_syntax"))?;
        let field = answer.members().and_then(|mut members| members.find(|(name, _)| name == "deployments"));
        let items =
            field.and_then(|(_, items)| items.elements()).ok_or(Failure::Unreadable("missing_field"))?;
        Ok(items.filter_map(|item| Envelope::from_value(item).ok()).collect())
    }

    /// The newest drift reports of a model, as many as asked for: each an envelope, or none where it cannot be read.
    pub(crate) async fn drift(&self, model: &ModelId, limit: u16) -> Result<Vec<Option<Envelope>>, Failure> {
        let path = format!("/v1/drift/{}?limit={limit}", encode(model.as_str()));
        let bytes = self.get(&path).await?;
        let answer = Value::parse(&bytes).map_err(|_| Failure::Unreadable("json_syntax"))?;
        let field = answer.members().and_then(|mut members| members.find(|(name, _)| name == "reports"));
        let items =
            field.and_then(|(_, items)| items.elements()).ok_or(Failure::Unreadable("missing_field"))?;
        Ok(items.map(|item| Envelope::from_value(item).ok()).collect())
    }

    /// The bundle of a proposal.
    pub(crate) async fn bundle(&self, proposal: &Digest) -> Result<Vec<u8>, Failure> {
        self.get(&format!("/v1/bundles/{}", encode(&proposal.to_string()))).await
    }

    /// The ledger's signed head.
    pub(crate) async fn checkpoint(&self) -> Result<Vec<u8>, Failure> {
        self.get("/v1/ledger/checkpoint").await
    }

    /// The ledger's entries from a place on.
    pub(crate) async fn entries(&self, from: u64, limit: u64) -> Result<Vec<u8>, Failure> {
        self.get(&format!("/v1/ledger/entries?after={from}&limit={limit}")).await
    }

    /// The proof that a document stands in the ledger of a size.
    pub(crate) async fn inclusion(&self, digest: &Digest, size: u64) -> Result<Vec<u8>, Failure> {
        self.get(&format!("/v1/ledger/inclusion/{}?size={size}", encode(&digest.to_string()))).await
    }

    /// The proof that the ledger of one size became that of another.
    pub(crate) async fn consistency(&self, from: u64, to: u64) -> Result<Vec<u8>, Failure> {
        self.get(&format!("/v1/ledger/consistency?from={from}&to={to}")).await
    }

    /// A signed document by its digest.
    pub(crate) async fn envelope(&self, digest: &Digest) -> Result<Vec<u8>, Failure> {
        self.get(&format!("/v1/envelopes/{}", encode(&digest.to_string()))).await
    }

    /// Hands over a signed envelope.
    pub(crate) async fn submit(&self, envelope: &str) -> Result<(), Failure> {
        self.post("/v1/envelopes", envelope).await
    }

    /// Asks to be enrolled.
    pub(crate) async fn enrol(&self, request: &str) -> Result<(), Failure> {
        self.post("/v1/enrolments", request).await
    }

    async fn get(&self, path: &str) -> Result<Vec<u8>, Failure> {
        let request = Request::get(&format!("{}{path}", self.base)).header("accept", "application/json");
        let response = request.cache(web_sys_cache()).send().await.map_err(|_| Failure::Unreachable)?;
        answer(response).await
    }

    async fn post(&self, path: &str, body: &str) -> Result<(), Failure> {
        let request =
            Request::post(&format!("{}{path}", self.base)).header("content-type", "application/json");
        let request = request.body(body).map_err(|_| Failure::Unreadable("request"))?;
        answer(request.send().await.map_err(|_| Failure::Unreachable)?).await.map(drop)
    }
}

/// Answers are asked for anew each time; the server's `ETag` keeps that cheap.
fn web_sys_cache() -> leptos::web_sys::RequestCache {
    leptos::web_sys::RequestCache::NoCache
}

async fn answer(response: Response) -> Result<Vec<u8>, Failure> {
    let length = response.headers().get("content-length").and_then(|text| text.parse::<f64>().ok());
    if length.is_some_and(|length| length > LONGEST_ANSWER) {
        return Err(Failure::Unreadable("too_large"));
    }
    let bytes = response.binary().await.map_err(|_| Failure::Unreachable)?;
    if response.ok() {
        return Ok(bytes);
    }
    let problem: Problem = serde_json::from_slice(&bytes).unwrap_or_default();
    let safe = |text: String| placet_core::summary::escape(&text).chars().take(300).collect::<String>();
    Err(Failure::Refused {
        status: response.status(),
        code: safe(problem.code),
        detail: safe(if problem.detail.is_empty() { problem.title } else { problem.detail }),
    })
}

fn read<'a, T: Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, Failure> {
    serde_json::from_slice(bytes).map_err(|_| Failure::Unreadable("json_syntax"))
}

/// Percent-encodes a part of an address.
fn encode(text: &str) -> String {
    String::from(js_sys::encode_uri_component(text))
}
