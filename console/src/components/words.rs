//! A digest as eight words, to compare by voice.

use leptos::prelude::*;

/// Eight words in their order.
#[component]
pub(crate) fn WordList(
    /// The words, with spaces between them.
    #[prop(into)]
    words: String,
    /// What they stand for, for screen readers.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let words: Vec<_> = words.split(' ').map(str::to_owned).collect();
    html! {
        <ol class="words" aria-label=label>
            {words.into_iter().map(|word| html! { <li>{word}</li> }).collect_view()}
        </ol>
    }
}
