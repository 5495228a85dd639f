//! How a consumer comes by its partitions: by the protocol of its group (`group.protocol`).

use std::rc::Rc;

use super::callbacks::ListenerCall;
use super::classic::MemberState;
use super::close::Closing;
use super::commits::{FinishedCommit, Offsets, SyncCommit};
use super::coordinator::{ConsumerCoordinator, GroupProgress};
use super::member_state::ConsumerProtocolState;
use super::network::ConsumerNetwork;
use super::request_managers::RequestManagers;
use super::spec::ConsumerSpec;
use super::subscription::Subscriptions;
use super::tag::Tag;
use crate::client::network::Dest;
use crate::node::Context;
use crate::protocol::catalog::Catalog;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{BrokerId, Generation, MemberId};
use crate::protocol::messages::*;
use crate::protocol::rules::{PollPositions, Rules};
use crate::sim::time::Nanos;

/// See the module.
#[derive(Clone, Debug)]
pub enum Membership {
    /// The members join and sync; one of them assigns (`ClassicKafkaConsumer`).
    Classic(Box<ConsumerCoordinator>),
    /// Heartbeats are all, and the coordinator assigns (`AsyncKafkaConsumer`, KIP-848).
    Consumer(Box<RequestManagers>),
}

/// What a member is doing, by its protocol.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum MembershipState {
    /// `group.protocol=classic`.
    Classic(MemberState),
    /// `group.protocol=consumer`.
    Consumer(ConsumerProtocolState),
}

impl MembershipState {
    /// The state by its name in Kafka.
    pub const fn name(self) -> &'static str {
        match self {
            MembershipState::Classic(state) => state.name(),
            MembershipState::Consumer(state) => state.name(),
        }
    }
}

/// What poll() does while positions are looked up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LookupManner {
    /// It waits for committed offsets.
    WaitsForCommitted,
    /// It waits for those, and for the answers to ListOffsets.
    Waits,
    /// It hands out what is buffered, and fetches more only if it does.
    GoesOn,
}

use Membership::{Classic, Consumer};

impl Membership {
    /// Of a consumer that has subscribed.
    pub fn new(spec: Rc<ConsumerSpec>, catalog: Rc<Catalog>, rules: Rules, ctx: &Context<'_>) -> Membership {
        match spec.config.group_protocol {
            GroupProtocol::Classic => Classic(Box::new(ConsumerCoordinator::new(spec, catalog, ctx.now()))),
            GroupProtocol::Consumer => Consumer(Box::new(RequestManagers::new(spec, catalog, rules, ctx))),
        }
    }
    /// What a producer needs to know of it.
    pub fn group_metadata(&self) -> ConsumerGroupMetadata {
        match self {
            Classic(group) => group.group_metadata(),
            Consumer(group) => group.group_metadata(),
        }
    }
    /// The member's id or none, its generation or epoch or none, and its state.
    pub fn member(&self) -> (MemberId, Generation, MembershipState) {
        match self {
            Classic(group) => {
                let (identity, state) = group.member();
                (identity.member, identity.generation, MembershipState::Classic(state))
            }
            Consumer(group) => {
                let (member, epoch, state) = group.member();
                (member, epoch, MembershipState::Consumer(state))
            }
        }
    }
    /// What poll() does while positions are looked up.
    pub fn lookup_manner(&self, rules: Rules) -> LookupManner {
        match (self, rules.poll_positions) {
            (Classic(_), _) => LookupManner::WaitsForCommitted,
            (Consumer(_), PollPositions::Waits) => LookupManner::Waits,
            (Consumer(_), PollPositions::GoesOn) => LookupManner::GoesOn,
        }
    }

    // --- poll() ------------------------------------------------------------------------------------

    /// A pass of poll() has handed out what it could.
    pub fn handed_out(
        &mut self,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        match self {
            Classic(_) => {}
            Consumer(group) => group.handed_out(subscriptions, network, ctx),
        }
    }

