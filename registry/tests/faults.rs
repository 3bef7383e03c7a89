//! The registry killed, and the registry restored from a backup.

mod support;

use std::{
    fs,
    io::{BufRead as _, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::Mutex,
    time::{Duration, Instant},
};

use base64ct::{Base64, Encoding as _};
use placet_core::{
    digest::Digest, envelope::Envelope, key::Signer as _, ledger::merkle, policy::Log, revocation::Target,
    revocation_list::RevocationList,
};
use placet_testkit::{Key, NOW, Organisation};
use support::{Client, Directory, Server, data_dir};

fn organisation() -> Organisation {
    Organisation::new().with(|policy| {
        policy.log = Some(Log {
            origin: "registry.example/ledger".into(),
            key: Key::of("log").public_key().clone(),
            witnesses: Vec::new(),
            threshold: 0,
        });
    })
}

/// A registry in a process of its own.
struct Process {
    child: Child,
    client: Client,
}

impl Process {
    fn start(data_dir: &Path, org: &Organisation) -> Self {
        let policy = data_dir.join("policy.json");
        fs::write(&policy, org.policy_envelope().to_json()).unwrap();
        // Beside this test, where Cargo puts the examples of the same build.
        let mut program: PathBuf = std::env::current_exe().unwrap();
        program.pop();
        program.pop();
        let mut child = Command::new(program.join("examples/serve"))
            .arg(data_dir)
            .args(["127.0.0.1:0", "--now", NOW, "--pin", &org.domain().to_string(), "--policy"])
            .arg(policy)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the example `serve` is not built: run the tests of the whole package");
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let address: SocketAddr = line.trim().parse().expect("the registry did not start");
        Self { child, client: Client::new(address) }
    }

    /// SIGKILL: no handler runs, nothing is flushed that was not.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// The size and the root of a checkpoint.
fn head(note: &[u8]) -> (u64, [u8; 32]) {
    let note = String::from_utf8(note.to_vec()).unwrap();
    let mut lines = note.lines().skip(1);
    let size = lines.next().unwrap().parse().unwrap();
    (size, Base64::decode_vec(lines.next().unwrap()).unwrap().try_into().unwrap())
}

fn consistency(client: &Client, from: u64) -> Vec<[u8; 32]> {
    let answer = client.get(&format!("/v1/ledger/consistency?from={from}")).json();
    let proof = answer["proof"].as_array().unwrap().iter();
    proof.map(|hash| Base64::decode_vec(hash.as_str().unwrap()).unwrap().try_into().unwrap()).collect()
}

fn list(client: &Client) -> RevocationList {
    let envelope = Envelope::parse(&client.get("/v1/revocation-list").body).unwrap();
    RevocationList::parse(envelope.unverified_payload()).unwrap()
}

/// What `PRAGMA integrity_check` says, and how many documents and leaves there are.
fn check_database(data_dir: &Path) -> (String, i64, i64) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let url = format!("sqlite:{}", data_dir.join("registry.sqlite3").display());
        let pool = sqlx::SqlitePool::connect(&url).await.unwrap();
        let ok = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(&pool).await.unwrap();
        let documents = sqlx::query_scalar("SELECT count(*) FROM envelopes").fetch_one(&pool).await.unwrap();
        let leaves = sqlx::query_scalar("SELECT count(*) FROM ledger").fetch_one(&pool).await.unwrap();
        let orphans: Vec<sqlx::sqlite::SqliteRow> =
            sqlx::query("PRAGMA foreign_key_check").fetch_all(&pool).await.unwrap();
        assert!(orphans.is_empty());
        pool.close().await;
        (ok, documents, leaves)
    })
}

