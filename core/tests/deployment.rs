//! A deployment statement is held against the decision that it claims to follow.
#![expect(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use std::collections::BTreeSet;

use placet_core::{
    code::Code,
    decide::{Decided, evaluate, verify_deployment},
    decision::Outcome,
    deployment::Deployment,
    digest::Digest,
    envelope::Envelope,
    key::{KeyId, Signer as _},
    name::ModelId,
    policy::Policy,
    state::State,
    statement::IN_TOTO,
    weights::WeightsKind,
};
use placet_testkit::{Key, Organisation, name_of, sign_by, time};

/// The sound organisation with a proposal and what was decided on it.
struct Case {
    org: Organisation,
    proposal: Envelope,
    decided: Decided,
}

impl Case {
    fn new(org: Organisation, approvers: &[&str]) -> Self {
        let training = org.training(|_| {});
        let proposal = org.proposal(&training, |_| {});
        let approvals: Vec<_> =
            approvers.iter().map(|who| org.approval(&training, &proposal, who, |_| {})).collect();
        let bundle = org.bundle(&training, &proposal, &approvals);
        let decided = evaluate(&bundle, &org.trust().verify(), &State::new(), &org.request());
        Self { org, proposal, decided }
    }

    fn permitted() -> Self {
        Self::new(Organisation::new(), &["alice.ng", "chandra.iyer"])
    }

    fn by(&self, deployer: &str, change: impl FnOnce(&mut Deployment)) -> Envelope {
        self.org.deployment(&self.proposal, &self.decided.bytes, deployer, change)
    }

    fn verify(&self, deployment: &Envelope) -> Result<(), Code> {
        self.verify_among(deployment, &BTreeSet::new())
    }

    fn verify_among(&self, deployment: &Envelope, revoked: &BTreeSet<KeyId>) -> Result<(), Code> {
        let chain = self.org.chain();
        let verified = verify_deployment(deployment, &self.decided.decision, &chain, revoked);
        verified.map(drop).map_err(|error| error.code())
    }
}

#[test]
fn a_deployment_that_follows_its_decision() {
    let case = Case::permitted();
    assert_eq!(case.decided.decision.outcome, Outcome::Permit);
    assert_eq!(case.verify(&case.by("deployer", |_| {})), Ok(()));
    let denied = Case::new(Organisation::new(), &["alice.ng"]);
    assert_eq!(
        denied.verify(&denied.by("deployer", |deployment| deployment.outcome = Outcome::Deny)),
        Ok(())
    );
}

#[test]
fn a_deployment_of_something_else() {
    let case = Case::permitted();
    let changes: [fn(&mut Deployment); 7] = [
        |deployment| deployment.proposal = Digest::of(b"another"),
        |deployment| deployment.decision = Digest::of(b"another"),
        |deployment| deployment.environment = name_of("staging"),
        |deployment| deployment.scope = name_of("us-east"),
        |deployment| deployment.subject.weights.digest = Digest::of(b"another"),
        |deployment| deployment.subject.weights.kind = WeightsKind::Directory,
        |deployment| deployment.subject.model_id = ModelId::parse("another").unwrap(),
    ];
    for (index, change) in changes.into_iter().enumerate() {
        let deployment = case.by("deployer", change);
        assert_eq!(case.verify(&deployment), Err(Code::DeploymentMismatch), "change {index}");
    }
}

#[test]
fn a_deployment_against_its_decision() {
    let denied = Case::new(Organisation::new(), &["alice.ng"]);
    assert_eq!(denied.verify(&denied.by("deployer", |_| {})), Err(Code::NotPermitted));
    let permitted = Case::permitted();
    let deployment = permitted.by("deployer", |deployment| deployment.outcome = Outcome::Deny);
    assert_eq!(permitted.verify(&deployment), Err(Code::NotPermitted));
}

