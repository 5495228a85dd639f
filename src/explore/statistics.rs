//! How sure one may be of what many seeds show: intervals and tests.
//!
//! Floats are at home here and reach no history; logarithms and the like come from `libm`, so that the same runs give
//! the same digits on every machine.

/// An estimate with its interval.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Interval {
    /// The larger of the distances from a value within it to its ends.
    pub fn reach(&self, from: f64) -> f64 {
        (from - self.low).max(self.high - from)
    }
}

/// How often an interval may miss, at the `look`th time (from 1) that somebody looks and may stop. Over any number of
/// looks it adds up to `alpha`: whenever one stops, and for whatever reason, the intervals of all looks together miss no
/// more often than that.
pub fn spent(alpha: f64, look: u32) -> f64 {
    alpha / (f64::from(look) * (f64::from(look) + 1.0))
}

/// Clopper's and Pearson's interval for a probability of which `hits` in `runs` were seen: it misses with `alpha` at
/// most, however few the runs.
pub fn share(hits: u64, runs: u64, alpha: f64) -> Interval {
    let (k, n) = (hits as f64, runs as f64);
    let low = if hits == 0 { 0.0 } else { beta_quantile(alpha / 2.0, k, n - k + 1.0) };
    let high = if hits >= runs { 1.0 } else { beta_quantile(1.0 - alpha / 2.0, k + 1.0, n - k) };
    Interval { low, high }
}

/// Tango's score interval for the difference of two probabilities that were seen in the same `runs`: `gained` times the
/// second alone, `gone` times the first alone (Statistics in Medicine 17, 1998, 891-908).
pub fn paired_share(gone: u64, gained: u64, runs: u64, alpha: f64) -> Interval {
    let z = normal_quantile(1.0 - alpha / 2.0);
    let (b, c, n) = (gone as f64, gained as f64, runs as f64);
    // How far a difference is from what was seen, in standard errors as they are if it is the true one.
    let score = |difference: f64| {
        let p = -b - c + (2.0 * n - c + b) * difference;
        let q = -b * difference * (1.0 - difference);
        let share = (libm::sqrt((p * p - 8.0 * n * q).max(0.0)) - p) / (4.0 * n);
        let variance = n * (2.0 * share + difference * (1.0 - difference));
        (c - b - n * difference) / libm::sqrt(variance.max(1e-300))
    };
    let seen = (c - b) / n;
    let low = if seen <= -1.0 { -1.0 } else { bisect(-1.0, seen, |difference| score(difference) < z) };
    let high = if seen >= 1.0 { 1.0 } else { bisect(seen, 1.0, |difference| score(difference) < -z) };
    Interval { low, high }
}

/// McNemar's exact test: how likely a split as uneven as this is, or one more so, if nothing but chance decides which
/// of the two it was.
pub fn mcnemar(gone: u64, gained: u64) -> f64 {
    let (less, more) = (gone.min(gained), gone.max(gained));
    if less == more {
        return 1.0;
    }
    // That of n tosses at least `more` are heads.
    (2.0 * incomplete_beta(more as f64, less as f64 + 1.0, 0.5)).min(1.0)
}

/// Mean of a sample and Student's interval for it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Mean {
    /// How many values.
    pub count: u64,
    /// Their mean.
    pub mean: f64,
    /// Its standard error; none of a single value.
    error: Option<f64>,
}

impl Mean {
    /// Of these; none of no values.
    pub fn of(values: impl Iterator<Item = f64> + Clone) -> Option<Mean> {
        let count = values.clone().count();
        if count == 0 {
            return None;
        }
        let n = count as f64;
        let mean = values.clone().sum::<f64>() / n;
        let squares = values.map(|value| (value - mean) * (value - mean)).sum::<f64>();
        let error = (count > 1).then(|| libm::sqrt(squares / (n - 1.0) / n));
        Some(Mean { count: count as u64, mean, error })
    }
    /// Student's interval; none of a single value.
    pub fn interval(&self, alpha: f64) -> Option<Interval> {
        let reach = student_quantile(1.0 - alpha / 2.0, self.count as f64 - 1.0) * self.error?;
        Some(Interval { low: self.mean - reach, high: self.mean + reach })
    }
    /// How likely a mean so far from zero is, or one farther, if the true one is zero; none of a single value.
    pub fn is_zero(&self) -> Option<f64> {
        let error = self.error?;
        if error == 0.0 {
            // All values are alike: what is left is that all of them lie on one side, as heads and tails do.
            return Some(if self.mean == 0.0 { 1.0 } else { libm::pow(0.5, self.count as f64 - 1.0) });
        }
        Some(student_tails(self.mean / error, self.count as f64 - 1.0))
    }
}

/// Which of several tests have found something, if with `alpha` at most any of them may say so falsely (Holm).
pub fn holm(tests: &[f64], alpha: f64) -> Vec<bool> {
    let mut order: Vec<usize> = (0..tests.len()).collect();
    order.sort_by(|a, b| tests[*a].total_cmp(&tests[*b]));
    let mut found = vec![false; tests.len()];
    for (rank, index) in order.into_iter().enumerate() {
        if tests[index] > alpha / (tests.len() - rank) as f64 {
            break;
        }
        found[index] = true;
    }
    found
}

