//! Records without an event of their own: nobody can tell.

use proptest::prelude::*;

use super::harness::*;
use crate::app::spec::{Arrivals, FencedPolicy, Keys, SourceSpec, TransactionExtent, TransactionSpec, ValueSize};
use crate::node::Input;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::TransactionalId;
use crate::protocol::rules::{Rules, TransactionVersion};
use crate::sim::time::Nanos;

#[test]
fn records_that_only_join_a_batch_need_no_event() {
    let mut spec = spec();
    spec.arrivals = Arrivals::Constant { records: 1, per: ms(1) };
    spec.producer.config.linger = ms(100);
    let events = |eager| {
        let mut h = Harness::new(spec.clone(), 1);
        h.eager = eager;
        h.input(Input::Start);
        let before = h.timers_fired;
        h.until(Nanos(99_500_000));
        (h.timers_fired - before, h.pending())
    };
    assert_eq!(events(true), (99, 100));
    assert_eq!(events(false), (0, 100), "and yet the batch has them all");
}

/// The same workload, in transactions.
fn transactional(mut spec: SourceSpec, extent: TransactionExtent, pause: Nanos) -> SourceSpec {
    spec.producer.transactional_id = Some(TransactionalId(0));
    spec.transaction = Some(TransactionSpec { extent, abort_every: Some(3), pause, on_fenced: FencedPolicy::Restart });
    spec
}

/// Only the first record of a transaction and its last one do something: the one begins it, the other ends it.
#[test]
fn records_within_a_transaction_need_no_event() {
    let mut spec = transactional(spec(), TransactionExtent::Records(50), Nanos::ZERO);
    // initTransactions() has returned long before the first record.
    spec.arrivals = Arrivals::Steps(vec![(ms(0), 0, ms(1)), (ms(500), 1, ms(1))]);
    spec.producer.config.linger = ms(100);
    let events = |eager| {
        let mut h = Harness::new(spec.clone(), 1);
        h.eager = eager;
        h.input(Input::Start);
        h.until(Nanos(510_500_000));
        let before = h.timers_fired;
        h.until(Nanos(548_500_000));
        let within = h.timers_fired - before;
        h.until(Nanos(549_500_000));
        (within, h.count("TransactionEnding"), h.waiting[0].request.partitions[0].batch.count)
    };
    assert_eq!(events(true), (38, 1, 50));
    assert_eq!(events(false), (0, 1, 50), "and yet the batch has them all");
}

/// The span of a transaction is over while send() waits for memory: its thread does nothing about that before send()
/// returns.
#[test]
fn a_transaction_whose_time_is_over_waits_for_the_send_that_blocks() {
    let mut spec = transactional(spec(), TransactionExtent::Span(ms(8)), Nanos::ZERO);
    spec.arrivals = Arrivals::Steps(vec![(ms(0), 0, ms(1)), (ms(500), 1, ms(1))]);
    (spec.producer.config.batch_size, spec.producer.config.buffer_memory) = (300, 1_000);
    let mut h = Harness::started(spec, 1);
    h.until(ms(600));
    assert_eq!((h.count("TransactionBegun"), h.count("TransactionEnding")), (1, 0));
    while !h.waiting.is_empty() && h.count("TransactionEnding") == 0 {
        h.answer(ErrorCode::None, 0);
    }
    assert_eq!(h.count("TransactionEnding"), 1);
}

fn extent() -> impl Strategy<Value = TransactionExtent> {
    prop_oneof![
        (1u32..150).prop_map(TransactionExtent::Records),
        (1u64..60).prop_map(|span| TransactionExtent::Span(ms(span))),
    ]
}

fn workload() -> impl Strategy<Value = SourceSpec> {
    let arrivals = prop_oneof![
        (1u64..40).prop_map(|records| Arrivals::Constant { records, per: ms(7) }),
        (1u64..40).prop_map(|records| Arrivals::Poisson { records, per: ms(7) }),
        (1u32..60).prop_map(|size| Arrivals::Bursts { size, every: ms(9) }),
    ];
    let keys = prop_oneof![Just(Keys::None), (1u32..20).prop_map(|count| Keys::Uniform { count })];
    (arrivals, keys, 0u64..30, 0u32..3_000, 1u32..400, 2_000u64..40_000).prop_map(
        |(arrivals, keys, linger, batch_size, value, memory)| {
            let mut spec = SourceSpec { arrivals, keys, value_size: ValueSize::Uniform(1, value), ..spec() };
            (spec.poison_every, spec.limit) = (Some(7), Some(900));
            (spec.producer.config.linger, spec.producer.config.batch_size) = (ms(linger), batch_size);
            (spec.producer.config.buffer_memory, spec.producer.config.max_block) = (memory, ms(40));
            spec
        },
    )
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Wait(u64),
    Answer(bool),
    Break,
    Pause(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (1u64..25_000_003).prop_map(Step::Wait),
        4 => any::<bool>().prop_map(Step::Answer),
        1 => Just(Step::Break),
        1 => (1u64..30_000_003).prop_map(Step::Pause),
    ]
}

/// Without broken connections: who is told in no time at all who coordinates, and may not connect yet, asks without end.
fn transactional_step() -> impl Strategy<Value = Step> {
    step().prop_filter("no broken connection", |step| !matches!(step, Step::Break))
}

/// Everything that the producer said, and what it sent.
fn play(spec: &SourceSpec, partitions: u32, steps: &[Step], eager: bool) -> String {
    play_under(Rules::default(), spec, partitions, steps, eager)
}
fn play_under(rules: Rules, spec: &SourceSpec, partitions: u32, steps: &[Step], eager: bool) -> String {
    let mut h = Harness::with_rules(rules, spec.clone(), partitions);
    h.eager = eager;
    h.input(Input::Start);
    for step in steps {
        match *step {
            Step::Wait(span) => h.until(h.now() + Nanos(span)),
            Step::Answer(_) if h.waiting.is_empty() => {}
            Step::Answer(ok) => h.answer(if ok { ErrorCode::None } else { ErrorCode::NotEnoughReplicas }, 0),
            Step::Break => h.disconnect(1),
            Step::Pause(span) => {
                h.input(Input::Interrupted);
                h.stands_still(Nanos(span));
            }
        }
    }
    h.kill();
    h.input(Input::RunEnd);
    h.log.clone()
}

proptest! {
    #[test]
    fn lazy_or_eager_the_story_is_the_same(
        spec in workload(), partitions in 1u32..4, steps in prop::collection::vec(step(), 1..40)
    ) {
        prop_assert_eq!(play(&spec, partitions, &steps, false), play(&spec, partitions, &steps, true));
    }
    #[test]
    fn so_it_is_in_transactions(
        spec in workload(), extent in extent(), pause in 0u64..8, second in any::<bool>(),
        partitions in 1u32..4, mut steps in prop::collection::vec(transactional_step(), 1..40)
    ) {
        // initTransactions() returns.
        steps.insert(0, Step::Wait(250_000_000));
        let transaction_version = if second { TransactionVersion::V2 } else { TransactionVersion::V1 };
        let rules = Rules { transaction_version, ..Rules::default() };
        let spec = transactional(spec, extent, ms(pause));
        let play = |eager| play_under(rules, &spec, partitions, &steps, eager);
        prop_assert_eq!(play(false), play(true));
    }
}
