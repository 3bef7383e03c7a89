//! `cargo xtask mutations`: takes the checks of the core out one at a time, in a copy, and sees that a vector notices.
//!
//! `tests/mutations.toml` lists them. A check whose removal no vector notices guards nothing that is shown, and a
//! snippet that no longer stands in its file exactly once shows nothing either: both fail.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Instant,
};

use crate::{
    failure::Failure,
    workspace::{cargo, root, target},
};

/// Directories that are no sources.
const NOT_COPIED: [&str; 5] = [".git", "target", "node_modules", "dist", ".venv"];
/// The test that runs the vector which `PLACET_VECTOR` names, or all.
const TEST: &str =
    "test --package placet-core --test vectors -- --exact a_vector_that_the_core_judges_otherwise";

/// One check taken out.
#[derive(Debug, Default, PartialEq, Eq)]
struct Mutation {
    file: String,
    snippet: String,
    replacement: String,
    /// The vector that must then fail.
    vector: String,
}

/// What came of a mutation.
enum Verdict {
    Caught,
    /// Why it was not.
    Not(String),
}

/// Applies every mutation whose file or vector holds one of `words`; all, where there is no word.
///
/// # Errors
///
/// `mutations_survived` at the end, or what kept one from being tried.
pub(crate) fn run(words: &[&str]) -> Result<(), Failure> {
    let list = root().join("tests/mutations.toml");
    let text = fs::read_to_string(&list).map_err(|error| Failure::file(&list, &error))?;
    let wanted = |mutation: &Mutation| {
        let holds = |word: &&str| mutation.file.contains(word) || mutation.vector.contains(word);
        words.is_empty() || words.iter().any(holds)
    };
    let mutations: Vec<_> = parse(&text)?.into_iter().filter(wanted).collect();
    let copy = target().join("mutations/copy");
    if copy.exists() {
        fs::remove_dir_all(&copy).map_err(|error| Failure::file(&copy, &error))?;
    }
    copy_sources(&root(), &copy)?;
    println!("without a mutation …");
    if !test(&copy, None)?.status.success() {
        return Err(Failure::new("vectors_failed", "the vectors fail without any mutation"));
    }
    let start = Instant::now();
    let mut survivors = 0_usize;
    for (number, mutation) in mutations.iter().enumerate() {
        let verdict = match try_one(&copy, mutation)? {
            Verdict::Caught => "caught".into(),
            Verdict::Not(why) => {
                survivors += 1;
                format!("NOT CAUGHT, {why}: `{}` for `{}`", mutation.replacement, mutation.snippet)
            }
        };
        println!("{}/{} {} {}: {verdict}", number + 1, mutations.len(), mutation.file, mutation.vector);
    }
    let (caught, seconds) = (mutations.len() - survivors, start.elapsed().as_secs_f64());
    println!("{caught} passed, {survivors} failed ({seconds:.0} s)");
    if survivors > 0 || mutations.is_empty() {
        return Err(Failure::new("mutations_survived", format!("{survivors} of {}", mutations.len())));
    }
    Ok(())
}

/// Applies a mutation to the copy, runs its vector, and puts the file back.
fn try_one(copy: &Path, mutation: &Mutation) -> Result<Verdict, Failure> {
    let file = copy.join(&mutation.file);
    let sound = fs::read_to_string(&file).map_err(|error| Failure::file(&file, &error))?;
    let count = sound.matches(&mutation.snippet).count();
    if count != 1 {
        return Ok(Verdict::Not(format!("the snippet occurs {count} times")));
    }
    let write = |text: &str| fs::write(&file, text).map_err(|error| Failure::file(&file, &error));
    write(&sound.replace(&mutation.snippet, &mutation.replacement))?;
    let result = test(copy, Some(&mutation.vector));
    write(&sound)?;
    let output = result?;
    if output.status.success() {
        return Ok(Verdict::Not("the vector does not notice".into()));
    }
    // The vector itself must have failed, not the compiler.
    let printed = String::from_utf8_lossy(&output.stdout);
    if printed.contains("1 of 1 vectors:") {
        return Ok(Verdict::Caught);
    }
    let errors = String::from_utf8_lossy(&output.stderr);
    let line = errors.lines().find(|line| line.starts_with("error")).unwrap_or("it does not run");
    Ok(Verdict::Not(line.into()))
}

