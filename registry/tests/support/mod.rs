//! A real registry on loopback with a real database, and a plain client.
#![allow(dead_code, reason = "each test file uses a part")]
#![allow(unreachable_pub, reason = "the files beside it use this module")]

use std::{
    fs,
    io::Write as _,
    net::SocketAddr,
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::{
        atomic::{AtomicU32, Ordering},
        mpsc,
    },
    thread::JoinHandle,
    time::Duration,
};

use placet_core::envelope::Envelope;
use placet_keys::{SecretKey, pkcs8};
use placet_registry::{Clock, Config, KeyFiles, init, serve_and_tell};
use placet_testkit::{Key, NOW, Organisation, time};
use serde_json::Value;
use tokio::sync::oneshot;

/// A directory that goes when the test is over.
pub struct Directory(PathBuf);

impl Directory {
    pub fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name =
            format!("placet-registry-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Directory {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Writes the secret key of a name of the test kit into a file that only its owner may read.
pub fn write_key(path: &Path, name: &str) {
    let key = SecretKey::from_seed(Key::of(name).seed().into()).unwrap();
    let mut file =
        fs::File::options().write(true).create(true).truncate(true).mode(0o600).open(path).unwrap();
    file.write_all(pkcs8::write(&key).unwrap().as_bytes()).unwrap();
}

/// A data directory for an organisation of the test kit: its registry's list key, and a log key named `log`.
pub fn data_dir() -> Directory {
    let directory = Directory::new();
    let files = KeyFiles::in_directory(directory.path());
    write_key(&files.list, "registry");
    write_key(&files.log, "log");
    directory
}

/// A running registry.
pub struct Server {
    pub address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
    directory: Option<Directory>,
}

impl Server {
    /// Sets up and serves a fresh directory that holds version 1 of the policy.
    pub fn start(org: &Organisation) -> Self {
        Self::start_in(data_dir(), org, |_| {})
    }

    pub fn start_in(directory: Directory, org: &Organisation, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::new(directory.path());
        config.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        config.clock = Clock::starting_at(time(NOW));
        change(&mut config);
        let (pin, policy) = (org.domain(), org.policy_envelope().to_json().into_bytes());
        let (stop, stopped) = oneshot::channel();
        let (tell, told) = mpsc::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
            runtime.unwrap().block_on(async {
                init(&config, pin, &[policy]).await.unwrap();
                let shutdown = async {
                    let _ = stopped.await;
                };
                serve_and_tell(config, shutdown, |address| tell.send(address).unwrap()).await.unwrap();
            });
        });
        let address = told.recv_timeout(Duration::from_secs(30)).expect("the registry did not start");
        Self { address, stop: Some(stop), thread: Some(thread), directory: Some(directory) }
    }

    /// Stops gracefully and gives the directory back.
    pub fn stop(mut self) -> Directory {
        self.end();
        self.directory.take().unwrap()
    }

    fn end(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }

    pub fn directory(&self) -> &Path {
        self.directory.as_ref().unwrap().path()
    }

    pub fn client(&self) -> Client {
        Client::new(self.address)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            self.end();
        }
    }
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: ureq::http::HeaderMap,
    pub body: Vec<u8>,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Status and code of a refusal, after checking that it is a problem document.
    pub fn refusal(&self) -> (u16, String) {
        let json = self.json();
        assert_eq!(self.header("content-type"), "application/problem+json", "{json}");
        assert_eq!(json["status"], self.status);
        for member in ["type", "title", "detail"] {
            assert!(json[member].is_string(), "{json}");
        }
        (self.status, json["code"].as_str().unwrap().to_owned())
    }
}

/// A client with no opinion.
#[derive(Clone)]
pub struct Client {
    agent: ureq::Agent,
    base: String,
}

impl Client {
    pub fn new(address: SocketAddr) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(1)))
            .build();
        Self { agent: config.into(), base: format!("http://{address}") }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.get_with(path, &[])
    }

    /// Asks where no answer is an answer too.
    pub fn try_get(&self, path: &str) -> Result<Answer, ureq::Error> {
        self.agent.get(format!("{}{path}", self.base)).call().map(answer)
    }

    pub fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let request = self.agent.get(format!("{}{path}", self.base));
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        answer(request.call().unwrap())
    }

    pub fn post_bytes(&self, path: &str, content_type: &str, bytes: &[u8]) -> Result<Answer, ureq::Error> {
        let request = self.agent.post(format!("{}{path}", self.base)).header("content-type", content_type);
        request.send(bytes).map(answer)
    }

    pub fn post_json(&self, path: &str, text: &str) -> Answer {
        self.post_bytes(path, "application/json", text.as_bytes()).unwrap()
    }

    /// Sends an envelope.
    pub fn push(&self, envelope: &Envelope) -> Answer {
        self.post_json("/v1/envelopes", &envelope.to_json())
    }

    /// Sends an envelope that must be taken.
    pub fn admit(&self, envelope: &Envelope) -> Value {
        let answer = self.push(envelope);
        assert!(answer.status == 201, "{} {}", answer.status, String::from_utf8_lossy(&answer.body));
        answer.json()
    }
}

fn answer(mut response: ureq::http::Response<ureq::Body>) -> Answer {
    let body = response.body_mut().with_config().limit(64 << 20).read_to_vec().unwrap();
    Answer { status: response.status().as_u16(), headers: response.headers().clone(), body }
}
