//! The hand-written types against the core that they describe.
#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;

use placet_core::{
    code::{Code, Gate},
    drift::{DriftError, Reason},
    inspect::Kind,
    reference::Limit,
};

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

/// Fails with what is in one of the two only.
fn assert_same(name: &str, table: impl IntoIterator<Item = &'static str>) {
    let (found, table) = (literals(name), table.into_iter().collect());
    let differ: Vec<_> = found.symmetric_difference(&table).collect();
    assert!(differ.is_empty(), "{name}: {differ:?}");
}

#[test]
fn the_union_of_codes_is_the_table_of_the_core() {
    assert_same("Code", Code::ALL.iter().map(|code| code.as_str()));
}

#[test]
fn the_union_of_gates_is_the_list_of_the_core() {
    assert_same("Gate", Gate::ALL.iter().map(|gate| gate.as_str()));
}

#[test]
fn the_union_of_limits_is_the_table_of_the_core() {
    assert_same("ReferenceLimit", Limit::ALL.iter().map(|limit| limit.as_str()));
}

#[test]
fn the_other_unions_have_what_the_core_writes() {
    use Kind::{
        Approval, Deployment, DriftReport, KeyRevocation, Policy, Proposal, Revocation, RevocationList,
        TrainingOutput,
    };
    let kinds = [
        TrainingOutput,
        Proposal,
        Approval,
        Revocation,
        Deployment,
        DriftReport,
        KeyRevocation,
        Policy,
        RevocationList,
    ];
    assert_same("Kind", kinds.map(Kind::as_str));
    let errors = [
        DriftError::LengthMismatch { reference: 1, current: 2 },
        DriftError::CountOverflow,
        DriftError::PValueOutOfRange { index: 0 },
        DriftError::OptionOutOfRange { option: "k" },
        DriftError::SketchFormat,
        DriftError::SketchLength,
        DriftError::SketchContent,
    ];
    assert_same("DriftErrorCode", errors.map(DriftError::code));
    let reasons = [
        Reason::TooFewSamples { reference: 1, current: 1, needed: 2 },
        Reason::MissingBaseline,
        Reason::MissingNow,
        Reason::NotFinite,
        Reason::UnknownDirection,
        Reason::NoAbsoluteTolerance,
        Reason::InvalidRule,
        Reason::UnsuitedBaseline,
    ];
    assert_same("DriftReason", reasons.map(Reason::code));
}
