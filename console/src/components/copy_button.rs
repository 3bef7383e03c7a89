//! Copying what is too long to type.

use leptos::{prelude::*, task::spawn_local};

use super::Icon;
use crate::browser;

/// A button that copies a text and says that it did.
#[component]
pub(crate) fn CopyButton(
    /// What is copied, for screen readers: "the fingerprint".
    what: &'static str,
    /// The text.
    #[prop(into)]
    text: String,
    /// Whether the button says so in words, where it does not stand beside what it copies.
    #[prop(optional)]
    words: bool,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let copy = move |_| {
        let text = text.clone();
        spawn_local(async move {
            copied.set(browser::copy(&text).await);
            gloo_timers::future::TimeoutFuture::new(2_000).await;
            copied.set(false);
        });
    };
    html! {
        <button
            type="button"
            class:copy=!words
            class:btn=words
            class:btn--small=words
            aria-label=(!words).then(|| format!("Copy {what}"))
            on:click=copy
        >
            {move || if copied.get() { html! { <Icon name="verify" small=true/> }.into_any() } else { html! { <Icon name="copy" small=true/> }.into_any() }}
            {words.then(|| format!("Copy {what}"))}
        </button>
        <span class="vh" role="status">{move || if copied.get() { "Copied" } else { "" }}</span>
    }
}
