//! The drawings of a drift report: what there was at training and what there is now. Shapes tell the two apart.

use leptos::prelude::*;

use crate::state::{
    drift::{Compared, Series, percent, short},
    plots::{self, AXIS, HEIGHT, LEFT, TOP},
    words,
};

const WIDE: f64 = 524.0;
const NARROW: f64 = 300.0;
const LINE_WIDE: f64 = 1110.0;
const LINE_NARROW: f64 = 328.0;

/// How often each bin or category occurs.
#[component]
pub(crate) fn Histogram(
    /// The output.
    compared: Compared,
) -> impl IntoView {
    let finding = compared.more_or_less();
    let label = format!("{}, how often: baseline and now. {finding}", compared.name);
    let title = format!("{}, how often", compared.name);
    html! {
        <figure class="chart panel"><div class="panel__body">
            <div class="chart__h"><strong>{title}</strong></div>
            {histogram(&compared, WIDE, "only-wide", &label)}
            {histogram(&compared, NARROW, "only-narrow", &label)}
            <figcaption>{finding}</figcaption>
            <details class="mt-2"><summary>"Show as a table"</summary>{table(&compared, false)}</details>
        </div></figure>
    }
}

fn histogram(compared: &Compared, width: f64, class: &'static str, label: &str) -> impl IntoView + use<> {
    let (bars, highest) = plots::histogram(compared, width);
    let right = width - 10.0;
    let columns = bars.iter().map(|bar| {
        html! { <rect class="c-href" x=bar.x + 0.5 y=bar.baseline width=(bar.width - 1.0).max(0.5) height=AXIS - bar.baseline/> }
    });
    let columns = columns.collect_view();
    let now = bars.iter().flat_map(|bar| [(bar.x, bar.now), (bar.x + bar.width, bar.now)]);
    let path = plots::path(now);
    let (first, last) = ends(compared);
    html! {
        <svg class=class viewBox=format!("0 0 {width} {HEIGHT}") role="img" aria-label=label.to_owned()>
            <path class="c-grid" d=format!("M{LEFT} {TOP}H{right}")/>
            <text x=LEFT - 6.0 y=TOP + 4.0 text-anchor="end">{percent(highest)}</text>
            <text x=LEFT - 6.0 y=AXIS + 4.0 text-anchor="end">"0 %"</text>
            {columns}
            <path class="c-hcur" d=path/>
            <path class="c-axis" d=format!("M{LEFT} {AXIS}H{right}")/>
            <text x=LEFT y=AXIS + 16.0>{first}</text>
            <text x=right y=AXIS + 16.0 text-anchor="end">{last}</text>
        </svg>
    }
}

/// The shares up to each bin, with the place where the two are furthest apart.
#[component]
pub(crate) fn Cumulative(
    /// The output.
    compared: Compared,
    /// What it shows, in a sentence.
    finding: String,
) -> impl IntoView {
    let label = format!("{}, cumulative: baseline and now. {finding}", compared.name);
    let title = format!("{}, cumulative", compared.name);
    html! {
        <figure class="chart panel"><div class="panel__body">
            <div class="chart__h"><strong>{title}</strong></div>
            {cumulative(&compared, WIDE, "only-wide", &label)}
            {cumulative(&compared, NARROW, "only-narrow", &label)}
            <figcaption>{finding}</figcaption>
            <details class="mt-2"><summary>"Show as a table"</summary>{table(&compared, true)}</details>
        </div></figure>
    }
}

fn cumulative(compared: &Compared, width: f64, class: &'static str, label: &str) -> impl IntoView + use<> {
    let points = plots::cumulative(compared, width);
    let right = width - 10.0;
    let before = plots::path(points.iter().map(|point| (point.0, point.1)));
    let now = plots::path(points.iter().map(|point| (point.0, point.2)));
    let gap = compared.widest().and_then(|(index, gap)| {
        let (x, before, now) = *points.get(index)?;
        let (high, low) = (before.min(now), before.max(now));
        let (anchor, at) = if x > width - 90.0 { ("end", x - 8.0) } else { ("start", x + 8.0) };
        let words = short(gap);
        Some(html! {
            <path class="c-d" d=format!("M{x} {low}V{high}")/>
            <path class="c-dcap" d=format!("M{} {low}h10M{} {high}h10", x - 5.0, x - 5.0)/>
            <text class="v" x=at y=low + 14.0 text-anchor=anchor>{words}</text>
        })
    });
    let grid = [0.0, 0.5, 1.0].map(|share| {
        let y = AXIS - share * (AXIS - TOP);
        html! { <path class="c-grid" d=format!("M{LEFT} {y}H{right}")/><text x=LEFT - 6.0 y=y + 4.0 text-anchor="end">{percent(share)}</text> }
    });
    let (first, last) = ends(compared);
    html! {
        <svg class=class viewBox=format!("0 0 {width} {HEIGHT}") role="img" aria-label=label.to_owned()>
            {grid.into_iter().collect_view()}
            <path class="c-ref" stroke-dasharray="3 2" d=before/>
            <path class="c-cur" d=now/>
            {gap}
            <path class="c-axis" d=format!("M{LEFT} {AXIS}H{right}")/>
            <text x=LEFT y=AXIS + 16.0>{first}</text>
            <text x=right y=AXIS + 16.0 text-anchor="end">{last}</text>
        </svg>
    }
}

