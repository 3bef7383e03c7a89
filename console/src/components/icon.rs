//! Icons, drawn once in `index.html`.

use leptos::prelude::*;

/// An icon beside words that say the same.
#[component]
pub(crate) fn Icon(
    /// Its name in the sprite, without `i-`.
    name: &'static str,
    /// Whether it is the smaller one, for small text.
    #[prop(optional)]
    small: bool,
    /// Whether it turns, for something that is going on.
    #[prop(optional)]
    spin: bool,
) -> impl IntoView {
    html! {
        <svg class="i" class:i--s=small class:spin=spin aria-hidden="true" focusable="false">
            <use_ href=format!("#i-{name}")/>
        </svg>
    }
}
