//! One gateway a worker thread: its configuration, its clockwork, and the answers of the source.

use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    rc::Rc,
    time::{Duration, SystemTime},
};

use placet_core::time::Timestamp;
use placet_gateway::{
    code::{Code, ConfigError},
    config::Config,
    gateway::{Fetch, Gateway},
    schedule::Document,
};
use proxy_wasm::{
    traits::{Context, HttpContext, RootContext},
    types::ContextType,
};

use crate::{request::Request, shared::Shared, statistics::Statistics};

/// How often it is looked whether anything is due, before there is trust and after.
const EAGER: Duration = Duration::from_millis(100);
const CALM: Duration = Duration::from_millis(500);
/// How long an answer is waited for.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What requests and clockwork of one thread share.
pub(crate) type Held = Rc<RefCell<Gateway>>;

/// The filter's root.
#[derive(Default)]
pub(crate) struct Root {
    running: Option<Running>,
}

/// A filter with a sound configuration.
struct Running {
    gateway: Held,
    cluster: String,
    shared: Shared,
    statistics: Statistics,
    waiting: BTreeMap<u32, Document>,
    /// What was not fetched the last time: the log says it once.
    missing: BTreeSet<Document>,
    calm: bool,
}

impl Root {
    fn configure(&self) -> Result<Running, ConfigError> {
        let config = Config::parse(&self.get_plugin_configuration().unwrap_or_default())?;
        let cluster = config.source.cluster.clone();
        let cluster = cluster
            .ok_or_else(|| ConfigError::Rule { code: Code::ClusterRequired, at: config.source.url("") })?;
        let shared = Shared::of(&config);
        Ok(Running {
            gateway: Rc::new(RefCell::new(Gateway::new(config, now(self.get_current_time())))),
            cluster,
            shared,
            statistics: Statistics::default(),
            waiting: BTreeMap::new(),
            missing: BTreeSet::new(),
            calm: false,
        })
    }
}

impl Context for Root {
    fn on_http_call_response(&mut self, token: u32, headers: usize, body: usize, _trailers: usize) {
        let now = now(self.get_current_time());
        let Some(running) = &mut self.running else { return };
        let Some(document) = running.waiting.remove(&token) else { return };
        let header = |name| proxy_wasm::hostcalls::get_map_value(MAP, name).ok().flatten();
        let status = if headers == 0 { None } else { header(":status") };
        let mut gateway = running.gateway.borrow_mut();
        match status.as_deref() {
            Some("200") => {
                let body =
                    proxy_wasm::hostcalls::get_buffer(BODY, 0, body).ok().flatten().unwrap_or_default();
                if let Err(error) = gateway.received(document, header("etag"), &body, now) {
                    log::warn!("{}: {error} [{}]", document.as_str(), error.code());
                }
            }
            Some("304") => gateway.unchanged(document, now),
            status => {
                if running.missing.insert(document) {
                    log::warn!("{}: the source answers {}", document.as_str(), status.unwrap_or("nothing"));
                }
                gateway.failed(document, now);
            }
        }
        if matches!(status.as_deref(), Some("200" | "304")) {
            running.missing.remove(&document);
        }
        if let Some(kept) = gateway.take_kept() {
            running.shared.publish(kept.as_bytes());
        }
    }
}

const MAP: proxy_wasm::types::MapType = proxy_wasm::types::MapType::HttpCallResponseHeaders;
const BODY: proxy_wasm::types::BufferType = proxy_wasm::types::BufferType::HttpCallResponseBody;

impl RootContext for Root {
    fn on_configure(&mut self, _size: usize) -> bool {
        match self.configure() {
            Ok(mut running) => {
                running.adopt(now(self.get_current_time()));
                self.running = Some(running);
                self.set_tick_period(EAGER);
                true
            }
            Err(error) => {
                log::error!("{error} [{}]", error.code());
                false
            }
        }
    }

    fn on_tick(&mut self) {
        let now = now(self.get_current_time());
        let Some(running) = &mut self.running else { return };
        running.adopt(now);
        if running.shared.leads(now) {
            let due = running.gateway.borrow_mut().take_due(now);
            for fetch in due {
                running.fetch(&fetch, now);
            }
        } else {
            running.gateway.borrow_mut().refresh_verdicts(now);
        }
        running.statistics.record(&running.gateway.borrow(), now);
        if !running.calm && running.gateway.borrow().holds_trust() {
            running.calm = true;
            self.set_tick_period(CALM);
        }
    }

    fn create_http_context(&self, _id: u32) -> Option<Box<dyn HttpContext>> {
        let gateway = self.running.as_ref()?.gateway.clone();
        Some(Box::new(Request::new(gateway)))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

impl Running {
    /// Takes in what another thread has published.
    fn adopt(&mut self, now: Timestamp) {
        if let Some(kept) = self.shared.news()
            && let Err(error) = self.gateway.borrow_mut().adopt(&kept, now)
        {
            log::error!("what is shared: {error} [{}]", error.code());
        }
    }

    fn fetch(&mut self, fetch: &Fetch, now: Timestamp) {
        let asked = {
            let gateway = self.gateway.borrow();
            let source = &gateway.config().source;
            let bearer = source.read_token.as_ref().map(|token| format!("Bearer {token}"));
            let mut headers = vec![
                (":method", "GET"),
                (":scheme", source.scheme.as_str()),
                (":authority", source.authority.as_str()),
                (":path", fetch.path.as_str()),
            ];
            headers.extend(bearer.as_deref().map(|bearer| ("authorization", bearer)));
            headers.extend(fetch.etag.as_deref().map(|etag| ("if-none-match", etag)));
            proxy_wasm::hostcalls::dispatch_http_call(&self.cluster, headers, None, Vec::new(), TIMEOUT)
        };
        match asked {
            Ok(token) => drop(self.waiting.insert(token, fetch.document)),
            Err(status) => {
                if self.missing.insert(fetch.document) {
                    log::warn!("{}: the source cannot be asked: {status:?}", fetch.document.as_str());
                }
                self.gateway.borrow_mut().failed(fetch.document, now);
            }
        }
    }
}

/// Envoy's time, to the second.
pub(crate) fn now(time: SystemTime) -> Timestamp {
    let seconds = time.duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let time = i64::try_from(seconds).ok().and_then(Timestamp::from_seconds);
    // A clock beyond every date that can be written is beyond every expiry.
    time.unwrap_or(Timestamp::LAST)
}
