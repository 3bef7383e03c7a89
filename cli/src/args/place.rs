//! What is asked: a model, its weights, and where it shall run.

use clap::Args;
use placet_core::{
    name::{Environment, Label, ModelId, Scope},
    request::Request,
    time::Timestamp,
};

use super::WeightsArgs;
use crate::error::Result;

/// Where a model shall run.
#[derive(Args, Clone, Debug)]
pub(crate) struct PlaceArgs {
    /// The environment, as the policy declares it
    #[arg(long, value_name = "NAME", value_parser = parse_environment)]
    pub(crate) environment: Environment,
    /// The scope, as the policy declares it
    #[arg(long, value_name = "NAME", value_parser = parse_scope)]
    pub(crate) scope: Scope,
}

/// The question: may this model run there?
#[derive(Args, Clone, Debug)]
pub(crate) struct RequestArgs {
    /// The model's id
    #[arg(long, value_name = "ID", value_parser = parse_model)]
    pub(crate) model: ModelId,
    #[command(flatten)]
    pub(crate) place: PlaceArgs,
    #[command(flatten)]
    pub(crate) weights: WeightsArgs,
}

impl RequestArgs {
    /// Hashes the weights and asks about `now`.
    pub(crate) fn read(&self, now: Timestamp) -> Result<Request> {
        Ok(Request {
            model_id: self.model.clone(),
            weights: self.weights.read()?,
            environment: self.place.environment.clone(),
            scope: self.place.scope.clone(),
            now,
        })
    }
}

/// Reads a model's id, for clap.
pub(crate) fn parse_model(text: &str) -> std::result::Result<ModelId, String> {
    ModelId::parse(text).map_err(|error| error.to_string())
}

/// Reads an environment, for clap.
pub(crate) fn parse_environment(text: &str) -> std::result::Result<Environment, String> {
    Environment::parse(text).map_err(|error| error.to_string())
}

/// Reads a scope, for clap.
pub(crate) fn parse_scope(text: &str) -> std::result::Result<Scope, String> {
    Scope::parse(text).map_err(|error| error.to_string())
}

/// Reads a version or the name of a material, for clap.
pub(crate) fn parse_label(text: &str) -> std::result::Result<Label, String> {
    Label::parse(text).map_err(|error| error.to_string())
}
