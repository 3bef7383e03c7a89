//! A small organisation: every environment asks one approver of each role, and all approvers are the root.

use std::collections::BTreeMap;

use crate::plan::{Plan, PlannedMember, PlannedRule, PlannedThreshold};

/// A small organisation in a few answers.
pub(super) struct Answers {
    pub(super) organization: String,
    pub(super) environments: Vec<String>,
    pub(super) scopes: Vec<String>,
    pub(super) approvers: Vec<(String, String)>,
    pub(super) proposers: Vec<String>,
}

impl Answers {
    /// The description that these answers make.
    pub(super) fn plan(self) -> Plan {
        let mut roles: BTreeMap<String, String> =
            [("trainer", "training"), ("deployer", "serving"), ("registry", "registry")]
                .map(|(role, plane)| (role.to_owned(), plane.to_owned()))
                .into();
        let mut principals: BTreeMap<String, PlannedMember> = BTreeMap::new();
        let mut hold = |name: &str, role: &str| {
            let member = principals.entry(name.to_owned()).or_default();
            if !member.roles.iter().any(|held| held == role) {
                member.roles.push(role.to_owned());
            }
        };
        hold("pipeline", "trainer");
        hold("deployer", "deployer");
        hold("registry", "registry");
        let mut quorum = BTreeMap::new();
        let mut root = Vec::new();
        for (name, role) in &self.approvers {
            hold(name, role);
            roles.insert(role.clone(), "governance".into());
            quorum.insert(role.clone(), 1);
            if !root.contains(name) {
                root.push(name.clone());
            }
        }
        for name in &self.proposers {
            hold(name, "proposer");
            roles.insert("proposer".into(), "governance".into());
        }
        let members = u64::try_from(root.len()).unwrap_or(u64::MAX);
        Plan {
            organization: self.organization,
            log: None,
            rules: self
                .environments
                .iter()
                .map(|name| PlannedRule {
                    name: name.clone(),
                    environment: name.clone(),
                    quorum: quorum.clone(),
                    ..PlannedRule::default()
                })
                .collect(),
            environments: self.environments,
            scopes: self.scopes,
            valid: "365d".into(),
            roles,
            principals,
            root: PlannedThreshold { threshold: members.saturating_sub(1).clamp(1, 2), principals: root },
            list_signers: PlannedThreshold { threshold: 1, principals: vec!["registry".into()] },
            auto_revoke: None,
            clock_skew_seconds: 120,
        }
    }
}
