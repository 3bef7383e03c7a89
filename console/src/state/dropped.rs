//! Files that are dropped to be verified: what they are, and what they say under the pinned policy.

use placet_core::{
    approval::{APPROVAL, Approval},
    bundle::{BUNDLE, Bundle},
    code::Gate,
    decide::{Decided, evaluate},
    deployment::{DEPLOYMENT, Deployment},
    digest::Digest,
    envelope::Envelope,
    error::{ParseError, VerifyError},
    json::Value,
    limits,
    name::{Environment, ModelId, Scope},
    policy::{POLICY, Policy},
    proposal::{PROPOSAL, Proposal},
    request::Request,
    revocation::{KEY_REVOCATION, KeyRevocation, REVOCATION, Revocation},
    revocation_list::{REVOCATION_LIST, RevocationList, VerifiedList},
    statement::{self, IN_TOTO, Statement},
    time::Timestamp,
    training::{TRAINING_OUTPUT, TrainingOutput},
    trust::{TRUST, Trust},
    weights::Weights,
};

use super::{knowledge::Knowledge, weights};

/// The largest file that is read as a document; a larger one is hashed as weights.
pub const LARGEST_DOCUMENT: usize = limits::BUNDLE;

/// What a file is.
#[derive(Clone, Debug)]
pub enum Document {
    /// Evidence for one proposal.
    Bundle(Box<Bundle>),
    /// One signed document.
    Envelope(Envelope),
    /// Policies, lists and loose statements.
    Trust(Box<Trust>),
    /// Nothing that is known here: taken for weights.
    Weights(weights::FileEntry),
    /// Meant to be a document, and not readable as one.
    Unreadable(ParseError),
}

/// A document's kind by what it says of itself; none where it does not look like one.
#[must_use]
pub fn read(bytes: &[u8]) -> Option<Document> {
    let looks_like_json = bytes.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    if !looks_like_json || bytes.len() > LARGEST_DOCUMENT {
        return None;
    }
    let unreadable = |error: ParseError| Some(Document::Unreadable(error));
    let value = match Value::parse(bytes) {
        Ok(value) => value,
        Err(error) => return unreadable(error.into()),
    };
    let text = |name: &str| {
        let (_, value) = value.members()?.find(|(key, _)| key == name)?;
        value.as_str().map(std::borrow::Cow::into_owned)
    };
    let document = match (text("media_type").as_deref(), text("payloadType")) {
        (Some(BUNDLE), _) => Bundle::parse(bytes).map(|bundle| Document::Bundle(Box::new(bundle))),
        (Some(TRUST), _) => Trust::parse(bytes).map(|trust| Document::Trust(Box::new(trust))),
        (_, Some(_)) => Envelope::parse(bytes).map(Document::Envelope),
        _ => return None,
    };
    Some(document.unwrap_or_else(Document::Unreadable))
}

/// What is asked of dropped bundles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// Where; the bundle's first environment if empty.
    pub environment: String,
    /// For what; the bundle's first scope if empty.
    pub scope: String,
    /// When.
    pub now: Timestamp,
    /// The weights that were dropped; the bundle's own if none.
    pub weights: Option<Weights>,
}

/// The answer for one bundle.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The decision.
    pub decided: Decided,
    /// Whether the weights were dropped here, or only named by the bundle itself.
    pub weights_seen: bool,
    /// When the approval ends.
    pub ends: Option<Timestamp>,
}

