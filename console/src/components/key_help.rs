//! The keys of a page, listed in a dialog.

use leptos::{html, prelude::*};

/// A dialog that the page opens with [`show`]. `Escape` closes it, and the focus goes back to where it was.
#[component]
pub(crate) fn KeyHelp(
    /// The dialog.
    dialog: NodeRef<html::Dialog>,
    /// What the keys belong to.
    title: &'static str,
    /// Each key and what it does.
    keys: &'static [(&'static str, &'static str)],
) -> impl IntoView {
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let key = |(key, does): &(&'static str, &'static str)| {
        html! { <dt><kbd class="kbd">{*key}</kbd></dt><dd>{*does}</dd> }
    };
    html! {
        <dialog class="dialog no-print" aria-labelledby="h-keys" node_ref=dialog>
            <h2 class="h3" id="h-keys">{title}</h2>
            <dl class="facts mt-3">{keys.iter().map(key).collect_view()}</dl>
            <button type="button" class="btn mt-4" on:click=close>"Close"</button>
        </dialog>
    }
}

/// Opens the dialog over the page, which cannot be used meanwhile.
pub(crate) fn show(dialog: NodeRef<html::Dialog>) {
    if let Some(dialog) = dialog.get_untracked().filter(|dialog| !dialog.open()) {
        // It fails where the dialog is no part of the page any more: then there is nothing to show.
        let _ = dialog.show_modal();
    }
}
