//! The next version of the policy: drafted here, and signed by enough holders of the root, each on their own machine.
//!
//! Guards the root of trust: what is signed is shown as bytes and as differences in words, a signature is added only to a
//! document that follows from the verified policy, and whether enough have signed is for the core's chain to say.

use base64ct::{Base64, Encoding as _};
use placet_core::{
    envelope::Envelope,
    json::Value,
    key::Signer,
    name::Principal,
    policy::{Link, POLICY, Policy, Threshold},
    time::{Timestamp, Window},
};

use super::{approval::pretty, knowledge::Knowledge, rules};

/// Why a document is not the next policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The stable code.
    pub code: String,
    /// What is so, for people.
    pub words: String,
}

fn refuse(code: &str, words: impl Into<String>) -> Refusal {
    Refusal { code: code.to_owned(), words: words.into() }
}

/// The newest policy as its own successor: one version more, in force from `now` as long as it was.
#[must_use]
pub fn begin(newest: &Link, domain: placet_core::digest::Digest, now: Timestamp) -> Policy {
    let policy = newest.policy();
    let length = policy.window.not_after.since(policy.window.not_before);
    Policy {
        version: policy.version + 1,
        previous: Some(newest.digest()),
        domain: Some(domain),
        window: Window { not_before: now, not_after: now.plus(length) },
        ..policy.clone()
    }
}

/// The document as people edit it: the bytes that are signed, with line breaks. Where laying it out would change what it
/// says, because of letters that hide or turn text, it is left in one line.
#[must_use]
pub fn text(policy: &Policy) -> String {
    let payload = policy.to_payload();
    let laid_out = pretty(&payload).join("\n");
    if Policy::parse(laid_out.as_bytes()).as_ref() == Ok(policy) {
        return laid_out;
    }
    String::from_utf8_lossy(&payload).into_owned()
}

/// Reads an edited document: a policy that keeps the structural rules and follows directly from the newest one.
///
/// # Errors
///
/// [`Refusal`] where it does not.
pub fn read(text: &str, knowledge: &Knowledge) -> Result<Policy, Refusal> {
    let policy =
        Policy::parse(text.as_bytes()).map_err(|error| refuse(error.code().as_str(), format!("{error}.")))?;
    follows(&policy, knowledge)?;
    Ok(policy)
}

fn follows(policy: &Policy, knowledge: &Knowledge) -> Result<(), Refusal> {
    let chain = knowledge.chain().ok_or_else(|| refuse("policy_missing", "No policy is verified here."))?;
    let newest = chain.newest();
    let version = newest.policy().version;
    if policy.domain != Some(chain.domain()) {
        return Err(refuse("foreign_domain", "It is the policy of another organisation."));
    }
    if policy.version != version + 1 {
        return Err(refuse(
            "policy_version_gap",
            format!("It is version {}; the next one after {version} is {}.", policy.version, version + 1),
        ));
    }
    if policy.previous != Some(newest.digest()) {
        return Err(refuse(
            "policy_previous_mismatch",
            format!("It does not name version {version} as the one before."),
        ));
    }
    Ok(())
}

/// A draft with the signatures that it has.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// The policy.
    pub policy: Policy,
    /// The bytes and their signatures.
    pub envelope: Envelope,
}

/// How far a threshold is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// Who has signed with a key that the root names.
    pub by: Vec<Principal>,
    /// How many it takes.
    pub needed: u64,
}

impl Signed {
    /// Whether enough have signed.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.by.len() as u64 >= self.needed
    }
}

impl Draft {
    /// A draft that nobody has signed.
    #[must_use]
    pub fn new(policy: Policy) -> Self {
        Self { envelope: Envelope::unsigned(POLICY, policy.to_payload()), policy }
    }

    /// Reads a draft that somebody else has begun to sign.
    ///
    /// # Errors
    ///
    /// [`Refusal`] where it is no policy that follows from the verified one.
    pub fn open(bytes: &[u8], knowledge: &Knowledge) -> Result<Self, Refusal> {
        let envelope =
            Envelope::parse(bytes).map_err(|error| refuse(error.code().as_str(), format!("{error}.")))?;
        if envelope.payload_type() != POLICY {
            return Err(refuse("wrong_payload_type", "The file holds another kind of document."));
        }
        let policy = Policy::parse(envelope.unverified_payload())
            .map_err(|error| refuse(error.code().as_str(), format!("{error}.")))?;
        follows(&policy, knowledge)?;
        Ok(Self { policy, envelope })
    }

    /// What it changes, in sentences.
    #[must_use]
    pub fn differences(&self, knowledge: &Knowledge) -> Vec<String> {
        knowledge.policy().map(|old| rules::differences(old, &self.policy)).unwrap_or_default()
    }

    /// The same with one more signature.
    #[must_use]
    pub fn signed(&self, key: &impl Signer) -> Self {
        let mut next = self.clone();
        next.envelope.add_signature(key);
        next
    }

    /// Who has signed for the root of the policy before, and for the root of this one: both must be whole.
    #[must_use]
    pub fn standing(&self, knowledge: &Knowledge) -> [Signed; 2] {
        let old = knowledge.policy();
        let before = old.map_or(Signed { by: Vec::new(), needed: 1 }, |old| self.count(&old.root, old));
        [before, self.count(&self.policy.root, &self.policy)]
    }

