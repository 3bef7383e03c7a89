//! The question: may this model run here now?

use alloc::string::String;

use crate::{
    error::ParseError,
    json::{Fields, ObjectWriter, Value},
    limits,
    name::{Environment, ModelId, Scope},
    time::Timestamp,
    weights::{Weights, WeightsKind},
};

/// What a serving process asks. Everything is required: nothing stands for "any".
///
/// The weights digest is the loader's own hash or the deployer's configuration, never what a bundle or a client says
/// (attack: approved digest, other weights).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The model that is to run.
    pub model_id: ModelId,
    /// The weights that were loaded.
    pub weights: Weights,
    /// Where.
    pub environment: Environment,
    /// For what.
    pub scope: Scope,
    /// The time, by the asker's clock.
    pub now: Timestamp,
}

impl Request {
    /// Reads a request.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where a field is missing, unknown or malformed.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        if bytes.len() > limits::TEXT {
            return Err(ParseError::TooLarge { field: "request", limit: limits::TEXT });
        }
        let mut fields = Fields::of(Value::parse(bytes)?, "request")?;
        let mut weights = Fields::of(fields.required("weights")?, "weights")?;
        let request = Self {
            model_id: fields.identifier("model_id")?,
            weights: Weights {
                kind: weights.one_of("kind", WeightsKind::parse)?,
                digest: weights.digest("digest")?,
            },
            environment: fields.identifier("environment")?,
            scope: fields.identifier("scope")?,
            now: fields.time("now")?,
        };
        weights.finish()?;
        fields.finish()?;
        Ok(request)
    }

    /// The request as canonical JSON.
    #[must_use]
    pub fn to_json(&self) -> String {
        let Weights { kind, digest } = self.weights;
        let weights = ObjectWriter::new().string("kind", kind.as_str()).display("digest", &digest);
        ObjectWriter::new()
            .string("model_id", self.model_id.as_str())
            .raw("weights", weights.finish())
            .string("environment", self.environment.as_str())
            .string("scope", self.scope.as_str())
            .display("now", &self.now)
            .finish()
    }
}
