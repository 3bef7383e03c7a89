//! Rows of serving, cut into windows by time or by number.

use std::{collections::BTreeMap, ops::ControlFlow, thread::sleep, time::Duration};

use placet_core::{
    baseline::{Baselines, StoredBaseline, Window},
    drift_report::ReportWindow,
    limits,
    time::Timestamp,
};

use crate::{
    clock,
    error::{At as _, Error, Result},
    scores::{self, Cell, Place, column},
};

/// How rows are cut.
#[derive(Clone, Debug)]
pub(super) enum Cut {
    /// All rows are one window.
    Whole(ReportWindow),
    /// By the time in a column, in windows of so many seconds.
    Time { column: String, every: i64 },
    /// So many rows each; by the time in a column, or by that of their arrival.
    Rows { count: u64, column: Option<String> },
}

/// The rows of one window.
#[derive(Debug)]
pub(super) struct Gathered {
    pub(super) rows: u64,
    pub(super) outputs: BTreeMap<String, Window>,
    /// Outputs of which some row had a value.
    seen: Vec<String>,
}

impl Gathered {
    fn new(baselines: &Baselines) -> Self {
        let empty = |baseline: &StoredBaseline| match baseline {
            StoredBaseline::Categories(_) => Window::Categories(BTreeMap::new()),
            _ => Window::Numbers(Vec::new()),
        };
        let outputs = baselines.0.iter().map(|(name, baseline)| (name.to_string(), empty(baseline)));
        Self { rows: 0, outputs: outputs.collect(), seen: Vec::new() }
    }

