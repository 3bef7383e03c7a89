//! The examples of the documentation, run as they are written.
#![cfg(unix)]

mod common;

use common::page::run;

#[test]
fn first_example_does_not_run_as_written() {
    run("README.md", "First example");
}

#[test]
fn auditors_example_does_not_run_as_written() {
    run("docs/auditing.md", "A worked example");
}

#[test]
fn root_members_example_does_not_run_as_written() {
    run("docs/policies.md", "A worked example");
}
