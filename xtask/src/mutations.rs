//! `cargo xtask mutations`: takes the checks of the core out one at a time, in a copy, and sees that a vector notices.
//!
//! `tests/mutations.toml` lists them. A check whose removal no vector notices guards nothing that is shown, and a
//! snippet that no longer stands in its file exactly once shows nothing either: both fail. Most mutations share one
//! build (`weave`), in which the environment chooses; the others are built one by one.

mod list;
mod weave;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Instant,
};

use list::Mutation;

use crate::{
    failure::Failure,
    workspace::{cargo, root, target},
};

/// Directories that are no sources.
const NOT_COPIED: [&str; 5] = [".git", "target", "node_modules", "dist", ".venv"];
/// Builds the test that runs the vector which `PLACET_VECTOR` names, or all.
const BUILD: &str =
    "test --package placet-core --test vectors --no-run --message-format json-render-diagnostics";
const TEST: [&str; 2] = ["--exact", "a_vector_that_the_core_judges_otherwise"];
/// Where the choice among woven bodies is added.
const LIBRARY: &str = "core/src/lib.rs";

/// What came of a mutation.
enum Verdict {
    Caught,
    /// Why it was not.
    Not(String),
}

/// A copy of the sources, to be spoilt.
struct Copy(PathBuf);

/// Applies every mutation whose file or vector holds one of `words`; all, where there is no word.
///
/// # Errors
///
/// `mutations_survived` at the end, or what kept one from being tried.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    let path = root().join("tests/mutations.toml");
    let text = fs::read_to_string(&path).map_err(|error| Failure::file(&path, &error))?;
    let wanted = |mutation: &Mutation| {
        let holds = |word: &&str| mutation.file.contains(word) || mutation.vector.contains(word);
        words.is_empty() || words.iter().any(holds)
    };
    let mutations: Vec<_> = list::parse(&text)?.into_iter().filter(wanted).collect();
    let start = Instant::now();
    let verdicts = try_all(&Copy::new()?, &mutations)?;
    let mut survivors = 0_usize;
    for (number, mutation) in mutations.iter().enumerate() {
        let Mutation { file, vector, snippet, replacement } = mutation;
        let verdict = match verdicts.get(&number) {
            Some(Verdict::Caught) => continue,
            Some(Verdict::Not(why)) => why,
            None => "it was not tried",
        };
        survivors += 1;
        println!("NOT CAUGHT {file} by {vector}, {verdict}: `{replacement}` for `{snippet}`");
    }
    let (caught, seconds) = (mutations.len() - survivors, start.elapsed().as_secs_f64());
    println!("{caught} passed, {survivors} failed ({seconds:.0} s)");
    if survivors > 0 || mutations.is_empty() {
        return Err(Failure::new("mutations_survived", format!("{survivors} of {}", mutations.len())));
    }
    Ok(())
}

/// The verdict of each mutation by its number in the list.
fn try_all(copy: &Copy, mutations: &[Mutation]) -> Result<BTreeMap<usize, Verdict>, Failure> {
    let mut verdicts = BTreeMap::new();
    let mut by_file = BTreeMap::<&str, Vec<(usize, &Mutation)>>::new();
    for (number, mutation) in mutations.iter().enumerate() {
        let count = copy.read(&mutation.file)?.matches(&mutation.snippet).count();
        if count == 1 {
            by_file.entry(&mutation.file).or_default().push((number, mutation));
        } else {
            verdicts.insert(number, Verdict::Not(format!("the snippet occurs {count} times")));
        }
    }
    let mut sound = BTreeMap::new();
    let mut alone = Vec::new();
    sound.insert(LIBRARY, copy.read(LIBRARY)?);
    for (file, mutations) in &by_file {
        let source = copy.read(file)?;
        let (woven, left) = weave::weave(&source, mutations.iter().copied());
        copy.write(file, &woven)?;
        sound.insert(file, source);
        alone.extend(left);
    }
    copy.write(LIBRARY, &format!("{}{}", copy.read(LIBRARY)?, weave::CHOICE))?;
    let (together, by_itself) = (mutations.len() - verdicts.len() - alone.len(), alone.len());
    println!("{together} mutations in one build, {by_itself} built alone");
    let program = copy.build()?.map_err(|errors| Failure::new("mutations_do_not_compile", errors))?;
    if !run_vectors(&program, None, None)?.status.success() {
        return Err(Failure::new("vectors_failed", "the vectors fail without any mutation"));
    }
    for (number, mutation) in by_file.into_values().flatten().filter(|(number, _)| !alone.contains(number)) {
        let output = run_vectors(&program, Some(number), Some(&mutation.vector))?;
        verdicts.insert(number, judge(&output));
    }
    for (file, source) in &sound {
        copy.write(file, source)?;
    }
    for (number, mutation) in alone.iter().filter_map(|number| Some((*number, mutations.get(*number)?))) {
        let source = copy.read(&mutation.file)?;
        copy.write(&mutation.file, &source.replace(&mutation.snippet, &mutation.replacement))?;
        let verdict = match copy.build()? {
            Ok(program) => judge(&run_vectors(&program, None, Some(&mutation.vector))?),
            Err(errors) => Verdict::Not(errors),
        };
        copy.write(&mutation.file, &source)?;
        verdicts.insert(number, verdict);
    }
    Ok(verdicts)
}

