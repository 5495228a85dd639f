//! A member of a group of the new protocol (KIP-848): its state, and how it comes from what it has to what it was told to have
//! (`clients/.../consumer/internals/AbstractMembershipManager.java`, `ConsumerMembershipManager.java`).
//!
//! It knows nothing of requests. What a rebalance listener is to be told waits for poll(): as [`BackgroundEvent`]s, in order, and
//! whoever drives the member says when they were dealt with. Without a listener the background thread deals with them, which
//! [`ConsumerMember::next_without_listener`] names.

use std::collections::VecDeque;
use std::rc::Rc;

use super::callbacks::{partitions_come, partitions_go};
use super::member_state::ConsumerProtocolState as State;
use super::spec::{ConsumerSpec, GroupMembershipOperation, RebalanceListener};
use super::subscription::Subscriptions;
use crate::client::metadata::Metadata;
use crate::history::fact::RevokeReason;
use crate::node::Context;
use crate::protocol::catalog::Catalog;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{Generation, MemberId, TopicId, Tp};
use crate::protocol::messages::{ConsumerGroupHeartbeatRequest, ConsumerGroupHeartbeatResponse, LeaveGroupReason};
use crate::protocol::rules::{AssignmentApplied, LeaveRefused, ReconciliationStart, Rules};

/// What a member has, or is to have, and how often that has changed (`LocalAssignment`): the same partitions again are another
/// assignment.
#[derive(Clone, PartialEq, Debug)]
pub struct LocalAssignment {
    /// How often; `None`: there is none.
    change: Option<u64>,
    /// The partitions, ascending.
    pub partitions: Rc<[Tp]>,
}

impl LocalAssignment {
    fn none() -> LocalAssignment {
        LocalAssignment { change: None, partitions: [].into() }
    }
    fn is_none(&self) -> bool {
        self.change.is_none()
    }
    /// Takes an assignment, if it is another one (`updateWith`).
    fn update_with(&mut self, partitions: &Rc<[Tp]>) {
        if self.is_none() || self.partitions != *partitions {
            let change = Some(self.change.map_or(0, |change| change + 1));
            *self = LocalAssignment { change, partitions: partitions.clone() };
        }
    }
}

/// For what a reconciliation waits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Step {
    /// The commit of what was consumed, if there is to be one.
    Committing,
    /// onPartitionsRevoked.
    Revoking,
    /// onPartitionsAssigned.
    Assigning,
}

/// A reconciliation under way (`maybeReconcile`). It keeps the next from beginning until it has come to its own end, even where
/// it is of no use any more.
#[derive(Clone, PartialEq, Debug)]
struct Reconciliation {
    resolved: LocalAssignment,
    /// The member's epoch when it began.
    epoch: Generation,
    revoked: Rc<[Tp]>,
    step: Step,
    /// The member has joined anew since.
    rejoined: bool,
}

/// What waits for poll() (`events/BackgroundEvent.java`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum BackgroundEvent {
    /// poll() throws this.
    Error(Exception),
    /// onPartitionsRevoked of what a reconciliation takes.
    Revoked,
    /// The new assignment, and onPartitionsAssigned of what it adds.
    Assigned,
    /// onPartitionsLost of everything.
    Lost,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct ConsumerMember {
    spec: Rc<ConsumerSpec>,
    catalog: Rc<Catalog>,
    rules: Rules,
    id: MemberId,
    epoch: Generation,
    state: State,
    /// subscribe() was called, and poll() was not since.
    subscribed: bool,
    /// What it has (`currentAssignment`).
    current: LocalAssignment,
    /// What it was told to have (`currentTargetAssignment`).
    target: LocalAssignment,
    reconciliation: Option<Reconciliation>,
    events: VecDeque<BackgroundEvent>,
    /// It leaves, or has left, because nobody polled (`isPollTimerExpired`).
    poll_expired: bool,
    /// STALE, and the application polls again: as soon as the partitions are given up it joins.
    rejoins_when_released: bool,
    /// close() or unsubscribe() waits for the leave to be answered (`leaveGroupInProgress`).
    awaits_leave: bool,
    /// unsubscribe() is under way.
    unsubscribing: bool,
    /// Those who follow its epoch were told of it, and so of its id, at least once.
    is_introduced: bool,
    /// What becomes of the membership when it leaves: until close() the usual (`leaveGroupOperation`).
    closing: GroupMembershipOperation,
}

