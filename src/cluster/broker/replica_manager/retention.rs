//! Old segments of the hosted replicas (`LogManager.cleanupLogs`): each broker deletes by its own clock, of every replica that
//! it has, and asks neither leaders nor readers.

use super::ReplicaManager;
use super::cleanup_schedule::CleanupSchedule;
use super::file_deletions::FileDeletions;
use crate::cluster::broker::replica_id::ReplicaId;
use crate::cluster::broker::timers::BrokerTimer;
use crate::cluster::log::Deletion;
use crate::history::fact::{Fact, LogStartReason};
use crate::node::Context;
use crate::protocol::ids::Offset;
use crate::sim::disk::FileId;
use crate::sim::time::Nanos;

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
