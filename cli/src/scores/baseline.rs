//! Baselines from a table of scores: a sample while it is small, a sketch beyond.

use std::{collections::BTreeMap, ops::ControlFlow};

use placet_core::{
    baseline::{Baselines, StoredBaseline},
    drift::Sketch,
    limits,
    name::Label,
};

use super::{Cell, Place, malformed, read};
use crate::error::{At as _, Error, Result};

/// Values that are kept; a longer column is a sketch.
const SAMPLE: usize = 4096;
/// Values that are put into a sketch at a time.
const CHUNK: usize = 1 << 16;
/// The accuracies of a sketch, the finest first.
const ACCURACIES: [u16; 5] = [2048, 1024, 512, 256, 128];

/// A column that is being read.
enum Column {
    Numbers { few: Vec<f64>, sketches: Option<Vec<Sketch>> },
    Categories(BTreeMap<String, u64>),
}

impl Column {
    fn add(&mut self, name: &str, cell: &Cell<'_>) -> Result<()> {
        match self {
            Self::Numbers { few, sketches } => {
                few.push(cell.number());
                let long = if sketches.is_some() { CHUNK } else { SAMPLE.saturating_add(1) };
                if few.len() >= long {
                    flush(few, sketches)?;
                }
            }
            Self::Categories(counts) => {
                let count = counts.entry(cell.category().into_owned()).or_default();
                *count = count.saturating_add(1);
                if counts.len() > limits::CATEGORIES {
                    let message = format!("`{name}` has more than {} categories", limits::CATEGORIES);
                    return Err(Error::new("too_many", message).hint("name it as numbers, or leave it out"));
                }
            }
        }
        Ok(())
    }

    /// The baseline, in at most so many bytes of JSON.
    fn finish(self, name: &str, budget: usize) -> Result<StoredBaseline> {
        let length = |baseline: &StoredBaseline| {
            let label = Label::parse("x").map(|label| Baselines([(label, baseline.clone())].into()));
            label.map_or(usize::MAX, |baselines| baselines.to_json().len())
        };
        let candidates: Vec<StoredBaseline> = match self {
            Self::Categories(counts) => vec![StoredBaseline::Categories(counts)],
            Self::Numbers { mut few, mut sketches } => {
                let mut candidates = Vec::new();
                if sketches.is_none() {
                    let mut values: Vec<f64> =
                        few.iter().filter(|x| x.is_finite()).map(|x| x + 0.0).collect();
                    values.sort_unstable_by(f64::total_cmp);
                    let missing = few.len().saturating_sub(values.len());
                    if values.is_empty() {
                        return Err(malformed(format!("`{name}` holds no number")));
                    }
                    let missing = u64::try_from(missing).unwrap_or(u64::MAX);
                    candidates.push(StoredBaseline::Sample { values, missing });
                }
                flush(&mut few, &mut sketches)?;
                candidates.extend(sketches.into_iter().flatten().map(StoredBaseline::Sketch));
                candidates
            }
        };
        let fitting = candidates.into_iter().find(|baseline| length(baseline) <= budget);
        fitting.ok_or_else(|| {
            let message = format!("the baseline of `{name}` does not fit into {budget} bytes");
            Error::new("too_large", message).hint("name fewer columns with --score or --category")
        })
    }
}

/// Moves values into sketches of every accuracy: which of them fits is known when all columns are.
fn flush(few: &mut Vec<f64>, sketches: &mut Option<Vec<Sketch>>) -> Result<()> {
    let made: std::result::Result<Vec<_>, _> = ACCURACIES.into_iter().map(Sketch::new).collect();
    let made = made.map_err(|error| Error::new(error.code(), error))?;
    for sketch in sketches.get_or_insert(made) {
        sketch.extend(few);
    }
    few.clear();
    Ok(())
}

/// The baselines of a table: of the columns that are named, or of all, as numbers where the first row has one.
pub(crate) fn read_baselines(place: &Place, scores: &[Label], categories: &[Label]) -> Result<Baselines> {
    let all = scores.is_empty() && categories.is_empty();
    let named: Vec<String> = scores.iter().chain(categories).map(ToString::to_string).collect();
    let mut columns: BTreeMap<String, Column> = BTreeMap::new();
    let mut known = 0;
    let mut rows = 0_u64;
    read(place, if categories.is_empty() { &named } else { &[] }, &mut |names, cells| {
        for (name, cell) in names.iter().zip(cells).skip(known) {
            let number = !all || matches!(cell, Cell::Missing) || !cell.number().is_nan();
            if all || named.contains(name) {
                Label::parse(name).map_err(|_| malformed(format!("`{name}` is no name of an output")))?;
                let column = if number && !categories.iter().any(|category| category.as_str() == name) {
                    Column::Numbers {
                        few: vec![f64::NAN; usize::try_from(rows).unwrap_or(0)],
                        sketches: None,
                    }
                } else {
                    Column::Categories(BTreeMap::new())
                };
                columns.insert(name.clone(), column);
            }
        }
        known = names.len();
        rows = rows.saturating_add(1);
        for (name, cell) in names.iter().zip(cells) {
            if let Some(column) = columns.get_mut(name) {
                column.add(name, cell).at(place.name())?;
            }
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if let Some(absent) = named.iter().find(|name| !columns.contains_key(*name)) {
        return Err(malformed(format!("there is no column `{absent}`")).at(place.name()));
    }
    if columns.is_empty() || columns.len() > limits::OUTPUTS {
        return Err(malformed(format!("1 to {} columns are outputs", limits::OUTPUTS)).at(place.name()));
    }
    // Names and braces need their room, too.
    let budget = (limits::BASELINES / columns.len()).saturating_sub(300);
    let mut outputs = BTreeMap::new();
    for (name, column) in columns {
        let baseline = column.finish(&name, budget).at(place.name())?;
        outputs.insert(Label::parse(&name)?, baseline);
    }
    Ok(Baselines(outputs))
}
