//! Times as Python's `datetime.isoformat()` writes them: microseconds, and an offset from UTC.

use alloc::{format, string::ToString as _};
use core::fmt;

use crate::{
    code::Code,
    document::string_of,
    error::ParseError,
    json::{Fields, Value},
    limits,
    time::Timestamp,
};

/// Microseconds of a second.
const SECOND: i64 = 1_000_000;
/// Seconds of a day.
const DAY: i64 = 86_400;
/// 0001-01-01T00:00:00, the first moment of a Python datetime.
const FIRST: i64 = -62_135_596_800;

/// An aware Python datetime, to the microsecond.
///
/// Only text that `isoformat()` would print again is read: two texts for one moment would be two signed records.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DateTime {
    /// The local time: seconds since 1970-01-01T00:00:00 on that clock.
    local: Timestamp,
    /// 0 to 999 999.
    microsecond: u32,
    /// Seconds by which the local time is ahead of UTC; less than a day.
    offset: i32,
}

impl DateTime {
    /// Reads `YYYY-MM-DDTHH:MM:SS`, six digits of fraction if they are not all zero, and an offset `+HH:MM`, with `:SS`
    /// if that is not zero.
    ///
    /// `Z`, a missing offset, `-00:00`, the year 0, and offsets with a fraction of a second (which Python releases read
    /// differently) are none.
    ///
    /// ```
    /// use placet_core::reference::DateTime;
    ///
    /// let time = DateTime::parse("2026-01-02T03:04:05.120000+01:00").ok_or("no time")?;
    /// assert_eq!(time.to_string(), "2026-01-02T03:04:05.120000+01:00");
    /// assert_eq!(time.utc_microseconds(), 1_767_319_445_120_000);
    /// assert!(DateTime::parse("2026-01-02T03:04:05Z").is_none());
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (local, rest) = text.split_at_checked(19)?;
        let local = Timestamp::parse(&format!("{local}Z"))?;
        let (microsecond, offset) = match rest.strip_prefix('.') {
            Some(rest) => {
                let (digits, offset) = rest.split_at_checked(6)?;
                (number(digits)?, offset)
            }
            None => (0, rest),
        };
        let time = Self { local, microsecond, offset: parse_offset(offset)? };
        // Whatever isoformat() would print otherwise is another text.
        (local.seconds() >= FIRST && time.to_string() == text).then_some(time)
    }

    /// Microseconds since 1970-01-01T00:00:00 in UTC.
    #[must_use]
    pub fn utc_microseconds(self) -> i64 {
        let seconds = self.local.seconds().saturating_sub(self.offset.into());
        seconds.saturating_mul(SECOND).saturating_add(self.microsecond.into())
    }

    /// Whether this moment is later than `time`.
    #[must_use]
    pub fn is_after(self, time: Timestamp) -> bool {
        self.utc_microseconds() > time.seconds().saturating_mul(SECOND)
    }
}

impl From<Timestamp> for DateTime {
    /// The moment in UTC; the year 0 becomes the first moment of the year 1.
    fn from(time: Timestamp) -> Self {
        let first = Timestamp::from_seconds(FIRST).unwrap_or(time);
        Self { local: time.max(first), microsecond: 0, offset: 0 }
    }
}

impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let local = self.local.to_string();
        f.write_str(local.strip_suffix('Z').unwrap_or(&local))?;
        if self.microsecond > 0 {
            write!(f, ".{:06}", self.microsecond)?;
        }
        let sign = if self.offset < 0 { '-' } else { '+' };
        let ahead = self.offset.unsigned_abs();
        let (hours, minutes, seconds) =
            (ahead.div_euclid(3600), ahead.div_euclid(60).rem_euclid(60), ahead.rem_euclid(60));
        write!(f, "{sign}{hours:02}:{minutes:02}")?;
        if seconds > 0 { write!(f, ":{seconds:02}") } else { Ok(()) }
    }
}

impl fmt::Debug for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Fields<'_> {
    /// Takes a time in Python's form.
    pub(super) fn isoformat(&mut self, field: &'static str) -> Result<DateTime, ParseError> {
        isoformat_of(self.required(field)?, field)
    }
}

/// The time that `value` is, in Python's form.
pub(super) fn isoformat_of(value: Value<'_>, field: &'static str) -> Result<DateTime, ParseError> {
    let text = string_of(value, field, limits::TEXT)?;
    DateTime::parse(&text).ok_or(ParseError::invalid(field, Code::TimeNotIsoformat))
}

