//! Arguments that commands have in common.

mod place;
mod source;
mod weights;

pub(crate) use place::{RequestArgs, parse_environment, parse_label, parse_model, parse_scope};
pub(crate) use source::{Source, parse_digest};
pub(crate) use weights::WeightsArgs;
