//! Axes: from values to positions, and the round values at which they are marked. Whole numbers only,
//! but for the logarithm.

use super::canvas::Point;
use crate::sim::time::Nanos;

const MILLI: u64 = 1_000_000;

/// Thousands apart: `59,412`.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `n / 10^digits` in decimals, without zeros at the end: `12.5`, `1,000`, `0.05`.
pub fn decimal(n: u64, digits: u32) -> String {
    let one = 10u64.pow(digits);
    let fraction = format!("{:0width$}", n % one, width = digits as usize);
    match fraction.trim_end_matches('0') {
        "" => thousands(n / one),
        fraction => format!("{}.{fraction}", thousands(n / one)),
    }
}

/// The smallest of 1, 2, 5, 10, 20, 50, ... that is not below `n`.
fn round_up_125(n: u64) -> u64 {
    let mut power = 1u64;
    loop {
        for factor in [1, 2, 5] {
            let step = power.saturating_mul(factor);
            if step >= n {
                return step;
            }
        }
        power = power.saturating_mul(10);
    }
}

/// A moment's place from left to right.
#[derive(Clone, Copy, Debug)]
pub struct TimeAxis {
    /// Where time begins.
    pub left: i32,
    /// Where the run ends.
    pub right: i32,
    end: Nanos,
}

/// The unit in which an axis of time counts.
struct Unit {
    name: &'static str,
    nanos: u64,
}

/// Steps between two marks, in milliseconds; below, powers of ten do.
const STEPS_MS: [u64; 26] = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000,
    1_200_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 43_200_000, 86_400_000,
];
/// At most so many marks, so that their labels stay apart.
const MARKS: u64 = 13;

impl TimeAxis {
    /// From zero to `end`.
    pub fn new(left: i32, right: i32, end: Nanos) -> TimeAxis {
        TimeAxis { left, right, end: end.max(Nanos(1)) }
    }
    /// The moment's place; what is after the end is at the end.
    pub fn x(&self, at: Nanos) -> i32 {
        let width = (self.right - self.left) as u128;
        let (at, end) = (u128::from(at.min(self.end).0), u128::from(self.end.0));
        self.left + ((at * width + end / 2) / end) as i32
    }
    /// The end of the run.
    pub fn end(&self) -> Nanos {
        self.end
    }
    fn unit(&self) -> Unit {
        match self.end.as_millis() {
            0..1_200_000 => Unit { name: "s", nanos: 1_000 * MILLI },
            1_200_000..14_400_000 => Unit { name: "min", nanos: 60_000 * MILLI },
            _ => Unit { name: "h", nanos: 3_600_000 * MILLI },
        }
    }
    /// What the axis counts: `simulated time (s)`.
    pub fn title(&self) -> String {
        format!("simulated time ({})", self.unit().name)
    }
    /// A stretch of time as the axis counts: `12–21.25 s`; one moment, where nothing lasts.
    pub fn span(&self, from: Nanos, to: Nanos) -> String {
        let unit = self.unit();
        let digits = |at: Nanos| {
            decimal(((u128::from(at.0) * 100 + u128::from(unit.nanos / 2)) / u128::from(unit.nanos)) as u64, 2)
        };
        let (first, last) = (digits(from), digits(to));
        if first == last { format!("{first} {}", unit.name) } else { format!("{first}–{last} {}", unit.name) }
    }
    /// Round moments and what to write there.
    pub fn ticks(&self) -> Vec<(Nanos, String)> {
        let fits = |step: &u64| self.end.0 / step < MARKS;
        let step = STEPS_MS.map(|ms| ms * MILLI).into_iter().find(fits);
        let step = step.unwrap_or_else(|| {
            round_up_125(self.end.0 / (24 * 3_600_000 * MILLI) / MARKS + 1) * 24 * 3_600_000 * MILLI
        });
        let unit = self.unit().nanos;
        let label = |at: u64| decimal((u128::from(at) * 1_000 / u128::from(unit)) as u64, 3);
        (0..=self.end.0 / step).map(|i| (Nanos(i * step), label(i * step))).collect()
    }
}

/// A count's place from the bottom up.
#[derive(Clone, Copy, Debug)]
pub struct Linear {
    top: i32,
    bottom: i32,
    step: u64,
    max: u64,
}

impl Linear {
    /// From zero to a round value not below `max`.
    pub fn new(top: i32, bottom: i32, max: u64) -> Linear {
        let step = round_up_125(max.div_ceil(5).max(1));
        Linear { top, bottom, step, max: max.max(1).div_ceil(step).saturating_mul(step) }
    }
    /// The value at the top.
    pub fn max(&self) -> u64 {
        self.max
    }
    /// The value's place; what is beyond the top is at the top.
    pub fn y(&self, value: u64) -> i32 {
        let height = (self.bottom - self.top) as u128;
        let max = u128::from(self.max);
        self.bottom - ((u128::from(value.min(self.max)) * height + max / 2) / max) as i32
    }
    /// Round values and what to write there.
    pub fn ticks(&self) -> Vec<(i32, String)> {
        (0..=self.max / self.step).map(|i| i * self.step).map(|v| (self.y(v), thousands(v))).collect()
    }
}

/// A duration's place on a logarithmic scale from the bottom up.
#[derive(Clone, Copy, Debug)]
pub struct LogScale {
    top: i32,
    bottom: i32,
    low: u64,
    high: u64,
}

/// More marks than this are labelled at powers of ten only.
const LABELLED: usize = 8;

impl LogScale {
    /// From the round value below `low` to the one above `high`; nothing below a microsecond.
    pub fn new(top: i32, bottom: i32, low: Nanos, high: Nanos) -> LogScale {
        let high = round_up_125(high.0.max(2_000));
        let mut below = 1_000;
        // A fifth of room, so that no line lies on the axis.
        let low = low.0 / 5 * 4;
        while round_up_125(below + 1) <= low && round_up_125(below + 1) < high {
            below = round_up_125(below + 1);
        }
        LogScale { top, bottom, low: below, high }
    }
    /// The duration's place.
    pub fn y(&self, value: Nanos) -> i32 {
        let log = |v: u64| libm::log10(v as f64);
        let part = (log(value.0.clamp(self.low, self.high)) - log(self.low)) / (log(self.high) - log(self.low));
        self.bottom - libm::round(part * f64::from(self.bottom - self.top)) as i32
    }
    /// Places of round values and what to write there, in milliseconds (nothing, where it would crowd).
    pub fn ticks(&self) -> Vec<(i32, String)> {
        let mut values = vec![self.low];
        while values[values.len() - 1] < self.high {
            values.push(round_up_125(values[values.len() - 1] + 1));
        }
        let all = values.len() <= LABELLED;
        let label = |v: u64| if all || 10u64.pow(v.ilog10()) == v { decimal(v, 6) } else { String::new() };
        values.into_iter().map(|v| (self.y(Nanos(v)), label(v))).collect()
    }
}

/// The points of a line that goes level from moment to moment and jumps where the value changes.
pub fn steps(points: impl IntoIterator<Item = Point>) -> Vec<Point> {
    let mut out: Vec<Point> = Vec::new();
    for (x, y) in points {
        if let Some((_, before)) = out.last().copied().filter(|(_, before)| *before != y) {
            go_to(&mut out, (x, before));
        }
        go_to(&mut out, (x, y));
    }
    out
}

/// Adds a point, in place of the last one where that lies on the way.
fn go_to(line: &mut Vec<Point>, to: Point) {
    if let [.., (_, before), (_, last)] = line[..]
        && before == last
        && last == to.1
    {
        line.pop();
    }
    line.push(to);
}