impl ConsumerMember {
    /// Has subscribed; it joins with the first poll().
    pub fn new(spec: Rc<ConsumerSpec>, catalog: Rc<Catalog>, rules: Rules, id: MemberId) -> ConsumerMember {
        let subscribed = spec.assigned.is_none();
        ConsumerMember {
            spec,
            catalog,
            rules,
            id,
            epoch: ConsumerGroupHeartbeatRequest::JOIN,
            state: State::Unsubscribed,
            subscribed,
            current: LocalAssignment::none(),
            target: LocalAssignment::none(),
            reconciliation: None,
            events: VecDeque::new(),
            poll_expired: false,
            rejoins_when_released: false,
            awaits_leave: false,
            unsubscribing: false,
            is_introduced: false,
            closing: GroupMembershipOperation::Default,
        }
    }
    /// Its id: the same for as long as the consumer lives, whatever becomes of its membership (KIP-1082).
    pub fn id(&self) -> MemberId {
        self.id
    }
    /// Its state.
    pub fn state(&self) -> State {
        self.state
    }
    /// Its epoch, as its heartbeats say it.
    pub fn epoch(&self) -> Generation {
        self.epoch
    }
    /// What it has.
    pub fn current(&self) -> &LocalAssignment {
        &self.current
    }
    /// The topics of which it was told to have partitions, ascending (`assignedTopicIds`).
    pub fn target_topics(&self) -> Vec<TopicId> {
        let mut topics: Vec<TopicId> = self.target.partitions.iter().map(|tp| self.catalog.topic_of(*tp).0).collect();
        topics.dedup();
        topics
    }
    /// Who commits and fetches offsets: the member, if it was ever introduced, and its epoch, if it has one
    /// (`CommitRequestManager.MemberInfo`).
    pub fn committer(&self) -> (MemberId, Option<Generation>) {
        let has_epoch = self.epoch > ConsumerGroupHeartbeatRequest::JOIN && self.state != State::Fatal;
        let id = if self.is_introduced { self.id } else { MemberId::NONE };
        (id, has_epoch.then_some(self.epoch))
    }
    /// Whether the heartbeat that says that it leaves is to be sent before the one under way is answered
    /// (`shouldSendLeaveHeartbeatNow`).
    pub fn leaves_at_once(&self) -> bool {
        let remains = self.closing == GroupMembershipOperation::RemainInGroup && self.spec.instance.is_none();
        self.state == State::Leaving && !remains
    }
    /// Why it leaves, while it does.
    pub fn leave_reason(&self) -> Option<LeaveGroupReason> {
        let reason = match (self.poll_expired, self.unsubscribing) {
            (true, _) => LeaveGroupReason::PollTimeout,
            (false, true) => LeaveGroupReason::Unsubscribed,
            (false, false) => LeaveGroupReason::Closed,
        };
        (self.state == State::Leaving).then_some(reason)
    }
    /// Whether close() or unsubscribe() waits for the leave to be answered.
    pub fn awaits_leave(&self) -> bool {
        self.awaits_leave
    }

    // --- transitions -------------------------------------------------------------------------------

    /// Kafka refuses what may not follow with an IllegalStateException, which ends in the background thread's log: nothing of
    /// what was to come after it happens.
    #[must_use]
    fn transition(&mut self, next: State) -> bool {
        let may = next.may_follow(self.state);
        if may {
            self.state = next;
        }
        may
    }
    fn set_epoch(&mut self, epoch: Generation) {
        self.is_introduced |= self.epoch != epoch;
        self.epoch = epoch;
    }
    fn join(&mut self) {
        if self.state == State::Fatal {
            return;
        }
        if let Some(reconciliation) = &mut self.reconciliation {
            reconciliation.rejoined = true;
        }
        self.set_epoch(ConsumerGroupHeartbeatRequest::JOIN);
        if self.transition(State::Joining) {
            self.target = LocalAssignment::none();
        }
    }
    /// The application polls: it joins if it has subscribed (`onConsumerPoll`).
    pub fn polled(&mut self) {
        if std::mem::take(&mut self.subscribed) && self.state == State::Unsubscribed {
            self.join();
        }
    }
    /// The application polls after it has not for too long (`maybeRejoinStaleMember`).
    pub fn polled_late(&mut self) {
        self.poll_expired = false;
        if self.state == State::Stale {
            if self.events.contains(&BackgroundEvent::Lost) {
                self.rejoins_when_released = true;
            } else {
                self.join();
            }
        }
    }

