//! What is taken, and what is refused with which code.

mod support;

use placet_core::{
    approval::Verdict,
    envelope::Envelope,
    name::Label,
    policy::POLICY,
    proposal::PolicyRef,
    revocation::{Reason, Target},
    statement::IN_TOTO,
};
use placet_testkit::{Key, Organisation, name_of, sign_by, time};
use support::{Client, Server};

fn refused(client: &Client, envelope: &Envelope, status: u16, code: &str) {
    assert_eq!(client.push(envelope).refusal(), (status, code.to_owned()));
}

/// A registry with a training output and a proposal for production.
struct Case {
    org: Organisation,
    server: Server,
    training: Envelope,
    proposal: Envelope,
}

impl Case {
    fn new() -> Self {
        Self::of(Organisation::new())
    }

    fn of(org: Organisation) -> Self {
        let server = Server::start(&org);
        let training = org.training(|_| {});
        let proposal = org.proposal(&training, |_| {});
        server.client().admit(&training);
        server.client().admit(&proposal);
        Self { org, server, training, proposal }
    }

    fn client(&self) -> Client {
        self.server.client()
    }

    fn approval(&self, who: &str) -> Envelope {
        self.org.approval(&self.training, &self.proposal, who, |_| {})
    }

    fn verdict(&self, who: &str, verdict: Verdict) -> Envelope {
        self.org.approval(&self.training, &self.proposal, who, |approval| approval.verdict = verdict)
    }

    fn listed(&self) -> Vec<(String, String, String)> {
        let list = self.client().get("/v1/revocation-list");
        let list = Envelope::parse(&list.body).unwrap();
        let list = placet_core::revocation_list::RevocationList::parse(list.unverified_payload()).unwrap();
        let entries = list.entries.iter();
        let entries = entries.map(|entry| {
            (entry.kind.as_str().into(), entry.value.to_string(), entry.reason_code.as_str().into())
        });
        entries.collect()
    }
}

#[test]
fn same_payload_is_entered_twice() {
    let case = Case::new();
    let size = || case.client().get("/readyz").json()["ledger_size"].clone();
    let before = size();
    let again = case.client().push(&case.training);
    assert_eq!((again.status, again.json()["new"].clone()), (200, false.into()));
    assert_eq!(size(), before);
}

#[test]
fn statement_without_an_entitled_signer_is_taken() {
    let case = Case::new();
    let (client, org) = (case.client(), &case.org);
    refused(&client, &org.training(|t| t.trainer = name_of("nobody")), 403, "signer_unknown");
    refused(&client, &org.training(|t| t.trainer = name_of("alice.ng")), 403, "signer_not_entitled");
    let payload = org.training(|t| t.correlation_id = "other".into()).unverified_payload().to_vec();
    refused(&client, &sign_by(IN_TOTO, payload.clone(), &["alice.ng"]), 403, "signer_mismatch");
    refused(&client, &Envelope::unsigned(IN_TOTO, payload), 403, "signer_mismatch");
    let other = Organisation::new().with(|policy| policy.organization = "Other".into());
    refused(&client, &other.training(|_| {}), 403, "foreign_domain");
    refused(&client, &org.training(|t| t.created_at = time("2026-12-24T00:00:00Z")), 403, "from_future");
    refused(
        &client,
        &org.training(|t| t.created_at = time("2025-12-24T00:00:00Z")),
        403,
        "key_not_yet_valid",
    );
}

#[test]
fn signature_of_other_bytes_is_taken() {
    let case = Case::new();
    let training = case.org.training(|t| t.correlation_id = "1".into());
    let other = case.org.training(|t| t.correlation_id = "2".into());
    let signed: serde_json::Value = serde_json::from_str(&other.to_json()).unwrap();
    let mut forged: serde_json::Value = serde_json::from_str(&training.to_json()).unwrap();
    forged["signatures"] = signed["signatures"].clone();
    let answer = case.client().post_json("/v1/envelopes", &forged.to_string());
    assert_eq!(answer.refusal(), (403, "signature_invalid".into()));
}

#[test]
fn junk_signatures_fill_a_stored_envelope() {
    let case = Case::new();
    let mut training = case.org.training(|t| t.correlation_id = "junk".into());
    let clean = training.clone();
    training.add_signature(&Key::of("stranger"));
    training.add_signature(&Key::of("alice.ng"));
    case.client().admit(&training);
    let stored = case.client().get(&format!("/v1/envelopes/{}", training.digest())).body;
    assert_eq!(String::from_utf8(stored).unwrap(), clean.to_json());
    // Nor do they come in with a second copy.
    assert_eq!(case.client().push(&training).status, 200);
    let stored = case.client().get(&format!("/v1/envelopes/{}", training.digest())).body;
    assert_eq!(String::from_utf8(stored).unwrap(), clean.to_json());
}

