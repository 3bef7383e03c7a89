//! Something to know before going on.

use leptos::prelude::*;

use super::{Icon, Tone};

/// A notice.
#[component]
pub(crate) fn Notice(
    /// What its colour says.
    #[prop(optional)]
    tone: Tone,
    /// The words.
    children: Children,
) -> impl IntoView {
    let (icon, role) = match tone {
        Tone::Ok => ("ok", "status"),
        Tone::Warn => ("warn", "status"),
        Tone::Bad => ("bad", "alert"),
        Tone::Plain | Tone::Mine => ("info", "note"),
    };
    html! {
        <div class=format!("notice {}", tone.modifier("notice")) role=role>
            <Icon name=icon/>
            <div>{children()}</div>
        </div>
    }
}
