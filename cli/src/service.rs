//! What the servers among the commands have in common: their log, their address, and how they are stopped.

use std::net::SocketAddr;

use clap::ValueEnum;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use crate::{
    error::{Error, Result},
    terminal,
};

/// The form of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogForm {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

impl LogForm {
    /// Log lines on standard error: what RUST_LOG says, or everything worth a line.
    pub(crate) fn start(self) {
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
        let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
        match self {
            Self::Text => lines.with_ansi(terminal::is_interactive()).init(),
            Self::Json => lines.json().init(),
        }
    }
}

/// The threads of a server.
///
/// # Errors
///
/// `runtime`.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.map_err(|error| Error::new("runtime", error))
}

/// Ends when the process is asked to stop.
///
/// # Errors
///
/// `signal`.
pub(crate) fn stop() -> Result<impl Future<Output = ()> + Send> {
    let listen = |kind| signal(kind).map_err(|error| Error::new("signal", error));
    let (mut terminate, mut interrupt) = (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Says where it listens; whoever started it may have gone, and that is no reason to stop.
pub(crate) fn tell(address: SocketAddr, json: bool) {
    let url = format!("http://{address}");
    let line = if json { json!({ "url": url }).to_string() } else { format!("Serving on {url}") };
    let _ = terminal::print(&format!("{line}\n"));
}
