//! Distributions of spans of time, and the tables that sample them.

use std::cell::RefCell;
use std::rc::Rc;

use super::Stream;
use crate::sim::time::Nanos;

/// How long something takes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Distribution {
    /// Always the same.
    Constant(Nanos),
    /// Any span of `low ..= high`, equally likely.
    Uniform {
        /// The least.
        low: Nanos,
        /// The greatest.
        high: Nanos,
    },
    /// Memoryless: the gaps of a Poisson process.
    Exponential {
        /// The average.
        mean: Nanos,
    },
    /// A bell on a logarithmic scale, as latencies of networks and disks have it.
    LogNormal {
        /// The median.
        p50: Nanos,
        /// The span that one draw in a hundred exceeds.
        p99: Nanos,
    },
}

impl Distribution {
    /// A span in the middle of it, for who has to reckon beforehand.
    pub fn typical(&self) -> Nanos {
        match *self {
            Distribution::Constant(span) => span,
            Distribution::Uniform { low, high } => Nanos(low.0 / 2 + high.0 / 2),
            Distribution::Exponential { mean } => mean,
            Distribution::LogNormal { p50, .. } => p50,
        }
    }
    /// A span that is exceeded only rarely.
    pub fn slow(&self) -> Nanos {
        match *self {
            Distribution::Constant(span) => span,
            Distribution::Uniform { high, .. } => high,
            Distribution::Exponential { mean } => Nanos(mean.0.saturating_mul(10)),
            Distribution::LogNormal { p99, .. } => Nanos(p99.0.saturating_mul(4)),
        }
    }

    /// Builds what draws from this distribution. The first time costs up to a millisecond; a thread remembers the
    /// last few tables, for they depend on nothing else, and runs of one scenario all want the same.
    ///
    /// # Panics
    /// `high` below `low`, `p99` below `p50`, or a `p50` of zero under a greater `p99`.
    pub fn compile(&self) -> Sampler {
        Sampler(match *self {
            Distribution::Constant(span) => Kind::Constant(span),
            Distribution::Uniform { low, high } => {
                assert!(low <= high, "uniform between {low:?} and {high:?}");
                Kind::Uniform { low: low.0, high: high.0 }
            }
            Distribution::Exponential { mean } => {
                let mean = mean.0 as f64;
                let halves = |p: f64| (-mean * libm::log1p(-p), -mean * libm::log(p));
                Kind::Table(remembered(*self, || Table::new(halves)))
            }
            Distribution::LogNormal { p50, p99 } if p50 == p99 => Kind::Constant(p50),
            Distribution::LogNormal { p50, p99 } => {
                assert!(Nanos::ZERO < p50 && p50 < p99, "log-normal with median {p50:?} and p99 {p99:?}");
                let median = p50.0 as f64;
                let sigma = libm::log(p99.0 as f64 / median) / NORMAL_P99;
                let mut tail = NormalTail::default();
                let halves = |p: f64| {
                    let deviate = tail.of(p);
                    (median * libm::exp(-sigma * deviate), median * libm::exp(sigma * deviate))
                };
                Kind::Table(remembered(*self, || Table::new(halves)))
            }
        })
    }
}

/// Draws spans from a [`Distribution`]. Clones share one table.
///
/// Uniform draws are exact. Others are within 1% of the exact quantile up to p99.99 and beyond; the
/// tails end at one draw in 2^33.
///
/// ```
/// use kafkasim::sim::random::{Distribution, Stream};
/// use kafkasim::sim::time::Nanos;
/// let hop = Distribution::LogNormal { p50: Nanos::from_micros(200), p99: Nanos::from_millis(2) }.compile();
/// let mut stream = Stream::new(1, "hop");
/// let faster = (0..1_000).filter(|_| hop.sample(&mut stream) < Nanos::from_micros(200)).count();
/// assert!((450..550).contains(&faster));
/// ```
#[derive(Clone, Debug)]
pub struct Sampler(Kind);

#[derive(Clone, Debug)]
enum Kind {
    Constant(Nanos),
    Uniform { low: u64, high: u64 },
    Table(Rc<Table>),
}

impl Sampler {
    /// One span. A constant draws nothing from the stream.
    #[inline]
    pub fn sample(&self, stream: &mut Stream) -> Nanos {
        match &self.0 {
            Kind::Constant(span) => *span,
            Kind::Uniform { low, high } => Nanos(stream.between(*low, *high)),
            Kind::Table(table) => Nanos(table.quantile(stream.next_u64())),
        }
    }

    /// What these 64 random bits are turned into.
    #[cfg(test)]
    pub(super) fn quantile(&self, bits: u64) -> u64 {
        match &self.0 {
            Kind::Table(table) => table.quantile(bits),
            other => panic!("{other:?} has no table"),
        }
    }
}

/// Tables that a thread remembers at most: those of some scenarios, in a quarter of a megabyte.
const REMEMBERED: usize = 16;