/// Decides about a bundle.
///
/// # Errors
///
/// The field of the question that is no name, or the bundle where it names no model to ask about.
pub fn decide(bundle: &Bundle, knowledge: &Knowledge, question: &Question) -> Result<Answer, &'static str> {
    let proposal = bundle.proposal().and_then(|e| Proposal::parse(e.unverified_payload()).ok());
    let training = bundle.training_output().and_then(|e| TrainingOutput::parse(e.unverified_payload()).ok());
    let subject = proposal
        .as_ref()
        .map(|proposal| &proposal.subject)
        .or(training.as_ref().map(|training| &training.subject));
    let model_id: ModelId = subject.map(|subject| subject.model_id.clone()).ok_or("bundle")?;
    let own = subject.map(|subject| subject.weights).ok_or("bundle")?;
    let first = |text: &str, own: Option<String>| {
        if text.is_empty() { own.unwrap_or_default() } else { text.to_owned() }
    };
    let environment = first(
        question.environment.trim(),
        proposal.as_ref().and_then(|p| p.environments.first()).map(ToString::to_string),
    );
    let scope = first(
        question.scope.trim(),
        proposal.as_ref().and_then(|p| p.scopes.first()).map(ToString::to_string),
    );
    let request = Request {
        model_id,
        weights: question.weights.unwrap_or(own),
        environment: Environment::parse(&environment).map_err(|_| "environment")?,
        scope: Scope::parse(&scope).map_err(|_| "scope")?,
        now: question.now,
    };
    Ok(Answer {
        decided: evaluate(bundle, knowledge.trust(), &knowledge.state, &request),
        weights_seen: question.weights.is_some(),
        ends: proposal.map(|proposal| proposal.window.not_after),
    })
}

/// What one envelope is and whether its signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// What it says it is.
    pub kind: &'static str,
    /// The digest of its payload.
    pub digest: Digest,
    /// Who says so, where it names one person.
    pub signer: Option<String>,
    /// Whether the signature holds under the pinned policy.
    pub outcome: Result<(), VerifyError>,
    /// The payload as it is signed.
    pub payload: Vec<u8>,
}

/// Opens an envelope and verifies it under what is known.
#[must_use]
pub fn open(envelope: &Envelope, knowledge: &Knowledge, now: Timestamp) -> Opened {
    let payload = envelope.unverified_payload();
    let predicate = statement::predicate_type(payload);
    let (kind, (signer, outcome)) = match (envelope.payload_type(), predicate.as_deref()) {
        (IN_TOTO, Some(TRAINING_OUTPUT)) => {
            ("training output", positive::<TrainingOutput>(envelope, knowledge, now))
        }
        (IN_TOTO, Some(PROPOSAL)) => ("proposal", positive::<Proposal>(envelope, knowledge, now)),
        (IN_TOTO, Some(APPROVAL)) => approval(envelope, knowledge, now),
        (IN_TOTO, Some(DEPLOYMENT)) => ("deployment", positive::<Deployment>(envelope, knowledge, now)),
        (IN_TOTO, Some(REVOCATION)) => ("revocation", negative::<Revocation>(envelope, knowledge)),
        (KEY_REVOCATION, _) => ("key revocation", negative::<KeyRevocation>(envelope, knowledge)),
        (POLICY, _) => ("policy", policy(envelope, knowledge)),
        (REVOCATION_LIST, _) => ("revocation list", list(envelope, knowledge)),
        _ => ("document of another kind", (None, Err(unknown_type()))),
    };
    Opened { kind, digest: envelope.digest(), signer, outcome, payload: payload.to_vec() }
}

type Found = (Option<String>, Result<(), VerifyError>);

fn unknown_type() -> VerifyError {
    ParseError::Invalid { field: "payloadType", code: placet_core::code::Code::WrongPayloadType }.into()
}

fn no_policy() -> VerifyError {
    VerifyError::Signer { code: placet_core::code::Code::PolicyMissing, principal: String::new() }
}

fn signer<T: Statement>(envelope: &Envelope) -> Option<String> {
    T::parse(envelope.unverified_payload()).ok().map(|statement| statement.signer().to_string())
}

fn positive<T: Statement>(envelope: &Envelope, knowledge: &Knowledge, now: Timestamp) -> Found {
    let verified = knowledge
        .chain()
        .ok_or_else(no_policy)
        .and_then(|chain| chain.verify::<T>(envelope, now, &knowledge.revoked_keys()).map(drop));
    (signer::<T>(envelope), verified)
}

