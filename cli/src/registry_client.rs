//! A registry over HTTP. Whatever it answers is a claim: bounded in size, read strictly, and worth nothing before the
//! documents in it are verified.
//!
//! Source: the registry's own description, `GET /v1/openapi.json`; problem documents are those of RFC 9457.

mod ledger;

use std::{
    io::{BufRead as _, BufReader},
    path::{Path, PathBuf},
    thread::sleep,
    time::Duration,
};

use clap::Args;
use placet_core::{
    code::Code, digest::Digest, envelope::Envelope, error::ParseError, json::Value as Json, limits,
    trust::Trust,
};
use ureq::{
    Agent, Body,
    http::{Response, header},
};

use crate::{
    error::{At as _, Error, Result},
    files,
};

/// How long one request may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How often a request is repeated that the registry had no time for.
const ATTEMPTS: u32 = 6;
/// The longest pause before the next attempt.
const LONGEST_PAUSE: u64 = 10;
/// Bytes of a problem document.
const PROBLEM: usize = 64 << 10;
/// Bytes of a page of a list.
const PAGE: usize = 16 << 20;
/// Bytes of all documents about one proposal.
const PROPOSAL: usize = 64 << 20;
/// Pages of a list, of 200 items each.
const PAGES: usize = 400;

/// The registry's own codes, besides those of the core.
const CODES: [&str; 15] = [
    "invalid_path",
    "invalid_query",
    "unauthorized",
    "not_found",
    "method_not_allowed",
    "timeout",
    "body_unreadable",
    "unsupported_media_type",
    "rate_limited",
    "busy",
    "not_ready",
    "internal",
    "unknown_training_output",
    "unknown_proposal",
    "policy_missing",
];

/// Which registry.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Registry")]
pub(crate) struct RegistryArgs {
    /// The registry's address, such as http://127.0.0.1:8787
    #[arg(long, value_name = "URL", env = "PLACET_REGISTRY")]
    registry: Option<String>,
    /// File with the token that the registry asks of its readers
    #[arg(long, value_name = "FILE", env = "PLACET_READ_TOKEN_FILE")]
    read_token_file: Option<PathBuf>,
}

impl RegistryArgs {
    /// The registry that is named, if one is.
    ///
    /// # Errors
    ///
    /// `registry_url`, and those of the token's file.
    pub(crate) fn named(&self) -> Result<Option<Registry>> {
        let Some(url) = &self.registry else { return Ok(None) };
        let base = url.trim_end_matches('/');
        let host = base.strip_prefix("http://").unwrap_or_default();
        if host.is_empty() || host.contains(['?', '#', '@']) || !host.bytes().all(|b| b.is_ascii_graphic()) {
            return Err(Error::new("registry_url", format!("`{url}` is no http:// address")).hint(
                "it is written like http://127.0.0.1:8787; for a registry behind TLS run a local proxy that speaks it",
            ));
        }
        let token = self.read_token_file.as_ref().map(|path| read_token(path));
        // What a registry sends on to is another registry; nobody named that one.
        let config = Agent::config_builder().http_status_as_error(false).max_redirects(0);
        let agent = config.timeout_global(Some(TIMEOUT)).build().into();
        Ok(Some(Registry { agent, base: base.to_owned(), token: token.transpose()? }))
    }

    /// The registry that must be named.
    ///
    /// # Errors
    ///
    /// `registry_required`, and those of [`Self::named`].
    pub(crate) fn required(&self) -> Result<Registry> {
        self.named()?.ok_or_else(|| {
            Error::new("registry_required", "no registry is named")
                .hint("name it with --registry URL or PLACET_REGISTRY; `placet serve` runs one")
        })
    }
}

/// The token in a file.
///
/// # Errors
///
/// `token_malformed`, and why the file cannot be read.
pub(crate) fn read_token(path: &Path) -> Result<String> {
    let text = String::from_utf8(files::read(path, limits::TEXT)?).unwrap_or_default();
    let token = text.trim().to_owned();
    let fit = !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic());
    let message = || format!("{} holds no token", path.display());
    if fit { Ok(token) } else { Err(Error::new("token_malformed", message())) }
}

