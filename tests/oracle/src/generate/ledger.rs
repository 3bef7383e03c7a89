//! The ledger in which the evidence stands, where the policy asks for one.

use base64ct::{Base64, Encoding as _};
use placet_core::{
    digest::Digest,
    envelope::Envelope,
    json::{ArrayWriter, ObjectWriter},
    key::Signer as _,
    ledger::{LogKey, Tree, TreeHead, WitnessKey, merkle::leaf_hash},
};
use placet_testkit::Key;

use super::{
    Choices,
    evidence::Evidence,
    trust::{ORIGIN, World},
};

/// When witnesses cosign, in seconds since 1970.
const COSIGNED_AT: u64 = 1_795_350_000;

/// What of the ledger goes into bundle and trust; `null` where there is none.
pub(super) struct Ledger {
    proofs: String,
    view: String,
    earlier: String,
}

impl Ledger {
    pub(super) fn of(choices: &mut Choices<'_>, world: &World, evidence: &Evidence) -> Self {
        let nothing = || "null".to_owned();
        let mut ledger = Self { proofs: nothing(), view: nothing(), earlier: nothing() };
        if !world.ledger || choices.once_in(20) {
            return ledger;
        }
        let mut leaves: Vec<Digest> = (0..choices.below(3)).map(|n| Digest::of(&[n])).collect();
        leaves.push(evidence.proposal.digest());
        for digest in evidence.approvals.iter().map(Envelope::digest) {
            if !leaves.contains(&digest) {
                leaves.push(digest);
            }
        }
        let documents = leaves.clone();
        leaves.extend((10..14).map(|n| Digest::of(&[n])));
        if choices.once_in(20) {
            leaves.rotate_left(1);
        }
        let tree: Tree = leaves.iter().map(|leaf| leaf_hash(leaf.as_bytes())).collect();
        let size = leaves.len() as u64 - u64::from(choices.below(3));
        let note = note(choices, &tree, size);
        let skipped = usize::from(choices.once_in(20));
        let entries = documents.iter().enumerate().skip(skipped);
        let inclusion = entries.fold(ArrayWriter::new(), |array, (at, document)| {
            let index = at as u64;
            let proof = tree.inclusion_proof(index, size).unwrap_or_default();
            let entry = ObjectWriter::new().display("payload", document).integer("index", index);
            array.raw(&entry.raw("proof", hashes(&proof)).finish())
        });
        ledger.proofs =
            ObjectWriter::new().string("checkpoint", &note).raw("inclusion", inclusion.finish()).finish();
        if choices.once_in(2) {
            ledger.view = view(choices, &tree, leaves.len() as u64, &[size, size - 1]);
            let earlier = size - u64::from(choices.below(2));
            ledger.earlier = view(choices, &tree, earlier, &[]);
        }
        ledger
    }

    pub(super) fn proofs(&self) -> String {
        self.proofs.clone()
    }

    pub(super) fn view(&self) -> String {
        self.view.clone()
    }

    /// The view of somebody who looked before.
    pub(super) fn earlier_view(&self) -> String {
        self.earlier.clone()
    }
}

fn view(choices: &mut Choices<'_>, tree: &Tree, size: u64, from: &[u64]) -> String {
    let note = note(choices, tree, size);
    let from = from.iter().filter(|from| **from < size);
    let consistency = from.fold(ArrayWriter::new(), |array, from| {
        let mut proof = tree.consistency_proof(*from, size).unwrap_or_default();
        if choices.once_in(20) {
            proof.reverse();
        }
        array.raw(&ObjectWriter::new().integer("size", *from).raw("proof", hashes(&proof)).finish())
    });
    ObjectWriter::new().string("checkpoint", &note).raw("consistency", consistency.finish()).finish()
}

fn hashes(hashes: &[[u8; 32]]) -> String {
    hashes.iter().fold(ArrayWriter::new(), |array, hash| array.string(&Base64::encode_string(hash))).finish()
}

fn note(choices: &mut Choices<'_>, tree: &Tree, size: u64) -> String {
    let root = if choices.once_in(30) { [7; 32] } else { tree.root_at(size).expect("not beyond the tree") };
    let head = TreeHead::new(ORIGIN, size, root).expect("a tree's head");
    let text = head.to_text();
    let log = choices.of(&["log", "log", "log", "log", "log", "log", "log", "log", "log", "mallory"]);
    let public = |name| Key::of(name).public_key().clone();
    let signature = Key::of(log).sign(text.as_bytes());
    let mut lines = vec![LogKey::new(ORIGIN, public("log")).expect("a log's key").signature_line(&signature)];
    for name in choices.of(&[&["w1"][..], &["w1", "w2"], &["w2"], &["w1", "w1"], &["w1"], &["w3"]]) {
        let key = WitnessKey::new(name, public(name)).expect("a witness's key");
        let message = WitnessKey::cosigned_message(COSIGNED_AT, &text);
        lines.push(key.signature_line(COSIGNED_AT, &Key::of(name).sign(message.as_bytes())));
    }
    head.to_note(&lines)
}
