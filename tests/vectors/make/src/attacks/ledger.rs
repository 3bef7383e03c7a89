//! The ledger gate: the proposal and every counted approval stand in a tree that only ever grew.

use base64ct::{Base64, Encoding as _};
use placet_core::{
    code::Code,
    digest::Digest,
    envelope::Envelope,
    key::{PublicKey, Signer as _},
    ledger::{LogKey, Tree, TreeHead, WitnessKey, merkle::leaf_hash},
    policy::{Log, Witness},
};
use placet_testkit::{Key, Organisation};
use serde_json::{Value, json};

use crate::{
    scene::{Scene, Story},
    vector::File,
};

const ORIGIN: &str = "registry.example/ledger";

pub(crate) fn file() -> File {
    let mut file = File::new("20-ledger.json");
    let case = Ledger::new();
    included(&mut file, &case);
    checkpoints(&mut file, &case);
    grown(&mut file, &case);
    file
}

/// A story whose documents stand in a ledger of three witnesses, of whom two must cosign.
struct Ledger {
    story: Story,
    approvals: [Envelope; 2],
    tree: Tree,
    leaves: Vec<Digest>,
}

impl Ledger {
    fn new() -> Self {
        let org = Organisation::new().with(|policy| {
            policy.rules[0].require_ledger = true;
            policy.log = Some(Log {
                origin: ORIGIN.into(),
                key: public("log"),
                witnesses: ["w1", "w2", "w3"]
                    .map(|name| Witness { name: name.into(), key: public(name) })
                    .into(),
                threshold: 2,
            });
        });
        let story = Story::of(org);
        let approvals = ["alice.ng", "chandra.iyer"].map(|who| story.approval(who, |_| {}));
        let foreign = |number: u8| Digest::of(&[number]);
        let mut leaves: Vec<_> = (0..4).map(foreign).collect();
        leaves.extend([story.training.digest(), story.proposal.digest(), approvals[0].digest()]);
        leaves.push(foreign(7));
        leaves.push(approvals[1].digest());
        leaves.extend((9..13).map(foreign));
        let tree = leaves.iter().map(|leaf| leaf_hash(leaf.as_bytes())).collect();
        Self { story, approvals, tree, leaves }
    }

    /// The proofs that these documents stand in the tree of `size` leaves.
    fn proofs(&self, note: &str, size: u64, documents: &[Digest]) -> Value {
        let inclusion = documents.iter().map(|document| {
            let index = self.leaves.iter().position(|leaf| leaf == document).unwrap() as u64;
            let proof = self.tree.inclusion_proof(index, size).unwrap();
            json!({"payload": document.to_string(), "index": index, "proof": hashes(&proof)})
        });
        json!({"checkpoint": note, "inclusion": inclusion.collect::<Vec<_>>()})
    }

    /// The documents that must be included.
    fn documents(&self) -> [Digest; 3] {
        [self.story.proposal.digest(), self.approvals[0].digest(), self.approvals[1].digest()]
    }

    /// The checkpoint of `size` leaves.
    fn head(&self, size: u64) -> TreeHead {
        TreeHead::new(ORIGIN, size, self.tree.root_at(size).unwrap()).unwrap()
    }

    /// The scene under a checkpoint of `size` leaves.
    fn scene(&self, size: u64) -> Scene {
        let note = note(&self.head(size), "log", &["w1", "w3"]);
        self.under(&self.proofs(&note, size, &self.documents()))
    }

    fn under(&self, proofs: &Value) -> Scene {
        self.story.approved().but(|scene| scene.ledger = proofs.to_string().into())
    }

    /// The scene with a newer checkpoint of the verifier's own and proofs from these sizes to it.
    fn with_view(&self, scene: Scene, size: u64, from: &[u64]) -> Scene {
        let consistency = from.iter().map(|from| {
            let proof = self.tree.consistency_proof(*from, size).unwrap();
            json!({"size": from, "proof": hashes(&proof)})
        });
        let view = json!({
            "checkpoint": note(&self.head(size), "log", &["w1", "w2", "w3"]),
            "consistency": consistency.collect::<Vec<_>>(),
        });
        scene.but(|scene| scene.view = view.to_string().into())
    }
}

