//! Deadlines of parked requests (`server-common/.../purgatory/DelayedOperationPurgatory.java`).
//!
//! Where a request is parked its connection says; what could complete it, the partitions say. Nearly
//! all are completed long before their deadline, so a deadline costs no timer of its own: one timer
//! stands for the earliest, and entries of completed requests are dropped when they outnumber the rest.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::sim::time::Nanos;

/// A parked request: its connection's slot and serial number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct ParkedRequest {
    /// The connection's slot.
    pub slot: u32,
    /// The request's number there.
    pub serial: u64,
}

/// The deadlines.
#[derive(Clone, Debug, Default)]
pub struct Purgatory {
    heap: BinaryHeap<Reverse<(Nanos, ParkedRequest)>>,
    completed: usize,
    armed: Option<Nanos>,
}

impl Purgatory {
    /// Parks a request. Returns when the timer is to go off, if that changes.
    pub fn park(&mut self, request: ParkedRequest, deadline: Nanos) -> Option<Nanos> {
        self.heap.push(Reverse((deadline, request)));
        self.rearm()
    }
    /// A parked request was completed. `is_parked` tells whether another one still is.
    pub fn completed(&mut self, is_parked: impl Fn(ParkedRequest) -> bool) {
        self.completed += 1;
        if self.completed > 64 && self.completed * 2 > self.heap.len() {
            self.heap.retain(|Reverse((_, request))| is_parked(*request));
            self.completed = 0;
        }
    }
    /// The timer has gone off: the next request that has expired.
    pub fn next_expired(&mut self, now: Nanos, is_parked: impl Fn(ParkedRequest) -> bool) -> Option<ParkedRequest> {
        self.armed = None;
        while let Some(Reverse((deadline, request))) = self.heap.peek().copied() {
            let parked = is_parked(request);
            if parked && deadline > now {
                return None;
            }
            self.heap.pop();
            if parked {
                return Some(request);
            }
            self.completed = self.completed.saturating_sub(1);
        }
        None
    }
    /// When the timer is to go off, if that changes.
    pub fn rearm(&mut self) -> Option<Nanos> {
        let Reverse((earliest, _)) = *self.heap.peek()?;
        if self.armed.is_some_and(|armed| armed <= earliest) {
            return None;
        }
        self.armed = Some(earliest);
        self.armed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(slot: u32) -> ParkedRequest {
        ParkedRequest { slot, serial: 1 }
    }

    #[test]
    fn the_timer_only_moves_for_an_earlier_deadline() {
        let mut purgatory = Purgatory::default();
        assert_eq!(purgatory.park(request(1), Nanos(50)), Some(Nanos(50)));
        assert_eq!(purgatory.park(request(2), Nanos(60)), None);
        assert_eq!(purgatory.park(request(3), Nanos(40)), Some(Nanos(40)));
    }

    #[test]
    fn completed_requests_do_not_expire() {
        let mut purgatory = Purgatory::default();
        (0..3).for_each(|slot| _ = purgatory.park(request(slot), Nanos(10 + u64::from(slot))));
        let is_parked = |r: ParkedRequest| r.slot != 1;
        assert_eq!(purgatory.next_expired(Nanos(11), is_parked), Some(request(0)));
        assert_eq!(purgatory.next_expired(Nanos(11), is_parked), None);
        assert_eq!(purgatory.rearm(), Some(Nanos(12)), "the timer is set for the one that is left");
    }

    #[test]
    fn the_heap_does_not_grow_with_completed_requests() {
        let mut purgatory = Purgatory::default();
        for slot in 0..10_000 {
            purgatory.park(request(slot), Nanos(1_000_000));
            purgatory.completed(|r| r.slot > slot);
        }
        assert!(purgatory.heap.len() < 200, "{}", purgatory.heap.len());
    }
}
