//! What verified trust tells whoever asks outside a decision.
#![expect(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use std::collections::BTreeSet;

use placet_core::{
    code::Code,
    digest::Digest,
    envelope::Envelope,
    revocation::Reason,
    revocation_list::{Entry, EntryKind},
    trust::Trust,
};
use placet_testkit::{Key, Organisation};

#[test]
fn keys_that_a_list_or_a_statement_revokes() {
    let org = Organisation::new();
    let revoked = |trust: &Trust| trust.verify().revoked_keys(org.domain());
    assert!(revoked(&org.trust()).is_empty());

    let entry =
        |kind, value| Entry { kind, value, until: None, reason_code: Reason::Security, source: org.domain() };
    let [listed, loose] = ["chandra.iyer", "emil.novak"].map(|who| Key::of(who).key_id());
    let other = Digest::of(b"a proposal");
    let entries = vec![entry(EntryKind::Key, listed.digest()), entry(EntryKind::Proposal, other)];
    let list = org.list(|list| list.entries = entries);
    let trust = Trust {
        revocation_lists: vec![Ok(list)],
        revocations: vec![Ok(org.key_revocation("dana.osei", "emil.novak"))],
        ..org.trust()
    };
    assert_eq!(revoked(&trust), BTreeSet::from([listed, loose]));
    assert!(trust.verify().revoked_keys(other).is_empty(), "of a domain that is not pinned");
}

#[test]
fn what_is_pinned_and_why_a_chain_is_not_whole() {
    let org = Organisation::new();
    let second = |signers: &[&str]| -> Envelope { org.next_policy(|_| {}, signers) };
    let failure = |second: Envelope| {
        let mut trust = org.trust();
        trust.policies.push(Ok(second));
        let verified = trust.verify();
        assert_eq!(verified.pins().collect::<Vec<_>>(), [org.domain()]);
        assert_eq!(verified.policy(org.domain()).unwrap().links().count(), 1);
        verified.policy_failure(org.domain())
    };
    assert_eq!(org.trust().verify().policy_failure(org.domain()), None);
    assert_eq!(failure(second(&["alice.ng"])), Some(Code::PolicySignatures));
}
