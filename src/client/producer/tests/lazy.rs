//! Records without an event of their own: nobody can tell.

use proptest::prelude::*;

use super::harness::*;
use crate::app::spec::{Arrivals, Keys, SourceSpec, ValueSize};
use crate::node::Input;
use crate::protocol::errors::ErrorCode;
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

/// Everything that the producer said, and what it sent.
fn play(spec: &SourceSpec, partitions: u32, steps: &[Step], eager: bool) -> String {
    let mut h = Harness::new(spec.clone(), partitions);
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
}
