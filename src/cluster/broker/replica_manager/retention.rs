//! Old segments of the hosted replicas (`LogManager.cleanupLogs`): each broker deletes by its own clock, of every replica that
//! it has, and asks neither leaders nor readers.

use super::ReplicaManager;
use super::file_deletions::FileDeletions;
use crate::cluster::broker::replica_id::ReplicaId;
use crate::cluster::broker::timers::BrokerTimer;
use crate::cluster::log::Deletion;
use crate::history::fact::{Fact, LogStartReason};
use crate::node::Context;
use crate::protocol::ids::Offset;
use crate::sim::disk::FileId;
use crate::sim::time::Nanos;

/// When logs are looked at: `log.initial.task.delay.ms` after the start, then every `log.retention.check.interval.ms`. Looks that
/// can find nothing are left out: most runs are shorter than any retention.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct CleanupSchedule {
    /// The first look; none until the logs are loaded.
    first: Option<Nanos>,
    /// The next one, if one is planned.
    next: Option<Nanos>,
}

impl CleanupSchedule {
    /// The first look of the timetable that is neither before `from` nor in the past.
    fn look_from(&self, from: Nanos, now: Nanos, interval: Nanos) -> Option<Nanos> {
        let first = self.first?;
        // One that is due now has been or is being made.
        let late = from.max(Nanos(now.0.saturating_add(1))).saturating_sub(first);
        Some(first.saturating_add(interval.saturating_mul(late.0.div_ceil(interval.0))))
    }
}

impl ReplicaManager {
    /// The logs are loaded: they are looked at from then on.
    pub(super) fn start_cleanup(&mut self, first: Nanos, ctx: &mut Context<'_>) {
        self.cleanup = CleanupSchedule { first: Some(first), next: None };
        self.plan_cleanup(ctx);
    }
    /// Sees to it that the next look is made that may find something. To be called when a replica comes, or its log start moves,
    /// or its configs change.
    pub(super) fn plan_cleanup(&mut self, ctx: &mut Context<'_>) {
        let deletes = self.partitions.iter().filter(|partition| !partition.log.config().cleanup_policy.compact);
        let Some(from) = deletes.map(|partition| partition.log.keeps_everything_until()).min() else { return };
        if from == Nanos::MAX {
            return;
        }
        let interval = self.config.log_retention_check_interval;
        let Some(look) = self.cleanup.look_from(from, ctx.now(), interval) else { return };
        if self.cleanup.next.is_none_or(|next| next > look) {
            self.cleanup.next = Some(look);
            ctx.set_timer(BrokerTimer::LogCleanup, look);
        }
    }

    /// Deletes old segments of all logs but those that are compacted: these are the cleaner's.
    pub fn clean_up_logs(&mut self, ctx: &mut Context<'_>) {
        for place in 0..self.hosted.len() {
            let replica = self.hosted[place].1;
            if !self.partition(replica).log.config().cleanup_policy.compact {
                self.delete_old_segments(replica, ctx);
            }
        }
        self.cleanup.next = None;
        self.plan_cleanup(ctx);
    }
    pub(super) fn delete_old_segments(&mut self, replica: ReplicaId, ctx: &mut Context<'_>) {
        let log = &mut self.partition_mut(replica).log;
        let mut start = log.log_start();
        let deletions = log.delete_old_segments(ctx.now());
        for deletion in deletions {
            if deletion.next > start {
                self.tell_log_start(replica, start, deletion.next, LogStartReason::SegmentDeletion, ctx);
                start = deletion.next;
            }
            self.delete_segments(replica, deletion, ctx);
        }
    }
    /// The files of deleted segments get another name, and go after `file.delete.delay.ms`.
    fn delete_segments(&mut self, replica: ReplicaId, deletion: Deletion, ctx: &mut Context<'_>) {
        let partition = self.partition(replica);
        let delay = partition.log.config().file_delete_delay;
        ctx.record(Fact::SegmentsDeleted {
            broker: self.me,
            tp: partition.tp,
            first: deletion.first,
            next: deletion.next,
            segments: deletion.files.len() as u32,
            bytes: deletion.bytes(),
            reason: deletion.reason,
            largest_timestamp: deletion.largest_timestamp,
        });
        for (file, _) in deletion.files {
            self.doom(file, delay, ctx);
        }
        self.delete_files(ctx);
    }
    /// A file gets another name, and goes after a while.
    pub(super) fn doom(&mut self, file: FileId, delay: Nanos, ctx: &mut Context<'_>) {
        let (doomed, len) = (FileDeletions::name(file), ctx.disk().len(file));
        ctx.disk().rename(file, doomed.name);
        self.file_deletions.push(ctx.now().saturating_add(delay), doomed, len);
    }
    /// Deletes the files whose time has come.
    pub fn delete_files(&mut self, ctx: &mut Context<'_>) {
        while let Some(file) = self.file_deletions.take_due(ctx.now()) {
            ctx.disk().delete(file);
        }
        if let Some(next) = self.file_deletions.next() {
            ctx.set_timer(BrokerTimer::FileDeletion, next);
        }
    }

    /// A log begins later than before: readers are told with their next fetches.
    pub(super) fn tell_log_start(
        &mut self,
        replica: ReplicaId,
        from: Offset,
        to: Offset,
        reason: LogStartReason,
        ctx: &mut Context<'_>,
    ) {
        let partition = self.partition(replica);
        let (tp, high_watermark) = (partition.tp, partition.log.high_watermark());
        ctx.record(Fact::LogStartMoved { broker: self.me, tp, from, to, high_watermark, reason });
        for watcher in self.partition(replica).watchers.clone() {
            let Some(session) = &mut self.sessions[watcher.channel as usize] else { continue };
            let (replica_state, last_fetch) = (session.params.replica_state, session.last_fetch);
            if session.mark_dirty(watcher.entry) {
                self.note_idle_fetches(replica, replica_state, last_fetch);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_that_can_find_nothing_are_left_out() {
        let secs = Nanos::from_secs;
        let schedule = CleanupSchedule { first: Some(secs(30)), next: None };
        let look = |from, now| schedule.look_from(from, secs(now), secs(300));
        assert_eq!(look(Nanos::ZERO, 0), Some(secs(30)));
        assert_eq!(look(Nanos::ZERO, 30), Some(secs(330)), "this one has been made");
        assert_eq!(look(secs(1000), 0), Some(secs(1230)));
        assert_eq!(CleanupSchedule::default().look_from(Nanos::ZERO, Nanos::ZERO, secs(300)), None);
    }
}
