//! The ledger as this browser checks it: the head against the policy and against what was seen before, each entry
//! against the head, and each document against its signature.
//!
//! What the registry says about an entry is a claim until its envelope was fetched and verified here.

use base64ct::{Base64, Encoding as _};
use placet_core::{
    approval::{Approval, Verdict},
    code::Code,
    deployment::Deployment,
    digest::Digest,
    envelope::Envelope,
    inspect::{self, Kind},
    json::{Fields, ObjectWriter, Value},
    ledger::{Checkpoint, CompactRange, Hash, SignedCheckpoint, merkle},
    policy::Policy,
    proposal::Proposal,
    revocation::{KeyRevocation, Revocation},
    revocation_list::RevocationList,
    statement::Statement as _,
    summary,
    time::Timestamp,
    training::TrainingOutput,
};
use serde::Deserialize;

use super::{knowledge::Knowledge, words};

/// What the registry says about an entry.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Entry {
    /// Its place, from 0.
    pub index: u64,
    /// The digest of the payload.
    pub digest: String,
    /// What it is.
    pub kind: String,
    /// Who signed.
    #[serde(default)]
    pub signer: String,
    /// When it was logged.
    #[serde(default)]
    pub received_at: String,
}

/// A page of entries as the registry serves it.
#[derive(Debug, Deserialize)]
struct EntryPage {
    items: Vec<Entry>,
}

/// An inclusion proof as the registry serves it.
#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
pub struct Inclusion {
    /// The place of the leaf.
    pub index: u64,
    /// The size of the tree.
    pub size: u64,
    /// The hashes, in Base64.
    pub proof: Vec<String>,
}

/// A consistency proof as the registry serves it.
#[derive(Debug, Deserialize)]
struct Consistency {
    proof: Vec<String>,
}

/// Reads a page of entries, whose texts may hold anything.
#[must_use]
pub fn entries(bytes: &[u8]) -> Option<Vec<Entry>> {
    let safe = |text: String| summary::escape(&text).chars().take(300).collect();
    let page: EntryPage = serde_json::from_slice(bytes).ok()?;
    let read = |entry: Entry| Entry {
        index: entry.index,
        digest: safe(entry.digest),
        kind: safe(entry.kind),
        signer: safe(entry.signer),
        received_at: safe(entry.received_at),
    };
    Some(page.items.into_iter().map(read).collect())
}

/// Reads an inclusion proof.
#[must_use]
pub fn inclusion(bytes: &[u8]) -> Option<Inclusion> {
    serde_json::from_slice(bytes).ok()
}

fn hashes(texts: &[String]) -> Option<Vec<Hash>> {
    texts.iter().map(|text| Base64::decode_vec(text).ok()?.try_into().ok()).collect()
}

/// Why something of the ledger is not to be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The stable code.
    pub code: String,
    /// What is so, for people.
    pub words: String,
}

fn trouble(code: &str, words: impl Into<String>) -> Trouble {
    Trouble { code: code.to_owned(), words: words.into() }
}

/// Verifies a signed head under the policy's log.
///
/// # Errors
///
/// [`Trouble`] where the policy names no log, or the head is not signed as the policy asks.
pub fn head(note: &[u8], policy: &Policy) -> Result<Checkpoint, Trouble> {
    let log = policy.log.as_ref().ok_or_else(|| {
        trouble(Code::PolicyLog.as_str(), "The verified policy names no log, so no head can be checked.")
    })?;
    let pinned = log.policy().map_err(|error| trouble(error.code().as_str(), format!("{error}.")))?;
    let refuse = |error: placet_core::ledger::CheckpointError| {
        trouble(error.code().as_str(), format!("The ledger’s head does not verify: {error}."))
    };
    SignedCheckpoint::parse(note).map_err(refuse)?.verify(&pinned).map_err(refuse)
}

/// A head that this browser has verified before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The log.
    pub origin: String,
    /// The number of entries.
    pub size: u64,
    /// The root.
    pub root: Hash,
    /// When.
    pub at: Timestamp,
}

