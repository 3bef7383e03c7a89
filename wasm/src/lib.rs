//! WebAssembly bindings of `placet-core`, and nothing but bindings.
//!
//! Documents come in and go out as bytes: the core's own strict reader sees exactly what was
//! signed, and no second parser can read it differently. Only small results cross as objects.
//!
//! - [`decide`]: may this model run here now?
//! - [`verifier`]: the same again and again, with trust and state kept.
//! - [`inspect`]: one document for tools and screens.
//! - [`proofs`]: one signature or ledger proof, for auditors.
//! - [`reference`](mod@reference): the records of the Python library.
//! - [`weights`]: the digest of weights that are read piece by piece.
//! - [`drift`]: statistics over typed arrays.
//! - [`boundary`]: how bytes, results and errors cross.
//!
//! The functions are called through the hand-written package in `npm/`, which turns errors into
//! `PlacetError` and frees what has to be freed.

pub mod boundary;
pub mod decide;
#[cfg(feature = "whole")]
pub mod drift;
pub mod inspect;
#[cfg(feature = "whole")]
pub mod proofs;
#[cfg(feature = "whole")]
pub mod reference;
pub mod verifier;
#[cfg(feature = "whole")]
pub mod weights;
