//! Bundles: the evidence for one proposal, in one immutable file.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use base64ct::{Base64, Encoding as _};

use crate::{
    code::Code,
    digest::Digest,
    document::digest_of,
    envelope::Envelope,
    error::ParseError,
    json::{ArrayWriter, Fields, ObjectWriter, Value},
    limits,
};

/// The media type of a bundle.
pub const BUNDLE: &str = "application/vnd.placet.bundle+json;version=1";

/// A training output, a proposal, what people said about it, and where that stands in the ledger. Nothing of it is
/// verified.
///
/// An envelope that cannot be read is kept with its error: it never counts, and it blocks nothing but its own gate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bundle {
    pub(crate) training_output: Result<Envelope, ParseError>,
    pub(crate) proposal: Result<Envelope, ParseError>,
    pub(crate) approvals: Vec<(Digest, Result<Envelope, ParseError>)>,
    pub(crate) ledger: Option<LedgerProofs>,
}

/// That documents stand in the ledger.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerProofs {
    /// A signed checkpoint (C2SP tlog-checkpoint).
    pub checkpoint: String,
    /// An inclusion proof for each document, by the digest of its payload.
    pub inclusion: BTreeMap<Digest, InclusionProof>,
}

/// Where a leaf stands in the tree of a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InclusionProof {
    /// The leaf's index, from 0.
    pub index: u64,
    /// The hashes from the leaf's sibling to the root.
    pub hashes: Vec<[u8; 32]>,
}

impl Bundle {
    /// Puts envelopes together; approvals in any order, each payload as often as it came.
    #[must_use]
    pub fn new(
        training_output: Envelope,
        proposal: Envelope,
        approvals: Vec<Envelope>,
        ledger: Option<LedgerProofs>,
    ) -> Self {
        let mut approvals: Vec<_> = approvals.into_iter().map(|e| (e.digest(), Ok(e))).collect();
        approvals.sort_unstable_by_key(|(digest, _)| *digest);
        Self { training_output: Ok(training_output), proposal: Ok(proposal), approvals, ledger }
    }

    /// Reads a bundle.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where the bytes are no bundle or exceed a limit.
    pub fn parse(bytes: &[u8]) -> Result<Self, ParseError> {
        if bytes.len() > limits::BUNDLE {
            return Err(ParseError::TooLarge { field: "bundle", limit: limits::BUNDLE });
        }
        let mut fields = Fields::of(Value::parse(bytes)?, "bundle")?;
        if fields.text("media_type")? != BUNDLE {
            return Err(ParseError::invalid("media_type", Code::UnsupportedVersion));
        }
        let training_output = Envelope::from_value(fields.required("training_output")?);
        let proposal = Envelope::from_value(fields.required("proposal")?);
        // The training output and the proposal are two of the envelopes.
        let approvals = fields.list("approvals", limits::BUNDLE_ENVELOPES - 2)?;
        let ledger = fields.required("ledger")?;
        fields.finish()?;
        let approval = |value: Value<'_>| match Envelope::from_value(value) {
            Ok(envelope) => (envelope.digest(), Ok(envelope)),
            Err(error) => (Digest::of(value.raw().as_bytes()), Err(error)),
        };
        let bundle = Self {
            training_output,
            proposal,
            approvals: approvals.into_iter().map(approval).collect(),
            ledger: if ledger.is_null() { None } else { Some(LedgerProofs::parse(ledger)?) },
        };
        let sides = bundle.training_output().into_iter().chain(bundle.proposal());
        Envelope::check_work(sides.chain(bundle.approvals()), limits::BUNDLE_SIGNATURES)?;
        Ok(bundle)
    }

    /// The bundle as canonical JSON. Envelopes that could not be read are left out.
    #[must_use]
    pub fn to_json(&self) -> String {
        let envelope = |envelope: &Result<Envelope, ParseError>| {
            envelope.as_ref().map_or_else(|_| String::from("null"), Envelope::to_json)
        };
        let approvals = self.approvals.iter().filter_map(|(_, envelope)| envelope.as_ref().ok());
        let approvals = approvals.fold(ArrayWriter::new(), |array, envelope| array.raw(&envelope.to_json()));
        ObjectWriter::new()
            .string("media_type", BUNDLE)
            .raw("training_output", envelope(&self.training_output))
            .raw("proposal", envelope(&self.proposal))
            .raw("approvals", approvals.finish())
            .raw("ledger", self.ledger.as_ref().map_or_else(|| "null".into(), LedgerProofs::to_json))
            .finish()
    }

    /// The training output's envelope, if it could be read.
    #[must_use]
    pub fn training_output(&self) -> Option<&Envelope> {
        self.training_output.as_ref().ok()
    }

    /// The proposal's envelope, if it could be read.
    #[must_use]
    pub fn proposal(&self) -> Option<&Envelope> {
        self.proposal.as_ref().ok()
    }

    /// The envelopes of approvals, rejections and withdrawals that could be read.
    pub fn approvals(&self) -> impl Iterator<Item = &Envelope> {
        self.approvals.iter().filter_map(|(_, envelope)| envelope.as_ref().ok())
    }

    /// Where these documents stand in the ledger.
    #[must_use]
    pub fn ledger(&self) -> Option<&LedgerProofs> {
        self.ledger.as_ref()
    }
}

impl LedgerProofs {
    fn parse(value: Value<'_>) -> Result<Self, ParseError> {
        let mut fields = Fields::of(value, "ledger")?;
        let checkpoint = fields.string("checkpoint", 1 << 16)?;
        let mut inclusion = BTreeMap::new();
        for value in fields.list("inclusion", limits::BUNDLE_ENVELOPES)? {
            let mut entry = Fields::of(value, "inclusion")?;
            let payload = digest_of(entry.required("payload")?, "payload")?;
            let index = entry.integer("index", 0..=u64::MAX)?;
            let hashes = parse_hashes(&mut entry, "proof")?;
            entry.finish()?;
            if inclusion.insert(payload, InclusionProof { index, hashes }).is_some() {
                return Err(ParseError::invalid("inclusion", Code::NotSorted));
            }
        }
        fields.finish()?;
        Ok(Self { checkpoint, inclusion })
    }

    fn to_json(&self) -> String {
        let inclusion = self.inclusion.iter().fold(ArrayWriter::new(), |array, (payload, proof)| {
            let entry = ObjectWriter::new()
                .display("payload", &payload)
                .integer("index", proof.index)
                .raw("proof", hashes_json(&proof.hashes));
            array.raw(&entry.finish())
        });
        ObjectWriter::new()
            .string("checkpoint", &self.checkpoint)
            .raw("inclusion", inclusion.finish())
            .finish()
    }
}

/// Takes an array of hashes in base64; a proof has at most one for each bit of a tree's size.
pub(crate) fn parse_hashes(
    fields: &mut Fields<'_>,
    field: &'static str,
) -> Result<Vec<[u8; 32]>, ParseError> {
    let parse = |value: Value<'_>| {
        let bytes = value.as_str().and_then(|text| Base64::decode_vec(&text).ok());
        let hash = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        hash.ok_or(ParseError::invalid(field, Code::InvalidBase64))
    };
    fields.list(field, 64)?.into_iter().map(parse).collect()
}

pub(crate) fn hashes_json(hashes: &[[u8; 32]]) -> String {
    hashes.iter().fold(ArrayWriter::new(), |array, hash| array.string(&Base64::encode_string(hash))).finish()
}
