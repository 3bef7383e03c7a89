//! The quorum as slots. The words beside them say the same, so that they are hidden from screen readers.

use leptos::prelude::*;

use crate::state::quorum::{RoleSlots, Slot};

/// One slot.
#[component]
pub(crate) fn SlotShape(
    /// What it holds.
    holds: Slot,
) -> impl IntoView {
    let (modifier, path) = match holds {
        Slot::Signed => ("slot--signed", Some("M3.5 7.2l2.3 2.3 4.7-5")),
        Slot::Claimed => ("slot--claimed", Some("M4 7h6")),
        Slot::Rejected => ("slot--reject", Some("M4.5 4.5l5 5M9.5 4.5l-5 5")),
        Slot::Mine => ("slot--mine", None),
        Slot::Open => ("slot--open", None),
    };
    html! {
        <svg class=format!("slot {modifier}") viewBox="0 0 14 14" aria-hidden="true" focusable="false">
            <rect x="1" y="1" width="12" height="12" rx="1"/>
            {path.map(|path| html! { <path d=path/> })}
            {(holds == Slot::Mine).then(|| html! { <circle cx="7" cy="7" r="2.2"/> })}
        </svg>
    }
}

/// Slots grouped by role.
#[component]
pub(crate) fn Slots(
    /// The roles.
    roles: Vec<RoleSlots>,
) -> impl IntoView {
    let group = |role: RoleSlots| {
        let slots = role.slots.into_iter().map(|slot| html! { <SlotShape holds=slot/> }).collect_view();
        html! { <span class="slots__g">{slots}</span> }
    };
    html! { <span class="slots" aria-hidden="true">{roles.into_iter().map(group).collect_view()}</span> }
}
