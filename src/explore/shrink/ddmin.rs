//! Delta debugging: of a list the part that is needed.
//!
//! Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input" (2002): first large pieces are left out,
//! then smaller ones, until no single element can be left out any more.

/// The smallest part that is found for which `fails` still holds; it holds for the whole. When it says no to each list
/// that lacks one more element, that is the end: the result is minimal in this sense.
pub fn ddmin<T: Clone>(mut items: Vec<T>, fails: &mut dyn FnMut(&[T]) -> bool) -> Vec<T> {
    if items.is_empty() || fails(&[]) {
        return Vec::new();
    }
    let mut pieces = 2;
    while items.len() >= 2 {
        let size = items.len().div_ceil(pieces);
        let ranges: Vec<(usize, usize)> =
            (0..items.len()).step_by(size).map(|from| (from, (from + size).min(items.len()))).collect();
        // A piece alone; of two pieces each is what is left without the other.
        let piece = ranges.iter().find(|(from, to)| ranges.len() > 2 && fails(&items[*from..*to]));
        if let Some((from, to)) = piece {
            items = items[*from..*to].to_vec();
            pieces = 2;
            continue;
        }
        let without = |(from, to): &(usize, usize)| [&items[..*from], &items[*to..]].concat();
        let rest = ranges.iter().map(without).find(|rest| fails(rest));
        match rest {
            Some(rest) => {
                items = rest;
                pieces = (pieces - 1).max(2);
            }
            None if size == 1 => break,
            None => pieces = (pieces * 2).min(items.len()),
        }
    }
    items
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn counted(items: usize, fails: impl Fn(&[usize]) -> bool) -> (Vec<usize>, u32) {
        let mut asked = 0;
        let result = ddmin((0..items).collect(), &mut |part| {
            asked += 1;
            fails(part)
        });
        (result, asked)
    }

    #[test]
    fn what_is_not_needed_goes() {
        assert_eq!(counted(100, |_| true).0, Vec::<usize>::new());
        let (needed, asked) = counted(100, |part| part.contains(&70));
        assert_eq!(needed, [70]);
        assert!(asked < 25, "one of a hundred took {asked}");
        assert_eq!(counted(8, |part| part.contains(&1) && part.contains(&6)).0, [1, 6]);
        assert_eq!(counted(3, |part| part.len() == 3).0, [0, 1, 2], "all are needed");
        assert_eq!(counted(0, |_| true).0, Vec::<usize>::new());
    }

    proptest! {
        #[test]
        fn exactly_what_is_needed_is_left(items in 0_usize..40, needed in proptest::collection::btree_set(0_usize..40, 0..6)) {
            let needed: Vec<usize> = needed.into_iter().filter(|n| *n < items).collect();
            let (result, asked) = counted(items, |part| needed.iter().all(|n| part.contains(n)));
            prop_assert_eq!(result, needed);
            prop_assert!(asked <= 40 * 40, "{}", asked);
        }
        /// Also where more does not always fail: without any one of them it does not.
        #[test]
        fn none_of_the_rest_can_be_left_out(items in 1_usize..20, seed: u64) {
            let whole: Vec<usize> = (0..items).collect();
            let fails = |part: &[usize]| {
                let mixed = part.iter().fold(seed, |sum, n| sum.rotate_left(7) ^ (*n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
                part == whole || mixed % 3 == 0
            };
            let (result, _) = counted(items, fails);
            prop_assert!(fails(&result));
            for without in 0..result.len() {
                let mut part = result.clone();
                part.remove(without);
                prop_assert!(!fails(&part), "{part:?} of {result:?}");
            }
        }
    }
}
