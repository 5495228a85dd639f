//! What a voter is to the quorum, and what it knows in that role (`raft/.../EpochState.java` and those that implement it).

use super::leader_state::LeaderState;
use super::voters::Voters;
use crate::history::fact::RaftRole;
use crate::protocol::ids::ControllerId;
use crate::sim::time::Nanos;

/// The votes of an election, real or asked for in advance (`EpochElection.java`).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EpochElection {
    /// Each voter and its word, none yet for some.
    votes: Vec<(ControllerId, Option<bool>)>,
}

impl EpochElection {
    /// An election in which a voter has voted for itself.
    pub(super) fn with_own_vote(voters: &Voters, me: ControllerId) -> EpochElection {
        EpochElection { votes: voters.iter().map(|voter| (voter.id, (voter.id == me).then_some(true))).collect() }
    }
    /// A voter's word.
    pub(super) fn record(&mut self, voter: ControllerId, granted: bool) {
        if let Some((_, vote)) = self.votes.iter_mut().find(|(id, _)| *id == voter) {
            *vote = Some(granted);
        }
    }
    fn count(&self, word: Option<bool>) -> usize {
        self.votes.iter().filter(|(_, vote)| *vote == word).count()
    }
    fn majority(&self) -> usize {
        self.votes.len() / 2 + 1
    }
    /// Whether a majority has granted its vote.
    pub(super) fn is_granted(&self) -> bool {
        self.count(Some(true)) >= self.majority()
    }
    /// Whether no majority can be had any more.
    pub(super) fn is_rejected(&self) -> bool {
        self.count(Some(true)) + self.count(None) < self.majority()
    }
    /// Those that have said nothing yet.
    pub(super) fn unrecorded(&self) -> Vec<ControllerId> {
        self.votes.iter().filter(|(_, vote)| vote.is_none()).map(|(id, _)| *id).collect()
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub enum Role {
    /// It knows the epoch, and nobody who leads it.
    Unattached {
        /// For whom it has voted in the epoch.
        voted: Option<ControllerId>,
        /// When it asks to be elected itself.
        election_deadline: Nanos,
    },
    /// It asks whether it would be elected (KIP-996).
    Prospective {
        /// The leader that it followed.
        leader: Option<ControllerId>,
        /// For whom it has voted in the epoch.
        voted: Option<ControllerId>,
        /// The answers so far.
        election: EpochElection,
        /// Tries so far, this one among them.
        retries: u32,
        /// When it has waited long enough for answers.
        election_deadline: Nanos,
    },
    /// It stands for election.
    Candidate {
        /// The votes so far.
        election: EpochElection,
        /// Tries so far, this one among them.
        retries: u32,
        /// When it has waited long enough for votes.
        election_deadline: Nanos,
        /// Refused by too many: when it tries again.
        backing_off_until: Option<Nanos>,
    },
    /// It follows a leader.
    Follower {
        /// The leader.
        leader: ControllerId,
        /// For whom it has voted in the epoch.
        voted: Option<ControllerId>,
        /// When it has gone without a successful fetch for too long.
        fetch_deadline: Nanos,
        /// It has fetched successfully from this leader.
        has_fetched: bool,
    },
    /// It leads.
    Leader(Box<LeaderState>),
    /// It led in this epoch and does no longer: it can vote for nobody in it, and not lead again.
    Resigned {
        /// Voters that have not heard of it.
        unacknowledged: Vec<ControllerId>,
        /// Who should follow it, the longest log first.
        preferred_successors: Vec<ControllerId>,
        /// When it moves on to the next epoch.
        election_deadline: Nanos,
    },
}

impl Role {
    /// Its name.
    pub fn name(&self) -> RaftRole {
        match self {
            Role::Unattached { .. } => RaftRole::Unattached,
            Role::Prospective { .. } => RaftRole::Prospective,
            Role::Candidate { .. } => RaftRole::Candidate,
            Role::Follower { .. } => RaftRole::Follower,
            Role::Leader(_) => RaftRole::Leader,
            Role::Resigned { .. } => RaftRole::Resigned,
        }
    }
    /// The leader of the epoch as this voter, which is `me`, knows it.
    pub(super) fn leader(&self, me: ControllerId) -> Option<ControllerId> {
        match self {
            Role::Prospective { leader, .. } => *leader,
            Role::Unattached { .. } | Role::Candidate { .. } => None,
            Role::Follower { leader, .. } => Some(*leader),
            Role::Leader(_) | Role::Resigned { .. } => Some(me),
        }
    }
    /// For whom it has voted in the epoch, as far as it is written down.
    pub(super) fn voted(&self, me: ControllerId) -> Option<ControllerId> {
        match self {
            Role::Unattached { voted, .. } | Role::Prospective { voted, .. } | Role::Follower { voted, .. } => *voted,
            Role::Candidate { .. } => Some(me),
            Role::Leader(_) | Role::Resigned { .. } => None,
        }
    }
    /// Whether it grants a vote (`canGrantVote` of each state). `up_to_date`: the candidate's log is no shorter than its
    /// own.
    pub(super) fn can_grant_vote(&self, candidate: ControllerId, up_to_date: bool, pre_vote: bool) -> bool {
        match self {
            Role::Unattached { .. } | Role::Prospective { .. } if pre_vote => up_to_date,
            Role::Unattached { voted, .. } => voted.map_or(up_to_date, |voted| voted == candidate),
            Role::Prospective { leader, voted, .. } => {
                voted.map_or(leader.is_none() && up_to_date, |voted| voted == candidate)
            }
            Role::Candidate { .. } | Role::Resigned { .. } => pre_vote && up_to_date,
            Role::Follower { has_fetched, .. } => pre_vote && up_to_date && !has_fetched,
            Role::Leader(_) => false,
        }
    }
    /// What it knows of the others, if it leads.
    pub fn as_leader(&self) -> Option<&LeaderState> {
        if let Role::Leader(state) = self { Some(state) } else { None }
    }
    /// The same, to change it.
    pub(super) fn as_leader_mut(&mut self) -> Option<&mut LeaderState> {
        if let Role::Leader(state) = self { Some(state) } else { None }
    }
}
