//! What the registry is told when it starts.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use placet_core::digest::Digest;

use crate::{clock::Clock, http::StaticFiles, keys::KeyFiles, webhooks::Webhook};

/// How to serve a data directory.
#[derive(Clone, Debug)]
pub struct Config {
    /// The directory with the database, the keys and the marker of what was published.
    pub data_dir: PathBuf,
    /// Where to listen; port 0 takes any that is free.
    pub listen: SocketAddr,
    /// The registry's own keys.
    pub keys: KeyFiles,
    /// The console's files; without them every page answers 404.
    pub console: Option<Arc<StaticFiles>>,
    /// SHA-256 digests of the tokens that may read; empty where everybody may.
    pub read_tokens: Vec<Digest>,
    /// That a restored database holds every statement again, so that lists may be signed: see `list.rs`.
    pub rebuilt: bool,
    /// Whether `X-Forwarded-For` tells the client's address, as behind a proxy of one's own.
    pub behind_proxy: bool,
    /// Who is told what happens here.
    pub webhooks: Vec<Webhook>,
    /// How long a webhook is left alone after each attempt that failed; after the last the event is a dead letter.
    pub webhook_retries: Vec<Duration>,
    /// Whether dead letters are tried again.
    pub revive_webhooks: bool,
    /// What one client and all of them may use.
    pub limits: Limits,
    /// The time.
    pub clock: Clock,
}

impl Config {
    /// The defaults for a data directory: on loopback, open to read, no console.
    #[must_use]
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        let data_dir = data_dir.into();
        Self {
            keys: KeyFiles::in_directory(&data_dir),
            data_dir,
            listen: SocketAddr::from(([127, 0, 0, 1], 8787)),
            console: None,
            read_tokens: Vec::new(),
            rebuilt: false,
            behind_proxy: false,
            webhooks: Vec::new(),
            webhook_retries: [5, 30, 120, 600, 3600, 21_600].map(Duration::from_secs).into(),
            revive_webhooks: false,
            limits: Limits::default(),
            clock: Clock::system(),
        }
    }
}

/// Upper bounds on what clients may use.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Envelopes that one address may send.
    pub envelopes: Rate,
    /// Enrolments that one address may send.
    pub enrolments: Rate,
    /// Reads of one address.
    pub reads: Rate,
    /// Connections at a time.
    pub connections: usize,
    /// Event streams at a time.
    pub event_streams: usize,
    /// Bodies above 64 KiB that are received at a time.
    pub large_bodies: usize,
    /// How long the headers of a request may take to arrive.
    pub header_timeout: Duration,
    /// How long a request may take, its body included.
    pub request_timeout: Duration,
    /// How long open requests may go on after the stop was asked for.
    pub stop_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            envelopes: Rate { burst: 400, per_second: 50.0 },
            enrolments: Rate { burst: 10, per_second: 0.1 },
            reads: Rate { burst: 800, per_second: 200.0 },
            connections: 1024,
            event_streams: 256,
            large_bodies: 8,
            header_timeout: Duration::from_secs(10),
            request_timeout: Duration::from_secs(30),
            stop_timeout: Duration::from_secs(10),
        }
    }
}

/// So many at once, and so many more each second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// How many may come at once.
    pub burst: u32,
    /// How many may come each second from then on.
    pub per_second: f64,
}
