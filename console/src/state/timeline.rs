//! The time line of a model in one environment, drawn for the width it has.

use placet_core::{decision::Outcome, name::Environment, time::Timestamp};

use super::{
    events,
    knowledge::Knowledge,
    models::{self, Standing},
    review::Review,
    words,
};

/// The width of a drawing on a wide screen.
pub const WIDE: f64 = 1110.0;
/// The width of a drawing on a phone.
pub const NARROW: f64 = 328.0;
const LEFT: f64 = 80.0;
const RIGHT: f64 = 16.0;
const TOP: f64 = 44.0;
const STEP: f64 = 32.0;

/// The life of one proposal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Life {
    /// The version.
    pub version: String,
    /// When it was proposed.
    pub proposed: Timestamp,
    /// When the last signature that counts was made, where the quorum is complete.
    pub approved: Option<Timestamp>,
    /// When it was revoked.
    pub revoked: Option<Timestamp>,
    /// When it ends by itself.
    pub ends: Timestamp,
    /// How it stands.
    pub standing: Standing,
}

/// The lives of the last versions in an environment, oldest first.
#[must_use]
pub fn lives(
    reviews: &[Review],
    environment: &Environment,
    knowledge: &Knowledge,
    now: Timestamp,
) -> Vec<Life> {
    let life = |review: &Review| {
        let place = review.places.iter().find(|place| place.environment == *environment)?;
        let decision = &place.decided.decision;
        let said = review.statements();
        let counted = decision.approvals.iter().filter(|approval| approval.counted);
        let last = counted.filter_map(|a| Some(said.get(&a.digest)?.signed_at)).max();
        let complete = !decision.quorum.is_empty()
            && decision.quorum.iter().all(|role| role.counted.len() as u64 >= role.required);
        let model = review.proposal.statement().subject.model_id.as_str();
        let row =
            models::row(model, std::slice::from_ref(review), std::slice::from_ref(environment), None, now);
        Some(Life {
            version: review.training.statement().version.to_string(),
            proposed: review.proposal.statement().proposed_at,
            approved: last.filter(|_| complete || decision.outcome == Outcome::Permit),
            revoked: events::revoked_at(review, knowledge),
            ends: review.proposal.statement().window.not_after,
            standing: row.cells.first().map_or(Standing::Never, |cell| cell.standing),
        })
    };
    let mut lives: Vec<_> = reviews.iter().filter_map(life).collect();
    lives.sort_by(|a, b| {
        let natural = words::natural;
        (a.proposed, natural(&a.version)).cmp(&(b.proposed, natural(&b.version)))
    });
    let rest = lives.len().saturating_sub(6);
    lives.split_off(rest)
}

/// What the drawing shows, in a sentence; what ends comes first.
#[must_use]
pub fn finding(lives: &[Life], environment: &Environment) -> String {
    let running: Vec<_> = lives
        .iter()
        .filter(|life| matches!(life.standing, Standing::Approved | Standing::Expiring))
        .collect();
    let pending: Vec<_> = lives
        .iter()
        .filter(|life| life.standing == Standing::Pending)
        .map(|life| life.version.clone())
        .collect();
    let waits = |when: &str| match pending.as_slice() {
        [] => String::new(),
        [one] => format!(" If version {one} is not approved {when}, nothing may run in {environment}."),
        more => {
            format!(" If none of {} is approved {when}, nothing may run in {environment}.", words::list(more))
        }
    };
    match running.iter().max_by_key(|life| life.ends) {
        None => format!(
            "Nothing may run in {environment} now.{}",
            match pending.as_slice() {
                [] => String::new(),
                waiting => format!(" Version {} waits for signatures.", words::list(waiting)),
            }
        ),
        Some(last) if last.standing == Standing::Expiring => {
            format!("Version {} runs out on {}.{}", last.version, words::date(last.ends), waits("by then"))
        }
        Some(last) => {
            format!("Version {} may run in {environment} until {}.", last.version, words::date(last.ends))
        }
    }
}

/// A line of a drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// The version.
    pub version: String,
    /// From the top.
    pub y: f64,
    /// Where it was proposed.
    pub proposed: f64,
    /// Where the quorum was complete.
    pub approved: Option<f64>,
    /// Where it stopped, or is today, if it was ever approved.
    pub ran_to: Option<f64>,
    /// Where it was revoked.
    pub revoked: Option<f64>,
    /// Where it ends.
    pub ends: f64,
    /// Whether it waits.
    pub pending: bool,
}

/// A drawing.
#[derive(Clone, Debug, PartialEq)]
pub struct Drawing {
    /// Its width.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// One line a version.
    pub bars: Vec<Bar>,
    /// Months, where they begin.
    pub ticks: Vec<(f64, String)>,
    /// Where today is.
    pub today: f64,
}

