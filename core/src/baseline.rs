//! Baselines: what the outputs of a model looked like when it was trained, as part of the signed training output.
//!
//! Guarded here: a monitor compares with what was signed and with nothing of its own, so one form only is read, and a
//! sample, counts or a sketch that contradict themselves are refused. No decision reads a baseline: drift acts through
//! revocation alone.

mod window;

pub use window::Window;

use alloc::{borrow::ToOwned as _, collections::BTreeMap, string::String, vec::Vec};

use base64ct::{Base64, Encoding as _};

use crate::{
    code::Code,
    document::number_of,
    drift::{Baseline, BinOptions, Bins, Sketch},
    error::ParseError,
    json::{ArrayWriter, Fields, ObjectWriter, Value, write_number},
    limits,
    name::Label,
};

/// The baselines of a model by the names of its outputs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Baselines(pub BTreeMap<Label, StoredBaseline>);

/// The baseline of one output.
#[derive(Clone, Debug, PartialEq)]
pub enum StoredBaseline {
    /// The values, ascending and finite, and how many more were missing.
    Sample {
        /// The values.
        values: Vec<f64>,
        /// How many NaN, infinities and empty fields there were beside them.
        missing: u64,
    },
    /// Frozen bins, the counts in them, and how many values were missing.
    Bins {
        /// The bins.
        bins: Bins,
        /// One count a bin.
        counts: Vec<u64>,
        /// How many NaN, infinities and empty fields there were beside them.
        missing: u64,
    },
    /// Counts of categories.
    Categories(BTreeMap<String, u64>),
    /// A sketch of a stream that was too long to keep.
    Sketch(Sketch),
}

impl Baselines {
    /// Reads the field `baselines` of a training output.
    ///
    /// ```
    /// use placet_core::baseline::Baselines;
    ///
    /// let text = r#"{"score":{"kind":"sample","missing":0,"values":[0.25,0.5]}}"#;
    /// assert_eq!(Baselines::parse(text)?.to_json(), text);
    /// # Ok::<(), placet_core::error::ParseError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ParseError`] where the text is over its limit or not exactly such an object.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        if text.len() > limits::BASELINES {
            return Err(ParseError::TooLarge { field: "baselines", limit: limits::BASELINES });
        }
        Self::from_value(Value::parse(text.as_bytes())?, "baselines")
    }

    pub(crate) fn from_value(value: Value<'_>, field: &'static str) -> Result<Self, ParseError> {
        let members = value.members().ok_or(ParseError::WrongType { field, expected: "an object" })?;
        let mut outputs = BTreeMap::new();
        for (name, baseline) in members {
            if outputs.len() >= limits::OUTPUTS {
                return Err(ParseError::TooMany { field, limit: limits::OUTPUTS });
            }
            outputs.insert(Label::parse(&name)?, StoredBaseline::from_value(baseline)?);
        }
        Ok(Self(outputs))
    }

    /// The baselines as canonical JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let outputs = self.0.iter();
        outputs
            .fold(ObjectWriter::new(), |o, (name, baseline)| o.raw(name.as_str(), baseline.to_json()))
            .finish()
    }

    /// The baseline of an output.
    #[must_use]
    pub fn output(&self, name: &str) -> Option<&StoredBaseline> {
        self.0.get(name)
    }
}

impl StoredBaseline {
    fn from_value(value: Value<'_>) -> Result<Self, ParseError> {
        let mut fields = Fields::of(value, "baseline")?;
        let kind = fields.text("kind")?;
        let baseline = match kind.as_str() {
            "sample" => {
                let values = numbers(&mut fields, "values")?;
                let canonical = values.is_sorted_by(|a, b| a <= b) && !values.is_empty();
                ensure(canonical && !values.iter().any(|x| x.is_sign_negative() && *x == 0.0), "values")?;
                Self::Sample { values, missing: fields.integer("missing", 0..=u64::MAX)? }
            }
            "bins" => {
                let bins = Bins::from_edges(numbers(&mut fields, "edges")?);
                let bins = bins.map_err(|_| ParseError::invalid("edges", Code::BaselineContent))?;
                let counts: Option<Vec<u64>> =
                    fields.list("counts", limits::CATEGORIES)?.into_iter().map(Value::as_u64).collect();
                let counts = counts.ok_or(ParseError::invalid("counts", Code::InvalidInteger))?;
                let fits = counts.len() == bins.edges().len().saturating_add(1);
                ensure(fits && has_total(&counts), "counts")?;
                Self::Bins { bins, counts, missing: fields.integer("missing", 0..=u64::MAX)? }
            }
            "categories" => Self::Categories(categories(&mut fields)?),
            "sketch" => sketch(&mut fields)?,
            _ => return Err(ParseError::invalid("kind", Code::UnknownValue)),
        };
        fields.finish()?;
        Ok(baseline)
    }

    fn to_json(&self) -> String {
        let object = ObjectWriter::new().string("kind", self.kind());
        match self {
            Self::Sample { values, missing } => {
                object.raw("values", list(values.iter().copied())).integer("missing", *missing)
            }
            Self::Bins { bins, counts, missing } => {
                let counts =
                    counts.iter().fold(ArrayWriter::new(), |a, count| a.raw(&alloc::format!("{count}")));
                object
                    .raw("edges", list(bins.edges().iter().copied()))
                    .raw("counts", counts.finish())
                    .integer("missing", *missing)
            }
            Self::Categories(counts) => {
                let counts =
                    counts.iter().fold(ObjectWriter::new(), |o, (name, count)| o.integer(name, *count));
                object.raw("counts", counts.finish())
            }
            Self::Sketch(sketch) => object
                .integer("k", sketch.k().into())
                .number("rank_error", sketch.rank_error())
                .string("sketch", &Base64::encode_string(&sketch.to_bytes())),
        }
        .finish()
    }

