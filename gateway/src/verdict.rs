//! What a gateway has decided about a route, and for how long.

use alloc::{string::String, vec::Vec};

use placet_core::time::Timestamp;

/// A decision about a route, as requests are answered by it.
///
/// It holds from the moment that was decided on until before the next boundary of anything that was looked at. Outside
/// it says nothing (attacks: a decision cached past a boundary, a clock that was set back).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The digest of the decision's record on a permit; why not on a denial, at least one code.
    pub answer: Result<String, Vec<&'static str>>,
    /// The moment that was decided on.
    pub from: Timestamp,
    /// The first moment at which it no longer holds; none where only new evidence ends it.
    pub until: Option<Timestamp>,
}

impl Verdict {
    /// Whether it says something about `now`.
    #[must_use]
    pub fn holds(&self, now: Timestamp) -> bool {
        self.from <= now && self.until.is_none_or(|until| now < until)
    }

    /// Ends it at once, as there is new evidence. What it said is still known, so that a lost permit is noticed.
    pub(crate) fn end(&mut self) {
        self.until = Some(self.from);
    }

    /// Whether it is a permit.
    #[must_use]
    pub fn permits(&self) -> bool {
        self.answer.is_ok()
    }
}
