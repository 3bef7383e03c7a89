//! The hand-written types against the core that they describe.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;

use placet_core::{code::Code, code::Gate};

const TYPES: &str = include_str!("../npm/index.d.ts");

/// The literals of the union `NAME`, one a line, the last with a semicolon.
fn literals(name: &str) -> BTreeSet<&'static str> {
    let (_, rest) = TYPES.split_once(&format!("export type {name} =\n")).expect("the type is declared");
    let lines = rest.lines().map(str::trim);
    let mut literals = BTreeSet::new();
    for literal in lines.filter_map(|line| line.strip_prefix("| '")) {
        let (text, end) = literal.split_once('\'').expect("the literal ends");
        assert!(literals.insert(text), "{text} stands twice");
        if end == ";" {
            return literals;
        }
    }
    panic!("{name} does not end");
}

#[test]
fn the_union_of_codes_is_the_table_of_the_core() {
    let table: BTreeSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(literals("Code"), table);
}

#[test]
fn the_union_of_gates_is_the_list_of_the_core() {
    let table: BTreeSet<_> = Gate::ALL.iter().map(|gate| gate.as_str()).collect();
    assert_eq!(literals("Gate"), table);
}
