//! Collecting into maps and sets, small.

/// Collects as `collect()` does, by inserting. For maps and sets `collect()` brings a stable sort of its own for each
/// type: together they were a quarter of the WebAssembly module.
pub(crate) fn gather<C: Default + Extend<T>, T>(items: impl IntoIterator<Item = T>) -> C {
    let mut collection = C::default();
    collection.extend(items);
    collection
}
