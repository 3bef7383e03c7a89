//! The twelve gates of a decision, in their order, none hidden.

use leptos::prelude::*;
use placet_core::decision::{Decision, GateResult, Status};

use super::Icon;
use crate::state::words::heading;

/// All gates.
#[component]
pub(crate) fn Gates(
    /// The decision.
    decision: Decision,
    /// Whether they stand in one column.
    #[prop(optional)]
    one_column: bool,
) -> impl IntoView {
    html! {
        <ul class="gates" class:gates--one=one_column>
            {decision.gates.into_iter().map(gate).collect_view()}
        </ul>
    }
}

fn gate(result: GateResult) -> impl IntoView {
    let (modifier, icon, word) = match result.status {
        Status::Pass => ("gate--pass", "ok", "pass"),
        Status::Fail => ("gate--fail", "bad", "fail"),
        Status::NotRequired => ("gate--na", "none", "not required"),
    };
    html! {
        <li class=format!("gate {modifier}")>
            <Icon name=icon/>
            <div>
                <p class="gate__n">{heading(result.gate.as_str())}<span>{word}</span></p>
                <p class="gate__d">
                    {placet_core::summary::escape(&result.detail)}
                    {result.code.map(|code| html! { " "<code>{code.as_str()}</code> })}
                </p>
            </div>
        </li>
    }
}