    // --- heartbeats --------------------------------------------------------------------------------

    /// A heartbeat has been made, and is on its way (`onHeartbeatRequestGenerated`).
    pub fn heartbeat_made(&mut self, subscriptions: &mut Subscriptions) {
        let next = match self.state {
            State::Acknowledging if self.current == self.target => State::Stable,
            State::Acknowledging => State::Reconciling,
            State::Leaving if self.poll_expired => State::Stale,
            State::Leaving => State::Unsubscribed,
            _ => return,
        };
        if self.transition(next) && next == State::Stale {
            self.lose(subscriptions);
        }
    }
    /// None can be sent: who would have said that it leaves has left without a word (`onHeartbeatRequestSkipped`).
    pub fn heartbeat_skipped(&mut self) {
        if self.state == State::Leaving && self.transition(State::Unsubscribed) {
            self.awaits_leave = false;
        }
    }
    /// A heartbeat was answered well (`onHeartbeatSuccess`).
    pub fn heartbeat_succeeded(&mut self, response: &ConsumerGroupHeartbeatResponse) {
        let left = response.member_epoch < ConsumerGroupHeartbeatRequest::JOIN;
        if self.state == State::Leaving {
            return;
        }
        if self.state == State::Unsubscribed && left {
            self.awaits_leave = false;
        }
        if self.state.is_not_in_group() || left {
            return;
        }
        self.set_epoch(response.member_epoch);
        let Some(assignment) = response.assignment.as_ref().filter(|_| self.state.can_handle_new_assignment()) else {
            return;
        };
        self.target.update_with(assignment);
        let next = match self.state {
            _ if self.target != self.current => State::Reconciling,
            State::Reconciling | State::Joining => State::Stable,
            _ => return,
        };
        let took = self.transition(next);
        debug_assert!(took, "who can handle an assignment can reconcile it, and be stable with it");
    }
    /// A heartbeat failed, or was refused: who has said that it leaves has left (`onHeartbeatFailure`).
    pub fn heartbeat_failed(&mut self) {
        if self.state == State::Unsubscribed {
            self.awaits_leave = false;
        }
    }
    /// The coordinator does not know the member with this epoch, or does not know it at all (`transitionToFenced`). False: Kafka's
    /// client did not expect that now, and does nothing more about it.
    pub fn fenced(&mut self, subscriptions: &mut Subscriptions) -> bool {
        match self.state {
            State::PrepareLeaving | State::Leaving => {
                self.set_epoch(self.leave_epoch());
                self.current = LocalAssignment::none();
                self.state = State::Unsubscribed;
                self.awaits_leave = false;
                true
            }
            State::Unsubscribed => true,
            _ => {
                let may = self.transition(State::Fenced);
                if may {
                    self.set_epoch(ConsumerGroupHeartbeatRequest::JOIN);
                    self.lose(subscriptions);
                }
                may
            }
        }
    }
    /// What the coordinator said does not pass: poll() throws it (`handleFatalFailure`). False as above.
    pub fn failed(&mut self, error: Exception, subscriptions: &mut Subscriptions) -> bool {
        self.events.push_back(BackgroundEvent::Error(error));
        let previous = self.state;
        if !self.transition(State::Fatal) {
            return false;
        }
        self.is_introduced = true;
        match previous {
            State::Unsubscribed if self.rules.leave_refused == LeaveRefused::Waits => {}
            State::Unsubscribed | State::Leaving | State::PrepareLeaving => self.awaits_leave = false,
            _ => self.lose(subscriptions),
        }
        true
    }
    /// An error for poll() to throw that leaves the membership as it is.
    pub fn report(&mut self, error: Exception) {
        self.events.push_back(BackgroundEvent::Error(error));
    }

    // --- leaving -----------------------------------------------------------------------------------