    /// A call of poll() begins.
    pub fn poll_begins(&mut self) {
        match self {
            Classic(group) => group.poll_begins(),
            Consumer(_) => {}
        }
    }
    /// What a pass of poll() does about the group.
    ///
    /// # Errors
    /// What poll() throws.
    pub fn poll(
        &mut self,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> Result<GroupProgress, Exception> {
        match self {
            Classic(group) => group.poll(subscriptions, network, ctx),
            Consumer(group) => group.poll(subscriptions, network, ctx),
        }
    }
    /// Metadata has come.
    pub fn metadata_updated(&mut self, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) {
        match self {
            Classic(group) => group.metadata_updated(network, ctx),
            Consumer(_) => {}
        }
    }

    // --- the listener ------------------------------------------------------------------------------

    fn callback(&mut self) -> &mut ListenerCall {
        match self {
            Classic(group) => &mut group.callback,
            Consumer(group) => &mut group.callback,
        }
    }
    /// Whether the listener is called, and at work.
    pub fn calls_back(&mut self) -> bool {
        *self.callback() == ListenerCall::Runs
    }
    /// It has come back.
    pub fn called_back(&mut self) {
        *self.callback() = ListenerCall::Returned;
    }

    // --- beside the application --------------------------------------------------------------------

    /// Whether no thread beside the application's reads what comes.
    pub fn has_no_reader(&self) -> bool {
        match self {
            Classic(group) => group.has_no_reader(),
            Consumer(_) => false,
        }
    }

    /// One turn of the thread that works beside the application's.
    pub fn turn(&mut self, subscriptions: &mut Subscriptions, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) {
        match self {
            Classic(group) => group.heartbeat_turn(network, ctx),
            Consumer(group) => group.turn(subscriptions, network, ctx),
        }
    }
    /// When it has something to do next.
    pub fn turn_due(&self, now: Nanos) -> Nanos {
        match self {
            Classic(group) => group.heartbeat_due(now),
            Consumer(group) => group.due(now),
        }
    }
    /// What some clients commit beside the application.
    pub fn background_commit(
        &mut self,
        subscriptions: &Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        match self {
            Classic(group) => group.background_commit(subscriptions, network, ctx),
            Consumer(_) => {}
        }
    }
    /// When they do.
    pub fn background_due(&self) -> Nanos {
        match self {
            Classic(group) => group.background_due(),
            Consumer(_) => Nanos::MAX,
        }
    }

    // --- answers -----------------------------------------------------------------------------------

    /// An answer of the coordinator, or of who knows it. Returns what the next poll() that finds a partition without a position throws, if
    /// anything.
    pub fn on_response(
        &mut self,
        tag: Tag,
        response: Response,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> Option<Exception> {
        match (self, tag, response) {
            (Classic(group), Tag::FindCoordinator { number }, Response::FindCoordinator(r)) => {
                group.on_find_coordinator_response(number, r, subscriptions, network, ctx)
            }
            (Classic(group), Tag::JoinGroup { version }, Response::JoinGroup(r)) => {
                group.on_join_response(version, r, network, ctx)
            }
            (Classic(group), Tag::SyncGroup { version }, Response::SyncGroup(r)) => {
                group.on_sync_response(version, r, network, ctx)
            }
            (Classic(group), Tag::Heartbeat { version }, Response::Heartbeat(error)) => {
                group.on_heartbeat_response(version, error, network, ctx)
            }
            (Classic(_), Tag::LeaveGroup, Response::LeaveGroup(_)) => {}
            (Classic(group), Tag::OffsetCommit { slot }, Response::OffsetCommit(r)) => {
                group.on_commit_response(slot, &r, network, ctx)
            }
            (Classic(group), Tag::OffsetFetch { number }, Response::OffsetFetch(r)) => {
                return group.on_offset_fetch_response(number, &r, subscriptions, network, ctx);
            }
            (Consumer(group), Tag::FindCoordinator { number }, Response::FindCoordinator(r)) => {
                group.on_find_coordinator_response(number, r, network, ctx)
            }
            (Consumer(_), Tag::GroupHeartbeat { ignored: true }, Response::ConsumerGroupHeartbeat(_)) => {}
            (Consumer(group), Tag::GroupHeartbeat { .. }, Response::ConsumerGroupHeartbeat(r)) => {
                group.on_heartbeat_response(&r, subscriptions, network, ctx)
            }
            (Consumer(group), Tag::OffsetCommit { slot }, Response::OffsetCommit(r)) => {
                group.on_commit_response(slot, &r, subscriptions, network, ctx)
            }
            (Consumer(group), Tag::OffsetFetch { number }, Response::OffsetFetch(r)) => {
                return group.on_offset_fetch_response(number, &r, subscriptions, network, ctx);
            }
            (_, tag, response) => unreachable!("{response:?} answers {tag:?}"),
        }
        None
    }
    /// A request of it got no answer.
    pub fn on_failure(
        &mut self,
        tag: Tag,
        error: ErrorCode,
        subscriptions: &Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        match (self, tag) {
            (Classic(group), Tag::FindCoordinator { number }) => {
                group.on_find_coordinator_failure(number, error, network, ctx)
            }
            (Classic(group), Tag::JoinGroup { .. } | Tag::SyncGroup { .. }) => group.on_join_failure(error),
            (Classic(group), Tag::Heartbeat { .. }) => group.on_heartbeat_failure(ctx),
            (Classic(_), Tag::LeaveGroup) => {}
            (Classic(group), Tag::OffsetCommit { slot }) => group.on_commit_failure(slot, error, ctx),
            (Classic(group), Tag::OffsetFetch { number }) => group.on_offset_fetch_failure(number, ctx),
            (Consumer(group), Tag::FindCoordinator { number }) => {
                group.on_find_coordinator_failure(number, error, network, ctx)
            }
            (Consumer(_), Tag::GroupHeartbeat { ignored: true }) => {}
            (Consumer(group), Tag::GroupHeartbeat { .. }) => group.on_heartbeat_failure(error, network, ctx),
            (Consumer(group), Tag::OffsetCommit { slot }) => {
                group.on_commit_failure(slot, error, subscriptions, network, ctx)
            }
            (Consumer(group), Tag::OffsetFetch { number }) => {
                group.on_offset_fetch_failure(number, error, network, ctx)
            }
            (_, tag) => unreachable!("nobody sends {tag:?}"),
        }
    }
    /// A connection to a broker as coordinator is gone.
    pub fn disconnected(&mut self, broker: BrokerId) {
        match self {
            Classic(group) => group.disconnected(broker),
            Consumer(group) => group.disconnected(broker),
        }
    }

    // --- commits and committed offsets -------------------------------------------------------------

    /// Calls of commitAsync() that are over.
    pub fn take_finished_commits(&mut self) -> Vec<FinishedCommit> {
        match self {
            Classic(group) => group.take_finished_commits(),
            Consumer(group) => group.take_finished_commits(),
        }
    }
    /// The number of the application's last commit.
    pub fn last_commit_call(&self) -> u32 {
        match self {
            Classic(group) => group.last_commit_call(),
            Consumer(group) => group.last_commit_call(),
        }
    }
    /// commitAsync().
    pub fn commit_async(
        &mut self,
        offsets: Offsets,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        match self {
            Classic(group) => group.commit_async(offsets, subscriptions, network, ctx),
            Consumer(group) => group.commit_async(offsets, subscriptions, network, ctx),
        }
    }
    /// Begins a commitSync().
    pub fn begin_sync_commit(&mut self, offsets: Offsets, now: Nanos) -> SyncCommit {
        match self {
            Classic(group) => group.begin_sync_commit(offsets, now),
            Consumer(group) => group.begin_sync_commit(offsets, now),
        }
    }
    /// Takes it as far as it goes without waiting. `None`: wait. Otherwise it returned, or threw.
    pub fn drive_sync_commit(
        &mut self,
        commit: &mut SyncCommit,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> Option<Result<(), Exception>> {
        match self {
            Classic(group) => group.drive_sync_commit(commit, subscriptions, network, ctx),
            Consumer(group) => group.drive_sync_commit(commit, subscriptions, network, ctx),
        }
    }
    /// Fetches the committed offsets of partitions that have no position. Whether some are missing.
    pub fn fetch_committed(
        &mut self,
        subscriptions: &Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> bool {
        match self {
            Classic(group) => group.fetch_committed(subscriptions, network, ctx),
            Consumer(group) => group.fetch_committed(subscriptions, network, ctx),
        }
    }

    // --- the subscription --------------------------------------------------------------------------

    /// subscribe() was called. A classic member compares what it subscribes to with every poll().
    pub fn subscription_updated(&mut self) {
        match self {
            Classic(_) => {}
            Consumer(group) => group.subscription_updated(),
        }
    }
    /// Begins unsubscribe().
    pub fn begin_unsubscribe(&mut self) {
        match self {
            Classic(_) => {}
            Consumer(group) => group.begin_unsubscribe(),
        }
    }
    /// Takes unsubscribe() as far as it goes without waiting: the partitions are given up, and the group is left. A result: that is done,
    /// or it throws.
    pub fn drive_unsubscribe(
        &mut self,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> Option<Result<(), Exception>> {
        match self {
            Classic(group) => group.drive_unsubscribe(subscriptions, network, ctx).then_some(Ok(())),
            Consumer(group) => group.drive_unsubscribe(subscriptions, network, ctx),
        }
    }
    /// unsubscribe() is about to return.
    pub fn unsubscribed(&mut self) {
        match self {
            Classic(_) => {}
            Consumer(group) => group.unsubscribed(),
        }
    }

    // --- the end -----------------------------------------------------------------------------------

    /// Begins close().
    pub fn begin_close(&mut self, subscriptions: &Subscriptions, now: Nanos) -> Closing {
        match self {
            Classic(group) => group.begin_close(subscriptions, now),
            Consumer(group) => group.begin_close(subscriptions, now),
        }
    }
    /// Takes close() as far as it goes without waiting; true when the consumer is closed.
    pub fn drive_close(
        &mut self,
        closing: &mut Closing,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) -> bool {
        match self {
            Classic(group) => group.drive_close(closing, subscriptions, network, ctx),
            Consumer(group) => group.drive_close(closing, subscriptions, network, ctx),
        }
    }

    // --- time and invariants -----------------------------------------------------------------------

    /// What a call that drives the client waits for, beside its own deadlines.
    pub fn dues(&self) -> [Nanos; 3] {
        match self {
            Classic(group) => group.dues(),
            Consumer(group) => [group.auto_commit_due(), Nanos::MAX, Nanos::MAX],
        }
    }
    /// When the lookup of committed offsets may go on.
    pub fn committed_due(&self) -> Nanos {
        match self {
            Classic(group) => group.committed_due(),
            Consumer(group) => group.committed_due(),
        }
    }
    /// # Panics
    /// If its parts contradict each other. `awaited`: the requests under way.
    pub fn check_invariants(&self, subscriptions: &Subscriptions, awaited: &[(Dest, Tag)]) {
        match self {
            Classic(group) => group.check_invariants(subscriptions, awaited),
            Consumer(group) => group.check_invariants(subscriptions, awaited),
        }
    }
    /// Whether a commitSync() or close() that waits for its commit will hear of it.
    pub fn will_tell(&self, commit: &SyncCommit) -> bool {
        match self {
            Classic(group) => group.will_tell(commit),
            Consumer(group) => group.will_tell(commit),
        }
    }
}