#[test]
fn acknowledged_document_is_lost_when_the_registry_is_killed() {
    const ROUNDS: u32 = 4;
    let org = organisation();
    let directory = data_dir();
    let mut acknowledged = Vec::<Digest>::new();
    let mut seen: Option<(u64, [u8; 32], u64)> = None;
    for round in 0..ROUNDS {
        let registry = Process::start(directory.path(), &org);
        if let Some((size, root, number)) = seen {
            let note = registry.client.get("/v1/ledger/checkpoint").body;
            let (now_size, now_root) = head(&note);
            let proof = consistency(&registry.client, size);
            merkle::verify_consistency(size, &root, now_size, &now_root, &proof).expect("the ledger forked");
            assert!(list(&registry.client).number >= number, "the list went back");
        }
        let (told, heads) = (Mutex::new(Vec::new()), Mutex::new(None));
        std::thread::scope(|scope| {
            for writer in 0..4 {
                let (client, org, told) = (registry.client.clone(), &org, &told);
                scope.spawn(move || {
                    for n in 0.. {
                        let training = org.training(|t| t.correlation_id = format!("{round}-{writer}-{n}"));
                        let answer = client.post_bytes(
                            "/v1/envelopes",
                            "application/json",
                            training.to_json().as_bytes(),
                        );
                        match answer {
                            Ok(answer) if answer.status == 201 => {
                                told.lock().unwrap().push(training.digest());
                            }
                            Ok(answer) => assert_eq!(answer.status, 429, "an answer that is neither"),
                            Err(_) => return,
                        }
                    }
                });
            }
            let (client, heads) = (registry.client.clone(), &heads);
            scope.spawn(move || {
                // What a verifier saw before the kill must hold after it.
                while let Ok(answer) = client.try_get("/v1/ledger/checkpoint") {
                    let Ok(list) = client.try_get("/v1/revocation-list") else { return };
                    let list = Envelope::parse(&list.body).unwrap();
                    let number = RevocationList::parse(list.unverified_payload()).unwrap().number;
                    let (size, root) = head(&answer.body);
                    *heads.lock().unwrap() = Some((size, root, number));
                    std::thread::sleep(Duration::from_millis(5));
                }
            });
            let begun = Instant::now();
            while told.lock().unwrap().len() < 20 && begun.elapsed() < Duration::from_mins(1) {
                std::thread::sleep(Duration::from_millis(7));
            }
            registry.kill();
        });
        let told = told.into_inner().unwrap();
        assert!(told.len() >= 20, "only {} documents in round {round}", told.len());
        acknowledged.extend(told);
        seen = heads.into_inner().unwrap();
        assert!(seen.is_some());
    }
    let (integrity, documents, leaves) = check_database(directory.path());
    assert_eq!((integrity.as_str(), documents), ("ok", leaves));
    let registry = Process::start(directory.path(), &org);
    for digest in &acknowledged {
        let answer = registry.client.get(&format!("/v1/envelopes/{digest}"));
        assert_eq!(answer.status, 200, "{digest} was acknowledged and is gone");
        assert_eq!(Envelope::parse(&answer.body).unwrap().digest(), *digest);
    }
    assert_eq!(registry.client.get("/readyz").status, 200);
    registry.kill();
    println!("{} documents acknowledged over {ROUNDS} kills, all there", acknowledged.len());
}

/// Copies the database of a stopped registry, as a backup does.
fn copy_database(from: &Path, to: &Path) {
    for name in ["registry.sqlite3", "registry.sqlite3-wal", "registry.sqlite3-shm"] {
        let _ = fs::remove_file(to.join(name));
        if fs::exists(from.join(name)).unwrap() {
            fs::copy(from.join(name), to.join(name)).unwrap();
        }
    }
}

/// A registry whose database was restored to before a revocation that was published.
struct Restored {
    org: Organisation,
    directory: Directory,
    revocation: Envelope,
    newest: Envelope,
    number: u64,
}

impl Restored {
    fn new(org: Organisation) -> Self {
        let backup = Directory::new();
        let training = org.training(|_| {});
        let proposal = org.proposal(&training, |_| {});
        let revocation = org.revocation("alice.ng", Target::Proposal(proposal.digest()), |_| {});
        let server = Server::start(&org);
        server.client().admit(&training);
        server.client().admit(&proposal);
        let directory = server.stop();
        copy_database(directory.path(), backup.path());
        let server = Server::start_in(directory, &org, |_| {});
        server.client().admit(&revocation);
        let newest = Envelope::parse(&server.client().get("/v1/revocation-list").body).unwrap();
        let number = list(&server.client()).number;
        let directory = server.stop();
        copy_database(backup.path(), directory.path());
        Self { org, directory, revocation, newest, number }
    }
}

fn readiness(client: &Client) -> String {
    client.get("/readyz").json()["code"].as_str().unwrap_or("ready").to_owned()
}

#[test]
fn restored_database_signs_a_list_that_forgets() {
    let Restored { org, directory, revocation, number, .. } = Restored::new(Organisation::new());
    let server = Server::start_in(directory, &org, |_| {});
    assert_eq!(readiness(&server.client()), "restored");
    assert!(list(&server.client()).number < number, "the old list is served as what it is");
    // Statements come back, and still nothing is signed.
    server.client().admit(&revocation);
    assert!(list(&server.client()).number < number);
    let server = Server::start_in(server.stop(), &org, |_| {});
    assert_eq!(readiness(&server.client()), "restored");
    let server = Server::start_in(server.stop(), &org, |config| config.rebuilt = true);
    assert_eq!(readiness(&server.client()), "ready");
    let rebuilt = list(&server.client());
    assert!(rebuilt.number > number);
    assert_eq!(rebuilt.entries.len(), 1);
    // And it is an ordinary registry again.
    let server = Server::start_in(server.stop(), &org, |_| {});
    assert_eq!(readiness(&server.client()), "ready");
}

