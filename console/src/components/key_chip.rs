//! A key by its name and fingerprint.

use leptos::prelude::*;

use super::Icon;
use crate::keystore::record::StoredKey;

/// A key.
#[component]
pub(crate) fn KeyChip(
    /// The key.
    key: StoredKey,
) -> impl IntoView {
    let fingerprint = key.public.fingerprint();
    let title = fingerprint.clone();
    html! {
        <span class="keychip" title=title>
            <Icon name="key"/>
            <span class="keychip__t"><strong>{key.locked.name().to_owned()}</strong><span>{fingerprint}</span></span>
        </span>
    }
}
