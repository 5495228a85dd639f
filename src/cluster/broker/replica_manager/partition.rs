//! A replica, leader or follower (`core/.../cluster/Partition.scala`).

use std::rc::Rc;

use smallvec::SmallVec;

use super::isr::IsrState;
use super::replica::RemoteReplica;
use super::session::{FetchIsolation, FetchParams, SessionPartition};
use crate::cluster::log::Log;
use crate::cluster::log::truncation::{DivergenceCheck, check_divergence};
use crate::cluster::metadata::{MetadataImage, PartitionRegistration};
use crate::protocol::batch::LeaderAndEpoch;
use crate::protocol::config::TopicConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{FetchData, ReplicaState};
use crate::protocol::rules::IsrOrder;
use crate::sim::time::Nanos;

/// What a leader keeps beside its log.
#[derive(Clone, Debug)]
pub(super) struct LeaderState {
    /// The log end when the epoch began.
    pub epoch_start: Offset,
    /// The ISR.
    pub isr: IsrState,
    /// The other replicas, in assignment order.
    pub remotes: SmallVec<[RemoteReplica; 2]>,
}

/// What the replica is to the partition.
#[expect(clippy::large_enum_variant, reason = "whoever leads looks at it with every record")]
#[derive(Clone, Debug)]
pub(super) enum Leadership {
    /// Nothing yet: the broker has not applied the partition's metadata in this life.
    Undecided,
    /// It leads.
    Leader(LeaderState),
    /// It follows [`Partition::leader`], if there is one.
    Follower,
    /// The broker is no replica any more, and its log is deleted. Those who read here are to hear of it, and the broker may
    /// become a replica again.
    Deleted,
}

/// A fetch session that holds the partition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Watcher {
    /// The session's channel.
    pub channel: u32,
    /// The partition's entry there.
    pub entry: u32,
}

/// Something written that is delayed until the high watermark is there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct AwaitedCommit {
    /// The high watermark that it needs.
    pub required: Offset,
    /// Its channel.
    pub channel: u32,
}

/// One hosted replica.
#[derive(Clone, Debug)]
pub(super) struct Partition {
    /// Which.
    pub tp: Tp,
    /// Its log.
    pub log: Log,
    /// The topic's configs.
    pub config: Rc<TopicConfig>,
    /// Replicas in assignment order.
    pub replicas: BrokerList,
    /// The leader.
    pub leader: Option<BrokerId>,
    /// Its epoch; undefined until metadata is applied.
    pub leader_epoch: LeaderEpoch,
    /// Epoch of the partition state that was applied last.
    pub partition_epoch: PartitionEpoch,
    /// What this replica is.
    pub leadership: Leadership,
    /// The fetch sessions that hold this partition.
    pub watchers: SmallVec<[Watcher; 4]>,
    /// Requests that wait for its high watermark: they have written something.
    pub awaited: Vec<AwaitedCommit>,
    /// A flush of everything below is under way or done.
    pub flush_requested: Offset,
}

/// How much a fetch may still return.
#[derive(Clone, Copy, Debug)]
pub(super) struct FetchBudget {
    /// Bytes left.
    pub left: u32,
    /// Nothing was returned yet: the next batch passes whatever its size (KIP-74).
    pub min_one: bool,
}

impl Partition {
    /// A replica whose role is not known yet.
    pub(super) fn new(tp: Tp, log: Log, config: Rc<TopicConfig>) -> Partition {
        Partition {
            tp,
            flush_requested: log.recovery_point(),
            log,
            config,
            replicas: BrokerList::EMPTY,
            leader: None,
            leader_epoch: LeaderEpoch::UNDEFINED,
            partition_epoch: PartitionEpoch(-1),
            leadership: Leadership::Undecided,
            watchers: SmallVec::new(),
            awaited: Vec::new(),
        }
    }

