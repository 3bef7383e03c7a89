//! Webhooks: tells other systems what happened here. What they are told is the registry's claim, with the digests to
//! check it by.
//!
//! Guarded here: nothing that was admitted goes untold, as events are made from the stored documents after a place that
//! is kept with them, in one transaction; and a body is signed, so that nobody else can raise or forge an alarm. The
//! signature is that of Standard Webhooks (`spec/standard-webhooks.md`): HMAC-SHA256 over `id.timestamp.body` under a
//! secret that the two share.

mod deliver;
mod plan;

use std::{fmt, sync::Arc, time::Duration};

use base64ct::{Base64, Encoding as _};
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use tokio::sync::watch;
use zeroize::Zeroizing;

use crate::{claims::Claims, registry::Registry};

/// Bytes of a secret at least; fewer could be guessed.
const SHORTEST_SECRET: usize = 24;
/// The longest that nothing is looked at.
const TICK: Duration = Duration::from_secs(5);

/// What webhooks are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventType {
    /// Somebody asks to run a model.
    ProposalMade,
    /// The people who are needed have approved, everywhere.
    QuorumReached,
    /// An approved proposal runs out within seven days.
    ApprovalExpiring,
    /// A monitor found drift.
    DriftAlert,
    /// A proposal, weights or a key were revoked.
    Revoked,
}

impl EventType {
    /// All types.
    pub const ALL: [Self; 5] =
        [Self::ProposalMade, Self::QuorumReached, Self::ApprovalExpiring, Self::DriftAlert, Self::Revoked];

    /// The type as it is written.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ProposalMade => "proposal.made",
            Self::QuorumReached => "quorum.reached",
            Self::ApprovalExpiring => "approval.expiring",
            Self::DriftAlert => "drift.alert",
            Self::Revoked => "revoked",
        }
    }

    /// Reads a type.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.as_str() == text)
    }
}

/// Where events are sent.
#[derive(Clone)]
pub struct Webhook {
    /// The name by which it is listed.
    pub name: String,
    /// The address, `http://…`; behind TLS a relay of one's own speaks for it.
    pub url: String,
    /// What it is told; empty for everything.
    pub events: Vec<EventType>,
    secret: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for Webhook {
    /// Addresses often hold a token, and the secret is one.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Webhook")
            .field("name", &self.name)
            .field("events", &self.events)
            .finish_non_exhaustive()
    }
}

impl Webhook {
    /// A webhook with its secret as it is shared: `whsec_` and base64.
    ///
    /// None where the secret is not of that form or shorter than 24 bytes, or the address is none of `http://`.
    #[must_use]
    pub fn new(name: &str, url: &str, secret: &str, events: Vec<EventType>) -> Option<Self> {
        let secret = Base64::decode_vec(secret.trim().strip_prefix("whsec_")?).ok().map(Zeroizing::new)?;
        let host = url.strip_prefix("http://")?;
        let fit = !host.is_empty() && url.bytes().all(|byte| byte.is_ascii_graphic());
        let named = !name.is_empty() && name.len() <= 64;
        (fit && named && secret.len() >= SHORTEST_SECRET).then(|| Self {
            name: name.into(),
            url: url.into(),
            events,
            secret,
        })
    }

    fn wants(&self, event: EventType) -> bool {
        self.events.is_empty() || self.events.contains(&event)
    }

    /// The value of `webhook-signature`.
    fn sign(&self, id: &str, timestamp: u64, body: &str) -> String {
        // A key of any length is one.
        let Ok(mac) = Hmac::<Sha256>::new_from_slice(&self.secret) else { return String::new() };
        let mac = mac.chain_update(format!("{id}.{timestamp}.{body}"));
        format!("v1,{}", Base64::encode_string(&mac.finalize().into_bytes()))
    }
}

/// Tells webhooks what happens until the registry stops.
pub(crate) async fn run(
    registry: Arc<Registry>,
    webhooks: Arc<[Webhook]>,
    retries: Arc<[Duration]>,
    mut stop: watch::Receiver<bool>,
) {
    if webhooks.is_empty() {
        return;
    }
    let claims = Claims::default();
    let mut documents = registry.watch_events();
    loop {
        documents.borrow_and_update();
        let told = async {
            plan::plan(&registry, &claims, &webhooks).await?;
            deliver::deliver(&registry, &webhooks, &retries).await
        };
        let next = told.await.unwrap_or_else(|error: crate::error::Error| {
            tracing::error!(code = error.code(), %error, "webhooks could not be told");
            None
        });
        let pause = next.unwrap_or(TICK).min(TICK);
        tokio::select! {
            changed = documents.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(pause) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Webhook;

    #[test]
    fn signature_of_the_specification() {
        // The example of the Standard Webhooks libraries.
        let hook = Webhook::new("x", "http://x", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", Vec::new());
        let hook = hook.expect("a good secret");
        assert_eq!(
            hook.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#),
            "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        );
    }

    #[test]
    fn weak_or_misplaced_webhook_is_taken() {
        let good = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        for (name, url, secret) in [
            ("", "http://x", good),
            ("x", "https://x", good),
            ("x", "http://", good),
            ("x", "http://x y", good),
            ("x", "http://x", "whsec_c2hvcnQ="),
            ("x", "http://x", &good[6..]),
        ] {
            assert!(Webhook::new(name, url, secret, Vec::new()).is_none(), "{name} {url} {secret}");
        }
    }
}