impl Seen {
    /// What is remembered of a head.
    #[must_use]
    pub fn of(head: &Checkpoint, at: Timestamp) -> Self {
        Self { origin: head.origin().to_owned(), size: head.size(), root: *head.root(), at }
    }

    /// Reads what was kept; none where it cannot be read.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut fields = Fields::of(Value::parse(text.as_bytes()).ok()?, "checkpoint").ok()?;
        let seen = Self {
            origin: fields.string("origin", 1024).ok()?,
            size: fields.integer("size", 0..=u64::MAX).ok()?,
            root: *Digest::parse(&fields.string("root", 80).ok()?)?.as_bytes(),
            at: Timestamp::parse(&fields.string("at", 32).ok()?)?,
        };
        fields.finish().ok()?;
        Some(seen)
    }

    /// As it is kept.
    #[must_use]
    pub fn to_json(&self) -> String {
        ObjectWriter::new()
            .string("origin", &self.origin)
            .integer("size", self.size)
            .display("root", &Digest::from_bytes(self.root))
            .display("at", &self.at)
            .finish()
    }
}

/// How a head follows from the one that was seen last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Growth {
    /// None was seen before.
    First,
    /// The same.
    Same,
    /// It grew, and nothing before that changed.
    Grew {
        /// The size then.
        from: u64,
        /// When it was seen.
        at: Timestamp,
    },
    /// It contradicts what was seen.
    Contradicts(Trouble),
}

/// Compares a verified head with the one that was seen last. `proof` is the registry's consistency proof, which is asked
/// for only where the tree grew.
#[must_use]
pub fn growth(head: &Checkpoint, seen: Option<&Seen>, proof: Option<&[u8]>) -> Growth {
    let Some(seen) = seen.filter(|seen| seen.origin == head.origin()) else { return Growth::First };
    if seen.size == head.size() && seen.root == *head.root() {
        return Growth::Same;
    }
    let proof: Option<Consistency> = proof.and_then(|bytes| serde_json::from_slice(bytes).ok());
    let proof = proof.and_then(|proof| hashes(&proof.proof));
    match head.verify_extends(seen.size, &seen.root, &proof.unwrap_or_default()) {
        Ok(()) => Growth::Grew { from: seen.size, at: seen.at },
        Err(error) => Growth::Contradicts(trouble(
            error.code().as_str(),
            format!(
                "This browser saw {} entries on {}; the head served now does not continue them: {error}.",
                seen.size,
                words::until(seen.at)
            ),
        )),
    }
}

/// What came of a check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Check {
    /// Not yet.
    #[default]
    NotYet,
    /// Holds.
    Holds,
    /// Does not hold, with the code.
    Fails(String),
}

/// What was found out about an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Looked {
    /// Whether the signature verifies.
    pub signature: Check,
    /// Whether the head covers it.
    pub inclusion: Check,
    /// What it is, from the verified document.
    pub what: String,
    /// What it is about.
    pub about: String,
    /// Who signed, as the policy calls them.
    pub signers: String,
}

/// Checks that the head covers an entry in its place.
#[must_use]
pub fn check_inclusion(entry: &Entry, proof: Option<&Inclusion>, head: &Checkpoint) -> Check {
    let fails = |code: &str| Check::Fails(code.to_owned());
    let (Some(digest), Some(proof)) = (Digest::parse(&entry.digest), proof) else {
        return fails(Code::LedgerInclusion.as_str());
    };
    let Some(hashes) = hashes(&proof.proof) else { return fails(Code::InvalidBase64.as_str()) };
    if proof.index != entry.index || proof.size != head.size() {
        return fails("another_entry");
    }
    match head.verify_inclusion(digest.as_bytes(), entry.index, &hashes) {
        Ok(()) => Check::Holds,
        Err(error) => fails(error.code().as_str()),
    }
}

