//! Where files are dropped or chosen.

use leptos::{ev, prelude::*, web_sys};
use wasm_bindgen::JsCast as _;

use super::Icon;

/// A place for files. They stay in this browser.
#[component]
pub(crate) fn DropZone(
    /// What to drop, as the visible words: "Drop files here".
    title: &'static str,
    /// What it takes.
    hint: &'static str,
    /// The name for screen readers.
    label: &'static str,
    /// Whether it takes several files.
    #[prop(optional)]
    multiple: bool,
    /// Whether the words stand in the middle of a large area.
    #[prop(optional)]
    center: bool,
    /// What happens with the files.
    on_files: impl Fn(Vec<web_sys::File>) + Clone + 'static,
) -> impl IntoView {
    let over = RwSignal::new(false);
    let on_input = {
        let on_files = on_files.clone();
        move |event: ev::Event| {
            let input: web_sys::HtmlInputElement = event_target(&event);
            let files = list(input.files());
            if !files.is_empty() {
                on_files(files);
            }
            // The same file can then be chosen again.
            input.set_value("");
        }
    };
    let on_drop = move |event: ev::DragEvent| {
        event.prevent_default();
        over.set(false);
        let files = event.data_transfer().and_then(|transfer| transfer.files());
        let files = list(files);
        if !files.is_empty() {
            on_files(files);
        }
    };
    html! {
        <label
            class="drop"
            class:drop--center=center
            class:drop--over=move || over.get()
            on:dragover=move |event: ev::DragEvent| {
                event.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_| over.set(false)
            on:drop=on_drop
        >
            <span class="row"><Icon name="file"/><span><strong>{title}</strong>", or press to choose"</span></span>
            <span class="hint">{hint}</span>
            <input type="file" multiple=multiple aria-label=label on:change=on_input/>
        </label>
    }
}

fn list(files: Option<web_sys::FileList>) -> Vec<web_sys::File> {
    let Some(files) = files else { return Vec::new() };
    (0..files.length()).filter_map(|index| files.item(index)).collect()
}

fn event_target(event: &ev::Event) -> web_sys::HtmlInputElement {
    event.target().map_or_else(
        || {
            // An event without a target is not dispatched.
            wasm_bindgen::JsValue::NULL.unchecked_into()
        },
        wasm_bindgen::JsCast::unchecked_into,
    )
}
