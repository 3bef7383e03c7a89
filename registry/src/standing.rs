//! How a proposal stands, asked of the same `evaluate` that every gateway uses. What comes out is the registry's claim.

use std::collections::BTreeMap;

use placet_core::{
    bundle::Bundle,
    code::{Area, Code, Gate},
    decide::evaluate,
    decision::Decision,
    name::{Environment, Scope},
    policy::Policy,
    proposal::Proposal,
    request::Request,
    state::State,
    time::Timestamp,
    trust::VerifiedTrust,
};

/// One environment of a proposal with the scopes that one rule governs.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) environment: Environment,
    pub(crate) scopes: Vec<Scope>,
    pub(crate) decision: Decision,
}

/// Decides on a proposal once for each environment and rule: scopes under one rule get one answer.
pub(crate) fn cells(
    proposal: &Proposal,
    bundle: &Bundle,
    policy: &Policy,
    trust: &VerifiedTrust,
    now: Timestamp,
) -> Vec<Cell> {
    let mut places = BTreeMap::<_, Vec<&Scope>>::new();
    for environment in &proposal.environments {
        for scope in &proposal.scopes {
            let rule = policy.rule(environment, scope).map(|rule| rule.name.as_str());
            places.entry((environment, rule)).or_default().push(scope);
        }
    }
    let decide = |((environment, _), scopes): ((&Environment, _), Vec<&Scope>)| {
        let request = Request {
            model_id: proposal.subject.model_id.clone(),
            weights: proposal.subject.weights,
            environment: environment.clone(),
            scope: (*scopes.first()?).clone(),
            now,
        };
        Some(Cell {
            environment: environment.clone(),
            scopes: scopes.into_iter().cloned().collect(),
            decision: evaluate(bundle, trust, &State::new(), &request).decision,
        })
    };
    places.into_iter().filter_map(decide).collect()
}

impl Cell {
    /// Whether nothing stands against it but that its time has not come or its ledger proofs are still to be fetched.
    pub(crate) fn is_approved(&self) -> bool {
        let waits = |code: &Code| *code == Code::NotYetValid || code.area() == Area::Gate(Gate::Ledger);
        self.decision.denials.iter().all(waits)
    }
}