#[test]
fn valid_signature_of_a_second_root_holder_is_lost() {
    let org = Organisation::new();
    let server = Server::start(&org);
    let next = |signers: &[&str]| org.next_policy(|_| {}, signers);
    server.client().admit(&next(&["alice.ng", "bo.eriksen"]));
    let more = server.client().push(&next(&["dana.osei", "emil.novak"]));
    assert_eq!(more.status, 200);
    let stored = server.client().get(&format!("/v1/envelopes/{}", next(&[]).digest())).body;
    // Three of the root; Emil is none of them.
    assert_eq!(Envelope::parse(&stored).unwrap().signature_count(), 3);
}

#[test]
fn proposal_that_could_never_be_approved_is_taken() {
    let case = Case::new();
    let (client, org, training) = (case.client(), &case.org, &case.training);
    let unknown = org.training(|t| t.version = Label::parse("9").unwrap());
    refused(&client, &org.proposal(&unknown, |_| {}), 409, "unknown_training_output");
    let to = |change: fn(&mut placet_core::proposal::Proposal)| org.proposal(training, change);
    refused(&client, &to(|p| p.environments = vec![name_of("moon")]), 409, "environment_undeclared");
    refused(&client, &to(|p| p.scopes = vec![name_of("moon")]), 409, "scope_undeclared");
    refused(&client, &to(|p| p.window.not_after = time("2028-01-01T00:00:00Z")), 409, "ttl_exceeded");
    refused(
        &client,
        &to(|p| {
            p.proposed_at = time("2026-10-01T00:00:00Z");
            p.window.not_before = p.proposed_at;
            p.window.not_after = time("2026-11-22T14:05:00Z");
        }),
        409,
        "expired",
    );
    let unknown = PolicyRef { version: 7, digest: org.domain() };
    refused(&client, &org.proposal(training, |p| p.policy = unknown), 409, "proposal_policy_unknown");
    refused(&client, &org.proposal(training, |p| p.supersedes = Some(org.domain())), 409, "unknown_proposal");
    let mut other = org.clone();
    other.policy.rules.retain(|rule| rule.name.as_str() == "production");
    let case = Case::of(other);
    let staging = case.org.proposal(&case.training, |p| p.environments = vec![name_of("staging")]);
    refused(&case.client(), &staging, 409, "rule_missing");
}

#[test]
fn approval_that_counts_nowhere_is_taken() {
    let case = Case::new();
    let (client, org) = (case.client(), &case.org);
    let by = |who: &str, change: fn(&mut placet_core::approval::Approval)| {
        org.approval(&case.training, &case.proposal, who, change)
    };
    let unknown = org.proposal(&case.training, |p| p.note = "unknown".into());
    refused(&client, &org.approval(&case.training, &unknown, "alice.ng", |_| {}), 409, "unknown_proposal");
    refused(&client, &by("alice.ng", |a| a.role = name_of("safety")), 409, "role_not_held");
    refused(&client, &by("emil.novak", |_| {}), 409, "approver_operates_trainer");
    refused(
        &client,
        &by("alice.ng", |a| a.summary.digest = placet_core::digest::Digest::of(b"")),
        409,
        "summary_mismatch",
    );
    refused(
        &client,
        &by("alice.ng", |a| a.signed_at = time("2026-11-20T00:00:00Z")),
        409,
        "approval_before_proposal",
    );
    let mut two = case.approval("alice.ng");
    two.add_signature(&Key::of("bo.eriksen"));
    refused(&client, &two, 403, "signature_count");
    client.admit(&case.approval("alice.ng"));
    refused(&client, &by("alice.ng", |a| a.comment = "once more".into()), 409, "duplicate_approver");
}

#[test]
fn person_who_withdrew_or_rejected_approves_again() {
    // Without a veto a rejection ends nothing but the own approvals.
    let case = Case::of(Organisation::new().with(|p| p.rules.iter_mut().for_each(|r| r.veto = false)));
    let client = case.client();
    let (alice, chandra) = (case.approval("alice.ng"), case.approval("chandra.iyer"));
    client.admit(&alice);
    client.admit(&case.verdict("alice.ng", Verdict::Withdraw));
    assert_eq!(case.listed(), [("approval".into(), alice.digest().to_string(), "other".into())]);
    let again = case.org.approval(&case.training, &case.proposal, "alice.ng", |a| a.comment = "again".into());
    refused(&client, &again, 409, "approval_cancelled");
    client.admit(&case.verdict("chandra.iyer", Verdict::Reject));
    refused(&client, &chandra, 409, "approval_cancelled");
    refused(
        &client,
        &case.org.approval(&case.training, &case.proposal, "chandra.iyer", |a| {
            a.verdict = Verdict::Reject;
            a.comment = "again".into();
        }),
        409,
        "duplicate_approver",
    );
}

