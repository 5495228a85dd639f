//! Operations that wait, and their deadlines (`server-common/.../purgatory/DelayedOperationPurgatory.java`).
//!
//! What could complete an operation, the partitions say. Nearly all are completed long before their
//! deadline, so a deadline costs no timer of its own: one timer stands for the earliest, and entries of completed
//! operations are dropped when they outnumber the rest.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::cluster::broker::timers::BrokerTimer;
use crate::node::Context;
use crate::sim::time::Nanos;

/// What waits on one channel, which has one request in progress at most.
#[derive(Clone, Debug)]
struct Watched<T> {
    operation: Option<T>,
    /// Counts the channel's operations: tells one from a later one.
    serial: u64,
}

/// The deadline of one operation of a channel.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Deadline {
    at: Nanos,
    channel: u32,
    serial: u64,
}

/// Operations by channel.
#[derive(Clone, Debug)]
pub(super) struct Purgatory<T> {
    channels: Vec<Watched<T>>,
    deadlines: BinaryHeap<Reverse<Deadline>>,
    /// About how many of the deadlines are of operations that are completed.
    completed: usize,
    armed: Option<Nanos>,
}

impl<T> Default for Purgatory<T> {
    fn default() -> Self {
        Purgatory { channels: Vec::new(), deadlines: BinaryHeap::new(), completed: 0, armed: None }
    }
}

impl<T> Purgatory<T> {
    /// Delays the operation of a channel until it is completed, or until its deadline.
    pub(super) fn watch(&mut self, channel: u32, operation: T, deadline: Nanos, ctx: &mut Context<'_>) {
        if self.channels.len() <= channel as usize {
            self.channels.resize_with(channel as usize + 1, || Watched { operation: None, serial: 0 });
        }
        let watched = &mut self.channels[channel as usize];
        assert!(watched.operation.is_none(), "a channel has one request in progress");
        watched.serial += 1;
        watched.operation = Some(operation);
        self.deadlines.push(Reverse(Deadline { at: deadline, channel, serial: watched.serial }));
        self.rearm(ctx);
    }
    /// What is delayed on a channel.
    #[inline]
    pub(super) fn get(&self, channel: u32) -> Option<&T> {
        self.channels.get(channel as usize)?.operation.as_ref()
    }
    /// The same, to change it.
    #[inline]
    pub(super) fn get_mut(&mut self, channel: u32) -> Option<&mut T> {
        self.channels.get_mut(channel as usize)?.operation.as_mut()
    }
    /// Takes out what is delayed on a channel: it is completed.
    #[inline]
    pub(super) fn take(&mut self, channel: u32) -> Option<T> {
        let operation = self.channels.get_mut(channel as usize)?.operation.take()?;
        self.note_completed();
        Some(operation)
    }
    /// What is delayed on a channel, if anything is, is completed, or nobody waits for it any more.
    #[inline]
    pub(super) fn complete(&mut self, channel: u32) {
        if let Some(watched) = self.channels.get_mut(channel as usize)
            && watched.operation.is_some()
        {
            watched.operation = None;
            self.note_completed();
        }
    }
    #[inline]
    fn note_completed(&mut self) {
        self.completed += 1;
        if self.completed > 64 && self.completed * 2 > self.deadlines.len() {
            let channels = &self.channels;
            self.deadlines.retain(|Reverse(deadline)| is_watched(channels, *deadline));
            self.completed = 0;
        }
    }
    /// The timer has gone off: the next channel whose operation has expired. It is still to be taken out.
    pub(super) fn next_expired(&mut self, ctx: &mut Context<'_>) -> Option<u32> {
        self.armed = None;
        while let Some(Reverse(deadline)) = self.deadlines.peek().copied() {
            let watched = is_watched(&self.channels, deadline);
            if watched && deadline.at > ctx.now() {
                break;
            }
            self.deadlines.pop();
            if watched {
                return Some(deadline.channel);
            }
            self.completed = self.completed.saturating_sub(1);
        }
        self.rearm(ctx);
        None
    }
    /// Sets the timer for the earliest deadline, unless it goes off by then.
    fn rearm(&mut self, ctx: &mut Context<'_>) {
        if let Some(Reverse(Deadline { at, .. })) = self.deadlines.peek().copied()
            && self.armed.is_none_or(|armed| armed > at)
        {
            self.armed = Some(at);
            ctx.set_timer(BrokerTimer::Purgatory, at);
        }
    }
    /// How many channels have ever had a delayed operation, or more.
    pub(super) fn channels(&self) -> usize {
        self.channels.len()
    }
    /// All that is delayed, by channel.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        (0..).zip(&self.channels).filter_map(|(channel, watched)| Some((channel, watched.operation.as_ref()?)))
    }
    /// # Panics
    /// If an operation has no deadline.
    pub(super) fn check_invariants(&self) {
        let entries = self.deadlines.iter().filter(|Reverse(deadline)| is_watched(&self.channels, *deadline)).count();
        assert_eq!(entries, self.iter().count(), "every delayed operation has one deadline");
    }
}

fn is_watched<T>(channels: &[Watched<T>], deadline: Deadline) -> bool {
    let watched = &channels[deadline.channel as usize];
    watched.serial == deadline.serial && watched.operation.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::ids::NodeId;
    use crate::stage::Stage;

    fn timer(stage: &Stage) -> Option<u64> {
        stage.next_timer().map(|(at, _)| at.0)
    }
    fn watch(stage: &mut Stage, purgatory: &mut Purgatory<u32>, channel: u32, deadline: u64) {
        stage.run(|ctx| purgatory.watch(channel, channel, Nanos(deadline), ctx));
        purgatory.check_invariants();
    }

    #[test]
    fn the_timer_only_moves_for_an_earlier_deadline() {
        let (mut stage, mut purgatory) = (Stage::new(NodeId(0)), Purgatory::default());
        for (channel, deadline, timer_at) in [(1, 50, 50), (2, 60, 50), (3, 40, 40)] {
            watch(&mut stage, &mut purgatory, channel, deadline);
            assert_eq!(timer(&stage), Some(timer_at));
        }
    }

    #[test]
    fn completed_operations_do_not_expire() {
        let (mut stage, mut purgatory) = (Stage::new(NodeId(0)), Purgatory::default());
        (0..3).for_each(|channel| watch(&mut stage, &mut purgatory, channel, 10 + u64::from(channel)));
        assert_eq!(purgatory.take(1), Some(1));
        stage.now = Nanos(11);
        assert_eq!(stage.run(|ctx| purgatory.next_expired(ctx)), Some(0));
        assert_eq!(purgatory.take(0), Some(0));
        assert_eq!(stage.run(|ctx| purgatory.next_expired(ctx)), None);
        assert_eq!(timer(&stage), Some(12), "the timer is set for the one that is left");
        purgatory.check_invariants();
    }

    #[test]
    fn the_deadlines_do_not_grow_with_completed_operations() {
        let (mut stage, mut purgatory) = (Stage::new(NodeId(0)), Purgatory::default());
        for _ in 0..10_000 {
            watch(&mut stage, &mut purgatory, 3, 1_000_000);
            purgatory.take(3);
        }
        assert!(purgatory.deadlines.len() < 200, "{}", purgatory.deadlines.len());
    }

    #[test]
    #[should_panic(expected = "every delayed operation has one deadline")]
    fn an_operation_without_a_deadline_is_noticed() {
        let (mut stage, mut purgatory) = (Stage::new(NodeId(0)), Purgatory::default());
        watch(&mut stage, &mut purgatory, 1, 50);
        purgatory.deadlines.clear();
        purgatory.check_invariants();
    }
}