fn test(copy: &Path, vector: Option<&str>) -> Result<std::process::Output, Failure> {
    let mut command: Command = cargo(TEST);
    command.current_dir(copy).env("CARGO_TARGET_DIR", target().join("mutations/target"));
    match vector {
        Some(vector) => command.env("PLACET_VECTOR", vector),
        None => command.env_remove("PLACET_VECTOR"),
    };
    command.output().map_err(|error| Failure::new("program_not_started", format!("cargo: {error}")))
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

/// Reads the list: tables `[[mutation]]` of literal strings, which is all of TOML that it needs.
fn parse(text: &str) -> Result<Vec<Mutation>, Failure> {
    let mut mutations: Vec<Mutation> = Vec::new();
    let mut rest = text;
    while let Some((line, after)) = rest.split_once('\n') {
        let wrong = || Failure::new("mutations_malformed", format!("`{line}`"));
        rest = after;
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if line == "[[mutation]]" {
            mutations.push(Mutation::default());
            continue;
        }
        let (key, value) = line.split_once(" = ").ok_or_else(wrong)?;
        let mutation = mutations.last_mut().ok_or_else(wrong)?;
        let field = match key {
            "file" => &mut mutation.file,
            "snippet" => &mut mutation.snippet,
            "replacement" => &mut mutation.replacement,
            "vector" => &mut mutation.vector,
            _ => return Err(wrong()),
        };
        *field = if value == "'''" {
            let (lines, end) = after.split_once("'''\n").ok_or_else(wrong)?;
            rest = end;
            lines.into()
        } else {
            let unquote = |quote| value.strip_prefix(quote)?.strip_suffix(quote);
            let plain = unquote("'''").or_else(|| unquote("'").filter(|text| !text.contains('\'')));
            plain.ok_or_else(wrong)?.into()
        };
    }
    let complete = |m: &Mutation| !(m.file.is_empty() || m.snippet.is_empty() || m.vector.is_empty());
    if rest.is_empty() && mutations.iter().all(complete) {
        return Ok(mutations);
    }
    Err(Failure::new("mutations_malformed", "a mutation without file, snippet or vector"))
}

#[cfg(test)]
mod tests {
    use super::{Mutation, parse};
    use crate::workspace::root;
    use std::fs;

    #[test]
    fn literal_strings_of_one_line_and_of_several() {
        let text = "# a\n\n[[mutation]]\nfile = 'f'\nsnippet = '''\na\n  'b' = c'''\nreplacement = ''\nvector = '''it's'''\n";
        let expected = Mutation {
            file: "f".into(),
            snippet: "a\n  'b' = c".into(),
            replacement: String::new(),
            vector: "it's".into(),
        };
        assert_eq!(parse(text).expect("well formed"), [expected]);
    }

    #[test]
    fn a_list_that_would_try_nothing_is_refused() {
        for text in [
            "file = 'f'\n",
            "[[mutation]]\nfile = 'f'\nsnippet = 's'\n",
            "[[mutation]]\nfile = \"f\"\n",
            "[[mutation]]\nfiles = 'f'\n",
            "[[mutation]]\nfile = 'f''\n",
            "[[mutation]]\nfile = 'f'\nsnippet = '''\nx\n",
            "[[mutation]]\nfile = 'f'\nsnippet = 's'\nvector = 'v'",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_snippet_stands_in_its_file_once() {
        let text = fs::read_to_string(root().join("tests/mutations.toml")).expect("the list");
        let mutations = parse(&text).expect("well formed");
        assert!(!mutations.is_empty());
        for mutation in mutations {
            let source = fs::read_to_string(root().join(&mutation.file)).expect("the file");
            assert_eq!(source.matches(&mutation.snippet).count(), 1, "{mutation:?}");
            assert_ne!(mutation.snippet, mutation.replacement);
        }
    }
}
