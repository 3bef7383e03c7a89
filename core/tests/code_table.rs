//! The table of codes in the documentation is the one of the core.
#![expect(clippy::unwrap_used, reason = "a test stops where something is wrong")]

use std::{collections::BTreeSet, fmt::Write as _, fs};

use placet_core::code::Code;

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/formats.md");

#[test]
fn a_code_that_the_documentation_lacks() {
    let mut table = String::from("| code | where | meaning |\n|---|---|---|\n");
    for code in Code::ALL {
        writeln!(table, "| `{code}` | {} | {} |", code.area().as_str(), code.meaning()).unwrap();
    }
    let page = fs::read_to_string(PAGE).unwrap();
    let (before, rest) = page.split_once("<!-- codes: begin -->\n").unwrap();
    let (written, after) = rest.split_once("<!-- codes: end -->").unwrap();
    if std::env::var_os("PLACET_BLESS").is_some() {
        fs::write(PAGE, format!("{before}<!-- codes: begin -->\n{table}<!-- codes: end -->{after}")).unwrap();
        return;
    }
    assert_eq!(written, table, "run this test with PLACET_BLESS=1 to write the table anew");
}

#[test]
fn two_codes_of_one_name() {
    let names: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(names.len(), Code::ALL.len());
    assert!(Code::ALL.iter().all(|code| Code::from_text(code.as_str()) == Some(*code)));
}
