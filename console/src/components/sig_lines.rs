//! Signature lines: what the paper form had.

use leptos::prelude::*;
use placet_core::code::Code;

use super::{Mark, Tone, slots::SlotShape};
use crate::state::quorum::Slot;

/// A line, with names to show.
#[derive(Clone, Debug)]
pub(crate) struct SigLine {
    /// Its slot.
    pub(crate) slot: Slot,
    /// Who stands there, or none where the line is open.
    pub(crate) who: Option<String>,
    /// In which role.
    pub(crate) role: String,
    /// Whether that is me.
    pub(crate) mine: bool,
    /// When it was signed.
    pub(crate) when: Option<String>,
    /// What was written.
    pub(crate) comment: String,
    /// Who could sign an open line.
    pub(crate) could_sign: Vec<String>,
    /// Why it does not count.
    pub(crate) code: Option<Code>,
}

/// Who signed, who could, and what does not count.
#[component]
pub(crate) fn SigLines(
    /// The lines.
    lines: Vec<SigLine>,
) -> impl IntoView {
    html! { <ul class="siglines">{lines.into_iter().map(line).collect_view()}</ul> }
}

fn line(line: SigLine) -> impl IntoView {
    let open = line.who.is_none();
    let status = match (line.slot, line.code) {
        (Slot::Signed, _) => html! { <Mark tone=Tone::Ok icon="ok">"verified here"</Mark> }.into_any(),
        (Slot::Rejected, _) => {
            html! { <Mark tone=Tone::Bad icon="rejected">"rejected or withdrawn"</Mark> }.into_any()
        }
        (Slot::Mine, _) => html! { <span>"You have not signed"</span> }.into_any(),
        (_, Some(code)) => html! {
            <Mark icon="rejected" wrap=true>"not counted: "{code.as_str().replace('_', " ")}</Mark>
        }
        .into_any(),
        _ if line.could_sign.is_empty() => html! { <span>"nobody else could sign"</span> }.into_any(),
        _ => html! { <span>{line.could_sign.join(" or ")}</span> }.into_any(),
    };
    let role = if line.mine { format!("{}, you", line.role) } else { line.role };
    html! {
        <li class="sigline" class:sigline--mine=line.slot == Slot::Mine class:sigline--open=open>
            <SlotShape holds=line.slot/>
            <div>
                <p class="sigline__who">{line.who.unwrap_or_else(|| "Open".into())}<small>{role}</small></p>
                <p class="sigline__meta">{line.when.map(|when| html! { <span>{when}</span> })}{status}</p>
                {(!line.comment.is_empty()).then(|| html! { <p class="small">"“"{line.comment}"”"</p> })}
            </div>
        </li>
    }
}
