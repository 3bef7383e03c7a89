//! From what was admitted, and from what time brings, to what is told.

use placet_core::{
    digest::Digest,
    drift::ReportStatus,
    key::words,
    revocation::{KeyRevocation, Revocation, Target},
    statement::Statement as _,
    time::Timestamp,
};
use serde_json::{Value, json};

use super::{EventType, Webhook};
use crate::{
    claims::{Claims, Item, State},
    error::Error,
    kind::Kind,
    registry::Registry,
    store::{Connection, Stored, documents, drift, webhooks as store},
};

/// Documents that are looked at in one transaction.
const AT_ONCE: i64 = 100;
/// How long before its end an approval is said to run out.
const EXPIRING: i64 = 7 * 86_400;

/// Makes events of everything that was admitted since the last time, and of approvals that run out.
pub(super) async fn plan(registry: &Registry, claims: &Claims, webhooks: &[Webhook]) -> Result<(), Error> {
    loop {
        let now = registry.clock.now();
        let mut db = registry.store.begin().await?;
        let last = documents::last_seq(&mut db).await?;
        // What was there before the first webhook was named is no news.
        let place = store::place(&mut db).await?.unwrap_or(last);
        let found = documents::after(&mut db, place, AT_ONCE).await?;
        let mut planner = Planner { registry, claims, webhooks, db: &mut db, now };
        for document in &found {
            planner.document(document).await?;
        }
        let done = found.len() < usize::try_from(AT_ONCE).unwrap_or(usize::MAX);
        if done {
            planner.expiring().await?;
        }
        let reached = found.last().map_or(place, |document| document.seq);
        store::set_place(&mut db, reached).await?;
        db.commit().await?;
        if done {
            return Ok(());
        }
    }
}

struct Planner<'a> {
    registry: &'a Registry,
    claims: &'a Claims,
    webhooks: &'a [Webhook],
    db: &'a mut Connection,
    now: Timestamp,
}

impl Planner<'_> {
    /// What one document means to those outside.
    async fn document(&mut self, document: &Stored) -> Result<(), Error> {
        match document.kind {
            Kind::Proposal => {
                if let Some(item) = self.item(document.digest).await? {
                    self.tell(EventType::ProposalMade, about(&item)).await?;
                }
            }
            Kind::Approval => {
                let item = match document.proposal {
                    Some(proposal) => self.item(proposal).await?,
                    None => None,
                };
                if let Some(item) = item.filter(|item| item.state == State::Approved) {
                    self.tell_once(EventType::QuorumReached, &item).await?;
                }
            }
            Kind::DriftReport => {
                let row = drift::row(self.db, document.digest).await?;
                if let Some(row) = row.filter(|row| row.status == ReportStatus::Drifted) {
                    let data = json!({
                        "model_id": row.model_id,
                        "environment": row.environment,
                        "training_output": row.training_output.to_string(),
                        "report": row.digest.to_string(),
                        "window": { "from": row.from.to_string(), "to": row.to.to_string() },
                        "severity": row.severity,
                        "alert_level": row.alert_level().as_str(),
                        "checked_by": row.monitor,
                    });
                    self.tell(EventType::DriftAlert, data).await?;
                }
            }
            Kind::Revocation | Kind::KeyRevocation => {
                let stored = documents::document(self.db, document.digest).await?;
                if let Some(data) = stored.map(|stored| revoked(&stored)).transpose()?.flatten() {
                    self.tell(EventType::Revoked, data).await?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Approvals that run out soon, each told once.
    async fn expiring(&mut self) -> Result<(), Error> {
        for row in documents::expiring(self.db, self.now, self.now.plus(EXPIRING)).await? {
            let item = self.item(row.digest).await?;
            if let Some(item) = item.filter(|item| item.state == State::Approved) {
                self.tell_once(EventType::ApprovalExpiring, &item).await?;
            }
        }
        Ok(())
    }

    async fn item(&mut self, proposal: Digest) -> Result<Option<std::sync::Arc<Item>>, Error> {
        let Some(row) = documents::proposal(self.db, proposal).await? else { return Ok(None) };
        let view = self.registry.view();
        self.claims.item(self.db, &view, &row, self.now).await.map(Some)
    }

    async fn tell_once(&mut self, event: EventType, item: &Item) -> Result<(), Error> {
        if store::first(self.db, event.as_str(), &item.digest).await? {
            self.tell(event, about(item)).await?;
        }
        Ok(())
    }

    async fn tell(&mut self, event: EventType, data: Value) -> Result<(), Error> {
        let body = json!({ "type": event.as_str(), "timestamp": self.now.to_string(), "data": data });
        let next = i64::try_from(self.registry.clock.milliseconds()).unwrap_or(i64::MAX);
        for hook in self.webhooks.iter().filter(|hook| hook.wants(event)) {
            store::add(self.db, &hook.name, event.as_str(), &body.to_string(), self.now, next).await?;
        }
        Ok(())
    }
}

fn about(item: &Item) -> Value {
    let in_words = Digest::parse(&item.digest).map(|digest| words(&digest));
    json!({
        "proposal": item.digest,
        "in_words": in_words,
        "model_id": item.model_id,
        "version": item.version,
        "environments": item.environments,
        "scopes": item.scopes,
        "proposed_by": item.proposed_by,
        "expires_at": item.expires_at,
    })
}

fn revoked(stored: &Stored) -> Result<Option<Value>, Error> {
    let envelope = stored.envelope()?;
    let payload = envelope.unverified_payload();
    let (what, value, reason_code, by) = if stored.kind == Kind::KeyRevocation {
        let revocation = KeyRevocation::parse(payload).map_err(Error::Stored)?;
        ("key", revocation.key.to_string(), revocation.reason_code, revocation.revoked_by)
    } else {
        let revocation = Revocation::parse(payload).map_err(Error::Stored)?;
        let (what, value) = match revocation.target {
            Target::Proposal(digest) => ("proposal", digest),
            Target::Weights(digest) => ("weights", digest),
        };
        (what, value.to_string(), revocation.reason_code, revocation.revoked_by)
    };
    Ok(Some(json!({
        "kind": what,
        "value": value,
        "model_id": stored.model_id,
        "reason_code": reason_code.as_str(),
        "revoked_by": by.as_str(),
        "revocation": stored.digest.to_string(),
    })))
}
