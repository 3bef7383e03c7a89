//! Counters and gauges, in the text form of Prometheus.

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::fmt::{self, Write as _};

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

    /// Every counter.
    pub fn counters(&self) -> impl Iterator<Item = Sample<'_>> {
        let requests = self.routes.iter().flat_map(|(name, permits, denials)| {
            [(name.as_str(), "permit", *permits), (name.as_str(), "deny", *denials)]
        });
        let others = [("", "open", self.open), ("", "refused", self.refused)];
        let requests = requests.chain(others).map(|(route, outcome, count)| {
            Sample::new("requests_total", [("route", route), ("outcome", outcome)], count)
        });
        let refusals = self.refusals.iter();
        let refusals = refusals.map(|(code, count)| Sample::new("refusals_total", [("code", *code)], *count));
        let decisions = self.decisions.iter();
        let decisions =
            decisions.map(|(outcome, count)| Sample::new("decisions_total", [("outcome", *outcome)], *count));
        let fetches = self.fetches.iter().map(|((document, result), count)| {
            Sample::new("fetches_total", [("document", *document), ("result", *result)], *count)
        });
        requests.chain(refusals).chain(decisions).chain(fetches)
    }

    /// Every gauge.
    pub fn gauges<'a>(&'a self, gauges: &'a Gauges) -> impl Iterator<Item = Sample<'a>> {
        let seconds = |time: i64| u64::try_from(time).unwrap_or_default();
        let permits = self.routes.iter().zip(&gauges.permit_until).map(move |((route, ..), until)| {
            Sample::new("permit_until_seconds", [("route", route.as_str())], seconds(*until))
        });
        let others = [
            ("list_number", gauges.list.map(|(number, _)| number)),
            ("list_time_seconds", gauges.list.map(|(_, time)| seconds(time))),
            ("policy_version", gauges.policy_version),
            ("enforcing", Some(gauges.enforcing.into())),
        ];
        let others = others.into_iter().filter_map(|(name, value)| Some(Sample::new(name, [], value?)));
        permits.chain(others)
    }

    /// The text that Prometheus reads (exposition format 0.0.4).
    #[must_use]
    pub fn to_text(&self, gauges: &Gauges) -> String {
        let counters = self.counters().map(|sample| ("counter", sample));
        let gauges = self.gauges(gauges).map(|sample| ("gauge", sample));
        let (mut text, mut last) = (String::new(), "");
        for (kind, sample) in counters.chain(gauges) {
            // Writing to a string cannot fail.
            if sample.name != last {
                let _ = writeln!(text, "# TYPE placet_gateway_{} {kind}", sample.name);
                last = sample.name;
            }
            let _ = writeln!(text, "{sample}");
        }
        text
    }
}

/// A value, with its labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sample<'a> {
    name: &'static str,
    labels: Vec<(&'static str, &'a str)>,
    /// What was counted or measured.
    pub value: u64,
}

impl<'a> Sample<'a> {
    fn new<const N: usize>(name: &'static str, labels: [(&'static str, &'a str); N], value: u64) -> Self {
        Self { name, labels: labels.into(), value }
    }

    /// The name where there are no labels, with dots: `placet_gateway.requests_total.digits.permit`, and `none` where a
    /// label is empty.
    #[must_use]
    pub fn dotted(&self) -> String {
        let labels = self.labels.iter().map(|(_, value)| if value.is_empty() { "none" } else { value });
        labels.fold(alloc::format!("placet_gateway.{}", self.name), |mut name, label| {
            name.push('.');
            name.push_str(label);
            name
        })
    }
}

/// A line as Prometheus reads it. Names and codes hold nothing that would have to be escaped.
impl fmt::Display for Sample<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "placet_gateway_{}", self.name)?;
        for (at, (label, value)) in self.labels.iter().enumerate() {
            write!(f, "{}{label}=\"{value}\"", if at == 0 { '{' } else { ',' })?;
        }
        write!(f, "{} {}", if self.labels.is_empty() { "" } else { "}" }, self.value)
    }
}

fn add<K: Ord>(counts: &mut BTreeMap<K, u64>, key: K) {
    let count = counts.entry(key).or_default();
    *count = count.saturating_add(1);
}
