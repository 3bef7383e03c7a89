//! Tables of scores: CSV, JSON lines, NPY and Parquet, told apart by their first bytes and read row by row.
//!
//! Guarded here: an empty field, a word where a number should be, NaN and infinities are missing values and are counted
//! as such. A row that has another number of fields than the header, or bytes that are no table, are errors.

mod baseline;
mod npy;
#[cfg(feature = "parquet")]
mod parquet;

use std::{
    borrow::Cow,
    collections::BTreeMap,
    fs::File,
    io::{BufRead, BufReader, Read as _},
    ops::ControlFlow,
    path::PathBuf,
};

use placet_core::{json::write_number, limits};

pub(crate) use baseline::read_baselines;

use crate::{
    error::{At as _, Error, Result},
    files,
};

/// Columns of a table.
const COLUMNS: usize = 4096;
/// Bytes of a line of JSON.
const LINE: u64 = 1 << 20;

/// Where a table is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// `-`
    StandardInput,
    /// A file.
    File(PathBuf),
}

/// Reads a path, or `-`, for clap.
#[expect(clippy::unnecessary_wraps, reason = "the form that clap wants")]
pub(crate) fn parse_place(text: &str) -> std::result::Result<Place, String> {
    Ok(if text == "-" { Place::StandardInput } else { Place::File(text.into()) })
}

impl Place {
    /// The place as errors name it.
    pub(crate) fn name(&self) -> Cow<'_, str> {
        match self {
            Self::StandardInput => "standard input".into(),
            Self::File(path) => path.display().to_string().into(),
        }
    }
}

/// One field of a row.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Cell<'a> {
    /// Nothing.
    Missing,
    /// A number.
    Number(f64),
    /// Text.
    Text(Cow<'a, str>),
}

impl Cell<'_> {
    /// The field as a number; NaN where it is none.
    pub(crate) fn number(&self) -> f64 {
        match self {
            Self::Missing => f64::NAN,
            Self::Number(number) => *number,
            Self::Text(text) => text.trim().parse().unwrap_or(f64::NAN),
        }
    }

    /// The field as the name of a category; empty where it is missing.
    pub(crate) fn category(&self) -> Cow<'_, str> {
        match self {
            Self::Missing => Cow::Borrowed(""),
            Self::Number(number) => Cow::Owned(write_number(*number)),
            Self::Text(text) => Cow::Borrowed(text.trim()),
        }
    }
}

/// What a reader calls for each row: the names of the columns so far, and a cell for each of them.
pub(crate) type Visit<'a> = dyn FnMut(&[String], &[Cell<'_>]) -> Result<ControlFlow<()>> + 'a;

/// Reads a table to its end, or until the visitor breaks off. `names` stand for the columns of a file that has none.
pub(crate) fn read(place: &Place, names: &[String], visit: &mut Visit<'_>) -> Result<()> {
    let name = place.name();
    match place {
        Place::StandardInput => read_from(BufReader::new(std::io::stdin()), names, "score", visit).at(name),
        Place::File(path) => {
            let file = File::open(path).map_err(|error| Error::io("file_unreadable", path, &error))?;
            let stem = path.file_stem().map_or("score".into(), |stem| stem.to_string_lossy().into_owned());
            #[cfg(feature = "parquet")]
            if parquet::is_parquet(&file) {
                return parquet::read(file, visit).at(name);
            }
            read_from(BufReader::new(file), names, &stem, visit).at(name)
        }
    }
}

/// Reads a table from a stream. `stem` names the one column of an array that has no names.
fn read_from(mut input: impl BufRead, names: &[String], stem: &str, visit: &mut Visit<'_>) -> Result<()> {
    let start = input.fill_buf().map_err(|error| unreadable(&error))?;
    if start.starts_with(b"\x93NUMPY") {
        return npy::read(&mut input, names, stem, visit);
    }
    if start.starts_with(b"PAR1") {
        return Err(malformed("Parquet is read from a file, not from a stream or without that feature"));
    }
    let first = start.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        None => Err(malformed("it is empty")),
        Some(b'{') => json_lines(input, visit),
        Some(_) => csv(input, visit),
    }
}

