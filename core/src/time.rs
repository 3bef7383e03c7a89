//! Times: exactly `YYYY-MM-DDTHH:MM:SSZ` (a profile of RFC 3339), as seconds since 1970. There is no clock here.

use core::fmt;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// A moment, to the second, in UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The last moment that can be written, at the end of the year 9999.
    pub const LAST: Self = Self(253_402_300_799);

    /// The moment `seconds` after 1970-01-01T00:00:00Z, if it lies in the years 0 to 9999.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Option<Self> {
        if seconds >= -62_167_219_200 && seconds <= 253_402_300_799 { Some(Self(seconds)) } else { None }
    }

    /// Seconds since 1970-01-01T00:00:00Z, leap seconds not counted.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// Reads the one form that is allowed: no fraction, no other offset, no second 60, no day that does not exist.
    ///
    /// ```
    /// use placet_core::time::Timestamp;
    ///
    /// let time = Timestamp::parse("2026-11-22T14:02:11Z").ok_or("no time")?;
    /// assert_eq!((time.seconds(), time.to_string().as_str()), (1_795_356_131, "2026-11-22T14:02:11Z"));
    /// assert!(Timestamp::parse("2026-11-22T14:02:11+00:00").is_none());
    /// assert!(Timestamp::parse("2026-02-29T00:00:00Z").is_none());
    /// # Ok::<(), &str>(())
    /// ```
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let shape = text.len() == 20
            && text.bytes().zip(b"dddd-dd-ddTdd:dd:ddZ").all(|(byte, form)| match form {
                b'd' => byte.is_ascii_digit(),
                other => byte == *other,
            });
        let field = |range: core::ops::Range<usize>| text.get(range).filter(|_| shape)?.parse::<i64>().ok();
        let (year, month, day) = (field(0..4)?, field(5..7)?, field(8..10)?);
        let (hour, minute, second) = (field(11..13)?, field(14..16)?, field(17..19)?);
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let seconds = days_from_civil(year, month, day)?
            .checked_mul(DAY)?
            .checked_add(hour.checked_mul(3600)?)?
            .checked_add(minute.checked_mul(60)?)?
            .checked_add(second)?;
        Self::from_seconds(seconds)
    }

    /// This moment and `seconds` more, or the last one that can be written.
    #[must_use]
    pub const fn plus(self, seconds: i64) -> Self {
        match Self::from_seconds(self.0.saturating_add(seconds)) {
            Some(time) => time,
            None if seconds < 0 => Self(-62_167_219_200),
            None => Self::LAST,
        }
    }

    /// This moment and `days` of 24 hours more.
    #[must_use]
    pub const fn plus_days(self, days: u64) -> Self {
        // Every interval that can be written is shorter than 2³² days.
        let days = if days > u32::MAX as u64 { u32::MAX as i64 } else { days.cast_signed() };
        self.plus(days.saturating_mul(DAY))
    }

    /// Seconds from `earlier` to this moment; negative where `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = civil_from_days(self.0.div_euclid(DAY));
        let second = self.0.rem_euclid(DAY);
        let (hour, minute, second) =
            (second.div_euclid(3600), second.div_euclid(60).rem_euclid(60), second.rem_euclid(60));
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A half-open interval: from `not_before` until before `not_after`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The first moment that lies in it.
    pub not_before: Timestamp,
    /// The first moment after it.
    pub not_after: Timestamp,
}

impl Window {
    /// Whether `time` lies in it.
    #[must_use]
    pub fn contains(self, time: Timestamp) -> bool {
        self.not_before <= time && time < self.not_after
    }
}

/// Days since 1970-01-01 of a date of the proleptic Gregorian calendar (years 0 to 9999), if there is such a date.
fn days_from_civil(year: i64, month: i64, day: i64) -> Option<i64> {
    let lengths = month_lengths(year);
    let before = usize::try_from(month.checked_sub(1)?).ok()?;
    if day < 1 || day > *lengths.get(before)? {
        return None;
    }
    let in_year: i64 = lengths.iter().take(before).sum();
    first_day_of(year).checked_add(in_year)?.checked_add(day)?.checked_sub(1)
}

/// Days of each month.
fn month_lengths(year: i64) -> [i64; 12] {
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}

/// Days since 1970-01-01 of the first of January of `year`.
fn first_day_of(year: i64) -> i64 {
    // Leap days before the year: one every 4 years, none every 100, one every 400, and year 0 is one.
    let past = year.saturating_sub(1);
    let leap_days =
        past.div_euclid(4).saturating_sub(past.div_euclid(100)).saturating_add(past.div_euclid(400));
    let since_year_1 = past.saturating_mul(365).saturating_add(leap_days);
    since_year_1.saturating_sub(719_162)
}

/// Year, month and day of a number of days since 1970-01-01.
fn civil_from_days(days: i64) -> (i64, i64, i64) {
    // An estimate that is never too low: the leap days between 1970 and any year there is come to less than six years
    // forwards, which makes it too high, and to less than two backwards, which the 1972 makes up for.
    let mut year = days.div_euclid(365).saturating_add(1972);
    while first_day_of(year) > days {
        year = year.saturating_sub(1);
    }
    let mut day = days.saturating_sub(first_day_of(year));
    let mut month = 1;
    for length in month_lengths(year) {
        if day < length {
            break;
        }
        day = day.saturating_sub(length);
        month = i64::saturating_add(month, 1);
    }
    (year, month, day.saturating_add(1))
}

#[cfg(test)]
mod tests;