// --- distributions -------------------------------------------------------------------------------

/// The value that a standard normal variable does not exceed with this probability.
pub fn normal_quantile(probability: f64) -> f64 {
    bisect(-40.0, 40.0, |z| 0.5 * libm::erfc(-z / core::f64::consts::SQRT_2) >= probability)
}

/// The same of Student's t.
fn student_quantile(probability: f64, freedom: f64) -> f64 {
    // Beyond, it is the tail that counts, and the tail of one degree of freedom is long.
    bisect(0.0, 1e9, |t| student_tails(t, freedom) / 2.0 <= 1.0 - probability)
}

/// How likely Student's t is as far from zero as this, or farther, on either side.
fn student_tails(t: f64, freedom: f64) -> f64 {
    incomplete_beta(freedom / 2.0, 0.5, freedom / (freedom + t * t))
}

fn beta_quantile(probability: f64, a: f64, b: f64) -> f64 {
    bisect(0.0, 1.0, |x| incomplete_beta(a, b, x) >= probability)
}

/// Where something becomes true that is false below and true above.
fn bisect(mut low: f64, mut high: f64, is_above: impl Fn(f64) -> bool) -> f64 {
    // A float has no more than some two thousand halvings; these are enough for all digits that are printed.
    for _ in 0..200 {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            break;
        }
        if is_above(middle) { high = middle } else { low = middle }
    }
    low + (high - low) / 2.0
}

/// The regularised incomplete beta function I_x(a, b): what a variable with the beta distribution does not exceed.
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    // The fraction converges fast below the mean; beyond, from the other side.
    if x > (a + 1.0) / (a + b + 2.0) {
        return 1.0 - incomplete_beta(b, a, 1.0 - x);
    }
    let front = libm::lgamma(a + b) - libm::lgamma(a) - libm::lgamma(b) + a * libm::log(x) + b * libm::log1p(-x);
    (libm::exp(front) * beta_fraction(a, b, x) / a).clamp(0.0, 1.0)
}

