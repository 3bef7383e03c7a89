//! What changes against what is approved now, worse first.

use leptos::prelude::*;
use placet_core::digest::Digest;

use super::{DigestShort, Icon};
use crate::state::{
    changes::{Change, Changes, Tone},
    words,
};

/// The table, and how many fields are the same.
#[component]
pub(crate) fn ChangesTable(
    /// The comparison.
    changes: Changes,
    /// The version that is approved now.
    was: String,
    /// The proposed version.
    is: String,
) -> impl IntoView {
    let (old, new) = (format!("Approved: {was}"), format!("Proposed: {is}"));
    let rows = changes.changed.iter().map(|change| row(change, &old, &new)).collect_view();
    let count = changes.unchanged.len();
    let unchanged = words::list(&changes.unchanged);
    html! {
        <table class="table table--bare table--cards table--changes">
            <caption class="vh">{format!("Version {is} against version {was}")}</caption>
            <thead><tr>
                <th scope="col">"Field"</th><th scope="col">{old}</th><th scope="col">{new}</th>
                <th scope="col">"Change"</th>
            </tr></thead>
            <tbody>{rows}</tbody>
        </table>
        {(count > 0).then(|| html! {
            <details class="mt-2">
                <summary>{words::count(count, "field is unchanged", "fields are unchanged")}</summary>
                <p class="small sub measure">{unchanged}"."</p>
            </details>
        })}
    }
}

fn row(change: &Change, old: &str, new: &str) -> impl IntoView + use<> {
    let value = |text: &str| match Digest::parse_hex(text).filter(|_| change.digests) {
        Some(digest) => html! { <DigestShort digest=digest/> }.into_any(),
        None if text.is_empty() => html! { <span class="faint">"none"</span> }.into_any(),
        None => html! { <span>{text.to_owned()}</span> }.into_any(),
    };
    let (modifier, icon) = match change.tone {
        Tone::Worse => (" delta--worse", true),
        Tone::Better => (" delta--better", true),
        Tone::Other => ("", false),
    };
    let hint = change.hint.clone();
    html! {
        <tr>
            <th scope="row">
                {change.field.clone()}
                {(!hint.is_empty()).then(|| html! { <span class="cellsub">{hint}</span> })}
            </th>
            <td class="was" data-l=old.to_owned()>{value(&change.was)}</td>
            <td data-l=new.to_owned()>{value(&change.is)}</td>
            <td data-l="Change">
                <span class=format!("delta{modifier}")>
                    {icon.then(|| html! { <Icon name="up"/> })}{change.words.clone()}
                </span>
            </td>
        </tr>
    }
}
