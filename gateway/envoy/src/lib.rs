//! Placet's gateway as a proxy-wasm filter for Envoy (ABI 0.2.1).
//!
//! Envoy runs one virtual machine a worker thread. Each holds a gateway of its own and answers requests by it alone; one
//! of them fetches for all, and what it has goes through the shared data of the process (`shared.rs`). What is decided is
//! `placet-gateway`'s; here are only Envoy's calls.

mod request;
mod root;
mod shared;
mod statistics;

mod start {
    proxy_wasm::main! {{
        proxy_wasm::set_log_level(proxy_wasm::types::LogLevel::Info);
        proxy_wasm::set_root_context(|_| Box::new(super::root::Root::default()));
    }}
}