    fn count(&self, root: &Threshold, policy: &Policy) -> Signed {
        let message = self.envelope.pre_authentication_encoding();
        let signatures = signatures(&self.envelope);
        let has_signed = |name: &&Principal| {
            policy
                .keys(name)
                .filter(|key| key.window.contains(self.policy.window.not_before))
                .any(|key| signatures.iter().any(|signature| key.public.verify(&message, signature).is_ok()))
        };
        Signed { by: root.principals.iter().filter(has_signed).cloned().collect(), needed: root.threshold }
    }

    /// Whether the core takes it as the next policy.
    #[must_use]
    pub fn is_accepted(&self, knowledge: &Knowledge) -> bool {
        let after = knowledge.with_policy(self.envelope.clone());
        after.policy().is_some_and(|policy| policy.version == self.policy.version)
            && after.chain().is_some_and(|chain| chain.newest().digest() == self.envelope.digest())
    }

    /// Whether `me` is one of those who may sign it.
    #[must_use]
    pub fn may_sign(&self, knowledge: &Knowledge, me: &Principal) -> bool {
        let old = knowledge.policy().is_some_and(|policy| policy.root.principals.contains(me));
        old || self.policy.root.principals.contains(me)
    }
}

/// The signatures of an envelope as it is written.
fn signatures(envelope: &Envelope) -> Vec<Vec<u8>> {
    let text = envelope.to_json();
    let read = || {
        let value = Value::parse(text.as_bytes()).ok()?;
        let (_, list) = value.members()?.find(|(name, _)| name == "signatures")?;
        let signature = |entry: Value<'_>| {
            let (_, sig) = entry.members()?.find(|(name, _)| name == "sig")?;
            Base64::decode_vec(&sig.as_str()?).ok()
        };
        Some(list.elements()?.filter_map(signature).collect())
    };
    read().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet_core::state::State;
    use placet_testkit::{Key, NOW, Organisation, name_of, time};

    fn setup() -> (Organisation, Knowledge, Policy) {
        let org = Organisation::new();
        let known = Knowledge::new(Some(org.domain()), org.trust(), State::new());
        let next = begin(known.chain().unwrap().newest(), org.domain(), time(NOW));
        (org, known, next)
    }

    #[test]
    fn what_is_begun_is_the_next_version_and_survives_the_editor() {
        let (_, known, next) = setup();
        assert_eq!(read(&text(&next), &known), Ok(next.clone()));
        assert_eq!(next.version, 2);
        let code = |text: &str| read(text, &known).map(drop).map_err(|refusal| refusal.code);
        assert_eq!(code(&text(&Policy { version: 3, ..next.clone() })), Err("policy_version_gap".into()));
        let other = Policy { previous: Some(placet_core::digest::Digest::of(b"x")), ..next.clone() };
        assert_eq!(code(&text(&other)), Err("policy_previous_mismatch".into()));
        let foreign = Policy { domain: Some(placet_core::digest::Digest::of(b"x")), ..next.clone() };
        assert_eq!(code(&text(&foreign)), Err("foreign_domain".into()));
        assert!(code("{").is_err() && code("{}").is_err());
        let mut broken = next;
        broken.root.threshold = 99;
        assert_eq!(code(&text(&broken)), Err("policy_root".into()));
    }

    #[test]
    fn a_draft_is_accepted_once_enough_of_the_root_have_signed() {
        let (_, known, next) = setup();
        let draft = Draft::new(next);
        let by = |draft: &Draft| draft.standing(&known).map(|signed| signed.by.len());
        assert_eq!(by(&draft), [0, 0]);
        let one = draft.signed(&Key::of("alice.ng"));
        assert_eq!(by(&one), [1, 1]);
        assert!(!one.is_accepted(&known));
        let carried = Draft::open(one.envelope.to_json().as_bytes(), &known).unwrap();
        let two = carried.signed(&Key::of("dana.osei"));
        assert!(two.standing(&known).iter().all(Signed::is_complete));
        assert!(two.is_accepted(&known));
        assert!(two.may_sign(&known, &name_of("alice.ng")));
        assert!(!two.may_sign(&known, &name_of("training-pipeline")));
    }

    #[test]
    fn signatures_of_others_do_not_count() {
        let (_, known, next) = setup();
        let draft = Draft::new(next).signed(&Key::of("mallory")).signed(&Key::of("deployer"));
        assert!(draft.standing(&known).iter().all(|signed| signed.by.is_empty()));
        assert!(!draft.is_accepted(&known));
    }

    #[test]
    fn a_new_root_must_sign_for_itself_too() {
        let (_, known, mut next) = setup();
        next.root =
            Threshold { threshold: 1, principals: ["bo.eriksen", "chandra.iyer"].map(name_of).into() };
        let draft = Draft::new(next).signed(&Key::of("alice.ng")).signed(&Key::of("dana.osei"));
        let [before, after] = draft.standing(&known);
        assert!(before.is_complete() && !after.is_complete());
        assert!(!draft.is_accepted(&known));
        assert!(draft.signed(&Key::of("bo.eriksen")).is_accepted(&known));
    }

    #[test]
    fn another_document_is_no_draft() {
        let (org, known, _) = setup();
        let code = |bytes: &[u8]| Draft::open(bytes, &known).map(drop).map_err(|refusal| refusal.code);
        assert_eq!(code(org.training(|_| {}).to_json().as_bytes()), Err("wrong_payload_type".into()));
        assert_eq!(code(org.policy_envelope().to_json().as_bytes()), Err("foreign_domain".into()));
        assert!(code(b"no").is_err());
    }
}
