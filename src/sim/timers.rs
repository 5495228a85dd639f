//! Timers that are moved far more often than they go off.
//!
//! A request timeout is set for every request and goes off for almost none. Were each setting an
//! event of its own, a busy run would drag along millions of dead ones. So the table keeps the
//! deadline; the queue holds one event that comes no later, and when it comes too early it is pushed
//! again. Only a timer that is moved to an *earlier* time costs a second event.

use super::time::Nanos;

/// What to do when a timer's event leaves the queue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fire {
    /// The timer goes off.
    Now,
    /// It was moved: push its event again, at this time.
    Later(Nanos),
    /// Cancelled, cleared, or another event will do.
    Nothing,
}

/// The timers of all owners, by (owner, kind, index), each dense from zero.
///
/// ```
/// use kafkasim::sim::time::Nanos;
/// use kafkasim::sim::timers::{Fire, TimerTable};
/// let mut timers = TimerTable::default();
/// assert!(timers.set(0, 1, 2, Nanos(100)));   // push an event at 100
/// assert!(!timers.set(0, 1, 2, Nanos(250)));  // the same event will do
/// assert_eq!(timers.fire(Nanos(100), 0, 1, 2), Fire::Later(Nanos(250)));
/// assert_eq!(timers.fire(Nanos(250), 0, 1, 2), Fire::Now);
/// ```
#[derive(Clone, Debug, Default)]
pub struct TimerTable {
    owners: Vec<Vec<Vec<Slot>>>,
}

/// One timer. [`Nanos::MAX`] stands for "none" in every field.
///
/// An event is known by its time alone: any event that comes at `next` serves as the event that
/// `next` speaks of. At least one such event is in the queue, so the timer cannot be lost; once it
/// has served, `next` moves on, so another at the same time cannot serve twice.
#[derive(Clone, Copy, Debug)]
struct Slot {
    deadline: Nanos,
    /// The earliest event that is queued and not superseded.
    next: Nanos,
    /// The event that `next` overtook, for use after it. Older ones are forgotten: they come to
    /// nothing.
    after_next: Nanos,
}

impl Slot {
    const EMPTY: Slot = Slot { deadline: Nanos::MAX, next: Nanos::MAX, after_next: Nanos::MAX };

    fn queue_event(&mut self, at: Nanos) {
        self.after_next = self.next;
        self.next = at;
    }
}

impl TimerTable {
    /// An empty table.
    pub fn new() -> Self {
        TimerTable::default()
    }

    /// Sets or moves a timer. Returns whether the caller must push an event for it at `at`; if not,
    /// one that is queued already will do.
    ///
    /// [`Nanos::MAX`] is "never": the timer is cancelled.
    #[must_use]
    pub fn set(&mut self, owner: u32, kind: u8, index: u32, at: Nanos) -> bool {
        let slot = self.slot_or_insert(owner, kind, index);
        slot.deadline = at;
        let must_push = at < slot.next;
        if must_push {
            slot.queue_event(at);
        }
        must_push
    }

    /// Cancels a timer, if it is set.
    pub fn cancel(&mut self, owner: u32, kind: u8, index: u32) {
        if let Some(slot) = self.slot_mut(owner, kind, index) {
            slot.deadline = Nanos::MAX;
        }
    }

    /// An event pushed for this timer has left the queue.
    pub fn fire(&mut self, now: Nanos, owner: u32, kind: u8, index: u32) -> Fire {
        let Some(slot) = self.slot_mut(owner, kind, index) else { return Fire::Nothing };
        if slot.next > now {
            return Fire::Nothing;
        }
        slot.next = std::mem::replace(&mut slot.after_next, Nanos::MAX);
        if slot.deadline <= now {
            slot.deadline = Nanos::MAX;
            return Fire::Now;
        }
        // Also where there is no deadline: then both are "never".
        if slot.next <= slot.deadline {
            return Fire::Nothing;
        }
        match slot.deadline {
            Nanos::MAX => Fire::Nothing,
            at => {
                slot.queue_event(at);
                Fire::Later(at)
            }
        }
    }

    /// The owner's process died: none of its timers goes off. Events still queued for them come to
    /// nothing, whether the caller lets them [`fire`](Self::fire) or drops them.
    pub fn clear(&mut self, owner: u32) {
        if let Some(kinds) = self.owners.get_mut(owner as usize) {
            kinds.iter_mut().for_each(|slots| slots.fill(Slot::EMPTY));
        }
    }

    /// When a timer will go off, if it is set.
    pub fn deadline(&self, owner: u32, kind: u8, index: u32) -> Option<Nanos> {
        let slot = self.owners.get(owner as usize)?.get(kind as usize)?.get(index as usize)?;
        (slot.deadline != Nanos::MAX).then_some(slot.deadline)
    }

    fn slot_mut(&mut self, owner: u32, kind: u8, index: u32) -> Option<&mut Slot> {
        self.owners.get_mut(owner as usize)?.get_mut(kind as usize)?.get_mut(index as usize)
    }

    fn slot_or_insert(&mut self, owner: u32, kind: u8, index: u32) -> &mut Slot {
        let kinds = at_or_grow(&mut self.owners, owner as usize, Vec::new);
        let slots = at_or_grow(kinds, usize::from(kind), Vec::new);
        at_or_grow(slots, index as usize, || Slot::EMPTY)
    }
}

