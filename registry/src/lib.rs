//! Placet's registry: takes signed statements in, keeps them, and serves what verifiers need.
//!
//! It holds no one's private key but its own two, and its word is never evidence: it can withhold, but it cannot forge.
//! Read the modules in this order:
//!
//! 1. What it is told: `config`, `keys`, `clock`.
//! 2. The one way in: `submission`, `kind`, `admission`, and `registry`, where a document is taken in its turn.
//! 3. What it signs itself: `list` (with `marker`, against restored backups) and `ledger`.
//! 4. What it keeps: `store`; what it publishes: `view`, `bundle`; what it says: `standing`, `claims`.
//! 5. How it is reached: `http`, and `serve`, which runs it; whom it tells: `webhooks`.

mod admission;
mod bundle;
mod claims;
mod clock;
mod config;
mod error;
mod http;
mod keys;
mod kind;
mod ledger;
mod list;
mod marker;
mod registry;
mod serve;
mod standing;
mod store;
mod submission;
mod view;
mod webhooks;

pub use clock::Clock;
pub use config::{Config, Limits, Rate};
pub use error::{Error, Refusal};
pub use http::{StaticFiles, route_list};
pub use keys::{KeyFiles, PublicKeys};
pub use kind::Kind;
pub use serve::{create_keys, init, serve, serve_and_tell};
pub use webhooks::{EventType, Webhook};