/// Checks the envelope of an entry: that it is the one, and that its signer may say what it says.
#[must_use]
pub fn check_signature(entry: &Entry, envelope: &[u8], knowledge: &Knowledge, now: Timestamp) -> Looked {
    let fails = |code: &str| Looked { signature: Check::Fails(code.to_owned()), ..Looked::default() };
    let envelope = match Envelope::parse(envelope) {
        Ok(envelope) => envelope,
        Err(error) => return fails(error.code().as_str()),
    };
    if Digest::parse(&entry.digest) != Some(envelope.digest()) {
        return fails("another_document");
    }
    let (what, about) = describe(&envelope);
    match inspect::verify_envelope(&envelope, knowledge.trust(), now) {
        Ok(verified) => {
            let names: Vec<_> = verified.signers.iter().map(|(name, _)| knowledge.name(name)).collect();
            Looked { signature: Check::Holds, what, about, signers: words::list(&names), ..Looked::default() }
        }
        // What it says of itself is shown only once it is verified.
        Err(error) => fails(error.code().as_str()),
    }
}

/// What a document is, and what it is about.
fn describe(envelope: &Envelope) -> (String, String) {
    let payload = envelope.unverified_payload();
    let plain = |what: &str, about: Option<String>| (what.to_owned(), about.unwrap_or_default());
    match Kind::of(envelope) {
        Some(Kind::TrainingOutput) => plain(
            "Training output",
            TrainingOutput::parse(payload).ok().map(|t| format!("{} {}", t.subject.model_id, t.version)),
        ),
        Some(Kind::Proposal) => plain(
            "Proposal",
            Proposal::parse(payload)
                .ok()
                .map(|p| format!("{}, {}", p.subject.model_id, words::list(&p.environments))),
        ),
        Some(Kind::Approval) => match Approval::parse(payload).ok() {
            Some(said) => {
                let what = match said.verdict {
                    Verdict::Approve => "Approval",
                    Verdict::Reject => "Rejection",
                    Verdict::Withdraw => "Withdrawal",
                };
                plain(what, Some(format!("{}, as {}", said.subject.model_id, said.role)))
            }
            None => plain("Approval", None),
        },
        Some(Kind::Revocation) => plain(
            "Revocation",
            Revocation::parse(payload)
                .ok()
                .map(|r| format!("{}: {}", r.subject.model_id, r.reason_code.as_str())),
        ),
        Some(Kind::Deployment) => plain(
            "Deployment",
            Deployment::parse(payload)
                .ok()
                .map(|d| format!("{}, {}, {}", d.subject.model_id, d.environment, d.scope)),
        ),
        Some(Kind::KeyRevocation) => plain(
            "Key revocation",
            KeyRevocation::parse(payload).ok().map(|k| k.reason_code.as_str().to_owned()),
        ),
        Some(Kind::Policy) => match Policy::parse(payload).ok() {
            Some(policy) => {
                plain(&format!("Policy {}", policy.version), Some(summary::escape(&policy.organization)))
            }
            None => plain("Policy", None),
        },
        Some(Kind::RevocationList) => match RevocationList::parse(payload).ok() {
            Some(list) => plain(
                &format!("Revocation list {}", list.number),
                Some(words::count(list.entries.len(), "entry", "entries")),
            ),
            None => plain("Revocation list", None),
        },
        _ => plain("Document", None),
    }
}

/// All entries hashed again, one after the other, to see whether they come to the signed root.
#[derive(Clone, Debug)]
pub struct Recount {
    range: CompactRange,
}

impl Default for Recount {
    fn default() -> Self {
        Self { range: CompactRange::new() }
    }
}

