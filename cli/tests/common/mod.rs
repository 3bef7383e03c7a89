//! An organisation in a temporary directory, driven through the real command.
#![allow(dead_code, reason = "each test file uses its part")]
#![allow(missing_docs, unreachable_pub, clippy::missing_panics_doc, reason = "a test's own helpers")]

#[cfg(unix)]
pub mod page;
#[cfg(unix)]
pub mod server;

use std::{
    collections::BTreeMap,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use placet_core::{
    approval::Approval,
    digest::Digest,
    envelope::Envelope,
    key::{PublicKey, Signer},
    proposal::Proposal,
    statement::{IN_TOTO, Statement as _},
};
use serde_json::Value;

pub const MODEL: &str = "digits-classifier";

/// What a command said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Said {
    /// The JSON on standard output.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Checks that it is the coded error that is meant.
    #[track_caller]
    pub fn refuses(&self, code: &str) -> &Self {
        assert_eq!(self.code, 2, "{self:?}");
        assert!(self.err.contains(&format!("error[{code}]: ")), "expected {code}: {self:?}");
        self
    }

    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    /// The code of the error.
    pub fn error_code(&self) -> Option<&str> {
        self.err.split_once("error[")?.1.split(']').next()
    }
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into(),
            err: String::from_utf8_lossy(&output.stderr).into(),
        }
    }
}

/// A working directory with whatever is in it.
pub struct Desk {
    directory: tempfile::TempDir,
}

impl Desk {
    /// An empty working directory.
    pub fn empty() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    /// The example organisation.
    pub fn founded() -> Self {
        Self::founded_with(|plan| plan)
    }

    /// The example organisation, described otherwise.
    pub fn founded_with(change: impl FnOnce(String) -> String) -> Self {
        let desk = Self::empty();
        desk.write("organisation.toml", change(example()));
        desk.run(["init", "--from", "organisation.toml"]).ok();
        desk
    }

    /// The organisation with version 2 trained and proposed for production, and a fresh list.
    pub fn proposed() -> Self {
        Self::proposed_in(Self::founded())
    }

    pub fn proposed_in(desk: Self) -> Self {
        desk.train("2");
        desk.propose("2");
        desk.list();
        desk
    }

    /// The organisation in which version 2 may run in production.
    pub fn approved() -> Self {
        let desk = Self::proposed();
        desk.approve("alice");
        desk.approve("chandra");
        desk
    }

    pub fn path(&self, name: impl AsRef<Path>) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn write(&self, name: impl AsRef<Path>, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        path
    }

    pub fn read(&self, name: impl AsRef<Path>) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    /// The command, without anything of this machine's environment that it reads.
    pub fn command<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_placet"));
        command.current_dir(self.directory.path()).args(arguments).stdin(Stdio::null());
        for variable in ["PLACET_DIR", "PLACET_KEY", "PLACET_PASSPHRASE_FILE"] {
            command.env_remove(variable);
        }
        command
    }

    pub fn run<S: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = S>) -> Said {
        self.command(arguments).output().unwrap().into()
    }

    /// Runs a line of words; `{2}` is the fixture's version 2.
    pub fn line(&self, line: &str) -> Said {
        let fixture = fixture("");
        let words = line.split_whitespace().map(|word| word.replace("FIXTURE", fixture.to_str().unwrap()));
        self.run(words.collect::<Vec<_>>())
    }

    pub fn train(&self, version: &str) -> String {
        let weights = if version == "3" { "weights" } else { "weights.npz" };
        let line = format!(
            "train --model {MODEL} --version {version} --weights FIXTURE/{version}/{weights} \
             --metrics FIXTURE/{version}/metrics.json --card FIXTURE/{version}/card.json \
             --key placet-keys/pipeline.pem --json"
        );
        digest_of(&self.line(&line).ok())
    }

    pub fn propose(&self, version: &str) -> String {
        let line = format!(
            "propose {MODEL}@{version} --environment production --scope eu-west --key placet-keys/emil.pem --json"
        );
        digest_of(&self.line(&line).ok())
    }

    pub fn approve(&self, who: &str) -> Said {
        self.line(&format!("approve {MODEL}@2 --key placet-keys/{who}.pem --yes --json")).ok()
    }

    pub fn list(&self) -> Value {
        self.line("list --key placet-keys/registry.pem --json").ok().json()
    }

    /// The decision about the fixture's weights in production, with more words on the command line.
    pub fn verify(&self, more: &str) -> Decision {
        let weights = if more.contains("--weights") { "" } else { "--weights FIXTURE/2/weights.npz" };
        let model = if more.contains("--model") { "" } else { "--model digits-classifier" };
        let environment = if more.contains("--environment") { "" } else { "--environment production" };
        let line = format!("verify {model} {weights} {environment} --scope eu-west {more} --json");
        Decision::of(self.line(&line))
    }

    /// The one proposal in the directory.
    pub fn proposal(&self) -> Envelope {
        let is_proposal = |envelope: &Envelope| Proposal::parse(envelope.unverified_payload()).is_ok();
        let mut found = self.documents().into_values().filter(is_proposal);
        let one = found.next().unwrap();
        assert!(found.next().is_none());
        one
    }

    /// The documents in the directory, by file name.
    pub fn documents(&self) -> BTreeMap<PathBuf, Envelope> {
        let entries = fs::read_dir(self.path("placet/documents")).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths.map(|path| (path.clone(), Envelope::parse(&fs::read(path).unwrap()).unwrap())).collect()
    }

    /// The approval of a person and where it is.
    pub fn approval_of(&self, who: &str) -> (PathBuf, Approval) {
        let documents = self.documents().into_iter();
        let approvals =
            documents.filter_map(|(path, e)| Approval::parse(e.unverified_payload()).ok().map(|a| (path, a)));
        approvals.into_iter().find(|(_, approval)| approval.approver.as_str() == who).unwrap()
    }

    /// Puts an envelope where somebody with access to the directory could.
    pub fn smuggle(&self, envelope: &Envelope) {
        let name = format!("placet/documents/{}.json", envelope.digest().to_hex());
        self.write(name, envelope.to_json());
    }

    pub fn key(&self, who: &str) -> FileKey {
        FileKey::open(&self.path(format!("placet-keys/{who}.pem")))
    }

    /// Every file with its bytes.
    pub fn snapshot(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut files = BTreeMap::new();
        collect(self.directory.path(), &mut files);
        files
    }
}

