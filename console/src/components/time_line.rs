//! When each version could run, drawn for a wide screen and for a phone.

use leptos::prelude::*;

use crate::state::timeline::{Bar, Drawing};

/// The time line, with a caption that says the finding.
#[component]
pub(crate) fn TimeLine(
    /// The drawing for a wide screen.
    wide: Drawing,
    /// The drawing for a phone.
    narrow: Drawing,
    /// What it shows, for screen readers.
    label: String,
    /// What it shows, in a sentence.
    finding: String,
    /// The same as a table.
    children: Children,
) -> impl IntoView {
    html! {
        <figure class="chart panel"><div class="panel__body">
            {drawing(&wide, "only-wide", &label)}
            {drawing(&narrow, "only-narrow", &label)}
            <figcaption>{finding}</figcaption>
            <div class="legend mt-2">
                <span><svg viewBox="0 0 20 12" aria-hidden="true"><path class="c-cand" d="M10 0l6 6-6 6-6-6z"/></svg>"proposed"</span>
                <span><svg viewBox="0 0 20 12" aria-hidden="true"><circle class="c-appr" cx="10" cy="6" r="5"/></svg>"quorum complete"</span>
                <span><svg viewBox="0 0 20 12" aria-hidden="true"><path class="c-rev" d="M6 2l8 8m0-8l-8 8"/></svg>"revoked"</span>
                <span><svg viewBox="0 0 20 12" aria-hidden="true"><path class="c-rev" d="M10 0v12"/></svg>"ends"</span>
            </div>
            <details class="mt-2"><summary>"Show as a table"</summary>{children()}</details>
        </div></figure>
    }
}

fn drawing(drawing: &Drawing, class: &'static str, label: &str) -> impl IntoView + use<> {
    let Drawing { width, height, today, .. } = *drawing;
    let bottom = height - 10.0;
    let ticks = drawing.ticks.iter().map(|(x, name)| {
        html! { <path class="c-grid" d=format!("M{x} 24V{bottom}")/><text x=x + 3.0 y="16">{name.clone()}</text> }
    });
    let ticks = ticks.collect_view();
    let bars = drawing.bars.iter().map(bar).collect_view();
    let (anchor, x) = if today > width - 60.0 { ("end", today - 5.0) } else { ("start", today + 5.0) };
    html! {
        <svg class=class viewBox=format!("0 0 {width} {height}") role="img" aria-label=label.to_owned()>
            {ticks}{bars}
            <path class="c-cur" d=format!("M{today} 20V{bottom}")/>
            <text class="a" x=x y=height text-anchor=anchor>"today"</text>
        </svg>
    }
}

fn bar(bar: &Bar) -> impl IntoView + use<> {
    let Bar { y, proposed, ends, pending, .. } = *bar;
    // What was revoked has no other end.
    let tick =
        bar.revoked.is_none().then(|| html! { <path class="c-rev" d=format!("M{ends} {}v12", y - 6.0)/> });
    let waits =
        pending.then(|| html! { <path class="c-line c-line--cand" d=format!("M{proposed} {y}H{ends}")/> });
    let diamond = html! { <path class="c-cand" d=format!("M{proposed} {}l6 6-6 6-6-6z", y - 6.0)/> };
    let ran = bar.approved.zip(bar.ran_to).map(|(from, to)| {
        let rest = bar.revoked.is_none() && ends > to;
        html! {
            <path class="c-line" d=format!("M{from} {y}H{to}")/>
            {rest.then(|| html! { <path class="c-line" stroke-dasharray="3 3" d=format!("M{to} {y}H{ends}")/> })}
            <circle class="c-appr" cx=from cy=y r="5"/>
        }
    });
    let revoked = bar
        .revoked
        .map(|x| html! { <path class="c-rev" d=format!("M{} {}l8 8m0-8l-8 8", x - 4.0, y - 4.0)/> });
    html! {
        <text class="v" x="0" y=y + 4.0>{format!("version {}", short(&bar.version))}</text>
        {waits}{diamond}{ran}{revoked}{tick}
    }
}

/// As much of a version's name as stands beside the line; the whole one is in the table.
fn short(version: &str) -> String {
    if version.chars().count() <= 4 {
        return version.to_owned();
    }
    version.chars().take(3).chain(['…']).collect()
}