impl Recount {
    /// How many entries were taken.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.range.size()
    }

    /// Takes the next entries, which must follow each other without a gap.
    ///
    /// # Errors
    ///
    /// [`Trouble`] where one is missing or has no digest.
    pub fn take(&mut self, entries: &[Entry]) -> Result<(), Trouble> {
        for entry in entries {
            let digest = Digest::parse(&entry.digest).filter(|_| entry.index == self.size());
            let digest = digest.ok_or_else(|| {
                trouble("entry_missing", format!("Entry {} is not served in its place.", self.size()))
            })?;
            self.range
                .append(merkle::leaf_hash(digest.as_bytes()))
                .map_err(|error| trouble(error.code().as_str(), format!("{error}.")))?;
        }
        Ok(())
    }

    /// Whether all entries of the head were taken and come to its root.
    ///
    /// # Errors
    ///
    /// [`Trouble`] where they do not.
    pub fn finish(&self, head: &Checkpoint) -> Result<(), Trouble> {
        if self.size() != head.size() {
            return Err(trouble(
                "entry_missing",
                format!("The head covers {} entries; {} were served.", head.size(), self.size()),
            ));
        }
        if self.range.root() != *head.root() {
            return Err(trouble(
                Code::LedgerRootMismatch.as_str(),
                "The entries that are served are not those that the head covers.",
            ));
        }
        Ok(())
    }
}

/// What the list is narrowed to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Part of the signer's name.
    pub signer: String,
    /// One kind alone.
    pub kind: String,
    /// From this day on, as `YYYY-MM-DD`.
    pub from: String,
    /// Up to this day.
    pub to: String,
}

impl Filter {
    /// Whether everything passes, so that not every entry has to be read first.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Reads a filter from the parameters of the address.
    #[must_use]
    pub fn read(get: impl Fn(&str) -> Option<String>) -> Self {
        let text = |name| get(name).unwrap_or_default();
        Self { signer: text("signer"), kind: text("kind"), from: text("from"), to: text("to") }
    }

    /// The address of this filter.
    #[must_use]
    pub fn query(&self) -> String {
        let pair = |name: &str, value: &str| {
            let plain: String =
                value.chars().filter(|c| c.is_ascii_alphanumeric() || "._@:-".contains(*c)).collect();
            (!plain.is_empty()).then(|| format!("{name}={plain}"))
        };
        let pairs = [
            pair("signer", &self.signer),
            pair("kind", &self.kind),
            pair("from", &self.from),
            pair("to", &self.to),
        ];
        let pairs: Vec<_> = pairs.into_iter().flatten().collect();
        if pairs.is_empty() { "/ledger".into() } else { format!("/ledger?{}", pairs.join("&")) }
    }

