//! `placet serve`: a registry.

mod webhooks;

use std::{fs, net::SocketAddr, path::PathBuf, process::ExitCode, sync::Arc};

use clap::Args;
use placet_core::{digest::Digest, limits};
use placet_registry::{Config, StaticFiles, create_keys, init, serve_and_tell};
use serde_json::json;

use super::Context;
use crate::{
    args::parse_digest,
    error::{At as _, Error, Result},
    files,
    service::{self, LogForm},
    words::Table,
};

/// Run a registry: it takes signed documents in, and serves what verifiers need
///
/// It holds nobody's key but its own two: one signs revocation lists, one the ledger's checkpoints. First make these
/// (--make-keys), so that the policy can name them; then give the digest of version 1 of the policy as the pin. Nothing
/// that it says is evidence: it can withhold, and it cannot forge. It stops on Ctrl-C or SIGTERM.
#[derive(Args, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of the command line")]
#[command(after_help = "Examples:
  placet serve --data registry --make-keys
  placet serve --data registry --pin sha256:… --policy placet/policies/0001.json    the first start
  placet serve --data registry                                                     every later one
  placet serve --data registry --console target/console
  placet serve --data registry --read-token \"sha256:$(printf %s \"$TOKEN\" | sha256sum | cut -c-64)\"

A file of webhooks, each told everything, or only what it lists:
  [[webhook]]
  name = \"operations\"
  url = \"http://127.0.0.1:9000/placet\"
  secret_file = \"operations.secret\"       # whsec_ and base64 of 24 bytes or more
  events = [\"proposal.made\", \"quorum.reached\", \"approval.expiring\", \"drift.alert\", \"revoked\"]

It speaks plain HTTP: put a proxy that speaks TLS before it, and say --behind-proxy.")]
pub(super) struct Serve {
    /// The data directory: the database, the keys, and what was published
    #[arg(long, value_name = "DIR", env = "PLACET_DATA")]
    data: PathBuf,
    /// Make the two keys where they are not there, print their public halves, and stop
    #[arg(long, conflicts_with_all = ["pin", "policy", "console"])]
    make_keys: bool,
    /// The digest of version 1 of the policy, from the root and not from a file beside it; it cannot be changed later
    #[arg(id = "pin", long, value_name = "DIGEST", value_parser = parse_digest)]
    pin: Option<Digest>,
    /// A signed policy to begin with, oldest first; they can also be sent later
    #[arg(long, value_name = "FILE", requires = "pin")]
    policy: Vec<PathBuf>,
    /// Where to listen; port 0 takes any that is free
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8787")]
    listen: SocketAddr,
    /// The directory with the console's files
    #[arg(long, value_name = "DIR")]
    console: Option<PathBuf>,
    /// The key that signs revocation lists [default: list-key.pem in the data directory]
    #[arg(long, value_name = "FILE")]
    list_key: Option<PathBuf>,
    /// The key that signs checkpoints [default: log-key.pem in the data directory]
    #[arg(long, value_name = "FILE")]
    log_key: Option<PathBuf>,
    /// Let only those read who have a token; this is its SHA-256 digest, and it may be given again
    #[arg(long, value_name = "DIGEST", value_parser = parse_digest)]
    read_token: Vec<Digest>,
    /// Take the client's address from X-Forwarded-For, as behind a proxy of one's own
    #[arg(long)]
    behind_proxy: bool,
    /// TOML file that says whom to tell what happens here: see `placet serve --help`
    #[arg(long, value_name = "FILE")]
    webhooks: Option<PathBuf>,
    /// Try again to deliver events that webhooks never took
    #[arg(long, requires = "webhooks")]
    revive_webhooks: bool,
    /// After a restore: every statement is back, so lists may be signed again
    #[arg(long)]
    rebuilt: bool,
    /// The form of log lines
    #[arg(long, value_enum, default_value_t, value_name = "FORM")]
    log: LogForm,
}

impl Serve {
    pub(super) fn run(self, context: &Context) -> Result<ExitCode> {
        if self.make_keys {
            return self.keys(context);
        }
        let policies = self.policy.iter().map(|path| files::read(path, limits::ENVELOPE));
        let policies = policies.collect::<Result<Vec<_>>>()?;
        let mut config = self.config();
        if let Some(directory) = &self.console {
            let files = StaticFiles::from_directory(directory).at(directory.display())?;
            config.console = Some(Arc::new(files));
        }
        if let Some(path) = &self.webhooks {
            config.webhooks = webhooks::read(path)?;
            config.revive_webhooks = self.revive_webhooks;
        }
        self.log.start();
        let json = context.json;
        service::runtime()?.block_on(async {
            if let Some(pin) = self.pin {
                init(&config, pin, &policies).await?;
            }
            let stop = service::stop()?;
            serve_and_tell(config, stop, |address| service::tell(address, json)).await.map_err(|error| {
                let error = Error::from(error);
                match error.code() {
                    "not_initialised" => error.hint("give the digest of version 1 of the policy with --pin"),
                    _ => error,
                }
            })
        })?;
        Ok(ExitCode::SUCCESS)
    }

    fn config(&self) -> Config {
        let mut config = Config::new(&self.data);
        config.listen = self.listen;
        config.keys.list = self.list_key.clone().unwrap_or(config.keys.list);
        config.keys.log = self.log_key.clone().unwrap_or(config.keys.log);
        config.read_tokens.clone_from(&self.read_token);
        config.behind_proxy = self.behind_proxy;
        config.rebuilt = self.rebuilt;
        config
    }

    /// Makes the keys, for the policy to name.
    fn keys(&self, context: &Context) -> Result<ExitCode> {
        fs::create_dir_all(&self.data).map_err(|error| Error::io("file_unwritable", &self.data, &error))?;
        let config = self.config();
        let keys = create_keys(&config.keys)?;
        let mut table = Table::default();
        table.row("list key", keys.list.to_hex()).row("log key", keys.log.to_hex());
        let text = format!(
            "The policy names these:\n{}The list key is a key of one of its list_signers; the log key stands in its log.\n",
            table.finish(2)
        );
        context.answer(&text, &json!({ "list_key": keys.list.to_hex(), "log_key": keys.log.to_hex() }))
    }
}

impl From<placet_registry::Error> for Error {
    fn from(error: placet_registry::Error) -> Self {
        Self::new(error.code(), error)
    }
}
