//! The verdict on a record: what its signatures show under a directory and a threshold of the caller's.
//!
//! Nothing that is not signed makes a record better (`active`, the single `signature`, the number of entries), and
//! everything that makes it worse counts (`revoked`). A record that could be read in two ways is denied.

use alloc::{
    borrow::ToOwned as _,
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};
use core::num::NonZeroU64;

use super::{
    approval::{ACTIVE, ModelApproval, REVOKED, read, text_of},
    directory::Directory,
    limit::Limit,
};
use crate::{
    code::Code,
    decision::Outcome,
    digest::parse_hex32,
    error::ParseError,
    gather::gather,
    json::{ArrayWriter, ObjectWriter},
    key::PublicKey,
    time::Timestamp,
};

/// What the caller asks of a record, and what the caller brings to judge it by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// Whose key is whose.
    pub keys: Directory,
    /// How many distinct people with distinct keys must have signed; the record may ask for more, never for fewer.
    pub threshold: NonZeroU64,
    /// Where the model is to run; none is denied unless the record names no environments.
    pub environment: Option<String>,
    /// For what the model is to run; none is denied unless the record names no scopes.
    pub scope: Option<String>,
    /// The time, by the caller's clock.
    pub now: Timestamp,
    /// The model that is to run; none: not compared, which the verdict says.
    pub model_id: Option<String>,
    /// The weights hash in the record's own form (it is compared as text); none: not compared, which the verdict says.
    pub weights_hash: Option<String>,
}

impl Request {
    /// Reads a request: `keys` {name → 64 hex digits}, `threshold`, `environment` and `scope` (both required, `null`
    /// where the record restricts none), `now`, and `model_id` and `weights_hash`, which may be left out.
    ///
    /// # Errors
    ///
    /// [`ParseError`] where a field is missing, unknown or malformed, a key is refused, or the threshold is no integer
    /// of at least 1.
    pub fn parse(request: &[u8]) -> Result<Self, ParseError> {
        let mut fields = read(request, "request")?;
        let threshold = fields.required("threshold")?.as_u64().and_then(NonZeroU64::new);
        let request = Self {
            keys: Directory::from_value(fields.required("keys")?)?,
            threshold: threshold.ok_or(ParseError::invalid("threshold", Code::InvalidInteger))?,
            environment: fields.or_null("environment", text_of)?,
            scope: fields.or_null("scope", text_of)?,
            now: fields.time("now")?,
            model_id: fields.optional("model_id").map(|value| text_of(value, "model_id")).transpose()?,
            weights_hash: fields
                .optional("weights_hash")
                .map(|value| text_of(value, "weights_hash"))
                .transpose()?,
        };
        fields.finish()?;
        Ok(request)
    }
}

/// What became of one entry of `approver_signatures`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignatureResult {
    /// The name that the entry bears.
    pub approver: String,
    /// Why it does not count; none where it does.
    pub code: Option<Code>,
}

/// The answer about a record: always `legacy`, never counted by [`decide`](crate::decide::decide).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The answer.
    pub outcome: Outcome,
    /// All reasons, each once, in the order of the table of codes; empty on permit.
    pub denials: Vec<Code>,
    /// Every entry of `approver_signatures`, sorted by name; empty where the record cannot be read.
    pub signatures: Vec<SignatureResult>,
    /// What such a record cannot prove.
    pub limits: Vec<Limit>,
}

impl Verdict {
    fn new(denials: BTreeSet<Code>, signatures: Vec<SignatureResult>, limits: BTreeSet<Limit>) -> Self {
        Self {
            outcome: if denials.is_empty() { Outcome::Permit } else { Outcome::Deny },
            denials: denials.into_iter().collect(),
            signatures,
            limits: limits.into_iter().collect(),
        }
    }

    /// The verdict where the record or the request cannot be read.
    fn unreadable(code: Code) -> Self {
        Self::new([code].into(), Vec::new(), Limit::of_every_record().collect())
    }

    /// The verdict as canonical JSON: `outcome`, `denials`, `legacy` (always true), `limits` and `signatures`
    /// [{`approver`, `counted`, `code`}].
    #[must_use]
    pub fn to_json(&self) -> String {
        let signatures = self.signatures.iter().fold(ArrayWriter::new(), |array, signature| {
            let signature = ObjectWriter::new()
                .string("approver", &signature.approver)
                .boolean("counted", signature.code.is_none())
                .optional("code", signature.code);
            array.raw(&signature.finish())
        });
        ObjectWriter::new()
            .string("outcome", self.outcome.as_str())
            .strings("denials", self.denials.iter().map(|code| code.as_str()))
            .boolean("legacy", true)
            .strings("limits", self.limits.iter().map(|limit| limit.as_str()))
            .raw("signatures", signatures.finish())
            .finish()
    }
}

