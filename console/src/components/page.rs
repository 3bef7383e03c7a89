//! The frame of a page: its title, and the keyboard's focus when it opens.

use leptos::prelude::*;

use crate::browser;

/// A page.
#[component]
pub(crate) fn Page(
    /// The window's title.
    #[prop(into)]
    title: String,
    /// Whether the column is narrow.
    #[prop(optional)]
    narrow: bool,
    /// The content.
    children: Children,
) -> impl IntoView {
    browser::set_title(&title);
    html! { <div class="main__in" class:main__in--narrow=narrow>{children()}</div> }
}
