//! The approver's console: reviews, verifies and signs in the browser.
//!
//! What is shown as verified was verified here, by `placet-core` in this page's own WebAssembly; whatever a registry
//! says is a claim and looks like one. In reading order:
//!
//! - [`state`]: what is shown and signed, as plain values that are tested without a browser.
//! - [`keystore`]: locked keys in `IndexedDB`, and the one that is open.
//! - `client`: the registry's interface; `browser`: everything else outside; `context`: what pages share.
//! - `components`, `pages`, `app`: what is drawn.
#![recursion_limit = "512"]
#![allow(
    clippy::needless_pass_by_value,
    clippy::too_many_lines,
    reason = "components own their props, and a page is one long tree of elements"
)]

#[macro_use]
mod html;

mod app;
mod browser;
mod client;
mod components;
mod context;
pub mod keystore;
mod pages;
pub mod state;

/// Draws the console into the page.
pub fn start() {
    browser::report_panics();
    leptos::mount::mount_to_body(app::App);
}
