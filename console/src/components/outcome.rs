//! The outcome in one word, then why.

use leptos::prelude::*;

use super::{Icon, Tone};

/// An outcome.
#[component]
pub(crate) fn Outcome(
    /// What its colour says.
    tone: Tone,
    /// The icon.
    icon: &'static str,
    /// The one word, or a few.
    #[prop(into)]
    word: String,
    /// What it means.
    children: Children,
) -> impl IntoView {
    html! {
        <div class=format!("outcome {}", tone.modifier("outcome")) role="status">
            <Icon name=icon/>
            <div><strong>{word}</strong><p>{children()}</p></div>
        </div>
    }
}