    /// The kind as it is written: `sample`, `bins`, `categories` or `sketch`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Sample { .. } => "sample",
            Self::Bins { .. } => "bins",
            Self::Categories(_) => "categories",
            Self::Sketch(_) => "sketch",
        }
    }

    /// The baseline as checks take it.
    #[must_use]
    pub fn view(&self) -> Baseline<'_> {
        match self {
            Self::Sample { values, missing } => Baseline::Sample(values, *missing),
            Self::Bins { bins, counts, missing } => Baseline::Bins(bins, counts, *missing),
            Self::Categories(counts) => Baseline::Categories(counts),
            Self::Sketch(sketch) => Baseline::Sketch(sketch),
        }
    }

    /// How many values it was made of, and how many were missing beside them; categories know of none missing.
    #[must_use]
    pub fn totals(&self) -> (u64, u64) {
        let sum = |counts: &mut dyn Iterator<Item = u64>| counts.fold(0, u64::saturating_add);
        match self {
            Self::Sample { values, missing } => (u64::try_from(values.len()).unwrap_or(u64::MAX), *missing),
            Self::Bins { counts, missing, .. } => (sum(&mut counts.iter().copied()), *missing),
            Self::Categories(counts) => (sum(&mut counts.values().copied()), 0),
            Self::Sketch(sketch) => (sketch.count(), sketch.missing()),
        }
    }
}

/// The bins in which a report counts a window, frozen on a baseline: twenty of equal counts, or its own. The same
/// bytes give the same edges everywhere, so a report can be held against the baseline that was signed.
pub(crate) fn frozen_bins(baseline: &StoredBaseline) -> Option<Bins> {
    const TWENTY: core::num::NonZeroU16 = core::num::NonZeroU16::MIN.saturating_add(19);
    match baseline {
        StoredBaseline::Sample { values, .. } => {
            Bins::new(values, BinOptions { bins: TWENTY, ..BinOptions::default() })
        }
        StoredBaseline::Bins { bins, .. } => Some(bins.clone()),
        StoredBaseline::Categories(_) => None,
        StoredBaseline::Sketch(sketch) => {
            let mut edges: Vec<f64> = (1..TWENTY.get())
                .filter_map(|i| sketch.quantile(f64::from(i) / f64::from(TWENTY.get())))
                .collect();
            edges.dedup();
            Bins::from_edges(edges).ok()
        }
    }
}

fn sketch(fields: &mut Fields<'_>) -> Result<StoredBaseline, ParseError> {
    let content = || ParseError::invalid("sketch", Code::BaselineContent);
    let bytes = Base64::decode_vec(&fields.string("sketch", limits::BASELINES)?).map_err(|_| content())?;
    let sketch = Sketch::parse(&bytes).map_err(|_| content())?;
    let (rank_error, _) = number_of(fields.required("rank_error")?, "rank_error")?;
    // What is said beside the bytes is what the bytes say.
    ensure(fields.integer("k", 0..=u64::MAX)? == u64::from(sketch.k()), "k")?;
    ensure(rank_error.to_bits() == sketch.rank_error().to_bits(), "rank_error")?;
    Ok(StoredBaseline::Sketch(sketch))
}

fn categories(fields: &mut Fields<'_>) -> Result<BTreeMap<String, u64>, ParseError> {
    const FIELD: &str = "counts";
    let members = fields.required(FIELD)?.members();
    let mut counts = BTreeMap::new();
    for (name, count) in members.ok_or(ParseError::WrongType { field: FIELD, expected: "an object" })? {
        if counts.len() >= limits::CATEGORIES {
            return Err(ParseError::TooMany { field: FIELD, limit: limits::CATEGORIES });
        }
        if name.len() > limits::CATEGORY {
            return Err(ParseError::TooLarge { field: FIELD, limit: limits::CATEGORY });
        }
        let count = count.as_u64().ok_or(ParseError::invalid(FIELD, Code::InvalidInteger))?;
        counts.insert((*name).to_owned(), count);
    }
    ensure(has_total(&counts.values().copied().collect::<Vec<_>>()), FIELD)?;
    Ok(counts)
}

/// Whether the counts add up to a number that every reader holds.
fn has_total(counts: &[u64]) -> bool {
    counts.iter().try_fold(0_u64, |sum, count| sum.checked_add(*count)).is_some_and(|sum| sum < 1 << 53)
}

fn numbers(fields: &mut Fields<'_>, field: &'static str) -> Result<Vec<f64>, ParseError> {
    let elements = fields.required(field)?.elements();
    let elements = elements.ok_or(ParseError::WrongType { field, expected: "an array" })?;
    elements.map(|value| number_of(value, field).map(|(number, _)| number)).collect()
}

fn list(numbers: impl Iterator<Item = f64>) -> String {
    numbers.fold(ArrayWriter::new(), |array, number| array.raw(&write_number(number))).finish()
}

fn ensure(holds: bool, field: &'static str) -> Result<(), ParseError> {
    if holds { Ok(()) } else { Err(ParseError::invalid(field, Code::BaselineContent)) }
}

#[cfg(test)]
mod tests;
