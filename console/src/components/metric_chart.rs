//! A metric over versions, drawn for the width it has. Shapes tell the marks apart.

use leptos::prelude::*;

use crate::state::{
    chart::{self, AXIS, HEIGHT, Limit, Mark, WIDTH},
    history::{Series, Standing},
};

/// The chart of one metric.
#[component]
pub(crate) fn MetricChart(
    /// The metric.
    series: Series,
) -> impl IntoView {
    let drawing = chart::draw(&series);
    let finding = series.finding();
    let label = format!("{} over {} versions. {finding}", series.name, drawing.marks.len());
    let lines = drawing.marks.windows(2).filter_map(|pair| match pair {
        [from, to] => Some(line(from, to)),
        _ => None,
    });
    let lines = lines.collect_view();
    let limits = drawing.limits.iter().map(limit).collect_view();
    let marks = drawing.marks.iter().map(mark).collect_view();
    let last = drawing.marks.len().saturating_sub(1);
    let labels =
        drawing.marks.iter().enumerate().map(|(i, mark)| text(mark, i == 0, last > 0)).collect_view();
    html! {
        <figure class="chart">
            <div class="chart__h"><strong>{series.name.clone()}</strong></div>
            <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") role="img" aria-label=label>
                {limits}
                <path class="c-axis" d=format!("M2 {AXIS}H{}", WIDTH - 2.0)/>
                {lines}{marks}{labels}
            </svg>
            <figcaption>{finding}</figcaption>
        </figure>
    }
}

fn line(from: &Mark, to: &Mark) -> impl IntoView + use<> {
    let candidate = to.standing == Standing::Candidate;
    let path = format!("M{} {}L{} {}", from.x, from.y, to.x, to.y);
    html! { <path class="c-line" class:c-line--cand=candidate d=path/> }
}

fn limit(limit: &Limit) -> impl IntoView + use<> {
    let Limit { y, words, left } = limit.clone();
    let baseline = y - 4.0;
    let (x, anchor) = if left { (2.0, "start") } else { (WIDTH - 2.0, "end") };
    html! {
        <path class="c-limit" d=format!("M2 {y}H{}", WIDTH - 2.0)/>
        <text class="b" x=x y=baseline text-anchor=anchor>{words}</text>
    }
}

fn mark(mark: &Mark) -> impl IntoView + use<> {
    let Mark { x, y, .. } = *mark;
    match mark.standing {
        Standing::Approved => html! { <circle class="c-appr" cx=x cy=y r="5"/> }.into_any(),
        Standing::Candidate => {
            html! { <path class="c-cand" d=format!("M{x} {}l7 7-7 7-7-7z", y - 7.0)/> }.into_any()
        }
        Standing::Revoked => {
            html! { <path class="c-rev" d=format!("M{} {}l8 8m0-8l-8 8", x - 4.0, y - 4.0)/> }.into_any()
        }
        Standing::Other => html! { <circle class="c-dot" cx=x cy=y r="3"/> }.into_any(),
    }
}

fn text(mark: &Mark, first: bool, several: bool) -> impl IntoView + use<> {
    let class = if mark.standing == Standing::Candidate { "a" } else { "v" };
    let version = if first && several { format!("version {}", mark.version) } else { mark.version.clone() };
    html! {
        <text class=class text-anchor="middle" x=mark.x y=if mark.below { mark.y + 19.0 } else { mark.y - 11.0 }>{mark.text.clone()}</text>
        <text text-anchor="middle" x=mark.x y="126">{version}</text>
    }
}

/// What the shapes mean.
#[component]
pub(crate) fn ChartKey() -> impl IntoView {
    html! {
        <div class="chart__key"><div class="legend">
            <span><svg viewBox="0 0 20 12" aria-hidden="true"><path class="c-cand" d="M10 0l6 6-6 6-6-6z"/></svg>"candidate"</span>
            <span><svg viewBox="0 0 20 12" aria-hidden="true"><circle class="c-appr" cx="10" cy="6" r="5"/></svg>"approved now"</span>
            <span><svg viewBox="0 0 20 12" aria-hidden="true"><path class="c-rev" d="M6 2l8 8m0-8l-8 8"/></svg>"revoked"</span>
            <span><svg viewBox="0 0 20 12" aria-hidden="true"><circle class="c-dot" cx="10" cy="6" r="3"/></svg>"not approved"</span>
            <span><svg viewBox="0 0 20 12" aria-hidden="true"><path class="c-limit" d="M0 6h20"/></svg>"limit in the policy"</span>
        </div></div>
    }
}
