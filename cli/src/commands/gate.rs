//! `placet gate`: forward authentication for proxies.

use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

use clap::Args;

use super::Context;
use crate::{
    error::{At as _, Error, Result},
    files,
    gate::{Gate, serve},
    service::{self, LogForm},
};

/// Let a proxy ask whether the model behind a request may run
///
/// For nginx (auth_request), Caddy and Traefik (forward auth). It decides by its own pins, configuration and state;
/// from the registry, or from files on a web server, it only fetches. It answers 200 or 403, and it stops on Ctrl-C or
/// SIGTERM. docs/gateways.md says the rest.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  placet gate --config gateway.json --state gateway.state.json
  placet gate --config gateway.json --state gateway.state.json --check     is the configuration sound?

The proxy asks GET /authorize with the request's host and target in X-Forwarded-Host and X-Forwarded-Uri, and must set
both itself. /metrics is for Prometheus, /healthz says that the process lives.")]
pub(super) struct GateCommand {
    /// The configuration that all gateways share
    #[arg(long, value_name = "FILE", env = "PLACET_GATE_CONFIG")]
    config: PathBuf,
    /// Where what was seen is kept, so that a restart forgets nothing; made where it is not there
    #[arg(long, value_name = "FILE", env = "PLACET_GATE_STATE", required_unless_present = "check")]
    state: Option<PathBuf>,
    /// Where to listen; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8788")]
    listen: SocketAddr,
    /// File with the token that the registry asks of its readers, instead of one in the configuration
    #[arg(long, value_name = "FILE", env = "PLACET_READ_TOKEN_FILE")]
    read_token_file: Option<PathBuf>,
    /// Read the configuration, say whether it is sound, and stop
    #[arg(long)]
    check: bool,
    /// The form of log lines
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    log: LogForm,
}

impl GateCommand {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        let bytes = files::read(&self.config, placet_gateway::config::LARGEST)?;
        let mut config = placet_gateway::config::Config::parse(&bytes).at(self.config.display())?;
        if config.source.scheme != "http" {
            let message = format!("{} is no http:// address", config.source.url(&config.source.base));
            return Err(Error::new("registry_url", message)
                .hint("for a source behind TLS run a local proxy that speaks it"));
        }
        if let Some(path) = &self.read_token_file {
            config.source.read_token = Some(crate::registry_client::read_token(path)?);
        }
        let Some(state) = self.state.filter(|_| !self.check) else {
            let routes = config.routes.len();
            let text =
                format!("The configuration is sound: {routes} routes, {} open paths.\n", config.open.len());
            let json = serde_json::json!({ "routes": routes, "open": config.open.len() });
            return context.answer(&text, &json);
        };
        self.log.start();
        let gate = Gate::open(config, state)?;
        let json = context.json;
        service::runtime()?.block_on(async {
            let stop = service::stop()?;
            serve(gate, self.listen, stop, |address| service::tell(address, json)).await
        })?;
        Ok(ExitCode::SUCCESS)
    }
}
