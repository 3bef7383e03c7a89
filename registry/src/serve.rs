//! Setting a data directory up, and serving it until told to stop.

use std::{
    fs::{self, File, TryLockError},
    net::SocketAddr,
    path::Path,
    sync::Arc,
    time::Duration,
};

use axum::extract::Request;
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
    service::TowerToHyperService,
};
use placet_core::digest::Digest;
use tokio::{
    net::TcpListener,
    sync::{Semaphore, watch},
};
use tower::ServiceExt as _;

use crate::{
    config::Config,
    error::{AdmitError, Error},
    http::{App, Peer, router},
    keys::{KeyFiles, Keys, PublicKeys},
    registry::Registry,
    store::Store,
    submission::Submission,
    webhooks,
};

/// The longest that nothing is looked at.
const TICK: Duration = Duration::from_secs(5);
/// How often the data directory is asked for, and how long apart.
const LOCK_TRIES: u32 = 20;
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// Opens the registry's keys, makes those that are not there, and gives their public halves for the policy to name.
///
/// # Errors
///
/// [`Error::KeyFile`], [`Error::KeyFileOpen`], [`Error::File`] or [`Error::Random`].
pub fn create_keys(files: &KeyFiles) -> Result<PublicKeys, Error> {
    Ok(Keys::open_or_create(files)?.public())
}

/// Sets a data directory up for the domain whose first policy has the digest `pin`, known from out of band. Policies
/// (envelopes as JSON, oldest first) may be given along; they can also be sent later.
///
/// Repeating it does no harm.
///
/// # Errors
///
/// [`Error::OtherDomain`] where the directory is pinned to another policy, [`Error::Refused`] where a policy is not
/// taken, and whatever keeps files or database from working.
pub async fn init(config: &Config, pin: Digest, policies: &[Vec<u8>]) -> Result<(), Error> {
    let _lock = lock(&config.data_dir).await?;
    let store = Store::open(&config.data_dir).await?;
    store.set_pin(pin).await?;
    let pinned = store.pin().await?;
    store.close().await;
    if let Some(pinned) = pinned.filter(|pinned| *pinned != pin) {
        return Err(Error::OtherDomain { pinned, given: pin });
    }
    let registry = Registry::open(config).await?;
    for policy in policies {
        let submission = Submission::parse(policy).map_err(Error::Refused)?;
        registry.admit(submission).await.map_err(|error| match error {
            AdmitError::Refused(refusal) => Error::Refused(refusal),
            AdmitError::Failed(error) => error,
        })?;
    }
    registry.store.close().await;
    Ok(())
}

/// Serves the data directory until `shutdown` ends, then lets open requests finish.
///
/// # Errors
///
/// [`Error::NotInitialised`] before [`init`], [`Error::InUse`] where another process serves the directory, and whatever
/// keeps files, database or address from working.
pub async fn serve(config: Config, shutdown: impl Future<Output = ()> + Send) -> Result<(), Error> {
    serve_and_tell(config, shutdown, |_| {}).await
}

/// Serves as [`serve`] does, and calls `listening` with the address once requests are answered.
///
/// # Errors
///
/// As [`serve`].
pub async fn serve_and_tell(
    config: Config,
    shutdown: impl Future<Output = ()> + Send,
    listening: impl FnOnce(SocketAddr),
) -> Result<(), Error> {
    let _lock = lock(&config.data_dir).await?;
    let registry = Registry::open(&config).await?;
    if config.revive_webhooks {
        registry.revive_webhooks().await?;
    }
    let address = config.listen.to_string();
    let listener = TcpListener::bind(config.listen).await.map_err(Error::file(&address))?;
    let local = listener.local_addr().map_err(Error::file(&address))?;
    let (stop, stopped) = watch::channel(false);
    let (hooks, retries) = (config.webhooks.clone().into(), config.webhook_retries.clone().into());
    let teller = tokio::spawn(webhooks::run(Arc::clone(&registry), hooks, retries, stopped.clone()));
    let app = Arc::new(App::new(&config, Arc::clone(&registry), stopped));
    tracing::info!(address = %local, "listening");
    listening(local);

    let clockwork = tokio::spawn(keep_ticking(Arc::clone(&registry)));
    let connections = GracefulShutdown::new();
    tokio::select! {
        () = accept(&config, &listener, &app, &connections) => {}
        () = shutdown => {}
    }
    tracing::info!("stopping");
    drop(listener);
    stop.send_replace(true);
    clockwork.abort();
    teller.abort();
    if tokio::time::timeout(config.limits.stop_timeout, connections.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
    registry.store.close().await;
    tracing::info!("stopped");
    Ok(())
}

async fn keep_ticking(registry: Arc<Registry>) {
    loop {
        let renewal = registry.view().chain().map(|chain| crate::list::Lifetime::of(chain.newest().policy()));
        let renewal = renewal.and_then(|lifetime| u64::try_from(lifetime.renewal).ok());
        // A renewal that is due waits for the next tick: with a whole renewal between two, a list would be all but over
        // before its successor is there.
        let pause = renewal.map_or(TICK, |seconds| Duration::from_millis(seconds * 250).min(TICK));
        tokio::time::sleep(pause).await;
        if let Err(error) = registry.tick().await {
            tracing::error!(code = error.code(), %error, "the list could not be renewed");
        }
    }
}

/// Takes connections, so many at a time.
async fn accept(config: &Config, listener: &TcpListener, app: &Arc<App>, connections: &GracefulShutdown) {
    let places = Arc::new(Semaphore::new(config.limits.connections));
    let router = router(Arc::clone(app));
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(config.limits.header_timeout)
        .max_buf_size(64 << 10);
    builder.http2().timer(TokioTimer::new()).max_concurrent_streams(64).max_header_list_size(64 << 10);
    loop {
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        let (stream, peer) = match listener.accept().await {
            Ok(accepted) => accepted,
            Err(error) => {
                // Out of file descriptors, most likely: others must end first.
                tracing::warn!(%error, "a connection was not taken");
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            }
        };
        let router = router.clone();
        let service = tower::service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            router.clone().oneshot(request.map(axum::body::Body::new))
        });
        let service = TowerToHyperService::new(service);
        let connection = builder.serve_connection_with_upgrades(TokioIo::new(stream), service).into_owned();
        let connection = connections.watch(connection);
        tokio::spawn(async move {
            if let Err(error) = connection.await {
                tracing::debug!(%error, "connection ended");
            }
            drop(place);
        });
    }
}

/// Takes the data directory for this process alone. One that is just being left is waited for.
async fn lock(data_dir: &Path) -> Result<File, Error> {
    fs::create_dir_all(data_dir).map_err(Error::file(data_dir))?;
    let path = data_dir.join("lock");
    let file = File::options().create(true).truncate(false).write(true).open(&path);
    let file = file.map_err(Error::file(&path))?;
    for _ in 0..LOCK_TRIES {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) => tokio::time::sleep(LOCK_PAUSE).await,
            Err(TryLockError::Error(error)) => return Err(Error::File { path, source: error }),
        }
    }
    Err(Error::InUse { path: data_dir.into() })
}
