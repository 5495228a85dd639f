use super::arrivals::ArrivalClock;
use super::keys::KeyGenerator;
use super::workload::Workload;
use crate::app::spec::{Arrivals, Keys, ProducerSpec, SourceFailure, SourceSpec, ValueSize};
use crate::client::producer::record::key_text;
use crate::protocol::batch::RecordDetail;
use crate::protocol::batch::key_len;
use crate::protocol::config::ProducerConfig;
use crate::protocol::ids::TopicId;
use crate::sim::random::Stream;
use crate::sim::time::Nanos;

const MS: fn(u64) -> Nanos = Nanos::from_millis;
const SECOND: Nanos = Nanos::from_secs(1);

fn stream() -> Stream {
    Stream::new(11, "workload")
}

/// The first arrivals.
fn times(arrivals: &Arrivals, start: Nanos, n: usize) -> Vec<Nanos> {
    let mut random = stream();
    let mut clock = ArrivalClock::new(arrivals, start, &mut random);
    let mut times = Vec::new();
    for _ in 0..n {
        times.push(clock.next());
        clock.advance(&mut random);
    }
    times
}

fn spec() -> SourceSpec {
    SourceSpec {
        producer: ProducerSpec::plain(TopicId(0), ProducerConfig::default()),
        records: [].into(),
        arrivals: Arrivals::Constant { records: 1000, per: SECOND },
        keys: Keys::None,
        value_size: ValueSize::Constant(10),
        tombstones: 0,
        poison_every: None,
        on_failure: SourceFailure::Log,
        transaction: None,
        rows: None,
        limit: None,
        start: Nanos::ZERO,
        stop: None,
    }
}

#[test]
fn a_rate_that_does_not_divide_its_span_is_exact_all_the_same() {
    let rate = Arrivals::Constant { records: 3, per: SECOND };
    let times = times(&rate, MS(500), 3_000_001);
    assert_eq!(times[1], Nanos(833_333_333));
    assert_eq!(times[3_000_000], MS(500) + Nanos::from_secs(1_000_000));
}

proptest::proptest! {
    /// Record `n` comes at `n * per / records`, rounded down, whatever was skipped before it.
    #[test]
    fn an_even_rate_never_drifts(records in 1u64..5_000_000, per in 1u64..10_000_000_000, skip in 0u64..100_000_000_000) {
        let exact = |n: u64| Nanos((u128::from(n) * u128::from(per) / u128::from(records)) as u64);
        let mut random = stream();
        let mut clock = ArrivalClock::new(&Arrivals::Constant { records, per: Nanos(per) }, Nanos::ZERO, &mut random);
        for n in 0..300 {
            proptest::prop_assert_eq!(clock.next(), exact(n));
            clock.advance(&mut random);
        }
        clock.skip_to(Nanos(skip), &mut random);
        let near = (u128::from(skip) * u128::from(records) / u128::from(per)) as u64;
        let first = (near..).find(|n| exact(*n) >= Nanos(skip)).expect("rates are not zero").max(300);
        for n in first..first + 300 {
            proptest::prop_assert_eq!(clock.next(), exact(n));
            clock.advance(&mut random);
        }
    }
}

#[test]
fn bursts_come_whole() {
    let bursts = Arrivals::Bursts { size: 2, every: MS(10) };
    assert_eq!(times(&bursts, MS(1), 5), [1, 1, 11, 11, 21].map(MS));
}

#[test]
fn a_stepped_rate_changes_at_its_times_and_can_be_zero() {
    let steps = Arrivals::Steps(vec![(MS(0), 1, MS(10)), (MS(25), 0, SECOND), (MS(50), 2, MS(10))]);
    assert_eq!(times(&steps, Nanos::ZERO, 6), [0, 10, 20, 50, 55, 60].map(MS));
    assert_eq!(times(&steps, MS(15), 3), [15, 50, 55].map(MS), "a late start begins in the step of its time");
}