/// A registry that can be asked.
#[derive(Debug)]
pub(crate) struct Registry {
    agent: Agent,
    base: String,
    token: Option<String>,
}

/// What became of a document that was sent.
#[derive(Debug)]
pub(crate) enum Sent {
    /// It was taken.
    New,
    /// It was there already.
    Known,
    /// It was not taken, and why.
    Refused(Error),
}

impl Registry {
    /// Sends a document.
    ///
    /// # Errors
    ///
    /// Where there was no answer about the document: `registry_unreachable`, `registry_answer`, or the code of a
    /// registry that cannot take anything now.
    pub(crate) fn send(&self, envelope: &Envelope) -> Result<Sent> {
        let body = envelope.to_json();
        let url = format!("{}/v1/envelopes", self.base);
        let request =
            || self.agent.post(&url).header(header::CONTENT_TYPE, "application/json").send(body.as_str());
        let mut response = self.patiently(request)?;
        let new = match response.status().as_u16() {
            201 => true,
            200 => false,
            400..=499 => return self.problem(&mut response).map(Sent::Refused),
            _ => return Err(self.problem(&mut response)?),
        };
        let answer = self.body(&mut response, PROBLEM)?;
        let answer: serde_json::Value = serde_json::from_slice(&answer).map_err(|_| self.unreadable())?;
        if answer["digest"].as_str() != Some(envelope.digest().to_string().as_str()) {
            return Err(self.mismatch(envelope.digest()));
        }
        Ok(if new { Sent::New } else { Sent::Known })
    }

    /// The registry's trust document; its pins are a claim that nobody may go by.
    pub(crate) fn trust(&self) -> Result<Trust> {
        Trust::parse(&self.get("/v1/trust", limits::TRUST)?).at(&self.base)
    }

    /// A document by its digest.
    pub(crate) fn envelope(&self, digest: Digest) -> Result<Envelope> {
        let bytes = self.get(&format!("/v1/envelopes/{digest}"), limits::ENVELOPE)?;
        let envelope = Envelope::parse(&bytes).at(&self.base)?;
        if envelope.digest() == digest { Ok(envelope) } else { Err(self.mismatch(digest)) }
    }

    /// The digests of all proposals, newest first.
    pub(crate) fn proposals(&self) -> Result<Vec<Digest>> {
        let items = self.items("/v1/proposals")?;
        items.iter().map(|item| self.digest(&item["digest"])).collect()
    }

    /// The digests of the training outputs of all models, at most the newest 200 of each.
    pub(crate) fn training_outputs(&self) -> Result<Vec<Digest>> {
        let mut digests = Vec::new();
        for item in self.items("/v1/models")? {
            let model = item["model_id"].as_str().ok_or_else(|| self.unreadable())?;
            let model = self.get(&format!("/v1/models/{}", percent_encoded(model)), PAGE)?;
            let model: serde_json::Value = serde_json::from_slice(&model).map_err(|_| self.unreadable())?;
            let outputs = model["training_outputs"].as_array().ok_or_else(|| self.unreadable())?;
            for output in outputs {
                digests.push(self.digest(&output["digest"])?);
            }
        }
        Ok(digests)
    }

    /// The requests of new keys that the registry keeps, as they came.
    pub(crate) fn enrolments(&self) -> Result<Vec<serde_json::Value>> {
        self.items("/v1/enrolments")
    }

