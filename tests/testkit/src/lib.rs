//! An organisation with fixed keys, for tests and vectors. Never for real use: its secret keys are public.
//!
//! Every document is a sound one that a closure may spoil before it is signed, so that a test says only what is wrong:
//!
//! ```
//! use placet_testkit::Organisation;
//!
//! let org = Organisation::new();
//! let training = org.training(|_| {});
//! let proposal = org.proposal(&training, |p| p.note = "try it".into());
//! let approvals = ["alice.ng", "chandra.iyer"].map(|name| org.approval(&training, &proposal, name, |_| {}));
//! let bundle = org.bundle(&training, &proposal, &approvals);
//! let decided = placet_core::decide::evaluate(&bundle, &org.trust().verify(), &Default::default(), &org.request());
//! assert_eq!(decided.decision.outcome, placet_core::decision::Outcome::Permit);
//! ```
#![expect(clippy::missing_panics_doc, clippy::unwrap_used, reason = "a test kit stops where a test is wrong")]

pub mod drift;

use std::collections::{BTreeMap, BTreeSet};

use ed25519_dalek::{Signer as _, SigningKey};
use placet_core::{
    approval::{Approval, Verdict},
    baseline::{Baselines, StoredBaseline, Window as Values},
    bundle::Bundle,
    decision::Outcome,
    deployment::Deployment,
    digest::Digest,
    drift::{Distribution, DistributionRule, Family, Test, check_distributions, check_metrics, report},
    drift_report::{DriftReport, ReportWindow},
    envelope::Envelope,
    key::{PublicKey, Signer},
    name::{Label, Principal},
    policy::{
        Member, MetricBound, POLICY, Pattern, Plane, Policy, PolicyKey, RoleThreshold, Rule, Threshold,
        TrustPolicy,
    },
    proposal::{PolicyRef, Proposal},
    request::Request,
    revocation::{KEY_REVOCATION, KeyRevocation, Reason, Revocation, Target},
    revocation_list::{REVOCATION_LIST, RevocationList},
    statement::{IN_TOTO, Statement as _, Subject},
    summary,
    time::{Timestamp, Window},
    training::{Metric, TrainingOutput},
    trust::Trust,
    verify::Verified,
    weights::{Manifest, WeightsFile},
};

/// The moment at which everything is asked.
pub const NOW: &str = "2026-11-22T14:05:00Z";

/// A key whose seed is the SHA-256 of a name.
#[derive(Debug)]
pub struct Key {
    secret: SigningKey,
    public: PublicKey,
}

impl Key {
    /// The id of its public half.
    #[must_use]
    pub fn key_id(&self) -> placet_core::key::KeyId {
        self.public.key_id()
    }

    /// The key of `name`.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let secret = SigningKey::from_bytes(Digest::of(name.as_bytes()).as_bytes());
        let public = PublicKey::from_bytes(secret.verifying_key().as_bytes()).unwrap();
        Self { secret, public }
    }

    /// The 32 secret bytes, as fixed as the name.
    #[must_use]
    pub fn seed(&self) -> [u8; 32] {
        self.secret.to_bytes()
    }
}

impl Signer for Key {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.secret.sign(message).to_bytes()
    }
}

/// Reads a time or stops.
#[must_use]
pub fn time(text: &str) -> Timestamp {
    Timestamp::parse(text).unwrap()
}

/// An organisation of five people, a training service, a deployer, a monitor and a registry.
#[derive(Clone, Debug)]
pub struct Organisation {
    /// Version 1 of its policy.
    pub policy: Policy,
}

impl Default for Organisation {
    fn default() -> Self {
        Self::new()
    }
}

