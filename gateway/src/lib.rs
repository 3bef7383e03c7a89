//! What gateways share: which route a request belongs to, and whether the model behind it may run now.
//!
//! There is no clock here and no socket: times and bytes come in, and what should be fetched or kept goes out. The page
//! `docs/gateways.md` says what every gateway does; this crate is how it is done in Rust. Read the modules in this order:
//!
//! 1. What an operator writes: [`config`], [`source`].
//! 2. What a client sends: [`host`], [`path`], and [`routes`], which finds the route or says why there is none.
//! 3. What is decided: [`gateway`], with its [`verdict`]s, its [`evidence`] and its [`schedule`] of fetches; [`kept`] is
//!    what outlives a restart.
//! 4. What is said: [`problem`] to clients, [`metrics`] to operators, [`code`] to both.
#![no_std]
#![deny(
    clippy::arithmetic_side_effects,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used
)]

extern crate alloc;

pub mod code;
pub mod config;
pub mod evidence;
pub mod gateway;
pub mod host;
pub mod kept;
pub mod metrics;
pub mod path;
pub mod problem;
pub mod routes;
pub mod schedule;
pub mod source;
pub mod verdict;