    /// All documents about a proposal, itself among them.
    pub(crate) fn about(&self, proposal: Digest) -> Result<Vec<Envelope>> {
        let bytes = self.get(&format!("/v1/proposals/{proposal}"), PROPOSAL)?;
        let answer = Json::parse(&bytes).map_err(ParseError::from).at(&self.base)?;
        let (mut envelopes, mut found) = (Vec::new(), false);
        for (name, value) in answer.members().ok_or_else(|| self.unreadable())? {
            match value.elements() {
                Some(elements) => {
                    for element in elements {
                        envelopes.push(Envelope::from_value(element).at(&self.base)?);
                    }
                }
                None => envelopes.push(Envelope::from_value(value).at(&self.base)?),
            }
            if name == "proposal" {
                found = envelopes.last().is_some_and(|envelope| envelope.digest() == proposal);
            }
        }
        if found { Ok(envelopes) } else { Err(self.mismatch(proposal)) }
    }

    /// The drift reports about a model in an environment, at most the newest 200.
    pub(crate) fn drift_reports(&self, model: &str, environment: &str) -> Result<Vec<Envelope>> {
        let path = format!("/v1/drift/{}?environment={environment}&limit=200", percent_encoded(model));
        let bytes = self.get(&path, PROPOSAL)?;
        let answer = Json::parse(&bytes).map_err(ParseError::from).at(&self.base)?;
        let mut members = answer.members().ok_or_else(|| self.unreadable())?;
        let reports = members.find(|(name, _)| name == "reports").and_then(|(_, reports)| reports.elements());
        let reports = reports.ok_or_else(|| self.unreadable())?;
        reports.map(|report| Envelope::from_value(report).at(&self.base)).collect()
    }

    /// Begins to listen to what is admitted, for so long at most.
    pub(crate) fn listen(&self, longest: Duration) -> Result<Events> {
        let request = || {
            let request = self.agent.get(format!("{}/v1/events", self.base));
            let request = self.signed_in(request).config().timeout_global(Some(longest)).build();
            request.call()
        };
        let mut response = self.patiently(request)?;
        if response.status().as_u16() != 200 {
            return Err(self.problem(&mut response)?);
        }
        Ok(Events(response.into_body()))
    }

    /// All items of a list that comes in pages.
    fn items(&self, path: &str) -> Result<Vec<serde_json::Value>> {
        self.items_after(path, String::new(), None)
    }

    /// The items of a list after a place in it, until there are `enough`.
    fn items_after(
        &self,
        path: &str,
        mut after: String,
        enough: Option<usize>,
    ) -> Result<Vec<serde_json::Value>> {
        let mut items = Vec::new();
        // An endless list must not keep anybody for ever.
        for _ in 0..enough.map_or(PAGES, |enough| enough / 200 + 1) {
            let page = self.get(&format!("{path}?limit=200{after}"), PAGE)?;
            let mut page: serde_json::Value = serde_json::from_slice(&page).map_err(|_| self.unreadable())?;
            let found = page.get_mut("items").and_then(serde_json::Value::as_array_mut);
            let found = found.ok_or_else(|| self.unreadable())?;
            items.append(found);
            if enough.is_some_and(|enough| items.len() >= enough) {
                return Ok(items);
            }
            match page["next"].as_str() {
                None => return Ok(items),
                Some(next) => after = format!("&after={}", percent_encoded(next)),
            }
        }
        Err(self.unreadable())
    }

    /// Gets what must be there.
    fn get(&self, path: &str, limit: usize) -> Result<Vec<u8>> {
        let url = format!("{}{path}", self.base);
        let mut response = self.patiently(|| self.signed_in(self.agent.get(&url)).call())?;
        match response.status().as_u16() {
            200 => self.body(&mut response, limit),
            _ => Err(self.problem(&mut response)?),
        }
    }

    fn signed_in<B>(&self, request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        match &self.token {
            Some(token) => request.header(header::AUTHORIZATION, format!("Bearer {token}")),
            None => request,
        }
    }

