use super::*;
use crate::sim::time::Nanos;

const DRAWS: usize = 200_000;

/// Sorted draws.
fn draws(distribution: Distribution, seed: u64) -> Vec<f64> {
    let sampler = distribution.compile();
    let mut stream = Stream::new(seed, "draws");
    let mut all: Vec<f64> = (0..DRAWS).map(|_| sampler.sample(&mut stream).0 as f64).collect();
    all.sort_by(f64::total_cmp);
    all
}

fn quantile(sorted: &[f64], q: f64) -> f64 {
    sorted[(q * sorted.len() as f64) as usize]
}

fn mean(all: &[f64]) -> f64 {
    all.iter().sum::<f64>() / all.len() as f64
}

fn close(got: f64, want: f64, tolerance: f64, what: &str) {
    assert!((got / want - 1.0).abs() < tolerance, "{what}: {got} instead of {want}");
}

#[test]
fn an_exponential_has_its_mean_and_its_tails() {
    let all = draws(Distribution::Exponential { mean: Nanos(1_000_000) }, 1);
    close(mean(&all), 1e6, 0.01, "mean");
    for (q, factor) in [(0.5, std::f64::consts::LN_2), (0.99, 4.605_170), (0.999, 6.907_755)] {
        close(quantile(&all, q), 1e6 * factor, 0.04, "quantile");
    }
}

#[test]
fn a_log_normal_has_its_median_and_its_p99() {
    let all = draws(Distribution::LogNormal { p50: Nanos(500_000), p99: Nanos(5_000_000) }, 2);
    let sigma = libm::log(10.0) / 2.326_348;
    close(quantile(&all, 0.5), 5e5, 0.01, "median");
    close(quantile(&all, 0.99), 5e6, 0.04, "p99");
    close(quantile(&all, 0.01), 5e4, 0.04, "p1");
    close(mean(&all), 5e5 * libm::exp(sigma * sigma / 2.0), 0.02, "mean");
}

#[test]
fn a_uniform_fills_its_range_and_a_constant_is_one() {
    let all = draws(Distribution::Uniform { low: Nanos(100), high: Nanos(109) }, 3);
    for (n, value) in (100..110).enumerate() {
        close(quantile(&all, n as f64 / 10.0 + 0.05), f64::from(value), 1e-9, "decile");
    }
    let mut stream = Stream::new(4, "constant");
    let mut untouched = stream.clone();
    assert_eq!(Distribution::Constant(Nanos(7)).compile().sample(&mut stream), Nanos(7));
    assert_eq!(stream.next_u64(), untouched.next_u64(), "a constant draws nothing");
}

/// The table against the exact quantile, at probabilities that are no knots.
#[test]
fn quantiles_are_exact_to_a_part_in_two_hundred_far_into_the_tails() {
    let exponential = Distribution::Exponential { mean: Nanos(1_000_000_000) };
    let heavy = Distribution::LogNormal { p50: Nanos(1_000_000_000), p99: Nanos(30_000_000_000) };
    // Upper tail probability, normal deviate.
    let exact = [
        (0.158_655_253_931_457, 1.0),
        (0.022_750_131_948_179, 2.0),
        (0.01, 2.326_347_874_040_841),
        (0.001_349_898_031_630, 3.0),
        (0.000_1, 3.719_016_485_455_68),
        (3.167_124_183_311_99e-5, 4.0),
        (2.866_515_718_791_94e-7, 5.0),
    ];
    let sigma = libm::log(30.0) / 2.326_347_874_040_841;
    for (p, deviate) in exact {
        close(at_upper_tail(exponential, p), -1e9 * libm::log(p), 0.005, "exponential");
        close(at_upper_tail(heavy, p), 1e9 * libm::exp(sigma * deviate), 0.005, "log-normal");
    }
}

/// What the bits that mean "exceeded with probability `p`" are turned into.
fn at_upper_tail(distribution: Distribution, p: f64) -> f64 {
    let bits = (libm::ldexp(p, 64) as u64) << 1 | 1;
    distribution.compile().quantile(bits) as f64
}

