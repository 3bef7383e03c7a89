//! Checkpoints that are written, changed in any byte, and read.

use ed25519_dalek::{Signer, SigningKey};
use placet_core::{
    key::PublicKey,
    ledger::{
        CheckpointError, LogKey, LogPolicy, MAX_NOTE_BYTES, MAX_TREE_SIZE, SignedCheckpoint, Tree, TreeHead,
        WitnessKey, merkle::leaf_hash,
    },
};
use proptest::prelude::*;

const ORIGIN: &str = "registry.example/ledger";

fn signing_key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn public_key(seed: u8) -> PublicKey {
    PublicKey::from_bytes(signing_key(seed).verifying_key().as_bytes()).unwrap()
}

fn log_key() -> LogKey {
    LogKey::new(ORIGIN, public_key(1)).unwrap()
}

fn witness_key(seed: u8) -> WitnessKey {
    let name = format!("witness.example/w{seed}");
    WitnessKey::new(&name, public_key(seed)).unwrap()
}

fn cosignature_line(seed: u8, timestamp: u64, text: &str) -> String {
    let message = WitnessKey::cosigned_message(timestamp, text);
    let signature = signing_key(seed).sign(message.as_bytes()).to_bytes();
    witness_key(seed).signature_line(timestamp, &signature)
}

/// A note of the log over `head`, cosigned by the witnesses 2 and 3.
fn note(head: &TreeHead) -> String {
    let text = head.to_text();
    let signature = signing_key(1).sign(text.as_bytes()).to_bytes();
    head.to_note(&[
        log_key().signature_line(&signature),
        cosignature_line(2, 1_790_000_000, &text),
        cosignature_line(3, 1_790_000_001, &text),
    ])
}

fn policy() -> LogPolicy {
    LogPolicy::new(ORIGIN, log_key(), vec![witness_key(2), witness_key(3)], 2).unwrap()
}

#[test]
fn a_written_ledger_verifies_from_note_to_leaf() {
    let payloads: Vec<[u8; 32]> = (0..11).map(|n| [n; 32]).collect();
    let tree: Tree = payloads.iter().map(|digest| leaf_hash(digest)).collect();
    let head = TreeHead::new(ORIGIN, tree.size(), tree.root()).unwrap();
    let checkpoint = SignedCheckpoint::parse(note(&head).as_bytes()).unwrap().verify(&policy()).unwrap();

    let proof = tree.inclusion_proof(6, 11).unwrap();
    assert_eq!(checkpoint.verify_inclusion(&payloads[6], 6, &proof), Ok(()));
    assert!(checkpoint.verify_inclusion(&payloads[5], 6, &proof).is_err());
    let (root, proof) = (tree.root_at(5).unwrap(), tree.consistency_proof(5, 11).unwrap());
    assert_eq!(checkpoint.verify_extends(5, &root, &proof), Ok(()));
    assert!(checkpoint.verify_extends(6, &root, &proof).is_err());
    let witnesses: Vec<_> = checkpoint.cosignatures().iter().map(|c| (c.witness(), c.timestamp())).collect();
    assert_eq!(witnesses, [("witness.example/w2", 1_790_000_000), ("witness.example/w3", 1_790_000_001)]);
}

#[test]
fn every_changed_bit_of_a_checkpoint_is_noticed() {
    let head = TreeHead::new(ORIGIN, 11, [9; 32]).unwrap();
    let original = note(&head).into_bytes();
    for (offset, bit) in (0..original.len()).flat_map(|offset| (0..8).map(move |bit| (offset, bit))) {
        let mut changed = original.clone();
        changed[offset] ^= 1 << bit;
        let outcome = SignedCheckpoint::parse(&changed).and_then(|checkpoint| checkpoint.verify(&policy()));
        assert!(outcome.is_err(), "bit {bit} of byte {offset}");
    }
}

#[test]
fn a_cut_or_prolonged_checkpoint_is_noticed() {
    let head = TreeHead::new(ORIGIN, 11, [9; 32]).unwrap();
    let original = note(&head);
    for end in (0..original.len()).filter(|end| original.is_char_boundary(*end)) {
        let outcome = SignedCheckpoint::parse(&original.as_bytes()[..end])
            .and_then(|checkpoint| checkpoint.verify(&policy()));
        assert!(outcome.is_err(), "cut at {end}");
    }
    for junk in ["\n", "x\n", " ", "\n\n"] {
        assert!(SignedCheckpoint::parse(format!("{original}{junk}").as_bytes()).is_err(), "{junk:?}");
        assert!(
            SignedCheckpoint::parse(format!("{junk}{original}").as_bytes())
                .and_then(|checkpoint| checkpoint.verify(&policy()))
                .is_err()
        );
    }
}

