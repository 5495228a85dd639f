//! The event queue: a bucket calendar with an exact order.
//!
//! Events leave in the order (time, insertion), always; how the calendar is tuned decides only how
//! fast. The near future is a ring of buckets, each an unordered list. The bucket whose turn has
//! come is sorted into `ready`, from whose end events are popped. What fits neither waits in a
//! binary heap: events beyond the ring (most timers), and events that would have to be inserted
//! deep into a crowded `ready`. So the usual push and pop touch a few words, and the worst cost no
//! more than a heap does.
//!
//! Bodies lie in a slab; what is ordered and moved is a 16-byte key. The buckets are lists threaded
//! through the slab rather than vectors, which would go on allocating for as long as there is one that
//! has not been full yet, and would make a clone copy thousands of them.

mod key;
mod ring;
mod slab;
#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use self::key::Key;
use self::ring::Ring;
use self::slab::Slab;
use super::time::Nanos;

/// Bucket width of a new queue, as a power of two: 65 µs, the order of a hop in a data centre.
const INITIAL_SHIFT: u32 = 16;
/// The widest bucket: 2^36 ns, about a minute, a ring of three days.
const MAX_SHIFT: u32 = 36;
/// How far from its end `ready` may be inserted into; the move costs 16 bytes a place.
const INSERTION_DEPTH: usize = 128;
/// Pushes between two looks at the bucket width, at the least.
const WINDOW: u64 = 4_096;

/// Events in exact order of (time, insertion).
///
/// ```
/// use kafkasim::sim::queue::EventQueue;
/// use kafkasim::sim::time::Nanos;
/// let mut queue = EventQueue::new();
/// queue.push(Nanos::from_millis(5), "timer");
/// queue.push(Nanos::from_millis(2), "first");
/// queue.push(Nanos::from_millis(2), "second");
/// assert_eq!(queue.pop(), Some((Nanos::from_millis(2), 1, "first")));
/// assert_eq!(queue.pop(), Some((Nanos::from_millis(2), 2, "second")));
/// assert_eq!(queue.pop(), Some((Nanos::from_millis(5), 0, "timer")));
/// ```
#[derive(Clone, Debug)]
pub struct EventQueue<T: Clone> {
    next_id: u64,
    last_popped: Nanos,
    slab: Slab<T>,
    /// The keys of every bucket up to `current` that `rest` does not hold, latest first.
    ready: Vec<Key>,
    /// The bucket being drained. Buckets `current + 1 .. current + Ring::LEN` are on the ring.
    current: u64,
    ring: Ring,
    /// Beyond the ring, or too deep in `ready`.
    rest: BinaryHeap<Reverse<Key>>,
    /// Bucket width in ns, as a power of two.
    shift: u32,
    window: Window,
}

/// What happened since the bucket width was last looked at.
#[derive(Clone, Debug, Default)]
struct Window {
    first_id: u64,
    buckets: u64,
    beyond: u64,
}

impl<T: Clone> Default for EventQueue<T> {
    fn default() -> Self {
        EventQueue::new()
    }
}

impl<T: Clone> EventQueue<T> {
    /// An empty queue at time zero.
    pub fn new() -> Self {
        EventQueue::with_shift(INITIAL_SHIFT)
    }

    fn with_shift(shift: u32) -> Self {
        EventQueue {
            next_id: 0,
            last_popped: Nanos::ZERO,
            slab: Slab::new(),
            ready: Vec::new(),
            current: 0,
            ring: Ring::new(),
            rest: BinaryHeap::new(),
            shift,
            window: Window::default(),
        }
    }

    /// Adds an event and returns its id: how many were pushed before it.
    ///
    /// `at` must not lie before the last event popped.
    ///
    /// # Panics
    /// Beyond 2^40 events in all or 2^24 pending ones; a key has no room for more.
    #[inline]
    pub fn push(&mut self, at: Nanos, body: T) -> u64 {
        debug_assert!(at >= self.last_popped, "event at {at:?} pushed into the past of {:?}", self.last_popped);
        let id = self.next_id;
        self.next_id += 1;
        let key = self.slab.insert(at, id, body);
        self.place(key);
        id
    }

    /// Takes the earliest event: its time, its id, its body.
    #[inline]
    pub fn pop(&mut self) -> Option<(Nanos, u64, T)> {
        self.pop_until(Nanos::MAX)
    }

    /// The same, unless it is later than `until`.
    #[inline]
    pub fn pop_until(&mut self, until: Nanos) -> Option<(Nanos, u64, T)> {
        if self.ready.is_empty() && !self.advance() {
            return None;
        }
        let from_rest = match (self.ready.last(), self.rest.peek()) {
            (Some(ready), Some(Reverse(rest))) => rest < ready,
            (ready, _) => ready.is_none(),
        };
        let key = if from_rest { self.rest.peek()?.0 } else { *self.ready.last()? };
        if key.time() > until {
            return None;
        }
        if from_rest {
            self.pop_rest();
        } else {
            self.ready.pop();
        }
        self.last_popped = key.time();
        Some((key.time(), key.id(), self.slab.remove(key.slot())))
    }

