//! When to look at the source again. The times come in; there is no clock here.

use alloc::vec::Vec;

use placet_core::time::Timestamp;

/// What is fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Document {
    /// The trust document.
    Trust,
    /// The bundle of the route with this index.
    Bundle(usize),
}

impl Document {
    /// Its kind, as metrics name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trust => "trust",
            Self::Bundle(_) => "bundle",
        }
    }
}

/// Seconds after which an answer is no longer waited for.
const PATIENCE: i64 = 60;
/// A bundle that serves is looked at once in so many times.
const BUNDLE_ROUNDS: i64 = 10;
/// How often trust is fetched in the life of a list, at least: a newer one then arrives within half of its age.
const LOOKS_AT_A_LIST: i64 = 4;

/// When each document is due.
#[derive(Clone, Debug)]
pub struct Schedule {
    longest: i64,
    interval: i64,
    trust: Clockwork,
    bundles: Vec<Clockwork>,
}

/// When one document is due; at once in the beginning.
#[derive(Clone, Debug, Default)]
struct Clockwork {
    due: Option<Timestamp>,
    asked: Option<Timestamp>,
    failures: u32,
    etag: Option<alloc::string::String>,
}

impl Schedule {
    /// Everything is due.
    #[must_use]
    pub fn new(routes: usize, longest: i64) -> Self {
        let bundles = (0..routes).map(|_| Clockwork::default()).collect();
        Self { longest, interval: longest, trust: Clockwork::default(), bundles }
    }

    /// How long a list lives, in seconds, of those that are to come.
    pub fn list_lives(&mut self, life: i64) {
        self.interval = life.checked_div(LOOKS_AT_A_LIST).unwrap_or(1).clamp(1, self.longest);
    }

    /// Takes what is due out, with the tag of what is held.
    pub fn take_due(&mut self, now: Timestamp) -> Vec<(Document, Option<alloc::string::String>)> {
        let bundles = self.bundles.iter_mut().enumerate().map(|(at, bundle)| (Document::Bundle(at), bundle));
        let all = core::iter::once((Document::Trust, &mut self.trust)).chain(bundles);
        let due = all.filter(|(_, clockwork)| clockwork.is_due(now));
        due.map(|(document, clockwork)| {
            clockwork.asked = Some(now);
            (document, clockwork.etag.clone())
        })
        .collect()
    }

    /// The source answered with a document, or that it is as it was; `serves` where a route is permitted by it.
    pub fn answered(
        &mut self,
        document: Document,
        etag: Option<alloc::string::String>,
        serves: bool,
        now: Timestamp,
    ) {
        let rounds = if serves && document != Document::Trust { BUNDLE_ROUNDS } else { 1 };
        let pause = self.interval.saturating_mul(rounds);
        if let Some(clockwork) = self.clockwork(document) {
            *clockwork = Clockwork { due: Some(now.plus(pause)), asked: None, failures: 0, etag };
        }
    }

    /// The tag of what is held.
    #[must_use]
    pub fn etag(&self, document: Document) -> Option<alloc::string::String> {
        match document {
            Document::Trust => self.trust.etag.clone(),
            Document::Bundle(at) => self.bundles.get(at)?.etag.clone(),
        }
    }

    /// The source did not answer, or with something else.
    pub fn failed(&mut self, document: Document, now: Timestamp) {
        let interval = self.interval;
        if let Some(clockwork) = self.clockwork(document) {
            let pause = 1_i64.checked_shl(clockwork.failures).unwrap_or(interval).clamp(1, interval);
            clockwork.due = Some(now.plus(pause));
            clockwork.asked = None;
            clockwork.failures = clockwork.failures.saturating_add(1).min(16);
        }
    }

    /// A document is due now, whenever it was looked at last.
    pub fn hurry(&mut self, document: Document) {
        if let Some(clockwork) = self.clockwork(document) {
            clockwork.due = None;
        }
    }

    /// The first moment at which something is due.
    #[must_use]
    pub fn next(&self) -> Option<Timestamp> {
        let all = core::iter::once(&self.trust).chain(&self.bundles);
        all.map(Clockwork::next).min().flatten()
    }

    fn clockwork(&mut self, document: Document) -> Option<&mut Clockwork> {
        match document {
            Document::Trust => Some(&mut self.trust),
            Document::Bundle(at) => self.bundles.get_mut(at),
        }
    }
}

impl Clockwork {
    /// When it is due; none at once.
    fn next(&self) -> Option<Timestamp> {
        match self.asked {
            Some(asked) => Some(asked.plus(PATIENCE)),
            None => self.due,
        }
    }

    fn is_due(&self, now: Timestamp) -> bool {
        // A clock that was set back must not put a look off until it has caught up.
        let far = |due: Timestamp| due > now.plus(PATIENCE.saturating_mul(60).saturating_mul(12));
        self.next().is_none_or(|due| due <= now || far(due))
    }
}
