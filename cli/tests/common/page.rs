//! Pages of the documentation, run as they are written.

use std::{fs, path::Path, process::Command};

/// A shell block, and what its output must show.
struct Step {
    script: String,
    shown: Vec<String>,
}

/// The shell blocks of the section, each with the text block that follows it.
fn steps(page: &str, section: &str) -> Vec<Step> {
    let section = page.split_once(&format!("\n## {section}\n")).unwrap().1;
    let section = section.split("\n## ").next().unwrap();
    let mut steps: Vec<Step> = Vec::new();
    let mut fences = section.split("\n```");
    fences.next();
    while let (Some(block), Some(_prose)) = (fences.next(), fences.next()) {
        match block.split_once('\n').unwrap() {
            ("sh", script) => steps.push(Step { script: script.into(), shown: Vec::new() }),
            ("text", text) => steps.last_mut().unwrap().shown.extend(text.lines().map(str::to_owned)),
            (other, _) => panic!("a block of `{other}`"),
        }
    }
    steps
}

/// Whether a line of the output is the one that is shown, `…` standing for anything.
fn is_shown(line: &str, shown: &str) -> bool {
    let mut rest = Some(line);
    let mut parts = shown.split('…');
    let first = parts.next().unwrap();
    rest = rest.and_then(|rest| rest.strip_prefix(first));
    for part in parts {
        rest = rest.and_then(|rest| rest.find(part).and_then(|at| rest.get(at + part.len()..)));
    }
    rest.is_some_and(|rest| rest.is_empty() || shown.ends_with('…'))
}

/// Runs a section of a page in one shell from the top of the repository, as a reader would.
#[track_caller]
pub fn run(page: &str, section: &str) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let steps = steps(&fs::read_to_string(root.join(page)).unwrap(), section);
    assert!(steps.len() > 2, "the section has {} blocks", steps.len());
    // One shell for all, as a reader would have it; every command that fails is noted.
    let trap = "trap 'echo \"@failed $BASH_COMMAND\"' ERR\n";
    let scripts: Vec<_> = steps.iter().map(|step| step.script.as_str()).collect();
    let script = format!("{trap}{}\necho '@end'\n", scripts.join("\necho '@end'\n"));
    let mut command = Command::new("bash");
    command.args(["-c", &script]).current_dir(&root);
    for variable in
        ["PLACET_DIR", "PLACET_KEY", "PLACET_PASSPHRASE_FILE", "CARGO_TARGET_DIR", "CARGO_BUILD_TARGET_DIR"]
    {
        command.env_remove(variable);
    }
    let output = command.output().unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    let text = String::from_utf8(output.stdout).unwrap();
    let outputs: Vec<_> = text.split("@end\n").collect();
    assert_eq!(outputs.len(), steps.len() + 1, "{text}{errors}");
    for (step, output) in steps.iter().zip(outputs) {
        for shown in &step.shown {
            assert!(
                output.lines().any(|line| is_shown(line, shown)),
                "no line `{shown}` in\n{output}{errors}"
            );
        }
        // A denial is the one thing that may fail, and only where the README shows it.
        let failed: Vec<_> = output.lines().filter_map(|line| line.strip_prefix("@failed ")).collect();
        let denied = step.shown.iter().any(|line| line.contains("FAIL"));
        assert_eq!(failed.len(), usize::from(denied), "{failed:?} in\n{output}{errors}");
        assert!(failed.iter().all(|command| command.starts_with("placet verify")), "{failed:?}");
    }
}
