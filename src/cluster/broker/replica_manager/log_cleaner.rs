//! The log cleaner: one thread that compacts the hosted replicas (`storage/.../internals/log/{LogCleaner,LogCleanerManager}.java`).
//!
//! It takes the dirtiest log that is worth it, cleans it group by group, and looks at once for the next; when there is none it
//! pauses for `log.cleaner.backoff.ms`. Each replica is cleaned by its own broker, when that comes round to it: replicas agree on
//! what is at an offset, and not on which old offsets still hold something. What is cleaned is written down when a log is done
//! (`cleaner-offset-checkpoint`); whoever dies before has what was swapped in, and cleans it once more.

use super::ReplicaManager;
use super::cleaner_thread::{LogCleaner, Work};
use super::removed_records::tell_removed;
use crate::cluster::broker::halt::Halt;
use crate::cluster::broker::replica_id::ReplicaId;
use crate::cluster::broker::timers::BrokerTimer;
use crate::cluster::log::{CleanedGroup, Log, LogToClean};
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::ids::*;
use crate::sim::disk::{DiskError, FileId};
use crate::sim::time::{Nanos, span_of};

/// Bytes per second that the thread reads, looks through and writes, as one that recovers a log does.
const BYTES_PER_SECOND: u64 = 100_000_000;

/// What makes a name another one: the suffix `.cleaned`. It comes behind the names of segments.
const CLEANED: u64 = 1 << 62;

impl ReplicaManager {
    /// The logs are loaded: the cleaner begins, with its first look at this time.
    pub fn start_cleaner(&mut self, first_look: Nanos, ctx: &mut Context<'_>) {
        if self.config.log_cleaner_enable {
            let since = first_look.saturating_sub(self.cleaner_backoff());
            self.cleaner = LogCleaner::Pausing { since, armed: None };
            self.plan_cleaning(ctx);
        }
    }
    fn cleaner_backoff(&self) -> Nanos {
        // Without a pause the thread would look all the time.
        self.config.log_cleaner_backoff.max(Nanos::from_millis(1))
    }
    /// Sees to it that the next look is made that may find something. To be called when a compacted log has rolled, or its configs
    /// have changed.
    pub(super) fn plan_cleaning(&mut self, ctx: &mut Context<'_>) {
        let backoff = self.cleaner_backoff();
        let LogCleaner::Pausing { since, armed } = &mut self.cleaner else { return };
        let logs = self.partitions.iter().map(|partition| &partition.log);
        let Some(from) = logs.filter_map(may_have_work).min() else { return };
        let now = ctx.now();
        let late = from.max(now).saturating_sub(*since);
        let look = since.saturating_add(backoff.saturating_mul(late.0.div_ceil(backoff.0).max(1)));
        if armed.is_none_or(|armed| look < armed || armed <= now) {
            *armed = Some(look);
            ctx.set_timer(BrokerTimer::LogCleaner, look);
        }
    }

    /// The thread goes on: it looks for work, or has done a part of it.
    pub fn run_cleaner(&mut self, ctx: &mut Context<'_>) -> Result<(), Halt> {
        match std::mem::take(&mut self.cleaner) {
            LogCleaner::Off => Ok(()),
            LogCleaner::Pausing { .. } => self.look_for_dirt(ctx),
            LogCleaner::Cleaning(mut work) => {
                if let Some(group) = work.group.take() {
                    work.bytes_before += group.read_bytes;
                    work.bytes_after += group.written_bytes();
                    self.swap_in(work.replica, group, ctx);
                }
                self.clean_on(work, ctx)
            }
        }
    }

