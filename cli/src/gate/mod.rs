//! The gateway that proxies ask: `placet-gateway` with a clock, a file and sockets.
//!
//! `server` answers proxies, `feed` fetches and listens; this is what they share.

mod feed;
mod forwarded;
mod server;

use std::{
    fs::{self, File},
    path::PathBuf,
    sync::{Mutex, MutexGuard, PoisonError},
};

use placet_gateway::{code::ConfigError, config::Config, gateway::Gateway, kept};
pub(crate) use server::serve;

use crate::{
    clock,
    error::{At as _, Error, Result},
    files,
};

/// A gateway and the file that it keeps.
#[derive(Debug)]
pub(crate) struct Gate {
    gateway: Mutex<Gateway>,
    state: PathBuf,
    /// Held as long as this process keeps the file.
    _lock: File,
}

impl Gate {
    /// Opens the state, or begins a new one where there is no file.
    ///
    /// # Errors
    ///
    /// `in_use` where another process keeps the file, `file_unreadable` or `file_unwritable`, and why what the file holds
    /// is none: an old state that is ignored would let an older list pass.
    pub(crate) fn open(config: Config, state: PathBuf) -> Result<Self> {
        let lock = lock(&state)?;
        let now = clock::now()?;
        let mut gateway = Gateway::new(config, now);
        match files::read(&state, kept::LARGEST) {
            Ok(bytes) => gateway.adopt(&bytes, now).at(state.display()).map_err(|error| {
                error.hint(
                    "put a copy back; without the file the gateway begins anew, and may accept older lists",
                )
            })?,
            Err(error) if error.code() == "file_not_found" => {
                // Better now than after the first revocation.
                files::replace(&state, gateway.kept().as_bytes())?;
            }
            Err(error) => return Err(error),
        }
        Ok(Self { gateway: Mutex::new(gateway), state, _lock: lock })
    }

    /// The gateway, for as long as one look takes.
    fn gateway(&self) -> MutexGuard<'_, Gateway> {
        self.gateway.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes the state for this process alone.
fn lock(state: &std::path::Path) -> Result<File> {
    let mut path = state.as_os_str().to_owned();
    path.push(".lock");
    let path = PathBuf::from(path);
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(|error| Error::io("file_unwritable", &path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => {
            Err(Error::new("in_use", format!("another gateway keeps {}", state.display())))
        }
        Err(fs::TryLockError::Error(error)) => Err(Error::io("file_unwritable", &path, &error)),
    }
}

impl From<ConfigError> for Error {
    fn from(error: ConfigError) -> Self {
        Self::new(error.code(), error)
    }
}
