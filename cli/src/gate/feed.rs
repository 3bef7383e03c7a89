//! The side of the source: one thread that fetches and keeps, one that listens to a registry's events.

use std::{
    collections::BTreeSet,
    io::{BufRead as _, BufReader, Read as _},
    sync::{
        Arc,
        mpsc::{RecvTimeoutError, Sender, channel},
    },
    thread::{self, JoinHandle},
    time::Duration,
};

use placet_core::limits;
use placet_gateway::{
    gateway::Fetch,
    schedule::Document,
    source::{Source, SourceKind},
};
use ureq::{
    Agent, Body, RequestBuilder,
    http::{Response, header},
    typestate::WithoutBody,
};

use super::Gate;
use crate::{clock, files};

/// How long one fetch may take.
const TIMEOUT: Duration = Duration::from_secs(20);
/// The longest that nothing is looked at.
const TICK: Duration = Duration::from_secs(1);
/// A registry says something every 15 seconds; after this long it is gone.
const SILENCE: Duration = Duration::from_secs(45);
/// How long until it is listened to again.
const PAUSE: Duration = Duration::from_secs(1);
/// Bytes of one line of an event.
const LINE: u64 = 64 << 10;

/// What wakes the fetching thread.
enum Wake {
    /// There may be something new.
    Pushed,
    /// The process ends.
    Stop,
}

/// The threads.
pub(super) struct Feed {
    wake: Sender<Wake>,
    fetching: JoinHandle<()>,
}

impl Feed {
    /// Begins to fetch, and to listen where there is a registry.
    pub(super) fn start(gate: Arc<Gate>) -> Self {
        let (wake, woken) = channel();
        let source = gate.gateway().config().source.clone();
        if source.kind == SourceKind::Registry {
            let (source, wake) = (source.clone(), wake.clone());
            // It ends with the process: a registry may be silent for long.
            thread::spawn(move || listen(&source, &wake));
        }
        let fetching = thread::spawn(move || {
            let agent = agent(TIMEOUT, TIMEOUT);
            let (mut unwritten, mut missing) = (None, BTreeSet::new());
            loop {
                fetch_due(&gate, &agent, &source, &mut missing);
                keep(&gate, &mut unwritten);
                match woken.recv_timeout(TICK) {
                    // Events come in swarms; one look is enough for all that are there.
                    Ok(Wake::Pushed) => {
                        if woken.try_iter().any(|wake| matches!(wake, Wake::Stop)) {
                            return keep(&gate, &mut unwritten);
                        }
                        gate.gateway().pushed();
                    }
                    Err(RecvTimeoutError::Timeout) => {}
                    Ok(Wake::Stop) | Err(RecvTimeoutError::Disconnected) => {
                        return keep(&gate, &mut unwritten);
                    }
                }
            }
        });
        Self { wake, fetching }
    }

    /// Lets a fetch that is under way end, and keeps what came of it.
    pub(super) fn stop(self) {
        // A source that keeps one waiting does not keep the process.
        for _ in 0..30 {
            if self.wake.send(Wake::Stop).is_err() || self.fetching.is_finished() {
                return;
            }
            thread::sleep(Duration::from_millis(100));
        }
    }
}

/// Fetches what is due. What was not fetched the last time is in `missing`, so that the log says it once.
fn fetch_due(gate: &Gate, agent: &Agent, source: &Source, missing: &mut BTreeSet<Document>) {
    let Ok(now) = clock::now() else { return };
    let due = gate.gateway().take_due(now);
    for Fetch { document, path, etag } in due {
        let answer = get(agent, source, &path, etag.as_deref()).and_then(|response| read(response, document));
        let Ok(now) = clock::now() else { return };
        let mut gateway = gate.gateway();
        match answer {
            Ok(Some((etag, body))) => {
                if let Err(error) = gateway.received(document, etag, &body, now) {
                    tracing::warn!(document = document.as_str(), code = error.code().as_str(), %error, "malformed");
                }
            }
            Ok(None) => gateway.unchanged(document, now),
            Err(error) => {
                if missing.insert(document) {
                    tracing::warn!(document = document.as_str(), path, %error, "not fetched");
                }
                gateway.failed(document, now);
                continue;
            }
        }
        missing.remove(&document);
    }
}

/// Tag and body of an answer; none where what is held is still right.
type Fetched = Option<(Option<String>, Vec<u8>)>;

fn read(mut response: Response<Body>, document: Document) -> Result<Fetched, ureq::Error> {
    match response.status().as_u16() {
        200 => {}
        304 => return Ok(None),
        status => return Err(ureq::Error::StatusCode(status)),
    }
    let etag = response.headers().get(header::ETAG).and_then(|etag| etag.to_str().ok()).map(str::to_owned);
    let limit = match document {
        Document::Trust => limits::TRUST,
        Document::Bundle(_) => limits::BUNDLE,
    };
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    let body = response.body_mut().with_config().limit(limit).read_to_vec()?;
    Ok(Some((etag, body)))
}

/// Keeps what has changed. Where it cannot be written it is tried again, and the gateway serves on.
fn keep(gate: &Gate, unwritten: &mut Option<String>) {
    let changed = gate.gateway().take_kept();
    let Some(kept) = changed.or_else(|| unwritten.take()) else { return };
    if let Err(error) = files::replace(&gate.state, kept.as_bytes()) {
        tracing::error!(code = error.code(), %error, "what was seen cannot be kept");
        *unwritten = Some(kept);
    }
}

/// Listens to what is admitted, for ever. Whatever an event says, it only makes the gateway look.
fn listen(source: &Source, wake: &Sender<Wake>) {
    let agent = agent(Duration::MAX, SILENCE);
    loop {
        match get(&agent, source, &format!("{}/v1/events", source.base), None) {
            Ok(response) if response.status().as_u16() == 200 => {
                let mut lines =
                    BufReader::new(response.into_body().into_with_config().limit(u64::MAX).reader());
                // Something may have happened before it was listened to.
                let mut more = true;
                while more {
                    if wake.send(Wake::Pushed).is_err() {
                        return;
                    }
                    more = next_event(&mut lines);
                }
            }
            Ok(response) => tracing::debug!(status = response.status().as_u16(), "no events"),
            Err(error) => tracing::debug!(%error, "no events"),
        }
        thread::sleep(PAUSE);
    }
}

/// Waits for the next event; false where the stream has ended.
fn next_event(lines: &mut impl std::io::BufRead) -> bool {
    let mut line = Vec::new();
    loop {
        line.clear();
        let read = lines.by_ref().take(LINE).read_until(b'\n', &mut line);
        if !read.is_ok_and(|length| length > 0) {
            return false;
        }
        if line.starts_with(b"event:") {
            return true;
        }
    }
}

fn agent(whole: Duration, silence: Duration) -> Agent {
    // What a source sends on to is another source; nobody named that one.
    let config = Agent::config_builder().http_status_as_error(false).max_redirects(0);
    let whole = Some(whole).filter(|whole| *whole != Duration::MAX);
    config.timeout_global(whole).timeout_per_read(Some(silence)).timeout_connect(Some(TIMEOUT)).build().into()
}

fn get(
    agent: &Agent,
    source: &Source,
    path: &str,
    etag: Option<&str>,
) -> Result<Response<Body>, ureq::Error> {
    let mut request: RequestBuilder<WithoutBody> = agent.get(source.url(path));
    if let Some(token) = &source.read_token {
        request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
    }
    if let Some(etag) = etag {
        request = request.header(header::IF_NONE_MATCH, etag);
    }
    request.call()
}