    /// The time of the earliest event.
    #[inline]
    pub fn peek(&self) -> Option<Nanos> {
        let near = self.ready.last().copied().or_else(|| self.first_on_ring());
        let rest = self.rest.peek().map(|Reverse(key)| *key);
        near.into_iter().chain(rest).min().map(Key::time)
    }

    /// What is pending: times, ids and bodies, in no order.
    pub fn pending(&self) -> impl Iterator<Item = (Nanos, u64, &T)> {
        self.slab.iter().map(|(key, body)| (key.time(), key.id(), body))
    }

    /// How many events are pending.
    pub fn len(&self) -> usize {
        self.slab.len()
    }

    /// Whether nothing is pending.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    #[inline]
    fn place(&mut self, key: Key) {
        let bucket = key.bucket(self.shift);
        if bucket <= self.current {
            self.insert_ready(key);
        } else if bucket - self.current < Ring::LEN {
            let head = self.ring.replace_head(bucket, key.slot());
            self.slab.set_next(key.slot(), head);
        } else {
            self.window.beyond += 1;
            self.rest.push(Reverse(key));
        }
    }

    fn insert_ready(&mut self, key: Key) {
        let from = self.ready.len().saturating_sub(INSERTION_DEPTH);
        let place = self.ready[from..].partition_point(|other| *other > key);
        if place == 0 && from > 0 {
            self.rest.push(Reverse(key));
            if self.window_is_over() {
                self.tune();
            }
        } else {
            self.ready.insert(from + place, key);
        }
    }

    #[cold]
    #[inline(never)]
    fn pop_rest(&mut self) {
        self.rest.pop();
    }

    /// With `ready` empty: moves on to the next bucket that has an event. Returns whether one has.
    #[inline(never)]
    fn advance(&mut self) -> bool {
        if self.window_is_over() {
            self.tune();
            if !self.ready.is_empty() {
                return true;
            }
        }
        let on_ring = self.ring.next_after(self.current);
        let in_rest = self.rest.peek().map(|Reverse(key)| key.bucket(self.shift));
        let Some(next) = on_ring.into_iter().chain(in_rest).min() else { return false };
        // The heap's top may belong to the bucket just drained.
        self.current = self.current.max(next);
        if on_ring == Some(next) {
            self.window.buckets += 1;
            self.load(next);
        }
        true
    }

    /// Moves a bucket of the ring into the empty `ready`.
    fn load(&mut self, bucket: u64) {
        let mut slot = self.ring.take(bucket);
        while slot != slab::NIL {
            let (key, next) = self.slab.link(slot);
            self.ready.push(key);
            slot = next;
        }
        sort_latest_first(&mut self.ready);
    }

    fn first_on_ring(&self) -> Option<Key> {
        let mut slot = self.ring.head(self.ring.next_after(self.current)?);
        let mut first: Option<Key> = None;
        while slot != slab::NIL {
            let (key, next) = self.slab.link(slot);
            first = Some(first.map_or(key, |first| first.min(key)));
            slot = next;
        }
        first
    }

    fn window_is_over(&self) -> bool {
        self.next_id - self.window.first_id >= WINDOW.max(self.len() as u64)
    }

    /// Fits the bucket width to the load of the last window.
    ///
    /// Crowded buckets are sorted at length, so they should be narrower; but a ring too short sends
    /// the usual event through the heap, which is worse than a crowd. A whole window (as many pushes
    /// as there are pending events, at the least) pays for moving every event once.
    #[cold]
    fn tune(&mut self) {
        let pushes = self.next_id - self.window.first_id;
        let beyond = self.window.beyond;
        let per_bucket = (pushes - beyond) / self.window.buckets.max(1);
        self.window = Window { first_id: self.next_id, ..Window::default() };
        let shift = if per_bucket > 64 && (beyond < pushes / 8 || per_bucket > 1_024) {
            self.shift.saturating_sub((per_bucket / 32).ilog2())
        } else if per_bucket < 8 && beyond > pushes / 4 {
            (self.shift + 1).min(MAX_SHIFT)
        } else {
            self.shift
        };
        if shift != self.shift {
            self.rebuild(shift);
        }
    }

    fn rebuild(&mut self, shift: u32) {
        let mut keys = std::mem::take(&mut self.ready);
        keys.extend(self.rest.drain().map(|Reverse(key)| key));
        while let Some(bucket) = self.ring.next_after(self.current) {
            let mut slot = self.ring.take(bucket);
            while slot != slab::NIL {
                let (key, next) = self.slab.link(slot);
                keys.push(key);
                slot = next;
            }
        }
        self.shift = shift;
        self.current = self.last_popped.0 >> shift;
        let (due, later): (Vec<Key>, Vec<Key>) = keys.into_iter().partition(|key| key.bucket(shift) <= self.current);
        self.ready = due;
        sort_latest_first(&mut self.ready);
        for key in later {
            self.place(key);
        }
        self.window.beyond = 0;
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "keys are unique, so no order among equals can show; the stable sort allocates"
)]
fn sort_latest_first(keys: &mut [Key]) {
    keys.sort_unstable_by(|a, b| b.cmp(a));
}
