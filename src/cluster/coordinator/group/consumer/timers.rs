//! The timers of a group's members. They are not in the log: who takes over sets those that he needs.

use std::collections::BTreeMap;

use crate::cluster::coordinator::group::env::Env;
use crate::cluster::coordinator::group::timers::{GroupCoordinatorTimer, GroupTimer};
use crate::protocol::ids::{Generation, GroupId, MemberId};
use crate::sim::time::Nanos;

/// A timer whose write failed goes off again after this (`CoordinatorTimerImpl.schedule`, `retryBackoff`).
const RETRY_BACKOFF: Nanos = Nanos::from_millis(500);

/// The timers of one member; they share a slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct OfMember {
    slot: u32,
    session: bool,
    /// For giving partitions up, at this epoch.
    rebalance: Option<Generation>,
    /// For a member of the classic protocol to join again.
    join: bool,
    /// For it to sync.
    sync: bool,
}

impl OfMember {
    fn is_idle(&self) -> bool {
        !self.session && self.rebalance.is_none() && !self.join && !self.sync
    }
}

/// See the module. Somebody who is no member any more may still have timers; they come to nothing.
#[derive(Clone, Debug)]
pub struct MemberTimers {
    group: GroupId,
    members: BTreeMap<MemberId, OfMember>,
}

impl MemberTimers {
    pub fn new(group: GroupId) -> MemberTimers {
        MemberTimers { group, members: BTreeMap::new() }
    }
    fn of(&mut self, member: MemberId, env: &mut Env<'_, '_>) -> &mut OfMember {
        let group = self.group;
        self.members.entry(member).or_insert_with(|| {
            let slot = env.shared.sessions.claim(group, member);
            OfMember { slot, session: false, rebalance: None, join: false, sync: false }
        })
    }
    pub fn restart_session(&mut self, member: MemberId, timeout: Nanos, env: &mut Env<'_, '_>) {
        let of = self.of(member, env);
        of.session = true;
        env.set_timer(GroupCoordinatorTimer::Session(of.slot), timeout);
    }
    pub(super) fn start_rebalance(
        &mut self,
        member: MemberId,
        epoch: Generation,
        timeout: Nanos,
        env: &mut Env<'_, '_>,
    ) {
        let of = self.of(member, env);
        of.rebalance = Some(epoch);
        env.set_timer(GroupCoordinatorTimer::Revocation(of.slot), timeout);
    }
    pub(super) fn cancel_rebalance(&mut self, member: MemberId, env: &mut Env<'_, '_>) {
        if let Some(of) = self.members.get_mut(&member)
            && of.rebalance.take().is_some()
        {
            env.cancel_timer(GroupCoordinatorTimer::Revocation(of.slot));
        }
    }
    /// Unless it runs already (`scheduleIfAbsent`).
    pub(super) fn start_join(&mut self, member: MemberId, timeout: Nanos, env: &mut Env<'_, '_>) {
        let of = self.of(member, env);
        if !std::mem::replace(&mut of.join, true) {
            env.set_timer(GroupCoordinatorTimer::Rejoin(of.slot), timeout);
        }
    }
    pub(super) fn cancel_join(&mut self, member: MemberId, env: &mut Env<'_, '_>) {
        if let Some(of) = self.members.get_mut(&member)
            && std::mem::replace(&mut of.join, false)
        {
            env.cancel_timer(GroupCoordinatorTimer::Rejoin(of.slot));
        }
    }
    pub(super) fn start_sync(&mut self, member: MemberId, timeout: Nanos, env: &mut Env<'_, '_>) {
        let of = self.of(member, env);
        of.sync = true;
        env.set_timer(GroupCoordinatorTimer::MemberSync(of.slot), timeout);
    }
    pub(super) fn cancel_sync(&mut self, member: MemberId, env: &mut Env<'_, '_>) {
        if let Some(of) = self.members.get_mut(&member)
            && std::mem::replace(&mut of.sync, false)
        {
            env.cancel_timer(GroupCoordinatorTimer::MemberSync(of.slot));
        }
    }
    /// All of a member (`cancelTimers`).
    pub fn cancel(&mut self, member: MemberId, env: &mut Env<'_, '_>) {
        self.cancel_rebalance(member, env);
        self.cancel_join(member, env);
        self.cancel_sync(member, env);
        if let Some(of) = self.members.remove(&member) {
            env.end_session(of.slot);
        }
    }
    pub fn cancel_all(&mut self, env: &mut Env<'_, '_>) {
        let members: Vec<MemberId> = self.members.keys().copied().collect();
        members.into_iter().for_each(|member| self.cancel(member, env));
    }
    /// A timer went off. The epoch: for which it was set.
    pub fn went_off(&mut self, timer: GroupTimer, env: &mut Env<'_, '_>) -> Option<Generation> {
        let member = timer.member()?;
        let of = self.members.get_mut(&member)?;
        let epoch = of.rebalance;
        match timer {
            GroupTimer::Session(..) => of.session = false,
            GroupTimer::Revocation(..) => of.rebalance = None,
            GroupTimer::Rejoin(..) => of.join = false,
            GroupTimer::MemberSync(..) => of.sync = false,
            GroupTimer::Join(_) | GroupTimer::Sync(_) | GroupTimer::Regexes(_) => {}
        }
        if of.is_idle() {
            let slot = of.slot;
            self.members.remove(&member);
            env.end_session(slot);
        }
        epoch
    }
    /// What a timer wanted could not be written, or not in time: it goes off once more, whatever it has been set to since.
    pub fn retry(&mut self, timer: GroupTimer, epoch: Generation, env: &mut Env<'_, '_>) {
        let Some(member) = timer.member() else { return };
        match timer {
            GroupTimer::Session(..) => self.restart_session(member, RETRY_BACKOFF, env),
            GroupTimer::Revocation(..) => self.start_rebalance(member, epoch, RETRY_BACKOFF, env),
            GroupTimer::Rejoin(..) => {
                self.cancel_join(member, env);
                self.start_join(member, RETRY_BACKOFF, env);
            }
            GroupTimer::MemberSync(..) => self.start_sync(member, RETRY_BACKOFF, env),
            GroupTimer::Join(_) | GroupTimer::Sync(_) | GroupTimer::Regexes(_) => {}
        }
    }
}