    /// `leaveGroupEpoch`.
    fn leave_epoch(&self) -> Generation {
        match self.spec.instance {
            Some(_) if self.closing != GroupMembershipOperation::LeaveGroup => {
                ConsumerGroupHeartbeatRequest::LEAVE_STATIC
            }
            _ => ConsumerGroupHeartbeatRequest::LEAVE,
        }
    }
    fn leave(&mut self) {
        if self.transition(State::PrepareLeaving) {
            self.set_epoch(self.leave_epoch());
            self.current = LocalAssignment::none();
            self.state = State::Leaving;
        }
    }
    /// Nobody polls: the next heartbeat says that it leaves (`transitionToSendingLeaveGroup`).
    pub fn leave_for_want_of_poll(&mut self) {
        self.poll_expired = true;
        self.leave();
    }
    /// subscribe() was called: it joins with the next poll() if it is in no group (`onSubscriptionUpdated`). Who is in one says so with the
    /// next heartbeat.
    pub fn subscription_updated(&mut self) {
        self.subscribed = true;
    }
    /// unsubscribe(): what it has is to be given up, and then it leaves (`leaveGroup`). Who is in no group has nothing to leave.
    /// A reconciliation under way is of no use any more: what it takes goes with everything, and what it gives is told before only in
    /// versions in which it has been taken by then (`skipAssignmentEvents`).
    pub fn begin_unsubscribe(&mut self) {
        self.unsubscribing = true;
        let takes_it = self.rules.assignment_applied == AssignmentApplied::AnyTime;
        let step = self.reconciliation.as_ref().map(|reconciliation| reconciliation.step);
        if step == Some(Step::Revoking) || (step == Some(Step::Assigning) && !takes_it) {
            self.reconciliation = None;
            self.events.retain(|event| !matches!(event, BackgroundEvent::Revoked | BackgroundEvent::Assigned));
        }
        if self.state == State::Fenced {
            self.state = State::Unsubscribed;
        }
        if !self.state.is_not_in_group() && self.transition(State::PrepareLeaving) {
            self.awaits_leave = true;
        }
    }
    /// Whether unsubscribe() is under way.
    pub fn is_unsubscribing(&self) -> bool {
        self.unsubscribing
    }
    /// Whether unsubscribe() has still to run the callbacks.
    pub fn gives_up_everything(&self, subscriptions: &Subscriptions) -> bool {
        let outside = self.state.is_not_in_group() && !subscriptions.partitions().is_empty();
        self.unsubscribing && (self.state == State::PrepareLeaving || outside)
    }
    /// unsubscribe(): runs onPartitionsRevoked, or onPartitionsLost of who has no epoch; then the partitions are gone, and the next
    /// heartbeat says that it leaves (`clearAssignmentAndLeaveGroup`).
    pub fn leave_unsubscribed(&mut self, subscriptions: &mut Subscriptions, ctx: &mut Context<'_>) {
        let in_group = self.epoch > ConsumerGroupHeartbeatRequest::JOIN;
        let all: Vec<Tp> = subscriptions.partitions().iter().map(|partition| partition.tp).collect();
        partitions_go(&all, if in_group { RevokeReason::Revoked } else { RevokeReason::Lost }, subscriptions, ctx);
        self.rejoins_when_released = false;
        self.release(subscriptions);
        if self.state == State::PrepareLeaving {
            self.leave();
        }
    }
    /// unsubscribe() returns.
    pub fn unsubscribed(&mut self) {
        self.unsubscribing = false;
        self.awaits_leave = false;
    }
    /// close(): the callbacks were run, the partitions are gone (`leaveGroupOnClose`).
    pub fn leave_on_close(&mut self, subscriptions: &mut Subscriptions) {
        self.closing = self.spec.close.membership;
        let gone = self.state.is_not_in_group();
        if self.state == State::Fenced {
            self.state = State::Unsubscribed;
        }
        self.events.clear();
        self.reconciliation = None;
        self.release(subscriptions);
        if !gone && !self.state.is_leaving() {
            self.awaits_leave = true;
            self.leave();
        }
    }

    // --- what it has -------------------------------------------------------------------------------