    /// Whether an entry passes, by what the registry says about it.
    #[must_use]
    pub fn passes(&self, entry: &Entry) -> bool {
        let day = entry.received_at.get(..10).unwrap_or_default();
        entry.signer.contains(&self.signer.to_lowercase())
            && (self.kind.is_empty() || entry.kind == self.kind)
            && (self.from.is_empty() || day >= self.from.as_str())
            && (self.to.is_empty() || day <= self.to.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use placet_core::{
        key::Signer as _,
        ledger::{LogKey, Tree, TreeHead},
        policy::Log,
        state::State,
    };
    use placet_testkit::{Key, NOW, Organisation, time};

    const ORIGIN: &str = "registry.example/ledger";

    fn organisation() -> Organisation {
        Organisation::new().with(|policy| {
            policy.log = Some(Log {
                origin: ORIGIN.into(),
                key: Key::of("log").public_key().clone(),
                witnesses: Vec::new(),
                threshold: 0,
            });
        })
    }

    /// Documents in a ledger, and the entries that the registry would serve.
    fn ledger(org: &Organisation) -> (Vec<Envelope>, Tree, Vec<Entry>) {
        let training = org.training(|_| {});
        let proposal = org.proposal(&training, |_| {});
        let approval = org.approval(&training, &proposal, "alice.ng", |_| {});
        let documents = vec![org.policy_envelope(), training, proposal, approval];
        let tree = documents.iter().map(|e| merkle::leaf_hash(e.digest().as_bytes())).collect();
        let entry = |(index, envelope): (usize, &Envelope)| Entry {
            index: index as u64,
            digest: envelope.digest().to_string(),
            kind: "approval".into(),
            signer: "alice.ng".into(),
            received_at: "2026-11-22T14:00:00Z".into(),
        };
        let entries = documents.iter().enumerate().map(entry).collect();
        (documents, tree, entries)
    }

    fn note(tree: &Tree, size: u64, key: &str) -> String {
        let key = Key::of(key);
        let head = TreeHead::new(ORIGIN, size, tree.root_at(size).unwrap()).unwrap();
        let name = LogKey::new(ORIGIN, key.public_key().clone()).unwrap();
        head.to_note(&[name.signature_line(&key.sign(head.to_text().as_bytes()))])
    }

    fn proof(tree: &Tree, index: u64, size: u64) -> Inclusion {
        let proof = tree.inclusion_proof(index, size).unwrap();
        Inclusion { index, size, proof: proof.iter().map(|hash| Base64::encode_string(hash)).collect() }
    }

    fn consistency(tree: &Tree, from: u64, to: u64) -> Vec<u8> {
        let proof = tree.consistency_proof(from, to).unwrap();
        let proof: Vec<_> = proof.iter().map(|hash| Base64::encode_string(hash)).collect();
        serde_json::json!({ "from": from, "to": to, "proof": proof }).to_string().into_bytes()
    }

    #[test]
    fn a_head_is_checked_under_the_pinned_policy_alone() {
        let org = organisation();
        let (_, tree, _) = ledger(&org);
        let read = |note: &str, policy: &Policy| head(note.as_bytes(), policy).map(|h| h.size());
        assert_eq!(read(&note(&tree, 4, "log"), &org.policy), Ok(4));
        assert_eq!(
            read(&note(&tree, 4, "mallory"), &org.policy).unwrap_err().code,
            "checkpoint_log_signature_missing"
        );
        assert_eq!(read(&note(&tree, 4, "log"), &Organisation::new().policy).unwrap_err().code, "policy_log");
        assert!(read("nonsense", &org.policy).is_err());
    }

    #[test]
    fn growth_is_proved_and_a_fork_is_not_followed() {
        let org = organisation();
        let (_, tree, _) = ledger(&org);
        let at = |size| head(note(&tree, size, "log").as_bytes(), &org.policy).unwrap();
        let seen = Seen::parse(&Seen::of(&at(3), time(NOW)).to_json()).unwrap();
        assert_eq!(growth(&at(4), None, None), Growth::First);
        assert_eq!(growth(&at(3), Some(&seen), None), Growth::Same);
        let proof = consistency(&tree, 3, 4);
        assert_eq!(growth(&at(4), Some(&seen), Some(&proof)), Growth::Grew { from: 3, at: time(NOW) });
        let contradicts = |growth| match growth {
            Growth::Contradicts(trouble) => trouble.code,
            other => format!("{other:?}"),
        };
        assert_eq!(contradicts(growth(&at(4), Some(&seen), None)), "ledger_proof_too_short");
        assert_eq!(contradicts(growth(&at(2), Some(&seen), None)), "ledger_tree_shrunk");
        let forked = Seen { root: [7; 32], ..seen.clone() };
        assert_eq!(contradicts(growth(&at(4), Some(&forked), Some(&proof))), "ledger_root_mismatch");
        assert_eq!(contradicts(growth(&at(3), Some(&forked), None)), "ledger_root_mismatch");
        assert_eq!(Seen::parse("{}"), None);
    }

    #[test]
    fn each_entry_is_checked_in_its_own_place() {
        let org = organisation();
        let (_, tree, entries) = ledger(&org);
        let head = head(note(&tree, 4, "log").as_bytes(), &org.policy).unwrap();
        assert_eq!(check_inclusion(&entries[2], Some(&proof(&tree, 2, 4)), &head), Check::Holds);
        let fails = |entry: &Entry, proof: Option<&Inclusion>| match check_inclusion(entry, proof, &head) {
            Check::Fails(code) => code,
            other => format!("{other:?}"),
        };
        assert_eq!(fails(&entries[2], Some(&proof(&tree, 1, 4))), "another_entry");
        assert_eq!(fails(&entries[2], None), "ledger_inclusion");
        let swapped = Entry { index: 1, ..entries[2].clone() };
        assert_eq!(fails(&swapped, Some(&proof(&tree, 1, 4))), "ledger_root_mismatch");
        assert_eq!(fails(&entries[2], Some(&proof(&tree, 2, 3))), "another_entry");
    }

    #[test]
    fn a_document_speaks_only_once_it_is_verified() {
        let org = organisation();
        let known = Knowledge::new(Some(org.domain()), org.trust(), State::new());
        let (documents, _, entries) = ledger(&org);
        let looked = |entry: &Entry, envelope: &Envelope| {
            check_signature(entry, envelope.to_json().as_bytes(), &known, time(NOW))
        };
        let fine = looked(&entries[3], &documents[3]);
        assert_eq!(
            (fine.signature, fine.what.as_str(), fine.signers.as_str()),
            (Check::Holds, "Approval", "Alice Ng")
        );
        assert_eq!(fine.about, "digits-classifier, as ml-lead");
        assert_eq!(looked(&entries[0], &documents[0]).what, "Policy 1");
        let other = looked(&entries[2], &documents[3]);
        assert_eq!((other.signature, other.what.as_str()), (Check::Fails("another_document".into()), ""));
        let training = org.training(|_| {});
        let forged = org.approval(&training, &documents[2], "alice.ng", |a| {
            a.approver = placet_testkit::name_of("bo.eriksen");
        });
        let entry = Entry { digest: forged.digest().to_string(), ..entries[3].clone() };
        let found = looked(&entry, &forged);
        assert_eq!((found.signature, found.what.as_str()), (Check::Fails("signer_mismatch".into()), ""));
    }

    #[test]
    fn all_entries_together_come_to_the_signed_root_or_not() {
        let org = organisation();
        let (_, tree, entries) = ledger(&org);
        let head = head(note(&tree, 4, "log").as_bytes(), &org.policy).unwrap();
        let count = |entries: &[Entry]| {
            let mut recount = Recount::default();
            recount.take(entries)?;
            recount.finish(&head)
        };
        let code = |entries: &[Entry]| count(entries).map_err(|trouble| trouble.code);
        assert_eq!(code(&entries), Ok(()));
        assert_eq!(code(&entries[..3]), Err("entry_missing".into()));
        assert_eq!(code(&entries[1..]), Err("entry_missing".into()));
        let mut changed = entries.clone();
        changed[1].digest = Digest::of(b"another").to_string();
        assert_eq!(code(&changed), Err("ledger_root_mismatch".into()));
    }

    #[test]
    fn a_filter_survives_the_address() {
        let filter = Filter { kind: "approval".into(), from: "2026-11-19".into(), ..Filter::default() };
        assert_eq!(filter.query(), "/ledger?kind=approval&from=2026-11-19");
        let (_, _, entries) = ledger(&organisation());
        assert!(filter.passes(&entries[0]) && !filter.is_empty());
        let none = |filter: Filter| !filter.passes(&entries[0]);
        assert!(none(Filter { from: "2026-11-23".into(), ..Filter::default() }));
        assert!(none(Filter { to: "2026-11-21".into(), ..Filter::default() }));
        assert!(none(Filter { signer: "bo".into(), ..Filter::default() }));
        assert!(none(Filter { kind: "policy".into(), ..Filter::default() }));
        assert_eq!(Filter::default().query(), "/ledger");
    }

    #[test]
    fn texts_of_the_registry_are_made_harmless() {
        let page = r#"{"items":[{"index":0,"digest":"x","kind":"\u202ekind","signer":"<b>"}],"next":null}"#;
        let entries = entries(page.as_bytes()).unwrap();
        assert_eq!(entries[0].kind, "\\u{202e}kind");
        assert!(super::entries(b"[]").is_none());
    }
}
