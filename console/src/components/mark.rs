//! Status: a word, a shape and a colour.

use leptos::prelude::*;

use super::Icon;

/// What a mark's colour says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Tone {
    /// A plain fact or a claim.
    #[default]
    Plain,
    /// Verified here.
    Ok,
    /// Look again.
    Warn,
    /// Denied, revoked, refused.
    Bad,
    /// Mine to do.
    Mine,
}

impl Tone {
    /// The modifier of a style's name.
    pub(crate) fn modifier(self, block: &'static str) -> String {
        match self {
            Self::Plain => String::new(),
            Self::Ok => format!("{block}--ok"),
            Self::Warn => format!("{block}--warn"),
            Self::Bad => format!("{block}--bad"),
            Self::Mine => format!("{block}--mine"),
        }
    }
}

/// A status.
#[component]
pub(crate) fn Mark(
    /// What its colour says.
    #[prop(optional)]
    tone: Tone,
    /// The icon, whose shape says the same.
    icon: &'static str,
    /// Whether a long text may wrap.
    #[prop(optional)]
    wrap: bool,
    /// The words.
    children: Children,
) -> impl IntoView {
    html! {
        <span class=format!("mark {}", tone.modifier("mark")) class:mark--wrap=wrap>
            <Icon name=icon/>
            <span>{children()}</span>
        </span>
    }
}
