//! What the registry says about proposals: its claims, made of the same decisions as everybody's and cached.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use placet_core::{
    digest::Digest, name::Principal, proposal::Proposal, statement::Statement as _, time::Timestamp,
};
use serde::Serialize;

use crate::{
    bundle::Parts,
    error::Error,
    kind::Kind,
    standing::{Cell, cells},
    store::{Connection, Ending, ProposalRow, documents, lists},
    view::View,
};

/// How many claims are remembered.
const REMEMBERED: usize = 4096;

/// How a proposal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum State {
    /// It waits for people.
    Open,
    /// Its quorum is complete everywhere.
    Approved,
    /// Somebody with a say rejected it.
    Rejected,
    /// It, or its weights, was revoked, or another took its place.
    Revoked,
    /// Its time is over.
    Expired,
    /// Who proposed it withdrew before it was approved.
    Withdrawn,
}

impl State {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "open" => Self::Open,
            "approved" => Self::Approved,
            "rejected" => Self::Rejected,
            "revoked" => Self::Revoked,
            "expired" => Self::Expired,
            "withdrawn" => Self::Withdrawn,
            _ => return None,
        })
    }
}

/// A proposal in a list.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Item {
    pub(crate) digest: String,
    pub(crate) model_id: String,
    pub(crate) version: String,
    pub(crate) training_output: String,
    pub(crate) weights: String,
    pub(crate) environments: Vec<String>,
    pub(crate) scopes: Vec<String>,
    pub(crate) proposed_at: String,
    pub(crate) proposed_by: String,
    pub(crate) not_before: String,
    pub(crate) expires_at: String,
    pub(crate) supersedes: Option<String>,
    pub(crate) state: State,
    pub(crate) quorum: Vec<Seat>,
}

/// One role of the quorum in one environment.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Seat {
    pub(crate) environment: String,
    pub(crate) scopes: Vec<String>,
    pub(crate) role: String,
    pub(crate) required: u64,
    pub(crate) counted: usize,
    /// Who counts.
    pub(crate) signed: Vec<String>,
    /// Who could still sign; empty where nobody is missing.
    pub(crate) could_sign: Vec<String>,
}

/// Claims that are still true.
#[derive(Debug, Default)]
pub(crate) struct Claims(Mutex<HashMap<Digest, Claim>>);

#[derive(Clone, Debug)]
struct Claim {
    generation: u64,
    last: i64,
    until: Option<Timestamp>,
    item: Arc<Item>,
}

impl Claims {
    /// How a proposal stands now.
    pub(crate) async fn item(
        &self,
        db: &mut Connection,
        view: &View,
        row: &ProposalRow,
        now: Timestamp,
    ) -> Result<Arc<Item>, Error> {
        let last = documents::last_about(db, row.digest).await?;
        let current = |claim: &&Claim| {
            claim.generation == view.generation
                && claim.last == last
                && claim.until.is_none_or(|until| now < until)
        };
        let held = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = held().get(&row.digest).filter(current).map(|claim| Arc::clone(&claim.item));
        if let Some(item) = known {
            return Ok(item);
        }
        let (item, until) = evaluate(db, view, row, now).await?;
        let item = Arc::new(item);
        let mut held = held();
        if held.len() >= REMEMBERED {
            held.clear();
        }
        held.insert(row.digest, Claim { generation: view.generation, last, until, item: Arc::clone(&item) });
        Ok(item)
    }
}

async fn evaluate(
    db: &mut Connection,
    view: &View,
    row: &ProposalRow,
    now: Timestamp,
) -> Result<(Item, Option<Timestamp>), Error> {
    let about = documents::about_proposal(db, row.digest).await?;
    let parts = Parts::load(db, row.digest).await?.ok_or_else(|| Error::missing("a proposal's envelopes"))?;
    let proposal = Proposal::parse(parts.proposal.unverified_payload()).map_err(Error::Stored)?;
    let cells = match view.chain() {
        Some(chain) => {
            cells(&proposal, &parts.into_bundle(None), chain.newest().policy(), &view.verified, now)
        }
        None => Vec::new(),
    };
    let proposer = proposal.proposed_by.as_str();
    let withdrawn = about.iter().any(|d| d.kind == Kind::Withdrawal && d.signer == proposer);
    let state = match lists::ending(db, row.digest, row.weights).await? {
        Some(Ending::Revoked | Ending::WeightsRevoked) => State::Revoked,
        Some(Ending::Rejected) => State::Rejected,
        None if now >= row.expires_at => State::Expired,
        None if !cells.is_empty() && cells.iter().all(Cell::is_approved) => State::Approved,
        None if withdrawn => State::Withdrawn,
        None => State::Open,
    };
    let until = cells.iter().filter_map(|cell| cell.decision.valid_until).min();
    Ok((item(row, &proposal, state, &cells), until))
}

fn item(row: &ProposalRow, proposal: &Proposal, state: State, cells: &[Cell]) -> Item {
    let names = |names: &[Principal]| names.iter().map(ToString::to_string).collect();
    let seats = cells.iter().flat_map(|cell| {
        cell.decision.quorum.iter().map(move |role| Seat {
            environment: cell.environment.to_string(),
            scopes: cell.scopes.iter().map(ToString::to_string).collect(),
            role: role.role.to_string(),
            required: role.required,
            counted: role.counted.len(),
            signed: names(&role.counted),
            could_sign: names(&role.could_sign),
        })
    });
    Item {
        digest: row.digest.to_string(),
        model_id: row.model_id.clone(),
        version: row.version.clone(),
        training_output: row.training_output.to_string(),
        weights: row.weights.to_string(),
        environments: proposal.environments.iter().map(ToString::to_string).collect(),
        scopes: proposal.scopes.iter().map(ToString::to_string).collect(),
        proposed_at: proposal.proposed_at.to_string(),
        proposed_by: proposal.proposed_by.to_string(),
        not_before: proposal.window.not_before.to_string(),
        expires_at: proposal.window.not_after.to_string(),
        supersedes: proposal.supersedes.map(|digest| digest.to_string()),
        state,
        quorum: seats.collect(),
    }
}