    /// The leader's state, if this replica leads.
    pub(super) fn leader_state(&self) -> Option<&LeaderState> {
        match &self.leadership {
            Leadership::Leader(state) => Some(state),
            _ => None,
        }
    }
    /// The same, to change it.
    pub(super) fn leader_state_mut(&mut self) -> Option<&mut LeaderState> {
        match &mut self.leadership {
            Leadership::Leader(state) => Some(state),
            _ => None,
        }
    }
    /// The offset and the epoch in which this replica would fetch from that leader now, if it follows it.
    #[inline]
    pub(super) fn follows(&self, leader: BrokerId) -> Option<(Offset, LeaderEpoch)> {
        let follows = matches!(self.leadership, Leadership::Follower) && self.leader == Some(leader);
        follows.then(|| (self.log.log_end(), self.leader_epoch))
    }
    /// Whether this replica leads.
    pub(super) fn is_leader(&self) -> bool {
        self.leader_state().is_some()
    }
    /// `min.insync.replicas`, but no more than there are replicas (`Partition.effectiveMinIsr`).
    pub(super) fn effective_min_isr(&self) -> u16 {
        self.config.min_insync_replicas.min(self.replicas.len() as u16)
    }
    /// Whether it leads with an ISR below the minimum, as committed: then it takes nothing that is to be replicated
    /// (`Partition.isUnderMinIsr`).
    pub(super) fn is_under_min_isr(&self) -> bool {
        self.leader_state().is_some_and(|leader| leader.isr.committed().len() < usize::from(self.effective_min_isr()))
    }
    /// Whether it leads with an ISR that is not below the minimum, as proposed: then what is committed has been replicated
    /// often enough (`Partition.checkEnoughReplicasReachOffset`).
    pub(super) fn has_enough_replicas(&self) -> bool {
        self.leader_state().is_some_and(|leader| leader.isr.maximal().len() >= usize::from(self.effective_min_isr()))
    }
    /// The leader that this replica knows, for errors (KIP-951).
    pub(super) fn leader_hint(&self) -> Option<LeaderAndEpoch> {
        self.leader.map(|leader| LeaderAndEpoch { leader, epoch: self.leader_epoch })
    }

    /// Holds the epoch in which a requester believes against the own one, then demands leadership
    /// (`Partition.getLocalLog`).
    ///
    /// # Errors
    /// FENCED_LEADER_EPOCH, UNKNOWN_LEADER_EPOCH, NOT_LEADER_OR_FOLLOWER, in this order.
    pub(super) fn check_leader(&self, believed: LeaderEpoch) -> Result<&LeaderState, ErrorCode> {
        self.check_epoch(believed)?;
        self.leader_state().ok_or(ErrorCode::NotLeaderOrFollower)
    }
    /// The same of whoever reads: a replica only from the leader, a consumer from any replica (`FetchParams.fetchOnlyLeader`).
    fn check_reader(&self, believed: LeaderEpoch, reader: ReplicaState) -> Result<(), ErrorCode> {
        self.check_epoch(believed)?;
        let serves = match reader {
            ReplicaState::Follower(..) => self.is_leader(),
            ReplicaState::Consumer => !matches!(self.leadership, Leadership::Undecided | Leadership::Deleted),
        };
        if serves { Ok(()) } else { Err(ErrorCode::NotLeaderOrFollower) }
    }
    fn check_epoch(&self, believed: LeaderEpoch) -> Result<(), ErrorCode> {
        if believed != LeaderEpoch::UNDEFINED && believed != self.leader_epoch {
            return Err(if believed < self.leader_epoch {
                ErrorCode::FencedLeaderEpoch
            } else {
                ErrorCode::UnknownLeaderEpoch
            });
        }
        Ok(())
    }

    /// This replica leads from here on, or goes on leading. Returns whether the leader epoch is new
    /// (`Partition.makeLeader`). A leader does not truncate: everything up to its log end is now the
    /// partition's history, committed or not.
    pub(super) fn make_leader(&mut self, me: BrokerId, registration: &PartitionRegistration, now: Nanos) -> bool {
        let is_new_epoch = registration.leader_epoch > self.leader_epoch;
        let (epoch_start, mut remotes, re_elected) = match &mut self.leadership {
            Leadership::Leader(state) => (state.epoch_start, std::mem::take(&mut state.remotes), true),
            _ => (self.log.log_end(), SmallVec::new(), false),
        };
        let others = registration.replicas.without(me);
        remotes.retain(|remote| others.contains(remote.broker));
        for broker in others.iter() {
            if remotes.iter().all(|remote| remote.broker != broker) {
                remotes.push(RemoteReplica::unknown(broker));
            }
        }
        let epoch_start = if is_new_epoch { self.log.log_end() } else { epoch_start };
        if is_new_epoch {
            self.log.assign_epoch(registration.leader_epoch, epoch_start);
            for remote in &mut remotes {
                remote.reset(now, epoch_start, re_elected, registration.isr.contains(remote.broker));
            }
        }
        self.adopt(registration);
        self.leadership =
            Leadership::Leader(LeaderState { epoch_start, isr: IsrState::Committed(registration.isr), remotes });
        is_new_epoch
    }

