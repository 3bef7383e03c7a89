//! Pages: each reads its address, asks for what it needs, and puts components together.
#![expect(unreachable_pub, reason = "the component macro writes its own `pub`")]

mod inbox;
mod keys;
mod not_found;
mod review;
mod settings;
mod sign;
mod verify;

pub(crate) use inbox::Inbox;
pub(crate) use keys::Keys;
pub(crate) use not_found::NotFound;
pub(crate) use review::ReviewPage;
pub(crate) use settings::SettingsPage;
pub(crate) use sign::Sign;
pub(crate) use verify::Verify;