/// Draws lives.
#[must_use]
pub fn draw(lives: &[Life], now: Timestamp, width: f64) -> Drawing {
    let first = lives.iter().map(|life| life.proposed).chain([now]).min().unwrap_or(now);
    let last = lives.iter().map(|life| life.ends).chain([now]).max().unwrap_or(now);
    let span = last.since(first).max(86_400);
    #[expect(clippy::cast_precision_loss, reason = "spans of years in seconds are far below 2^53")]
    let x = |time: Timestamp| {
        let share = time.since(first) as f64 / span as f64;
        round(LEFT + share.clamp(0.0, 1.0) * (width - LEFT - RIGHT))
    };
    let bar = |(index, life): (usize, &Life)| {
        #[expect(clippy::cast_precision_loss, reason = "there are at most six lines")]
        let y = TOP + STEP * index as f64;
        let stopped = life.revoked.unwrap_or(life.ends).min(life.ends);
        Bar {
            version: life.version.clone(),
            y,
            proposed: x(life.proposed),
            approved: life.approved.map(x),
            ran_to: life.approved.map(|_| x(stopped.min(now))),
            revoked: life.revoked.map(x),
            ends: x(life.ends),
            pending: life.standing == Standing::Pending,
        }
    };
    #[expect(clippy::cast_precision_loss, reason = "there are at most six lines")]
    let height = TOP + STEP * lives.len() as f64 + 8.0;
    let every = if width < 500.0 { span / (86_400 * 30 * 4) } else { span / (86_400 * 30 * 12) };
    Drawing {
        width,
        height,
        bars: lives.iter().enumerate().map(bar).collect(),
        ticks: months(first, last, every.max(0) + 1).map(|(at, name)| (x(at), name)).collect(),
        today: x(now),
    }
}

/// The beginnings of each `every`th month between two moments.
fn months(first: Timestamp, last: Timestamp, every: i64) -> impl Iterator<Item = (Timestamp, String)> {
    let part = |time: Timestamp, range: core::ops::Range<usize>| {
        time.to_string().get(range).and_then(|digits| digits.parse::<i64>().ok()).unwrap_or_default()
    };
    let begin = part(first, 0..4) * 12 + part(first, 5..7) - 1;
    let end = part(last, 0..4) * 12 + part(last, 5..7) - 1;
    (begin + 1..=end).filter(move |month| (month - begin - 1) % every.max(1) == 0).filter_map(|month| {
        let (year, month) = (month / 12, month % 12 + 1);
        let at = Timestamp::parse(&format!("{year:04}-{month:02}-01T00:00:00Z"))?;
        let name = words::date(at);
        let mut parts = name.split(' ').skip(1);
        let (name, year) = (parts.next()?, parts.next()?);
        Some((at, if month == 1 { format!("{name} {year}") } else { name.to_owned() }))
    })
}

/// To a tenth of a unit, so that drawings are short.
fn round(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet_testkit::{NOW, name_of, time};

    fn life(version: &str, proposed: &str, ends: &str, standing: Standing) -> Life {
        Life {
            version: version.into(),
            proposed: time(proposed),
            approved: matches!(standing, Standing::Approved | Standing::Expiring | Standing::Revoked)
                .then(|| time(proposed).plus_days(1)),
            revoked: (standing == Standing::Revoked).then(|| time("2026-10-12T09:00:00Z")),
            ends: time(ends),
            standing,
        }
    }

    fn three() -> Vec<Life> {
        vec![
            life("1", "2026-06-05T00:00:00Z", "2026-12-20T00:00:00Z", Standing::Revoked),
            life("2", "2026-08-03T00:00:00Z", "2026-12-01T00:00:00Z", Standing::Expiring),
            life("3", "2026-11-21T00:00:00Z", "2027-02-19T00:00:00Z", Standing::Pending),
        ]
    }

    #[test]
    fn the_caption_says_what_runs_out_before_anything_else() {
        let place = name_of("production");
        assert_eq!(
            finding(&three(), &place),
            "Version 2 runs out on 1 Dec 2026. If version 3 is not approved by then, nothing may run in production."
        );
        assert_eq!(finding(&three()[..1], &place), "Nothing may run in production now.");
        assert_eq!(
            finding(&three()[2..], &place),
            "Nothing may run in production now. Version 3 waits for signatures."
        );
        let far = [life("4", "2026-06-05T00:00:00Z", "2027-02-19T00:00:00Z", Standing::Approved)];
        assert_eq!(finding(&far, &place), "Version 4 may run in production until 19 Feb 2027.");
    }

    #[test]
    fn a_revoked_version_does_not_run_on() {
        let drawing = draw(&three(), time(NOW), WIDE);
        let first = &drawing.bars[0];
        assert_eq!(first.ran_to, first.revoked);
        assert!(first.ran_to < Some(drawing.today) && first.ends > drawing.today);
        assert_eq!(drawing.bars[1].ran_to, Some(drawing.today));
        assert_eq!(drawing.bars[2].ran_to, None);
    }

    #[test]
    fn everything_lies_inside_and_months_do_not_crowd_a_phone() {
        for width in [WIDE, NARROW] {
            let drawing = draw(&three(), time(NOW), width);
            let ends = drawing.bars.iter().flat_map(|bar| [bar.proposed, bar.ends]);
            assert!(ends.chain([drawing.today]).all(|x| (LEFT..=width - RIGHT).contains(&x)));
            let ticks = &drawing.ticks;
            assert!(ticks.windows(2).all(|pair| pair[1].0 - pair[0].0 > 45.0), "{ticks:?}");
            assert!(ticks.len() > 2);
        }
        assert!(draw(&three(), time(NOW), WIDE).ticks.iter().any(|(_, name)| name == "Jan 2027"));
        assert!(draw(&[], time(NOW), WIDE).bars.is_empty());
    }
}
