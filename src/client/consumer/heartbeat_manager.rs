//! Membership by heartbeats: the coordinator of the group, what is said to it and when, and what its answers make of the member.
//! It is the same for groups of the new protocol and for share groups
//! (`clients/.../consumer/internals/{AbstractHeartbeatRequestManager,CoordinatorRequestManager}.java`,
//! `ConsumerHeartbeatRequestManager.java`, `ShareHeartbeatRequestManager.java`).

use std::rc::Rc;

use super::consumer_member::ConsumerMember;
use super::finder::{CoordinatorFinder, Search};
use super::heartbeat_requests::HeartbeatRequests;
use super::member_state::ConsumerProtocolState as State;
use super::network::ConsumerNetwork;
use super::spec::ConsumerSpec;
use super::subscription::Subscriptions;
use super::tag::Tag;
use crate::client::alarm::soonest;
use crate::client::network::Dest;
use crate::net::backoff::ExponentialBackoff;
use crate::node::Context;
use crate::protocol::catalog::Catalog;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{BrokerId, Generation, MemberId, RackId};
use crate::protocol::member_ids::MemberIds;
use crate::protocol::messages::*;
use crate::protocol::rules::{HeartbeatRack, LeaveUnknownGroup, RegexMetadata, Rules};
use crate::sim::time::Nanos;

/// Which heartbeats a member sends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HeartbeatKind {
    /// ConsumerGroupHeartbeat (KIP-848).
    Consumer,
    /// ShareGroupHeartbeat (KIP-932).
    Share,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct HeartbeatManager {
    kind: HeartbeatKind,
    spec: Rc<ConsumerSpec>,
    rules: Rules,
    /// `client.rack`, if it tells that.
    rack: Option<RackId>,
    backoff: ExponentialBackoff,
    finder: CoordinatorFinder,
    requests: HeartbeatRequests,
    member: ConsumerMember,
    /// close() looks for no coordinator any more (`StopFindCoordinatorOnCloseEvent`).
    closing: bool,
}

impl HeartbeatManager {
    /// Has subscribed, knows nobody. Its member id is its own for as long as it lives (KIP-1082).
    pub fn new(
        kind: HeartbeatKind,
        spec: Rc<ConsumerSpec>,
        catalog: Rc<Catalog>,
        rules: Rules,
        ctx: &Context<'_>,
    ) -> HeartbeatManager {
        let id = MemberIds::of_client(&catalog).draw(ctx.me(), ctx.now());
        HeartbeatManager::of(kind, id, spec, catalog, rules, ctx.now())
    }
    /// The same with an id.
    pub fn of(
        kind: HeartbeatKind,
        id: MemberId,
        spec: Rc<ConsumerSpec>,
        catalog: Rc<Catalog>,
        rules: Rules,
        now: Nanos,
    ) -> HeartbeatManager {
        let backoff = ExponentialBackoff::new(spec.config.retry_backoff, spec.config.retry_backoff_max);
        let tells_rack = rules.heartbeat_rack == HeartbeatRack::WhenJoining;
        HeartbeatManager {
            kind,
            rules,
            rack: catalog.rack(spec.config.client_rack.as_str()).filter(|_| tells_rack),
            backoff,
            finder: CoordinatorFinder::in_background(spec.group, backoff),
            requests: HeartbeatRequests::new(now, &spec.config),
            member: ConsumerMember::new(spec.clone(), catalog, rules, id),
            closing: false,
            spec,
        }
    }
    /// The member.
    pub fn member(&self) -> &ConsumerMember {
        &self.member
    }
    /// The same, to go on with.
    pub fn member_mut(&mut self) -> &mut ConsumerMember {
        &mut self.member
    }
    /// Its id, its epoch and its state.
    pub fn describe(&self) -> (MemberId, Generation, State) {
        let epoch = self.member.epoch();
        let has_one = epoch > ConsumerGroupHeartbeatRequest::JOIN;
        (self.member.id(), if has_one { epoch } else { Generation::NONE }, self.member.state())
    }
    /// From now on nobody looks for the coordinator.
    pub fn begin_close(&mut self) {
        self.closing = true;
    }
    /// Whether close() has begun.
    pub fn is_closing(&self) -> bool {
        self.closing
    }

