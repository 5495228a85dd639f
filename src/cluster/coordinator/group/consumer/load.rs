//! What of a group is not in the log (`GroupMetadataManager.onLoaded`, `onUnloaded`).

use super::group::ConsumerGroup;
use super::step::{RebalanceTimer, StepOutcome};
use crate::cluster::coordinator::group::env::Env;
use crate::cluster::coordinator::group::timers::GroupTimer;
use crate::history::fact::{Fact, GroupState};
use crate::protocol::batch::ConsumerMemberState;
use crate::protocol::ids::*;

impl ConsumerGroup {
    /// Every member gets a fresh session, and who has to give partitions up the whole time for that. Of what is in the log nothing is
    /// taken back any more: it is told as it is.
    pub fn loaded(&mut self, env: &mut Env<'_, '_>) {
        self.begin(env.shared.rules);
        env.record(Fact::GroupLoaded {
            broker: env.broker,
            group: self.id,
            generation: self.epoch,
            members: self.members.len() as u32,
        });
        for fact in self.tell_members(env.broker, env.shared) {
            env.record(fact);
        }
        self.start_timers(env);
    }
    /// The members' timers begin, as nothing is known of those before. A session is that of the new protocol, whatever the member
    /// speaks.
    pub fn start_timers(&mut self, env: &mut Env<'_, '_>) {
        let session = env.shared.groups.of(self.id).consumer_session_timeout;
        for (id, member) in &self.members {
            self.timers.restart_session(*id, session, env);
            if member.state() == ConsumerMemberState::UnrevokedPartitions {
                self.timers.start_rebalance(*id, member.epoch(), member.metadata.rebalance_timeout, env);
            }
        }
    }
    /// It goes out of memory.
    pub fn cancel_timers(&mut self, env: &mut Env<'_, '_>) {
        self.timers.cancel_all(env);
    }
    /// Members are removed. Their timers end now, although that is not written yet; if it cannot be written, the members are back without
    /// them, and only a new coordinator would notice that one of them is silent (`cancelTimers` in `consumerGroupFenceMembers`).
    pub fn fenced(&mut self, gone: &[MemberId], env: &mut Env<'_, '_>) {
        gone.iter().for_each(|member| self.timers.cancel(*member, env));
    }
    /// What an operation leaves beside its records.
    pub fn heard(&mut self, member: MemberId, outcome: &StepOutcome, env: &mut Env<'_, '_>) {
        self.looked(outcome);
        match outcome.rebalance_timer {
            Some(RebalanceTimer::Start(epoch, timeout)) => self.timers.start_rebalance(member, epoch, timeout, env),
            Some(RebalanceTimer::Cancel) => self.timers.cancel_rebalance(member, env),
            None => {}
        }
    }
    /// The group knows of the topics what the operation has seen.
    pub fn looked(&mut self, outcome: &StepOutcome) {
        self.refreshed = outcome.refreshed.or(self.refreshed);
    }
    /// A member's session begins anew.
    pub fn restart_session(&mut self, member: MemberId, env: &mut Env<'_, '_>) {
        let session = env.shared.groups.of(self.id).consumer_session_timeout;
        self.timers.restart_session(member, session, env);
    }

    /// A timer has gone off: the member that it removes, and the epoch for which it was set.
    pub fn timer_expired(&mut self, timer: GroupTimer, env: &mut Env<'_, '_>) -> Option<(MemberId, Generation)> {
        let epoch = self.timers.went_off(timer, env);
        let member = self.member(timer.member()?)?;
        match timer {
            // Somebody who has got further has given its partitions up.
            GroupTimer::Revocation(..) if epoch != Some(member.epoch()) => None,
            _ => Some((member.id(), epoch.unwrap_or(Generation::NONE))),
        }
    }
    /// What a timer wanted is not written.
    pub fn retry_timer(&mut self, timer: GroupTimer, epoch: Generation, env: &mut Env<'_, '_>) {
        self.timers.retry(timer, epoch, env);
    }

    /// It is in memory again. One that had members was told to be a classic group.
    pub fn restored(&mut self, env: &mut Env<'_, '_>) {
        self.start_timers(env);
        let facts = match self.size() {
            0 => vec![self.tell_state(self.state(), env.broker, env.shared)],
            _ => self.tell_upgrade(env.broker, env.shared),
        };
        facts.into_iter().for_each(|fact| env.record(fact));
    }
    /// As what the history knows it.
    pub fn told_state(&self) -> (GroupState, Generation) {
        (self.state(), self.epoch)
    }
}
