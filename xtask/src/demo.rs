//! The demonstration: an organisation with keys made on the spot, three versions of a model, and a registry that serves
//! them on loopback.
//!
//! Everything in it is made by the `placet` command, as anybody would. Nothing of it is for earnest: one directory holds
//! the keys of everybody.

use std::{
    env, fs,
    fs::{File, OpenOptions, Permissions},
    io::{BufRead as _, BufReader, ErrorKind, Read as _, Write as _},
    net::{SocketAddr, TcpListener},
    os::unix::{
        fs::{OpenOptionsExt as _, PermissionsExt as _},
        process::CommandExt as _,
    },
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use crate::{
    console,
    failure::Failure,
    step::{self, Count},
    workspace::{cargo, root, target},
};

/// The organisation, but for its registry's key.
const ORGANISATION: &str = include_str!("../../cli/examples/organisation.toml");

/// The people, and what each is there for.
const PEOPLE: [(&str, &str); 5] = [
    ("alice", "ml-lead, holds a key of the root"),
    ("bo", "ml-lead, holds a key of the root"),
    ("chandra", "safety"),
    ("dana", "safety, holds a key of the root"),
    ("emil", "ml-engineer, proposes, and runs the training pipeline"),
];

/// The model.
const MODEL: &str = "digits-classifier";

/// What a monitor sees of each version: where, which scores, and the exit code that says what it found.
const WATCHED: [(&str, &str, &str, i32); 4] = [
    ("1", "staging", "none", 0),
    ("2", "production", "noise-1", 0),
    ("2", "production", "blur-2", 1),
    ("3", "staging", "few", 3),
];

/// Serves the demonstration; makes it first where it is not there.
pub(crate) fn run(arguments: &[&str]) -> Result<(), Failure> {
    let (mut reset, mut listen, mut name) = (false, "127.0.0.1:8787", "demo");
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        match *argument {
            "--reset" => reset = true,
            "--name" => name = arguments.next().copied().unwrap_or_default(),
            "--listen" => listen = arguments.next().copied().unwrap_or_default(),
            other => return Err(Failure::new("unknown_option", format!("{other}; see `cargo xtask help`"))),
        }
    }
    let address: SocketAddr =
        listen.parse().map_err(|_| Failure::new("invalid_address", format!("`{listen}` is no IP:PORT")))?;
    // The name becomes a directory, which `--reset` removes.
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-') {
        return Err(Failure::new("invalid_name", format!("`{name}` is not of the letters a to z and -")));
    }
    free(address)?;
    build()?;
    let console = console::build(console::RELEASE)?;
    let demo = Demo { directory: target().join("demos").join(name), placet: target().join("debug/placet") };
    if reset || !demo.made().exists() {
        demo.remove()?;
        demo.make()?;
    }
    demo.guide(address)?;
    let mut serve = demo.serve(address);
    serve.arg("--console").arg(console);
    // From here on this process is the registry, so that whoever stops it stops just that.
    let error = serve.exec();
    Err(Failure::new("program_not_started", format!("{}: {error}", demo.placet.display())))
}

/// Finds out early that something else listens there.
fn free(address: SocketAddr) -> Result<(), Failure> {
    TcpListener::bind(address).map(drop).map_err(|error| {
        Failure::new("address_in_use", format!("{address}: {error}; name another with --listen IP:PORT"))
    })
}

fn build() -> Result<(), Failure> {
    let log = target().join("xtask/logs/demo-build.log");
    let built = step::run(
        "build placet (minutes the first time)",
        &log,
        Count::Preparation,
        &mut cargo("build --package placet-cli"),
    )?;
    if built.failed == 0 { Ok(()) } else { Err(Failure::new("build_failed", "placet")) }
}

/// The demonstration's directory, and the command that fills it.
struct Demo {
    directory: PathBuf,
    placet: PathBuf,
}

impl Demo {
    fn path(&self, name: &str) -> PathBuf {
        self.directory.join(name)
    }

    /// The file that stands there when all else does.
    fn made(&self) -> PathBuf {
        self.path("made")
    }

