//! Counters and gauges, in the text form of Prometheus.

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::fmt::Write as _;

use crate::schedule::Document;

/// What has happened since the start.
#[derive(Clone, Debug)]
pub struct Metrics {
    /// Permits and denials of each route.
    routes: Vec<(String, u64, u64)>,
    open: u64,
    refused: u64,
    refusals: BTreeMap<&'static str, u64>,
    decisions: BTreeMap<&'static str, u64>,
    fetches: BTreeMap<(&'static str, &'static str), u64>,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The route with this index is permitted.
    Permit(usize),
    /// The route with this index is denied.
    Deny(usize),
    /// The path is open.
    Open,
    /// It belongs to no route.
    Refused,
}

/// What became of a fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// Something that was not held.
    New,
    /// What was held already.
    Unchanged,
    /// No answer, or an error.
    Failed,
    /// Something that cannot be read.
    Malformed,
}

impl Fetched {
    const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Unchanged => "unchanged",
            Self::Failed => "failed",
            Self::Malformed => "malformed",
        }
    }
}

/// What is measured at this moment.
#[derive(Clone, Debug, Default)]
pub struct Gauges {
    /// The end of each route's permit in seconds since 1970; 0 without one.
    pub permit_until: Vec<i64>,
    /// Number and `this_update` of the newest list.
    pub list: Option<(u64, i64)>,
    /// The version of the newest policy.
    pub policy_version: Option<u64>,
    /// Whether what is not permitted is refused.
    pub enforcing: bool,
}

impl Metrics {
    /// Nothing has happened to these routes.
    #[must_use]
    pub fn new(routes: impl IntoIterator<Item = String>) -> Self {
        Self {
            routes: routes.into_iter().map(|name| (name, 0, 0)).collect(),
            open: 0,
            refused: 0,
            refusals: BTreeMap::new(),
            decisions: BTreeMap::new(),
            fetches: BTreeMap::new(),
        }
    }

    /// A request.
    pub fn request(&mut self, outcome: Outcome) {
        let count = match outcome {
            Outcome::Permit(route) => self.routes.get_mut(route).map(|(_, permits, _)| permits),
            Outcome::Deny(route) => self.routes.get_mut(route).map(|(_, _, denials)| denials),
            Outcome::Open => Some(&mut self.open),
            Outcome::Refused => Some(&mut self.refused),
        };
        if let Some(count) = count {
            *count = count.saturating_add(1);
        }
    }

    /// The codes of a refusal.
    pub fn refusal(&mut self, codes: &[&'static str]) {
        for code in codes {
            add(&mut self.refusals, *code);
        }
    }

    /// A decision that was made.
    pub fn decision(&mut self, permit: bool) {
        add(&mut self.decisions, if permit { "permit" } else { "deny" });
    }

    /// A look at the source.
    pub fn fetch(&mut self, document: Document, fetched: Fetched) {
        add(&mut self.fetches, (document.as_str(), fetched.as_str()));
    }

    /// Every counter with its labels, as it is named in the text.
    pub fn counters(&self) -> impl Iterator<Item = (String, u64)> {
        let requests = self.routes.iter().flat_map(|(name, permits, denials)| {
            [(name.as_str(), "permit", *permits), (name.as_str(), "deny", *denials)]
        });
        let others = [("", "open", self.open), ("", "refused", self.refused)];
        let requests = requests.chain(others).map(|(route, outcome, count)| {
            (alloc::format!("requests_total{{route=\"{route}\",outcome=\"{outcome}\"}}"), count)
        });
        let refusals = self.refusals.iter();
        let refusals =
            refusals.map(|(code, count)| (alloc::format!("refusals_total{{code=\"{code}\"}}"), *count));
        let decisions = self.decisions.iter();
        let decisions = decisions
            .map(|(outcome, count)| (alloc::format!("decisions_total{{outcome=\"{outcome}\"}}"), *count));
        let fetches = self.fetches.iter().map(|((document, result), count)| {
            (alloc::format!("fetches_total{{document=\"{document}\",result=\"{result}\"}}"), *count)
        });
        requests.chain(refusals).chain(decisions).chain(fetches)
    }

    /// The text that Prometheus reads (exposition format 0.0.4).
    #[must_use]
    pub fn to_text(&self, gauges: &Gauges) -> String {
        let mut text = String::new();
        let mut last = "";
        let counters: Vec<_> = self.counters().collect();
        for (name, count) in &counters {
            let family = name.split('{').next().unwrap_or_default();
            if family != last {
                line(&mut text, format_args!("# TYPE placet_gateway_{family} counter"));
                last = family;
            }
            line(&mut text, format_args!("placet_gateway_{name} {count}"));
        }
        line(&mut text, format_args!("# TYPE placet_gateway_permit_until_seconds gauge"));
        for ((name, ..), until) in self.routes.iter().zip(&gauges.permit_until) {
            line(&mut text, format_args!("placet_gateway_permit_until_seconds{{route=\"{name}\"}} {until}"));
        }
        let mut gauge = |name: &str, value: Option<i64>| {
            if let Some(value) = value {
                line(
                    &mut text,
                    format_args!("# TYPE placet_gateway_{name} gauge\nplacet_gateway_{name} {value}"),
                );
            }
        };
        let whole = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        gauge("list_number", gauges.list.map(|(number, _)| whole(number)));
        gauge("list_time_seconds", gauges.list.map(|(_, time)| time));
        gauge("policy_version", gauges.policy_version.map(whole));
        gauge("enforcing", Some(gauges.enforcing.into()));
        text
    }
}

fn add<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K) {
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(1);
}

fn line(text: &mut String, line: core::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _ = writeln!(text, "{line}");
}
