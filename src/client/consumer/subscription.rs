//! `SubscriptionState`: the assigned partitions, and for each how far it has been read
//! (`clients/.../consumer/internals/SubscriptionState.java`).

use std::rc::Rc;

use super::read_replica::{ReadLease, ReadReplicaChange};
use crate::history::fact::ReadReplicaCause;
use crate::protocol::batch::LeaderAndEpoch;
use crate::protocol::catalog::Catalog;
use crate::protocol::config::IsolationLevel;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{BrokerId, Generation, LeaderEpoch, Offset, TopicId, Tp};
use crate::protocol::messages::FetchData;
use crate::sim::time::Nanos;

/// Where a consumer stands in a partition (`SubscriptionState.FetchPosition`).
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct FetchPosition {
    /// Next offset to read.
    pub offset: Offset,
    /// Leader epoch of the record before it, or undefined: then truncation goes unnoticed.
    pub offset_epoch: LeaderEpoch,
    /// The leader from which it is read, as far as known.
    pub leader: Option<LeaderAndEpoch>,
}

/// Where to seek when the broker is to say which offset that is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SeekTo {
    /// seekToBeginning(): the log start.
    Beginning,
    /// seekToEnd(): the high watermark, or the last stable offset with read_committed.
    End,
    /// offsetsForTimes(): the first record of this CreateTime or a later one; if there is none, the end.
    Time(Nanos),
}

/// Progress of one partition (`SubscriptionState.FetchStates`).
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum FetchState {
    /// No position; the committed offset is to be fetched.
    Initializing,
    /// Reading.
    Fetching(FetchPosition),
    /// The position is to be reset by policy, or as the application wants it, with a ListOffsets not before `retry_at`.
    AwaitReset {
        /// Where the application wants it; by policy otherwise.
        to: Option<SeekTo>,
        /// The position was out of range or truncated, not missing.
        out_of_range: bool,
        /// Not before.
        retry_at: Nanos,
    },
    /// The position is to be checked against the leader's epochs (KIP-320), not before `retry_at`.
    AwaitValidation {
        /// The position in doubt.
        position: FetchPosition,
        /// Not before.
        retry_at: Nanos,
    },
}

/// An assigned partition.
#[derive(Clone, Debug)]
pub struct Assigned {
    /// Which.
    pub tp: Tp,
    /// Progress.
    pub state: FetchState,
    /// A rebalance is about to take it: nothing more is handed out, so that what is committed is
    /// what was handed out.
    pub pending_revocation: bool,
    /// The application has called pause().
    pub paused: bool,
    /// High watermark in the last fetch response drained; -1 before the first.
    pub high_watermark: Offset,
    /// Last stable offset in that response.
    last_stable_offset: Offset,
    /// Log start offset in that response.
    log_start: Offset,
    /// The end from which `records-lag` is counted, and the start of `records-lead`, as histories have them.
    told: (Offset, Offset),
    /// With which change of the assignment it came.
    pub since: u32,
    /// The follower from which it is read instead of the leader.
    pub read_lease: Option<ReadLease>,
    /// Its topic is not subscribed to any more, and so it is left alone until a rebalance takes it.
    pub left_alone: bool,
}

impl Assigned {
    /// The position, if it is valid (state FETCHING).
    pub fn position(&self) -> Option<FetchPosition> {
        match self.state {
            FetchState::Fetching(position) => Some(position),
            _ => None,
        }
    }
    /// Whether it may be fetched, its buffer apart (`SubscriptionState.isFetchableAndSubscribed`).
    pub fn is_fetchable(&self) -> bool {
        let goes = self.pending_revocation || self.left_alone;
        matches!(self.state, FetchState::Fetching(_)) && !goes && !self.paused
    }
}

/// No slot: the partition is not assigned.
const ABSENT: u32 = u32::MAX;

