//! Trust policies: the root of trust, which says who may do what, and how many must agree.
//!
//! A [`Policy`] is one document that keeps the structural rules (`rules.rs`); a [`TrustPolicy`] is the chain of signed
//! versions from the pinned first one to the newest (`chain.rs`), and only the newest judges.

mod chain;
mod parse;
mod rules;
mod write;

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::fmt;

use crate::{
    digest::Digest,
    key::{KeyId, PublicKey},
    ledger::{LogKey, LogPolicy, LogPolicyError, WitnessKey},
    name::{Environment, Label, Principal, Role, RuleName, Scope},
    time::Window,
    training::Metric,
};

pub(crate) use chain::{ChainFailure, verify_chain};
pub use chain::{Link, TrustPolicy};

/// The payload type of a policy.
pub const POLICY: &str = "application/vnd.placet.policy+json";

/// What a part of the system is for. A principal stands in one plane only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Plane {
    /// Trains models and signs what came out.
    Training,
    /// Proposes, approves, rejects and revokes.
    Governance,
    /// Serves models and checks approvals.
    Serving,
    /// Watches for drift.
    Monitoring,
    /// Publishes revocation lists and the ledger.
    Registry,
}

impl Plane {
    /// All planes.
    pub const ALL: [Self; 5] =
        [Self::Training, Self::Governance, Self::Serving, Self::Monitoring, Self::Registry];

    /// The plane as policies write it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Training => "training",
            Self::Governance => "governance",
            Self::Serving => "serving",
            Self::Monitoring => "monitoring",
            Self::Registry => "registry",
        }
    }

    /// Reads a plane.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|plane| plane.as_str() == text)
    }
}

/// One policy document that keeps the structural rules.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// 1 for the pinned one, then one more each time.
    pub version: u64,
    /// The digest of the version before; none for version 1.
    pub previous: Option<Digest>,
    /// The digest of version 1; none in version 1 itself.
    pub domain: Option<Digest>,
    /// From `issued_at` until before `expires_at`.
    pub window: Window,
    /// The organisation's name; free text.
    pub organization: String,
    /// The environments there are.
    pub environments: Vec<Environment>,
    /// The scopes there are.
    pub scopes: Vec<Scope>,
    /// Who may sign the next policy.
    pub root: Threshold,
    /// Who signs revocation lists.
    pub list_signers: Threshold,
    /// The evidence ledger, where there is one.
    pub log: Option<Log>,
    /// People and services by name.
    pub principals: BTreeMap<Principal, Member>,
    /// Roles and the plane of each.
    pub roles: BTreeMap<Role, Plane>,
    /// What each environment and scope asks.
    pub rules: Vec<Rule>,
    /// When a monitor may revoke by itself.
    pub auto_revoke: Option<AutoRevoke>,
    /// Seconds by which a time may lie in the future; never softens an expiry.
    pub clock_skew_seconds: u32,
}

/// So many of these.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Threshold {
    /// How many distinct principals must sign; at least one.
    pub threshold: u64,
    /// Who may.
    pub principals: Vec<Principal>,
}

/// The evidence ledger's log and its witnesses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// The origin line of its checkpoints.
    pub origin: String,
    /// The key that signs them.
    pub key: PublicKey,
    /// Who may cosign.
    pub witnesses: Vec<Witness>,
    /// How many of them must.
    pub threshold: u64,
}

/// Somebody who cosigns checkpoints.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// The name in its cosignatures.
    pub name: String,
    /// Its key.
    pub key: PublicKey,
}

/// What the policy says about a principal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The name to show; free text.
    pub display_name: String,
    /// The part of the organisation; empty where none counts.
    pub unit: String,
    /// All of one plane.
    pub roles: Vec<Role>,
    /// For a service: the people who operate it.
    pub operators: Vec<Principal>,
    /// Its keys.
    pub keys: Vec<PolicyKey>,
}

/// A key and when it may be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyKey {
    /// The key.
    pub public: PublicKey,
    /// When signatures under it count.
    pub window: Window,
}

/// One value, or whichever is declared.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pattern<T> {
    /// `*`
    Any,
    /// Only this one.
    Only(T),
}

impl<T: PartialEq> Pattern<T> {
    /// Whether the pattern names exactly `value`.
    fn is(&self, value: &T) -> bool {
        matches!(self, Self::Only(only) if only == value)
    }
}

impl<T: fmt::Display> fmt::Display for Pattern<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("*"),
            Self::Only(value) => value.fmt(f),
        }
    }
}

