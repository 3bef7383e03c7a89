//! The list of mutations, `tests/mutations.toml`.

use crate::failure::Failure;

/// One check taken out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Mutation {
    pub(super) file: String,
    pub(super) snippet: String,
    pub(super) replacement: String,
    /// The vector that must then fail.
    pub(super) vector: String,
}

/// Reads the list: tables `[[mutation]]` of literal strings, which is all of TOML that it needs.
pub(super) fn parse(text: &str) -> Result<Vec<Mutation>, Failure> {
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
