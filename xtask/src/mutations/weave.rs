//! Many mutations in one build: a function that has some gets a body for each, and chooses when it runs.
//!
//! ```text
//! fn f() -> bool {                fn f() -> bool { match crate::mutation() {
//!     a && b               ▶          3 => { a } 4 => { b }
//! }                                   _ => { a && b } } }
//! ```
//!
//! The sources are formatted, so that a function ends at the first closing brace that stands as far in as it does. The
//! compiler says whether that held.

use std::{collections::BTreeMap, fmt::Write as _, ops::Range};

use super::list::Mutation;

/// Chosen by the environment, so that one build serves all mutations.
pub(super) const CHOICE: &str = r#"
extern crate std;

/// The number of the mutation that is on trial.
pub(crate) fn mutation() -> usize {
    static NUMBER: std::sync::OnceLock<usize> = std::sync::OnceLock::new();
    let read = || std::env::var("PLACET_MUTATION").ok()?.parse().ok();
    *NUMBER.get_or_init(|| read().unwrap_or(usize::MAX))
}
"#;

/// The source with all of these mutations of it woven in, each under its number, and those that have to be built alone:
/// outside of a function, in a constant one, or in one whose bodies would be of different types.
pub(super) fn weave<'a>(
    source: &str,
    mutations: impl Iterator<Item = (usize, &'a Mutation)>,
) -> (String, Vec<usize>) {
    let mut alone = Vec::new();
    let mut bodies = BTreeMap::<usize, (usize, Vec<String>)>::new();
    for (number, mutation) in mutations {
        let span = source.find(&mutation.snippet).map(|start| start..start + mutation.snippet.len());
        let body = span.clone().and_then(|span| body_around(source, &span));
        let (Some(span), Some(body)) = (span, body) else {
            alone.push(number);
            continue;
        };
        let (before, after) = (&source[body.start..span.start], &source[span.end..body.end]);
        let arm = format!("{number} => {{{before}{}{after}}}\n", mutation.replacement);
        bodies.entry(body.start).or_insert((body.end, Vec::new())).1.push(arm);
    }
    let mut woven = String::new();
    let mut done = 0;
    for (start, (end, arms)) in bodies {
        let (before, body) = (&source[done..start], &source[start..end]);
        // Writing to a string cannot fail.
        let _ = write!(woven, "{before} match crate::mutation() {{\n{}_ => {{{body}}}\n}}\n", arms.concat());
        done = end;
    }
    woven.push_str(&source[done..]);
    (woven, alone)
}

/// What stands between the braces of the innermost function around `span`, if its body may be chosen when it runs.
fn body_around(source: &str, span: &Range<usize>) -> Option<Range<usize>> {
    let mut innermost = None;
    let mut at = 0;
    for line in source.split_inclusive('\n') {
        if at > span.start {
            break;
        }
        if is_function(line)
            && let Some((head, body)) = function(source, at)
            && body.start <= span.start
            && span.end <= body.end
        {
            let opaque = head.rsplit_once("->").is_some_and(|(_, returned)| returned.contains("impl "));
            let chosen = !opaque && !head.contains("const fn ");
            innermost = Some((body, chosen));
        }
        at += line.len();
    }
    innermost.filter(|(_, chosen)| *chosen).map(|(body, _)| body)
}

/// Whether a line begins a function.
fn is_function(line: &str) -> bool {
    let mut words = line.split_whitespace();
    words
        .find(|word| !(word.starts_with("pub") || matches!(*word, "const" | "super)" | "self)" | "crate)")))
        .is_some_and(|word| word == "fn")
}

/// The head of the function that begins at `start`, and where its body is.
fn function(source: &str, start: usize) -> Option<(&str, Range<usize>)> {
    let text = source.get(start..)?;
    let indent = text.len() - text.trim_start_matches(' ').len();
    let opens = text.find(" {\n").map(|at| at + 2).into_iter();
    let opens = opens.chain(text.find(&format!("\n{}{{\n", " ".repeat(indent))).map(|at| at + indent + 2));
    let open = opens.min()?;
    let close = text.get(open..)?.find(&format!("\n{}}}\n", " ".repeat(indent)))? + open + 1;
    Some((text.get(..open)?, start + open..start + close))
}

#[cfg(test)]
mod tests {
    use super::weave;
    use crate::mutations::list::Mutation;

    const SOURCE: &str = "\
const LIMIT: u8 = 3;

impl A {
    pub(crate) fn f(
        a: bool,
    ) -> bool {
        if a {
            b()
        }
    }

    fn g() -> impl Iterator {
        h()
    }
}
";

    fn mutation(snippet: &str) -> Mutation {
        Mutation { snippet: snippet.into(), replacement: "X".into(), ..Mutation::default() }
    }

    #[test]
    fn a_function_with_two_mutations_has_three_bodies() {
        let mutations = [mutation("if a {"), mutation("b()")];
        let (woven, alone) = weave(SOURCE, mutations.iter().enumerate());
        assert!(alone.is_empty());
        let expected = "    ) -> bool { match crate::mutation() {\n0 => {\n        X\n            b()\n        }\n}\n1 => {\n        if a {\n            X\n        }\n}\n_ => {\n        if a {\n            b()\n        }\n}\n}\n    }\n";
        assert!(woven.contains(expected), "{woven}");
    }

    #[test]
    fn what_cannot_be_chosen_later_is_built_alone() {
        let mutations = [mutation("= 3"), mutation("h()"), mutation("a: bool"), mutation("not there")];
        let (woven, alone) = weave(SOURCE, mutations.iter().enumerate());
        assert_eq!((woven.as_str(), alone), (SOURCE, vec![0, 1, 2, 3]));
    }
}
