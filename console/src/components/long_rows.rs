//! The rows of a long table: only those in sight are drawn, and the others are empty space of the same height.

use std::ops::Range;

use leptos::{ev, prelude::*, web_sys};

use crate::state::window;

/// The height of a row before one was measured.
const GUESS: f64 = 56.0;

/// Table rows that are drawn as they come into sight. Stands in a `<tbody>` with the id `id`.
///
/// Heights are SVG attributes, because the page's policy forbids styles that depend on data.
#[component]
pub(crate) fn LongRows<V: IntoView + 'static>(
    /// The id of the `<tbody>` around it.
    id: &'static str,
    /// How many rows there are.
    #[prop(into)]
    total: Signal<usize>,
    /// How many columns they have.
    columns: usize,
    /// Which rows are drawn, for whoever fetches what they show.
    shown: RwSignal<Range<usize>>,
    /// Draws a row.
    row: impl Fn(usize) -> V + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let height = RwSignal::new(GUESS);
    let measure = move || {
        // A frame that was asked for may come when the page is gone.
        let (Some(before), Some(rows), Some(total)) =
            (height.try_get_untracked(), shown.try_get_untracked(), total.try_get_untracked())
        else {
            return;
        };
        let Some((above, view, measured)) = measured(id, before, &rows) else { return };
        if (measured - before).abs() > 0.5 {
            height.set(measured);
        }
        let now = window::rows(total, measured, above, view);
        if now != rows {
            shown.set(now);
        }
    };
    let scrolled = window_event_listener(ev::scroll, move |_| measure());
    let resized = window_event_listener(ev::resize, move |_| measure());
    on_cleanup(move || {
        scrolled.remove();
        resized.remove();
    });
    Effect::new(move |_| {
        let _ = total.get();
        // After what is there now was drawn.
        request_animation_frame(measure);
    });
    let space = move |rows: usize| {
        (rows > 0).then(|| {
            html! {
                <tr class="space" aria-hidden="true"><td colspan=columns>
                    <svg width="1" height=move || window::space(rows, height.get())></svg>
                </td></tr>
            }
        })
    };
    let range = Memo::new(move |_| {
        let total = total.get();
        let shown = shown.get();
        shown.start.min(total)..shown.end.min(total)
    });
    html! {
        {move || space(range.get().start)}
        <For each=move || range.get() key=|index| *index children=row/>
        {move || space(total.get().saturating_sub(range.get().end))}
    }
}

/// How far the list begins above the upper edge of the window, how high that is, and how high a row.
fn measured(id: &str, height: f64, shown: &Range<usize>) -> Option<(f64, f64, f64)> {
    let window = web_sys::window()?;
    let body = window.document()?.get_element_by_id(id)?;
    let view = window.inner_height().ok()?.as_f64()?;
    let above = -body.get_bounding_client_rect().top();
    let rows = body.query_selector_all("tr:not(.space)").ok()?;
    let (first, last) = (rows.get(0), rows.get(rows.length().saturating_sub(1)));
    let rect = |node: Option<web_sys::Node>| {
        use wasm_bindgen::JsCast as _;
        node.and_then(|node| node.dyn_into::<web_sys::Element>().ok()).map(|e| e.get_bounding_client_rect())
    };
    let measured = match (rect(first), rect(last)) {
        (Some(first), Some(last)) if !shown.is_empty() => {
            (last.bottom() - first.top()) / f64::from(rows.length())
        }
        _ => height,
    };
    Some((above, view, if measured >= 1.0 { measured } else { height }))
}