/// See the module.
#[derive(Clone, Debug)]
pub struct Subscriptions {
    assigned: Vec<Assigned>,
    /// Place of a partition in `assigned`, by [`Tp`].
    slots: Vec<u32>,
    /// The topics that it subscribes to, ascending (`subscription`).
    subscribed: Rc<[TopicId]>,
    /// All names, if it subscribes to topics by name and leaves the partitions of others alone.
    named: Option<Rc<Catalog>>,
    /// How many assigned partitions are not FETCHING.
    unresolved: u32,
    /// Generation in which the assignment was received.
    generation: Generation,
    /// The application has assigned them itself.
    by_hand: bool,
    /// How often the assignment has changed.
    changes: u32,
    /// Partitions of which the fetcher is to look what has become, in the order in which they changed.
    touched: Vec<Tp>,
    /// Whether a partition is in `touched`, by [`Tp`].
    is_touched: Vec<bool>,
    /// When the next lease of a follower may be over.
    next_lease_end: Nanos,
    /// What has become of such leases and is still to be told.
    read_replica_changes: Vec<ReadReplicaChange>,
}

impl Subscriptions {
    /// Nothing assigned; `partitions` is how many partitions there are in the cluster.
    pub fn new(partitions: u32) -> Subscriptions {
        Subscriptions {
            assigned: Vec::new(),
            slots: vec![ABSENT; partitions as usize],
            subscribed: [].into(),
            named: None,
            unresolved: 0,
            generation: Generation::NONE,
            by_hand: false,
            changes: 0,
            touched: Vec::new(),
            is_touched: vec![false; partitions as usize],
            next_lease_end: Nanos::MAX,
            read_replica_changes: Vec::new(),
        }
    }
    /// The same, of who subscribes to topics by name: it leaves alone what it has of others (KAFKA-19356).
    #[must_use]
    pub fn by_name(self, catalog: Rc<Catalog>) -> Subscriptions {
        Subscriptions { named: Some(catalog), ..self }
    }
    /// Subscribes to these topics, ascending. Whether they are others than before (`changeSubscription`).
    pub fn subscribe(&mut self, topics: &[TopicId]) -> bool {
        let changes = *self.subscribed != *topics;
        if changes {
            self.subscribed = topics.into();
            for at in 0..self.assigned.len() {
                let tp = self.assigned[at].tp;
                self.assigned[at].left_alone = self.is_left_alone(tp);
                self.touch(tp);
            }
        }
        changes
    }
    fn is_left_alone(&self, tp: Tp) -> bool {
        let named = self.named.as_ref();
        named.is_some_and(|catalog| self.subscribed.binary_search(&catalog.topic_of(tp).0).is_err())
    }
    /// What it subscribes to.
    pub fn subscribed(&self) -> &Rc<[TopicId]> {
        &self.subscribed
    }
    /// Says that something about a partition changed for the fetcher: its position, its state, its leader, its
    /// buffered data or its assignment.
    #[inline]
    pub fn touch(&mut self, tp: Tp) {
        if !std::mem::replace(&mut self.is_touched[tp.index()], true) {
            self.touched.push(tp);
        }
    }
    /// The same of every assigned partition.
    pub fn touch_all(&mut self) {
        for at in 0..self.assigned.len() {
            self.touch(self.assigned[at].tp);
        }
    }
    /// Takes the touched partitions, in exchange for an empty list.
    #[inline]
    pub fn take_touched(&mut self, touched: &mut Vec<Tp>) {
        debug_assert!(touched.is_empty(), "what was taken is dealt with");
        std::mem::swap(touched, &mut self.touched);
        touched.iter().for_each(|tp| self.is_touched[tp.index()] = false);
    }
    /// Replaces the assignment (`assignFromSubscribed`). A partition that is in both keeps its position and all that is
    /// known of it; another one starts anew.
    pub fn assign(&mut self, partitions: &[Tp], generation: Generation) {
        self.changes = self.changes.wrapping_add(1);
        let kept = partitions.iter().map(|tp| {
            self.get(*tp).cloned().unwrap_or(Assigned {
                tp: *tp,
                state: FetchState::Initializing,
                pending_revocation: false,
                paused: false,
                high_watermark: Offset::INVALID,
                last_stable_offset: Offset::INVALID,
                log_start: Offset(0),
                told: (Offset::INVALID, Offset(0)),
                since: self.changes,
                read_lease: None,
                left_alone: self.is_left_alone(*tp),
            })
        });
        let kept: Vec<Assigned> = kept.collect();
        std::mem::replace(&mut self.assigned, kept).iter().for_each(|old| self.slots[old.tp.index()] = ABSENT);
        for (partition, at) in self.assigned.iter().zip(0..) {
            self.slots[partition.tp.index()] = at;
        }
        self.unresolved = self.assigned.iter().filter(|partition| partition.position().is_none()).count() as u32;
        self.generation = generation;
    }
    /// How often the assignment has changed.
    pub fn changes(&self) -> u32 {
        self.changes
    }
    /// assign(): partitions that are in no generation, and that no rebalance takes (`assignFromUser`).
    pub fn assign_by_hand(&mut self, partitions: &[Tp]) {
        self.by_hand = true;
        self.assign(partitions, Generation::NONE);
    }
    /// Whether the application has assigned them itself (`!hasAutoAssignedPartitions`).
    pub fn is_by_hand(&self) -> bool {
        self.by_hand
    }
    /// The assigned partitions, in the order of the assignment.
    pub fn partitions(&self) -> &[Assigned] {
        &self.assigned
    }
    /// Generation in which the assignment was received.
    pub fn generation(&self) -> Generation {
        self.generation
    }
    /// One assigned partition.
    pub fn get(&self, tp: Tp) -> Option<&Assigned> {
        self.assigned.get(self.slots[tp.index()] as usize)
    }
    fn get_mut(&mut self, tp: Tp) -> Option<&mut Assigned> {
        self.assigned.get_mut(self.slots[tp.index()] as usize)
    }
    /// The position of a partition that is assigned and FETCHING.
    pub fn position(&self, tp: Tp) -> Option<FetchPosition> {
        self.get(tp)?.position()
    }
    /// The position of a partition that is assigned, also one that is in doubt.
    pub fn position_or_doubt(&self, tp: Tp) -> Option<FetchPosition> {
        match self.get(tp)?.state {
            FetchState::Fetching(position) | FetchState::AwaitValidation { position, .. } => Some(position),
            FetchState::Initializing | FetchState::AwaitReset { .. } => None,
        }
    }
    /// Whether every assigned partition has a valid position.
    pub fn has_all_positions(&self) -> bool {
        self.unresolved == 0
    }
    /// Moves a partition to a state; does nothing if it is not assigned.
    pub fn set_state(&mut self, tp: Tp, state: FetchState) {
        let Some(partition) = self.get_mut(tp) else { return };
        let before = matches!(partition.state, FetchState::Fetching(_));
        let after = matches!(state, FetchState::Fetching(_));
        partition.state = state;
        match (before, after) {
            (true, false) => self.unresolved += 1,
            (false, true) => self.unresolved -= 1,
            _ => {}
        }
    }
    /// Takes a position that is to be trusted as it is (`seekValidated`).
    pub fn seek(&mut self, tp: Tp, position: FetchPosition) {
        self.set_state(tp, FetchState::Fetching(position));
    }
    /// Takes a position that must be validated first if it carries an epoch and the leader's epoch
    /// is known (`seekUnvalidated`).
    pub fn seek_unvalidated(&mut self, tp: Tp, position: FetchPosition) {
        let state = if position.offset_epoch != LeaderEpoch::UNDEFINED && position.leader.is_some() {
            FetchState::AwaitValidation { position, retry_at: Nanos::ZERO }
        } else {
            FetchState::Fetching(position)
        };
        self.set_state(tp, state);
    }
    /// Compares a partition's position with the leader that metadata names now; a new leader or
    /// epoch puts a position with an epoch in doubt (`maybeValidatePosition`).
    pub fn maybe_validate(&mut self, tp: Tp, leader: Option<LeaderAndEpoch>) {
        let (Some(leader), Some(partition)) = (leader, self.get(tp)) else { return };
        let (FetchState::Fetching(position) | FetchState::AwaitValidation { position, .. }) = partition.state else {
            return;
        };
        if position.leader != Some(leader) {
            self.seek_unvalidated(tp, FetchPosition { leader: Some(leader), ..position });
            self.leave_read_replica(tp, ReadReplicaCause::NewLeader, ErrorCode::None);
        }
    }
    /// The leader has named a follower to read from. Its word holds until then, unless the follower is the same as before
    /// (`updatePreferredReadReplica`).
    pub fn prefer_read_replica(&mut self, tp: Tp, broker: BrokerId, until: Nanos) {
        let Some(partition) = self.get_mut(tp) else { return };
        if partition.read_lease.is_none_or(|lease| lease.broker != broker) {
            partition.read_lease = Some(ReadLease { broker, until });
            self.next_lease_end = self.next_lease_end.min(until);
            let (cause, error) = (ReadReplicaCause::Named, ErrorCode::None);
            self.read_replica_changes.push(ReadReplicaChange { tp, broker, cause, error });
            self.touch(tp);
        }
    }
    /// A partition is to be read from its leader again. Whether it was read from a follower (`clearPreferredReadReplica`).
    pub fn leave_read_replica(&mut self, tp: Tp, cause: ReadReplicaCause, error: ErrorCode) -> bool {
        let Some(lease) = self.get_mut(tp).and_then(|partition| partition.read_lease.take()) else { return false };
        self.read_replica_changes.push(ReadReplicaChange { tp, broker: lease.broker, cause, error });
        self.touch(tp);
        true
    }
    /// Ends the leases that are over.
    #[inline]
    pub fn end_leases(&mut self, now: Nanos) {
        if self.next_lease_end < now {
            self.end_leases_by(now);
        }
    }
    #[cold]
    fn end_leases_by(&mut self, now: Nanos) {
        let over = |partition: &&Assigned| partition.read_lease.is_some_and(|lease| lease.is_over(now));
        let over: Vec<Tp> = self.assigned.iter().filter(over).map(|partition| partition.tp).collect();
        for tp in over {
            self.leave_read_replica(tp, ReadReplicaCause::LeaseOver, ErrorCode::None);
        }
        let ends = self.assigned.iter().filter_map(|partition| Some(partition.read_lease?.until));
        self.next_lease_end = ends.min().unwrap_or(Nanos::MAX);
    }
    /// What has become of leases since this was asked last.
    pub fn take_read_replica_changes(&mut self) -> Vec<ReadReplicaChange> {
        std::mem::take(&mut self.read_replica_changes)
    }
    /// Asks for a reset by policy (`requestOffsetReset`).
    pub fn request_reset(&mut self, tp: Tp, out_of_range: bool) {
        self.set_state(tp, FetchState::AwaitReset { to: None, out_of_range, retry_at: Nanos::ZERO });
    }
    /// The same as the application wants it.
    pub fn request_seek(&mut self, tp: Tp, to: SeekTo) {
        self.set_state(tp, FetchState::AwaitReset { to: Some(to), out_of_range: false, retry_at: Nanos::ZERO });
    }
    /// Puts off the next lookup of a partition that is being reset or validated.
    pub fn set_retry_at(&mut self, tp: Tp, at: Nanos) {
        let Some(partition) = self.get_mut(tp) else { return };
        if let FetchState::AwaitReset { retry_at, .. } | FetchState::AwaitValidation { retry_at, .. } =
            &mut partition.state
        {
            *retry_at = at;
        }
    }
    /// When a lookup of a position may go on that is in backoff, or under way and may be given up. `committed`:
    /// that of the committed offsets.
    pub fn next_lookup(&self, committed: Nanos) -> Nanos {
        if self.has_all_positions() {
            return Nanos::MAX;
        }
        let partition = |p: &Assigned| match p.state {
            FetchState::AwaitReset { retry_at, .. } | FetchState::AwaitValidation { retry_at, .. } => retry_at,
            FetchState::Initializing => committed,
            FetchState::Fetching(_) => Nanos::MAX,
        };
        self.assigned.iter().map(partition).filter(|at| *at > Nanos::ZERO).min().unwrap_or(Nanos::MAX)
    }
    /// What the fetch response whose hand-out begins says of the partition (`FetchCollector.handleInitializeSuccess`).
    pub fn set_extent(&mut self, data: &FetchData) {
        if let Some(partition) = self.get_mut(data.tp) {
            partition.high_watermark = data.high_watermark;
            partition.last_stable_offset = data.last_stable_offset;
            partition.log_start = data.log_start.max(partition.log_start);
        }
    }
    /// Records were polled, which tells this high watermark.
    pub fn told_high_watermark(&mut self, tp: Tp, high_watermark: Offset) {
        if let Some(partition) = self.get_mut(tp) {
            partition.told.0 = high_watermark;
        }
    }
    /// What a history does not know yet of the end and the start of a partition that poll() has come to, as `records-lag` and
    /// `records-lead` are counted from them (`partitionLag`, `partitionLead`).
    pub fn untold_extent(&mut self, tp: Tp, isolation: IsolationLevel) -> (Option<Offset>, Option<Offset>) {
        let Some(partition) = self.get_mut(tp) else { return (None, None) };
        let end = match isolation {
            IsolationLevel::ReadCommitted => partition.last_stable_offset,
            IsolationLevel::ReadUncommitted => partition.high_watermark,
        };
        let told = std::mem::replace(&mut partition.told, (end, partition.log_start));
        ((end != told.0).then_some(end), (partition.log_start != told.1).then_some(partition.log_start))
    }
    /// pause() or resume(). Whether the partition is assigned, and was not like that.
    pub fn set_paused(&mut self, tp: Tp, paused: bool) -> bool {
        let changes = self.get(tp).is_some_and(|partition| partition.paused != paused);
        if let (true, Some(partition)) = (changes, self.get_mut(tp)) {
            partition.paused = paused;
        }
        changes
    }
    /// Whether it is paused.
    pub fn is_paused(&self, tp: Tp) -> bool {
        self.get(tp).is_some_and(|partition| partition.paused)
    }
    /// Stops hand-out and fetching of everything (`markPendingRevocation`).
    pub fn mark_pending_revocation(&mut self) {
        self.assigned.iter_mut().for_each(|partition| partition.pending_revocation = true);
    }
    /// The same of one partition.
    pub fn mark_pending_revocation_of(&mut self, tp: Tp) {
        if let Some(partition) = self.get_mut(tp) {
            partition.pending_revocation = true;
        }
    }
    /// Whether the fetcher is to look what has become of a partition.
    pub fn is_touched(&self, tp: Tp) -> bool {
        self.is_touched[tp.index()]
    }
    /// # Panics
    /// If lists contradict each other, or a position is none.
    pub fn check_invariants(&self) {
        let places = self.slots.iter().filter(|slot| **slot != ABSENT).count();
        let found = self.assigned.iter().zip(0..).all(|(partition, at)| self.slots[partition.tp.index()] == at);
        assert!(found && places == self.assigned.len(), "a partition is assigned once, and found");
        let without = self.assigned.iter().filter(|partition| partition.position().is_none()).count();
        assert_eq!(without as u32, self.unresolved, "partitions without a valid position are counted");
        let marked = self.is_touched.iter().filter(|touched| **touched).count();
        let listed = self.touched.iter().all(|tp| self.is_touched[tp.index()]);
        assert!(listed && marked == self.touched.len(), "what has changed is looked at once");
        let positions = || self.assigned.iter().filter_map(Assigned::position);
        assert!(positions().all(|position| position.offset >= Offset(0)), "a position is an offset of a log");
        let owned = self.assigned.is_empty() || self.by_hand || self.generation != Generation::NONE;
        assert!(owned, "partitions were assigned in some generation");
    }
    /// Positions of the partitions that have one: what a commit without arguments commits
    /// (`allConsumed`).
    pub fn all_consumed(&self) -> impl Iterator<Item = (Tp, Offset, LeaderEpoch)> + '_ {
        self.assigned.iter().filter_map(|partition| {
            let position = partition.position()?;
            Some((partition.tp, position.offset, position.offset_epoch))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::broken::each_is_noticed;

    fn assigned() -> Subscriptions {
        let mut subscriptions = Subscriptions::new(3);
        subscriptions.assign(&[Tp(0), Tp(2)], Generation(1));
        let position = FetchPosition { offset: Offset(5), offset_epoch: LeaderEpoch(0), leader: None };
        subscriptions.seek(Tp(0), position);
        subscriptions.touch(Tp(0));
        subscriptions
    }

    /// `SubscriptionState.TopicPartitionState.preferredReadReplica`: the lease runs from when the follower was named first.
    #[test]
    fn a_follower_is_read_until_its_lease_is_over_or_the_leader_is_another() {
        let ms = Nanos::from_millis;
        let mut subscriptions = assigned();
        let reads = |s: &Subscriptions| s.get(Tp(0)).and_then(|p| p.read_lease).map(|lease| lease.broker.0);
        let causes = |s: &mut Subscriptions| -> Vec<ReadReplicaCause> {
            s.take_read_replica_changes().iter().map(|change| change.cause).collect()
        };
        subscriptions.prefer_read_replica(Tp(0), BrokerId(2), ms(100));
        subscriptions.prefer_read_replica(Tp(0), BrokerId(2), ms(900));
        subscriptions.end_leases(ms(100));
        assert_eq!(reads(&subscriptions), Some(2), "the last millisecond counts");
        subscriptions.end_leases(ms(101));
        assert_eq!(reads(&subscriptions), None, "naming the same follower again prolongs nothing");
        subscriptions.prefer_read_replica(Tp(0), BrokerId(3), ms(900));
        let leader = LeaderAndEpoch { leader: BrokerId(1), epoch: LeaderEpoch(7) };
        subscriptions.maybe_validate(Tp(0), Some(leader));
        assert_eq!(reads(&subscriptions), None);
        use ReadReplicaCause::{LeaseOver, Named, NewLeader};
        assert_eq!(causes(&mut subscriptions), [Named, LeaseOver, Named, NewLeader]);
        assert!(!subscriptions.leave_read_replica(Tp(0), ReadReplicaCause::Refused, ErrorCode::OffsetOutOfRange));
    }

    #[test]
    fn an_assignment_that_contradicts_itself_is_noticed() {
        each_is_noticed(
            assigned,
            Subscriptions::check_invariants,
            &[
                ("assigned once, and found", |s| s.slots[2] = 0),
                ("assigned once, and found", |s| s.slots[1] = 1),
                ("without a valid position are counted", |s| s.unresolved = 0),
                ("what has changed is looked at once", |s| s.touched.push(Tp(0))),
                ("what has changed is looked at once", |s| s.is_touched[1] = true),
                ("a position is an offset of a log", |s| {
                    let position = s.position(Tp(0)).expect("it has one");
                    s.seek(Tp(0), FetchPosition { offset: Offset::INVALID, ..position });
                }),
                ("assigned in some generation", |s| s.generation = Generation::NONE),
            ],
        );
    }
}
