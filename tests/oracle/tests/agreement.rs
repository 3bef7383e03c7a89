//! The core and the oracle agree on every case, and the cases are worth it.
#![expect(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use std::collections::BTreeMap;

use placet_oracle::{compare, generate::Case};
use proptest::{
    collection::vec,
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{TestRng, TestRunner},
};

/// Choices; few bytes leave most of a case sound.
fn choices() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![vec(any::<u8>(), 0..32), vec(any::<u8>(), 0..160)]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, max_shrink_iters: 300, ..ProptestConfig::default() })]

    #[test]
    fn the_core_decides_as_the_oracle(bytes in choices()) {
        let verdict = compare(&Case::of(&bytes));
        prop_assert!(verdict.is_ok(), "{}", verdict.unwrap_err());
    }
}

/// How often each code denies among some hundred cases, and how many are permitted.
#[test]
fn permits_and_most_codes_occur() {
    let random = TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), random);
    let mut permits = 0;
    let mut codes = BTreeMap::<_, usize>::new();
    for _ in 0..400 {
        let bytes = choices().new_tree(&mut runner).unwrap().current();
        let verdict = compare(&Case::of(&bytes)).unwrap();
        permits += usize::from(verdict.permit);
        verdict.denials.into_iter().for_each(|code| *codes.entry(code).or_default() += 1);
    }
    println!("{permits} permits, {codes:?}");
    assert!((40..=280).contains(&permits), "{permits} permits of 400");
    assert!(codes.len() >= 50, "only {} codes", codes.len());
}