#[test]
fn rejection_with_a_veto_leaves_the_proposal_open() {
    let case = Case::new();
    let client = case.client();
    client.admit(&case.approval("alice.ng"));
    client.admit(&case.verdict("dana.osei", Verdict::Reject));
    let proposal = case.proposal.digest().to_string();
    assert_eq!(case.listed(), [("proposal".into(), proposal.clone(), "policy".into())]);
    assert_eq!(client.get("/v1/proposals?state=rejected").json()["items"][0]["digest"], proposal);
    refused(&client, &case.approval("chandra.iyer"), 409, "vetoed");
}

#[test]
fn revocation_waits_for_the_next_list() {
    let case = Case::new();
    let (client, org) = (case.client(), &case.org);
    let (proposal, weights) = (case.proposal.digest(), Organisation::subject().weights.digest);
    assert!(case.listed().is_empty());
    refused(
        &client,
        &org.revocation("deployer", Target::Weights(weights), |_| {}),
        403,
        "signer_not_entitled",
    );
    client.admit(&org.revocation("bo.eriksen", Target::Proposal(proposal), |_| {}));
    refused(&client, &case.approval("alice.ng"), 409, "proposal_revoked");
    client.admit(&org.revocation("bo.eriksen", Target::Weights(weights), |_| {}));
    refused(&client, &org.proposal(&case.training, |p| p.note = "again".into()), 409, "weights_revoked");
    client.admit(&org.key_revocation("emil.novak", "emil.novak"));
    let kinds: Vec<_> = case.listed().into_iter().map(|(kind, _, _)| kind).collect();
    assert_eq!(kinds, ["key", "proposal", "weights"]);
    refused(&client, &org.proposal(&case.training, |p| p.note = "more".into()), 403, "key_revoked");
    refused(&client, &org.key_revocation("bo.eriksen", "alice.ng"), 403, "signer_not_entitled");
}

#[test]
fn monitor_revokes_without_drift_on_record() {
    let org = Organisation::new().with(|policy| {
        policy.auto_revoke = Some(placet_core::policy::AutoRevoke {
            windows: 2,
            min_severity: placet_core::training::Metric::parse("0.5").unwrap(),
        });
    });
    let case = Case::of(org);
    let target = Target::Proposal(case.proposal.digest());
    let revocation = case.org.revocation("drift-monitor", target, |revocation| {
        revocation.reason_code = Reason::Drift;
        revocation.evidence = Some(case.training.digest());
    });
    refused(&case.client(), &revocation, 409, "drift_not_on_record");
    let reckless = case.org.revocation("drift-monitor", target, |_| {});
    refused(&case.client(), &reckless, 403, "signer_not_entitled");
}

#[test]
fn superseded_proposal_stays_in_force() {
    let case = Case::new();
    let client = case.client();
    client.admit(&case.approval("alice.ng"));
    client.admit(&case.approval("chandra.iyer"));
    let old = case.proposal.digest();
    let training = case.org.training(|t| t.version = Label::parse("4").unwrap());
    let proposal = case.org.proposal(&training, |p| p.supersedes = Some(old));
    client.admit(&training);
    client.admit(&proposal);
    client.admit(&case.org.approval(&training, &proposal, "alice.ng", |_| {}));
    assert!(case.listed().is_empty(), "a proposal alone replaces nothing");
    client.admit(&case.org.approval(&training, &proposal, "chandra.iyer", |_| {}));
    assert_eq!(case.listed(), [("proposal".into(), old.to_string(), "superseded".into())]);
}

#[test]
fn deployment_of_something_else_is_taken() {
    let case = Case::new();
    let (client, org) = (case.client(), &case.org);
    client.admit(&case.approval("alice.ng"));
    let deployment = |change: fn(&mut placet_core::deployment::Deployment)| {
        org.deployment(&case.proposal, b"decision", "deployer", change)
    };
    client.admit(&deployment(|_| {}));
    refused(&client, &deployment(|d| d.environment = name_of("staging")), 409, "deployment_mismatch");
    refused(
        &client,
        &deployment(|d| d.proposal = placet_core::digest::Digest::of(b"")),
        409,
        "unknown_proposal",
    );
    let by_approver = org.deployment(&case.proposal, b"decision", "alice.ng", |_| {});
    refused(&client, &by_approver, 403, "signer_not_entitled");
}

