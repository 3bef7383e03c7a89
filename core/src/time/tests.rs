//! Times held against another implementation of the calendar.

use alloc::string::ToString as _;

use jiff::Timestamp as Reference;

use super::{Timestamp, Window};

/// 0000-01-01T00:00:00Z and 9999-12-30T22:00:00Z, which is as far as `jiff` goes.
const FIRST: i64 = -62_167_219_200;
const LAST: i64 = 253_402_207_200;

fn assert_agrees(seconds: i64) {
    let time = Timestamp::from_seconds(seconds).unwrap();
    let text = time.to_string();
    assert_eq!(text, Reference::from_second(seconds).unwrap().to_string());
    assert_eq!(Timestamp::parse(&text), Some(time), "{text}");
}

#[test]
fn dates_of_ten_thousand_years_are_those_of_another_calendar() {
    // Two primes, so that neither the days of the year nor the times of day repeat.
    let days = (FIRST..=LAST).step_by(97 * 86_400);
    (0..).zip(days).for_each(|(index, day)| assert_agrees(day + index * 7919 % 86_400));
}

#[test]
fn the_edges_of_every_year_and_february_are_those_of_another_calendar() {
    for year in 0..9999 {
        for date in ["01-01", "03-01", "12-31"] {
            let text = std::format!("{year:04}-{date}T00:00:00Z");
            let seconds = text.parse::<Reference>().unwrap().as_second();
            assert_eq!(Timestamp::parse(&text).unwrap().seconds(), seconds, "{text}");
            assert_agrees(seconds);
            assert_agrees((seconds - 1).max(FIRST));
        }
    }
}

#[test]
fn the_ends_of_the_calendar_hold() {
    assert_eq!(Timestamp::from_seconds(FIRST).unwrap().to_string(), "0000-01-01T00:00:00Z");
    assert_eq!(Timestamp::from_seconds(253_402_300_799).unwrap().to_string(), "9999-12-31T23:59:59Z");
    assert_eq!(Timestamp::from_seconds(FIRST - 1), None);
    assert_eq!(Timestamp::from_seconds(253_402_300_800), None);
    let (first, last) = (Timestamp(FIRST), Timestamp(253_402_300_799));
    assert_eq!((first.plus(-1), last.plus(1)), (first, last));
    assert_eq!((first.plus(i64::MIN), last.plus(i64::MAX)), (first, last));
    assert_eq!(first.plus_days(u64::MAX), last);
}

#[test]
fn another_way_to_write_a_time_is_none() {
    for text in [
        "",
        "2026-11-22",
        "2026-11-22T14:02Z",
        "2026-11-22T14:02:11",
        "2026-11-22T14:02:11z",
        "2026-11-22t14:02:11Z",
        "2026-11-22 14:02:11Z",
        "2026-11-22T14:02:11+00:00",
        "2026-11-22T14:02:11-00:00",
        "2026-11-22T14:02:11.000Z",
        "2026-11-22T14:02:11Z ",
        " 2026-11-22T14:02:11Z",
        "+026-11-22T14:02:11Z",
        "-026-11-22T14:02:11Z",
        "12026-11-22T14:02:11Z",
        "2026-11-22T+4:02:11Z",
        "2026-11-22T14:02:6 Z",
        "２026-11-22T14:02:1Z",
        "2026-W47-7T14:02:11Z",
        "1795356131",
    ] {
        assert_eq!(Timestamp::parse(text), None, "{text}");
    }
}

#[test]
fn a_time_that_does_not_exist_is_none() {
    for text in [
        "2026-00-22T14:02:11Z",
        "2026-13-22T14:02:11Z",
        "2026-11-00T14:02:11Z",
        "2026-11-31T14:02:11Z",
        "2026-02-29T00:00:00Z",
        "2100-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T14:60:00Z",
        "2026-12-31T23:59:60Z",
    ] {
        assert_eq!(Timestamp::parse(text), None, "{text}");
    }
    assert!(Timestamp::parse("2000-02-29T00:00:00Z").is_some());
    assert!(Timestamp::parse("0000-02-29T00:00:00Z").is_some());
}

#[test]
fn an_interval_holds_its_start_and_not_its_end() {
    let at = |seconds| Timestamp::from_seconds(seconds).unwrap();
    let window = Window { not_before: at(10), not_after: at(20) };
    let inside = [9, 10, 19, 20].map(|seconds| window.contains(at(seconds)));
    assert_eq!(inside, [false, true, true, false]);
}
