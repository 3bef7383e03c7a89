//! One document by itself.
#![expect(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use placet_core::{
    code::Code,
    inspect::{Kind, summarize, verify_envelope},
    proposal::PolicyRef,
    revocation::Target,
    revocation_list::{Entry, EntryKind},
};
use placet_testkit::{Key, NOW, Organisation, time};

#[test]
fn a_document_whose_kind_or_signer_is_not_told() {
    let org = Organisation::new();
    let training = org.training(|_| {});
    let proposal = org.proposal(&training, |_| {});
    let approval = org.approval(&training, &proposal, "alice.ng", |_| {});
    let target = Target::Proposal(proposal.digest());
    let cases = [
        (training, Kind::TrainingOutput, "training-pipeline"),
        (proposal, Kind::Proposal, "emil.novak"),
        (approval, Kind::Approval, "alice.ng"),
        (org.revocation("bo.eriksen", target, |_| {}), Kind::Revocation, "bo.eriksen"),
        (org.key_revocation("emil.novak", "emil.novak"), Kind::KeyRevocation, "emil.novak"),
        (org.list(|_| {}), Kind::RevocationList, "registry"),
        (org.policy_envelope(), Kind::Policy, "alice.ng"),
    ];
    for (envelope, kind, signer) in cases {
        let verified = verify_envelope(&envelope, &org.trust().verify(), time(NOW)).unwrap();
        assert_eq!((verified.kind, verified.digest), (kind, envelope.digest()));
        let (principal, key_id) = &verified.signers[0];
        assert_eq!((principal.as_str(), *key_id), (signer, Key::of(signer).key_id()));
    }
}

#[test]
fn a_revoked_key_that_still_vouches_for_a_document() {
    let org = Organisation::new();
    let key = Key::of("training-pipeline").key_id();
    let mut trust = org.trust();
    trust.revocation_lists = vec![Ok(org.list(|list| {
        list.entries.push(Entry {
            kind: EntryKind::Key,
            value: key.digest(),
            until: None,
            reason_code: placet_core::revocation::Reason::Security,
            source: org.domain(),
        });
    }))];
    let refused = verify_envelope(&org.training(|_| {}), &trust.verify(), time(NOW));
    assert_eq!(refused.unwrap_err().code(), Code::KeyRevoked);
    // Without a list nobody knows which keys are revoked.
    trust.revocation_lists.clear();
    let refused = verify_envelope(&org.training(|_| {}), &trust.verify(), time(NOW));
    assert_eq!(refused.unwrap_err().code(), Code::ListMissing);
}

#[test]
fn a_summary_of_documents_that_do_not_belong_together() {
    let org = Organisation::new();
    let trust = org.trust().verify();
    let (training, other) = (org.training(|_| {}), org.training(|t| t.correlation_id = "another".into()));
    let proposal = org.proposal(&training, |_| {});
    let summary = summarize(&training, &proposal, &trust, time(NOW)).unwrap();
    assert!(summary.text.starts_with("placet-summary-v1\nAllow digits-classifier 3 "));
    assert_eq!(summary.words.split(' ').count(), 8);
    let refused = summarize(&other, &proposal, &trust, time(NOW));
    assert_eq!(refused.unwrap_err().code(), Code::TrainingOutputMismatch);
    let unknown = PolicyRef { version: 2, digest: org.domain() };
    let refused = summarize(&training, &org.proposal(&training, |p| p.policy = unknown), &trust, time(NOW));
    assert_eq!(refused.unwrap_err().code(), Code::ProposalPolicyUnknown);
}