/// Judges a record by what the caller pins. A record that cannot be read is denied with the code that says why.
#[must_use]
pub fn verify(record: &[u8], request: &Request) -> Verdict {
    let approval = match ModelApproval::parse(record) {
        Ok(approval) => approval,
        Err(error) => return Verdict::unreadable(error.code()),
    };
    let signatures = check_signatures(&approval, &request.keys);
    let counted = signatures.iter().filter(|signature| signature.code.is_none()).count();
    let terms = approval.terms();
    // A record may raise the threshold; it can neither lower nor forgo it (attack: `required_approvers` of 0).
    let own = u64::try_from(terms.required_approvers).unwrap_or_default();
    let required = own.max(request.threshold.get());
    let status = approval.status();
    let (environments, scopes) = (terms.approved_environments.as_deref(), terms.approved_scopes.as_deref());
    let broken = [
        (own == 0, Code::InvalidInteger),
        (!u64::try_from(counted).is_ok_and(|counted| counted >= required), Code::ThresholdNotMet),
        (status == REVOKED, Code::RecordRevoked),
        (status != REVOKED && status != ACTIVE, Code::UnknownValue),
        (terms.approved_at.is_after(request.now), Code::NotYetValid),
        (terms.expires_at.is_none(), Code::RecordNeverExpires),
        (terms.expires_at.is_some_and(|end| !end.is_after(request.now)), Code::Expired),
        (!covers(environments, request.environment.as_ref()), Code::EnvironmentNotApproved),
        (!covers(scopes, request.scope.as_ref()), Code::ScopeNotApproved),
        (request.model_id.as_ref().is_some_and(|id| *id != terms.model_id), Code::ModelMismatch),
        (
            request.weights_hash.as_ref().is_some_and(|hash| *hash != terms.weights_hash),
            Code::WeightsMismatch,
        ),
    ];
    let mut denials: BTreeSet<_> =
        gather(broken.into_iter().filter_map(|(broken, code)| broken.then_some(code)));
    // Too few count: then also why the others do not.
    if denials.contains(&Code::ThresholdNotMet) {
        denials.extend(signatures.iter().filter_map(|signature| signature.code));
    }

    let mut limits: BTreeSet<_> = gather(Limit::of_every_record());
    limits.extend(request.model_id.is_none().then_some(Limit::ModelNotCompared));
    limits.extend(request.weights_hash.is_none().then_some(Limit::WeightsNotCompared));
    limits.extend(terms.approved_environments.is_none().then_some(Limit::AnyEnvironment));
    limits.extend(terms.approved_scopes.is_none().then_some(Limit::AnyScope));
    Verdict::new(denials, signatures, limits)
}

/// [`verify`] with the request as the JSON that [`Request::parse`] reads; a request that cannot be read denies.
///
/// ```
/// use placet_core::reference::verify_json;
///
/// let request = br#"{"keys": {}, "threshold": 0, "environment": null, "scope": null, "now": "2026-11-22T14:05:00Z"}"#;
/// assert_eq!(verify_json(b"{}", request).denials, [placet_core::code::Code::InvalidInteger]);
/// ```
#[must_use]
pub fn verify_json(record: &[u8], request: &[u8]) -> Verdict {
    match Request::parse(request) {
        Ok(request) => verify(record, &request),
        Err(error) => Verdict::unreadable(error.code()),
    }
}

/// Whether what is asked lies within the record's list; no list covers everything, and a list covers only what it names.
fn covers(listed: Option<&[String]>, asked: Option<&String>) -> bool {
    match (listed, asked) {
        (None, _) => true,
        (Some(_), None) => false,
        (Some(listed), Some(asked)) => listed.contains(asked),
    }
}

/// Verifies every entry under the key of its own name, whichever comes first, and counts each key once (attack: one key
/// under several names).
fn check_signatures(approval: &ModelApproval, keys: &Directory) -> Vec<SignatureResult> {
    let message = approval.terms().canonical().message();
    let entries: BTreeMap<&str, &str> = gather(approval.approver_signatures());
    let mut counted = BTreeSet::new();
    let mut check = |name: &str, signature: &str| {
        let key = keys.key_of(name).ok_or(Code::SignerUnknown)?;
        let signature = parse_signature(signature).ok_or(Code::SignatureNotHex)?;
        PublicKey::verify(key, &message, &signature)?;
        if counted.insert(key.key_id()) { Ok(()) } else { Err(Code::DuplicateApprover) }
    };
    let results = entries.into_iter().map(|(name, signature)| SignatureResult {
        approver: name.to_owned(),
        code: check(name, signature).err(),
    });
    results.collect()
}

/// 64 bytes from 128 lower-case hex digits: one signature has one text.
fn parse_signature(text: &str) -> Option<[u8; 64]> {
    let (first, second) = text.split_at_checked(64)?;
    let mut signature = [0; 64];
    let (r, s) = signature.split_at_mut(32);
    r.copy_from_slice(&parse_hex32(first)?);
    s.copy_from_slice(&parse_hex32(second)?);
    Some(signature)
}