    /// `LogCleaner.cleanFilthiestLog`.
    fn look_for_dirt(&mut self, ctx: &mut Context<'_>) -> Result<(), Halt> {
        let now = ctx.now();
        let Some((replica, dirty)) = self.filthiest_log(now) else {
            self.delete_old_segments_of_compacted(ctx);
            self.cleaner = LogCleaner::Pausing { since: now, armed: None };
            self.plan_cleaning(ctx);
            return Ok(());
        };
        let log = &self.partition(replica).log;
        let cleaning = log.begin_cleaning(&dirty, self.config.log_cleaner_keys(), now);
        let read = log.files_from(dirty.first_dirty).try_fold(now, |read, (file, part)| {
            Ok(if file.name < dirty.first_uncleanable.0 as u64 {
                read.max(ctx.disk().read(now, file, part)?)
            } else {
                read
            })
        });
        let read = read.map_err(|_: DiskError| Halt::LogDirFailed)?;
        let done = read.max(self.throttled(now, cleaning.indexed_bytes));
        let (bytes_before, bytes_after) = (0, 0);
        self.cleaner =
            LogCleaner::Cleaning(Box::new(Work { replica, cleaning, group: None, bytes_before, bytes_after }));
        ctx.set_timer(BrokerTimer::LogCleaner, done);
        Ok(())
    }
    /// The compacted log that is worth it and of which the largest part is dirty (`grabFilthiestCompactedLog`).
    fn filthiest_log(&mut self, now: Nanos) -> Option<(ReplicaId, LogToClean)> {
        let mut filthiest: Option<(ReplicaId, LogToClean)> = None;
        for (tp, replica) in &self.hosted {
            let log = &self.partitions[replica.index()].log;
            if !log.config().cleanup_policy.compact {
                continue;
            }
            let checkpoint = self.log_manager.cleaner_checkpoint(*tp);
            let Some(dirty) = log.to_clean(checkpoint, now) else { continue };
            if dirty.resets_checkpoint {
                self.log_manager.set_cleaner_checkpoint(*tp, dirty.first_dirty);
            }
            let dirtier = |(_, other): &(_, LogToClean)| dirty.cleanable_ratio() > other.cleanable_ratio();
            if dirty.is_due(log.config().min_cleanable_dirty_ratio) && filthiest.as_ref().is_none_or(dirtier) {
                filthiest = Some((*replica, dirty));
            }
        }
        filthiest
    }

