//! Figures as people read them.

use crate::protocol::rack_traffic::CarriedBytes;
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

/// How much of what was carried crossed racks: `1,234 of 5,678 bytes`.
pub fn crossed(carried: &CarriedBytes) -> String {
    let CarriedBytes { crossed, within, unplaced } = *carried;
    let of = |placed: u64| format!("{} of {} bytes", thousands(crossed), thousands(placed));
    match (crossed + within, unplaced) {
        (0, 0) => "nothing was carried".into(),
        (placed, 0) => of(placed),
        (0, unplaced) => format!("not known of {} bytes, from or to processes without a rack", thousands(unplaced)),
        (placed, unplaced) => {
            format!("{}, and of {} more it is not known: a process without a rack", of(placed), thousands(unplaced))
        }
    }
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

/// A time as scenario files have it, in the largest unit that loses nothing: `30s`, `1500ms`.
pub fn exact(t: Nanos) -> String {
    let units = [("s", 1_000_000_000), ("ms", 1_000_000), ("us", 1_000), ("ns", 1)];
    let (unit, size) =
        units.into_iter().find(|(_, size)| t.0.is_multiple_of(*size)).expect("one nanosecond divides all");
    format!("{}{unit}", t.0 / size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exact_time_loses_nothing() {
        for (t, text) in [(30_000_000_000, "30s"), (1_500_000_000, "1500ms"), (12_008_000_001, "12008000001ns")] {
            assert_eq!(exact(Nanos(t)), text);
        }
    }
}
