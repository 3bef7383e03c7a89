//! Digests in fours; the whole one is always at hand.

use leptos::prelude::*;
use placet_core::digest::Digest;

use crate::state::words::fours;

/// The first eight digits; whole in the title, on paper and by copying.
#[component]
pub(crate) fn DigestShort(
    /// The digest.
    digest: Digest,
) -> impl IntoView {
    let groups = fours(&digest.to_hex());
    let (first, second) = (groups.first().cloned(), groups.get(1).cloned());
    html! {
        <span class="digest digest--short" title=digest.to_string()>
            <b>{first}</b>" "<b>{second}</b>"…"
        </span>
    }
}

/// All 64 digits.
#[component]
pub(crate) fn DigestBlock(
    /// The digest.
    digest: Digest,
) -> impl IntoView {
    let groups = fours(&digest.to_hex());
    html! {
        <span class="digest digest--block">
            {groups.into_iter().map(|four| html! { <b>{four}</b> }).collect_view()}
        </span>
    }
}
