//! Drift over typed arrays: statistics, control charts, sketches and verdicts.
//!
//! A `Float64Array` is copied into the module's memory once. NaN and infinities cross as they are: the core counts
//! them as missing. What is absent, such as the statistic of an inconclusive test, crosses as `null`.

use placet_core::drift::DriftError;

use crate::boundary::Thrown;

pub mod checks;
mod results;
pub mod samples;
pub mod sketch;
pub mod streams;

/// The choice that an option's text names.
fn choose<T: Copy>(option: &'static str, text: &str, choices: &[(&str, T)]) -> Result<T, Thrown> {
    let choice = choices.iter().find(|(name, _)| *name == text);
    choice.map(|(_, choice)| *choice).ok_or_else(|| DriftError::OptionOutOfRange { option }.into())
}

/// An option that is a whole number from 0 up to the largest of its type.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "whole and at most 2⁵³ by then")]
fn whole<T: TryFrom<u64>>(option: &'static str, number: f64) -> Result<T, Thrown> {
    let whole = (0.0..=9_007_199_254_740_991.0).contains(&number) && number.fract() == 0.0;
    let value = whole.then_some(number as u64).and_then(|number| number.try_into().ok());
    value.ok_or_else(|| DriftError::OptionOutOfRange { option }.into())
}

/// Counts cross as numbers.
fn counts(name: &'static str, numbers: &[f64]) -> Result<Vec<u64>, Thrown> {
    numbers.iter().map(|number| whole(name, *number)).collect()
}