/// Its continued fraction, by the method of Lentz.
fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut c = 1.0;
    let mut d = 1.0 / away(1.0 - (a + b) * x / (a + 1.0));
    let mut fraction = d;
    for m in 1..10_000 {
        let m = f64::from(m);
        for step in [
            m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0)),
        ] {
            d = 1.0 / away(1.0 + step * d);
            c = away(1.0 + step / c);
            fraction *= d * c;
        }
        if (d * c - 1.0).abs() < 1e-15 {
            break;
        }
    }
    fraction
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::random::Stream;

    fn close(a: f64, b: f64, by: f64) {
        assert!((a - b).abs() <= by, "{a} is not {b}");
    }
    fn ends(interval: Interval, low: f64, high: f64, by: f64) {
        close(interval.low, low, by);
        close(interval.high, high, by);
    }

    /// Quantiles as printed in any table.
    #[test]
    fn quantiles_are_those_of_the_tables() {
        close(normal_quantile(0.975), 1.959_964, 1e-6);
        close(normal_quantile(0.995), 2.575_829, 1e-6);
        for (freedom, t) in
            [(1.0, 12.706_205), (2.0, 4.302_653), (9.0, 2.262_157), (30.0, 2.042_272), (199.0, 1.971_957)]
        {
            close(student_quantile(0.975, freedom), t, 1e-5);
        }
        close(student_quantile(0.995, 1.0), 63.656_741, 1e-4);
        close(student_tails(2.228_139, 10.0), 0.05, 1e-6);
    }

    /// The rule of three and what follows from it: none of n leaves 1 - (alpha/2)^(1/n); and values printed by Clopper
    /// and Pearson's successors for 10 of 100 and 1 of 10.
    #[test]
    fn an_interval_of_a_share_is_clopper_and_pearsons() {
        for runs in [1, 10, 200] {
            let none = 1.0 - libm::pow(0.025, 1.0 / runs as f64);
            ends(share(0, runs, 0.05), 0.0, none, 1e-9);
            ends(share(runs, runs, 0.05), 1.0 - none, 1.0, 1e-9);
        }
        ends(share(10, 100, 0.05), 0.049_005, 0.176_223, 1e-6);
        ends(share(1, 10, 0.05), 0.002_529, 0.445_016, 1e-6);
        ends(share(5, 10, 0.05), 0.187_086, 0.812_914, 1e-6);
    }

    /// By hand: 2 * (1 + 8) / 2^8 for 1 against 7; and one side alone.
    #[test]
    fn mcnemars_test_counts_tosses() {
        close(mcnemar(0, 5), 2.0 / 32.0, 1e-12);
        close(mcnemar(1, 7), 18.0 / 256.0, 1e-12);
        close(mcnemar(7, 1), 18.0 / 256.0, 1e-12);
        assert_eq!((mcnemar(0, 0), mcnemar(4, 4)), (1.0, 1.0));
    }

    /// At its ends the score is just z; where nothing differs in n runs the ends are z^2 / (n + z^2) away.
    #[test]
    fn an_interval_of_a_paired_difference_is_tangos() {
        let z2 = normal_quantile(0.975) * normal_quantile(0.975);
        ends(paired_share(0, 0, 200, 0.05), -z2 / (200.0 + z2), z2 / (200.0 + z2), 1e-9);
        let (one, other) = (paired_share(12, 2, 50, 0.05), paired_share(2, 12, 50, 0.05));
        ends(one, -other.high, -other.low, 1e-9);
        // Worked out apart, by bisection of the score.
        ends(other, 0.061_112, 0.344_709, 1e-5);
        ends(paired_share(1, 9, 44, 0.05), 0.050_333, 0.328_341, 1e-5);
        ends(paired_share(0, 20, 20, 0.05), 0.677_750, 1.0, 1e-5);
    }

    #[test]
    fn a_mean_has_students_interval() {
        let mean = Mean::of([1.0, 2.0, 3.0, 4.0, 5.0].into_iter()).expect("values");
        close(mean.mean, 3.0, 1e-12);
        ends(mean.interval(0.05).expect("several"), 3.0 - 1.963_243, 3.0 + 1.963_243, 1e-5);
        let one = Mean::of([4.0].into_iter()).expect("a value");
        assert_eq!((one.interval(0.05), one.is_zero()), (None, None));
        assert_eq!(Mean::of(std::iter::empty()), None);
        let same = Mean::of([2.0, 2.0].into_iter()).expect("values");
        assert_eq!(same.is_zero(), Some(0.5), "two are few");
    }

    #[test]
    fn of_many_tests_fewer_speak() {
        assert_eq!(holm(&[0.01, 0.04, 0.03], 0.05), [true, false, false]);
        assert_eq!(holm(&[0.001, 0.02, 0.04], 0.05), [true, true, true]);
        assert_eq!(holm(&[], 0.05), [false; 0]);
    }

    /// How often the truth is inside, over many samples that a seed decides.
    fn covered(samples: u32, mut inside: impl FnMut(&mut Stream) -> bool) -> f64 {
        let mut random = Stream::new(7, "coverage");
        let hits = (0..samples).filter(|_| inside(&mut random)).count();
        hits as f64 / f64::from(samples)
    }
    fn hits(random: &mut Stream, runs: u64, per_mille: u64) -> u64 {
        (0..runs).filter(|_| random.below(1000) < per_mille).count() as u64
    }

    /// Three standard errors of what was counted are allowed for.
    #[test]
    fn intervals_cover_as_often_as_they_say() {
        let samples = if cfg!(debug_assertions) { 1_500 } else { 20_000 };
        let slack = 3.0 * libm::sqrt(0.95 * 0.05 / f64::from(samples));
        for (runs, per_mille) in [(10, 20), (40, 100), (100, 500), (100, 980)] {
            let truth = per_mille as f64 / 1000.0;
            let seen = covered(samples, |random| {
                let interval = share(hits(random, runs, per_mille), runs, 0.05);
                interval.low <= truth && truth <= interval.high
            });
            assert!(seen >= 0.95 - slack, "{runs} runs, {per_mille} per mille: {seen}");
        }
        // The score interval is not exact: close to what it says from some dozens of runs on.
        for (gone, gained) in [(50, 200), (100, 100), (0, 150)] {
            let truth = (gained as f64 - gone as f64) / 1000.0;
            let seen = covered(samples, |random| {
                let draws: Vec<u64> = (0..60).map(|_| random.below(1000)).collect();
                let first = draws.iter().filter(|draw| **draw < gone).count() as u64;
                let second = draws.iter().filter(|draw| (gone..gone + gained).contains(draw)).count() as u64;
                let interval = paired_share(first, second, 60, 0.05);
                interval.low <= truth && truth <= interval.high
            });
            assert!(seen >= 0.935 - slack, "{gone} and {gained}: {seen}");
        }
    }

    /// Whoever looks again and again and stops when it pleases him is deceived no more often than he allows for; with
    /// the plain interval he is.
    #[test]
    fn looking_again_and_again_deceives_nobody() {
        let samples = if cfg!(debug_assertions) { 400 } else { 4_000 };
        let looks = [10, 20, 40, 80, 160];
        let missed = |spend: &dyn Fn(u32) -> f64| {
            1.0 - covered(samples, |random| {
                let mut seen = 0;
                looks.iter().enumerate().all(|(look, runs)| {
                    seen += hits(random, if look == 0 { *runs } else { runs / 2 }, 300);
                    let interval = share(seen, *runs, spend(look as u32 + 1));
                    interval.low <= 0.3 && 0.3 <= interval.high
                })
            })
        };
        let (careful, careless) = (missed(&|look| spent(0.05, look)), missed(&|_| 0.05));
        assert!(careful <= 0.05, "{careful}");
        assert!(careless > 0.05, "{careless}");
        close((1..10_000).map(|look| spent(0.05, look)).sum(), 0.05, 1e-5);
    }
}