impl Organisation {
    /// The organisation as it is when nothing is wrong: production asks one ML lead and one of safety.
    #[must_use]
    pub fn new() -> Self {
        let people = [
            ("alice.ng", "Alice Ng", "research", "ml-lead"),
            ("bo.eriksen", "Bo Eriksen", "platform", "ml-lead"),
            ("emil.novak", "Emil Novak", "research", "ml-lead"),
            ("chandra.iyer", "Chandra Iyer", "safety", "safety"),
            ("dana.osei", "Dana Osei", "safety", "safety"),
        ];
        let services = [
            ("training-pipeline", "Training pipeline", "trainer"),
            ("deployer", "Deployer", "deployer"),
            ("drift-monitor", "Drift monitor", "monitor"),
            ("registry", "Registry", "registry"),
        ];
        let member = |name: &str, display_name: &str, unit: &str, role: &str| Member {
            display_name: display_name.into(),
            unit: unit.into(),
            roles: vec![name_of(role)],
            operators: Vec::new(),
            keys: vec![PolicyKey {
                public: Key::of(name).public,
                window: Window {
                    not_before: time("2026-01-01T00:00:00Z"),
                    not_after: time("2027-07-01T00:00:00Z"),
                },
            }],
        };
        let mut principals: BTreeMap<Principal, Member> = BTreeMap::new();
        for (name, display_name, unit, role) in people {
            principals.insert(name_of(name), member(name, display_name, unit, role));
        }
        for (name, display_name, role) in services {
            principals.insert(name_of(name), member(name, display_name, "", role));
        }
        principals.get_mut("training-pipeline").unwrap().operators = vec![name_of("emil.novak")];
        let roles = [
            ("ml-lead", Plane::Governance),
            ("safety", Plane::Governance),
            ("trainer", Plane::Training),
            ("deployer", Plane::Serving),
            ("monitor", Plane::Monitoring),
            ("registry", Plane::Registry),
        ];
        let policy = Policy {
            version: 1,
            previous: None,
            domain: None,
            window: Window {
                not_before: time("2026-01-01T00:00:00Z"),
                not_after: time("2027-06-30T00:00:00Z"),
            },
            organization: "Example".into(),
            environments: ["production", "staging"].map(name_of).into(),
            scopes: ["eu-west", "us-east"].map(name_of).into(),
            root: Threshold {
                threshold: 2,
                principals: ["alice.ng", "bo.eriksen", "dana.osei"].map(name_of).into(),
            },
            list_signers: Threshold { threshold: 1, principals: vec![name_of("registry")] },
            log: None,
            principals,
            roles: roles.into_iter().map(|(role, plane)| (name_of(role), plane)).collect(),
            rules: vec![
                rule("production", &[("ml-lead", 1), ("safety", 1)]),
                rule("staging", &[("ml-lead", 1)]),
            ],
            auto_revoke: None,
            clock_skew_seconds: 120,
        };
        Self { policy }
    }

    /// The organisation with its policy changed.
    #[must_use]
    pub fn with(mut self, change: impl FnOnce(&mut Policy)) -> Self {
        change(&mut self.policy);
        self
    }

    /// The digest of version 1 of the policy.
    #[must_use]
    pub fn domain(&self) -> Digest {
        Digest::of(&self.policy.to_payload())
    }

    /// Version 1 and its digest.
    #[must_use]
    pub fn policy_ref(&self) -> PolicyRef {
        PolicyRef { version: 1, digest: self.domain() }
    }

    /// The policy, signed by two of the root.
    #[must_use]
    pub fn policy_envelope(&self) -> Envelope {
        sign_by(POLICY, self.policy.to_payload(), &["alice.ng", "dana.osei"])
    }

    /// The next version of the policy, changed and signed by `signers`.
    #[must_use]
    pub fn next_policy(&self, change: impl FnOnce(&mut Policy), signers: &[&str]) -> Envelope {
        let mut policy = self.policy.clone();
        policy.version = 2;
        policy.previous = Some(self.domain());
        policy.domain = Some(self.domain());
        policy.window.not_before = time("2026-11-01T00:00:00Z");
        change(&mut policy);
        sign_by(POLICY, policy.to_payload(), signers)
    }

    /// What a verifier is given: the pinned policy and a fresh, empty list.
    #[must_use]
    pub fn trust(&self) -> Trust {
        Trust {
            pins: BTreeSet::from([self.domain()]),
            policies: vec![Ok(self.policy_envelope())],
            revocation_lists: vec![Ok(self.list(|_| {}))],
            revocations: Vec::new(),
            ledger: None,
        }
    }

