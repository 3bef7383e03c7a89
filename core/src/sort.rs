//! Sorting, small.

/// Sorts by a heap (Williams, 1964): n·log n steps for whatever order comes in, so that no sender can choose a slow one.
/// Equal items may change places.
///
/// The sort of the standard library is faster on long slices, and takes some six kilobytes of the WebAssembly module for
/// each type of item: together with its stable twin an eighth of it.
pub(crate) fn sort_by<T>(items: &mut [T], mut less: impl FnMut(&T, &T) -> bool) {
    // What Placet writes is sorted already.
    if items.is_sorted_by(|a, b| !less(b, a)) {
        return;
    }
    for root in (0..items.len().div_euclid(2)).rev() {
        sift(items, root, &mut less);
    }
    for end in (1..items.len()).rev() {
        items.swap(0, end);
        if let Some(heap) = items.get_mut(..end) {
            sift(heap, 0, &mut less);
        }
    }
}

/// Sorts in the items' own order.
pub(crate) fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, |a, b| a < b);
}

/// Moves an item down until none of those below it is greater.
fn sift<T>(heap: &mut [T], mut root: usize, less: &mut impl FnMut(&T, &T) -> bool) {
    loop {
        let left = root.saturating_mul(2).saturating_add(1);
        let right = left.saturating_add(1);
        let Some(mut greater) = heap.get(left) else { return };
        let mut child = left;
        if let Some(other) = heap.get(right)
            && less(greater, other)
        {
            (greater, child) = (other, right);
        }
        if !heap.get(root).is_some_and(|item| less(item, greater)) {
            return;
        }
        heap.swap(root, child);
        root = child;
    }
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use proptest::prelude::*;

    use super::{sort, sort_by};

    proptest! {
        #[test]
        fn any_order_comes_out_as_the_standard_library_sorts_it(mut items: Vec<u8>) {
            let mut expected = items.clone();
            expected.sort_unstable();
            sort(&mut items);
            prop_assert_eq!(&items, &expected);
            expected.reverse();
            sort_by(&mut items, |a, b| a > b);
            prop_assert_eq!(items, expected);
        }
    }
}