#[test]
fn poisson_arrivals_have_the_rate_asked_for() {
    let poisson = Arrivals::Poisson { records: 1000, per: SECOND };
    let times = times(&poisson, Nanos::ZERO, 100_000);
    let last = times[99_999].as_millis();
    assert!((98_000..102_000).contains(&last), "100000 records at 1000/s took {last} ms");
    // The share of gaps above the mean is 1/e.
    let long = times.windows(2).filter(|w| w[1] - w[0] > MS(1)).count();
    assert!((35_800..37_800).contains(&long), "{long}");
}

#[test]
fn whoever_comes_late_gets_the_next_arrival_not_the_old_ones() {
    for (arrivals, expected) in [
        (Arrivals::Constant { records: 3, per: SECOND }, Nanos(5_333_333_333)),
        (Arrivals::Bursts { size: 2, every: MS(700) }, MS(5600)),
        (Arrivals::Steps(vec![(MS(0), 1, MS(10)), (MS(2000), 1, MS(400))]), MS(5200)),
    ] {
        let mut random = stream();
        let mut clock = ArrivalClock::new(&arrivals, Nanos::ZERO, &mut random);
        clock.skip_to(MS(5001), &mut random);
        assert_eq!(clock.next(), expected, "{arrivals:?}");
        clock.skip_to(MS(1), &mut random);
        assert_eq!(clock.next(), expected, "it never goes back");
    }
}

#[test]
fn keys_of_each_kind() {
    let mut random = stream();
    let draw = |keys: Keys, n: usize, random: &mut Stream| {
        let mut generator = KeyGenerator::new(&keys);
        (0..n).map(|_| generator.draw(random)).collect::<Vec<_>>()
    };
    assert_eq!(draw(Keys::None, 2, &mut random), [RecordDetail::NULL_KEY; 2]);
    assert_eq!(draw(Keys::RoundRobin { count: 3 }, 5, &mut random), [0, 1, 2, 0, 1]);
    let uniform = draw(Keys::Uniform { count: 4 }, 40_000, &mut random);
    for key in 0..4 {
        let share = uniform.iter().filter(|k| **k == key).count();
        assert!((9_600..10_400).contains(&share), "key {key}: {share}");
    }
    let zipf = draw(Keys::Zipf { count: 100, exponent: 1.0 }, 100_000, &mut random);
    let share = |key| zipf.iter().filter(|k| **k == key).count();
    // Weights 1, 1/2, 1/3, ...: their sum to 100 is 5.187.
    assert!((18_700..19_900).contains(&share(0)), "{}", share(0));
    assert!((9_200..10_100).contains(&share(1)), "{}", share(1));
}

#[test]
fn a_key_is_as_long_as_its_text() {
    for key in [0, 1, 9, 10, 99, 100, 12_345, u32::MAX - 1] {
        assert_eq!(key_len(key), Some(key_text(key).len() as u32));
    }
    assert_eq!(key_len(RecordDetail::NULL_KEY), None);
}

#[test]
fn a_workload_ends_at_its_limit_or_its_stop() {
    let run = |spec: &SourceSpec| {
        let mut workload = Workload::new(spec, stream());
        std::iter::from_fn(|| workload.take(Nanos::from_secs(10))).count()
    };
    assert_eq!(run(&SourceSpec { limit: Some(7), ..spec() }), 7);
    assert_eq!(run(&SourceSpec { stop: Some(MS(20)), ..spec() }), 20, "what is due at the stop comes no more");
}

#[test]
fn every_nth_record_is_poison() {
    let mut workload = Workload::new(&SourceSpec { poison_every: Some(3), ..spec() }, stream());
    let marks: Vec<bool> = (0..6).map(|_| workload.take(SECOND).expect("due").record.poison).collect();
    assert_eq!(marks, [false, false, true, false, false, true]);
}

#[test]
fn nothing_is_due_before_its_time() {
    let mut workload = Workload::new(&SourceSpec { start: MS(5), ..spec() }, stream());
    assert_eq!(workload.take(MS(4)), None);
    assert_eq!(workload.next_at(), MS(5));
    assert!(workload.take(MS(5)).is_some());
    assert_eq!((workload.generated(), workload.next_at()), (1, MS(6)));
}
