//! Locks that run out, and fetches whose time is over: one timer each, for the next of them.

use super::{SharePartitionManager, View};
use crate::cluster::broker::halt::Halt;
use crate::cluster::broker::timers::BrokerTimer;
use crate::node::Context;
use crate::protocol::ids::GroupId;
use crate::sim::time::Nanos;

impl SharePartitionManager {
    /// Locks of a group begin now: the timer goes off when the first of all ends.
    pub(super) fn arm_lock(&mut self, group: GroupId, ctx: &mut Context<'_>) {
        let at = ctx.now().saturating_add(self.group_config(group).share_record_lock_duration);
        if self.lock_armed.is_none_or(|armed| armed > at) {
            self.lock_armed = Some(at);
            ctx.set_timer(BrokerTimer::ShareAcquisitionLock, at);
        }
    }
    fn arm_next_lock(&mut self, ctx: &mut Context<'_>) {
        let next = self.partitions.values_mut().filter_map(|loaded| loaded.partition.next_lock()).min();
        self.lock_armed = next;
        if let Some(at) = next {
            ctx.set_timer(BrokerTimer::ShareAcquisitionLock, at);
        }
    }
    /// Locks may have run out.
    pub fn expire_locks(&mut self, view: View<'_>, ctx: &mut Context<'_>) -> Result<(), Halt> {
        let keys: Vec<_> = self.partitions.keys().copied().collect();
        for key in keys {
            let config = self.group_config(key.0).clone();
            let Some(loaded) = self.partitions.get_mut(&key) else { continue };
            if let Some(update) = loaded.partition.expire_locks(&config, ctx) {
                self.call_write(key, None, update);
                self.woken.push_back(key);
            }
        }
        self.arm_next_lock(ctx);
        self.work_off(view, ctx)
    }

    /// A fetch waits until then.
    pub(super) fn arm_deadline(&mut self, at: Nanos, ctx: &mut Context<'_>) {
        if self.deadline_armed.is_none_or(|armed| armed > at) {
            self.deadline_armed = Some(at);
            ctx.set_timer(BrokerTimer::ShareFetch, at);
        }
    }
    /// Fetches may have waited for long enough: they are answered with what there is.
    pub fn expire_fetches(&mut self, view: View<'_>, ctx: &mut Context<'_>) -> Result<(), Halt> {
        self.deadline_armed = None;
        while let Some((_, request)) = self.deadlines.first().copied().filter(|(at, _)| *at <= ctx.now()) {
            self.complete_fetch(request, view, ctx)?;
        }
        if let Some((at, _)) = self.deadlines.first().copied() {
            self.arm_deadline(at, ctx);
        }
        self.work_off(view, ctx)
    }
}