    /// The partitions are lost: the application is told by its next poll(), if there are any.
    fn lose(&mut self, subscriptions: &mut Subscriptions) {
        if subscriptions.partitions().is_empty() {
            self.released(subscriptions);
        } else {
            self.events.push_back(BackgroundEvent::Lost);
        }
    }
    fn release(&mut self, subscriptions: &mut Subscriptions) {
        subscriptions.touch_all();
        subscriptions.assign(&[], Generation::NONE);
        self.current = LocalAssignment::none();
        self.target = LocalAssignment::none();
    }
    /// The partitions are given up; who was fenced, or is polled again, joins.
    fn released(&mut self, subscriptions: &mut Subscriptions) {
        self.release(subscriptions);
        let rejoins = std::mem::take(&mut self.rejoins_when_released);
        if self.state == State::Fenced || (self.state == State::Stale && rejoins) {
            self.join();
        }
    }

    /// The part of the target whose topics are known; the others are to be looked for (`findResolvableAssignment`).
    fn resolve(&self, subscriptions: &Subscriptions, metadata: &mut Metadata) -> LocalAssignment {
        let topic = |tp: &Tp| self.catalog.topic_of(*tp).0;
        let has = |wanted| subscriptions.partitions().iter().any(|partition| topic(&partition.tp) == wanted);
        let known = |tp: &Tp| metadata.knows(topic(tp)) || has(topic(tp));
        let partitions: Rc<[Tp]> = self.target.partitions.iter().copied().filter(known).collect();
        if partitions.len() < self.target.partitions.len() {
            metadata.request_update();
        }
        LocalAssignment { change: self.target.change, partitions }
    }

