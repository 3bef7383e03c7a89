//! `placet serve`: a registry.

use std::{
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};

use clap::{Args, ValueEnum};
use placet_core::{digest::Digest, limits};
use placet_registry::{Config, EventType, StaticFiles, Webhook, create_keys, init, serve_and_tell};
use serde::Deserialize;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;
use zeroize::Zeroizing;

use super::Context;
use crate::{
    args::parse_digest,
    error::{At as _, Error, Result},
    files, terminal,
    words::Table,
};

/// The form of log lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum LogForm {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

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
            config.webhooks = webhooks(path)?;
            config.revive_webhooks = self.revive_webhooks;
        }
        self.log();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Error::new("runtime", error))?;
        let json = context.json;
        runtime.block_on(async {
            if let Some(pin) = self.pin {
                init(&config, pin, &policies).await?;
            }
            let stop = stop()?;
            serve_and_tell(config, stop, |address| tell(address, json)).await.map_err(|error| {
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

    /// Log lines on standard error: what RUST_LOG says, or everything worth a line.
    fn log(&self) {
        let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
        let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
        match self.log {
            LogForm::Text => lines.with_ansi(terminal::is_interactive()).init(),
            LogForm::Json => lines.json().init(),
        }
    }
}

/// A file of webhooks.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Webhooks {
    #[serde(default)]
    webhook: Vec<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    name: String,
    url: String,
    secret_file: PathBuf,
    #[serde(default)]
    events: Vec<String>,
}

/// Reads a file of webhooks; the files with the secrets stand beside it.
fn webhooks(path: &Path) -> Result<Vec<Webhook>> {
    let refuse =
        |why: &dyn std::fmt::Display| Error::new("webhooks_malformed", format!("{}: {why}", path.display()));
    let text = String::from_utf8(files::read(path, limits::PAYLOAD)?).map_err(|error| refuse(&error))?;
    let entries: Webhooks = toml::from_str(&text).map_err(|error| refuse(&error))?;
    let beside = path.parent().unwrap_or(Path::new(""));
    let mut found: Vec<Webhook> = Vec::new();
    for Entry { name, url, secret_file, events } in entries.webhook {
        let secret = Zeroizing::new(files::read(&beside.join(secret_file), limits::TEXT)?);
        let secret = std::str::from_utf8(&secret).map_err(|_| refuse(&"a secret is no text"))?;
        let event =
            |text: &String| EventType::parse(text).ok_or_else(|| refuse(&format!("no event `{text}`")));
        let events = events.iter().map(event).collect::<Result<Vec<_>>>()?;
        if found.iter().any(|other| other.name == name) {
            return Err(refuse(&format!("two webhooks `{name}`")));
        }
        let hook = Webhook::new(&name, &url, secret, events).ok_or_else(|| {
            refuse(&format!(
                "`{name}` needs an http:// address, and a secret of whsec_ and base64 of 24 bytes or more"
            ))
        });
        found.push(hook?);
    }
    Ok(found)
}

/// Ends when the process is asked to stop.
fn stop() -> Result<impl Future<Output = ()> + Send> {
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
fn tell(address: SocketAddr, json: bool) {
    let url = format!("http://{address}");
    let line = if json { json!({ "url": url }).to_string() } else { format!("Serving on {url}") };
    let _ = terminal::print(&format!("{line}\n"));
}

impl From<placet_registry::Error> for Error {
    fn from(error: placet_registry::Error) -> Self {
        Self::new(error.code(), error)
    }
}