    /// This replica follows from here on, or goes on following. Returns whether the leader epoch is
    /// new: only then is its fetcher started over (`Partition.makeFollower`).
    pub(super) fn make_follower(&mut self, registration: &PartitionRegistration) -> bool {
        let is_new_epoch = registration.leader_epoch > self.leader_epoch || !self.has_log();
        self.adopt(registration);
        self.leadership = Leadership::Follower;
        is_new_epoch
    }

    /// The broker is no replica any more: what it had is gone.
    pub(super) fn delete(&mut self, empty: Log, registration: &PartitionRegistration) {
        self.adopt(registration);
        (self.log, self.leadership, self.flush_requested) = (empty, Leadership::Deleted, Offset(0));
    }
    /// Whether there is a log here.
    pub(super) fn has_log(&self) -> bool {
        !matches!(self.leadership, Leadership::Deleted)
    }

    fn adopt(&mut self, registration: &PartitionRegistration) {
        self.replicas = registration.replicas;
        self.leader = registration.leader;
        self.leader_epoch = registration.leader_epoch;
        self.partition_epoch = registration.partition_epoch;
    }

    /// Moves the high watermark up as far as the ISR allows; whether it moved
    /// (`Partition.maybeIncrementLeaderHW`).
    ///
    /// Beside the maximal ISR, a live follower that was caught up lately holds it back too: it is
    /// about to join, and a busy leader would outrun it for ever. Below the minimum ISR the high
    /// watermark stands still, whatever the producers' acks are.
    pub(super) fn maybe_raise_high_watermark(&mut self, image: &MetadataImage, lag_max: Nanos, now: Nanos) -> bool {
        let min_isr = usize::from(self.effective_min_isr());
        let Leadership::Leader(state) = &self.leadership else { return false };
        if state.isr.committed().len() < min_isr {
            return false;
        }
        let log_end = self.log.log_end();
        let maximal = state.isr.maximal();
        let mut candidate = log_end;
        for remote in &state.remotes {
            let counts = || {
                maximal.contains(remote.broker)
                    || (remote.is_caught_up(log_end, now, lag_max) && is_isr_eligible(remote, image))
            };
            if remote.log_end < candidate && counts() {
                candidate = remote.log_end;
            }
        }
        self.log.maybe_raise_high_watermark(candidate)
    }

    /// Notes a follower's fetch; whether its log end is news (`Partition.updateFollowerFetchState`).
    ///
    /// # Errors
    /// NOT_LEADER_OR_FOLLOWER for a fetch of an earlier incarnation of the follower (KIP-903).
    pub(super) fn record_fetch(
        &mut self,
        from: &SessionPartition,
        broker: BrokerId,
        epoch: BrokerEpoch,
        image: &MetadataImage,
        now: Nanos,
    ) -> Result<bool, ErrorCode> {
        let log_end = self.log.log_end();
        let known = image.broker(broker).filter(|registration| !registration.fenced).map(|alive| alive.epoch);
        if epoch != BrokerEpoch::UNKNOWN && known.is_some_and(|known| known > epoch) {
            return Err(ErrorCode::NotLeaderOrFollower);
        }
        let remote = self.remote_mut(broker).ok_or(ErrorCode::UnknownLeaderEpoch)?;
        let before = remote.log_end;
        remote.fetched(from.fetch_offset, from.log_start, log_end, now, epoch);
        Ok(before != remote.log_end)
    }

    /// What is known of a follower.
    pub(super) fn remote_mut(&mut self, broker: BrokerId) -> Option<&mut RemoteReplica> {
        self.leader_state_mut()?.remotes.iter_mut().find(|remote| remote.broker == broker)
    }

    /// Proposes to add a follower that has everything below the high watermark and has fetched in this
    /// epoch; whether there is a new proposal (`Partition.maybeExpandIsr`, `isFollowerInSync`).
    pub(super) fn maybe_expand_isr(&mut self, broker: BrokerId, image: &MetadataImage) -> bool {
        let high_watermark = self.log.high_watermark();
        let Leadership::Leader(state) = &mut self.leadership else { return false };
        let committed = state.isr.committed();
        if state.isr.is_inflight() || committed.contains(broker) {
            return false;
        }
        let in_sync = state.remotes.iter().find(|remote| remote.broker == broker).is_some_and(|remote| {
            is_isr_eligible(remote, image) && remote.log_end >= high_watermark && remote.log_end >= state.epoch_start
        });
        if in_sync {
            state.isr = IsrState::PendingExpand { committed, joining: broker };
        }
        in_sync
    }