#[test]
fn an_overlong_note_is_not_read() {
    let note = vec![b'a'; MAX_NOTE_BYTES + 1];
    let error = CheckpointError::TooLong { found: MAX_NOTE_BYTES + 1, limit: MAX_NOTE_BYTES };
    assert_eq!(SignedCheckpoint::parse(&note), Err(error));
    assert_eq!(SignedCheckpoint::parse(&note[1..]), Err(CheckpointError::Unsigned));
}

#[test]
fn a_head_that_no_verifier_reads_cannot_be_written() {
    assert_eq!(TreeHead::new("", 1, [0; 32]), Err(CheckpointError::Origin));
    assert_eq!(TreeHead::new("a\nb", 1, [0; 32]), Err(CheckpointError::Origin));
    assert_eq!(TreeHead::new(ORIGIN, MAX_TREE_SIZE + 1, [0; 32]), Err(CheckpointError::TreeSize));
}

#[test]
fn one_witness_short_of_the_threshold_says_how_many_cosigned() {
    let head = TreeHead::new(ORIGIN, 11, [9; 32]).unwrap();
    let witnesses = vec![witness_key(2), witness_key(3), witness_key(4)];
    let policy = LogPolicy::new(ORIGIN, log_key(), witnesses, 3).unwrap();
    let outcome = SignedCheckpoint::parse(note(&head).as_bytes()).unwrap().verify(&policy);
    assert_eq!(outcome, Err(CheckpointError::WitnessThresholdNotMet { found: 2, required: 3 }));
}

proptest! {
    #[test]
    fn any_bytes_are_judged_without_a_panic(bytes: Vec<u8>) {
        prop_assert!(SignedCheckpoint::parse(&bytes).is_err());
    }

    #[test]
    fn any_lines_are_judged_without_a_panic(text in "[ -~é—\n]{0,80}", lines in "(— [a-z+ ]{0,9} [A-Za-z0-9+/=]{0,20}\n){0,4}") {
        if let Ok(checkpoint) = SignedCheckpoint::parse(format!("{text}\n{lines}").as_bytes()) {
            prop_assert!(checkpoint.verify(&policy()).is_err());
        }
    }

    #[test]
    fn every_head_reads_as_it_was_written(size in 0..=MAX_TREE_SIZE, root: [u8; 32]) {
        let head = TreeHead::new(ORIGIN, size, root).unwrap();
        let checkpoint = SignedCheckpoint::parse(note(&head).as_bytes()).unwrap().verify(&policy()).unwrap();
        prop_assert_eq!((checkpoint.size(), *checkpoint.root()), (size, root));
    }
}

#[test]
fn what_a_witness_signs_or_sends_on_is_not_what_was_verified() {
    let head = TreeHead::new(ORIGIN, 5, [7; 32]).unwrap();
    let text = head.to_text();
    let verify =
        |note: &str, policy: &LogPolicy| SignedCheckpoint::parse(note.as_bytes()).unwrap().verify(policy);
    let verified = verify(&note(&head), &policy()).unwrap();
    assert_eq!(verified.text(), text);
    // The lines that are passed on are those that verified, the latest of each witness.
    let junk = format!("{}{}", note(&head), cosignature_line(2, 1_790_000_009, &text));
    let junk = junk
        .replace(&cosignature_line(2, 1_790_000_000, &text), &cosignature_line(2, 1_790_000_000, "another"));
    let verified = verify(&junk, &policy()).unwrap();
    let lines: Vec<_> =
        verified.cosignatures().iter().map(|cosignature| cosignature.line().to_owned()).collect();
    assert_eq!(lines, [cosignature_line(2, 1_790_000_009, &text), cosignature_line(3, 1_790_000_001, &text)]);

    // Without a threshold no witness is asked for, and the log's own signature still is.
    let alone = head.to_note(&[log_key().signature_line(&signing_key(1).sign(text.as_bytes()).to_bytes())]);
    assert!(matches!(
        verify(&alone, &policy()),
        Err(CheckpointError::WitnessThresholdNotMet { found: 0, required: 2 })
    ));
    assert_eq!(verify(&alone, &policy().without_threshold()).unwrap().cosignatures(), []);
    let unsigned = head.to_note(&[cosignature_line(2, 1_790_000_000, &text)]);
    assert_eq!(verify(&unsigned, &policy().without_threshold()), Err(CheckpointError::LogSignatureMissing));
    // Extension lines are signed, and so cosigned with the rest.
    let extended = format!("{text}more\n");
    let line = log_key().signature_line(&signing_key(1).sign(extended.as_bytes()).to_bytes());
    let note = format!("{extended}\n{line}{}", cosignature_line(2, 1, &extended));
    let verified = verify(&note, &policy().without_threshold()).unwrap();
    assert_eq!((verified.text(), verified.cosignatures().len()), (extended.as_str(), 1));
}
