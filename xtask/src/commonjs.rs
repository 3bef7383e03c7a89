//! The package's second module format.
//!
//! The hand-written sources and the generated bindings use four forms of `import` and `export`,
//! each on a line of its own. They are rewritten one by one, and any other form is an error: a
//! bundler would do no more here, and would have to be installed before anything can be built.

use crate::failure::Failure;

/// Rewrites one ES module in the older format.
///
/// # Errors
/// `module_form` for an `import` or `export` of another form.
pub(crate) fn from_module(name: &str, source: &str) -> Result<String, Failure> {
    let mut out = vec!["'use strict';".to_owned()];
    let mut exports = Vec::new();
    for line in source.lines() {
        if !line.starts_with("import") && !line.starts_with("export") {
            out.push(line.to_owned());
        } else if let Some((names, file)) = line.strip_prefix("import ").and_then(names_from) {
            let names = names.replace(" as ", ": ");
            out.push(format!("const {names} = require('{file}');"));
        } else if let Some((name, file)) = line.strip_prefix("import * as ").and_then(from_file) {
            out.push(format!("const {name} = require('{file}');"));
        } else if let Some((names, file)) = line.strip_prefix("export ").and_then(names_from) {
            let reexport = |(from, to)| format!("exports.{to} = require('{file}').{from};");
            out.extend(pairs(names).into_iter().map(reexport));
        } else if let Some(names) = list(line) {
            exports.extend(pairs(names));
        } else {
            let (declaration, declared) = declaration(line)
                .ok_or_else(|| Failure::new("module_form", format!("{name}: no CommonJS for `{line}`")))?;
            out.push(declaration.to_owned());
            exports.push((declared, declared));
        }
    }
    out.extend(exports.into_iter().map(|(from, to)| format!("exports.{to} = {from};")));
    out.push(String::new());
    Ok(out.join("\n"))
}

/// `export class Name …` and the like: the declaration itself, and its name.
fn declaration(line: &str) -> Option<(&str, &str)> {
    let declaration = line.strip_prefix("export ")?;
    let words = declaration.strip_prefix("async ").unwrap_or(declaration);
    let (_, rest) =
        words.split_once(' ').filter(|(word, _)| ["class", "function", "const"].contains(word))?;
    let name = rest.split(|letter: char| !letter.is_alphanumeric() && letter != '_').next()?;
    (!name.is_empty()).then_some((declaration, name))
}

/// `export { a, b as c };` gives the list with its braces.
fn list(line: &str) -> Option<&str> {
    let names = line.strip_prefix("export ")?.strip_suffix(';')?;
    is_list(names).then_some(names)
}

fn is_list(names: &str) -> bool {
    names.starts_with("{ ") && names.ends_with(" }")
}

/// `{ a, b } from './file.js';` gives the list with its braces, and the other format's file.
fn names_from(rest: &str) -> Option<(&str, String)> {
    from_file(rest).filter(|(names, _)| is_list(names))
}

/// `… from './file.js';` gives what stands before, and the other format's file.
fn from_file(rest: &str) -> Option<(&str, String)> {
    let (names, file) = rest.split_once(" from ")?;
    let file = file.strip_prefix('\'')?.strip_suffix("';")?.strip_suffix(".js")?;
    Some((names, format!("{file}.cjs")))
}

/// `{ a, b as c }` gives `(a, a)` and `(b, c)`.
fn pairs(names: &str) -> Vec<(&str, &str)> {
    names
        .trim_start_matches("{ ")
        .trim_end_matches(" }")
        .split(", ")
        .map(|name| name.split_once(" as ").unwrap_or((name, name)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::from_module;

    fn rewritten(source: &str) -> String {
        from_module("test.js", source).expect("a known form")
    }

    #[test]
    fn imports_become_requires_of_the_other_format() {
        assert!(
            rewritten("import { a, b as c } from './x.js';")
                .contains("const { a, b: c } = require('./x.cjs');")
        );
        assert!(rewritten("import * as x from './x.js';").contains("const x = require('./x.cjs');"));
    }

    #[test]
    fn declarations_are_exported_at_the_end() {
        let out = rewritten("export async function go() {\n}\nexport class Way {\n}");
        assert!(out.contains("\nasync function go() {\n"));
        assert!(out.ends_with("exports.go = go;\nexports.Way = Way;\n"));
    }

    #[test]
    fn lists_keep_their_new_names() {
        assert!(rewritten("export { a, b as default };").ends_with("exports.a = a;\nexports.default = b;\n"));
        assert!(rewritten("export { a } from './x.js';").contains("exports.a = require('./x.cjs').a;"));
    }

    #[test]
    fn another_form_is_an_error_and_not_left_as_it_is() {
        for line in
            ["export default 1;", "import x from './x.js';", "import './x.js';", "export * from './x.js';"]
        {
            let failure = from_module("test.js", line).expect_err(line);
            assert!(failure.to_string().starts_with("module_form: test.js"));
        }
    }
}
