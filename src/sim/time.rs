//! Virtual time: integer nanoseconds since the start of a run.

use std::fmt;
use std::ops::{Add, AddAssign, Sub};

/// An instant (since the start of the run) or a span, in nanoseconds.
///
/// One type serves both, as in the kernels of old: the origin of every run is zero, so an instant
/// *is* the span since the start. Arithmetic that leaves the range is a bug of the caller and
/// panics; use [`Nanos::saturating_add`] where "never" is meant.
///
/// ```
/// use kafkasim::sim::time::Nanos;
/// let crash = Nanos::from_secs(12);
/// assert_eq!((crash + Nanos::from_millis(250)).to_string(), "12.250s");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Nanos(pub u64);

impl Nanos {
    /// The start of the run; the empty span.
    pub const ZERO: Nanos = Nanos(0);
    /// "Never": later than anything that happens.
    pub const MAX: Nanos = Nanos(u64::MAX);

    /// From nanoseconds.
    pub const fn from_nanos(n: u64) -> Nanos {
        Nanos(n)
    }
    /// From microseconds.
    pub const fn from_micros(n: u64) -> Nanos {
        Nanos(n * 1_000)
    }
    /// From milliseconds.
    pub const fn from_millis(n: u64) -> Nanos {
        Nanos(n * 1_000_000)
    }
    /// From seconds.
    pub const fn from_secs(n: u64) -> Nanos {
        Nanos(n * 1_000_000_000)
    }
    /// Whole milliseconds, rounded down.
    pub const fn as_millis(self) -> u64 {
        self.0 / 1_000_000
    }
    /// The sum, or [`Nanos::MAX`] where it would overflow.
    pub const fn saturating_add(self, other: Nanos) -> Nanos {
        Nanos(self.0.saturating_add(other.0))
    }
    /// The difference, or zero where `other` is later.
    pub const fn saturating_sub(self, other: Nanos) -> Nanos {
        Nanos(self.0.saturating_sub(other.0))
    }
    /// `self * n`, or [`Nanos::MAX`] where it would overflow.
    pub const fn saturating_mul(self, n: u64) -> Nanos {
        Nanos(self.0.saturating_mul(n))
    }
}

/// How long `bytes` take at a bandwidth, rounded up; [`Nanos::MAX`] beyond the range of time.
pub(crate) fn span_of(bytes: u64, bytes_per_second: u64) -> Nanos {
    const SECOND: u64 = 1_000_000_000;
    match bytes.checked_mul(SECOND) {
        Some(product) => Nanos(product.div_ceil(bytes_per_second)),
        None => {
            let nanos = (u128::from(bytes) * u128::from(SECOND)).div_ceil(u128::from(bytes_per_second));
            Nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
        }
    }
}

impl Add for Nanos {
    type Output = Nanos;
    fn add(self, other: Nanos) -> Nanos {
        Nanos(self.0 + other.0)
    }
}
impl AddAssign for Nanos {
    fn add_assign(&mut self, other: Nanos) {
        self.0 += other.0;
    }
}
impl Sub for Nanos {
    type Output = Nanos;
    fn sub(self, other: Nanos) -> Nanos {
        Nanos(self.0 - other.0)
    }
}
impl fmt::Display for Nanos {
    /// Seconds with three decimals, the unit of every timeline (`12.250s`).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}s", self.0 / 1_000_000_000, self.0 / 1_000_000 % 1_000)
    }
}
impl fmt::Debug for Nanos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Nanos::MAX { f.write_str("never") } else { fmt::Display::fmt(self, f) }
    }
}