    /// Proposes to drop the members that have not been caught up for `lag_max`; whether there is a new
    /// proposal (`Partition.maybeShrinkIsr`). A member with the leader's log end never counts as
    /// late: a dead follower of an idle partition stays until the controller fences it.
    pub(super) fn maybe_shrink_isr(&mut self, lag_max: Nanos, now: Nanos) -> bool {
        let log_end = self.log.log_end();
        let Leadership::Leader(state) = &mut self.leadership else { return false };
        if state.isr.is_inflight() {
            return false;
        }
        let committed = state.isr.committed();
        let late =
            |remote: &&RemoteReplica| committed.contains(remote.broker) && !remote.is_caught_up(log_end, now, lag_max);
        let leaving: BrokerList = state.remotes.iter().filter(late).map(|remote| remote.broker).collect();
        if !leaving.is_empty() {
            state.isr = IsrState::PendingShrink { committed, leaving };
        }
        !leaving.is_empty()
    }

    /// The members of the proposed ISR with the broker epochs of their last fetches; unknown ones are
    /// not checked by the controller.
    pub(super) fn proposed_members(
        &self,
        order: IsrOrder,
        me: BrokerId,
        my_epoch: BrokerEpoch,
    ) -> SmallVec<[(BrokerId, BrokerEpoch); 3]> {
        let Some(state) = self.leader_state() else { return SmallVec::new() };
        let epoch_of = |broker| match state.remotes.iter().find(|remote| remote.broker == broker) {
            _ if broker == me => my_epoch,
            Some(remote) => remote.broker_epoch.unwrap_or(BrokerEpoch::UNKNOWN),
            None => BrokerEpoch::UNKNOWN,
        };
        state.isr.proposed(order).iter().map(|broker| (broker, epoch_of(broker))).collect()
    }

    /// Reads for a fetcher into an empty answer, without noting its progress (`Partition.fetchRecords`,
    /// `readRecords`).
    pub(super) fn read(
        &self,
        from: &SessionPartition,
        params: FetchParams,
        budget: &FetchBudget,
        data: &mut FetchData,
    ) {
        data.high_watermark = self.log.high_watermark();
        data.last_stable_offset = self.log.last_stable_offset();
        data.log_start = self.log.log_start();
        if let Err(error) = self.try_read(from, params, budget, data) {
            *data = fetch_error(self.tp, error, self.leader_hint());
        }
    }

    /// The answer to a consumer that had better read elsewhere: the offsets here, and no records.
    pub(super) fn name_read_replica(&self, from: &SessionPartition, preferred: BrokerId, data: &mut FetchData) {
        match self.check_epoch(from.current_leader_epoch) {
            Ok(()) => {
                data.high_watermark = self.log.high_watermark();
                data.last_stable_offset = self.log.last_stable_offset();
                data.log_start = self.log.log_start();
                data.preferred_read_replica = Some(preferred);
            }
            Err(error) => *data = fetch_error(self.tp, error, self.leader_hint()),
        }
    }

    fn try_read(
        &self,
        from: &SessionPartition,
        params: FetchParams,
        budget: &FetchBudget,
        data: &mut FetchData,
    ) -> Result<(), ErrorCode> {
        self.check_reader(from.current_leader_epoch, params.replica_state)?;
        if let ReplicaState::Follower(broker, _) = params.replica_state
            && !self.replicas.contains(broker)
        {
            return Err(ErrorCode::UnknownLeaderEpoch);
        }
        let divergence = self.divergence(from);
        if divergence == DivergenceCheck::Unknown || from.fetch_offset < self.log.log_start() {
            return Err(ErrorCode::OffsetOutOfRange);
        }
        if let DivergenceCheck::Diverging { epoch, end_offset } = divergence {
            data.diverging = Some((epoch, end_offset));
            return Ok(());
        }
        if from.fetch_offset > self.log.log_end() {
            return Err(ErrorCode::OffsetOutOfRange);
        }
        self.log.read(
            from.fetch_offset,
            self.read_limit(params.isolation),
            from.max_bytes.min(budget.left),
            budget.min_one,
            &mut data.batches,
        );
        if params.isolation == FetchIsolation::TxnCommitted
            && let Some(last) = data.batches.last()
        {
            data.aborted_transactions = self.log.aborted_transactions(from.fetch_offset, last.next_offset());
        }
        Ok(())
    }

    fn divergence(&self, from: &SessionPartition) -> DivergenceCheck {
        // Within the latest epoch, of which there is no end yet, nothing can diverge below the log end.
        let in_latest = from.last_fetched_epoch == self.log.latest_epoch() && from.fetch_offset <= self.log.log_end();
        if from.last_fetched_epoch == LeaderEpoch::UNDEFINED || in_latest {
            return DivergenceCheck::Consistent;
        }
        check_divergence(self.log.epochs(), self.log.log_end(), from.last_fetched_epoch, from.fetch_offset)
    }