    // --- the coordinator ---------------------------------------------------------------------------

    /// A consumer without a group.id has none (`RequestManagers.supplier`).
    fn looks_for_coordinator(&self) -> bool {
        !self.closing && self.spec.has_group_id()
    }
    /// Looks for the coordinator if it is not known.
    pub fn find_coordinator(&mut self, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) {
        if self.looks_for_coordinator() && !self.finder.is_known() {
            let search = self.finder.find(network, ctx);
            self.searched(search);
        }
    }
    /// Answer to FindCoordinator.
    pub fn on_find_coordinator_response(
        &mut self,
        number: u32,
        response: FindCoordinatorResponse,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        let search = self.finder.on_response(number, response, network, ctx);
        self.searched(search);
    }
    /// FindCoordinator got no answer.
    pub fn on_find_coordinator_failure(
        &mut self,
        number: u32,
        error: ErrorCode,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        let search = self.finder.on_failure(number, error, network, ctx);
        self.searched(search);
    }
    /// What does not pass is thrown by poll(); the search goes on (`maybePropagateCoordinatorFatalErrorEvent`).
    fn searched(&mut self, search: Search) {
        if let Search::Failed(error) = search
            && !error.is_retriable()
        {
            self.member.report(Exception::Answered(error));
        }
    }
    /// Where to send what is for the coordinator, if it is known.
    pub fn coordinator(&self) -> Option<Dest> {
        self.finder.destination()
    }
    /// The coordinator is not who it was.
    pub fn forget_coordinator(&mut self, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) {
        self.finder.forget(network, ctx);
    }
    /// A request to it got no answer (`handleCoordinatorDisconnect`). One that was never sent says nothing of it.
    pub fn unanswered(&mut self, error: ErrorCode, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) {
        if error == ErrorCode::NetworkException {
            self.finder.forget(network, ctx);
        }
    }
    /// A connection to a broker as coordinator is gone.
    pub fn disconnected(&mut self, broker: BrokerId) {
        self.finder.disconnected(broker);
    }
    /// Nothing is on its way to the coordinator or from it, or nobody knows it.
    pub fn is_silent(&self, network: &ConsumerNetwork) -> bool {
        self.finder.is_silent(network)
    }

    // --- heartbeats --------------------------------------------------------------------------------

