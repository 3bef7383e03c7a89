//! Pages: each reads its address, asks for what it needs, and puts components together.
#![expect(unreachable_pub, reason = "the component macro writes its own `pub`")]

mod against;
mod drift;
mod inbox;
mod key_form;
mod keys;
mod ledger;
mod model;
mod models;
mod not_found;
mod policy;
mod review;
mod revoke;
mod settings;
mod sign;
mod verify;

pub(crate) use against::{RejectPage, WithdrawPage};
pub(crate) use inbox::Inbox;
pub(crate) use keys::Keys;
pub(crate) use ledger::Ledger;
pub(crate) use model::ModelPage;
pub(crate) use models::Models;
pub(crate) use not_found::NotFound;
pub(crate) use policy::{NextPolicyPage, PolicyPage};
pub(crate) use review::ReviewPage;
pub(crate) use revoke::RevokePage;
pub(crate) use settings::SettingsPage;
pub(crate) use sign::Sign;
pub(crate) use verify::Verify;
