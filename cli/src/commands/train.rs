//! `placet train`: the training plane signs what it made.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Args;
use placet_core::{
    baseline::Baselines,
    digest::Digest,
    json::Value,
    limits,
    name::{Label, ModelId},
    statement::{IN_TOTO, Statement as _, Subject},
    training::{Material, Metric, TrainingOutput},
};
use serde_json::json;

use super::Context;
use crate::{
    args::{WeightsArgs, parse_label, parse_model},
    clock,
    error::{At as _, Error, Result},
    files,
    hashing::{self, Links},
    scores::{self, Place, parse_place},
    signing::{SigningArgs, sign},
    terminal::size,
};

/// Sign what was trained: weights, metrics, card and materials
///
/// Numbers and the card are signed as they are written in the files, digit for digit.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet train --model digits-classifier --version 2 --weights weights.npz \\
      --metrics metrics.json --card card.json --scores scores-clean.csv --score top_score --key pipeline.pem
  placet train --model digits-classifier --version 3 --weights weights/ --metrics metrics.json \\
      --material train.csv=data/train.csv --material-uri train.csv=https://example.org/data \\
      --correlation-id \"$CI_JOB_ID\"                             with PLACET_KEY in the pipeline's secrets")]
pub(super) struct Train {
    /// The model's id
    #[arg(long, value_name = "ID", value_parser = parse_model)]
    model: ModelId,
    /// The version, in your own counting
    #[arg(long, value_name = "VERSION", value_parser = parse_label)]
    version: Label,
    #[command(flatten)]
    weights: WeightsArgs,
    /// JSON file with the metrics: an object of names and numbers
    #[arg(long, value_name = "FILE")]
    metrics: Option<PathBuf>,
    /// JSON file with the model card: any JSON
    #[arg(long, value_name = "FILE")]
    card: Option<PathBuf>,
    /// What went in: a name, and a file or directory to hash, or a digest
    #[arg(long, value_name = "NAME=PATH|DIGEST", value_parser = parse_pair)]
    material: Vec<(Label, String)>,
    /// Where a material came from
    #[arg(long, value_name = "NAME=URI", value_parser = parse_pair)]
    material_uri: Vec<(Label, String)>,
    /// Table of scores on data that the training has not seen, from which drift is measured (CSV, JSON lines, NPY,
    /// Parquet; `-` is standard input): kept as it is while it is small, as a sketch beyond
    #[arg(long, value_name = "FILE", value_parser = parse_place)]
    scores: Option<Place>,
    /// A column of the scores that holds numbers; without any every column is taken
    #[arg(long, value_name = "COLUMN", requires = "scores", value_parser = parse_label)]
    score: Vec<Label>,
    /// A column of the scores that holds categories
    #[arg(long, value_name = "COLUMN", requires = "scores", value_parser = parse_label)]
    category: Vec<Label>,
    /// JSON file with baselines that were made elsewhere: an object
    #[arg(long, value_name = "FILE", conflicts_with = "scores")]
    baselines: Option<PathBuf>,
    /// JSON file with whatever else shall be signed: an object
    #[arg(long, value_name = "FILE")]
    metadata: Option<PathBuf>,
    /// An id of this run in your own records
    #[arg(long, default_value = "", value_name = "TEXT", hide_default_value = true)]
    correlation_id: String,
    #[command(flatten)]
    signing: SigningArgs,
}