fn ends(compared: &Compared) -> (String, String) {
    let label =
        |column: Option<&crate::state::drift::Column>| column.map(|c| c.label.clone()).unwrap_or_default();
    (label(compared.columns.first()), label(compared.columns.last()))
}

fn table(compared: &Compared, cumulative: bool) -> impl IntoView + use<> {
    let sums = compared.cumulative();
    let rows = compared.columns.iter().zip(sums).map(|(column, sum)| {
        let (before, now) = if cumulative { sum } else { (column.baseline, column.now) };
        html! { <tr><th scope="row">{column.label.clone()}</th><td class="num">{percent(before)}</td><td class="num">{percent(now)}</td></tr> }
    });
    let rows = rows.collect_view();
    html! {
        <table class="table table--bare">
            <thead><tr><th scope="col">{if cumulative { "Up to and with" } else { "Values" }}</th><th scope="col" class="num">"baseline"</th><th scope="col" class="num">"now"</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
}

/// A metric over the reported windows.
#[component]
pub(crate) fn WindowChart(
    /// The metric.
    series: Series,
) -> impl IntoView {
    let outside = series.points.iter().filter(|point| !point.2).count();
    let all = words::count(series.points.len(), "window", "windows");
    let last = series.points.last().map(|point| short(point.1)).unwrap_or_default();
    let finding = match outside {
        0 => format!(
            "Inside its tolerance in {all}; {last} in the newest, {} as signed.",
            short(series.baseline)
        ),
        some => format!(
            "Outside its tolerance in {some} of {all}; {last} in the newest, {} as signed.",
            short(series.baseline)
        ),
    };
    let label = format!("{} by window. {finding}", series.name);
    let rows = series.points.iter().rev().map(|(at, value, inside)| {
        let word = if *inside { "inside" } else { "outside" };
        html! { <tr><th scope="row">{words::moment(*at)}</th><td class="num">{short(*value)}</td><td>{word}</td></tr> }
    });
    let rows = rows.collect_view();
    html! {
        <figure class="chart panel"><div class="panel__body">
            <div class="chart__h"><strong>{format!("{} by window", series.name)}</strong></div>
            {line(&series, LINE_WIDE, "only-wide", &label)}
            {line(&series, LINE_NARROW, "only-narrow", &label)}
            <figcaption>{finding}</figcaption>
            <div class="legend mt-2">
                <span><svg viewBox="0 0 20 12" aria-hidden="true"><circle class="c-dot" cx="10" cy="6" r="2.5"/></svg>"inside its tolerance"</span>
                <span><svg viewBox="0 0 20 12" aria-hidden="true"><path class="c-out" d="M10 1l6 10.5h-12z"/></svg>"outside"</span>
                <span><svg viewBox="0 0 20 12" aria-hidden="true"><path class="c-line" stroke-dasharray="6 3" d="M0 6h20"/></svg>"as signed in training"</span>
            </div>
            <details class="mt-2"><summary>"Show as a table"</summary>
                <table class="table table--bare">
                    <thead><tr><th scope="col">"Window until"</th><th scope="col" class="num">{series.name.clone()}</th><th scope="col">"Tolerance"</th></tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </details>
        </div></figure>
    }
}

fn line(series: &Series, width: f64, class: &'static str, label: &str) -> impl IntoView + use<> {
    let (points, baseline) = plots::series(series, width);
    let right = width - 10.0;
    let path = points
        .iter()
        .enumerate()
        .map(|(index, (x, y))| format!("{}{x} {y}", if index == 0 { "M" } else { "L" }));
    let path: String = path.collect();
    let marks = points.iter().zip(&series.points).map(|((x, y), (_, _, inside))| {
        if *inside {
            html! { <circle class="c-dot" cx=*x cy=*y r="2.5"/> }.into_any()
        } else {
            html! { <path class="c-out" d=format!("M{x} {}l6 10.5h-12z", y - 6.0)/> }.into_any()
        }
    });
    let marks = marks.collect_view();
    let first = series.points.first().map(|point| words::moment(point.0)).unwrap_or_default();
    let last = points.last().map(|(x, y)| {
        let value = series.points.last().map(|point| short(point.1)).unwrap_or_default();
        html! { <text class="a" x=x + 9.0 y=y - 7.0>{value}</text> }
    });
    let end = series.points.last().map(|point| words::moment(point.0)).unwrap_or_default();
    html! {
        <svg class=class viewBox=format!("0 0 {width} {HEIGHT}") role="img" aria-label=label.to_owned()>
            <path class="c-line" stroke-dasharray="6 3" d=format!("M{LEFT} {baseline}H{right}")/>
            <text class="v" x=LEFT - 6.0 y=baseline + 4.0 text-anchor="end">{short(series.baseline)}</text>
            <path class="c-cur" d=path/>
            {marks}{last}
            <path class="c-axis" d=format!("M{LEFT} {AXIS}H{right}")/>
            <text x=LEFT y=AXIS + 16.0>{first}</text>
            {(series.points.len() > 1).then(|| html! { <text x=right y=AXIS + 16.0 text-anchor="end">{end}</text> })}
        </svg>
    }
}