fn at_or_grow<T>(list: &mut Vec<T>, index: usize, empty: impl Fn() -> T) -> &mut T {
    if index >= list.len() {
        list.resize_with(index + 1, empty);
    }
    &mut list[index]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::queue::EventQueue;
    use proptest::prelude::*;

    const T: (u32, u8, u32) = (3, 1, 2);

    fn set(timers: &mut TimerTable, at: u64) -> bool {
        timers.set(T.0, T.1, T.2, Nanos(at))
    }
    fn fire(timers: &mut TimerTable, now: u64) -> Fire {
        timers.fire(Nanos(now), T.0, T.1, T.2)
    }

    #[test]
    fn a_timer_that_is_moved_on_and_on_costs_one_event() {
        let mut timers = TimerTable::new();
        assert!(set(&mut timers, 30));
        for at in 31..60 {
            assert!(!set(&mut timers, at));
        }
        assert_eq!(fire(&mut timers, 30), Fire::Later(Nanos(59)));
        assert_eq!(fire(&mut timers, 59), Fire::Now);
        assert_eq!(timers.deadline(T.0, T.1, T.2), None);
    }

    #[test]
    fn a_timer_that_is_moved_earlier_needs_an_event_and_reuses_the_later_one() {
        let mut timers = TimerTable::new();
        assert!(set(&mut timers, 30));
        assert!(set(&mut timers, 10));
        assert_eq!(fire(&mut timers, 10), Fire::Now);
        assert!(!set(&mut timers, 40), "the event at 30 is still queued");
        assert_eq!(fire(&mut timers, 30), Fire::Later(Nanos(40)));
        assert_eq!(fire(&mut timers, 40), Fire::Now);
    }

    #[test]
    fn a_cancelled_timer_comes_to_nothing() {
        let mut timers = TimerTable::new();
        assert!(set(&mut timers, 30));
        timers.cancel(T.0, T.1, T.2);
        assert_eq!(fire(&mut timers, 30), Fire::Nothing);
        assert!(set(&mut timers, 50), "its event has left the queue");
    }

    #[test]
    fn a_dead_process_leaves_events_that_do_not_serve_the_next_one() {
        let mut timers = TimerTable::new();
        assert!(set(&mut timers, 30));
        timers.clear(T.0);
        assert!(set(&mut timers, 40), "the event at 30 may be dropped by whoever knows its owner dead");
        assert_eq!(fire(&mut timers, 30), Fire::Nothing);
        assert_eq!(fire(&mut timers, 40), Fire::Now);
    }

    #[test]
    fn never_is_a_cancelled_timer() {
        let mut timers = TimerTable::new();
        assert!(!set(&mut timers, u64::MAX));
        assert_eq!(timers.deadline(T.0, T.1, T.2), None);
        assert!(set(&mut timers, 5));
        assert!(!set(&mut timers, u64::MAX));
        assert_eq!(fire(&mut timers, 5), Fire::Nothing);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Set { index: u32, delay: u64 },
        Cancel { index: u32 },
        Clear { drop_events: bool },
        Wait { span: u64 },
    }

    fn step() -> impl Strategy<Value = Step> {
        let index = 0u32..3;
        prop_oneof![
            8 => (index.clone(), 0u64..30).prop_map(|(index, delay)| Step::Set { index, delay }),
            2 => index.prop_map(|index| Step::Cancel { index }),
            1 => any::<bool>().prop_map(|drop_events| Step::Clear { drop_events }),
            6 => (0u64..12).prop_map(|span| Step::Wait { span }),
        ]
    }

    proptest! {
        /// Against a list of deadlines: a timer goes off once, at the time last set, or not at all.
        #[test]
        fn every_timer_goes_off_exactly_when_last_set(steps in prop::collection::vec(step(), 0..200)) {
            let mut timers = TimerTable::new();
            let mut queue: EventQueue<(u32, u32)> = EventQueue::new();
            let (mut now, mut life, mut dead_before) = (Nanos::ZERO, 0, 0);
            let mut expected: [Option<Nanos>; 3] = [None; 3];
            for step in steps.into_iter().chain([Step::Wait { span: 1_000 }]) {
                match step {
                    Step::Set { index, delay } => {
                        let at = now + Nanos(delay);
                        expected[index as usize] = Some(at);
                        if timers.set(0, 0, index, at) {
                            queue.push(at, (index, life));
                        }
                        prop_assert_eq!(timers.deadline(0, 0, index), Some(at));
                    }
                    Step::Cancel { index } => {
                        expected[index as usize] = None;
                        timers.cancel(0, 0, index);
                    }
                    Step::Clear { drop_events } => {
                        expected = [None; 3];
                        timers.clear(0);
                        life += 1;
                        if drop_events {
                            dead_before = life;
                        }
                    }
                    Step::Wait { span } => {
                        let until = now + Nanos(span);
                        while queue.peek().is_some_and(|at| at <= until) {
                            let (at, _, (index, of_life)) = queue.pop().expect("peeked");
                            if of_life < dead_before {
                                continue;
                            }
                            match timers.fire(at, 0, 0, index) {
                                Fire::Now => prop_assert_eq!(expected[index as usize].take(), Some(at)),
                                Fire::Later(later) => {
                                    prop_assert!(later > at);
                                    queue.push(later, (index, of_life));
                                }
                                Fire::Nothing => {}
                            }
                        }
                        now = until;
                        for due in expected.iter().flatten() {
                            prop_assert!(*due > now, "a timer for {due:?} did not go off by {now:?}");
                        }
                    }
                }
            }
        }
    }
}