    /// The verified chain of version 1 alone.
    #[must_use]
    pub fn chain(&self) -> TrustPolicy {
        self.trust().verify().policy(self.domain()).unwrap().clone()
    }

    /// A revocation list, empty but for what `change` adds, signed by the registry.
    #[must_use]
    pub fn list(&self, change: impl FnOnce(&mut RevocationList)) -> Envelope {
        let mut list = RevocationList {
            domain: self.domain(),
            number: 212,
            window: Window {
                not_before: time("2026-11-22T14:01:00Z"),
                not_after: time("2026-11-22T15:31:00Z"),
            },
            policy: self.policy_ref(),
            entries: Vec::new(),
        };
        change(&mut list);
        list.entries.sort_unstable();
        sign_by(REVOCATION_LIST, list.to_payload(), &["registry"])
    }

    /// The model that everything is about.
    #[must_use]
    pub fn subject() -> Subject {
        Subject { model_id: model("digits-classifier"), weights: Self::manifest().weights() }
    }

    fn manifest() -> Manifest {
        let file = WeightsFile { path: "weights.npz".into(), size: 7, digest: Digest::of(b"weights") };
        Manifest::file(file).unwrap()
    }

    /// A training output, signed by its trainer.
    #[must_use]
    pub fn training(&self, change: impl FnOnce(&mut TrainingOutput)) -> Envelope {
        let mut training = TrainingOutput {
            domain: self.domain(),
            subject: Self::subject(),
            version: Label::parse("3").unwrap(),
            metrics: [("accuracy", "0.978"), ("log_loss", "0.114")]
                .map(|(name, text)| (Label::parse(name).unwrap(), Metric::parse(text).unwrap()))
                .into(),
            card: r#"{"summary":"Reads handwritten digits."}"#.into(),
            correlation_id: "run-4711".into(),
            created_at: time("2026-11-17T09:00:00Z"),
            trainer: name_of("training-pipeline"),
            manifest: Self::manifest(),
            materials: Vec::new(),
            baselines: "{}".into(),
            metadata: "{}".into(),
        };
        change(&mut training);
        sign_by(IN_TOTO, training.to_payload(), &[training.trainer.as_str()])
    }

    /// A proposal of a training output for production, signed by its proposer.
    #[must_use]
    pub fn proposal(&self, training: &Envelope, change: impl FnOnce(&mut Proposal)) -> Envelope {
        let mut proposal = Proposal {
            domain: self.domain(),
            subject: TrainingOutput::parse(training.unverified_payload()).unwrap().subject,
            training_output: training.digest(),
            environments: vec![name_of("production")],
            scopes: ["eu-west", "us-east"].map(name_of).into(),
            proposed_at: time("2026-11-21T15:58:00Z"),
            window: Window {
                not_before: time("2026-11-22T00:00:00Z"),
                not_after: time("2027-02-19T00:00:00Z"),
            },
            policy: self.policy_ref(),
            proposed_by: name_of("emil.novak"),
            supersedes: None,
            note: "Wider hidden layer.".into(),
        };
        change(&mut proposal);
        sign_by(IN_TOTO, proposal.to_payload(), &[proposal.proposed_by.as_str()])
    }

    /// The approval of `approver` in the first of their roles, signed by them.
    #[must_use]
    pub fn approval(
        &self,
        training: &Envelope,
        proposal: &Envelope,
        approver: &str,
        change: impl FnOnce(&mut Approval),
    ) -> Envelope {
        let role = self.policy.principals.get(approver).and_then(|member| member.roles.first());
        let proposed = Proposal::parse(proposal.unverified_payload()).unwrap();
        let mut approval = Approval {
            domain: self.domain(),
            subject: proposed.subject,
            proposal: proposal.digest(),
            verdict: Verdict::Approve,
            approver: name_of(approver),
            role: role.cloned().unwrap_or_else(|| name_of("ml-lead")),
            summary: self.summary(training, proposal),
            comment: String::new(),
            signed_at: time("2026-11-22T14:02:11Z"),
        };
        change(&mut approval);
        sign_by(IN_TOTO, approval.to_payload(), &[approver])
    }