fn negative<T: Statement>(envelope: &Envelope, knowledge: &Knowledge) -> Found {
    let verified = knowledge
        .chain()
        .ok_or_else(no_policy)
        .and_then(|chain| chain.verify_negative::<T>(envelope).map(drop));
    (signer::<T>(envelope), verified)
}

fn approval(envelope: &Envelope, knowledge: &Knowledge, now: Timestamp) -> (&'static str, Found) {
    use placet_core::approval::Verdict;
    match Approval::parse(envelope.unverified_payload()).map(|approval| approval.verdict) {
        Ok(Verdict::Reject) => ("rejection", negative::<Approval>(envelope, knowledge)),
        Ok(Verdict::Withdraw) => ("withdrawal", negative::<Approval>(envelope, knowledge)),
        _ => ("approval", positive::<Approval>(envelope, knowledge, now)),
    }
}

/// A policy holds if the verified chain reaches it, or if it makes the chain longer.
fn policy(envelope: &Envelope, knowledge: &Knowledge) -> Found {
    let parsed = match Policy::parse(envelope.unverified_payload()) {
        Ok(policy) => policy,
        Err(error) => return (None, Err(error.into())),
    };
    let organization = Some(placet_core::summary::escape(&parsed.organization));
    let known = knowledge.chain().is_some_and(|chain| {
        chain.version(parsed.version).is_some_and(|link| link.digest() == envelope.digest())
    });
    if known {
        return (organization, Ok(()));
    }
    let longer = knowledge.with_policy(envelope.clone());
    let reached = longer.chain().and_then(|chain| chain.version(parsed.version));
    let code = match knowledge.pin() {
        None => placet_core::code::Code::PolicyUnpinned,
        Some(_) => placet_core::code::Code::PolicySignatures,
    };
    if reached.is_some_and(|link| link.digest() == envelope.digest()) {
        (organization, Ok(()))
    } else {
        (organization, Err(VerifyError::Signer { code, principal: "root".into() }))
    }
}

fn list(envelope: &Envelope, knowledge: &Knowledge) -> Found {
    let number =
        RevocationList::parse(envelope.unverified_payload()).ok().map(|list| format!("list {}", list.number));
    let verified = knowledge
        .chain()
        .ok_or_else(no_policy)
        .and_then(|chain| VerifiedList::verify(envelope, chain).map(drop));
    (number, verified)
}