fn csv(input: impl BufRead, visit: &mut Visit<'_>) -> Result<()> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::Headers).from_reader(input);
    let wrong = |error: csv::Error| malformed(error);
    let names: Vec<String> = reader.headers().map_err(wrong)?.iter().map(str::to_owned).collect();
    check_names(&names)?;
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(wrong)? {
        let cells: Vec<_> = record
            .iter()
            .map(|field| if field.trim().is_empty() { Cell::Missing } else { Cell::Text(field.into()) })
            .collect();
        if visit(&names, &cells)?.is_break() {
            break;
        }
    }
    Ok(())
}

fn json_lines(mut input: impl BufRead, visit: &mut Visit<'_>) -> Result<()> {
    let (mut names, mut line) = (Vec::<String>::new(), Vec::new());
    for number in 1_u64.. {
        line.clear();
        let read = input.by_ref().take(LINE).read_until(b'\n', &mut line);
        if read.map_err(|error| unreadable(&error))? == 0 {
            break;
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let row: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(&line).map_err(|error| malformed(format!("line {number}: {error}")))?;
        names.extend(row.keys().filter(|key| !names.contains(*key)).cloned().collect::<Vec<_>>());
        check_names(&names)?;
        let cells: Vec<_> = names
            .iter()
            .map(|name| match row.get(name) {
                Some(serde_json::Value::Number(number)) => {
                    number.as_f64().map_or(Cell::Missing, Cell::Number)
                }
                Some(serde_json::Value::String(text)) => Cell::Text(text.into()),
                Some(serde_json::Value::Bool(truth)) => Cell::Text(truth.to_string().into()),
                _ => Cell::Missing,
            })
            .collect();
        if visit(&names, &cells)?.is_break() {
            break;
        }
    }
    Ok(())
}

fn check_names(names: &[String]) -> Result<()> {
    let mut sorted: Vec<_> = names.iter().collect();
    sorted.sort_unstable();
    if names.len() > COLUMNS {
        return Err(malformed(format!("more than {COLUMNS} columns")));
    }
    let twice = sorted.windows(2).find(|pair| pair.first() == pair.last()).and_then(|pair| pair.first());
    match twice {
        Some(name) => Err(malformed(format!("the column `{}` stands twice", name.escape_debug()))),
        None => Ok(()),
    }
}

fn malformed(why: impl std::fmt::Display) -> Error {
    Error::new("scores_malformed", why)
}

fn unreadable(error: &std::io::Error) -> Error {
    Error::new("file_unreadable", error)
}

/// The place of a column.
pub(crate) fn column(names: &[String], name: &str) -> Option<usize> {
    names.iter().position(|known| known == name)
}

/// The metrics of a file: the numbers of a JSON object; of a table with the columns `name` and `value` a metric a row;
/// of any other table the numbers of its last row.
pub(crate) fn read_metrics(place: &Place) -> Result<BTreeMap<String, f64>> {
    if let Place::File(path) = place {
        let object = serde_json::from_slice::<BTreeMap<String, Option<f64>>>(&files::read(
            path,
            limits::LARGE_PAYLOAD,
        )?);
        if let Ok(object) = object {
            return Ok(object.into_iter().map(|(name, value)| (name, value.unwrap_or(f64::NAN))).collect());
        }
    }
    let mut metrics = BTreeMap::new();
    read(place, &[], &mut |names, cells| {
        let cell = |name| column(names, name).and_then(|at| cells.get(at));
        if let (Some(name), Some(value)) = (cell("name"), cell("value")) {
            metrics.insert(name.category().into_owned(), value.number());
        } else {
            // Text beside the numbers, such as the time, is no metric.
            let numbers = names
                .iter()
                .zip(cells)
                .filter(|(_, cell)| **cell == Cell::Missing || !cell.number().is_nan());
            metrics = numbers.map(|(name, cell)| (name.clone(), cell.number())).collect();
        }
        Ok(ControlFlow::Continue(()))
    })?;
    if metrics.is_empty() { Err(malformed("it holds no metric")).at(place.name()) } else { Ok(metrics) }
}

#[cfg(test)]
mod tests;