thread_local! {
    /// The last used comes first.
    static TABLES: RefCell<Vec<(Distribution, Rc<Table>)>> = const { RefCell::new(Vec::new()) };
}

/// The table of a distribution, built unless it was built lately.
fn remembered(of: Distribution, build: impl FnOnce() -> Table) -> Rc<Table> {
    TABLES.with_borrow_mut(|tables| {
        let found = tables.iter().position(|(known, _)| *known == of);
        let entry = found.map_or_else(|| (of, Rc::new(build())), |index| tables.remove(index));
        let table = entry.1.clone();
        tables.truncate(REMEMBERED - 1);
        tables.insert(0, entry);
        table
    })
}

/// Halvings of the tail probability that the table resolves, and equal steps within each.
const OCTAVES: u32 = 32;
const STEPS_LOG2: u32 = 5;
/// Knots of one half: every step of every octave, and the median.
const KNOTS: usize = ((OCTAVES as usize) << STEPS_LOG2) + 1;

/// An inverse cumulative distribution function in nanoseconds, interpolated linearly.
///
/// The knots lie as floating-point numbers do: equally many in every halving of the probability of
/// lying farther out, at both ends. So the p99.99 is as exact as the median, which a table with equal
/// steps of probability could only reach with a hundred thousand entries.
#[derive(Debug)]
struct Table {
    lower: Box<[u64; KNOTS]>,
    upper: Box<[u64; KNOTS]>,
}

impl Table {
    /// `quantiles` gives the two quantiles beyond which there is this probability, at the lower and the upper end.
    fn new(mut quantiles: impl FnMut(f64) -> (f64, f64)) -> Table {
        let (mut lower, mut upper) = (Box::new([0; KNOTS]), Box::new([0; KNOTS]));
        // From the median outwards: the normal quantile starts from its neighbour.
        for index in (0..KNOTS).rev() {
            let (low, high) = quantiles(tail_probability(index));
            (lower[index], upper[index]) = (to_nanos(low), to_nanos(high));
        }
        Table { lower, upper }
    }

    /// The quantile for 64 random bits: one for the end, 63 for how far out.
    #[inline]
    fn quantile(&self, bits: u64) -> u64 {
        let half = if bits & 1 == 0 { &self.lower } else { &self.upper };
        // Tail probability in units of 2^-64, between 2^-33 and 1/2; its leading one tells the octave.
        let tail = (bits >> 1).max(1 << (63 - OCTAVES));
        let octave = OCTAVES - tail.leading_zeros();
        let mantissa = tail << (tail.leading_zeros() + 1);
        let step = mantissa >> (64 - STEPS_LOG2);
        let fraction = (mantissa << STEPS_LOG2) >> 32;
        let index = (((octave as usize) << STEPS_LOG2) | step as usize).min(KNOTS - 2);
        // Knots lie below 2^63, fractions below 2^32.
        let (from, to) = (half[index] as i64, half[index + 1] as i64);
        match i32::try_from(to - from) {
            Ok(rise) => (from + ((i64::from(rise) * fraction as i64 + (1 << 31)) >> 32)) as u64,
            Err(_) => {
                let rise = i128::from(to - from) * i128::from(fraction) + (1 << 31);
                (i128::from(from) + (rise >> 32)) as u64
            }
        }
    }
}

/// The probability of lying farther out than the knot at `index`.
fn tail_probability(index: usize) -> f64 {
    let octave = (index >> STEPS_LOG2) as i32;
    let step = (index & ((1 << STEPS_LOG2) - 1)) as f64;
    let steps = f64::from(1u32 << STEPS_LOG2);
    libm::ldexp(1.0 + step / steps, octave - OCTAVES as i32 - 1)
}

/// To the nearest nanosecond, and to 2^62 (146 years) at most.
fn to_nanos(span: f64) -> u64 {
    ((span + 0.5) as u64).min(1 << 62)
}

/// The standard normal's 99th percentile.
const NORMAL_P99: f64 = 2.326_347_874_040_841;

/// The standard normal's upper quantiles, by Newton's method on the logarithm of the tail, which is
/// concave, so that a start nearer to the median converges. Fed from the median outwards.
#[derive(Default)]
struct NormalTail {
    deviate: f64,
}

impl NormalTail {
    fn of(&mut self, p: f64) -> f64 {
        if p >= 0.5 {
            self.deviate = 0.0;
        }
        let goal = libm::log(p);
        for _ in 0..6 {
            let tail = 0.5 * libm::erfc(self.deviate * std::f64::consts::FRAC_1_SQRT_2);
            let density = libm::exp(-0.5 * self.deviate * self.deviate) / libm::sqrt(2.0 * std::f64::consts::PI);
            self.deviate += (libm::log(tail) - goal) * tail / density;
        }
        self.deviate
    }
}