#[test]
fn list_that_a_verifier_holds_does_not_heal_a_restored_registry() {
    let Restored { org, directory, newest, number, .. } = Restored::new(Organisation::new());
    let server = Server::start_in(directory, &org, |_| {});
    server.client().admit(&newest);
    assert_eq!(server.client().push(&newest).status, 200);
    let server = Server::start_in(server.stop(), &org, |_| {});
    assert_eq!(readiness(&server.client()), "ready");
    let healed = list(&server.client());
    assert!(healed.number >= number && healed.entries.len() == 1);
    // A list that somebody else signs heals nothing.
    let mut forged = healed.clone();
    forged.number += 1;
    let forged = placet_testkit::sign_by(newest.payload_type(), forged.to_payload(), &["alice.ng"]);
    assert_eq!(server.client().push(&forged).refusal(), (409, "list_signatures".into()));
}

#[test]
fn database_without_its_marker_signs() {
    let Restored { org, directory, .. } = Restored::new(Organisation::new());
    fs::remove_file(directory.path().join("published.json")).unwrap();
    let server = Server::start_in(directory, &org, |_| {});
    assert_eq!(readiness(&server.client()), "restored");
}

#[test]
fn restored_ledger_signs_a_fork() {
    let Restored { org, directory, revocation, .. } = Restored::new(organisation());
    let server = Server::start_in(directory, &org, |config| config.rebuilt = true);
    let client = server.client();
    assert_eq!(readiness(&client), "ledger_forked");
    assert_eq!(client.get("/v1/ledger/checkpoint").status, 404);
    // Something else in the lost place would be another history; the same thing is the same history.
    client.admit(&revocation);
    assert_eq!(client.get("/v1/ledger/checkpoint").status, 404);
    let server = Server::start_in(server.stop(), &org, |config| config.rebuilt = true);
    assert_eq!(readiness(&server.client()), "ready");
    assert_eq!(server.client().get("/v1/ledger/checkpoint").status, 200);

    let Restored { org, directory, .. } = Restored::new(organisation());
    let server = Server::start_in(directory, &org, |config| config.rebuilt = true);
    server.client().admit(&org.key_revocation("emil.novak", "emil.novak"));
    let server = Server::start_in(server.stop(), &org, |config| config.rebuilt = true);
    assert_eq!(readiness(&server.client()), "ledger_forked");
    assert_eq!(server.client().get("/v1/ledger/checkpoint").status, 404);
}

#[test]
fn two_registries_serve_one_directory() {
    let org = Organisation::new();
    let server = Server::start(&org);
    let directory = server.directory();
    let config = placet_registry::Config::new(directory);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let error = runtime.block_on(placet_registry::serve(config, async {})).unwrap_err();
    assert_eq!(error.code(), "in_use");
}

#[test]
fn directory_changes_its_domain_or_serves_without_one() {
    let directory = data_dir();
    let config = placet_registry::Config::new(directory.path());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let error = runtime.block_on(placet_registry::serve(config.clone(), async {})).unwrap_err();
    assert_eq!(error.code(), "not_initialised");
    let org = Organisation::new();
    let policy = org.policy_envelope().to_json().into_bytes();
    runtime.block_on(placet_registry::init(&config, org.domain(), &[policy])).unwrap();
    let other = Digest::of(b"other");
    let error = runtime.block_on(placet_registry::init(&config, other, &[])).unwrap_err();
    assert_eq!(error.code(), "other_domain");
}

#[test]
fn key_file_that_others_may_read_is_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let directory = Directory::new();
    let files = placet_registry::KeyFiles::in_directory(directory.path());
    let made = placet_registry::create_keys(&files).unwrap();
    assert_ne!(made.list, made.log);
    for file in [&files.list, &files.log] {
        assert_eq!(fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600);
    }
    assert_eq!(placet_registry::create_keys(&files).unwrap().list, made.list, "made once");
    fs::set_permissions(&files.log, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(placet_registry::create_keys(&files).unwrap_err().code(), "key_file_open");
}

#[test]
fn policy_that_does_not_name_the_list_key_gets_a_list() {
    let org = Organisation::new();
    let directory = Directory::new();
    let server = Server::start_in(directory, &org, |_| {});
    assert_eq!(readiness(&server.client()), "list_key_not_named");
    assert_eq!(server.client().get("/v1/revocation-list").refusal(), (503, "not_ready".into()));
}

#[test]
fn list_is_not_renewed_before_it_is_stale() {
    let org = Organisation::new()
        .with(|policy| policy.rules.iter_mut().for_each(|rule| rule.revocation_list_max_age_seconds = 4));
    let server = Server::start(&org);
    let first = list(&server.client());
    assert_eq!(first.window.not_after.since(first.window.not_before), 4);
    std::thread::sleep(Duration::from_millis(3500));
    let second = list(&server.client());
    assert!(second.number > first.number);
    assert!(second.window.not_before > first.window.not_before);
}