impl Train {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        context.check_delivery(self.signing.output.as_ref())?;
        let now = clock::now()?;
        let evidence = context.source.evidence()?;
        let chain = evidence.chain_in_force(now)?;
        let (key, trainer) = self.signing.open(chain.newest().policy())?;
        let manifest = self.weights.manifest()?;
        let output = TrainingOutput {
            domain: chain.domain(),
            subject: Subject { model_id: self.model.clone(), weights: manifest.weights() },
            version: self.version.clone(),
            metrics: self.metrics.as_deref().map(read_metrics).transpose()?.unwrap_or_default(),
            card: read_json(self.card.as_ref())?,
            correlation_id: self.correlation_id.clone(),
            created_at: now,
            trainer,
            manifest,
            materials: self.materials()?,
            baselines: self.baselines()?,
            metadata: read_json(self.metadata.as_ref())?,
        };
        let payload = output.to_payload();
        // What is signed is what everybody else will read.
        let output = TrainingOutput::parse(&payload)?;
        let envelope = sign(IN_TOTO, payload, &key);
        evidence.verify::<TrainingOutput>(&envelope, now)?;
        let delivered = context.deliver(envelope, self.signing.output.as_ref())?;
        let Subject { model_id, weights } = &output.subject;
        let text = format!(
            "Signed training output {}\n  {model_id} {}, {} {} ({})\n  {} metrics, {} materials, by {}\n  in {}\n",
            delivered.document.digest(),
            output.version,
            weights.kind.as_str(),
            weights.digest,
            size(output.manifest.size()),
            output.metrics.len(),
            output.materials.len(),
            evidence.person(&output.trainer),
            delivered.path.display(),
        );
        let mut json = delivered.json();
        json["model_id"] = json!(model_id.as_str());
        json["version"] = json!(output.version.as_str());
        json["weights"] = json!({ "kind": weights.kind.as_str(), "digest": weights.digest.to_string() });
        context.answer(&text, &json)
    }

    /// The baselines as they are signed, read as a monitor will read them.
    fn baselines(&self) -> Result<String> {
        let text = match &self.scores {
            Some(place) => scores::read_baselines(place, &self.score, &self.category)?.to_json(),
            None => read_json(self.baselines.as_ref())?,
        };
        Baselines::parse(&text).at("baselines")?;
        Ok(text)
    }

    fn materials(&self) -> Result<Vec<Material>> {
        let mut uris: BTreeMap<_, _> = self.material_uri.iter().cloned().collect();
        let material = |(name, source): &(Label, String)| {
            let digest = match Digest::parse(source) {
                Some(digest) => digest,
                None => hashing::manifest(source.as_ref(), Links::Refuse)?.weights().digest,
            };
            Ok(Material { name: name.clone(), digest, uri: uris.remove(name).unwrap_or_default() })
        };
        let materials = self.material.iter().map(material).collect::<Result<Vec<_>>>()?;
        match uris.into_keys().next() {
            None => Ok(materials),
            Some(name) => {
                Err(Error::new("usage", format!("--material-uri names `{name}`, no --material does")))
            }
        }
    }
}

/// The metrics of a file, each number as it is written there.
fn read_metrics(path: &Path) -> Result<BTreeMap<Label, Metric>> {
    let bytes = files::read(path, limits::PAYLOAD)?;
    let value = Value::parse(&bytes).map_err(placet_core::error::ParseError::from).at(path.display())?;
    let Some(members) = value.members() else {
        return Err(Error::new("wrong_type", format!("{}: metrics are an object", path.display())));
    };
    let metric = |(name, number): (std::borrow::Cow<'_, str>, Value<'_>)| {
        let place = || format!("{}: `{name}`", path.display());
        Ok((Label::parse(&name).at(place())?, Metric::parse(number.raw()).at(place())?))
    };
    members.map(metric).collect()
}

/// The JSON of a file as it is written there; an empty object where no file is named.
fn read_json(path: Option<&PathBuf>) -> Result<String> {
    let Some(path) = path else { return Ok("{}".into()) };
    let bytes = files::read(path, limits::LARGE_PAYLOAD)?;
    let value = Value::parse(&bytes).map_err(placet_core::error::ParseError::from).at(path.display())?;
    Ok(value.raw().to_owned())
}

/// Reads `NAME=…`, for clap.
fn parse_pair(text: &str) -> std::result::Result<(Label, String), String> {
    let (name, value) = text.split_once('=').ok_or("it is written NAME=…")?;
    Ok((parse_label(name)?, value.to_owned()))
}
