//! Sending what is due, and trying again later what was not taken.

use std::time::Duration;

use super::Webhook;
use crate::{
    error::Error,
    registry::Registry,
    store::webhooks::{self as store, Delivery},
};

/// How long one attempt may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Deliveries that are sent before new documents are looked at again.
const AT_ONCE: i64 = 50;

/// Sends what is due; gives how long it is until the next is, if there is any.
pub(super) async fn deliver(
    registry: &Registry,
    webhooks: &[Webhook],
    retries: &[Duration],
) -> Result<Option<Duration>, Error> {
    let now = || i64::try_from(registry.clock.milliseconds()).unwrap_or(i64::MAX);
    let due = store::due(&mut *registry.store.read().await?, now(), AT_ONCE).await?;
    for delivery in due {
        let outcome = match webhooks.iter().find(|hook| hook.name == delivery.webhook) {
            // It may be named again at the next start; until then it waits like any that does not answer.
            None => Err("no webhook of this name is configured".to_owned()),
            Some(hook) => send(hook.clone(), delivery.clone(), registry.clock.milliseconds() / 1000).await,
        };
        let mut db = registry.store.begin().await?;
        match outcome {
            Ok(()) => store::taken(&mut db, delivery.id).await?,
            Err(error) => {
                let attempt = usize::try_from(delivery.attempts).unwrap_or(usize::MAX);
                let pause =
                    retries.get(attempt).map(|pause| i64::try_from(pause.as_millis()).unwrap_or(i64::MAX));
                if pause.is_none() {
                    tracing::error!(webhook = delivery.webhook, id = delivery.id, error, "webhook gave up");
                }
                let next = pause.map(|pause| now().saturating_add(pause));
                store::failed(&mut db, delivery.id, &error, next).await?;
            }
        }
        db.commit().await?;
    }
    let next = store::next(&mut *registry.store.read().await?).await?;
    Ok(next.map(|next| Duration::from_millis(u64::try_from(next.saturating_sub(now())).unwrap_or(0))))
}

/// One attempt. What went wrong is told without the address, which may hold a token.
async fn send(hook: Webhook, delivery: Delivery, timestamp: u64) -> Result<(), String> {
    let attempt = tokio::task::spawn_blocking(move || {
        let id = format!("msg_{}", delivery.id);
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        let agent: ureq::Agent = config.timeout_global(Some(TIMEOUT)).build().into();
        let request = agent
            .post(&hook.url)
            .header("content-type", "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", timestamp.to_string())
            .header("webhook-signature", hook.sign(&id, timestamp, &delivery.body));
        match request.send(delivery.body.as_str()) {
            Ok(response) if response.status().is_success() => Ok(()),
            Ok(response) => Err(format!("it answered with status {}", response.status().as_u16())),
            Err(ureq::Error::Timeout(_)) => Err("it did not answer in time".to_owned()),
            Err(_) => Err("it could not be reached".to_owned()),
        }
    });
    attempt.await.unwrap_or_else(|_| Err("the attempt was broken off".to_owned()))
}