    /// What an approver of the proposal is shown; of nothing, where the documents do not verify.
    fn summary(&self, training: &Envelope, proposal: &Envelope) -> placet_core::approval::SummaryRef {
        let (chain, now, none) = (self.chain(), time(NOW), BTreeSet::new());
        let training: Result<Verified<TrainingOutput>, _> = chain.verify(training, now, &none);
        let proposal: Result<Verified<Proposal>, _> = chain.verify(proposal, now, &none);
        match (training, proposal) {
            (Ok(training), Ok(proposal)) => summary::reference(&training, &proposal, &self.policy),
            _ => placet_core::approval::SummaryRef {
                format: summary::SUMMARY_V1.into(),
                digest: Digest::of(b""),
            },
        }
    }

    /// The evidence put together.
    #[must_use]
    pub fn bundle(&self, training: &Envelope, proposal: &Envelope, approvals: &[Envelope]) -> Bundle {
        Bundle::new(training.clone(), proposal.clone(), approvals.to_vec(), None)
    }

    /// May version 3 run in production, eu-west, now?
    #[must_use]
    pub fn request(&self) -> Request {
        let Subject { model_id, weights } = Self::subject();
        Request {
            model_id,
            weights,
            environment: name_of("production"),
            scope: name_of("eu-west"),
            now: time(NOW),
        }
    }

    /// A revocation of `target`, signed by `revoker`.
    #[must_use]
    pub fn revocation(
        &self,
        revoker: &str,
        target: Target,
        change: impl FnOnce(&mut Revocation),
    ) -> Envelope {
        let mut revocation = Revocation {
            domain: self.domain(),
            subject: Self::subject(),
            target,
            reason_code: Reason::Security,
            reason: "found wanting".into(),
            revoked_by: name_of(revoker),
            revoked_at: time("2026-11-22T14:03:00Z"),
            evidence: None,
        };
        change(&mut revocation);
        sign_by(IN_TOTO, revocation.to_payload(), &[revoker])
    }

    /// A revocation of the key of `owner`, signed by `revoker`.
    #[must_use]
    pub fn key_revocation(&self, revoker: &str, owner: &str) -> Envelope {
        let revocation = KeyRevocation {
            domain: self.domain(),
            key: Key::of(owner).public.key_id(),
            reason_code: Reason::Security,
            reason: "lost".into(),
            revoked_by: name_of(revoker),
            revoked_at: time("2026-11-22T14:03:00Z"),
        };
        sign_by(KEY_REVOCATION, revocation.to_payload(), &[revoker])
    }

    /// The training output with a baseline of one output, `score`: two hundred values from 0 to 199.
    #[must_use]
    pub fn watched_training(&self) -> Envelope {
        self.training(|training| training.baselines = Self::baselines().to_json())
    }

    /// The baselines of [`Self::watched_training`].
    #[must_use]
    pub fn baselines() -> Baselines {
        let values = (0..200).map(f64::from).collect();
        let score = StoredBaseline::Sample { values, missing: 0 };
        Baselines([(Label::parse("score").unwrap(), score)].into())
    }

