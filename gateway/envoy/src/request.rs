//! One request.

use placet_gateway::{
    config::Mode,
    gateway::Answer,
    problem::{CODES_HEADER, DECISION_HEADER, PROBLEM, STATUS, is_reserved},
};
use proxy_wasm::{
    traits::{Context, HttpContext},
    types::Action,
};

use crate::root::{Held, now};

/// A request that passes or does not.
pub(crate) struct Request {
    gateway: Held,
}

impl Request {
    pub(crate) fn new(gateway: Held) -> Self {
        Self { gateway }
    }
}

impl Context for Request {}

impl HttpContext for Request {
    fn on_http_request_headers(&mut self, _count: usize, _end: bool) -> Action {
        let now = now(self.get_current_time());
        let headers = self.get_http_request_headers_bytes();
        let text = |value: &'_ [u8]| String::from_utf8_lossy(value).into_owned();
        let values = |wanted: &'static str| {
            headers.iter().filter(move |(name, _)| name == wanted).map(move |(_, value)| text(value))
        };
        let hosts: Vec<_> = values(":authority").chain(values("host")).collect();
        let target = values(":path").next().unwrap_or_default();
        // Whoever asks must not say that it was let through.
        for (name, _) in headers.iter().filter(|(name, _)| is_reserved(name)) {
            self.set_http_request_header(name, None);
        }
        let mut gateway = self.gateway.borrow_mut();
        let mode = gateway.mode();
        match gateway.answer(hosts.iter().map(String::as_str), &target, now) {
            Answer::Permit { decision } => self.set_http_request_header(DECISION_HEADER, Some(decision)),
            Answer::Open => {}
            Answer::Refuse(refusal) if mode == Mode::Enforce => {
                let (codes, body) = (refusal.codes_header(), refusal.to_json());
                let headers =
                    vec![("content-type", PROBLEM), ("cache-control", "no-store"), (CODES_HEADER, &codes)];
                self.send_http_response(STATUS.into(), headers, Some(body.as_bytes()));
                return Action::Pause;
            }
            Answer::Refuse(refusal) => {
                log::info!("would be refused: {} {}", refusal.route.unwrap_or("-"), refusal.codes_header());
            }
        }
        Action::Continue
    }
}
