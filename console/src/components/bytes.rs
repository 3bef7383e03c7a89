//! Exact bytes, with line numbers that are not part of them.

use leptos::prelude::*;

/// A text that is signed as it stands, or laid out for reading.
#[component]
pub(crate) fn Bytes(
    /// Its lines.
    lines: Vec<String>,
    /// What they are, for screen readers.
    label: &'static str,
) -> impl IntoView {
    html! {
        <div class="bytes" tabindex="0" role="region" aria-label=label>
            <pre>{lines.into_iter().map(|line| html! { <span>{line}</span> }).collect_view()}</pre>
        </div>
    }
}
