//! What the console knows and decides, as plain values: no DOM, no network, no clock.
//!
//! - `knowledge`: the pinned policy, the list, who I am; `settings`: what is kept between visits.
//! - `review`: a proposal as this browser verified it; `changes`, `card` and `history`: what differs, in the model
//!   card, and over versions.
//! - `inbox`: the registry's claims, and what this browser found instead.
//! - `models`: every model in every environment; `events` and `timeline`: what was signed about one of them.
//! - `drift`: what monitors signed about what runs; `plots`: where its drawings run.
//! - `approval`: the bytes that are signed; `against`: a no and its reason; `revoke`: a stop, and what it stops;
//!   `enrolment`: the request of a new key.
//! - `ledger`: its head and its entries as they are checked here; `export`: what leaves as a file.
//! - `rules`: a policy in sentences; `health`: whether quorums can be reached; `succession`: the next version.
//! - `dropped`: files to verify; `weights`: files to hash.
//! - `window`: which rows of a long list are drawn.
//! - `words`: times, sizes and counts as people read them.

pub mod against;
pub mod approval;
pub mod card;
pub mod changes;
pub mod chart;
pub mod drift;
pub mod dropped;
pub mod enrolment;
pub mod events;
pub mod export;
pub mod health;
pub mod history;
pub mod inbox;
pub mod knowledge;
pub mod ledger;
pub mod models;
pub mod plots;
pub mod quorum;
pub mod review;
pub mod revoke;
pub mod rules;
pub mod settings;
pub mod succession;
pub mod timeline;
pub mod weights;
pub mod window;
pub mod words;