fn public(name: &str) -> PublicKey {
    Key::of(name).public_key().clone()
}

fn hashes(hashes: &[[u8; 32]]) -> Vec<String> {
    hashes.iter().map(|hash| Base64::encode_string(hash)).collect()
}

/// The note over a head, signed by `log` under the log's name and cosigned by witnesses.
fn note(head: &TreeHead, log: &str, witnesses: &[&str]) -> String {
    let text = head.to_text();
    let signature = Key::of(log).sign(text.as_bytes());
    let mut lines = vec![LogKey::new(ORIGIN, public(log)).unwrap().signature_line(&signature)];
    lines.extend(witnesses.iter().map(|name| {
        let time = 1_795_350_000;
        let signature = Key::of(name).sign(WitnessKey::cosigned_message(time, &text).as_bytes());
        WitnessKey::new(name, public(name)).unwrap().signature_line(time, &signature)
    }));
    head.to_note(&lines)
}

fn included(file: &mut File, case: &Ledger) {
    file.permit("everything that counts is included", "", &case.scene(9), &[]);
    let [proposal, first, second] = case.documents();
    let good = note(&case.head(13), "log", &["w1", "w2"]);
    file.permit(
        "under a later checkpoint",
        "Two of three witnesses.",
        &case.under(&case.proofs(&good, 13, &[second, proposal, first])),
        &[],
    );
    let extra = story_with_extra(case);
    file.deny(
        "an approval that counts and is not included",
        "A third approval, beyond the quorum.",
        &extra,
        &[Code::LedgerInclusion],
    );
    for (name, documents) in [
        ("the proposal is not included", &[first, second][..]),
        ("an approval is not included", &[proposal, first]),
        ("nothing is included", &[]),
    ] {
        file.deny(name, "", &case.under(&case.proofs(&good, 13, documents)), &[Code::LedgerInclusion]);
    }
    let spoilt = |change: &dyn Fn(&mut Value)| {
        let mut proofs = case.proofs(&good, 13, &case.documents());
        change(&mut proofs["inclusion"][0]);
        case.under(&proofs)
    };
    let empty = Base64::encode_string(&[0; 32]);
    for (name, scene) in [
        ("an inclusion proof for another index", spoilt(&|entry| entry["index"] = json!(4))),
        ("an inclusion proof for an index beyond the tree", spoilt(&|entry| entry["index"] = json!(13))),
        ("an inclusion proof with one hash changed", spoilt(&|entry| entry["proof"][1] = json!(empty))),
        (
            "an inclusion proof with one hash too few",
            spoilt(&|entry| drop(entry["proof"].as_array_mut().unwrap().pop())),
        ),
        (
            "an inclusion proof with one hash too many",
            spoilt(&|entry| entry["proof"].as_array_mut().unwrap().push(json!(empty))),
        ),
        (
            "an inclusion proof of another document",
            spoilt(&|entry| entry["payload"] = json!(case.story.training.digest().to_string())),
        ),
    ] {
        file.deny(name, "", &scene, &[Code::LedgerInclusion]);
    }
    file.error(
        "an inclusion proof with a hash of 31 bytes",
        "",
        &spoilt(&|entry| entry["proof"][0] = json!("AAAA")),
        Code::InvalidBase64,
    );
    let twice = case.under(&{
        let mut proofs = case.proofs(&good, 13, &case.documents());
        let first = proofs["inclusion"][0].clone();
        proofs["inclusion"].as_array_mut().unwrap().push(first);
        proofs
    });
    file.error("two proofs of one document", "", &twice, Code::NotSorted);
    file.deny("no proofs where the rule asks for them", "", &case.story.approved(), &[Code::LedgerMissing]);
}

/// The scene in which a third person approves, who does not stand in the ledger.
fn story_with_extra(case: &Ledger) -> Scene {
    let third = case.story.approval("dana.osei", |_| {});
    case.scene(9).but(|scene| scene.approvals.push(third.into()))
}