/// A number of plain digits.
fn number(digits: &str) -> Option<u32> {
    digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok()).flatten()
}

/// Seconds of an offset; what is not in its normal form is found out by printing it.
fn parse_offset(text: &str) -> Option<i32> {
    let (sign, rest) = text.split_at_checked(1)?;
    let mut parts = rest.split(':');
    let mut next = || parts.next().map_or(Some(0), number);
    let (hours, minutes, seconds) = (next()?, next()?, next()?);
    let ahead = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?.checked_add(seconds)?;
    let ahead = i32::try_from(ahead).ok().filter(|ahead| i64::from(*ahead) < DAY)?;
    match sign {
        "+" => Some(ahead),
        "-" => ahead.checked_neg(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString as _;

    use super::DateTime;
    use crate::time::Timestamp;

    #[test]
    fn text_that_isoformat_would_not_print_is_refused() {
        for text in [
            "",
            "2026-01-02T03:04:05",
            "2026-01-02T03:04:05Z",
            "2026-01-02T03:04:05z",
            "2026-01-02 03:04:05+00:00",
            "2026-01-02t03:04:05+00:00",
            "2026-01-02T03:04:05-00:00",
            "2026-01-02T03:04:05+0000",
            "2026-01-02T03:04:05+00",
            "2026-01-02T03:04:05+00:00:00",
            "2026-01-02T03:04:05+00:00:00.000001",
            "2026-01-02T03:04:05+00:00:30.000001",
            "2026-01-02T03:04:05+00:60",
            "2026-01-02T03:04:05+24:00",
            "2026-01-02T03:04:05+99999999999:00",
            "2026-01-02T03:04:05++0:00",
            "2026-01-02T03:04:05.1+00:00",
            "2026-01-02T03:04:05.120+00:00",
            "2026-01-02T03:04:05.000000+00:00",
            "2026-01-02T03:04:05.1200000+00:00",
            "2026-01-02T03:04:05,120000+00:00",
            "2026-01-02T03:04:05.+12345+00:00",
            "2026-01-02T03:04:05+00:00 ",
            " 2026-01-02T03:04:05+00:00",
            "2026-01-02T24:00:00+00:00",
            "2026-01-02T03:04:60+00:00",
            "2026-02-29T03:04:05+00:00",
            "0000-01-02T03:04:05+00:00",
            "2026-W01-1T03:04:05+00:00",
            "２026-01-02T03:04:05+00:00",
            "2026-01-02T03:04:05é+00:00",
        ] {
            assert!(DateTime::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn normal_forms_survive_and_keep_their_moment() {
        let utc = DateTime::parse("2026-01-02T03:04:05+00:00").unwrap();
        for (text, later) in [
            ("2026-01-02T03:04:05+00:00", 0),
            ("2026-01-02T05:04:05+02:00", 0),
            ("2026-01-01T21:34:05-05:30", 0),
            ("2026-01-02T03:04:35+00:00:30", 0),
            ("2026-01-02T03:04:05.000007+00:00", 7),
            ("2026-01-03T03:04:04+23:59:59", 0),
            ("2026-01-02T03:04:05.120000+00:00", 120_000),
        ] {
            let time = DateTime::parse(text).unwrap();
            assert_eq!(time.to_string(), text);
            assert_eq!(time.utc_microseconds() - utc.utc_microseconds(), later, "{text}");
        }
        let last = "9999-12-31T23:59:59.999999-23:59";
        assert_eq!(DateTime::parse(last).unwrap().to_string(), last);
    }

    #[test]
    fn a_microsecond_decides_which_is_later() {
        let now = Timestamp::parse("2026-01-02T03:04:05Z").unwrap();
        let is_after = |text| DateTime::parse(text).unwrap().is_after(now);
        assert!(is_after("2026-01-02T03:04:05.000001+00:00"));
        assert!(!is_after("2026-01-02T03:04:05+00:00"));
        assert!(!is_after("2026-01-02T03:04:04.999999+00:00"));
        assert!(is_after("2026-01-02T03:04:05.000001+00:00") && !is_after("2026-01-02T04:04:05+01:00"));
        assert_eq!(DateTime::from(now).to_string(), "2026-01-02T03:04:05+00:00");
    }
}
