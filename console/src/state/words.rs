//! Times, sizes and counts as people read them.

use placet_core::time::Timestamp;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The parts of a time: year, month as a word, day, and `HH:MM:SS`.
fn parts(time: Timestamp) -> (String, &'static str, String, String) {
    let text = time.to_string();
    let part = |range: core::ops::Range<usize>| text.get(range).unwrap_or_default().to_owned();
    let month = part(5..7).parse::<usize>().ok().and_then(|n| MONTHS.get(n.checked_sub(1)?));
    let day = part(8..10).trim_start_matches('0').to_owned();
    (part(0..4), month.copied().unwrap_or_default(), day, part(11..19))
}

/// `20 Feb 2027`, and the time of day where it is not midnight.
///
/// ```
/// use placet_console::state::words::until;
/// use placet_core::time::Timestamp;
///
/// let time = |text| Timestamp::parse(text).ok_or(text);
/// assert_eq!(until(time("2027-02-20T00:00:00Z")?), "20 Feb 2027");
/// assert_eq!(until(time("2027-02-20T09:30:00Z")?), "20 Feb 2027, 09:30 UTC");
/// # Ok::<(), &str>(())
/// ```
#[must_use]
pub fn until(time: Timestamp) -> String {
    match time.seconds().rem_euclid(86_400) {
        0 => date(time),
        _ => format!("{}, {} UTC", date(time), hours(time)),
    }
}

/// `20 Feb 2027`.
#[must_use]
pub fn date(time: Timestamp) -> String {
    let (year, month, day, _) = parts(time);
    format!("{day} {month} {year}")
}

/// `22 Nov 14:05`.
#[must_use]
pub fn moment(time: Timestamp) -> String {
    let (_, month, day, _) = parts(time);
    format!("{day} {month} {}", hours(time))
}

/// `22 Nov 2026, 14:02:11 UTC`.
#[must_use]
pub fn exact(time: Timestamp) -> String {
    let (_, _, _, clock) = parts(time);
    format!("{}, {clock} UTC", date(time))
}

/// `14:05`.
#[must_use]
pub fn hours(time: Timestamp) -> String {
    let (_, _, _, clock) = parts(time);
    clock.get(..5).unwrap_or_default().to_owned()
}

/// A span of seconds in its largest unit, cut and never rounded up: `4 min`, `1 d`.
///
/// ```
/// use placet_console::state::words::span;
/// assert_eq!([span(0), span(119), span(3600), span(172_799)], ["0 s", "1 min", "60 min", "47 h"]);
/// ```
#[must_use]
pub fn span(seconds: i64) -> String {
    let minus = if seconds < 0 { "−" } else { "" };
    let count = seconds.unsigned_abs();
    match count {
        0..=59 => format!("{minus}{count} s"),
        60..=7199 => format!("{minus}{} min", count / 60),
        7200..=172_799 => format!("{minus}{} h", count / 3600),
        _ => format!("{minus}{} d", count / 86_400),
    }
}

/// `4:12`, for a countdown.
#[must_use]
pub fn countdown(seconds: i64) -> String {
    let seconds = seconds.max(0);
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// Bytes in the largest unit of 1000 that keeps a digit before the point.
///
/// ```
/// use placet_console::state::words::size;
/// assert_eq!([size(0), size(585), size(57_344), size(4_100_000_000)], ["0 bytes", "585 bytes", "57 KB", "4.1 GB"]);
/// ```
#[must_use]
pub fn size(bytes: u64) -> String {
    let scaled = |unit: u64, name: &str| {
        let (whole, tenth) = (bytes / unit, bytes % unit * 10 / unit);
        if whole < 10 { format!("{whole}.{tenth} {name}") } else { format!("{whole} {name}") }
    };
    match bytes {
        0..=999 => format!("{bytes} bytes"),
        1_000..=999_999 => scaled(1_000, "KB"),
        1_000_000..=999_999_999 => scaled(1_000_000, "MB"),
        _ => scaled(1_000_000_000, "GB"),
    }
}

/// `a`, `a and b`, `a, b and c`.
#[must_use]
pub fn list<T: AsRef<str>>(items: &[T]) -> String {
    match items {
        [] => String::new(),
        [only] => only.as_ref().to_owned(),
        [start @ .., last] => {
            let start: Vec<_> = start.iter().map(AsRef::as_ref).collect();
            format!("{} and {}", start.join(", "), last.as_ref())
        }
    }
}

/// `1 signature`, `2 signatures`.
#[must_use]
pub fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// A name of the formats as a heading: `separation_of_duties` as `Separation of duties`.
#[must_use]
pub fn heading(name: &str) -> String {
    let text = name.replace('_', " ");
    let mut letters = text.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The 64 digits of a digest in fours.
#[must_use]
pub fn fours(hex: &str) -> Vec<String> {
    let letters: Vec<char> = hex.chars().collect();
    letters.chunks(4).map(|four| four.iter().collect()).collect()
}

/// What names are sorted by, so that 2 comes before 10.
///
/// ```
/// use placet_console::state::words::natural;
///
/// assert!(natural("1.9") < natural("1.10"));
/// assert!(natural("v2") < natural("v10"));
/// ```
#[must_use]
pub fn natural(name: &str) -> Vec<(usize, &[u8])> {
    let runs = name.as_bytes().chunk_by(|a, b| a.is_ascii_digit() == b.is_ascii_digit());
    runs.map(|run| {
        if !run.first().is_some_and(u8::is_ascii_digit) {
            return (usize::MAX, run);
        }
        let zeros = run.iter().take_while(|digit| **digit == b'0').count();
        let number = run.get(zeros..).unwrap_or_default();
        (number.len(), number)
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> Timestamp {
        Timestamp::parse(text).unwrap()
    }

    #[test]
    fn an_end_in_the_middle_of_a_day_is_not_shown_as_its_start() {
        assert_eq!(until(time("2027-02-20T00:00:01Z")), "20 Feb 2027, 00:00 UTC");
        assert_eq!(exact(time("2026-11-02T14:02:11Z")), "2 Nov 2026, 14:02:11 UTC");
        assert_eq!(moment(time("2026-01-22T04:05:59Z")), "22 Jan 04:05");
    }

    #[test]
    fn a_future_age_is_not_shown_as_fresh() {
        assert_eq!(span(-90), "−1 min");
    }

    #[test]
    fn a_countdown_does_not_run_below_zero() {
        assert_eq!([countdown(252), countdown(9), countdown(-3)], ["4:12", "0:09", "0:00"]);
    }

    #[test]
    fn sizes_are_not_rounded_up() {
        assert_eq!(
            [size(999), size(1_000), size(9_999), size(999_999)],
            ["999 bytes", "1.0 KB", "9.9 KB", "999 KB"]
        );
    }

    #[test]
    fn lists_read_as_speech() {
        assert_eq!(list::<&str>(&[]), "");
        assert_eq!(list(&["a"]), "a");
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
    }
}
