//! What the console knows and decides, as plain values: no DOM, no network, no clock.
//!
//! - `knowledge`: the pinned policy, the list, who I am; `settings`: what is kept between visits.
//! - `review`: a proposal as this browser verified it; `changes` and `history`: what differs, and over versions.
//! - `inbox`: the registry's claims, and what this browser found instead.
//! - `approval`: the bytes that are signed; `enrolment`: the request of a new key.
//! - `dropped`: files to verify; `weights`: files to hash.
//! - `words`: times, sizes and counts as people read them.

pub mod approval;
pub mod changes;
pub mod chart;
pub mod dropped;
pub mod enrolment;
pub mod history;
pub mod inbox;
pub mod knowledge;
pub mod quorum;
pub mod review;
pub mod settings;
pub mod weights;
pub mod words;