    /// Begins to reconcile, if there is something to (`maybeReconcile`). `polls`: poll() asks for it, so that what was handed out
    /// may be committed; nobody else begins what needs that, nor, by the rules of some versions, what takes something away. True: it has begun, and
    /// [`ConsumerMember::committed`] is awaited.
    pub fn begin_reconciliation(
        &mut self,
        polls: bool,
        subscriptions: &mut Subscriptions,
        metadata: &mut Metadata,
    ) -> bool {
        if self.state != State::Reconciling || self.target == self.current || self.reconciliation.is_some() {
            return false;
        }
        let resolved = self.resolve(subscriptions, metadata);
        if !self.current.is_none() && resolved.partitions == self.current.partitions {
            self.current = resolved;
            self.state = State::Acknowledging;
            return false;
        }
        let stays = |tp: &Tp| resolved.partitions.binary_search(tp).is_ok();
        let owned = subscriptions.partitions().iter().map(|partition| partition.tp);
        let revoked: Rc<[Tp]> = owned.filter(|tp| !stays(tp)).collect();
        let revokes = self.rules.reconciliation_start == ReconciliationStart::WithPoll && !revoked.is_empty();
        if !polls && (self.spec.config.enable_auto_commit || revokes) {
            return false;
        }
        for tp in revoked.iter() {
            subscriptions.mark_pending_revocation_of(*tp);
            subscriptions.touch(*tp);
        }
        let (epoch, step) = (self.epoch, Step::Committing);
        self.reconciliation = Some(Reconciliation { resolved, epoch, revoked, step, rejoined: false });
        true
    }
    /// Whether the reconciliation is of no use any more; if so, it is over (`maybeAbortReconciliation`).
    fn reconciliation_aborted(&mut self) -> bool {
        let rejoined = self.reconciliation.as_ref().is_none_or(|reconciliation| reconciliation.rejoined);
        let aborted = rejoined || self.state != State::Reconciling;
        if aborted {
            self.reconciliation = None;
        }
        aborted
    }
    fn next_step(&mut self, step: Step, event: BackgroundEvent) {
        if let Some(reconciliation) = &mut self.reconciliation {
            reconciliation.step = step;
            self.events.push_back(event);
        }
    }
    /// The commit before a reconciliation is over, whatever came of it.
    pub fn committed(&mut self) {
        if self.reconciliation_aborted() {
            return;
        }
        let revokes = self.reconciliation.as_ref().is_some_and(|reconciliation| !reconciliation.revoked.is_empty());
        if revokes {
            self.next_step(Step::Revoking, BackgroundEvent::Revoked);
        } else {
            self.next_step(Step::Assigning, BackgroundEvent::Assigned);
        }
    }
    /// The oldest event, which poll() is to deal with now.
    pub fn next_event(&mut self) -> Option<BackgroundEvent> {
        self.events.pop_front()
    }
    /// The partitions of which the listener is told that they go, when poll() deals with the oldest event.
    pub fn goes_next<'a>(&'a self, subscriptions: &'a Subscriptions) -> impl Iterator<Item = Tp> + 'a {
        let all = subscriptions.partitions().iter().map(|partition| partition.tp);
        let revoked = || self.reconciliation.as_ref().map_or(&[][..], |reconciliation| &reconciliation.revoked);
        let event = self.events.front().copied();
        all.filter(move |tp| match event {
            Some(BackgroundEvent::Lost) => true,
            Some(BackgroundEvent::Revoked) => revoked().contains(tp),
            Some(BackgroundEvent::Assigned | BackgroundEvent::Error(_)) | None => false,
        })
    }
    /// The oldest event, if nobody needs to wait for poll() with it: the application has no rebalance listener, and a new assignment
    /// is not poll()'s by the rules of the version (`invokeOnPartitionsRevokedCallback`, `signalPartitionsAssigned`).
    pub fn next_without_listener(&mut self) -> Option<BackgroundEvent> {
        let has_listener = self.spec.listener != RebalanceListener::None;
        let background = self.rules.assignment_applied == AssignmentApplied::AnyTime;
        let waits = match self.events.front()? {
            BackgroundEvent::Revoked | BackgroundEvent::Lost => has_listener,
            BackgroundEvent::Assigned => has_listener || !background,
            BackgroundEvent::Error(_) => true,
        };
        if waits { None } else { self.events.pop_front() }
    }
    /// Runs onPartitionsRevoked of what the reconciliation takes, and of what is still there of it.
    pub fn run_revoked(&mut self, subscriptions: &mut Subscriptions, ctx: &mut Context<'_>) {
        if let Some(Reconciliation { revoked, step: Step::Revoking, .. }) = &self.reconciliation {
            let there: Vec<Tp> = revoked.iter().copied().filter(|tp| subscriptions.get(*tp).is_some()).collect();
            partitions_go(&there, RevokeReason::Revoked, subscriptions, ctx);
            if !self.reconciliation_aborted() {
                self.next_step(Step::Assigning, BackgroundEvent::Assigned);
            }
        }
    }
    /// Takes the new assignment, runs onPartitionsAssigned of what is new in it, and is about to say so. True if so.
    pub fn run_assigned(&mut self, subscriptions: &mut Subscriptions, ctx: &mut Context<'_>) -> bool {
        let Some(Reconciliation { resolved, epoch, step: Step::Assigning, .. }) = &self.reconciliation else {
            return false;
        };
        let (resolved, epoch) = (resolved.clone(), *epoch);
        let is_new = |tp: &Tp| subscriptions.get(*tp).is_none();
        let added: Vec<Tp> = resolved.partitions.iter().copied().filter(is_new).collect();
        subscriptions.touch_all();
        subscriptions.assign(&resolved.partitions, epoch);
        subscriptions.touch_all();
        partitions_come(&added, epoch, ctx);
        if self.reconciliation_aborted() {
            return false;
        }
        self.reconciliation = None;
        self.current = resolved;
        self.state = State::Acknowledging;
        true
    }
    /// Runs onPartitionsLost of everything.
    pub fn run_lost(&mut self, subscriptions: &mut Subscriptions, ctx: &mut Context<'_>) {
        let all: Vec<Tp> = subscriptions.partitions().iter().map(|partition| partition.tp).collect();
        partitions_go(&all, RevokeReason::Lost, subscriptions, ctx);
        self.released(subscriptions);
    }

