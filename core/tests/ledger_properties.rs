//! Properties of the ledger's trees and proofs, against the recursive definitions of RFC 9162 §2.1.

use placet_core::ledger::{
    CompactRange, Hash, ProofError, Tree,
    merkle::{empty_root, leaf_hash, node_hash, verify_consistency, verify_inclusion},
};
use proptest::{collection::vec, prelude::*, sample::Index};

/// MTH of RFC 9162 §2.1.1.
fn mth(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(split(leaves.len()));
            node_hash(&mth(left), &mth(right))
        }
    }
}

/// PATH of RFC 9162 §2.1.3.1.
fn path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() == 1 {
        return Vec::new();
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut proof, sibling) =
        if index < k { (path(index, left), right) } else { (path(index - k, right), left) };
    proof.push(mth(sibling));
    proof
}

/// SUBPROOF of RFC 9162 §2.1.4.1.
fn subproof(size1: usize, leaves: &[Hash], known: bool) -> Vec<Hash> {
    if size1 == leaves.len() {
        return if known { Vec::new() } else { vec![mth(leaves)] };
    }
    let k = split(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut proof, sibling) = if size1 <= k {
        (subproof(size1, left, known), right)
    } else {
        (subproof(size1 - k, right, false), left)
    };
    proof.push(mth(sibling));
    proof
}

/// The largest power of two below `n`.
fn split(n: usize) -> usize {
    n.next_power_of_two() / 2
}

fn leaves(count: usize) -> Vec<Hash> {
    (0..count).map(|n| leaf_hash(&n.to_be_bytes())).collect()
}

fn code(outcome: Result<(), ProofError>) -> &'static str {
    outcome.map_or_else(|error| error.code().as_str(), |()| "ok")
}

fn flip(hash: &mut Hash, bit: u8) {
    hash[usize::from(bit / 8)] ^= 1 << (bit % 8);
}

#[test]
fn roots_of_the_published_certificate_transparency_test_tree() {
    let data: [&[u8]; 8] = [b"", b"\0", b"\x10", b" !", b"01", b"@ABC", b"PQRSTUVW", b"`abcdefghijklmno"];
    let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let tree: Tree = data.iter().map(|data| leaf_hash(data)).collect();
    for (size, expected) in (0..).zip(roots) {
        let root = tree.root_at(size).unwrap();
        assert_eq!(root.map(|byte| format!("{byte:02x}")).concat(), expected, "size {size}");
    }
}

#[test]
fn every_proof_of_small_trees_is_that_of_the_definition_and_verifies() {
    let leaves = leaves(40);
    let tree: Tree = leaves.iter().copied().collect();
    for size in 1..=leaves.len() {
        let (held, root) = (&leaves[..size], mth(&leaves[..size]));
        let size64 = size as u64;
        assert_eq!(tree.root_at(size64), Ok(root));
        for (index, leaf) in held.iter().enumerate() {
            let proof = tree.inclusion_proof(index as u64, size64).unwrap();
            assert_eq!(proof, path(index, held), "leaf {index} of {size}");
            assert_eq!(verify_inclusion(leaf, index as u64, size64, &proof, &root), Ok(()));
        }
        for size1 in 1..=size {
            let proof = tree.consistency_proof(size1 as u64, size64).unwrap();
            assert_eq!(proof, subproof(size1, held, true), "{size1} to {size}");
            let root1 = mth(&leaves[..size1]);
            assert_eq!(verify_consistency(size1 as u64, &root1, size64, &root, &proof), Ok(()));
        }
    }
}

#[test]
fn a_leaf_verifies_at_no_other_index() {
    let leaves = leaves(20);
    let tree: Tree = leaves.iter().copied().collect();
    for size in 1..=20 {
        let root = tree.root_at(size).unwrap();
        for (index, leaf) in (0..size).zip(&leaves) {
            let proof = tree.inclusion_proof(index, size).unwrap();
            for other in (0..40).filter(|other| *other != index) {
                let outcome = verify_inclusion(leaf, other, size, &proof, &root);
                assert!(outcome.is_err(), "leaf {index} of {size} passes as {other}");
            }
        }
    }
}

#[test]
fn a_root_of_one_size_passes_for_no_other() {
    let tree: Tree = leaves(20).into_iter().collect();
    for size1 in 1..20 {
        for size2 in size1 + 1..=20 {
            let proof = tree.consistency_proof(size1, size2).unwrap();
            let (root1, root2) = (tree.root_at(size1).unwrap(), tree.root_at(size2).unwrap());
            for other in (0..40).filter(|other| *other != size1) {
                let outcome = verify_consistency(other, &root1, size2, &root2, &proof);
                assert!(outcome.is_err(), "{size1} to {size2} passes as {other} to {size2}");
            }
        }
    }
}

#[test]
fn what_the_tree_never_held_is_refused() {
    let tree: Tree = leaves(7).into_iter().collect();
    let beyond = ProofError::SizeOutOfRange { size: 8, held: 7 };
    assert_eq!(tree.root_at(8), Err(beyond));
    assert_eq!(tree.inclusion_proof(0, 8), Err(beyond));
    assert_eq!(tree.consistency_proof(1, 8), Err(beyond));
    let index = ProofError::IndexOutOfRange { index: 5, size: 5 };
    assert_eq!(tree.inclusion_proof(5, 5), Err(index));
    assert_eq!(
        Tree::new().inclusion_proof(0, 0).map_err(|e| e.code().as_str()),
        Err("ledger_index_out_of_range")
    );
    let shrunk = ProofError::TreeShrunk { size1: 5, size2: 4 };
    assert_eq!(tree.consistency_proof(5, 4), Err(shrunk));
    assert_eq!(tree.consistency_proof(0, 7), Ok(vec![]));
}

