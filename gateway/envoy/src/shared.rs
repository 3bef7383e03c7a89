//! What the worker threads share: one fetches for all, and publishes what it has.
//!
//! The data is the process's own, so it is believed as far as a file of one's own: everything in it is verified again.

use std::hash::{BuildHasher as _, RandomState};

use placet_core::{digest::Digest, time::Timestamp};
use placet_gateway::config::Config;
use proxy_wasm::hostcalls::{get_shared_data, set_shared_data};

/// Seconds after which a thread that does not renew its lease is taken for dead.
const LEASE: i64 = 5;

/// The shared data of all filters with the same pins and source.
pub(crate) struct Shared {
    prefix: String,
    id: u64,
    /// The edition of what was published that this thread holds.
    held: u64,
}

impl Shared {
    pub(crate) fn of(config: &Config) -> Self {
        let pins = config.pins.iter().map(ToString::to_string).collect::<Vec<_>>().concat();
        let about = format!("{pins}{}", config.source.url(&config.source.trust_path(None)));
        let prefix = format!("placet.{}.", Digest::of(about.as_bytes()).to_hex());
        Self { prefix, id: RandomState::new().hash_one(0), held: 0 }
    }

    /// What another thread has published since, if one has.
    pub(crate) fn news(&mut self) -> Option<Vec<u8>> {
        let edition = self.edition();
        if edition == self.held {
            return None;
        }
        self.held = edition;
        get_shared_data(&self.key("kept")).ok()?.0
    }

    /// Publishes what this thread has.
    pub(crate) fn publish(&mut self, kept: &[u8]) {
        let edition = self.edition().wrapping_add(1).max(1);
        let stored = set_shared_data(&self.key("kept"), Some(kept), None)
            .and_then(|()| set_shared_data(&self.key("edition"), Some(&edition.to_le_bytes()), None));
        match stored {
            Ok(()) => self.held = edition,
            Err(status) => log::error!("shared data cannot be written: {status:?}"),
        }
    }

    /// Whether this thread fetches. It does as long as it says so every few seconds; then another takes over.
    pub(crate) fn leads(&self, now: Timestamp) -> bool {
        let key = self.key("lease");
        let (lease, version) = get_shared_data(&key).unwrap_or((None, None));
        let (id, until) = lease.as_deref().and_then(lease_of).unwrap_or((self.id, i64::MIN));
        let (left, mine) = (until.saturating_sub(now.seconds()), id == self.id);
        // A lease that ends far ahead was given by a clock that was set back since.
        if !mine && (1..=LEASE).contains(&left) {
            return false;
        }
        if mine && left > LEASE / 2 && left <= LEASE {
            return true;
        }
        let lease = [self.id.to_le_bytes(), now.plus(LEASE).seconds().to_le_bytes()].concat();
        set_shared_data(&key, Some(&lease), version).is_ok()
    }

    fn edition(&self) -> u64 {
        let stored = get_shared_data(&self.key("edition")).ok().and_then(|(edition, _)| edition);
        stored.and_then(|bytes| bytes.try_into().ok()).map_or(0, u64::from_le_bytes)
    }

    fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }
}

fn lease_of(bytes: &[u8]) -> Option<(u64, i64)> {
    let (id, until) = bytes.split_at_checked(8)?;
    Some((u64::from_le_bytes(id.try_into().ok()?), i64::from_le_bytes(until.try_into().ok()?)))
}