    /// When the next heartbeat is due, or the next search; `others`: what else there is to do with a coordinator. What is overdue waits
    /// for an answer.
    pub fn due(&self, others: Nanos, now: Nanos) -> Nanos {
        if !self.finder.is_known() {
            return if self.looks_for_coordinator() { soonest(now, &[self.finder.due()]) } else { Nanos::MAX };
        }
        let heartbeats = || soonest(now, &self.requests.dues());
        soonest(now, &[others]).min(if self.member.state().is_not_in_group() { Nanos::MAX } else { heartbeats() })
    }
    /// The application polls: it joins, or joins again (`onConsumerPoll`, `resetPollTimer`).
    pub fn polled(&mut self, now: Nanos) {
        self.member.polled();
        if self.requests.poll_expired(now) {
            self.member.polled_late();
        }
        self.requests.polled(now, &self.spec.config);
    }
    /// Sends a heartbeat if it is time to, or if it cannot wait; leaves if nobody polls
    /// (`AbstractHeartbeatRequestManager.poll`).
    pub fn heartbeat(
        &mut self,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        let now = ctx.now();
        let (true, Some(dest)) = (!self.member.state().is_not_in_group(), self.finder.destination()) else {
            return self.member.heartbeat_skipped();
        };
        let expired = self.requests.poll_expired(now) && !self.member.state().is_leaving();
        if expired {
            self.member.leave_for_want_of_poll();
        }
        let state = self.member.state();
        let at_once = state.heartbeats_at_once() && (self.member.leaves_at_once() || !self.requests.is_in_flight());
        if !at_once && !self.requests.is_due(now) {
            return;
        }
        let request = self.make_heartbeat(subscriptions);
        self.requests.sent(now);
        self.member.heartbeat_made(subscriptions);
        network.send(dest, Tag::GroupHeartbeat { ignored: expired }, request, None, ctx);
        if expired {
            self.requests.reset();
            self.requests.forget_sent();
        }
    }
    /// Who joins says everything, and so does who cannot know what was heard of the last heartbeat; anybody else says what has
    /// changed (`HeartbeatState.buildRequestData`).
    fn make_heartbeat(&mut self, subscriptions: &Subscriptions) -> Request {
        let says_everything = self.member.state() == State::Joining || self.requests.says_everything();
        let has_news = self.requests.tells(self.member.current());
        let (group, member, member_epoch) = (self.spec.group, self.member.id(), self.member.epoch());
        let reason = self.member.leave_reason();
        if self.kind == HeartbeatKind::Share {
            return Request::ShareGroupHeartbeat(ShareGroupHeartbeatRequest {
                group,
                member,
                member_epoch,
                topics: says_everything.then(|| self.spec.topics.as_slice().into()),
                reason,
            });
        }
        let other_topics = self.requests.tells_topics(subscriptions.subscribed());
        let config = &self.spec.config;
        Request::ConsumerGroupHeartbeat(ConsumerGroupHeartbeatRequest {
            group,
            member,
            member_epoch,
            instance: self.spec.instance,
            rebalance_timeout: says_everything.then_some(config.max_poll_interval),
            rack: self.rack.filter(|_| says_everything),
            topics: (says_everything || other_topics).then(|| (**subscriptions.subscribed()).into()),
            regex: self.spec.regex.filter(|_| says_everything).map(Some),
            assignor: config.group_remote_assignor.filter(|_| says_everything),
            owned: (says_everything || has_news).then(|| self.member.current().partitions.clone()),
            reason,
        })
    }

    /// Answer to a heartbeat that is of interest.
    pub fn on_response(
        &mut self,
        response: &ConsumerGroupHeartbeatResponse,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        if response.error.is_err() {
            return self.on_error(response.error, subscriptions, network, ctx);
        }
        let pause = self.draw_pause(0, ctx);
        self.requests.succeeded(response.heartbeat_interval, ctx.now(), pause);
        self.member.heartbeat_succeeded(response);
        if self.spec.regex.is_some()
            && response.assignment.is_some()
            && self.rules.regex_metadata == RegexMetadata::AssignedTopics
        {
            network.metadata_mut().ask_for_assigned(&self.member.target_topics());
        }
    }
    fn draw_pause(&self, failures: u32, ctx: &mut Context<'_>) -> Nanos {
        HeartbeatRequests::draw_pause(self.rules.heartbeat_backoff, failures, self.backoff, ctx.random())
    }
    fn failed(&mut self, ctx: &mut Context<'_>) {
        let pause = self.draw_pause(self.requests.failures(), ctx);
        self.requests.failed(ctx.now(), pause);
    }
    /// `onErrorResponse`. Where Kafka's state machine refuses the transition nothing else happens.
    fn on_error(
        &mut self,
        error: ErrorCode,
        subscriptions: &mut Subscriptions,
        network: &mut ConsumerNetwork,
        ctx: &mut Context<'_>,
    ) {
        self.failed(ctx);
        match error {
            ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable => {
                self.finder.forget(network, ctx);
                self.requests.reset();
            }
            ErrorCode::CoordinatorLoadInProgress => {}
            ErrorCode::FencedMemberEpoch | ErrorCode::UnknownMemberId => {
                if !self.member.fenced(subscriptions) {
                    return;
                }
                self.requests.reset();
            }
            ErrorCode::GroupIdNotFound
                if self.rules.leave_unknown_group == LeaveUnknownGroup::Left
                    && self.member.state() == State::Unsubscribed => {}
            error => {
                if !self.member.failed(Exception::Answered(error), subscriptions) {
                    return;
                }
            }
        }
        self.member.heartbeat_failed();
    }
    /// A heartbeat that is of interest got no answer.
    pub fn on_failure(&mut self, error: ErrorCode, network: &mut ConsumerNetwork, ctx: &mut Context<'_>) {
        self.failed(ctx);
        self.unanswered(error, network, ctx);
        self.member.heartbeat_failed();
    }