#[test]
fn a_compact_range_with_lost_peaks_is_refused() {
    let lost = ProofError::PeakCount { found: 2, required: 3 };
    assert_eq!(CompactRange::from_peaks(7, leaves(2)), Err(lost));
    let many = ProofError::PeakCount { found: 4, required: 3 };
    assert_eq!(CompactRange::from_peaks(7, leaves(4)), Err(many));
}

#[test]
fn a_full_compact_range_stays_as_it_is() {
    let full = CompactRange::from_peaks(u64::MAX, leaves(64)).unwrap();
    let mut range = full.clone();
    assert_eq!(range.append([0; 32]), Err(ProofError::TreeFull));
    assert_eq!(range, full);
}

proptest! {
    #[test]
    fn any_tree_has_the_root_of_the_definition(leaves in vec(any::<Hash>(), 0..300), stop in any::<Index>()) {
        let tree: Tree = leaves.iter().copied().collect();
        prop_assert_eq!(tree.size(), leaves.len() as u64);
        prop_assert_eq!(tree.root(), mth(&leaves));

        // A compact range that is stored and read again on the way ends at the same root.
        let (before, after) = leaves.split_at(stop.index(leaves.len() + 1));
        let mut range = CompactRange::new();
        before.iter().try_for_each(|leaf| range.append(*leaf)).unwrap();
        prop_assert_eq!(range.root(), mth(before));
        let mut range = CompactRange::from_peaks(range.size(), range.peaks().to_vec()).unwrap();
        after.iter().try_for_each(|leaf| range.append(*leaf)).unwrap();
        prop_assert_eq!(range.root(), mth(&leaves));
        prop_assert_eq!(range.size(), leaves.len() as u64);
    }

    #[test]
    fn a_changed_bit_breaks_an_inclusion_proof(
        size in 1_usize..200, index in any::<Index>(), hash in any::<Index>(), bit: u8,
    ) {
        let leaves = leaves(size);
        let (index, root) = (index.index(size), mth(&leaves));
        let proof = path(index, &leaves);
        let verify = |leaf: &Hash, proof: &[Hash], root: &Hash| {
            verify_inclusion(leaf, index as u64, size as u64, proof, root)
        };
        let mismatch = Err(ProofError::RootMismatch { size: size as u64 });
        prop_assert_eq!(verify(&leaves[index], &proof, &root), Ok(()));

        let (mut leaf, mut other) = (leaves[index], root);
        flip(&mut leaf, bit);
        prop_assert_eq!(verify(&leaf, &proof, &root), mismatch);
        flip(&mut other, bit);
        prop_assert_eq!(verify(&leaves[index], &proof, &other), mismatch);
        if !proof.is_empty() {
            let mut changed = proof.clone();
            flip(&mut changed[hash.index(proof.len())], bit);
            prop_assert_eq!(verify(&leaves[index], &changed, &root), mismatch);
            let found = proof.len() - 1;
            let shorter = verify(&leaves[index], &proof[..found], &root);
            prop_assert_eq!(shorter, Err(ProofError::TooShort { found }));
        }
        let longer = [&proof[..], &[root]].concat();
        let found = longer.len();
        prop_assert_eq!(verify(&leaves[index], &longer, &root), Err(ProofError::TooLong { found }));
    }

    #[test]
    fn a_changed_bit_breaks_a_consistency_proof(
        size2 in 2_usize..200, size1 in any::<Index>(), hash in any::<Index>(), bit: u8,
    ) {
        let leaves = leaves(size2);
        let size1 = 1 + size1.index(size2 - 1);
        let (root1, root2) = (mth(&leaves[..size1]), mth(&leaves));
        let proof = subproof(size1, &leaves, true);
        let verify = |root1: &Hash, root2: &Hash, proof: &[Hash]| {
            verify_consistency(size1 as u64, root1, size2 as u64, root2, proof)
        };
        prop_assert_eq!(verify(&root1, &root2, &proof), Ok(()));

        let (mut other1, mut other2) = (root1, root2);
        flip(&mut other1, bit);
        prop_assert_eq!(code(verify(&other1, &root2, &proof)), "ledger_root_mismatch");
        flip(&mut other2, bit);
        let mismatch = Err(ProofError::RootMismatch { size: size2 as u64 });
        prop_assert_eq!(verify(&root1, &other2, &proof), mismatch);
        let mut changed = proof.clone();
        flip(&mut changed[hash.index(proof.len())], bit);
        prop_assert_eq!(code(verify(&root1, &root2, &changed)), "ledger_root_mismatch");
        let found = proof.len() - 1;
        let shorter = verify(&root1, &root2, &proof[..found]);
        prop_assert_eq!(shorter, Err(ProofError::TooShort { found }));
        let longer = [&proof[..], &[root1]].concat();
        let found = longer.len();
        prop_assert_eq!(verify(&root1, &root2, &longer), Err(ProofError::TooLong { found }));
    }

    #[test]
    fn any_sizes_and_hashes_are_judged_without_a_panic(
        a: u64, b: u64, hashes in vec(any::<Hash>(), 0..70), root1: Hash, root2: Hash,
    ) {
        // Made-up hashes never verify, but for what needs no proof.
        prop_assert!(verify_inclusion(&root1, a, b, &hashes, &root2).is_err());
        if a > 0 && a != b {
            prop_assert!(verify_consistency(a, &root1, b, &root2, &hashes).is_err());
        }
    }
}
