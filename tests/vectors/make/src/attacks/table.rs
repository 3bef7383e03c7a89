//! `docs/attacks.md`: the corpus as a table, written from the vectors and from the tests that are named here.

use std::{collections::BTreeSet, fmt::Write as _};

use crate::vector::File;

/// Where the table stands, from the repository's root.
pub const PATH: &str = "docs/attacks.md";

const HEAD: &str = "\
# Attacks

What a verifier must refuse, and what shows that it does. Every row of vectors is run by Rust, Node and Chromium
(`cargo xtask test conformance`), which have to agree to the last byte; many a vector is there for comparison and permits.
Every check of the core is taken out once (`cargo xtask test mutations`), and one of these vectors notices.
The codes are explained in [formats.md](formats.md#8-codes). What is about a program rather than a document is held by
that program's tests, which are named.

This page is written by `cargo run -p placet-vectors`, and a test holds it to the vectors.
";

/// The families by number.
const FAMILIES: [(u8, &str); 40] = [
    (1, "A signature entry that is a word, empty, garbage, truncated, or no canonical base64 counts."),
    (
        2,
        "One key under several names, one person with several keys, one key in two encodings, one approval twice: more than one is counted.",
    ),
    (3, "One person's signature is relabelled as another's."),
    (4, "A key id is not the hash of the key; an algorithm is taken from the envelope."),
    (
        5,
        "A threshold is zero, negative, fractional, a boolean, lowered after signing, or taken from the document under judgement.",
    ),
    (6, "An approver is outside the role, outside the key's window, or counted for two roles at once."),
    (
        7,
        "The trainer approves, by name or by key; the proposer approves where the rule forbids it; the approver deploys.",
    ),
    (8, "A rejection or withdrawal is ignored, as another approval of the same person is shown."),
    (9, "A junk signature blocks a good quorum. It must not."),
    (
        10,
        "Another model, other weights, another environment or scope than asked; one of them left out; a list given as text.",
    ),
    (
        11,
        "Metrics, card, data or baseline are edited after approval; the training output is of another model, or nobody's.",
    ),
    (12, "Approvals name another proposal, another policy version, or another training output."),
    (13, "The digest of what the approver saw is not that of the text."),
    (14, "Documents of another organisation are replayed."),
    (
        15,
        "Manifests: names that leave the tree, collide or hide; files renamed, missing or added; sizes that lie.",
    ),
    (
        16,
        "Times: an expiry that is missing, null, a number, before its beginning or a century away; other time zones; the future.",
    ),
    (
        17,
        "A policy is unpinned, expired, skipped or lowered in version, wrongly linked, signed by too few, or one key of it stands in two planes.",
    ),
    (
        18,
        "A revocation list is older, another of the same number, stale, unsigned, of the wrong plane, or forgets an entry; a revocation is stripped from the bundle.",
    ),
    (19, "The clock is set back behind what was seen."),
    (
        20,
        "The ledger: a wrong origin or root, a bad proof, a shrunk or forked tree, witnesses double or too few.",
    ),
    (
        21,
        "Bytes that two readers read in two ways: types, subjects, duplicate keys, unknown fields, trailing bytes, surrogates, depth, size, base64.",
    ),
    (
        22,
        "Ed25519: S ≥ L, points of small order or not canonical, cofactor residues, keys of another length.",
    ),
    (23, "Names with control, direction-changing or zero-width characters; twins in NFC and NFD."),
    (
        24,
        "A signed digest of another system is reused as an approval: records of the Python library prove less, and say so.",
    ),
    (
        25,
        "Drift that is made to look like none: NaN, a missing metric, a zero baseline, too few samples, the caller's own baseline; a detector that is none; a revocation that no drifted windows bear.",
    ),
    (26, "Ties, equal constants, identical or swapped samples, or one huge outlier change a statistic."),
    (
        27,
        "The registry forges a status, withholds or reorders events, replaces a file, restores an old database; oversized, slow, malformed and concurrent submissions lose something.",
    ),
    (
        28,
        "The console: script in free text, a payload that changes between review and signature, clickjacking, a wipe of its storage, an approver who is locked out.",
    ),
    (
        29,
        "A gateway: headers and paths that lead to another model's route, a cached answer that has run out, a registry that is down, a bundle that is swapped while in use.",
    ),
    (
        30,
        "The digest of the request is taken from the bundle or from the client instead of the loader's own hash.",
    ),
    (
        31,
        "Directory digests that collide: an empty tree, links, names that begin with a dash or hold line ends.",
    ),
    (
        32,
        "A revocation is undone because the revoker left, the key expired or the policy changed; a proposal is judged by an old, laxer policy.",
    ),
    (
        33,
        "A stolen key that has expired or is revoked signs with an old date; a far beginning banks an approval for years.",
    ),
    (
        34,
        "A withdrawal that the list names and the bundle omits; a list without a maximum age; two bundles with lists of different age.",
    ),
    (35, "One monitor or one approver revokes a key, a person or a whole model."),
    (
        36,
        "An approver operates the training service; a key or a principal stands in two planes; a root member stands in the registry plane; the list key is the log key.",
    ),
    (37, "Two rules overlap; names differ in case; an undeclared environment falls through to `*`."),
    (38, "A statement or list of the test domain is replayed in production."),
    (
        39,
        "A decision is kept past a boundary, or after a newer list, policy or revocation arrived; one wrong clock poisons the state.",
    ),
    (
        40,
        "An approval with an added signature; the same payload under other signatures counted twice; a decision that depends on the order of envelopes.",
    ),
];

/// Tests of programs: the family, the file, and the tests in it.
pub const TESTS: [(u8, &str, &[&str]); 12] = [
    (7, "core/tests/deployment.rs", &["an_approver_who_deploys_after_changing_planes"]),
    (24, "tests/vectors/reference/quorum.json", &[]),
    (24, "core/tests/reference_hostile.rs", &[]),
    (
        27,
        "registry/tests/faults.rs",
        &[
            "acknowledged_document_is_lost_when_the_registry_is_killed",
            "restored_database_signs_a_list_that_forgets",
            "list_that_a_verifier_holds_does_not_heal_a_restored_registry",
            "restored_ledger_signs_a_fork",
            "two_registries_serve_one_directory",
        ],
    ),
    (
        27,
        "registry/tests/admission.rs",
        &[
            "signature_of_other_bytes_is_taken",
            "junk_signatures_fill_a_stored_envelope",
            "policy_comes_from_anywhere_but_the_root",
            "two_clients_at_once_lose_or_double_a_document",
        ],
    ),
    (
        27,
        "registry/tests/interface.rs",
        &[
            "large_or_slow_bodies_hold_the_registry",
            "hostile_input_breaks_an_endpoint",
            "event_is_lost_or_repeated_after_a_break",
        ],
    ),
    (
        27,
        "tests/e2e/attacks.test.mjs",
        &[
            "another root offered on the first visit is not pinned by the right words",
            "another root served later verifies nothing",
            "an old revocation list after a newer one is not followed",
            "another bundle than asked for shows nothing",
            "a forged approval in the bundle is not counted",
            "an open proposal that the registry calls decided is shown as it is",
            "a registry that is gone leaves a page that says so",
        ],
    ),
    (
        28,
        "tests/e2e/attacks.test.mjs",
        &[
            "a proposal that changes between review and signature stops the signature",
            "scripts in every free text of a claim stay text",
            "an approval that the registry refuses is kept by the person",
        ],
    ),
    (28, "tests/e2e/keys.test.mjs", &["a framed page keeps its keys locked"]),
    (
        29,
        "gateway/tests/gateway.rs",
        &[
            "missing_evidence_is_no_permit",
            "pins_of_a_trust_document_are_believed",
            "a_permit_outlives_its_window",
            "a_permit_outlives_a_revocation",
            "an_older_list_takes_the_place_of_a_newer_one",
            "a_bundle_in_use_is_swapped_for_a_worse_one",
            "a_list_runs_out_before_it_is_looked_for",
        ],
    ),
    (29, "tests/vectors/gateway/paths.json", &[]),
    (39, "gateway/tests/properties.rs", &[]),
];

/// The page.
#[must_use]
pub fn page(files: &[File]) -> String {
    let mut page =
        format!("{HEAD}\n| | what is tried | what shows that it fails | codes |\n|---|---|---|---|\n");
    let mut vectors = 0;
    for (number, attack) in FAMILIES {
        let prefix = format!("{number:02}-");
        let mut shown = Vec::new();
        let mut codes = BTreeSet::new();
        for file in files.iter().filter(|file| file.path.starts_with(&prefix)) {
            vectors += file.count();
            shown.push(format!("[{}](../tests/vectors/attacks/{}): {}", file.path, file.path, file.count()));
            codes.extend(file.codes());
        }
        for (_, path, names) in TESTS.iter().filter(|(family, ..)| *family == number) {
            let count = if names.is_empty() { String::new() } else { format!(": {}", names.len()) };
            shown.push(format!("[{path}](../{path}){count}"));
        }
        let codes: Vec<_> = codes.iter().map(|code| format!("`{code}`")).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(page, "| {number} | {attack} | {} | {} |", shown.join("<br>"), codes.join(" "));
    }
    let _ = write!(page, "\n{vectors} vectors. The tests of programs that are counted above:\n\n");
    for (family, path, names) in TESTS {
        for name in names {
            let _ = writeln!(page, "- {family}: {} (`{path}`)", name.replace('_', " "));
        }
    }
    page
}
