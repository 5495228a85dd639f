//! A member of a classic group: joining, assignment by the leader, syncing, the heartbeat thread, leaving
//! (`clients/.../consumer/internals/AbstractCoordinator.java`, and what `ConsumerCoordinator.java` adds to it
//! for the leader).
//!
//! It knows nothing of what partitions mean: whoever drives it runs the callbacks.

use std::collections::BTreeSet;
use std::rc::Rc;

use super::assigning;
use super::finder::{CoordinatorFinder, Search};
use super::heartbeat::Heartbeat;
use super::network::ConsumerNetwork;
use super::spec::{ConsumerSpec, GroupMembershipOperation};
use super::subscription::Subscriptions;
use super::tag::{self, Tag};
use crate::client::alarm::soonest;
use crate::client::metadata::Metadata;
use crate::net::backoff::ExponentialBackoff;
use crate::node::Context;
use crate::protocol::catalog::Catalog;
use crate::protocol::client_preset::ClientPreset;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{Generation, MemberId, RackId, TopicId, Tp};
use crate::protocol::messages::*;
use crate::sim::time::Nanos;

/// JoinGroup may take as long as the slowest member's poll() takes, and a little more.
const JOIN_GROUP_TIMEOUT_LAPSE: Nanos = Nanos::from_millis(5_000);

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

impl MemberState {
    /// Whether the heartbeat thread has nothing to do (`hasNotJoinedGroup`).
    pub const fn has_not_joined(self) -> bool {
        matches!(self, MemberState::Unjoined | MemberState::PreparingRebalance)
    }
    /// The state by its name in Kafka.
    pub const fn name(self) -> &'static str {
        match self {
            MemberState::Unjoined => "UNJOINED",
            MemberState::PreparingRebalance => "PREPARING_REBALANCE",
            MemberState::CompletingRebalance => "COMPLETING_REBALANCE",
            MemberState::Stable => "STABLE",
        }
    }
}

/// A topic as the leader saw it when it assigned (`ConsumerCoordinator.MetadataSnapshot`).
#[derive(Clone, PartialEq, Debug)]
struct TopicSnapshot {
    topic: TopicId,
    /// How many partitions it had.
    count: u32,
    /// For a leader with a rack: the racks of each partition's replicas, and whether one was not known.
    racks: Vec<BTreeSet<Option<RackId>>>,
}

/// A join with its sync, as one step (`joinFuture`).
#[derive(Clone, PartialEq, Debug)]
enum Join {
    /// None under way.
    None,
    /// Under way.
    Pending,
    /// Joined as the leader; waits for fresh metadata to assign with.
    Assigning(Election),
    /// The SyncGroup brought an assignment; the callbacks are still to be run, by poll().
    Synced(Rc<[Tp]>),
    /// Either of the two failed, and may be tried again if the error says so.
    Failed(ErrorCode),
    /// Either of the two failed in a way that the client does not expect: poll() throws.
    Thrown(Exception),
}

/// What a leader was told (`JoinGroupResponse`).
#[derive(Clone, PartialEq, Debug)]
struct Election {
    protocol: Assignor,
    members: Vec<JoinGroupMember>,
    /// The assignment stays as it is (KIP-814).
    skip_assignment: bool,
}

/// What an assignor remembers of an assignment.
#[derive(Clone, PartialEq, Debug)]
struct LastAssignment {
    by: Assignor,
    partitions: Rc<[Tp]>,
    generation: Generation,
}

/// What a look at the join came to.
#[derive(Clone, PartialEq, Debug)]
pub enum Joining {
    /// Nothing more can be done now.
    Waits,
    /// It is to begin anew.
    Again,
    /// The member has this assignment now.
    Joined(Rc<[Tp]>),
}