    /// # Panics
    /// If its parts contradict each other. `awaits`: whether such a request is under way; `commits`: whether a commit is
    /// that a reconciliation waits for.
    pub fn check_invariants(&self, subscriptions: &Subscriptions, commits: bool, awaits: impl Fn(Tag) -> bool) {
        self.member.check_invariants(subscriptions, commits);
        self.finder.check_invariants(&awaits);
        let heartbeats = awaits(Tag::GroupHeartbeat { ignored: false });
        assert!(!self.requests.is_in_flight() || heartbeats, "a heartbeat that is under way was sent");
        let leaves = self.closing || self.member.is_unsubscribing();
        assert!(!self.member.awaits_leave() || leaves, "only close() and unsubscribe() wait for a leave");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::broken::each_is_noticed;

    fn manager_with(rules: Rules) -> (HeartbeatManager, Subscriptions) {
        let (spec, catalog) = (Rc::new(ConsumerSpec::plain()), Rc::new(Catalog::default()));
        let (kind, id) = (HeartbeatKind::Consumer, MemberId(7));
        let manager = HeartbeatManager::of(kind, id, spec, catalog, rules, Nanos::ZERO);
        (manager, Subscriptions::new(1))
    }

    /// `AbstractHeartbeatRequestManager.onErrorResponse`: who has said that it leaves, and hears that there is no such group, has left.
    /// Until 4.2 it is an error for good, which poll() throws if it is called again.
    #[test]
    fn a_group_that_is_not_there_was_left() {
        use crate::protocol::rules::KafkaVersion;
        let heard = |version: KafkaVersion| {
            let (mut manager, mut subscriptions) = manager_with(Rules::of(version));
            assert_eq!(manager.member.state(), State::Unsubscribed, "it has said that it leaves, or never joined");
            let mut outputs = crate::stage::Stage::drawing(
                crate::protocol::ids::NodeId(0),
                crate::sim::random::Stream::new(1, "stage"),
            );
            outputs.run(|ctx| {
                let mut network = super::super::kafka_consumer::connect(&manager.spec, &Catalog::default());
                manager.on_error(ErrorCode::GroupIdNotFound, &mut subscriptions, &mut network, ctx);
            });
            (manager.member.state(), manager.member.next_event())
        };
        let error = Exception::Answered(ErrorCode::GroupIdNotFound);
        let thrown = super::super::consumer_member::BackgroundEvent::Error(error);
        assert_eq!(heard(KafkaVersion::V4_2), (State::Fatal, Some(thrown)));
        assert_eq!(heard(KafkaVersion::V4_3), (State::Unsubscribed, None));
    }

    #[test]
    fn what_nobody_answers_is_noticed() {
        each_is_noticed(
            || manager_with(Rules::default()),
            |(manager, subscriptions)| manager.check_invariants(subscriptions, false, |_| false),
            &[
                ("a heartbeat that is under way was sent", |(m, _): &mut (HeartbeatManager, Subscriptions)| {
                    m.requests.sent(Nanos::ZERO);
                }),
                ("only close() and unsubscribe() wait for a leave", |(m, s)| {
                    m.member.polled();
                    m.member.leave_on_close(s);
                }),
            ],
        );
    }
}