    /// Where reading ends.
    pub(super) fn read_limit(&self, isolation: FetchIsolation) -> Offset {
        match isolation {
            FetchIsolation::LogEnd => self.log.log_end(),
            FetchIsolation::HighWatermark => self.log.high_watermark(),
            FetchIsolation::TxnCommitted => self.log.last_stable_offset(),
        }
    }

    /// What a parked fetch could read here, in bytes; `None` if it has to be answered now, whatever
    /// its minimum: leadership or epoch changed, the log was cut, the logs diverge, or there is a younger
    /// segment to read than the one it stands in (`DelayedFetch.tryComplete`).
    ///
    /// A consumer that has read more than this leader knows to be committed stands beyond the limit as
    /// well: after a failover it asks again and again until the high watermark has caught up.
    pub(super) fn readable(&self, from: &SessionPartition, params: FetchParams) -> Option<u64> {
        self.check_reader(from.current_leader_epoch, params.replica_state).ok()?;
        let limit = self.read_limit(params.isolation);
        let is_over = from.fetch_offset > limit || self.log.rolls_between(from.fetch_offset, limit);
        if is_over || self.divergence(from) != DivergenceCheck::Consistent {
            return None;
        }
        Some(self.log.readable_bytes(from.fetch_offset, limit).min(u64::from(from.max_bytes)))
    }
}

impl Partition {
    /// `sessions`: whether a channel has a fetch session.
    ///
    /// # Panics
    /// If what it knows contradicts itself.
    pub(super) fn check_invariants(&self, me: BrokerId, sessions: impl Fn(u32) -> bool) {
        let log_end = self.log.log_end();
        assert!(self.log.high_watermark() <= log_end, "the high watermark lies within the log");
        assert!(self.flush_requested <= log_end, "a flush covers what is in the log");
        let twice = |(n, watcher): (usize, &Watcher)| self.watchers[..n].iter().any(|w| w.channel == watcher.channel);
        assert!(!self.watchers.iter().enumerate().any(twice), "a session watches a partition once");
        assert!(self.watchers.iter().all(|watcher| sessions(watcher.channel)), "whoever watches has a session");
        match &self.leadership {
            Leadership::Undecided => assert!(self.leader.is_none(), "a replica without a state knows no leader"),
            Leadership::Follower => assert_ne!(self.leader, Some(me), "a follower follows somebody else"),
            Leadership::Deleted => {
                assert_ne!(self.leader, Some(me), "who is no replica does not lead");
                assert_eq!(log_end, Offset(0), "what is deleted holds nothing");
            }
            Leadership::Leader(state) => {
                assert_eq!(self.leader, Some(me), "a leader knows that it leads");
                state.check_invariants(me, self);
            }
        }
    }
}

impl LeaderState {
    fn check_invariants(&self, me: BrokerId, partition: &Partition) {
        let replicas = partition.replicas;
        assert!(self.isr.maximal().iter().all(|id| replicas.contains(id)), "the ISR is a subset of the replicas");
        assert!(self.isr.committed().contains(me), "a leader is in its own ISR");
        assert!(self.isr.proposed(IsrOrder::Joined).contains(me), "a leader never proposes to leave the ISR itself");
        let is_other = |broker: BrokerId| broker != me && replicas.contains(broker);
        let known = self.remotes.len() + 1 == replicas.len() && self.remotes.iter().all(|r| is_other(r.broker));
        assert!(known, "a leader knows something of each other replica");
        assert!(self.epoch_start <= partition.log.log_end(), "the epoch began within the log");
    }
}

/// The answer for a partition that cannot be read.
pub(super) fn fetch_error(tp: Tp, error: ErrorCode, hint: Option<LeaderAndEpoch>) -> FetchData {
    let names_leader = matches!(error, ErrorCode::NotLeaderOrFollower | ErrorCode::FencedLeaderEpoch);
    FetchData { error, current_leader: hint.filter(|_| names_leader), ..FetchData::empty(tp) }
}

/// Whether a follower may be in an ISR: neither fenced nor about to stop, and its last fetch came
/// from the incarnation that is registered (`Partition.isReplicaIsrEligible`, KIP-841, KIP-903).
fn is_isr_eligible(remote: &RemoteReplica, image: &MetadataImage) -> bool {
    let Some(fetched_as) = remote.broker_epoch else { return false };
    image.broker(remote.broker).is_some_and(|registration| {
        !registration.fenced
            && !registration.in_controlled_shutdown
            && (fetched_as == BrokerEpoch::UNKNOWN || fetched_as == registration.epoch)
    })
}
