//! Figures as people read them.

use crate::sim::time::Nanos;

/// `12345` as `12,345`.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A latency with three significant digits.
pub fn short(t: Nanos) -> String {
    match t.0 {
        n if n < 1_000_000 => format!("{} us", n / 1_000),
        n if n < 10_000_000 => format!("{}.{} ms", n / 1_000_000, n / 100_000 % 10),
        n if n < 1_000_000_000 => format!("{} ms", n / 1_000_000),
        n => format!("{}.{:02} s", n / 1_000_000_000, n / 10_000_000 % 100),
    }
}
