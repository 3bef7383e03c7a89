//! Everything that a decision is made of, to be spoilt piece by piece.

use placet_core::{
    approval::Approval, bundle::BUNDLE, decide::decide, digest::Digest, envelope::Envelope,
    proposal::Proposal, request::Request, revocation_list::RevocationList, training::TrainingOutput,
    trust::TRUST,
};
use placet_testkit::{Organisation, sign_by, time};

use crate::bytes::Bytes;

/// A model on its way: an organisation, what was trained and what was proposed.
#[derive(Clone, Debug)]
pub struct Story {
    /// Whose policy it is.
    pub org: Organisation,
    /// The training output.
    pub training: Envelope,
    /// The proposal.
    pub proposal: Envelope,
}

impl Story {
    /// The sound story of an organisation.
    #[must_use]
    pub fn of(org: Organisation) -> Self {
        Self::told(org, |_| {}, |_| {})
    }

    /// A story whose documents are changed before they are signed.
    #[must_use]
    pub fn told(
        org: Organisation,
        training: impl FnOnce(&mut TrainingOutput),
        proposal: impl FnOnce(&mut Proposal),
    ) -> Self {
        let training = org.training(training);
        let proposal = org.proposal(&training, proposal);
        Self { org, training, proposal }
    }

    /// The approval of one person, changed before it is signed.
    #[must_use]
    pub fn approval(&self, who: &str, change: impl FnOnce(&mut Approval)) -> Envelope {
        self.org.approval(&self.training, &self.proposal, who, change)
    }

    /// The scene in which these people approved.
    #[must_use]
    pub fn scene(&self, approvers: &[&str]) -> Scene {
        let approvals = approvers.iter().map(|who| self.approval(who, |_| {}).into());
        Scene {
            training: Bytes::from(&self.training),
            proposal: Bytes::from(&self.proposal),
            approvals: approvals.collect(),
            ledger: "null".into(),
            pins: vec![self.org.domain().to_string()],
            policies: vec![self.org.policy_envelope().into()],
            lists: vec![self.org.list(|_| {}).into()],
            revocations: Vec::new(),
            view: "null".into(),
            state: None,
            request: self.org.request().to_json().into(),
            bundle: None,
            trust: None,
        }
    }

    /// The scene in which the two who are needed approved.
    #[must_use]
    pub fn approved(&self) -> Scene {
        self.scene(&["alice.ng", "chandra.iyer"])
    }
}

/// Evidence, trust, state and request, each envelope as text.
#[derive(Clone, Debug)]
pub struct Scene {
    /// Of the bundle.
    pub training: Bytes,
    /// Of the bundle.
    pub proposal: Bytes,
    /// Of the bundle.
    pub approvals: Vec<Bytes>,
    /// Of the bundle.
    pub ledger: Bytes,
    /// Of the trust document.
    pub pins: Vec<String>,
    /// Of the trust document.
    pub policies: Vec<Bytes>,
    /// Of the trust document.
    pub lists: Vec<Bytes>,
    /// Of the trust document.
    pub revocations: Vec<Bytes>,
    /// Of the trust document.
    pub view: Bytes,
    /// What the verifier kept.
    pub state: Option<Bytes>,
    /// The question.
    pub request: Bytes,
    /// Bytes that take the place of the bundle.
    pub bundle: Option<Bytes>,
    /// Bytes that take the place of the trust document.
    pub trust: Option<Bytes>,
}

impl Scene {
    /// The scene of the sound organisation.
    #[must_use]
    pub fn sound() -> Self {
        Story::of(Organisation::new()).approved()
    }

    /// The scene, changed.
    #[must_use]
    pub fn but(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    /// The scene at another time.
    #[must_use]
    pub fn at(self, now: &str) -> Self {
        self.asking(|request| request.now = time(now))
    }

    /// The scene with another question.
    ///
    /// # Panics
    ///
    /// Where the question is none any more.
    #[must_use]
    pub fn asking(self, change: impl FnOnce(&mut Request)) -> Self {
        let mut request = Request::parse(&self.request.to_vec()).unwrap();
        change(&mut request);
        self.but(|scene| scene.request = request.to_json().into())
    }

    /// The scene with one list in place of all.
    #[must_use]
    pub fn list(self, org: &Organisation, change: impl FnOnce(&mut RevocationList)) -> Self {
        self.but(|scene| scene.lists = vec![org.list(change).into()])
    }

    /// The scene in which the verifier has seen what another came to.
    ///
    /// # Panics
    ///
    /// Where the other cannot be decided.
    #[must_use]
    pub fn after(self, earlier: &Self) -> Self {
        let state = earlier.state.as_ref().map(Bytes::to_vec);
        let (bundle, trust) = (earlier.bundle().to_vec(), earlier.trust().to_vec());
        let decided = decide(&bundle, &trust, state.as_deref(), &earlier.request.to_vec()).unwrap();
        self.but(|scene| scene.state = Some(decided.state.to_json().into()))
    }

    /// The bundle's bytes.
    #[must_use]
    pub fn bundle(&self) -> Bytes {
        let assembled = || {
            Bytes::from(r#"{"approvals":["#)
                .and(Bytes::join(&self.approvals))
                .and(r#"],"ledger":"#)
                .and(self.ledger.clone())
                .and(format!(r#","media_type":"{BUNDLE}","proposal":"#))
                .and(self.proposal.clone())
                .and(r#","training_output":"#)
                .and(self.training.clone())
                .and("}")
        };
        self.bundle.clone().unwrap_or_else(assembled)
    }

    /// The trust document's bytes.
    #[must_use]
    pub fn trust(&self) -> Bytes {
        let pins: Vec<_> = self.pins.iter().map(|pin| format!("\"{pin}\"")).collect();
        let assembled = || {
            Bytes::from(r#"{"ledger":"#)
                .and(self.view.clone())
                .and(format!(r#","media_type":"{TRUST}","pins":[{}],"policies":["#, pins.join(",")))
                .and(Bytes::join(&self.policies))
                .and(r#"],"revocation_lists":["#)
                .and(Bytes::join(&self.lists))
                .and(r#"],"revocations":["#)
                .and(Bytes::join(&self.revocations))
                .and("]}")
        };
        self.trust.clone().unwrap_or_else(assembled)
    }
}

/// The payload with one piece of text in place of another, signed anew by `signers`.
///
/// # Panics
///
/// Where the text does not occur exactly once: the vector would not show what it says.
#[must_use]
pub fn resigned(envelope: &Envelope, from: &str, to: &str, signers: &[&str]) -> Envelope {
    sign_by(envelope.payload_type(), edited(envelope, from, to), signers)
}

/// The payload with one piece of text in place of another.
///
/// # Panics
///
/// Where the text does not occur exactly once.
#[must_use]
pub fn edited(envelope: &Envelope, from: &str, to: &str) -> Vec<u8> {
    let payload = std::str::from_utf8(envelope.unverified_payload()).unwrap();
    assert_eq!(payload.matches(from).count(), 1, "{from} in {payload}");
    payload.replace(from, to).into_bytes()
}

/// The envelope's JSON, changed.
///
/// # Panics
///
/// Never, as an envelope is JSON.
#[must_use]
pub fn altered(envelope: &Envelope, change: impl FnOnce(&mut serde_json::Value)) -> Bytes {
    let mut json = serde_json::from_str(&envelope.to_json()).unwrap();
    change(&mut json);
    json.to_string().into()
}

/// The digest of the proposal as lists and revocations name it.
#[must_use]
pub fn digest_of(envelope: &Envelope) -> Digest {
    envelope.digest()
}
