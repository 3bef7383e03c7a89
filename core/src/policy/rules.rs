//! The structural rules of a policy: what keeps the three planes apart whatever is signed later.
//!
//! A document that breaks one does not parse, so no other code has to ask.

use alloc::{collections::BTreeSet, string::ToString as _};

use super::{Pattern, Plane, Policy, Rule};
use crate::{code::Code, error::ParseError, gather::gather, key::KeyId, name::Principal};

impl Policy {
    pub(super) fn check_rules(&self) -> Result<(), ParseError> {
        self.check_version()?;
        self.check_principals()?;
        self.check_keys()?;
        self.check_root()?;
        self.check_list_signers()?;
        self.check_log()?;
        self.check_quorums()?;
        self.check_cells()
    }

    fn check_version(&self) -> Result<(), ParseError> {
        let first = self.version == 1;
        let fits = self.previous.is_none() == first && self.domain.is_none() == first;
        ensure(fits, Code::PolicyVersion, self.version)
    }

    fn check_principals(&self) -> Result<(), ParseError> {
        for (name, member) in &self.principals {
            let mut planes = BTreeSet::new();
            for role in &member.roles {
                let plane = self.roles.get(role);
                planes
                    .insert(*plane.ok_or_else(|| ParseError::rule(Code::PolicyUnknownName, role.as_str()))?);
            }
            ensure(planes.len() <= 1, Code::PolicyMixedPlanes, name)?;
            for operator in &member.operators {
                let person = self.principals.get(operator);
                let person =
                    person.ok_or_else(|| ParseError::rule(Code::PolicyUnknownName, operator.as_str()))?;
                // A chain of services could hide the person at its end.
                ensure(person.operators.is_empty(), Code::PolicyOperators, operator)?;
            }
        }
        Ok(())
    }

    /// One key, one owner: a key under two names would let one person count twice.
    fn check_keys(&self) -> Result<(), ParseError> {
        let members = self.principals.values().flat_map(|member| &member.keys).map(|key| &key.public);
        let log = self.log.iter().map(|log| &log.key);
        let witnesses = self.log.iter().flat_map(|log| &log.witnesses).map(|witness| &witness.key);
        let mut seen = BTreeSet::<KeyId>::new();
        for key in members.chain(log).chain(witnesses) {
            ensure(seen.insert(key.key_id()), Code::PolicyKeyReused, key.fingerprint())?;
        }
        Ok(())
    }

    fn check_root(&self) -> Result<(), ParseError> {
        for name in &self.root.principals {
            self.check_signer(name)?;
            let outside = Plane::ALL.into_iter().filter(|plane| *plane != Plane::Governance);
            let governs = !outside.into_iter().any(|plane| self.stands_in(name, plane));
            ensure(governs, Code::PolicyRoot, name)?;
        }
        // One member more than the threshold, so that the loss of one is no loss of the domain.
        let members = u64::try_from(self.root.principals.len()).unwrap_or(u64::MAX);
        ensure(self.root.threshold < members, Code::PolicyRoot, members)
    }

    fn check_list_signers(&self) -> Result<(), ParseError> {
        for name in &self.list_signers.principals {
            self.check_signer(name)?;
            ensure(self.stands_in(name, Plane::Registry), Code::PolicyListSigners, name)?;
        }
        let members = u64::try_from(self.list_signers.principals.len()).unwrap_or(u64::MAX);
        ensure(self.list_signers.threshold <= members, Code::PolicyThreshold, "list_signers")
    }

    /// Whoever must sign exists and has a key to sign with.
    fn check_signer(&self, name: &Principal) -> Result<(), ParseError> {
        let member = self.principals.get(name);
        let member = member.ok_or_else(|| ParseError::rule(Code::PolicyUnknownName, name.as_str()))?;
        ensure(!member.keys.is_empty(), Code::PolicyThreshold, name)
    }

    fn check_log(&self) -> Result<(), ParseError> {
        let Some(log) = &self.log else {
            let wanted = self.rules.iter().find(|rule| rule.require_ledger);
            return wanted.map_or(Ok(()), |rule| Err(ParseError::rule(Code::PolicyLog, rule.name.as_str())));
        };
        // A witness is one party, whatever its keys: under two of them it would count twice.
        let names: BTreeSet<_> = gather(log.witnesses.iter().map(|witness| &witness.name));
        ensure(names.len() == log.witnesses.len(), Code::PolicyLog, "witnesses")?;
        log.policy().map(drop).map_err(|error| ParseError::rule(Code::PolicyLog, error.code().as_str()))
    }

    fn check_quorums(&self) -> Result<(), ParseError> {
        for rule in &self.rules {
            let mut seen = BTreeSet::new();
            for seat in &rule.quorum {
                let plane = self.roles.get(&seat.role);
                let plane =
                    plane.ok_or_else(|| ParseError::rule(Code::PolicyUnknownName, seat.role.as_str()))?;
                let fits = *plane == Plane::Governance && seen.insert(&seat.role);
                ensure(fits, Code::PolicyQuorum, &rule.name)?;
            }
            ensure(!seen.is_empty(), Code::PolicyQuorum, &rule.name)?;
        }
        Ok(())
    }

    fn check_cells(&self) -> Result<(), ParseError> {
        let mut cells = BTreeSet::new();
        let mut names = BTreeSet::new();
        for rule in &self.rules {
            let Rule { name, environment, scope, .. } = rule;
            let declared = match environment {
                Pattern::Any => true,
                Pattern::Only(environment) => self.environments.contains(environment),
            } && match scope {
                Pattern::Any => true,
                Pattern::Only(scope) => self.scopes.contains(scope),
            };
            ensure(declared, Code::PolicyUndeclared, name)?;
            ensure(cells.insert((environment, scope)) && names.insert(name), Code::PolicyRuleOverlap, name)?;
        }
        Ok(())
    }
}

fn ensure(holds: bool, code: Code, name: impl core::fmt::Display) -> Result<(), ParseError> {
    if holds { Ok(()) } else { Err(ParseError::rule(code, name.to_string())) }
}