    /// Asks again where the registry has no time now.
    fn patiently(
        &self,
        request: impl Fn() -> std::result::Result<Response<Body>, ureq::Error>,
    ) -> Result<Response<Body>> {
        let mut attempt = 1;
        loop {
            let response = request().map_err(|error| self.failure(&error))?;
            let pause = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok());
            let pause = pause.and_then(|seconds| seconds.parse::<u64>().ok()).unwrap_or(1);
            if response.status().as_u16() != 429 || attempt == ATTEMPTS {
                return Ok(response);
            }
            attempt += 1;
            sleep(Duration::from_secs(pause.clamp(1, LONGEST_PAUSE)));
        }
    }

    fn body(&self, response: &mut Response<Body>, limit: usize) -> Result<Vec<u8>> {
        let bound = u64::try_from(limit).unwrap_or(u64::MAX);
        let body = response.body_mut().with_config().limit(bound).read_to_vec();
        body.map_err(|error| match error {
            ureq::Error::BodyExceedsLimit(_) => {
                Error::of(Code::TooLarge, format!("{} answers with more than {limit} bytes", self.base))
            }
            error => self.failure(&error),
        })
    }

    /// What a registry says that refuses; an error of its own where that cannot be read.
    fn problem(&self, response: &mut Response<Body>) -> Result<Error> {
        let status = response.status().as_u16();
        let body = self.body(response, PROBLEM)?;
        let problem: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
        let code = problem["code"].as_str().unwrap_or_default();
        let own = || CODES.into_iter().find(|own| *own == code);
        let code = Code::from_text(code).map(Code::as_str).or_else(own);
        let code = code.ok_or_else(|| {
            Error::new("registry_answer", format!("{} answers with status {status} and no reason", self.base))
        })?;
        let detail = problem["detail"].as_str().unwrap_or_default();
        let detail: String = detail.chars().take(500).collect();
        let error = Error::new(code, format!("{} refuses: {detail}", self.base));
        Ok(match code {
            "unauthorized" => error.hint("name the file with your token with --read-token-file"),
            _ => error,
        })
    }

    fn failure(&self, error: &ureq::Error) -> Error {
        let message = format!("{}: {error}", self.base);
        match error {
            ureq::Error::BadUri(_) | ureq::Error::Http(_) => Error::new("registry_url", message),
            ureq::Error::Protocol(_) => Error::new("registry_answer", message),
            _ => Error::new("registry_unreachable", message)
                .hint("is it running, and is this its address? `placet serve` starts one"),
        }
    }

    fn digest(&self, value: &serde_json::Value) -> Result<Digest> {
        value.as_str().and_then(Digest::parse).ok_or_else(|| self.unreadable())
    }

    fn unreadable(&self) -> Error {
        Error::new("registry_answer", format!("{} answers what no registry answers", self.base))
    }

    fn mismatch(&self, asked: Digest) -> Error {
        let message = format!("{} was asked about {asked} and answers about something else", self.base);
        Error::new("registry_mismatch", message)
    }
}

/// What is admitted while somebody listens.
pub(crate) struct Events(Body);

impl Events {
    /// Waits until something happens, the time is over or the registry goes away: in each case it is time to look.
    pub(crate) fn wait(self) {
        let mut reader = BufReader::new(self.0.into_with_config().limit(PAGE as u64).reader());
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = std::io::Read::take(&mut reader, PROBLEM as u64).read_until(b'\n', &mut line);
            if !read.is_ok_and(|length| length > 0) || line.starts_with(b"event:") {
                return;
            }
        }
    }
}

/// Everything but unreserved characters of RFC 3986 as `%XX`.
fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(encode).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn model_id_with_a_slash_names_another_path() {
        assert_eq!(percent_encoded("team/digits v2"), "team%2Fdigits%20v2");
    }

    #[test]
    fn address_that_is_none_is_asked() {
        for url in
            ["", "127.0.0.1:8787", "https://registry", "http://", "http://a@b", "http://a?b", "http://a b"]
        {
            let arguments = RegistryArgs { registry: Some(url.into()), read_token_file: None };
            assert_eq!(arguments.required().unwrap_err().code(), "registry_url", "{url}");
        }
        let nothing = RegistryArgs { registry: None, read_token_file: None };
        assert_eq!(nothing.required().unwrap_err().code(), "registry_required");
    }
}
