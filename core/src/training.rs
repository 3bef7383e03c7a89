//! Training outputs: what a training pipeline says that it made.

use alloc::{borrow::ToOwned as _, collections::BTreeMap, string::String, vec::Vec};

use crate::{
    code::Code,
    digest::Digest,
    document::number_of,
    error::ParseError,
    json::{ArrayWriter, Fields, ObjectWriter, Value},
    limits,
    name::{Label, Principal},
    policy::{Plane, Policy},
    statement::{self, IN_TOTO, Statement, Subject},
    time::Timestamp,
    weights::{Manifest, WeightsFile, WeightsKind},
};

/// The predicate type.
pub const TRAINING_OUTPUT: &str = "urn:placet:training-output:v1";

/// A model as its training pipeline hands it over (training plane).
#[derive(Clone, Debug, PartialEq)]
pub struct TrainingOutput {
    /// The organisation for which it was trained.
    pub domain: Digest,
    /// The model and its weights.
    pub subject: Subject,
    /// The model's version, in the trainer's own counting.
    pub version: Label,
    /// What was measured.
    pub metrics: BTreeMap<Label, Metric>,
    /// The model card: free JSON, byte for byte as it was signed.
    pub card: String,
    /// An id that ties this to the pipeline's own records; free text.
    pub correlation_id: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// The training service or person.
    pub trainer: Principal,
    /// The files, which give the subject's digest.
    pub manifest: Manifest,
    /// What went in: data sets, base models, code.
    pub materials: Vec<Material>,
    /// The baselines that drift is measured against, output → baseline: JSON, byte for byte as it was signed. No
    /// decision reads them; [`Baselines::parse`](crate::baseline::Baselines::parse) does.
    pub baselines: String,
    /// Free JSON, byte for byte as it was signed.
    pub metadata: String,
}

/// A measured number.
#[derive(Clone, Debug, PartialEq)]
pub struct Metric {
    /// The number, correctly rounded.
    pub value: f64,
    /// The number as it was written.
    pub text: String,
}

impl Metric {
    /// Reads a JSON number.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where `text` is no JSON number, is over its limit, or overflows binary64.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        Self::from_value(Value::parse(text.as_bytes())?)
    }

    fn from_value(value: Value<'_>) -> Result<Self, ParseError> {
        number_of(value, "metrics").map(|(value, text)| Self { value, text })
    }
}

/// Something that went into the training.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Material {
    /// Its name.
    pub name: Label,
    /// The digest of its bytes.
    pub digest: Digest,
    /// Where it came from; free text.
    pub uri: String,
}

impl TrainingOutput {
    /// The payload bytes.
    #[must_use]
    pub fn to_payload(&self) -> Vec<u8> {
        let metrics = self.metrics.iter().fold(ObjectWriter::new(), |object, (name, metric)| {
            object.raw(name.as_str(), metric.text.as_str())
        });
        let files = self.manifest.files().iter().fold(ArrayWriter::new(), |array, file| {
            let file = ObjectWriter::new()
                .string("path", &file.path)
                .integer("size", file.size)
                .display("digest", &file.digest);
            array.raw(&file.finish())
        });
        let weights =
            ObjectWriter::new().string("kind", self.manifest.kind().as_str()).raw("files", files.finish());
        let materials = self.materials.iter().fold(ArrayWriter::new(), |array, material| {
            let material = ObjectWriter::new()
                .string("name", material.name.as_str())
                .display("digest", &material.digest)
                .string("uri", &material.uri);
            array.raw(&material.finish())
        });
        let predicate = ObjectWriter::new()
            .display("domain", &self.domain)
            .string("model_id", self.subject.model_id.as_str())
            .string("version", self.version.as_str())
            .raw("metrics", metrics.finish())
            .raw("card", self.card.as_str())
            .string("correlation_id", &self.correlation_id)
            .display("created_at", &self.created_at)
            .string("trainer", self.trainer.as_str())
            .raw("weights", weights.finish())
            .raw("materials", materials.finish())
            .raw("baselines", self.baselines.as_str())
            .raw("metadata", self.metadata.as_str());
        statement::write(&self.subject, TRAINING_OUTPUT, predicate)
    }
}

