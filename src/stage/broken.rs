//! Invariants that are broken on purpose, to see that it is noticed.

use std::panic::{AssertUnwindSafe, catch_unwind};

/// What a check says that panics.
///
/// # Panics
/// If it does not.
pub(crate) fn complaint(check: impl FnOnce()) -> String {
    let panic = catch_unwind(AssertUnwindSafe(check)).expect_err("it is noticed");
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).expect("a panic with a text")
}

/// Breaks a fresh `whole` in each of these ways; `check` must then complain in these words.
///
/// # Panics
/// If something broken is not noticed, or something else is complained of; and if the whole is not.
pub(crate) fn each_is_noticed<T>(whole: impl Fn() -> T, check: impl Fn(&T), breaks: &[(&str, fn(&mut T))]) {
    check(&whole());
    for (wanted, break_it) in breaks {
        let mut broken = whole();
        break_it(&mut broken);
        let text = complaint(|| check(&broken));
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
}