    fn remove(&self) -> Result<(), Failure> {
        match fs::remove_dir_all(&self.directory) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(Failure::file(&self.directory, &error)),
            _ => Ok(()),
        }
    }

    /// Makes everything: the organisation, its documents, and a registry that has them.
    fn make(&self) -> Result<(), Failure> {
        println!("  make the organisation, its keys and its documents in {}", self.directory.display());
        fs::create_dir_all(&self.directory).map_err(|error| Failure::file(&self.directory, &error))?;
        let private = Permissions::from_mode(0o700);
        fs::set_permissions(&self.directory, private)
            .map_err(|error| Failure::file(&self.directory, &error))?;
        self.found()?;
        for version in ["1", "2", "3"] {
            self.propose(version)?;
        }
        for version in ["1", "2"] {
            self.placet(&format!("approve {MODEL}@{version} --key keys/alice.pem --yes"))?;
            self.placet(&format!("approve {MODEL}@{version} --key keys/chandra.pem --yes"))?;
        }
        self.publish()?;
        // A registry takes no approval of what was revoked, so the revocation comes when all else is there.
        let reason = "--reason-code security --reason demonstration";
        self.placet(&format!("revoke {MODEL}@1 {reason} --key keys/dana.pem --yes"))?;
        self.publish()?;
        self.watch()?;
        self.publish()?;
        self.lock_keys()?;
        self.write("made", b"")
    }

    /// Founds the organisation, with the registry's own keys in the policy.
    fn found(&self) -> Result<(), Failure> {
        let keys = self.placet("serve --data registry --make-keys --json")?;
        let registry = format!("[principals.registry]\npublic_key = \"{}\"", field(&keys, "list_key")?);
        let plan = ORGANISATION
            .replace("organization = \"Example\"", "organization = \"Placet demonstration\"")
            .replace("[principals.registry]", &registry);
        self.write("organisation.toml", plan.as_bytes())?;
        self.placet("init --from organisation.toml --keys keys")?;
        // A description names no log, so the policy gets one here and is signed again.
        let policy = self.placet("policy show --json")?;
        let log = format!(
            "\"log\":{{\"key\":\"{}\",\"origin\":\"demo.placet.example/log\",\"threshold\":0,\"witnesses\":[]}}",
            field(&keys, "log_key")?
        );
        self.write("policy.json", policy.replace("\"log\":null", &log).as_bytes())?;
        self.placet("policy sign policy.json --output signed.json --key keys/alice.pem --yes")?;
        let signed = self.placet("policy sign signed.json --key keys/bo.pem --yes --json")?;
        let pin = format!("# Version 1 of the policy of the demonstration\n{}\n", field(&signed, "digest")?);
        self.write("placet/pins", pin.as_bytes())?;
        fs::rename(self.path("signed.json"), self.path("placet/policies/0001.json"))
            .map_err(|error| Failure::file(&self.path("signed.json"), &error))
    }

    /// Trains and proposes a version; version 3 is a directory of weights.
    fn propose(&self, version: &str) -> Result<(), Failure> {
        let fixture = root().join("tests/fixtures").join(MODEL).join(version);
        let weights = fixture.join(if version == "3" { "weights" } else { "weights.npz" });
        let mut train = self.command("train --key keys/pipeline.pem");
        train.args(["--model", MODEL, "--version", version]);
        train.arg("--weights").arg(weights);
        train.arg("--metrics").arg(fixture.join("metrics.json"));
        train.arg("--card").arg(fixture.join("card.json"));
        train.arg("--scores").arg(fixture.join("scores-clean.csv")).args(["--score", "top_score"]);
        output(&mut train)?;
        let places = "--environment staging --environment production --scope eu-west --scope us-east";
        self.placet(&format!("propose {MODEL}@{version} {places} --key keys/emil.pem")).map(drop)
    }

    /// Watches every version over scores of really degraded images.
    fn watch(&self) -> Result<(), Failure> {
        // Of 38 images nothing can be told, which the default of ten would not know.
        self.write("rules.toml", b"[outputs.top_score]\nminimum_samples = 100\n")?;
        for (version, environment, window, found) in WATCHED {
            // Windows are whole seconds, and begin where the one before ended.
            thread::sleep(Duration::from_millis(1100));
            let scores = root().join("tests/fixtures").join(MODEL).join(version);
            let mut monitor = self.command(&format!("monitor {MODEL}@{version} --environment {environment}"));
            monitor.args(["--rules", "rules.toml", "--key", "keys/monitor.pem"]);
            monitor.arg("--scores").arg(scores.join(format!("scores-degraded-{window}.csv")));
            // It says by its exit code what it found.
            let code = monitor.stdout(Stdio::null()).stderr(Stdio::null()).status();
            let code =
                code.map_err(|error| Failure::new("program_not_started", format!("placet: {error}")))?;
            if code.code() != Some(found) {
                let message = format!("version {version}, {window}: exit code {code}, not {found}");
                return Err(Failure::new("demo_failed", message));
            }
        }
        Ok(())
    }

    /// Sends everything to a registry that runs as long as this takes.
    fn publish(&self) -> Result<(), Failure> {
        let log = self.path("registry.log");
        let errors = File::create(&log).map_err(|error| Failure::file(&log, &error))?;
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut command = self.serve(any);
        command.arg("--pin").arg(self.pin()?).args(["--policy", "placet/policies/0001.json", "--json"]);
        let child = command.stdout(Stdio::piped()).stderr(errors).spawn();
        let child = child.map_err(|error| Failure::new("program_not_started", format!("placet: {error}")))?;
        let mut registry = Stopped(child);
        let mut line = String::new();
        if let Some(stdout) = registry.0.stdout.take() {
            BufReader::new(stdout).read_line(&mut line).map_err(|error| Failure::file(&log, &error))?;
        }
        let url = field(&line, "url")
            .map_err(|_| Failure::new("registry_failed", format!("see {}", log.display())))?;
        self.placet(&format!("push --registry {url}"))?;
        self.placet(&format!("pull --registry {url}")).map(drop)
    }

    /// Leaves the people's keys in locked files alone, as the console reads them.
    fn lock_keys(&self) -> Result<(), Failure> {
        let mut random = [0; 8];
        let source = Path::new("/dev/urandom");
        let read = File::open(source).and_then(|mut file| file.read_exact(&mut random));
        read.map_err(|error| Failure::file(source, &error))?;
        let random = format!("{:016x}", u64::from_be_bytes(random));
        let (first, last) = random.split_at(8);
        self.write("keys/passphrase", format!("demo-{first}-{last}\n").as_bytes())?;
        for (name, _) in PEOPLE {
            let from = format!("--from keys/{name}.pem --output keys/{name}.json --name {name}");
            self.placet(&format!("keygen {from} --format locked --new-passphrase-file keys/passphrase"))?;
            let plain = self.path(&format!("keys/{name}.pem"));
            fs::remove_file(&plain).map_err(|error| Failure::file(&plain, &error))?;
        }
        Ok(())
    }

    /// Says what is there, what to do next and how to be each of its people.
    fn guide(&self, address: SocketAddr) -> Result<(), Failure> {
        let passphrase = self.path("keys/passphrase");
        let phrase = fs::read_to_string(&passphrase).map_err(|error| Failure::file(&passphrase, &error))?;
        let keys = self.path("keys");
        let line = |(name, role)| format!("       {:<13}  {role}", format!("{name}.json"));
        let people = PEOPLE.map(line).join("\n");
        let policy = self.placet("policy show placet/policies/0001.json")?;
        let words = policy.lines().find_map(|line| line.trim().strip_prefix("in words"));
        let words = words.ok_or_else(|| Failure::new("answer_unreadable", "the policy has no words"))?;
        let (placet, directory) = (self.placet.display(), self.path("placet").display().to_string());
        print!(
            "
Version 1 of {MODEL} was approved and is revoked; version 2 may run in staging and production; version 3
waits for one ml-lead and one of safety. A monitor found version 1 stable, version 2 drifting in production,
and of version 3 too few images to tell. Open

  http://{address}/

  1. Pin the policy. Its eight words, as a root holder would read them to you:
       {words}
  2. Under Keys, import the key file of whom you want to be, from {keys}
     The passphrase of all of them is  {phrase}  and any will do in the browser.
{people}
  3. Under Inbox, review version 3 and sign. A private window is a second browser, for the second person.

The services' keys beside these are not locked. All of this is made for this demonstration: nobody's key
belongs into one directory with the others'. The digest that everybody pins is in {directory}/pins.

In another terminal:
  export PATH=\"{bin}:$PATH\" PLACET_DIR={directory} PLACET_REGISTRY=http://{address} PLACET_PASSPHRASE_FILE={passphrase}
  placet status {MODEL}@3                                   who is missing
  placet review {MODEL}@3                                   what everybody is asked to sign
  placet approve {MODEL}@3 --key {keys}/bo.json
  placet approve {MODEL}@3 --key {keys}/dana.json
  placet push && placet status {MODEL}@3
  placet revoke {MODEL}@3 --reason-code security --reason drill --key {keys}/dana.json && placet push

Ctrl-C stops it; `cargo xtask demo --reset` makes it anew. The command is {placet}.

",
            keys = keys.display(),
            words = words.trim(),
            phrase = phrase.trim(),
            passphrase = passphrase.display(),
            bin = self.placet.parent().unwrap_or(Path::new("")).display(),
        );
        std::io::stdout().flush().map_err(|error| Failure::new("output_failed", error.to_string()))
    }

    /// The digest of the policy, as `placet init` leaves it.
    fn pin(&self) -> Result<String, Failure> {
        let path = self.path("placet/pins");
        let text = fs::read_to_string(&path).map_err(|error| Failure::file(&path, &error))?;
        Ok(text.lines().last().unwrap_or_default().to_owned())
    }

    fn serve(&self, address: SocketAddr) -> Command {
        self.command(&format!("serve --data registry --listen {address}"))
    }

    /// The command in the demonstration's directory, whatever the environment says.
    fn command(&self, line: &str) -> Command {
        let mut command = Command::new(&self.placet);
        command.current_dir(&self.directory).args(line.split_whitespace()).stdin(Stdio::null());
        for (name, _) in env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"PLACET_") {
                command.env_remove(name);
            }
        }
        command
    }

    /// Runs the command and gives what it says.
    fn placet(&self, line: &str) -> Result<String, Failure> {
        output(&mut self.command(line))
    }

    /// Writes a file that only its owner reads.
    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.path(name);
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&path);
        file.and_then(|mut file| file.write_all(bytes)).map_err(|error| Failure::file(&path, &error))
    }
}