impl Statement for TrainingOutput {
    const PAYLOAD_TYPE: &'static str = IN_TOTO;

    fn parse(payload: &[u8]) -> Result<Self, ParseError> {
        let (subject, mut fields) = statement::parse(payload, TRAINING_OUTPUT, limits::LARGE_PAYLOAD)?;
        let output = Self {
            domain: fields.digest("domain")?,
            version: fields.identifier("version")?,
            metrics: fields.map("metrics", limits::ENTRIES, Metric::from_value)?,
            card: fields.required("card")?.raw().to_owned(),
            correlation_id: fields.text("correlation_id")?,
            created_at: fields.time("created_at")?,
            trainer: fields.identifier("trainer")?,
            manifest: parse_weights(fields.required("weights")?)?,
            materials: parse_materials(&mut fields)?,
            baselines: object_text(&mut fields, "baselines", limits::BASELINES)?,
            metadata: object_text(&mut fields, "metadata", limits::LARGE_PAYLOAD)?,
            subject,
        };
        let same_model = fields.string("model_id", 256)? == output.subject.model_id.as_str();
        fields.annotations()?;
        fields.finish()?;
        if !same_model {
            return Err(ParseError::invalid("model_id", Code::ModelMismatch));
        }
        if output.manifest.weights() != output.subject.weights {
            return Err(ParseError::rule(Code::ManifestMismatch, ""));
        }
        Ok(output)
    }

    fn domain(&self) -> Digest {
        self.domain
    }

    fn signer(&self) -> &Principal {
        &self.trainer
    }

    fn entitled(&self, policy: &Policy) -> bool {
        policy.stands_in(&self.trainer, Plane::Training)
    }

    fn made_at(&self) -> Timestamp {
        self.created_at
    }
}

fn parse_weights(value: Value<'_>) -> Result<Manifest, ParseError> {
    let mut fields = Fields::of(value, "weights")?;
    let kind = fields.one_of("kind", WeightsKind::parse)?;
    let entries = fields.list("files", limits::FILES)?;
    fields.finish()?;
    let files = entries.into_iter().map(parse_file).collect::<Result<Vec<_>, _>>()?;
    match kind {
        WeightsKind::File => match <[WeightsFile; 1]>::try_from(files) {
            Ok([file]) => Manifest::file(file),
            Err(_) => Err(ParseError::rule(Code::ManifestMismatch, "")),
        },
        WeightsKind::Directory => {
            // One document, one way to write it: the order is that of the manifest.
            if files.iter().zip(files.iter().skip(1)).any(|(a, b)| a.path.as_bytes() >= b.path.as_bytes()) {
                return Err(ParseError::invalid("files", Code::NotSorted));
            }
            Manifest::directory(files)
        }
    }
}

fn parse_file(value: Value<'_>) -> Result<WeightsFile, ParseError> {
    let mut fields = Fields::of(value, "files")?;
    let file = WeightsFile {
        path: fields.string("path", 4096)?,
        size: fields.integer("size", 0..=u64::MAX)?,
        digest: fields.digest("digest")?,
    };
    fields.finish()?;
    Ok(file)
}

fn parse_materials(fields: &mut Fields<'_>) -> Result<Vec<Material>, ParseError> {
    let parse = |value| {
        let mut fields = Fields::of(value, "materials")?;
        let material = Material {
            name: fields.identifier("name")?,
            digest: fields.digest("digest")?,
            uri: fields.text("uri")?,
        };
        fields.finish()?;
        Ok(material)
    };
    fields.list("materials", limits::ENTRIES)?.into_iter().map(parse).collect()
}

/// The text of a field that is any object, of at most `limit` bytes.
fn object_text(fields: &mut Fields<'_>, field: &'static str, limit: usize) -> Result<String, ParseError> {
    let value = fields.required(field)?;
    if value.raw().len() > limit {
        return Err(ParseError::TooLarge { field, limit });
    }
    match value.members() {
        Some(_) => Ok(value.raw().to_owned()),
        None => Err(ParseError::WrongType { field, expected: "an object" }),
    }
}
