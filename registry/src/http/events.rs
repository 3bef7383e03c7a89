//! Server-sent events: what was admitted, in order, and nothing lost in between.
//!
//! A stream reads the database from the place it has reached and sleeps until there is more, so a slow reader costs
//! nothing and misses nothing; `Last-Event-ID` resumes at any place.

use std::{collections::VecDeque, convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, Uri},
    response::{
        IntoResponse as _, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::stream;
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::{App, Shared, problem::Problem, query};
use crate::{
    error::Error,
    store::{Stored, documents},
    view::View,
};

/// Documents that are read at once.
const AT_ONCE: i64 = 100;

/// A reader of events.
struct Reader {
    app: Arc<App>,
    /// The place of the last event that was sent.
    seq: i64,
    waiting: VecDeque<Event>,
    documents: watch::Receiver<i64>,
    view: watch::Receiver<Arc<View>>,
    /// The number of the last list that was told.
    list: Option<u64>,
    stop: watch::Receiver<bool>,
    _place: OwnedSemaphorePermit,
}

/// `GET /v1/events`
pub(super) async fn events(State(app): Shared, uri: Uri, headers: HeaderMap) -> Result<Response, Problem> {
    query::query::<query::Nothing>(&uri)?;
    let place = Arc::clone(&app.event_streams).try_acquire_owned().map_err(|_| Problem::busy())?;
    let documents = app.registry.watch_events();
    let newest = *documents.borrow();
    let seq = match headers.get("last-event-id") {
        None => newest,
        Some(id) => {
            let id = id.to_str().ok().and_then(|id| id.parse().ok()).filter(|id: &i64| *id >= 0);
            id.ok_or_else(|| Problem::invalid_query().with_detail("last-event-id is no id of an event"))?
        }
    };
    let view = app.registry.watch_view();
    let list = view.borrow().list.as_ref().map(|list| list.number);
    let stop = app.stop.clone();
    let reader = Reader { app, seq, waiting: VecDeque::new(), documents, view, list, stop, _place: place };
    let events = stream::unfold(reader, async |mut reader| {
        let event = reader.next().await?;
        Some((Ok::<_, Infallible>(event), reader))
    });
    Ok(Sse::new(events).keep_alive(KeepAlive::new().interval(Duration::from_secs(15))).into_response())
}

impl Reader {
    /// The next event; none when the registry stops or the database fails, and the client comes back.
    async fn next(&mut self) -> Option<Event> {
        loop {
            if let Some(event) = self.waiting.pop_front() {
                return Some(event);
            }
            self.documents.borrow_and_update();
            self.view.borrow_and_update();
            self.read().await.ok()?;
            if self.waiting.is_empty() {
                tokio::select! {
                    changed = self.documents.changed() => changed.ok()?,
                    changed = self.view.changed() => changed.ok()?,
                    _ = self.stop.wait_for(|stop| *stop) => return None,
                }
            }
        }
    }

    async fn read(&mut self) -> Result<(), Error> {
        let mut db = self.app.registry.store.read().await?;
        for document in documents::after(&mut db, self.seq, AT_ONCE).await? {
            self.seq = document.seq;
            self.waiting.push_back(admitted(&document));
        }
        let list = self.view.borrow().list.as_ref().map(|list| (list.number, list.envelope.digest()));
        if let Some((number, digest)) = list.filter(|(number, _)| Some(*number) != self.list) {
            self.list = Some(number);
            let data = json!({ "number": number, "digest": digest.to_string() }).to_string();
            self.waiting.push_back(Event::default().event("revocation_list").data(data));
        }
        Ok(())
    }
}

fn admitted(document: &Stored) -> Event {
    let mut data = json!({ "digest": document.digest.to_string(), "kind": document.kind.as_str() });
    if let Some(model_id) = &document.model_id {
        data["model_id"] = json!(model_id);
    }
    if let Some(proposal) = document.proposal {
        data["proposal"] = json!(proposal.to_string());
    }
    Event::default().id(document.seq.to_string()).event("envelope").data(data.to_string())
}