/// Who a member is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Identity {
    /// The generation, or none.
    pub generation: Generation,
    /// The member id, or none.
    pub member: MemberId,
    /// Changes with every change of the two.
    pub version: u32,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct ClassicMember {
    spec: Rc<ConsumerSpec>,
    catalog: Rc<Catalog>,
    backoff: ExponentialBackoff,
    state: MemberState,
    identity: Identity,
    protocol: Option<Assignor>,
    /// A rebalance is wanted.
    rejoin_needed: bool,
    /// The topics with which it joined last (`joinedSubscription`).
    joined_subscription: Option<Rc<[TopicId]>>,
    /// The next join must commit and revoke first.
    needs_join_prepare: bool,
    join: Join,
    /// For the leader: the topics that it assigned, and how they were.
    assignment_snapshot: Option<Vec<TopicSnapshot>>,
    /// What the chosen assignor was told last (`onAssignment`).
    last_assignment: Option<LastAssignment>,
    heartbeat: Heartbeat,
    /// The heartbeat thread has ended with this; the next poll() throws it (`HeartbeatThread.failed`).
    heartbeat_failure: Option<Exception>,
}

impl ClassicMember {
    /// Wants to join.
    pub fn new(spec: Rc<ConsumerSpec>, catalog: Rc<Catalog>, backoff: ExponentialBackoff) -> ClassicMember {
        ClassicMember {
            spec,
            catalog,
            backoff,
            state: MemberState::Unjoined,
            identity: Identity { generation: Generation::NONE, member: MemberId::NONE, version: 0 },
            protocol: None,
            rejoin_needed: true,
            joined_subscription: None,
            needs_join_prepare: true,
            join: Join::None,
            assignment_snapshot: None,
            last_assignment: None,
            heartbeat: Heartbeat::new(),
            heartbeat_failure: None,
        }
    }
    /// Its state.
    pub fn state(&self) -> MemberState {
        self.state
    }
    /// Who it is.
    pub fn identity(&self) -> Identity {
        self.identity
    }
    /// Whether a rebalance is wanted or under way.
    pub fn rejoin_needed_or_pending(&self) -> bool {
        self.rejoin_needed || self.join != Join::None
    }
    /// It joins again if it subscribes to other topics than those with which it joined (`rejoinNeededOrPending`).
    pub fn check_subscription(&mut self, subscribed: &Rc<[TopicId]>) {
        if self.joined_subscription.as_ref().is_some_and(|joined| joined != subscribed) {
            self.rejoin_needed = true;
        }
    }
    /// Its leader knows of these topics, too (`maybeUpdateJoinedSubscription`).
    pub fn joined_with(&mut self, topics: &Rc<[TopicId]>) {
        self.joined_subscription = Some(topics.clone());
    }
    /// A rebalance is wanted.
    pub fn request_rejoin(&mut self) {
        self.rejoin_needed = true;
    }
    /// Whether the heartbeat thread sleeps, and reads nothing, of a member that has joined before or is about to.
    pub fn has_no_reader(&self) -> bool {
        self.state.has_not_joined() && self.joined_subscription.is_some()
    }
    /// Whether a JoinGroup or SyncGroup is under way (`rebalanceInProgress`).
    pub fn rebalance_in_progress(&self) -> bool {
        matches!(self.state, MemberState::PreparingRebalance | MemberState::CompletingRebalance)
    }
    /// Whether generation or member id are gone: what was owned is lost.
    pub fn is_lost(&self) -> bool {
        self.identity.generation == Generation::NONE || self.identity.member == MemberId::NONE
    }
    /// Whether the next join must commit and revoke first.
    pub fn needs_join_prepare(&self) -> bool {
        self.needs_join_prepare
    }
    /// That is done.
    pub fn join_prepared(&mut self) {
        self.needs_join_prepare = false;
        self.assignment_snapshot = None;
    }

    fn set_identity(&mut self, generation: Generation, member: MemberId, protocol: Option<Assignor>) {
        self.identity = Identity { generation, member, version: (self.identity.version + 1) % tag::VALUES };
        self.protocol = protocol;
    }
    /// Membership is gone or refused: join again, with the member id only if it may still be valid
    /// (`resetStateAndRejoin`).
    fn reset(&mut self, member_too: bool) {
        self.state = MemberState::Unjoined;
        let member = if member_too { MemberId::NONE } else { self.identity.member };
        self.set_identity(Generation::NONE, member, None);
        self.rejoin_needed = true;
        self.needs_join_prepare = true;
    }
    /// The same as an error demands: ILLEGAL_GENERATION leaves the member id.
    pub fn reset_on(&mut self, error: ErrorCode) {
        self.reset(error != ErrorCode::IllegalGeneration);
    }

