//! What the leader of the quorum knows of those that fetch from it (`raft/.../LeaderState.java`).

use super::voters::{RaftConfig, Voters};
use crate::protocol::ids::{ControllerId, Offset};
use crate::protocol::messages::QuorumReplica;
use crate::protocol::rules::RaftBeginQuorumEpoch;
use crate::sim::time::Nanos;

/// A voter or an observer, as the leader knows it.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct FetchingReplica {
    /// Who.
    pub replica: QuorumReplica,
    /// Its log end: what it fetched from last; of the leader itself, what it has flushed. None before.
    pub end: Option<Offset>,
    /// When it fetched last; none before.
    pub last_fetch: Option<Nanos>,
    /// When it had everything last; none before.
    pub last_caught_up: Option<Nanos>,
    /// The leader's log end at its last fetch.
    leader_end_at_last_fetch: Offset,
}

impl FetchingReplica {
    fn new(replica: QuorumReplica) -> FetchingReplica {
        let leader_end_at_last_fetch = Offset::INVALID;
        FetchingReplica { replica, end: None, last_fetch: None, last_caught_up: None, leader_end_at_last_fetch }
    }
    /// It fetches from `offset`, while the leader's log ends at `leader_end` (`updateFollowerState`).
    fn fetched(&mut self, now: Nanos, offset: Offset, leader_end: Offset) {
        if offset >= leader_end {
            self.last_caught_up = Some(now);
        } else if self.leader_end_at_last_fetch > Offset(0) && offset >= self.leader_end_at_last_fetch {
            self.last_caught_up = self.last_caught_up.max(self.last_fetch);
        }
        self.leader_end_at_last_fetch = leader_end;
        self.last_fetch = Some(now);
        self.end = Some(offset);
    }
    /// The longest log first; then by id.
    fn rank(&self) -> (std::cmp::Reverse<Option<Offset>>, QuorumReplica) {
        (std::cmp::Reverse(self.end), self.replica)
    }
}

/// See the module.
#[derive(Clone, PartialEq, Debug)]
pub struct LeaderState {
    me: ControllerId,
    /// Where its epoch begins in its log.
    pub(super) epoch_start: Offset,
    /// The voters, by id.
    voters: Vec<FetchingReplica>,
    /// Those of the others that have fetched, by id.
    observers: Vec<FetchingReplica>,
    /// Other voters that have fetched since there were enough of them last.
    fetched_voters: Vec<ControllerId>,
    /// When it resigns, unless enough of them have fetched.
    pub(super) check_quorum_deadline: Nanos,
    /// When it sends BeginQuorumEpoch next.
    pub(super) begin_quorum_epoch_at: Nanos,
    config: RaftConfig,
}

impl LeaderState {
    /// A leader that has just been elected.
    pub(super) fn new(
        me: ControllerId,
        epoch_start: Offset,
        voters: &Voters,
        config: RaftConfig,
        now: Nanos,
    ) -> LeaderState {
        LeaderState {
            me,
            epoch_start,
            voters: voters.iter().map(|voter| FetchingReplica::new(QuorumReplica::Voter(voter.id))).collect(),
            observers: Vec::new(),
            fetched_voters: Vec::new(),
            check_quorum_deadline: now.saturating_add(config.check_quorum_timeout()),
            begin_quorum_epoch_at: now,
            config,
        }
    }
    /// The voters, by id.
    pub fn voters(&self) -> &[FetchingReplica] {
        &self.voters
    }
    /// Those of the others that have fetched, by id.
    pub fn observers(&self) -> &[FetchingReplica] {
        &self.observers
    }
    /// What a leader itself has flushed counts like what others have fetched.
    pub(super) fn update_local(&mut self, flushed: Offset) {
        let me = QuorumReplica::Voter(self.me);
        self.state(me).end = Some(flushed);
    }
    /// Somebody has fetched from `offset`, and so has everything before it (`updateReplicaState`).
    pub(super) fn update_replica(&mut self, replica: QuorumReplica, now: Nanos, offset: Offset, leader_end: Offset) {
        self.state(replica).fetched(now, offset, leader_end);
        if let QuorumReplica::Voter(id) = replica
            && !self.fetched_voters.contains(&id)
        {
            self.fetched_voters.push(id);
            // The leader itself is one of the majority.
            if self.fetched_voters.len() >= self.voters.len() / 2 {
                self.fetched_voters.clear();
                self.check_quorum_deadline = now.saturating_add(self.config.check_quorum_timeout());
            }
        }
    }
    fn state(&mut self, replica: QuorumReplica) -> &mut FetchingReplica {
        let states = match replica {
            QuorumReplica::Voter(_) => &mut self.voters,
            QuorumReplica::Observer(_) => &mut self.observers,
        };
        let place = states.binary_search_by_key(&replica, |state| state.replica).unwrap_or_else(|place| {
            states.insert(place, FetchingReplica::new(replica));
            place
        });
        &mut states[place]
    }
    /// The largest offset that a majority has, this leader among it, if that is behind the start of its epoch: nothing
    /// older is exposed before a record of its own is committed (`maybeUpdateHighWatermark`). Kafka's leader handles no
    /// fetch before its own flush has returned, so nothing is committed that it has not flushed itself.
    pub(super) fn high_watermark(&self) -> Option<Offset> {
        let mut ends: Vec<Option<Offset>> = self.voters.iter().map(|state| state.end).collect();
        ends.sort_by(|a, b| b.cmp(a));
        let own = self.voters.iter().find(|state| state.replica == QuorumReplica::Voter(self.me))?.end;
        ends[self.voters.len() / 2].min(own).filter(|end| *end > self.epoch_start)
    }
    /// The other voters, the longest log first (`nonLeaderVotersByDescendingFetchOffset`).
    pub(super) fn successors(&self) -> Vec<ControllerId> {
        let mut voters = self.voters.clone();
        voters.sort_by_key(FetchingReplica::rank);
        voters.iter().filter_map(|state| voter(state.replica)).filter(|id| *id != self.me).collect()
    }
    /// To whom BeginQuorumEpoch goes.
    pub(super) fn to_be_told(&self, now: Nanos) -> Vec<ControllerId> {
        let silent = |state: &&FetchingReplica| match self.config.rules.raft_begin_quorum_epoch {
            RaftBeginQuorumEpoch::EveryVoter => true,
            RaftBeginQuorumEpoch::SilentVoters => {
                state.last_fetch.is_none_or(|last| last.saturating_add(self.config.begin_quorum_epoch_timeout()) <= now)
            }
        };
        let others = self.voters.iter().filter(|state| state.replica != QuorumReplica::Voter(self.me));
        others.filter(silent).filter_map(|state| voter(state.replica)).collect()
    }
}

fn voter(replica: QuorumReplica) -> Option<ControllerId> {
    match replica {
        QuorumReplica::Voter(id) => Some(id),
        QuorumReplica::Observer(_) => None,
    }
}