/// A process that is stopped when it is no longer needed. Killing a registry is safe: what it acknowledged is there.
struct Stopped(Child);

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn output(command: &mut Command) -> Result<String, Failure> {
    let output = command.output();
    let output = output.map_err(|error| Failure::new("program_not_started", format!("placet: {error}")))?;
    let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
    if output.status.success() {
        return Ok(text(&output.stdout));
    }
    let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy()).collect();
    let said = text(&output.stdout) + &text(&output.stderr);
    Err(Failure::new("demo_failed", format!("placet {}\n{said}", words.join(" "))))
}

/// A text out of JSON as `placet --json` writes it: none that is asked for holds an escape.
fn field(json: &str, name: &str) -> Result<String, Failure> {
    let value = json.split_once(&format!("\"{name}\":\"")).and_then(|(_, rest)| rest.split_once('"'));
    value
        .map(|(value, _)| value.to_owned())
        .ok_or_else(|| Failure::new("answer_unreadable", format!("`{name}` is not in: {json}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn field_that_is_not_there_is_made_up() {
        assert_eq!(field("{\"a\":\"b\",\"c\":\"d\"}\n", "c").expect("it is there"), "d");
        assert!(field("{\"a\":\"c\"}", "c").is_err());
        assert!(field("", "c").is_err());
    }

    #[test]
    fn organisation_no_longer_has_what_the_demonstration_replaces() {
        for text in
            ["organization = \"Example\"", "[principals.registry]", "registry = \"registry\"", "[root]"]
        {
            assert_eq!(ORGANISATION.matches(text).count(), 1, "{text}");
        }
        for (name, _) in PEOPLE {
            assert!(ORGANISATION.contains(&format!("[principals.{name}]")), "{name}");
        }
    }
}