    // --- joining -----------------------------------------------------------------------------------

    /// Takes the join a step further; its preparation is done.
    ///
    /// # Errors
    /// What poll() throws.
    pub fn join(
        &mut self,
        finder: &mut CoordinatorFinder,
        subscriptions: &Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> Result<Joining, Exception> {
        match std::mem::replace(&mut self.join, Join::None) {
            Join::None => {
                self.state = MemberState::PreparingRebalance;
                self.send_join_group(finder, subscriptions, network, ctx);
                Ok(Joining::Waits)
            }
            waiting @ (Join::Pending | Join::Assigning(_)) => {
                self.join = waiting;
                Ok(Joining::Waits)
            }
            Join::Synced(assignment) => Ok(self.synced(assignment, subscriptions.subscribed())),
            Join::Failed(error) => {
                self.rejoin_needed = true;
                match error {
                    ErrorCode::UnknownMemberId
                    | ErrorCode::IllegalGeneration
                    | ErrorCode::RebalanceInProgress
                    | ErrorCode::MemberIdRequired => Ok(Joining::Again),
                    error if error.is_retriable() => Ok(Joining::Waits),
                    error => Err(Exception::Answered(error)),
                }
            }
            Join::Thrown(error) => {
                self.rejoin_needed = true;
                Err(error)
            }
        }
    }

    /// An assignment has come, unless membership was lost between the SyncGroup's answer and this poll().
    fn synced(&mut self, assignment: Rc<[Tp]>, subscribed: &[TopicId]) -> Joining {
        // `hasGenerationReset`
        let is_reset = self.identity.generation == Generation::NONE && self.protocol.is_none();
        if is_reset || self.state != MemberState::Stable {
            self.reset(true);
            return Joining::Again;
        }
        self.needs_join_prepare = true;
        // The instance whose place it has taken may have had another subscription, and so may it itself as it joined
        // (`checkAssignmentMatchedSubscription`).
        let matching = if self.spec.pattern { &self.spec.topics } else { subscribed };
        if assignment.iter().any(|tp| !matching.contains(&self.catalog.topic_of(*tp).0)) {
            self.request_rejoin();
            return Joining::Again;
        }
        if let Some(by) = self.protocol {
            let (partitions, generation) = (assignment.clone(), self.identity.generation);
            self.last_assignment = Some(LastAssignment { by, partitions, generation });
        }
        Joining::Joined(assignment)
    }

    fn send_join_group(
        &mut self,
        finder: &mut CoordinatorFinder,
        subscriptions: &Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        let Some(dest) = finder.reachable(network, ctx) else { return };
        let config = &self.spec.config;
        let owned: Vec<Tp> = subscriptions.partitions().iter().map(|p| p.tp).collect();
        let subscription = |assignor: Assignor| Subscription {
            topics: subscriptions.subscribed().to_vec(),
            owned: owned.clone(),
            generation: self.identity.generation,
            user_data: self.user_data(assignor),
            rack: self.rack().filter(|_| self.spec.client.is_none_or(ClientPreset::assigns_by_rack)),
        };
        let offered = config.partition_assignment_strategy.iter();
        let protocols = offered.map(|assignor| (assignor, Rc::new(subscription(assignor)))).collect();
        let request = JoinGroupRequest {
            group: self.spec.group,
            member: self.identity.member,
            instance: self.spec.instance,
            session_timeout: config.session_timeout,
            rebalance_timeout: config.max_poll_interval,
            protocols,
        };
        self.joined_subscription = Some(subscriptions.subscribed().clone());
        let timeout = config.request_timeout.max(config.max_poll_interval.saturating_add(JOIN_GROUP_TIMEOUT_LAPSE));
        let tag = Tag::JoinGroup { version: self.identity.version };
        self.join = Join::Pending;
        network.send(dest, tag, Request::JoinGroup(request), Some(timeout), ctx);
    }

    /// What an assignor keeps of the last assignment and sends along (`subscriptionUserData`).
    fn user_data(&self, assignor: Assignor) -> Option<UserData> {
        let last = self.last_assignment.as_ref().filter(|last| last.by == assignor);
        match assignor {
            Assignor::Range | Assignor::RoundRobin | Assignor::Overlapping => None,
            Assignor::Sticky => last.map(|last| UserData::Previous(last.partitions.clone(), last.generation)),
            Assignor::CooperativeSticky => {
                Some(UserData::Generation(last.map_or(Generation::NONE, |last| last.generation)))
            }
        }
    }

    /// JoinGroup or SyncGroup got no answer.
    pub fn on_join_failure(&mut self, error: ErrorCode) {
        self.join = Join::Failed(error);
    }

    /// Answer to JoinGroup, read in a call of the application's: the SyncGroup follows at once.
    pub fn on_join_response(
        &mut self,
        version: u32,
        response: JoinGroupResponse,
        finder: &mut CoordinatorFinder,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        let error = response.error;
        self.join = match error {
            ErrorCode::None if self.state == MemberState::PreparingRebalance => {
                return self.joined(response, finder, network, ctx);
            }
            // The membership was lost meanwhile (`UnjoinedGroupException`, retriable).
            ErrorCode::None => Join::Failed(ErrorCode::RequestTimedOut),
            ErrorCode::UnknownMemberId => {
                if self.identity.version == version {
                    self.reset(true);
                }
                Join::Failed(error)
            }
            ErrorCode::MemberIdRequired => {
                self.set_identity(Generation::NONE, response.member, None);
                Join::Failed(error)
            }
            ErrorCode::CoordinatorNotAvailable | ErrorCode::NotCoordinator => {
                finder.forget(network, ctx);
                Join::Failed(error)
            }
            ErrorCode::CoordinatorLoadInProgress | ErrorCode::RebalanceInProgress => Join::Failed(error),
            // `JoinGroupResponseHandler` knows these, and raises them as they are.
            ErrorCode::FencedInstanceId
            | ErrorCode::InconsistentGroupProtocol
            | ErrorCode::InvalidGroupId
            | ErrorCode::InvalidSessionTimeout
            | ErrorCode::GroupMaxSizeReached => Join::Thrown(Exception::Answered(error)),
            error => Join::Thrown(Exception::Unexpected(error)),
        };
    }

    fn joined(
        &mut self,
        response: JoinGroupResponse,
        finder: &mut CoordinatorFinder,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        self.state = MemberState::CompletingRebalance;
        self.heartbeat.enable(ctx.now(), &self.spec.config);
        self.set_identity(response.generation, response.member, response.protocol);
        if let Some(protocol) = response.protocol.filter(|_| response.leader == response.member) {
            network.metadata_mut().watch(&assigning::subscribed_topics(&response.members));
            let JoinGroupResponse { members, skip_assignment, .. } = response;
            self.join = Join::Assigning(Election { protocol, members, skip_assignment });
            self.assign_with_fresh_metadata(finder, network, ctx);
        } else {
            self.send_sync_group(Vec::new(), finder, network, ctx);
        }
    }

    /// A leader that waits to assign does so, unless a refresh of its metadata is due or under way
    /// (`ensureFreshMetadata`).
    pub fn assign_with_fresh_metadata(
        &mut self,
        finder: &mut CoordinatorFinder,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        if network.metadata().next_update(ctx.now()) <= ctx.now() || network.metadata().in_progress() {
            return;
        }
        match std::mem::replace(&mut self.join, Join::None) {
            Join::Assigning(election) => {
                let assignments = self.perform_assignment(&election, network);
                self.send_sync_group(assignments, finder, network, ctx);
            }
            other => self.join = other,
        }
    }

    /// The leader assigns with its own metadata, and remembers on what that stood. One that has come back as the static member
    /// that it was watches the metadata again, and assigns nothing.
    fn perform_assignment(
        &mut self,
        Election { protocol, members, skip_assignment }: &Election,
        network: &ConsumerNetwork,
    ) -> Vec<(MemberId, Rc<[Tp]>)> {
        let metadata = network.metadata();
        let topics = assigning::subscribed_topics(members);
        self.assignment_snapshot = Some(topics.iter().map(|topic| self.topic_snapshot(*topic, metadata)).collect());
        if *skip_assignment {
            return Vec::new();
        }
        let count = |topic| metadata.partition_count(topic);
        assigning::assign(*protocol, members, &self.catalog, count, |tp| metadata.racks_of(tp))
    }
    /// `client.rack`.
    fn rack(&self) -> Option<RackId> {
        self.catalog.rack(self.spec.config.client_rack.as_str())
    }
    /// A topic as the leader sees it. Racks are of interest to one that has one itself: when a broker dies, its rack
    /// is not known any more, and that is another snapshot (`ConsumerCoordinator.MetadataSnapshot`).
    fn topic_snapshot(&self, topic: TopicId, metadata: &Metadata) -> TopicSnapshot {
        let count = metadata.partition_count(topic);
        let has_rack = self.rack().is_some() && self.spec.client.is_none_or(ClientPreset::assigns_by_rack);
        let partitions = self.catalog.partitions(topic).take(if has_rack { count as usize } else { 0 });
        TopicSnapshot { topic, count, racks: partitions.map(|tp| metadata.racks_of(tp)).collect() }
    }

    /// The leader rejoins when its metadata is not what it assigned with.
    pub fn check_assignment_snapshot(&mut self, network: &ConsumerNetwork) {
        let stale = |known: &TopicSnapshot| self.topic_snapshot(known.topic, network.metadata()) != *known;
        if self.assignment_snapshot.as_ref().is_some_and(|snapshot| snapshot.iter().any(stale)) {
            self.rejoin_needed = true;
        }
    }

    fn send_sync_group(
        &mut self,
        assignments: Vec<(MemberId, Rc<[Tp]>)>,
        finder: &mut CoordinatorFinder,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        let Some(dest) = finder.reachable(network, ctx) else {
            self.join = Join::Failed(ErrorCode::CoordinatorNotAvailable);
            return;
        };
        let Identity { generation, member, version } = self.identity;
        let (group, instance, protocol) = (self.spec.group, self.spec.instance, self.protocol);
        let request = SyncGroupRequest { group, generation, member, instance, protocol, assignments };
        self.join = Join::Pending;
        network.send(dest, Tag::SyncGroup { version }, Request::SyncGroup(request), None, ctx);
    }

    /// Answer to SyncGroup. Whichever thread reads it, the callbacks wait for poll().
    pub fn on_sync_response(
        &mut self,
        version: u32,
        response: SyncGroupResponse,
        finder: &mut CoordinatorFinder,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        self.join = match response.error {
            ErrorCode::None if self.identity.version == version && self.state == MemberState::CompletingRebalance => {
                self.state = MemberState::Stable;
                self.rejoin_needed = false;
                Join::Synced(response.assignment)
            }
            // The heartbeat thread lost the membership meanwhile: as if this were stale, so that the
            // member joins again at once.
            ErrorCode::None => Join::Failed(ErrorCode::IllegalGeneration),
            error @ (ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration) => {
                if self.identity.version == version {
                    self.reset_on(error);
                }
                Join::Failed(error)
            }
            error @ (ErrorCode::CoordinatorNotAvailable | ErrorCode::NotCoordinator) => {
                finder.forget(network, ctx);
                Join::Failed(error)
            }
            ErrorCode::RebalanceInProgress => Join::Failed(ErrorCode::RebalanceInProgress),
            ErrorCode::FencedInstanceId => Join::Thrown(Exception::Answered(ErrorCode::FencedInstanceId)),
            // Even COORDINATOR_LOAD_IN_PROGRESS.
            error => Join::Thrown(Exception::Unexpected(error)),
        };
    }

    // --- the heartbeat thread ----------------------------------------------------------------------

    /// The application is in poll() (`pollHeartbeat`).
    ///
    /// # Errors
    /// With what the thread has ended; another one begins with the next join.
    pub fn polled(&mut self, now: Nanos) -> Result<(), Exception> {
        if let Some(failure) = self.heartbeat_failure.take() {
            return Err(failure);
        }
        self.heartbeat.polled(now, &self.spec.config);
        Ok(())
    }
    /// The coordinator has been heard of.
    pub fn session_renewed(&mut self, now: Nanos) {
        self.heartbeat.session_renewed(now, &self.spec.config);
    }
    /// The thread stops for good.
    pub fn stop_heartbeat(&mut self) {
        self.heartbeat.disable();
    }
    /// Whether the thread is awake: it sleeps in UNJOINED and PREPARING_REBALANCE.
    fn heartbeats(&self) -> bool {
        self.heartbeat.is_enabled() && !self.state.has_not_joined()
    }

    /// One turn of the thread: look for the coordinator, or give it up, or leave the group, or send
    /// a heartbeat; whatever is due, in this order.
    ///
    /// The thread searches too, so that a busy application does not lose its membership for want of a coordinator.
    pub fn heartbeat_turn(
        &mut self,
        finder: &mut CoordinatorFinder,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> Search {
        if !self.heartbeats() {
            return Search::GoesOn;
        }
        let now = ctx.now();
        // Who heartbeats from its loop has no timers of its own beside: it finds out by the answer.
        let has_thread = !self.spec.heartbeats_from_loop();
        if has_thread && finder.is_known() && self.heartbeat.session_expired(now) {
            finder.forget(network, ctx);
        }
        if !finder.is_known() {
            let looks = self.heartbeat.looks_now(now, &self.spec.config);
            return if looks { finder.find_impatiently(network, ctx) } else { Search::GoesOn };
        }
        if has_thread && self.heartbeat.poll_expired(now) {
            // The application has not polled for max.poll.interval.ms. The partitions stay with it
            // until it does; then they are lost.
            self.heartbeat.disable();
            self.leave(LeaveGroupReason::PollTimeout, GroupMembershipOperation::Default, finder, network, ctx);
        } else if self.heartbeat.is_due(now) {
            self.send_heartbeat(finder, network, ctx);
        }
        Search::GoesOn
    }

    fn send_heartbeat(&mut self, finder: &mut CoordinatorFinder, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) {
        let Some(dest) = finder.reachable(network, ctx) else { return };
        self.heartbeat.sent(ctx.now(), &self.spec.config);
        let Identity { generation, member, version } = self.identity;
        let request = HeartbeatRequest { group: self.spec.group, generation, member, instance: self.spec.instance };
        network.send(dest, Tag::Heartbeat { version }, Request::Heartbeat(request), None, ctx);
    }

    /// Answer to a heartbeat. REBALANCE_IN_PROGRESS counts as success: the member is known, and acts
    /// on it at its next poll().
    pub fn on_heartbeat_response(
        &mut self,
        version: u32,
        error: ErrorCode,
        finder: &mut CoordinatorFinder,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        let current = self.identity.version == version;
        match error {
            ErrorCode::RebalanceInProgress if self.state == MemberState::Stable => self.rejoin_needed = true,
            ErrorCode::None | ErrorCode::RebalanceInProgress => {}
            ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration if current => {
                self.reset_on(error);
                return self.heartbeat_failed(ctx);
            }
            // Another process is this instance now: the thread ends, and the application hears of it.
            ErrorCode::FencedInstanceId if current => {
                self.reset_on(error);
                self.heartbeat_failure = Some(Exception::Answered(error));
                return;
            }
            // About a membership that is no more.
            ErrorCode::UnknownMemberId | ErrorCode::IllegalGeneration | ErrorCode::FencedInstanceId => {}
            ErrorCode::CoordinatorNotAvailable | ErrorCode::NotCoordinator => {
                finder.forget(network, ctx);
                return self.heartbeat_failed(ctx);
            }
            _ => return self.heartbeat_failed(ctx),
        }
        self.heartbeat.succeeded(ctx.now(), &self.spec.config);
    }

    /// A heartbeat failed, or got no answer.
    pub fn heartbeat_failed(&mut self, ctx: &mut Context<'_>) {
        let now = ctx.now();
        self.heartbeat.failed(now, |failures| self.backoff.draw(failures, ctx.random()));
    }

    /// When the thread has something to do next; [`Nanos::MAX`] while it sleeps. What is overdue
    /// waits for the connection, whose event wakes the thread.
    pub fn heartbeat_due(&self, finder: &CoordinatorFinder, now: Nanos) -> Nanos {
        if !self.heartbeats() {
            return Nanos::MAX;
        }
        if !finder.is_known() {
            // With a backoff of 0 the thread calls `Object.wait(0)`, which waits for whoever wakes it.
            let sleeps = self.spec.config.retry_backoff == Nanos::ZERO;
            return if sleeps { Nanos::MAX } else { self.heartbeat.next_lookup() };
        }
        soonest(now, &self.heartbeat.dues())
    }

    /// # Panics
    /// If the membership contradicts itself. `awaits`: whether such a request is under way.
    pub fn check_invariants(&self, subscriptions: &Subscriptions, awaits: impl Fn(&dyn Fn(Tag) -> bool) -> bool) {
        let joined = matches!(self.state, MemberState::CompletingRebalance | MemberState::Stable);
        assert!(!joined || !self.is_lost(), "who has joined has a member id and a generation");
        if self.join == Join::Pending {
            let joins = |tag| matches!(tag, Tag::JoinGroup { .. } | Tag::SyncGroup { .. });
            assert!(awaits(&joins), "a join that is under way was sent");
        }
        if self.state == MemberState::Stable && !self.rejoin_needed_or_pending() {
            let same = subscriptions.generation() == self.identity.generation;
            assert!(same, "a settled member reads what it was assigned in its generation");
        }
    }

    // --- leaving -----------------------------------------------------------------------------------

    /// Sends LeaveGroup if there is something to leave and somebody to tell, which a static member does only if it was told to: it
    /// may come back. The member forgets its membership in any case (`maybeLeaveGroup`).
    pub fn leave(
        &mut self,
        reason: LeaveGroupReason,
        operation: GroupMembershipOperation,
        finder: &mut CoordinatorFinder,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        let joined = self.state != MemberState::Unjoined && self.identity.member != MemberId::NONE;
        let leaves = match operation {
            GroupMembershipOperation::Default => self.spec.instance.is_none(),
            GroupMembershipOperation::LeaveGroup => true,
            GroupMembershipOperation::RemainInGroup => false,
        };
        if joined
            && leaves
            && let Some(dest) = finder.reachable(network, ctx)
        {
            let identity = MemberIdentity { member: self.identity.member, instance: None, reason };
            let request = LeaveGroupRequest { group: self.spec.group, members: [identity].into_iter().collect() };
            network.send(dest, Tag::LeaveGroup, Request::LeaveGroup(request), None, ctx);
        }
        self.reset(true);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::time::Nanos;
    use crate::stage::broken::each_is_noticed;

    /// A member of generation 4, with partition 0.
    fn stable() -> (ClassicMember, Subscriptions) {
        let spec = ConsumerSpec::plain();
        let backoff = ExponentialBackoff::new(Nanos(1), Nanos(1));
        let mut member = ClassicMember::new(Rc::new(spec), Rc::new(Catalog::default()), backoff);
        member.set_identity(Generation(4), MemberId(7), Some(Assignor::Range));
        (member.state, member.rejoin_needed) = (MemberState::Stable, false);
        let mut subscriptions = Subscriptions::new(1);
        subscriptions.assign(&[Tp(0)], Generation(4));
        (member, subscriptions)
    }

    #[test]
    fn a_membership_that_contradicts_itself_is_noticed() {
        each_is_noticed(
            stable,
            |(member, subscriptions)| member.check_invariants(subscriptions, |_| false),
            &[
                ("has a member id and a generation", |(m, _)| m.identity.member = MemberId::NONE),
                ("a join that is under way was sent", |(m, _)| m.join = Join::Pending),
                ("reads what it was assigned in its generation", |(_, s)| s.assign(&[Tp(0)], Generation(3))),
            ],
        );
    }
}
