//! What only a browser has: its clock, its random generator, its clipboard, its downloads.
//!
//! Everything that touches the outside world by hand is here, so that the rest can be tested without one.

use leptos::web_sys;
use placet_core::time::Timestamp;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

/// The time by this machine's clock, to the second.
pub(crate) fn now() -> Timestamp {
    #[expect(clippy::cast_possible_truncation, reason = "seconds of any date that a browser knows fit")]
    let seconds = (js_sys::Date::now() / 1000.0).floor() as i64;
    Timestamp::from_seconds(seconds).unwrap_or_else(epoch)
}

fn epoch() -> Timestamp {
    Timestamp::from_seconds(0).unwrap_or_else(|| unreachable!("1970 is a year"))
}

/// Milliseconds since the page was opened.
pub(crate) fn milliseconds() -> f64 {
    web_sys::window().and_then(|window| window.performance()).map_or(0.0, |clock| clock.now())
}

/// Bytes from the browser's cryptographic generator; none where it gives none.
pub(crate) fn random<const N: usize>() -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let crypto = web_sys::window()?.crypto().ok()?;
    crypto.get_random_values_with_u8_array(&mut bytes).ok()?;
    Some(bytes)
}

/// Lets the page draw before something that takes long.
pub(crate) async fn breathe() {
    gloo_timers::future::TimeoutFuture::new(30).await;
}

/// The scheme, host and port that this page came from.
pub(crate) fn origin() -> String {
    web_sys::window().and_then(|window| window.location().origin().ok()).unwrap_or_default()
}

/// Whether another page shows this one in a frame, where it could lay things over it.
pub(crate) fn is_framed() -> bool {
    let Some(window) = web_sys::window() else { return true };
    !matches!(window.top(), Ok(Some(top)) if js_sys::Object::is(&top, &window))
}

/// The title of the window.
pub(crate) fn set_title(title: &str) {
    if let Some(document) = web_sys::window().and_then(|window| window.document()) {
        document.set_title(&format!("{title} · Placet"));
    }
}

/// Moves the keyboard's focus to the element with this id.
pub(crate) fn focus(id: &str) {
    let element = web_sys::window().and_then(|w| w.document()).and_then(|d| d.get_element_by_id(id));
    if let Some(element) = element.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
        // An element that cannot take the focus leaves it where it is.
        let _ = element.focus();
    }
}

/// The theme that was chosen: `light`, `dark`, or the system's.
pub(crate) fn theme() -> Option<String> {
    web_sys::window()?.local_storage().ok()??.get_item("theme").ok()?
}

/// Keeps the theme and shows it. `boot.js` reads it before the first paint.
pub(crate) fn set_theme(theme: Option<&str>) {
    let Some(window) = web_sys::window() else { return };
    let root = window.document().and_then(|document| document.document_element());
    let storage = window.local_storage().ok().flatten();
    // A theme that cannot be kept is still shown.
    if let Some(theme) = theme {
        let _ = storage.map(|storage| storage.set_item("theme", theme));
        let _ = root.map(|root| root.set_attribute("data-theme", theme));
    } else {
        let _ = storage.map(|storage| storage.remove_item("theme"));
        let _ = root.map(|root| root.remove_attribute("data-theme"));
    }
}

/// Puts text on the clipboard; says whether it is there.
pub(crate) async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window() else { return false };
    JsFuture::from(window.navigator().clipboard().write_text(text)).await.is_ok()
}

/// Hands a file to the person, who chooses where it goes.
pub(crate) fn save(name: &str, media_type: &str, text: &str) -> Result<(), JsValue> {
    let options = web_sys::BlobPropertyBag::new();
    options.set_type(media_type);
    let parts = js_sys::Array::of1(&text.into());
    let blob = web_sys::Blob::new_with_str_sequence_and_options(&parts, &options)?;
    let url = web_sys::Url::create_object_url_with_blob(&blob)?;
    let document = web_sys::window().and_then(|window| window.document()).ok_or(JsValue::NULL)?;
    let anchor: web_sys::HtmlAnchorElement = document.create_element("a")?.unchecked_into();
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    web_sys::Url::revoke_object_url(&url)
}

/// The bytes of a file, for files that fit into memory.
pub(crate) async fn read(file: &web_sys::File) -> Result<Vec<u8>, JsValue> {
    let buffer = JsFuture::from(file.array_buffer()).await?;
    Ok(js_sys::Uint8Array::new(&buffer).to_vec())
}

/// Reads a file piece by piece; `take` gets each piece and says whether to go on. Says whether the end was reached.
pub(crate) async fn stream(
    file: &web_sys::File,
    mut take: impl FnMut(&[u8]) -> bool,
) -> Result<bool, JsValue> {
    let reader: web_sys::ReadableStreamDefaultReader = file.stream().get_reader().unchecked_into();
    loop {
        let piece: web_sys::ReadableStreamReadResult = JsFuture::from(reader.read()).await?.unchecked_into();
        if piece.get_done().unwrap_or(false) {
            return Ok(true);
        }
        if !take(&js_sys::Uint8Array::new(&piece.get_value()).to_vec()) {
            JsFuture::from(reader.cancel()).await?;
            return Ok(false);
        }
    }
}

/// Says on the console what stopped the page: a defect of ours, never of data.
pub(crate) fn report_panics() {
    std::panic::set_hook(Box::new(|panic| {
        web_sys::console::error_1(&panic.to_string().into());
        if let Some(document) = web_sys::window().and_then(|window| window.document())
            && let Some(root) = document.document_element()
        {
            let _ = root.set_attribute("data-stopped", "");
        }
    }));
}
