//! What of a share group is not in the log (`GroupMetadataManager.onLoaded`, `onUnloaded`).

use super::group::ShareGroup;
use super::heartbeat::ShareHeartbeat;
use crate::cluster::coordinator::group::env::Env;
use crate::cluster::coordinator::group::timers::GroupTimer;
use crate::history::fact::Fact;
use crate::protocol::ids::*;

impl ShareGroup {
    /// Every member gets a fresh session. Of what is in the log nothing is taken back any more: it is told as it is.
    pub fn loaded(&mut self, env: &mut Env<'_, '_>) {
        self.begin(env.shared.rules);
        let now = env.now();
        self.states.iter_mut().for_each(|states| states.since = states.since.or(Some(now)));
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
    fn start_timers(&mut self, env: &mut Env<'_, '_>) {
        let members: Vec<MemberId> = self.members.keys().copied().collect();
        members.into_iter().for_each(|member| self.restart_session(member, env));
    }
    /// It goes out of memory.
    pub fn cancel_timers(&mut self, env: &mut Env<'_, '_>) {
        self.timers.cancel_all(env);
    }
    /// It is in memory again.
    pub fn restored(&mut self, env: &mut Env<'_, '_>) {
        self.start_timers(env);
        env.record(self.tell_state(self.state(), env.broker));
    }
    /// A member's session begins anew.
    pub(super) fn restart_session(&mut self, member: MemberId, env: &mut Env<'_, '_>) {
        let session = env.shared.groups.of(self.id).share_session_timeout;
        self.timers.restart_session(member, session, env);
    }
    /// What a heartbeat leaves beside its records.
    pub(super) fn heard(&mut self, heartbeat: &ShareHeartbeat, env: &mut Env<'_, '_>) {
        self.refreshed = heartbeat.refreshed.or(self.refreshed);
        self.restart_session(heartbeat.response.member, env);
    }
    /// A member is removed. Its timer ends now, although that is not written yet (`shareGroupFenceMember`).
    pub(super) fn fenced(&mut self, gone: MemberId, env: &mut Env<'_, '_>) {
        self.timers.cancel(gone, env);
    }
    /// A session is over: the member that it removes.
    pub fn timer_expired(&mut self, timer: GroupTimer, env: &mut Env<'_, '_>) -> Option<MemberId> {
        self.timers.went_off(timer, env);
        self.member(timer.member()?).map(|member| member.id())
    }
    /// What a timer wanted is not written.
    pub fn retry_timer(&mut self, timer: GroupTimer, env: &mut Env<'_, '_>) {
        self.timers.retry(timer, Generation::NONE, env);
    }
}
