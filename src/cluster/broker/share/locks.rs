//! When acquisition locks run out (`server/.../server/share/fetch/AcquisitionLockTimerTask.java`).
//!
//! Kafka has a timer for each batch, and one for each offset where these differ. Nearly all are cancelled: here an entry stays
//! until its time has come, and tells nothing if nothing holds to it any more.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::protocol::ids::Offset;
use crate::sim::time::Nanos;

/// Offsets whose lock began together.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Lock {
    /// When it runs out.
    pub ends: Nanos,
    /// First offset.
    pub first: Offset,
    /// Last offset.
    pub last: Offset,
}

/// The locks of a share-partition, the next one to run out first.
#[derive(Clone, Debug, Default)]
pub struct Locks(BinaryHeap<Reverse<Lock>>);

impl Locks {
    /// Offsets are locked.
    pub fn push(&mut self, lock: Lock) {
        self.0.push(Reverse(lock));
    }
    /// The next one to run out.
    pub fn peek(&self) -> Option<Lock> {
        self.0.peek().map(|Reverse(lock)| *lock)
    }
    /// Takes out the next one.
    pub fn pop(&mut self) {
        self.0.pop();
    }
    /// Takes out the next one, if its time has come.
    pub fn pop_due(&mut self, now: Nanos) -> Option<Lock> {
        let lock = self.peek().filter(|lock| lock.ends <= now)?;
        self.0.pop();
        Some(lock)
    }
}