    /// # Panics
    /// If the membership contradicts itself. `commits`: whether the commit before a reconciliation is under way.
    pub fn check_invariants(&self, subscriptions: &Subscriptions, commits: bool) {
        let has_epoch = self.epoch > ConsumerGroupHeartbeatRequest::JOIN;
        let joined = matches!(self.state, State::Reconciling | State::Acknowledging | State::Stable);
        assert!(!joined || has_epoch, "who has joined has an epoch");
        let outside = matches!(self.state, State::Joining | State::Fenced);
        assert!(!outside || !has_epoch, "who is outside has none");
        let owned = || subscriptions.partitions().iter().map(|partition| partition.tp);
        if matches!(self.state, State::Acknowledging | State::Stable) {
            assert!(owned().eq(self.current.partitions.iter().copied()), "what it says that it has is what it reads");
        }
        if self.state == State::Joining {
            assert!(owned().next().is_none() && self.current.is_none(), "who joins has nothing");
        }
        let waits = |event| self.events.contains(&event);
        if let Some(reconciliation) = &self.reconciliation {
            let told = match reconciliation.step {
                Step::Committing => commits,
                Step::Revoking => waits(BackgroundEvent::Revoked),
                Step::Assigning => waits(BackgroundEvent::Assigned),
            };
            assert!(told, "a reconciliation hears of what it waits for");
        }
        if self.state == State::Fenced {
            assert!(waits(BackgroundEvent::Lost), "who is fenced gives up what it has, and then joins");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::errors::ErrorCode;
    use crate::stage::broken::each_is_noticed;

    /// A member with partition 0 at epoch 4.
    fn stable() -> (ConsumerMember, Subscriptions) {
        let spec = Rc::new(ConsumerSpec::plain());
        let mut member = ConsumerMember::new(spec, Rc::new(Catalog::default()), Rules::default(), MemberId(7));
        let partitions: Rc<[Tp]> = [Tp(0)].into();
        member.current = LocalAssignment { change: Some(0), partitions };
        (member.state, member.epoch, member.target) = (State::Stable, Generation(4), member.current.clone());
        let mut subscriptions = Subscriptions::new(2);
        subscriptions.assign(&[Tp(0)], Generation(4));
        (member, subscriptions)
    }

    #[test]
    fn a_membership_that_contradicts_itself_is_noticed() {
        each_is_noticed(
            stable,
            |(member, subscriptions)| member.check_invariants(subscriptions, false),
            &[
                ("who has joined has an epoch", |(m, _)| m.epoch = Generation(0)),
                ("who is outside has none", |(m, _)| m.state = State::Fenced),
                ("what it says that it has is what it reads", |(_, s)| s.assign(&[Tp(1)], Generation(4))),
                ("who joins has nothing", |(m, _)| (m.state, m.epoch) = (State::Joining, Generation(0))),
                ("who is fenced gives up what it has", |(m, _)| (m.state, m.epoch) = (State::Fenced, Generation(0))),
                ("a reconciliation hears of what it waits for", |(m, _)| waits(m, Step::Committing)),
                ("a reconciliation hears of what it waits for", |(m, _)| waits(m, Step::Revoking)),
                ("a reconciliation hears of what it waits for", |(m, _)| waits(m, Step::Assigning)),
            ],
        );
    }
    fn waits(member: &mut ConsumerMember, step: Step) {
        let (resolved, epoch) = (member.current.clone(), Generation(4));
        member.reconciliation = Some(Reconciliation { resolved, epoch, revoked: [].into(), step, rejoined: false });
    }

    /// Kafka's state machine throws there, in the background thread, and the member stays as it is.
    #[test]
    fn what_may_not_follow_changes_nothing() {
        let (mut member, mut subscriptions) = stable();
        member.leave_for_want_of_poll();
        member.heartbeat_made(&mut subscriptions);
        assert_eq!(member.state(), State::Stale);
        assert!(!member.fenced(&mut subscriptions), "by the answer to an earlier heartbeat");
        assert!(!member.failed(Exception::Answered(ErrorCode::InvalidRequest), &mut subscriptions));
        assert_eq!(member.state(), State::Stale);
        assert_eq!(member.next_event(), Some(BackgroundEvent::Lost));
        let error = BackgroundEvent::Error(Exception::Answered(ErrorCode::InvalidRequest));
        assert_eq!(member.next_event(), Some(error), "and poll() throws it all the same");
    }

    /// The same partitions again are another assignment: it is acknowledged.
    #[test]
    fn an_assignment_is_told_apart_from_the_same_one_before_another() {
        let mut assignment = LocalAssignment::none();
        assignment.update_with(&[Tp(0)].into());
        let first = assignment.clone();
        assignment.update_with(&[Tp(0)].into());
        assert_eq!(assignment, first);
        assignment.update_with(&[].into());
        assignment.update_with(&[Tp(0)].into());
        assert_ne!(assignment, first);
    }
}
