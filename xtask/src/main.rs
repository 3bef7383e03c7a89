//! Set-up, build, test and bench.

fn main() {}
