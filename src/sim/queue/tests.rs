use std::cmp::Reverse;
use std::collections::BinaryHeap;

use proptest::prelude::*;

use super::{EventQueue, MAX_SHIFT, WINDOW};
use crate::sim::time::Nanos;

/// What the queue must equal: a heap of (time, insertion).
#[derive(Default)]
struct Model {
    heap: BinaryHeap<Reverse<(Nanos, u64)>>,
    pushed: u64,
}

impl Model {
    fn push(&mut self, at: Nanos) {
        self.heap.push(Reverse((at, self.pushed)));
        self.pushed += 1;
    }
    fn pop(&mut self) -> Option<(Nanos, u64)> {
        self.heap.pop().map(|Reverse(event)| event)
    }
    fn peek(&self) -> Option<Nanos> {
        self.heap.peek().map(|Reverse((at, _))| *at)
    }
}

#[derive(Clone, Debug)]
enum Step {
    Push {
        delay: u64,
    },
    Pop {
        times: usize,
    },
    /// Pops what comes within a span, and moves on to its end.
    PopWithin {
        span: u64,
    },
}

/// Delays of every kind at once: the same instant, the same bucket, the ring, far beyond it.
fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => Just(Step::Push { delay: 0 }),
        3 => (0u64..2_000).prop_map(|delay| Step::Push { delay }),
        3 => (0u64..2_000_000).prop_map(|delay| Step::Push { delay }),
        2 => (0u64..400_000_000).prop_map(|delay| Step::Push { delay }),
        1 => (0u64..60).prop_map(|bits| Step::Push { delay: 1 << bits }),
        6 => (0usize..4).prop_map(|times| Step::Pop { times }),
        1 => (10usize..100).prop_map(|times| Step::Pop { times }),
        3 => (0u64..40).prop_map(|bits| Step::PopWithin { span: 1 << bits }),
    ]
}

fn agrees(mut queue: EventQueue<u64>, steps: &[Step]) -> Result<(), TestCaseError> {
    let mut model = Model::default();
    let mut now = Nanos::ZERO;
    for step in steps {
        match *step {
            Step::Push { delay } => {
                let at = now.saturating_add(Nanos(delay));
                prop_assert_eq!(queue.push(at, model.pushed), model.pushed);
                model.push(at);
            }
            Step::Pop { times } => {
                for _ in 0..times {
                    now = pop_both(&mut queue, &mut model)?.unwrap_or(now);
                }
            }
            Step::PopWithin { span } => {
                now = now.saturating_add(Nanos(span));
                while let Some((at, id, _)) = queue.pop_until(now) {
                    prop_assert_eq!(model.pop(), Some((at, id)));
                }
                prop_assert!(model.peek().is_none_or(|at| at > now), "{:?} is due by {:?}", model.peek(), now);
            }
        }
        prop_assert_eq!(queue.len(), model.heap.len());
    }
    while pop_both(&mut queue, &mut model)?.is_some() {}
    prop_assert!(queue.is_empty());
    Ok(())
}

fn pop_both(queue: &mut EventQueue<u64>, model: &mut Model) -> Result<Option<Nanos>, TestCaseError> {
    prop_assert_eq!(queue.peek(), model.peek());
    let popped = queue.pop();
    prop_assert_eq!(popped, model.pop().map(|(at, id)| (at, id, id)));
    Ok(popped.map(|(at, ..)| at))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_order_is_that_of_a_heap_however_the_queue_is_tuned(
        steps in prop::collection::vec(step(), 0..400),
        shift in 0..=MAX_SHIFT,
    ) {
        agrees(EventQueue::new(), &steps)?;
        agrees(EventQueue::with_shift(shift), &steps)?;
    }
}

/// Small deterministic delays for the loads below.
fn scramble(n: u64) -> u64 {
    n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9) >> 32
}

/// `pending` events, each of which begets one more; returns the queue in its steady state.
fn hold(pending: u64, events: u64, delay: impl Fn(u64) -> u64) -> EventQueue<u64> {
    let mut queue = EventQueue::new();
    let mut model = Model::default();
    for n in 0..pending {
        queue.push(Nanos(delay(n)), n);
        model.push(Nanos(delay(n)));
    }
    for n in 0..events {
        let (at, id, body) = queue.pop().expect("as many as before");
        assert_eq!(Some((at, id)), model.pop(), "event {n}");
        assert_eq!(id, body);
        let next = at + Nanos(delay(pending + n));
        queue.push(next, model.pushed);
        model.push(next);
    }
    queue
}

#[test]
fn narrow_delays_narrow_the_buckets() {
    let queue = hold(1_000, 40_000, |n| scramble(n) % 2_000);
    assert!(queue.shift < 8, "2^{} ns for a mean gap of one", queue.shift);
}

#[test]
fn wide_delays_widen_the_buckets() {
    let queue = hold(100, 60_000, |n| scramble(n) * 8);
    assert!(queue.shift > 20, "2^{} ns for a mean gap of 170 ms", queue.shift);
}

#[test]
fn timers_beyond_the_ring_do_not_disturb_the_near_future() {
    let queue = hold(5_000, 60_000, |n| if n % 8 == 0 { 30_000_000_000 } else { scramble(n) % 2_000_000 });
    assert!(queue.shift <= 16);
}

#[test]
fn a_burst_at_one_instant_leaves_in_order() {
    let mut queue = EventQueue::new();
    for n in 0..3 * WINDOW {
        queue.push(Nanos(7), n);
    }
    for n in 0..3 * WINDOW {
        assert_eq!(queue.pop(), Some((Nanos(7), n, n)));
        queue.push(Nanos(7), n + 3 * WINDOW);
    }
    for n in 3 * WINDOW..6 * WINDOW {
        assert_eq!(queue.pop(), Some((Nanos(7), n, n)));
    }
    assert!(queue.is_empty());
}

#[test]
fn an_event_at_the_end_of_time_is_an_event() {
    let mut queue = EventQueue::with_shift(0);
    queue.push(Nanos::MAX, "last");
    queue.push(Nanos::ZERO, "first");
    queue.push(Nanos::MAX, "after it");
    assert_eq!(queue.peek(), Some(Nanos::ZERO));
    let order: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|(_, _, body)| body).collect();
    assert_eq!(order, ["first", "last", "after it"]);
}

#[test]
fn an_event_may_come_before_those_of_the_bucket_being_drained() {
    let mut queue = EventQueue::new();
    for at in [100, 300, 500] {
        queue.push(Nanos(at), at);
    }
    assert_eq!(queue.pop().map(|event| event.2), Some(100));
    queue.push(Nanos(200), 200);
    queue.push(Nanos(400), 400);
    assert_eq!(queue.peek(), Some(Nanos(200)));
    let order: Vec<_> = std::iter::from_fn(|| queue.pop()).map(|event| event.2).collect();
    assert_eq!(order, [200, 300, 400, 500]);
}

#[test]
fn a_clone_goes_its_own_way() {
    let mut queue = hold(50, 1_000, |n| scramble(n) % 1_000_000);
    let mut copy = queue.clone();
    copy.push(Nanos::MAX, 0);
    while let Some(event) = queue.pop() {
        assert_eq!(copy.pop(), Some(event));
    }
    assert_eq!(copy.len(), 1);
}

#[test]
fn slots_are_reused() {
    let queue = hold(1_000, 50_000, |n| scramble(n) % 2_000_000);
    assert_eq!(queue.slab.slots(), 1_000);
}