    /// The drift report of one hour before [`NOW`], counted back, in which every score was higher by `shift`, and of
    /// the accuracy; signed by `monitor`.
    #[must_use]
    pub fn drift_report(
        &self,
        training: &Envelope,
        hours_ago: u8,
        shift: i32,
        monitor: &str,
        change: impl FnOnce(&mut DriftReport),
    ) -> Envelope {
        let claim = TrainingOutput::parse(training.unverified_payload()).unwrap();
        let signed = Self::baselines();
        let window = Values::Numbers((0..100).map(|x| f64::from(2 * x + shift)).collect());
        let score = Distribution {
            name: "score",
            baseline: signed.output("score").map(StoredBaseline::view),
            current: Some(window.view()),
            rule: DistributionRule::of(Test::KolmogorovSmirnov),
        };
        let metrics = claim.metrics.iter().map(|(name, metric)| (name.as_str().to_owned(), metric.value));
        let metrics: BTreeMap<_, _> = metrics.collect();
        let mut checks = check_metrics(&metrics, &metrics, &BTreeMap::new());
        checks.extend(check_distributions(&[score], Family::default()));
        let tally = signed.output("score").unwrap().tally(&window).unwrap();
        let end = time("2026-11-22T14:00:00Z").seconds() - i64::from(hours_ago) * 3600;
        let at = |seconds| Timestamp::from_seconds(seconds).unwrap();
        let mut report = DriftReport {
            domain: self.domain(),
            subject: claim.subject,
            environment: name_of("production"),
            window: ReportWindow { from: at(end - 3600), to: at(end), samples: 100 },
            training_output: training.digest(),
            report: report(checks),
            outputs: Baselines([(Label::parse("score").unwrap(), tally)].into()),
            checked_by: name_of(monitor),
            checked_at: at(end + 60),
        };
        change(&mut report);
        sign_by(IN_TOTO, report.to_payload(), &[report.checked_by.as_str()])
    }

    /// The revocation of a proposal by a monitor, upon a report.
    #[must_use]
    pub fn auto_revocation(
        &self,
        proposal: &Envelope,
        report: &Envelope,
        monitor: &str,
        change: impl FnOnce(&mut Revocation),
    ) -> Envelope {
        self.revocation(monitor, Target::Proposal(proposal.digest()), |revocation| {
            revocation.reason_code = Reason::Drift;
            revocation.evidence = Some(report.digest());
            change(revocation);
        })
    }

    /// A deployment statement after a permit for [`Self::request`], signed by `deployer`.
    #[must_use]
    pub fn deployment(
        &self,
        proposal: &Envelope,
        decision: &[u8],
        deployer: &str,
        change: impl FnOnce(&mut Deployment),
    ) -> Envelope {
        let request = self.request();
        let mut deployment = Deployment {
            domain: self.domain(),
            subject: Self::subject(),
            proposal: proposal.digest(),
            environment: request.environment,
            scope: request.scope,
            outcome: Outcome::Permit,
            deployed_by: name_of(deployer),
            deployed_at: time(NOW),
            decision: Digest::of(decision),
        };
        change(&mut deployment);
        sign_by(IN_TOTO, deployment.to_payload(), &[deployer])
    }
}

/// Signs a payload with the keys of `names`.
#[must_use]
pub fn sign_by(payload_type: &str, payload: Vec<u8>, names: &[&str]) -> Envelope {
    let mut envelope = Envelope::unsigned(payload_type, payload);
    for name in names {
        envelope.add_signature(&Key::of(name));
    }
    envelope
}

/// A rule for an environment, whatever the scope.
#[must_use]
pub fn rule(environment: &str, quorum: &[(&str, u64)]) -> Rule {
    Rule {
        name: name_of(environment),
        environment: Pattern::Only(name_of(environment)),
        scope: Pattern::Any,
        quorum: quorum
            .iter()
            .map(|(role, threshold)| RoleThreshold { role: name_of(role), threshold: *threshold })
            .collect(),
        distinct_units: 0,
        max_ttl_days: 90,
        approval_window_days: 7,
        veto: true,
        proposer_may_approve: false,
        revocation_list_max_age_seconds: 3600,
        require_ledger: false,
        metrics: vec![MetricBound {
            name: Label::parse("accuracy").unwrap(),
            min: Some(Metric::parse("0.95").unwrap()),
            max: None,
        }],
    }
}

/// A name of any of the kinds that are written in lower case.
pub trait Name {
    /// Reads it or stops.
    fn named(text: &str) -> Self;
}

macro_rules! names {
    ($($kind:ident)*) => {$(
        impl Name for placet_core::name::$kind {
            fn named(text: &str) -> Self {
                Self::parse(text).unwrap()
            }
        }
    )*};
}

names!(Principal Role Environment Scope RuleName);

/// Reads a name or stops.
#[must_use]
pub fn name_of<T: Name>(text: &str) -> T {
    T::named(text)
}

fn model(text: &str) -> placet_core::name::ModelId {
    placet_core::name::ModelId::parse(text).unwrap()
}