#[test]
fn a_deployment_by_another_plane() {
    let case = Case::permitted();
    for who in ["alice.ng", "training-pipeline", "drift-monitor", "registry"] {
        assert_eq!(case.verify(&case.by(who, |_| {})), Err(Code::SignerNotEntitled), "{who}");
    }
    assert_eq!(case.verify(&case.by("mallory", |_| {})), Err(Code::SignerUnknown));
    let payload = case.by("deployer", |_| {}).unverified_payload().to_vec();
    assert_eq!(case.verify(&sign_by(IN_TOTO, payload, &["alice.ng"])), Err(Code::SignerMismatch));
    let future = case.by("deployer", |deployment| deployment.deployed_at = time("2026-11-22T14:07:01Z"));
    assert_eq!(case.verify(&future), Err(Code::FromFuture));
}

#[test]
fn a_deployment_under_a_revoked_key() {
    let case = Case::permitted();
    let revoked = |who: &str| BTreeSet::from([Key::of(who).public_key().key_id()]);
    let deployment = case.by("deployer", |_| {});
    assert_eq!(case.verify_among(&deployment, &revoked("deployer")), Err(Code::KeyRevoked));
    assert_eq!(case.verify_among(&deployment, &revoked("alice.ng")), Ok(()));
}

#[test]
fn an_approver_who_deploys_after_changing_planes() {
    // Approved while in governance; the next policy has the same person serve.
    let case = Case::permitted();
    let second = case.org.next_policy(
        |policy| {
            policy.root.principals = ["bo.eriksen", "chandra.iyer", "dana.osei"].map(name_of).into();
            policy.principals.get_mut("alice.ng").unwrap().roles = vec![name_of("deployer")];
        },
        &["alice.ng", "bo.eriksen", "dana.osei"],
    );
    let mut trust = case.org.trust();
    trust.policies.push(Ok(second));
    let trust = trust.verify();
    let chain = trust.policy(case.org.domain()).unwrap();
    assert_eq!(chain.links().count(), 2);
    let code = |envelope: &Envelope| {
        let none = BTreeSet::new();
        verify_deployment(envelope, &case.decided.decision, chain, &none)
            .map(drop)
            .map_err(|error| error.code())
    };
    assert_eq!(code(&case.by("alice.ng", |_| {})), Err(Code::DeployerIsApprover));
    assert_eq!(code(&case.by("deployer", |_| {})), Ok(()));
}

#[test]
fn an_approver_who_deploys_under_another_key_or_another_name() {
    let case = Case::permitted();
    let code = |change: &dyn Fn(&mut Policy), deployment: &Envelope| {
        let second = case.org.next_policy(
            |policy| {
                policy.root.principals = ["bo.eriksen", "chandra.iyer", "dana.osei"].map(name_of).into();
                change(policy);
            },
            &["alice.ng", "bo.eriksen", "dana.osei"],
        );
        let mut trust = case.org.trust();
        trust.policies.push(Ok(second));
        let trust = trust.verify();
        let chain = trust.policy(case.org.domain()).unwrap();
        assert_eq!(chain.links().count(), 2);
        let verified = verify_deployment(deployment, &case.decided.decision, chain, &BTreeSet::new());
        verified.map(drop).map_err(|error| error.code())
    };
    let another_key = |policy: &mut Policy| {
        let alice = policy.principals.get_mut("alice.ng").unwrap();
        alice.roles = vec![name_of("deployer")];
        alice.keys[0].public = Key::of("alice.ng-2").public_key().clone();
    };
    let deployment = case.by("alice.ng-2", |deployment| deployment.deployed_by = name_of("alice.ng"));
    assert_eq!(code(&another_key, &deployment), Err(Code::DeployerIsApprover));
    let another_name = |policy: &mut Policy| {
        let alice = policy.principals.remove("alice.ng").unwrap();
        policy.principals.get_mut("deployer").unwrap().keys = alice.keys;
    };
    let deployment = case.by("alice.ng", |deployment| deployment.deployed_by = name_of("deployer"));
    assert_eq!(code(&another_name, &deployment), Err(Code::DeployerIsApprover));
}