#[test]
fn policy_comes_from_anywhere_but_the_root() {
    let org = Organisation::new();
    let server = Server::start(&org);
    let client = server.client();
    let sound = ["alice.ng", "dana.osei"];
    let mut other = org.clone();
    other.policy.organization = "Other".into();
    refused(&client, &other.policy_envelope(), 409, "policy_unpinned");
    refused(&client, &other.next_policy(|_| {}, &sound), 403, "foreign_domain");
    refused(&client, &org.next_policy(|_| {}, &["alice.ng"]), 409, "policy_signatures");
    refused(&client, &org.next_policy(|_| {}, &["alice.ng", "emil.novak"]), 409, "policy_signatures");
    refused(&client, &org.next_policy(|p| p.version = 3, &sound), 409, "policy_version_gap");
    let elsewhere = placet_core::digest::Digest::of(b"");
    refused(
        &client,
        &org.next_policy(|p| p.previous = Some(elsewhere), &sound),
        409,
        "policy_previous_mismatch",
    );
    let later = time("2026-12-01T00:00:00Z");
    refused(&client, &org.next_policy(|p| p.window.not_before = later, &sound), 409, "policy_not_yet_valid");
    client.admit(&org.next_policy(|_| {}, &sound));
    let fork = org.next_policy(|p| p.organization = "Fork".into(), &sound);
    refused(&client, &fork, 409, "policy_equivocation");
    assert_eq!(client.get("/v1/policies").json()["items"].as_array().unwrap().len(), 2);
    // The list names the new policy at once.
    let list = Envelope::parse(&client.get("/v1/revocation-list").body).unwrap();
    let list = placet_core::revocation_list::RevocationList::parse(list.unverified_payload()).unwrap();
    assert_eq!(list.policy.version, 2);
}

#[test]
fn document_of_no_known_kind_is_taken() {
    let case = Case::new();
    let client = case.client();
    let signed = |payload_type: &str, payload: &str| sign_by(payload_type, payload.into(), &["alice.ng"]);
    refused(&client, &signed("text/plain", "{}"), 400, "wrong_payload_type");
    refused(&client, &signed(IN_TOTO, "{}"), 400, "missing_field");
    refused(&client, &signed(IN_TOTO, "{"), 400, "json_syntax");
    refused(&client, &signed(IN_TOTO, r#"{"predicateType":"urn:other"}"#), 400, "wrong_predicate_type");
    refused(&client, &signed(POLICY, "{}"), 400, "missing_field");
    refused(&client, &signed(IN_TOTO, r#"{"predicateType":"a","predicateType":"b"}"#), 400, "duplicate_key");
}

#[test]
fn inbox_asks_a_person_who_has_signed() {
    let case = Case::new();
    let inbox = |who: &str, part: &str| {
        let inbox = case.client().get(&format!("/v1/inbox?principal={who}")).json();
        inbox[part].as_array().unwrap().len()
    };
    assert_eq!([inbox("alice.ng", "needs_me"), inbox("emil.novak", "needs_me")], [1, 0]);
    case.client().admit(&case.approval("alice.ng"));
    assert_eq!([inbox("alice.ng", "needs_me"), inbox("alice.ng", "waiting")], [0, 1]);
    // Another ML lead is no longer missing, but safety is.
    assert_eq!([inbox("bo.eriksen", "needs_me"), inbox("dana.osei", "needs_me")], [0, 1]);
    case.client().admit(&case.approval("dana.osei"));
    assert_eq!([inbox("alice.ng", "waiting"), inbox("alice.ng", "decided")], [0, 1]);
}

#[test]
fn two_clients_at_once_lose_or_double_a_document() {
    let org = Organisation::new();
    let server = Server::start(&org);
    let documents: Vec<_> =
        (0..40).map(|n| org.training(|t| t.correlation_id = format!("run-{n}"))).collect();
    let news: usize = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..4)
            .map(|_| {
                let (client, documents) = (server.client(), &documents);
                scope.spawn(move || {
                    let pushed = documents.iter().map(|document| client.push(document));
                    pushed
                        .filter(|answer| {
                            assert!(matches!(answer.status, 200 | 201));
                            answer.status == 201
                        })
                        .count()
                })
            })
            .collect();
        clients.into_iter().map(|client| client.join().unwrap()).sum()
    });
    assert_eq!(news, documents.len());
    assert_eq!(server.client().get("/readyz").json()["ledger_size"], documents.len() + 1);
}
