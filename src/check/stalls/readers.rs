//! A reader that stands still although it could go on: K9.
//!
//! poll() sends a fetch to every leader that has none under way and nothing in the buffer
//! (`AbstractFetch.prepareFetchRequests`), a parked fetch is answered after `fetch.max.wait.ms`
//! (`DelayedFetch`), and a broker takes the partitions of a session in turn (`FetchSession`, KIP-227): so
//! records below the high watermark come soon, whatever the other partitions have. Only the time counts in
//! which the application waits in poll(): while it has records in hand, or commitSync() has not returned,
//! nobody fetches for it.

use crate::check::excuse::fetches_given_up;
use crate::check::ghost::Ghost;
use crate::check::outcome::{Findings, Tally, Witness};
use crate::check::patience::{a_moment, dead_connection};
use crate::history::fact::{Entry, Fact, GroupState};
use crate::history::setup::{CommitSetup, ConsumerSetup, Setup};
use crate::protocol::config::IsolationLevel;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// How long a reader may be idle below the high watermark: the fetch under way is parked once and the next once more,
/// each after the pauses of a retry; and a response may be so small that each partition waits for all others.
/// `None`: fetches are parked for longer than they are waited for, so that it is luck whether one is answered.
fn patience(setup: &Setup, consumer: &ConsumerSetup) -> Option<Nanos> {
    let config = &consumer.config;
    let turns = u64::from(setup.catalog.partition_count());
    let bound = config
        .fetch_max_wait
        .saturating_add(config.retry_backoff_max)
        .saturating_add(config.reconnect_backoff_max)
        .saturating_mul(2)
        .saturating_add(setup.slow_round_trip.saturating_mul(turns))
        .saturating_add(a_moment(setup));
    fetches_given_up(setup, consumer).is_none().then_some(bound)
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Readers {
    reader_moves: Tally,
    /// By consumer, in the order of the setup.
    seats: Vec<Seat>,
    /// By partition: the places of the consumers that it is assigned to, one of each group as a rule.
    of: Vec<Vec<u16>>,
    /// By group: when its state changed last.
    settled: Vec<Nanos>,
}

/// A consumer.
#[derive(Clone, Debug)]
struct Seat {
    patience: Option<Nanos>,
    isolation: IsolationLevel,
    /// By partition.
    places: Vec<Place>,
    /// Records that poll() returned and the application has not finished.
    in_hand: u64,
    /// A commitSync() under way.
    committing: Option<u32>,
    /// Since when the application is not in poll().
    busy: Option<Nanos>,
    /// How long it was not in poll(), up to `busy`.
    worked: Nanos,
    /// A record that it could not process, and has not given up.
    stuck: Option<(Tp, Offset)>,
    /// When poll() threw last: the application pauses.
    threw: Nanos,
}

/// Where a consumer is in a partition.
#[derive(Clone, Copy, Debug, Default)]
struct Place {
    /// Its position, if the partition is assigned and that is known.
    position: Option<Offset>,
    /// What it may read ends above it.
    waiting: Option<Waiting>,
    /// The application has paused the partition.
    paused: bool,
}

#[derive(Clone, Copy, Debug)]
struct Waiting {
    since: Nanos,
    /// What [`Seat::worked_by`] was then.
    worked: Nanos,
}

impl Seat {
    /// How long the application was not in poll() so far.
    #[inline]
    fn worked_by(&self, now: Nanos) -> Nanos {
        self.busy.map_or(self.worked, |since| self.worked.saturating_add(now.saturating_sub(since)))
    }
    /// Something in its hands has changed.
    #[inline]
    fn turn(&mut self, now: Nanos) {
        self.worked = self.worked_by(now);
        self.busy = (self.in_hand > 0 || self.committing.is_some()).then_some(now);
    }
    /// What it may read ends at `end`; it waits for what is below from now on, if it did not before.
    #[inline]
    fn compare(&mut self, now: Nanos, tp: Tp, end: Offset) {
        let place = self.places[tp.index()];
        if place.waiting.is_none() && !place.paused && place.position.is_some_and(|position| position < end) {
            self.places[tp.index()].waiting = Some(Waiting { since: now, worked: self.worked_by(now) });
        }
    }
}

impl Readers {
    /// Before the first fact.
    pub fn new(ghost: &Ghost) -> Readers {
        let partitions = ghost.partition_count();
        let seat = |consumer: &ConsumerSetup| Seat {
            patience: patience(&ghost.setup, consumer),
            isolation: consumer.isolation_level,
            places: vec![Place::default(); partitions],
            in_hand: 0,
            committing: None,
            busy: None,
            worked: Nanos::ZERO,
            stuck: None,
            threw: Nanos::ZERO,
        };
        Readers {
            reader_moves: Tally::new(
                "reader-moves",
                "K9",
                "a consumer that waits in poll() does not stand still below what it may read of a live leader",
                "no consumer waited for records that it might read",
            ),
            seats: ghost.setup.consumers.iter().map(seat).collect(),
            of: vec![Vec::new(); partitions],
            settled: vec![Nanos::ZERO; ghost.setup.catalog.groups.len()],
        }
    }

    /// Takes the next fact; `ghost` shows the state before it.
    #[inline]
    pub fn observe(&mut self, entry: &Entry, ghost: &Ghost) {
        match entry.fact {
            Fact::HighWatermarkAdvanced { broker, tp, high_watermark, .. } if ghost.view.reigns(broker, tp) => {
                let partition = ghost.view.partition(tp);
                for seat in &self.of[tp.index()] {
                    let seat = &mut self.seats[usize::from(*seat)];
                    seat.compare(entry.at, tp, partition.readable_up_to(seat.isolation, high_watermark));
                }
            }
            Fact::RecordsPolled { node, tp, offset, count, .. } => {
                let Some(index) = ghost.consumer_index(node) else { return };
                if self.seats[index].places[tp.index()].position.is_some() {
                    self.moved(entry, ghost, index, tp, offset.plus(count));
                }
                let seat = &mut self.seats[index];
                // It is back in poll(): commitSync() has returned.
                (seat.in_hand, seat.committing) = (seat.in_hand + u64::from(count), None);
                seat.turn(entry.at);
            }
            Fact::RecordsProcessed { node, tp, offset, count, .. } => {
                let Some(index) = ghost.consumer_index(node) else { return };
                let seat = &mut self.seats[index];
                seat.in_hand = seat.in_hand.saturating_sub(u64::from(count));
                seat.stuck = seat.stuck.filter(|stuck| *stuck != (tp, offset));
                seat.turn(entry.at);
            }
            Fact::CommitSent { node, call: call @ 1.., .. } => {
                let Some(index) = ghost.consumer_index(node) else { return };
                let commit = ghost.setup.consumers[index].commit;
                if matches!(commit, CommitSetup::SyncAfterBatch | CommitSetup::SyncBeforeProcessing) {
                    self.seats[index].committing = Some(call);
                    self.seats[index].turn(entry.at);
                }
            }
            Fact::CommitReturned { node, call, .. } => {
                let Some(index) = ghost.consumer_index(node) else { return };
                let seat = &mut self.seats[index];
                seat.committing = seat.committing.filter(|under_way| *under_way != call);
                seat.turn(entry.at);
            }
            _ => self.observe_rare(entry, ghost),
        }
    }

    #[inline(never)]
    fn observe_rare(&mut self, entry: &Entry, ghost: &Ghost) {
        match entry.fact {
            Fact::BecameLeader { broker, tp, high_watermark, .. } if ghost.view.reigns(broker, tp) => {
                // Only from here on can anything be read, and only what the new leader knows to be committed.
                for seat in &self.of[tp.index()] {
                    let seat = &mut self.seats[usize::from(*seat)];
                    seat.places[tp.index()].waiting = None;
                    seat.compare(entry.at, tp, high_watermark);
                }
            }
            // Told behind the high watermark: what was taken for readable may not be.
            Fact::LastStableOffsetMoved { broker, tp, last_stable_offset: end, .. }
                if ghost.view.reigns(broker, tp) =>
            {
                for seat in &self.of[tp.index()] {
                    let seat = &mut self.seats[usize::from(*seat)];
                    if seat.isolation == IsolationLevel::ReadCommitted {
                        let place = &mut seat.places[tp.index()];
                        place.waiting = place.waiting.filter(|_| place.position.is_some_and(|position| position < end));
                        seat.compare(entry.at, tp, end);
                    }
                }
            }
            Fact::OffsetsPassedOver { node, tp, to, .. } => self.set(entry, ghost, node, tp, to),
            Fact::GroupStateChanged { group, .. } | Fact::GroupLoaded { group, .. } => {
                self.settled[group.index()] = entry.at;
            }
            Fact::RecordFailed { node, tp, offset, skipped, .. } => {
                if let Some(seat) = self.seat(ghost, node) {
                    seat.stuck = (!skipped).then_some((tp, offset));
                    seat.in_hand = seat.in_hand.saturating_sub(u64::from(skipped));
                    seat.turn(entry.at);
                }
            }
            Fact::PositionFromCommit { node, tp, offset } | Fact::PositionReset { node, tp, offset, .. } => {
                self.set(entry, ghost, node, tp, offset);
            }
            Fact::PositionTruncated { node, tp, to, .. } => self.set(entry, ghost, node, tp, to),
            // The application gives up what it has in hand, and goes back.
            Fact::PositionSought { node, tp, offset } => {
                self.set(entry, ghost, node, tp, offset);
                self.drop_batch(entry.at, ghost, node);
            }
            Fact::PartitionPaused { node, tp, paused } => {
                if let Some(seat) = self.seat(ghost, node) {
                    let place = &mut seat.places[tp.index()];
                    (place.paused, place.waiting) = (paused, None);
                }
            }
            Fact::ClientError { node, .. } => {
                if let Some(seat) = self.seat(ghost, node) {
                    seat.threw = entry.at;
                }
            }
            Fact::PartitionAssigned { node, tp, .. } => {
                let Some(index) = ghost.consumer_index(node) else { return };
                self.leave(index, tp);
                self.of[tp.index()].push(index as u16);
            }
            Fact::PartitionRevoked { node, tp, .. } => {
                let Some(index) = ghost.consumer_index(node) else { return };
                self.leave(index, tp);
                if !ghost.setup.consumers[index].hands_off {
                    self.drop_batch(entry.at, ghost, node);
                }
            }
            Fact::ProcessStopped { node, .. } => {
                let Some(index) = ghost.consumer_index(node) else { return };
                (0..ghost.partition_count()).for_each(|tp| self.leave(index, Tp(tp as u32)));
                (self.seats[index].committing, self.seats[index].stuck) = (None, None);
                self.drop_batch(entry.at, ghost, node);
            }
            _ => {}
        }
    }

    fn seat(&mut self, ghost: &Ghost, node: NodeId) -> Option<&mut Seat> {
        Some(&mut self.seats[ghost.consumer_index(node)?])
    }
    fn drop_batch(&mut self, now: Nanos, ghost: &Ghost, node: NodeId) {
        if let Some(seat) = self.seat(ghost, node) {
            seat.in_hand = 0;
            seat.turn(now);
        }
    }
    fn leave(&mut self, index: usize, tp: Tp) {
        self.of[tp.index()].retain(|seat| usize::from(*seat) != index);
        self.seats[index].places[tp.index()] = Place::default();
    }
    /// A position is set otherwise than by records.
    fn set(&mut self, entry: &Entry, ghost: &Ghost, node: NodeId, tp: Tp, position: Offset) {
        let Some(index) = ghost.consumer_index(node) else { return };
        if self.of[tp.index()].iter().any(|seat| usize::from(*seat) == index) {
            self.moved(entry, ghost, index, tp, position);
        }
    }

    /// A reader has another position: whether it stood still for too long before.
    #[inline]
    fn moved(&mut self, entry: &Entry, ghost: &Ghost, index: usize, tp: Tp, position: Offset) {
        self.stood(entry, ghost, index, tp);
        let seat = &mut self.seats[index];
        let place = &mut seat.places[tp.index()];
        (place.position, place.waiting) = (Some(position), None);
        if let Some(leader) = ghost.view.reigning(tp) {
            let high_watermark = ghost.log(leader, tp).high_watermark;
            let end = ghost.view.partition(tp).readable_up_to(seat.isolation, high_watermark);
            seat.compare(entry.at, tp, end);
        }
    }

    #[inline]
    fn stood(&mut self, entry: &Entry, ghost: &Ghost, index: usize, tp: Tp) {
        let seat = &self.seats[index];
        let (Some(waiting), Some(patience)) = (seat.places[tp.index()].waiting, seat.patience) else { return };
        // Cheap first: nearly always it gets on within milliseconds.
        if entry.at.saturating_sub(waiting.since) <= patience {
            return self.reader_moves.ok();
        }
        self.stood_long(entry, ghost, index, tp, waiting, patience);
    }

    #[inline(never)]
    fn stood_long(&mut self, entry: &Entry, ghost: &Ghost, index: usize, tp: Tp, waiting: Waiting, patience: Nanos) {
        let (seat, consumer) = (&self.seats[index], &ghost.setup.consumers[index]);
        let worked = seat.worked_by(entry.at).saturating_sub(waiting.worked);
        let idle_since = |since: Nanos| entry.at.saturating_sub(since).saturating_sub(worked);
        if idle_since(waiting.since) <= patience {
            return self.reader_moves.ok();
        }
        let process = ghost.process(consumer.node);
        let home = ghost.coordinator_partition(consumer.group);
        let since = [
            ghost.disturbed.saturating_add(dead_connection(&ghost.setup)),
            ghost.partition(tp).changed,
            home.map_or(Nanos::ZERO, |home| ghost.partition(home).changed),
            self.settled[consumer.group.index()],
            process.resumed.unwrap_or_default(),
            seat.threw,
        ];
        let since = since.into_iter().fold(waiting.since, Nanos::max);
        let idle = idle_since(since);
        if idle <= patience || seat.stuck.is_some() || !may_read(ghost, consumer, tp) {
            return;
        }
        let position = seat.places[tp.index()].position.unwrap_or(Offset::INVALID);
        self.reader_moves.must(false, || {
            let text = format!(
                "{} stood still at {position} for {idle} in poll(), the leader of {} is alive, no fault for long",
                ghost.node_name(consumer.node),
                ghost.name(tp)
            );
            Witness::at(entry, text).on(tp, position).by(consumer.node)
        });
    }

    /// What can only be judged at the end.
    pub fn finish(&mut self, end: &Entry, ghost: &Ghost) {
        for index in 0..self.seats.len() {
            (0..ghost.partition_count()).for_each(|tp| self.stood(end, ghost, index, Tp(tp as u32)));
        }
    }

    /// The outcomes.
    pub fn findings(&self, out: &mut Findings<'_>) {
        out.add(&self.reader_moves);
    }
}

/// Nothing is wrong with the consumer, the leader, the group and its coordinator, and the application does not wait in
/// committed() for an offset that a transaction holds.
fn may_read(ghost: &Ghost, consumer: &ConsumerSetup, tp: Tp) -> bool {
    let process = ghost.process(consumer.node);
    let led = |tp: Tp| ghost.view.reigning(tp).is_some_and(|leader| ghost.is_well(leader));
    ghost.active_faults == 0
        && process.running
        && !process.paused
        && led(tp)
        && ghost.coordinator_partition(consumer.group).is_some_and(led)
        && ghost.view.group(consumer.group).state == GroupState::Stable
        && ghost.holds_offset(consumer.group, |_| true).is_none()
}