/// The vector itself must have failed, not only the program.
fn judge(output: &Output) -> Verdict {
    let printed = String::from_utf8_lossy(&output.stdout);
    if output.status.success() {
        Verdict::Not("the vector does not notice".into())
    } else if printed.contains("1 of 1 vectors:") {
        Verdict::Caught
    } else {
        let line = printed.lines().find(|line| line.contains("no vector is called"));
        Verdict::Not(line.unwrap_or("the test does not run").into())
    }
}

fn run_vectors(program: &Path, mutation: Option<usize>, vector: Option<&str>) -> Result<Output, Failure> {
    let mut command = Command::new(program);
    command.args(TEST).env_remove("PLACET_MUTATION").env_remove("PLACET_VECTOR");
    command.envs(mutation.map(|number| ("PLACET_MUTATION", number.to_string())));
    command.envs(vector.map(|vector| ("PLACET_VECTOR", vector)));
    let failed = |error| Failure::new("program_not_started", format!("{}: {error}", program.display()));
    command.output().map_err(failed)
}

impl Copy {
    fn new() -> Result<Self, Failure> {
        let copy = target().join("mutations/copy");
        if copy.exists() {
            fs::remove_dir_all(&copy).map_err(|error| Failure::file(&copy, &error))?;
        }
        copy_sources(&root(), &copy)?;
        Ok(Self(copy))
    }

    fn read(&self, file: &str) -> Result<String, Failure> {
        let path = self.0.join(file);
        fs::read_to_string(&path).map_err(|error| Failure::file(&path, &error))
    }

    fn write(&self, file: &str, text: &str) -> Result<(), Failure> {
        let path = self.0.join(file);
        fs::write(&path, text).map_err(|error| Failure::file(&path, &error))
    }

    /// Builds the vectors' test: the program, or what the compiler says.
    fn build(&self) -> Result<Result<PathBuf, String>, Failure> {
        let mut command = cargo(BUILD);
        // A directory of its own: cargo names what it builds by its place in the workspace, and would take a spoilt core
        // for the one of every other build.
        command.current_dir(&self.0).env("CARGO_TARGET_DIR", target().join("mutations/target"));
        let failed = |error| Failure::new("program_not_started", format!("cargo: {error}"));
        let output = command.output().map_err(failed)?;
        if !output.status.success() {
            let errors = String::from_utf8_lossy(&output.stderr);
            let first = errors.split("\n\n").find(|text| text.trim_start().starts_with("error"));
            return Ok(Err(first.unwrap_or("it does not compile").trim().into()));
        }
        let messages = String::from_utf8_lossy(&output.stdout);
        let mut programs = messages.lines().filter_map(|line| {
            let (_, path) = line.split_once(r#""executable":""#)?;
            path.split_once('"').map(|(path, _)| PathBuf::from(path))
        });
        programs.next_back().map(Ok).ok_or_else(|| Failure::new("program_not_built", "the vectors' test"))
    }
}

fn copy_sources(from: &Path, to: &Path) -> Result<(), Failure> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |error: std::io::Error| Failure::file(&path, &error)
    };
    fs::create_dir_all(to).map_err(failed(to))?;
    for entry in fs::read_dir(from).map_err(failed(from))? {
        let entry = entry.map_err(failed(from))?;
        let (path, name) = (entry.path(), entry.file_name());
        let copied: PathBuf = to.join(&name);
        if NOT_COPIED.iter().any(|left_out| *left_out == name) || path == target() {
            continue;
        }
        if path.is_dir() {
            copy_sources(&path, &copied)?;
        } else {
            fs::copy(&path, &copied).map(drop).map_err(failed(&path))?;
        }
    }
    Ok(())
}
