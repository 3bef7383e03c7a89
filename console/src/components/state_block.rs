//! Empty, offline and refused: designed, not left over.

use leptos::prelude::*;

use super::Icon;

/// What stands where content would.
#[component]
pub(crate) fn StateBlock(
    /// The icon.
    icon: &'static str,
    /// What is so.
    #[prop(into)]
    title: String,
    /// Whether something contradicts what is known.
    #[prop(optional)]
    bad: bool,
    /// A stable code to look up.
    #[prop(optional, into)]
    code: String,
    /// What it means and what can be done.
    children: Children,
) -> impl IntoView {
    html! {
        <div class="state" class:state--bad=bad>
            <Icon name=icon/>
            <p><strong>{title}</strong></p>
            <div class="sub stack measure">{children()}</div>
            {(!code.is_empty()).then(|| html! { <p><code class="mono small">{code}</code></p> })}
        </div>
    }
}