    /// Takes a row; an output of which it has no column is missing in it.
    fn add(&mut self, names: &[String], cells: &[Cell<'_>]) -> Result<()> {
        self.rows = self.rows.saturating_add(1);
        for (name, window) in &mut self.outputs {
            let cell = column(names, name).and_then(|at| cells.get(at));
            if cell.is_some() && !self.seen.contains(name) {
                self.seen.push(name.clone());
            }
            let cell = cell.unwrap_or(&Cell::Missing);
            match window {
                Window::Numbers(values) => values.push(cell.number()),
                Window::Categories(counts) => {
                    let category = cell.category();
                    if category.len() > limits::CATEGORY {
                        let message = format!("a category of `{name}` of {} bytes", category.len());
                        return Err(Error::new("too_large", message));
                    }
                    let count = counts.entry(category.into_owned()).or_default();
                    *count = count.saturating_add(1);
                    if counts.len() > limits::CATEGORIES {
                        let message = format!("`{name}` has more than {} categories", limits::CATEGORIES);
                        return Err(Error::new("too_many", message));
                    }
                }
            }
        }
        Ok(())
    }

    /// The window of an output; none where no row had a column for it.
    pub(super) fn output(&self, name: &str) -> Option<&Window> {
        let seen = self.seen.iter().any(|seen| seen == name);
        self.outputs.get(name).filter(|_| seen)
    }
}

/// Cuts a table into windows, and hands each over that is over and begins at `after` or later.
pub(super) fn cut(
    place: &Place,
    how: &Cut,
    baselines: &Baselines,
    after: Timestamp,
    judge: &mut dyn FnMut(ReportWindow, Gathered) -> Result<()>,
) -> Result<()> {
    // An array has no names: its columns are the outputs in their order.
    let names: Vec<String> = baselines.0.keys().map(ToString::to_string).collect();
    match how {
        Cut::Whole(window) => {
            let mut gathered = Gathered::new(baselines);
            scores::read(place, &names, &mut |names, cells| {
                gathered.add(names, cells).at(place.name())?;
                Ok(ControlFlow::Continue(()))
            })?;
            judge(ReportWindow { samples: gathered.rows, ..*window }, gathered)
        }
        Cut::Time { column, every } => by_time(place, &names, column, *every, baselines, after, judge),
        Cut::Rows { count, column } => {
            by_rows(place, &names, (*count, column.as_deref()), baselines, after, judge)
        }
    }
}

fn by_time(
    place: &Place,
    names: &[String],
    time_column: &str,
    every: i64,
    baselines: &Baselines,
    after: Timestamp,
    judge: &mut dyn FnMut(ReportWindow, Gathered) -> Result<()>,
) -> Result<()> {
    let mut open: Option<(i64, Gathered)> = None;
    let mut close = |start: i64, gathered: Gathered| {
        let window =
            ReportWindow { from: at(start)?, to: at(start.saturating_add(every))?, samples: gathered.rows };
        // A window that has begun before the last one ended was reported with it.
        if window.from < after { Ok(()) } else { judge(window, gathered) }
    };
    scores::read(place, names, &mut |names, cells| {
        let time = time_of(names, cells, time_column).at(place.name())?;
        let start = time.seconds().div_euclid(every).saturating_mul(every);
        match open.take_if(|(opened, _)| *opened != start) {
            Some((opened, _)) if start < opened => {
                return Err(
                    Error::new("scores_malformed", "the rows are not in the order of time").at(place.name())
                );
            }
            Some((opened, gathered)) => close(opened, gathered)?,
            None => {}
        }
        let (_, gathered) = open.get_or_insert_with(|| (start, Gathered::new(baselines)));
        gathered.add(names, cells).at(place.name())?;
        Ok(ControlFlow::Continue(()))
    })?;
    match open {
        Some((start, gathered)) if at(start.saturating_add(every))? <= clock::now()? => {
            close(start, gathered)
        }
        // Its time is not over yet: the next round sees it whole.
        _ => Ok(()),
    }
}

fn by_rows(
    place: &Place,
    names: &[String],
    (count, time_column): (u64, Option<&str>),
    baselines: &Baselines,
    after: Timestamp,
    judge: &mut dyn FnMut(ReportWindow, Gathered) -> Result<()>,
) -> Result<()> {
    let mut from = after;
    let mut gathered = Gathered::new(baselines);
    scores::read(place, names, &mut |names, cells| {
        let time = time_column.map(|column| time_of(names, cells, column).at(place.name())).transpose()?;
        if time.is_some_and(|time| time < from) {
            return Ok(ControlFlow::Continue(()));
        }
        if let (0, Some(time)) = (gathered.rows, time) {
            from = time;
        }
        gathered.add(names, cells).at(place.name())?;
        if gathered.rows == count {
            let to = match time {
                Some(time) => time.plus(1),
                None => arrival(from)?,
            };
            let whole = std::mem::replace(&mut gathered, Gathered::new(baselines));
            judge(ReportWindow { from, to, samples: whole.rows }, whole)?;
            from = to;
        }
        Ok(ControlFlow::Continue(()))
    })
}

/// Now, which is a second after `from` at least: a window has a length.
fn arrival(from: Timestamp) -> Result<Timestamp> {
    loop {
        let now = clock::now()?;
        if now > from {
            return Ok(now);
        }
        sleep(Duration::from_millis(50));
    }
}

/// The time of a row: RFC 3339, or seconds since 1970.
fn time_of(names: &[String], cells: &[Cell<'_>], name: &str) -> Result<Timestamp> {
    let malformed = |why: String| Error::new("scores_malformed", why);
    let cell = column(names, name).and_then(|at| cells.get(at));
    let cell = cell.ok_or_else(|| malformed(format!("there is no column `{name}`")))?;
    let seconds = cell.number();
    #[expect(clippy::cast_possible_truncation, reason = "a time beyond is refused as one")]
    let time = if seconds.is_finite() {
        Timestamp::from_seconds(seconds.floor() as i64)
    } else {
        clock::parse_time(&cell.category()).ok()
    };
    time.ok_or_else(|| malformed(format!("`{}` is no time", cell.category().escape_debug())))
}

fn at(seconds: i64) -> Result<Timestamp> {
    Timestamp::from_seconds(seconds)
        .ok_or_else(|| Error::new("scores_malformed", "a time that cannot be written"))
}