#[test]
fn quantiles_rise_with_probability_without_a_jump_at_the_median() {
    for distribution in [
        Distribution::Exponential { mean: Nanos(1_000_000) },
        Distribution::LogNormal { p50: Nanos(1_000_000), p99: Nanos(9_000_000) },
    ] {
        let sampler = distribution.compile();
        let of = |bits| sampler.quantile(bits);
        let (mut lower, mut upper) = (0, u64::MAX);
        for eighths in 0..63 * 8 {
            let tail = (1u64 << (eighths / 8)) + ((1u64 << (eighths / 8)) >> 3) * (eighths % 8);
            assert!(of(tail << 1) >= lower && of(tail << 1 | 1) <= upper);
            (lower, upper) = (of(tail << 1), of(tail << 1 | 1));
        }
        let middle = u64::MAX >> 1;
        assert!(of(middle << 1).abs_diff(of(middle << 1 | 1)) <= 1);
    }
}

/// The first draws of each kind: a change here changes every run ever recorded.
#[test]
fn draws_repeat_exactly() {
    let first = |distribution: Distribution| {
        let sampler = distribution.compile();
        let mut stream = Stream::new(42, "golden");
        std::array::from_fn::<u64, 4, _>(|_| sampler.sample(&mut stream).0)
    };
    let mut stream = Stream::new(42, "golden");
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"), prepend_module_to_snapshot => false
    }, {
        insta::assert_debug_snapshot!("sim_random_golden", (
            std::array::from_fn::<u64, 4, _>(|_| stream.next_u64()),
            first(Distribution::Uniform { low: Nanos(1_000), high: Nanos(2_000_000) }),
            first(Distribution::Exponential { mean: Nanos(1_000_000) }),
            first(Distribution::LogNormal { p50: Nanos(500_000), p99: Nanos(5_000_000) }),
            table_digest(Distribution::Exponential { mean: Nanos(1_000_000) }),
            table_digest(Distribution::LogNormal { p50: Nanos(500_000), p99: Nanos(5_000_000) }),
            {
                let zipf = Zipf::new(1_000, 0.99);
                let mut stream = Stream::new(42, "golden");
                std::array::from_fn::<u32, 12, _>(|_| zipf.sample(&mut stream))
            },
        ));
    });
}

/// Over many draws, so that one knot that differs shows.
fn table_digest(distribution: Distribution) -> u64 {
    let sampler = distribution.compile();
    let mut stream = Stream::new(43, "digest");
    (0..20_000)
        .fold(0, |digest, _| xxhash_rust::xxh3::xxh3_64_with_seed(&sampler.sample(&mut stream).0.to_le_bytes(), digest))
}

#[test]
fn streams_with_different_labels_or_seeds_share_nothing() {
    let bits = |seed, label: &str| {
        let mut stream = Stream::new(seed, label);
        (0..256).map(|_| stream.next_u64()).collect::<Vec<_>>()
    };
    let base = bits(1, "link 0->1");
    for other in [bits(1, "link 1->0"), bits(2, "link 0->1"), bits(1, "link 0->11")] {
        assert!(base.iter().all(|number| !other.contains(number)));
        let differing: u32 = base.iter().zip(&other).map(|(a, b)| (a ^ b).count_ones()).sum();
        assert!((7_900..8_500).contains(&differing), "{differing} of 16384 bits differ");
    }
}

#[test]
fn zipf_ranks_come_as_often_as_their_weights_say() {
    for exponent in [0.0, 0.8, 1.2] {
        let zipf = Zipf::new(50, exponent);
        let mut stream = Stream::new(5, "zipf");
        let mut counts = [0u32; 50];
        for _ in 0..DRAWS {
            counts[zipf.sample(&mut stream) as usize] += 1;
        }
        let total: f64 = (1..=50).map(|rank| libm::pow(f64::from(rank), -exponent)).sum();
        for rank in [0usize, 1, 4, 20, 49] {
            let want = DRAWS as f64 * libm::pow(rank as f64 + 1.0, -exponent) / total;
            // Five standard deviations of a count.
            assert!((f64::from(counts[rank]) - want).abs() < 5.0 * libm::sqrt(want), "rank {rank} at {exponent}");
        }
    }
}

#[test]
fn zipf_of_one_or_no_key_is_that_key() {
    let mut stream = Stream::new(6, "zipf");
    for count in [0, 1] {
        assert_eq!(Zipf::new(count, 1.0).sample(&mut stream), 0);
    }
}
