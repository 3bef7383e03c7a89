//! The one way in which this crate writes markup.

/// Leptos' `view!` without its short cut through `innerHTML`.
///
/// Nested static elements would be written as one string and parsed by the browser, which Trusted Types forbid (and
/// the page's headers ask for Trusted Types). A global class makes the macro build every element by itself; it is not
/// empty because `DOMTokenList` throws on an empty name, once for each element.
macro_rules! html {
    ($($markup:tt)*) => { ::leptos::prelude::view! { class = "p", $($markup)* } };
}