    /// Writes the next group of segments anew, or is done with the log.
    fn clean_on(&mut self, mut work: Box<Work>, ctx: &mut Context<'_>) -> Result<(), Halt> {
        let log = &self.partition(work.replica).log;
        let Some(group) = work.cleaning.next_group(log) else { return self.cleaned(&work, ctx) };
        let (now, disk) = (ctx.now(), ctx.disk());
        let olds = group.bases.iter().map(|base| FileId { directory: log.directory(), name: base.0 as u64 });
        let read = olds.clone().try_fold(now, |read, file| Ok(read.max(disk.read(now, file, 0..disk.len(file))?)));
        let written = read.and_then(|read| match (group.written_bytes(), cleaned_name(log, &group)) {
            (0, _) => Ok(read),
            (bytes, file) => {
                disk.write(now, file, bytes)?;
                Ok(read.max(disk.flush(now, file)?))
            }
        });
        let written = written.map_err(|_: DiskError| Halt::LogDirFailed)?;
        let done = written.max(self.throttled(now, group.read_bytes + group.written_bytes()));
        work.group = Some(group);
        self.cleaner = LogCleaner::Cleaning(work);
        ctx.set_timer(BrokerTimer::LogCleaner, done);
        Ok(())
    }
    /// When so many bytes are moved that one begins to move now (`Throttler.maybeThrottle`).
    fn throttled(&self, now: Nanos, bytes: u64) -> Nanos {
        let most = self.config.log_cleaner_io_max_bytes_per_second;
        let rate = if most < BYTES_PER_SECOND as f64 { (most as u64).max(1) } else { BYTES_PER_SECOND };
        now.saturating_add(span_of(bytes, rate))
    }
    /// A group is on the device: it takes the place of the old segments, whose files go a while later.
    fn swap_in(&mut self, replica: ReplicaId, group: CleanedGroup, ctx: &mut Context<'_>) {
        let broker = self.me;
        let partition = self.partition_mut(replica);
        let (tp, directory) = (partition.tp, partition.log.directory());
        let delay = partition.log.config().file_delete_delay;
        tell_removed(broker, tp, group.removed.iter().copied(), false, ctx);
        for (offsets, horizon) in &group.marked {
            ctx.record(Fact::DeleteHorizonSet {
                broker,
                tp,
                first: offsets.start,
                last: Offset(offsets.end.0 - 1),
                horizon: *horizon,
            });
        }
        let cleaned = cleaned_name(&partition.log, &group);
        let (bases, is_there) = (group.bases.clone(), group.written_bytes() > 0);
        partition.log.swap_in(group);
        for base in &bases {
            self.doom(FileId { directory, name: base.0 as u64 }, delay, ctx);
        }
        if is_there {
            ctx.disk().rename(cleaned, bases[0].0 as u64);
        }
        self.delete_files(ctx);
    }
    /// All groups are done.
    fn cleaned(&mut self, work: &Work, ctx: &mut Context<'_>) -> Result<(), Halt> {
        let tp = self.partition(work.replica).tp;
        let (from, to) = (work.cleaning.first_dirty(), work.cleaning.end());
        self.log_manager.set_cleaner_checkpoint(tp, to);
        let (broker, bytes_before, bytes_after) = (self.me, work.bytes_before, work.bytes_after);
        let keys = work.cleaning.keys() as u32;
        ctx.record(Fact::LogCleaned { broker, tp, from, to, bytes_before, bytes_after, keys });
        self.delete_old_segments_of_compacted(ctx);
        self.look_for_dirt(ctx)
    }
    /// What lies below the log start, or is too old or too much where the policy is both (`deletableLogs`).
    fn delete_old_segments_of_compacted(&mut self, ctx: &mut Context<'_>) {
        for place in 0..self.hosted.len() {
            let replica = self.hosted[place].1;
            if self.partition(replica).log.config().cleanup_policy.compact {
                self.delete_old_segments(replica, ctx);
            }
        }
    }

    /// A log is about to be cut, or is not compacted any more: what is being cleaned of it is given up, and the thread looks for
    /// something else (`LogCleanerManager.abortAndPauseCleaning`).
    pub(super) fn abort_cleaning(&mut self, replica: ReplicaId, ctx: &mut Context<'_>) {
        if let LogCleaner::Cleaning(work) = &self.cleaner
            && work.replica == replica
        {
            if let Some(group) = &work.group {
                let cleaned = cleaned_name(&self.partition(replica).log, group);
                ctx.disk().delete(cleaned);
            }
            self.cleaner = LogCleaner::Pausing { since: ctx.now(), armed: Some(ctx.now()) };
            ctx.set_timer(BrokerTimer::LogCleaner, ctx.now());
        }
    }
    /// The file that is being written in a directory, and its length.
    pub(super) fn cleaned_file(&self, replica: ReplicaId) -> Option<(FileId, u64)> {
        let LogCleaner::Cleaning(work) = &self.cleaner else { return None };
        let group = work.group.as_ref().filter(|group| work.replica == replica && group.written_bytes() > 0)?;
        Some((cleaned_name(&self.partition(replica).log, group), group.written_bytes()))
    }
}

/// The name under which a group is written.
fn cleaned_name(log: &Log, group: &CleanedGroup) -> FileId {
    FileId { directory: log.directory(), name: group.bases[0].0 as u64 | CLEANED }
}

/// From when on a look at a log may find something.
fn may_have_work(log: &Log) -> Option<Nanos> {
    let policy = log.config().cleanup_policy;
    let has_older =
        log.active_segment().base_offset > log.segments().next().map_or(Offset(0), |first| first.base_offset);
    let from = if has_older { Nanos::ZERO } else { log.keeps_everything_until() };
    (policy.compact && from < Nanos::MAX).then_some(from)
}
