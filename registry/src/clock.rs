//! The time: the only place where the registry asks for it.

use std::time::{Instant, SystemTime, UNIX_EPOCH};

use placet_core::time::Timestamp;

/// Tells the time that documents are judged at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock {
    /// Where the clock was set by hand: milliseconds since 1970 then, and when that was.
    set: Option<(u64, Instant)>,
}

impl Clock {
    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        Self::default()
    }

    /// A clock that shows `time` now and runs on from there, for rehearsals and tests.
    #[must_use]
    pub fn starting_at(time: Timestamp) -> Self {
        let start = u64::try_from(time.seconds()).unwrap_or_default().saturating_mul(1000);
        Self { set: Some((start, Instant::now())) }
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn milliseconds(&self) -> u64 {
        let (start, elapsed) = match self.set {
            Some((start, at)) => (start, at.elapsed()),
            None => (0, SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()),
        };
        start.saturating_add(u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX))
    }

    /// The time, to the second; the last that can be written where a clock shows a later one.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        const START: Timestamp = match Timestamp::from_seconds(0) {
            Some(time) => time,
            None => panic!("1970 can be written"),
        };
        START.plus(i64::try_from(self.milliseconds() / 1000).unwrap_or(i64::MAX))
    }
}