/// The words in front of an outcome's detail: which gates fail, in words.
#[must_use]
pub fn failing(answer: &Answer) -> Vec<Gate> {
    use placet_core::decision::Status;
    let failing = answer.decided.decision.gates.iter().filter(|gate| gate.status == Status::Fail);
    failing.map(|gate| gate.gate).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet_core::{code::Code, decision::Outcome, state::State, weights::WeightsKind};
    use placet_testkit::{NOW, Organisation, name_of, time};

    fn setup() -> (Organisation, Knowledge, Bundle) {
        let org = Organisation::new();
        let knowledge = Knowledge::new(Some(org.domain()), org.trust(), State::new());
        let training = org.training(|_| {});
        let proposal = org.proposal(&training, |_| {});
        let approvals =
            ["alice.ng", "chandra.iyer"].map(|name| org.approval(&training, &proposal, name, |_| {}));
        let bundle = org.bundle(&training, &proposal, &approvals);
        (org, knowledge, bundle)
    }

    fn question() -> Question {
        Question { environment: String::new(), scope: String::new(), now: time(NOW), weights: None }
    }

    #[test]
    fn a_bundle_is_told_from_an_envelope_and_a_trust_document() {
        let (org, _, bundle) = setup();
        assert!(matches!(read(bundle.to_json().as_bytes()), Some(Document::Bundle(_))));
        assert!(matches!(read(org.trust().to_json().as_bytes()), Some(Document::Trust(_))));
        assert!(matches!(read(org.policy_envelope().to_json().as_bytes()), Some(Document::Envelope(_))));
        assert!(read(b"\x93NUMPY").is_none() && read(b"{\"a\":1}").is_none());
    }

    #[test]
    fn broken_documents_have_a_code() {
        let read = |text: &str| match read(text.as_bytes()) {
            Some(Document::Unreadable(error)) => error.code().as_str(),
            other => panic!("{other:?}"),
        };
        assert_eq!(read(r#"{"media_type":1,"media_type":2}"#), "duplicate_key");
        assert_eq!(read("{"), "json_syntax");
        assert_eq!(read(r#"{"payloadType":"x"}"#), "missing_field");
        assert_eq!(read(&format!(r#"{{"media_type":"{BUNDLE}"}}"#)), "missing_field");
    }

    #[test]
    fn the_answer_is_the_core_s_and_says_whose_weights_it_is_about() {
        let (_, knowledge, bundle) = setup();
        let answer = decide(&bundle, &knowledge, &question()).unwrap();
        assert_eq!(answer.decided.decision.outcome, Outcome::Permit);
        assert!(!answer.weights_seen);
        let other = Weights { kind: WeightsKind::File, digest: Digest::of(b"other") };
        let answer = decide(&bundle, &knowledge, &Question { weights: Some(other), ..question() }).unwrap();
        assert_eq!(failing(&answer), [Gate::Subject]);
        assert!(answer.weights_seen);
    }

    #[test]
    fn without_a_pin_nothing_is_permitted() {
        let (org, _, bundle) = setup();
        let unpinned = Knowledge::new(None, org.trust(), State::new());
        let answer = decide(&bundle, &unpinned, &question()).unwrap();
        assert_eq!(answer.decided.decision.outcome, Outcome::Deny);
        assert!(answer.decided.decision.denials.contains(&Code::PolicyUnpinned));
    }

    #[test]
    fn a_question_that_is_no_name_is_refused() {
        let (_, knowledge, bundle) = setup();
        let ask = |environment: &str| {
            decide(&bundle, &knowledge, &Question { environment: environment.into(), ..question() })
        };
        assert_eq!(ask("Pro duction").unwrap_err(), "environment");
        assert_eq!(ask("staging").unwrap().decided.decision.outcome, Outcome::Deny);
    }

    #[test]
    fn envelopes_are_opened_by_what_they_are() {
        let (org, knowledge, bundle) = setup();
        let kind = |envelope: &Envelope| {
            let opened = open(envelope, &knowledge, time(NOW));
            (opened.kind, opened.outcome.map_err(|error| error.code()))
        };
        let training = bundle.training_output().unwrap();
        let proposal = bundle.proposal().unwrap();
        assert_eq!(kind(training), ("training output", Ok(())));
        assert_eq!(kind(proposal), ("proposal", Ok(())));
        assert_eq!(kind(bundle.approvals().next().unwrap()), ("approval", Ok(())));
        assert_eq!(kind(&org.policy_envelope()), ("policy", Ok(())));
        assert_eq!(kind(&org.list(|_| {})), ("revocation list", Ok(())));
        assert_eq!(kind(&org.next_policy(|_| {}, &["alice.ng", "dana.osei"])), ("policy", Ok(())));
        assert_eq!(kind(&org.next_policy(|_| {}, &["alice.ng"])), ("policy", Err(Code::PolicySignatures)));
        let forged = org.approval(training, proposal, "alice.ng", |a| a.approver = name_of("bo.eriksen"));
        assert_eq!(kind(&forged), ("approval", Err(Code::SignerMismatch)));
        assert_eq!(kind(&Envelope::unsigned("text/plain", b"hi".to_vec())).1, Err(Code::WrongPayloadType));
    }
}
