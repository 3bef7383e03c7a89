//! A registry that runs as a process of its own.

use std::{
    io::{BufRead as _, BufReader, Read as _},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::Desk;

/// A registry that runs as a process of its own.
pub struct Registry {
    child: Child,
    pub url: String,
}

impl Registry {
    /// Serves `data` of the desk, which was set up before unless `more` does it.
    pub fn start(desk: &Desk, more: &str) -> Self {
        let line = format!("serve --data data --listen 127.0.0.1:0 --json {more}");
        let mut command = desk.command(line.split_whitespace());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        if line.is_empty() {
            let mut log = String::new();
            child.stderr.take().unwrap().read_to_string(&mut log).unwrap();
            panic!("the registry did not start: {log}");
        }
        // Nobody reads the log, and a full pipe would stop the registry.
        let mut log = child.stderr.take().unwrap();
        thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        let answer: Value = serde_json::from_str(&line).unwrap();
        Self { child, url: answer["url"].as_str().unwrap().to_owned() }
    }

    /// Asks it to stop, and gives its exit code.
    pub fn stop(mut self) -> Option<i32> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        let start = Instant::now();
        loop {
            match self.child.try_wait().unwrap() {
                Some(status) => return status.code(),
                None if start.elapsed() > Duration::from_secs(20) => panic!("it does not stop"),
                None => thread::sleep(Duration::from_millis(20)),
            }
        }
    }
}

impl Drop for Registry {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The example organisation, whose lists a registry signs; the policy's digest is in `placet/pins`.
pub fn founded() -> Desk {
    founded_with(|plan, _| plan)
}

/// The same, described otherwise; the registry's public keys are `list_key` and `log_key`.
pub fn founded_with(change: impl FnOnce(String, &Value) -> String) -> Desk {
    let desk = Desk::empty();
    let keys = desk.line("serve --data data --make-keys --json").ok().json();
    let named = format!("[principals.registry]\npublic_key = {}", keys["list_key"]);
    let plan = super::example().replace("[principals.registry]", &named);
    desk.write("organisation.toml", change(plan, &keys));
    desk.line("init --from organisation.toml").ok();
    desk
}

/// The digest that is pinned.
pub fn pin(desk: &Desk) -> String {
    desk.read("placet/pins").lines().last().unwrap().to_owned()
}