fn collect(directory: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.is_symlink() {
            files.insert(path.clone(), Vec::new());
            collect(&path, files);
        } else if path.is_file() {
            // A huge file is told by its length; nobody wants to compare its bytes.
            let length = path.metadata().unwrap().len();
            let bytes = if length > 1 << 26 { length.to_le_bytes().into() } else { fs::read(&path).unwrap() };
            files.insert(path, bytes);
        }
    }
}

fn digest_of(said: &Said) -> String {
    said.json()["digest"].as_str().unwrap().to_owned()
}

/// A decision as the command prints it.
#[derive(Debug)]
pub struct Decision {
    pub said: Said,
    pub json: Value,
    pub denials: Vec<String>,
}

impl Decision {
    #[track_caller]
    fn of(said: Said) -> Self {
        let json = said.json();
        let denials =
            json["denials"].as_array().unwrap().iter().map(|code| code.as_str().unwrap().to_owned());
        Self { denials: denials.collect(), json, said }
    }

    #[track_caller]
    pub fn permits(&self) {
        assert_eq!(
            (self.said.code, &self.json["outcome"]),
            (0, &Value::from("permit")),
            "{:?}",
            self.denials
        );
    }

    /// Checks that it denies, and for exactly these reasons.
    #[track_caller]
    pub fn denies(&self, codes: &[&str]) {
        assert_eq!(self.said.code, 1, "{self:?}");
        assert_eq!(self.json["outcome"], "deny");
        assert_eq!(self.denials, codes);
    }

    #[track_caller]
    pub fn denies_among_others(&self, code: &str) {
        assert_eq!(self.said.code, 1, "{self:?}");
        assert!(self.denials.iter().any(|denial| denial == code), "{:?}", self.denials);
    }
}

/// A key out of a file, to sign what the command would refuse to.
pub struct FileKey {
    secret: placet_keys::SecretKey,
    public: PublicKey,
}

impl FileKey {
    pub fn open(path: &Path) -> Self {
        let secret = placet_keys::open(&fs::read(path).unwrap(), None).unwrap();
        let public = PublicKey::from_bytes(&secret.public_key()).unwrap();
        Self { secret, public }
    }

    /// Signs a statement about a model.
    pub fn statement(&self, payload: Vec<u8>) -> Envelope {
        Envelope::sign(IN_TOTO, payload, self)
    }
}

impl Signer for FileKey {
    fn public_key(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.secret.sign(message)
    }
}

pub fn example() -> String {
    include_str!("../../examples/organisation.toml").to_owned()
}

pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/digits-classifier").join(name)
}

pub fn digest(text: &str) -> Digest {
    Digest::parse(text).unwrap()
}
