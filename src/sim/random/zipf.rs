//! Which of many keys: the few that are frequent and the many that are rare.

use super::Stream;

/// Ranks `0 .. count` with probability proportional to `1 / (rank + 1)^exponent`.
///
/// An alias table: one draw and one or two look-ups, whatever the count.
///
/// ```
/// use kafkasim::sim::random::{Stream, Zipf};
/// let keys = Zipf::new(1_000, 1.0);
/// let mut stream = Stream::new(1, "keys");
/// let first = (0..1_000).filter(|_| keys.sample(&mut stream) == 0).count();
/// assert!((90..180).contains(&first));
/// ```
#[derive(Clone, Debug)]
pub struct Zipf {
    columns: Vec<Column>,
}

/// A column of the alias table holds its own rank up to `threshold`, and another above.
#[derive(Clone, Copy, Debug)]
struct Column {
    threshold: u64,
    alias: u32,
}

/// Weights are integers in units of 2^-40 of the most frequent key's, so the table is exact in them.
const ONE: u64 = 1 << 40;

impl Zipf {
    /// The table for `count` ranks; no ranks count as one. Exponent 0 makes all equally frequent.
    ///
    /// # Panics
    /// The exponent is negative or not finite.
    pub fn new(count: u32, exponent: f64) -> Zipf {
        assert!(exponent >= 0.0 && exponent.is_finite(), "Zipf exponent {exponent}");
        let weights: Vec<u64> = (1..=count.max(1)).map(|rank| weight(rank, exponent)).collect();
        let total: u128 = weights.iter().copied().map(u128::from).sum();
        Zipf { columns: alias_table(&weights, total) }
    }

    /// One rank; 0 is the most frequent.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> u32 {
        let product = u128::from(stream.next_u64()) * self.columns.len() as u128;
        let (rank, fraction) = ((product >> 64) as u32, product as u64);
        let column = self.columns[rank as usize];
        if fraction < column.threshold { rank } else { column.alias }
    }
}

fn weight(rank: u32, exponent: f64) -> u64 {
    ((ONE as f64 * libm::pow(f64::from(rank), -exponent)) as u64).max(1)
}

/// Vose's method: each column that is too low is filled up from one that is too high.
fn alias_table(weights: &[u64], total: u128) -> Vec<Column> {
    // In units of 1 / (total * count): a full column is `total`.
    let mut filled: Vec<u128> = weights.iter().map(|w| u128::from(*w) * weights.len() as u128).collect();
    let mut columns: Vec<Column> =
        (0..weights.len()).map(|rank| Column { threshold: u64::MAX, alias: rank as u32 }).collect();
    let (mut low, mut high): (Vec<usize>, Vec<usize>) = (0..weights.len()).partition(|rank| filled[*rank] < total);
    while let (Some(poor), Some(&rich)) = (low.pop(), high.last()) {
        columns[poor] = Column { threshold: share(filled[poor], total), alias: rich as u32 };
        filled[rich] -= total - filled[poor];
        if filled[rich] < total {
            high.pop();
            low.push(rich);
        }
    }
    columns
}

/// `part / whole` as a fraction of 2^64, to 40 bits (`part` may take 72).
fn share(part: u128, whole: u128) -> u64 {
    (((part << 40) / whole) as u64) << 24
}
