//! Arguments that make no sense and bytes that are no sketch.

use core::fmt;

/// Why a drift function refused its arguments. Missing *data* is never an error: it is an inconclusive answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum DriftError {
    /// Two lists of counts do not have one entry per category each.
    LengthMismatch {
        /// Entries of the reference.
        reference: usize,
        /// Entries of the current side.
        current: usize,
    },
    /// The counts of one side sum to more than 2⁶⁴ − 1.
    CountOverflow,
    /// A p-value is NaN or outside 0 to 1.
    PValueOutOfRange {
        /// Its place in the list.
        index: usize,
    },
    /// An option is NaN or outside the range that gives it a meaning.
    OptionOutOfRange {
        /// The option's name.
        option: &'static str,
    },
    /// The bytes are not a sketch of this format and version.
    SketchFormat,
    /// The bytes of a sketch end too early or too late.
    SketchLength,
    /// The bytes have a sketch's shape and contradict themselves (order, weight, capacity, or error).
    SketchContent,
}

impl DriftError {
    /// The stable code of this error.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::LengthMismatch { .. } => "length_mismatch",
            Self::CountOverflow => "count_overflow",
            Self::PValueOutOfRange { .. } => "p_value_out_of_range",
            Self::OptionOutOfRange { .. } => "option_out_of_range",
            Self::SketchFormat => "sketch_format",
            Self::SketchLength => "sketch_length",
            Self::SketchContent => "sketch_content",
        }
    }
}

impl fmt::Display for DriftError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LengthMismatch { reference, current } => {
                write!(f, "the reference has {reference} categories and the current side {current}")
            }
            Self::CountOverflow => f.write_str("the counts of one side sum to more than 64 bits hold"),
            Self::PValueOutOfRange { index } => write!(f, "p-value {index} is not between 0 and 1"),
            Self::OptionOutOfRange { option } => write!(f, "option {option} is out of range"),
            Self::SketchFormat => f.write_str("not a sketch of a known format"),
            Self::SketchLength => f.write_str("sketch bytes are cut short or run on"),
            Self::SketchContent => f.write_str("sketch bytes contradict themselves"),
        }
    }
}

impl core::error::Error for DriftError {}