fn checkpoints(file: &mut File, case: &Ledger) {
    let head = case.head(9);
    let under = |note: &str| case.under(&case.proofs(note, 9, &case.documents()));
    for (name, comment, note) in [
        ("a checkpoint of one witness", "Two of three must cosign.", note(&head, "log", &["w1"])),
        (
            "a checkpoint that one witness cosigned twice",
            "Once for the log, twice for nobody.",
            note(&head, "log", &["w1", "w1"]),
        ),
        ("a checkpoint of no witness", "", note(&head, "log", &[])),
        (
            "a checkpoint of witnesses whom the policy does not name",
            "",
            note(&head, "log", &["w1", "w4", "w5"]),
        ),
    ] {
        file.deny(name, comment, &under(&note), &[Code::LedgerWitnesses]);
    }
    let good = note(&head, "log", &["w1", "w2"]);
    let elsewhere = TreeHead::new("registry.example/other", 9, *head_root(case, 9)).unwrap();
    let other_root = TreeHead::new(ORIGIN, 9, [7; 32]).unwrap();
    for (name, comment, note) in [
        ("a checkpoint that another key signed", "", note(&head, "registry", &["w1", "w2"])),
        (
            "a checkpoint of another origin",
            "Signed by the log's own key.",
            note(&elsewhere, "log", &["w1", "w2"]),
        ),
        ("a checkpoint whose size was changed", "", good.replacen("\n9\n", "\n10\n", 1)),
        ("a checkpoint without signatures", "", head.to_text()),
        ("no checkpoint at all", "", String::new()),
        ("a checkpoint with a carriage return", "", good.replacen('\n', "\r\n", 1)),
    ] {
        file.deny(name, comment, &under(&note), &[Code::LedgerCheckpoint]);
    }
    let note = note(&other_root, "log", &["w1", "w2"]);
    file.deny(
        "a checkpoint of another tree",
        "Signed and cosigned, but the proofs do not lead to its root.",
        &under(&note),
        &[Code::LedgerInclusion],
    );
}

fn head_root(case: &Ledger, size: u64) -> &'static [u8; 32] {
    Box::leak(Box::new(case.tree.root_at(size).unwrap()))
}

fn grown(file: &mut File, case: &Ledger) {
    let scene = case.with_view(case.scene(9), 13, &[9]);
    file.permit(
        "a bundle of an earlier checkpoint than the verifier's",
        "The tree of 9 is the beginning of that of 13.",
        &scene,
        &[],
    );
    let seen = case.scene(9).after(&case.scene(9));
    file.permit("the checkpoint that was seen", "", &seen, &[]);
    let seen = case.with_view(case.scene(13).after(&case.scene(9)), 13, &[9]);
    file.permit("a later checkpoint than the one seen", "With the proof that the ledger grew.", &seen, &[]);

    let scene = case.with_view(case.scene(9), 13, &[]);
    file.deny(
        "an earlier checkpoint without a proof that it leads to the verifier's",
        "",
        &scene,
        &[Code::LedgerForked],
    );
    let scene = case.scene(13).after(&case.scene(9));
    file.deny("a later checkpoint than the one seen, without a proof", "", &scene, &[Code::LedgerForked]);
    let scene = case.scene(9).after(&case.scene(13));
    file.deny("an earlier checkpoint than the one seen", "The ledger shrank.", &scene, &[Code::LedgerShrunk]);
    let scene = case.with_view(case.scene(13), 9, &[]);
    file.deny(
        "a later checkpoint than the verifier's own",
        "The verifier's view is the newest that counts.",
        &scene,
        &[Code::LedgerShrunk],
    );
    let mut fork = Ledger::new();
    fork.leaves[0] = Digest::of(b"rewritten");
    fork.tree = fork.leaves.iter().map(|leaf| leaf_hash(leaf.as_bytes())).collect();
    file.deny(
        "a checkpoint of the same size with another root than the one seen",
        "Rewritten history, signed by the log and two witnesses.",
        &fork.scene(9).after(&case.scene(9)),
        &[Code::LedgerForked],
    );
    let scene = fork.with_view(fork.scene(13).after(&case.scene(9)), 13, &[9]);
    file.deny("a proof from another tree of the size that was seen", "", &scene, &[Code::LedgerForked]);
    let scene = fork.with_view(case.scene(9), 13, &[9]);
    file.deny("a bundle that stands in another tree than the verifier's", "", &scene, &[Code::LedgerForked]);
}
