//! The approver's console: reviews, verifies and signs in the browser.
//!
//! What is shown as verified was verified here, by `placet-core` in this page's own WebAssembly; whatever a registry
//! says is a claim and looks like one.
pub mod state;
