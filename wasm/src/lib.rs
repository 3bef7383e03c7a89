//! WebAssembly bindings of `placet-core`, and nothing but bindings.
//!
//! Documents come in and go out as bytes: the core's own strict reader sees exactly what was
//! signed, and no second parser can read it differently. Only small results cross as objects.
//!
//! - [`decide`]: may this model run here now?
//! - [`weights`]: the digest of a weights file that is read piece by piece.
//! - [`boundary`]: how bytes, results and errors cross.
//!
//! The functions are called through the hand-written package in `npm/`, which turns errors into
//! `PlacetError` and frees what has to be freed.

pub mod boundary;
pub mod decide;
pub mod weights;
