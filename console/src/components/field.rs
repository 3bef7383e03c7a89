//! A labelled control with a hint and what is wrong with it.

use leptos::prelude::*;

use super::Icon;

/// A field. The control inside must have the id `id` and may name `{id}-h` and `{id}-e` as its description.
#[component]
pub(crate) fn Field(
    /// The control's id.
    id: &'static str,
    /// The label.
    label: &'static str,
    /// What is good to know.
    #[prop(optional, into)]
    hint: String,
    /// What is so instead of what is needed; empty where nothing is.
    #[prop(optional, into)]
    error: Signal<String>,
    /// The control.
    children: Children,
) -> impl IntoView {
    html! {
        <div class="field">
            <label for=id>{label}</label>
            {children()}
            {(!hint.is_empty()).then(|| html! { <p class="hint" id=format!("{id}-h")>{hint}</p> })}
            <div id=format!("{id}-e") aria-live="polite">
                {move || {
                    let error = error.get();
                    (!error.is_empty()).then(|| html! { <p class="error"><Icon name="bad"/><span>{error}</span></p> })
                }}
            </div>
        </div>
    }
}
