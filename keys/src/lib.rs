//! Key files, in memory.
