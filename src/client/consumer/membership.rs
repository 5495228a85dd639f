//! What a member of a classic group knows of its membership
//! (`clients/.../consumer/internals/AbstractCoordinator.java`, `Heartbeat.java`).
//!
//! Data and the rules that touch nothing else; `join.rs` and `heartbeat.rs` act on it.

use std::rc::Rc;

use super::tag;
use crate::protocol::config::ConsumerConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{BrokerId, Generation, MemberId, TopicId, Tp};
use crate::protocol::messages::{Assignor, Subscription};
use crate::sim::time::Nanos;

/// `AbstractCoordinator.MemberState`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MemberState {
    /// In no group, and not joining.
    Unjoined,
    /// The JoinGroup is sent (or about to be).
    PreparingRebalance,
    /// Joined; the SyncGroup is sent.
    CompletingRebalance,
    /// Has an assignment.
    Stable,
}

/// The search for the coordinator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Lookup {
    /// Not under way.
    Idle,
    /// FindCoordinator is sent, with this number.
    InFlight(u32),
    /// The last one failed, or led to a broker that cannot be reached: a pause.
    Backoff {
        /// End of the pause.
        until: Nanos,
        /// After a failure: it lasts until metadata is newer than this version, too.
        metadata: Option<u32>,
    },
}

/// A join with its sync, as one step (`joinFuture`).
#[derive(Clone, PartialEq, Debug)]
pub enum Join {
    /// None under way.
    None,
    /// Under way.
    Pending,
    /// Joined as the leader; waits for fresh metadata to assign with.
    Assigning(Vec<(MemberId, Rc<Subscription>)>),
    /// The SyncGroup brought an assignment; the callbacks are still to be run, by poll().
    Synced(Rc<[Tp]>),
    /// Either of the two failed, and may be tried again if the error says so.
    Failed(ErrorCode),
    /// Either of the two failed in a way that the client does not expect: poll() throws.
    Thrown(Exception),
}

/// The commit that precedes a rebalance when auto-commit is on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PrepareCommit {
    /// To be sent, not before.
    Unsent(Nanos),
    /// Sent.
    InFlight,
    /// Answered, or given up: the rebalance goes on.
    Done,
}

/// Preparation of a rebalance, from the decision to rejoin until partitions are revoked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct JoinPrepare {
    /// When the commit is given up (`max.poll.interval.ms` after the start).
    pub deadline: Nanos,
    /// The commit.
    pub commit: PrepareCommit,
}

/// Deadlines of the heartbeat thread (`Heartbeat.java`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Heartbeat {
    /// The thread is at work: from the JoinGroup's answer until membership is lost.
    pub enabled: bool,
    /// When the next heartbeat is due.
    pub next: Nanos,
    /// When the client's own session timer ends.
    pub session: Nanos,
    /// When `max.poll.interval.ms` is exceeded.
    pub poll: Nanos,
    /// When the thread looks for the coordinator again.
    pub lookup: Nanos,
    /// Heartbeats failed in a row.
    pub failures: u32,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Membership {
    /// The coordinator, if known.
    pub coordinator: Option<BrokerId>,
    /// The search for it.
    pub lookup: Lookup,
    /// Number of the next FindCoordinator.
    pub next_lookup: u32,
    /// Failed lookups of this poll().
    pub lookup_failures: u32,
    /// The state.
    pub state: MemberState,
    generation: Generation,
    member: MemberId,
    protocol: Option<Assignor>,
    version: u32,
    /// A rebalance is wanted.
    pub rejoin_needed: bool,
    /// The next join must commit and revoke first.
    pub needs_join_prepare: bool,
    /// The preparation, while it lasts.
    pub prepare: Option<JoinPrepare>,
    /// The join under way.
    pub join: Join,
    /// For the leader: the topics that it assigned, and whether it had metadata for them.
    pub assignment_snapshot: Option<Vec<(TopicId, u32)>>,
    /// The heartbeat thread.
    pub heartbeat: Heartbeat,
}

impl Membership {
    /// Wants to join, knows nobody.
    pub fn new() -> Membership {
        let never = Nanos::MAX;
        Membership {
            coordinator: None,
            lookup: Lookup::Idle,
            next_lookup: 0,
            lookup_failures: 0,
            state: MemberState::Unjoined,
            generation: Generation::NONE,
            member: MemberId::NONE,
            protocol: None,
            version: 0,
            rejoin_needed: true,
            needs_join_prepare: true,
            prepare: None,
            join: Join::None,
            assignment_snapshot: None,
            heartbeat: Heartbeat {
                enabled: false,
                next: never,
                session: never,
                poll: never,
                lookup: Nanos::ZERO,
                failures: 0,
            },
        }
    }
    /// The generation, or none.
    pub fn generation(&self) -> Generation {
        self.generation
    }
    /// The member id, or none.
    pub fn member(&self) -> MemberId {
        self.member
    }
    /// Changes with every change of generation or member id.
    pub fn version(&self) -> u32 {
        self.version
    }
    /// Whether a rebalance is wanted or under way.
    pub fn rejoin_needed_or_pending(&self) -> bool {
        self.rejoin_needed || !matches!(self.join, Join::None)
    }
    /// Whether a JoinGroup or SyncGroup is under way (`rebalanceInProgress`).
    pub fn rebalance_in_progress(&self) -> bool {
        matches!(self.state, MemberState::PreparingRebalance | MemberState::CompletingRebalance)
    }
    /// Whether generation or member id are gone: what was owned is lost.
    pub fn is_lost(&self) -> bool {
        self.generation == Generation::NONE || self.member == MemberId::NONE
    }
    /// Whether the generation was reset since the JoinGroup's answer (`hasGenerationReset`).
    pub fn is_generation_reset(&self) -> bool {
        self.generation == Generation::NONE && self.protocol.is_none()
    }
    /// Takes a generation.
    pub fn set_generation(&mut self, generation: Generation, member: MemberId, protocol: Option<Assignor>) {
        self.generation = generation;
        self.member = member;
        self.protocol = protocol;
        self.version = (self.version + 1) % tag::VALUES;
    }
    /// Membership is gone or refused: join again, with the member id only if it may still be valid
    /// (`resetStateAndRejoin`).
    pub fn reset(&mut self, member_too: bool) {
        self.state = MemberState::Unjoined;
        let member = if member_too { MemberId::NONE } else { self.member };
        self.set_generation(Generation::NONE, member, None);
        self.rejoin_needed = true;
        self.needs_join_prepare = true;
    }
    /// [`Membership::reset`] as an error demands: ILLEGAL_GENERATION leaves the member id.
    pub fn reset_on(&mut self, error: ErrorCode) {
        self.reset(error != ErrorCode::IllegalGeneration);
    }
    /// JoinGroup succeeded: the heartbeat thread starts, with all its timers afresh.
    pub fn enable_heartbeat(&mut self, now: Nanos, config: &ConsumerConfig) {
        self.heartbeat = Heartbeat {
            enabled: true,
            next: now.saturating_add(config.heartbeat_interval),
            session: now.saturating_add(config.session_timeout),
            poll: now.saturating_add(config.max_poll_interval),
            lookup: now,
            failures: 0,
        };
    }
    /// Whether the heartbeat thread is awake: it sleeps in UNJOINED and PREPARING_REBALANCE.
    pub fn heartbeats(&self) -> bool {
        self.heartbeat.enabled && matches!(self.state, MemberState::CompletingRebalance | MemberState::Stable)
    }
}
