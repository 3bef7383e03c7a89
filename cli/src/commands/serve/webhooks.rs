//! The file that names a registry's webhooks.

use std::path::{Path, PathBuf};

use placet_core::limits;
use placet_registry::{EventType, Webhook};
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::{
    error::{Error, Result},
    files,
};

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
pub(super) fn read(path: &Path) -> Result<Vec<Webhook>> {
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