/// What must hold for a model to run in an environment and scope.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name.
    pub name: RuleName,
    /// Where it governs.
    pub environment: Pattern<Environment>,
    /// For what it governs.
    pub scope: Pattern<Scope>,
    /// How many people in which roles must approve.
    pub quorum: Vec<RoleThreshold>,
    /// How many distinct units they must be of; 0 where units do not matter.
    pub distinct_units: u64,
    /// The longest time from the proposal to its expiry, in days.
    pub max_ttl_days: u64,
    /// How long after the proposal approvals may be signed, in days.
    pub approval_window_days: u64,
    /// Whether one rejection denies.
    pub veto: bool,
    /// Whether who proposes may approve.
    pub proposer_may_approve: bool,
    /// How old the revocation list may be, in seconds.
    pub revocation_list_max_age_seconds: u64,
    /// Whether proposal and approvals must stand in the ledger.
    pub require_ledger: bool,
    /// What the signed metrics must keep.
    pub metrics: Vec<MetricBound>,
}

/// How many people in a role must approve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleThreshold {
    /// The role.
    pub role: Role,
    /// How many; at least one.
    pub threshold: u64,
}

/// Inclusive bounds of a metric.
#[derive(Clone, Debug, PartialEq)]
pub struct MetricBound {
    /// The metric.
    pub name: Label,
    /// The least it may be.
    pub min: Option<Metric>,
    /// The most it may be.
    pub max: Option<Metric>,
}

/// When a monitor may revoke a proposal by itself.
#[derive(Clone, Debug, PartialEq)]
pub struct AutoRevoke {
    /// How many drifted windows in a row it takes; at least one.
    pub windows: u64,
    /// The least severity of each, 0 to 1.
    pub min_severity: Metric,
}

impl Log {
    /// Whose word counts about the ledger. The log's key goes by its origin, as is the custom (C2SP tlog-checkpoint).
    ///
    /// # Errors
    ///
    /// [`LogPolicyError`] where a name is malformed or a witness would count twice.
    pub fn policy(&self) -> Result<LogPolicy, LogPolicyError> {
        let log = LogKey::new(&self.origin, self.key.clone())?;
        let witness = |witness: &Witness| WitnessKey::new(&witness.name, witness.key.clone());
        let witnesses = self.witnesses.iter().map(witness).collect::<Result<_, _>>()?;
        LogPolicy::new(&self.origin, log, witnesses, usize::try_from(self.threshold).unwrap_or(usize::MAX))
    }
}

impl Policy {
    /// The one rule that governs an environment and scope: (e, s), (e, *), (*, s), (*, *), the first that there is.
    #[must_use]
    pub fn rule(&self, environment: &Environment, scope: &Scope) -> Option<&Rule> {
        let exact = |rule: &&Rule| rule.environment.is(environment) && rule.scope.is(scope);
        let any_scope = |rule: &&Rule| rule.environment.is(environment) && rule.scope == Pattern::Any;
        let any_environment = |rule: &&Rule| rule.environment == Pattern::Any && rule.scope.is(scope);
        let any = |rule: &&Rule| rule.environment == Pattern::Any && rule.scope == Pattern::Any;
        let declared = self.environments.contains(environment) && self.scopes.contains(scope);
        let find = || {
            let rules = || self.rules.iter();
            rules()
                .find(exact)
                .or_else(|| rules().find(any_scope))
                .or_else(|| rules().find(any_environment))
                .or_else(|| rules().find(any))
        };
        declared.then(find).flatten()
    }

    /// Whether `principal` holds a role of `plane`.
    #[must_use]
    pub fn stands_in(&self, principal: &Principal, plane: Plane) -> bool {
        let roles = self.principals.get(principal).into_iter().flat_map(|member| &member.roles);
        roles.filter_map(|role| self.roles.get(role)).any(|held| *held == plane)
    }

    /// Whether `principal` holds `role`.
    #[must_use]
    pub fn holds(&self, principal: &Principal, role: &Role) -> bool {
        self.principals.get(principal).is_some_and(|member| member.roles.contains(role))
    }

    /// Whether `person` is one of the operators of `service`.
    #[must_use]
    pub fn operates(&self, person: &Principal, service: &Principal) -> bool {
        self.principals.get(service).is_some_and(|member| member.operators.contains(person))
    }

    /// The keys of a principal; none where there is no such principal.
    pub fn keys<'a>(&'a self, principal: &Principal) -> impl Iterator<Item = &'a PolicyKey> + use<'a> {
        self.principals.get(principal).into_iter().flat_map(|member| &member.keys)
    }

    /// The principal to whom a key belongs.
    #[must_use]
    pub fn owner(&self, key: KeyId) -> Option<&Principal> {
        let owns = |member: &Member| member.keys.iter().any(|k| k.public.key_id() == key);
        self.principals.iter().find(|(_, member)| owns(member)).map(|(name, _)| name)
    }

    /// Whether a key is one of the root's or of the list signers', which cannot be revoked.
    #[must_use]
    pub fn is_anchor(&self, key: KeyId) -> bool {
        self.owner(key).is_some_and(|owner| {
            self.root.principals.contains(owner) || self.list_signers.principals.contains(owner)
        })
    }
}
