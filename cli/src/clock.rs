//! The clock, and times and durations as people write them. The core has neither.

use jiff::{SignedDuration, Span, SpanRelativeTo, Timestamp as Moment};
use placet_core::time::Timestamp;

use crate::error::{Error, Result};

/// The time by this machine's clock, to the second.
pub(crate) fn now() -> Result<Timestamp> {
    let seconds = Moment::now().as_second();
    Timestamp::from_seconds(seconds).ok_or_else(|| Error::new("clock", "the clock of this machine is off"))
}

/// Reads a time of RFC 3339 with any offset, for clap.
pub(crate) fn parse_time(text: &str) -> std::result::Result<Timestamp, String> {
    let form = "a time is written like 2026-11-22T14:02:11Z";
    let moment: Moment = text.parse().map_err(|_| form.to_owned())?;
    Timestamp::from_seconds(moment.as_second()).ok_or_else(|| form.into())
}

/// Reads a duration of at least a second, with days of 24 hours, for clap; gives seconds.
pub(crate) fn parse_duration(text: &str) -> std::result::Result<i64, String> {
    let form = "a duration is written like 90d, 12h or 1h 30m";
    let span: Span = text.parse().map_err(|_| form.to_owned())?;
    let duration: SignedDuration =
        span.to_duration(SpanRelativeTo::days_are_24_hours()).map_err(|_| form.to_owned())?;
    if duration.as_secs() < 1 { Err(form.into()) } else { Ok(duration.as_secs()) }
}

/// A length of time in words: `90 days`, `1 hour`, `45 s`.
pub(crate) fn words(seconds: u64) -> String {
    let units = [(86_400, "day"), (3_600, "hour"), (60, "minute")];
    for (length, name) in units {
        if seconds >= length && seconds.is_multiple_of(length) {
            let count = seconds / length;
            return format!("{count} {name}{}", if count == 1 { "" } else { "s" });
        }
    }
    format!("{seconds} s")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_that_is_no_duration_is_refused() {
        assert_eq!(parse_duration("90d"), Ok(90 * 86_400));
        assert_eq!(parse_duration("1h 30m"), Ok(5_400));
        for text in ["", "90", "-1h", "0s", "1 month", "soon", "9999999999999999999d"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_time_without_its_offset_is_refused() {
        assert_eq!(parse_time("2026-11-22T15:02:11+01:00"), parse_time("2026-11-22T14:02:11Z"));
        for text in ["2026-11-22T14:02:11", "2026-11-22", "now", ""] {
            assert!(parse_time(text).is_err(), "{text}");
        }
    }

    #[test]
    fn lengths_are_told_in_the_largest_unit_that_fits() {
        assert_eq!(
            [86_400, 7_200, 90, 61].map(words),
            ["1 day", "2 hours", "90 s", "61 s"].map(str::to_owned)
        );
    }
}
