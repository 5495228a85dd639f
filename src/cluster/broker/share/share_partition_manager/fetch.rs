//! Fetches that wait, and what completes them (`core/.../server/share/{DelayedShareFetch,ShareFetchUtils}.java`).

use super::{Loaded, SharePartitionManager, View};
use crate::cluster::broker::halt::Halt;
use crate::cluster::broker::replica_manager::ShareRead;
use crate::cluster::broker::share::calls::SharePartitionKey;
use crate::cluster::broker::share::requests::{DelayedShareFetch, Fetch, RequestNo};
use crate::cluster::broker::share::share_partition::{Acquirer, FetchedRecords, SharePartition};
use crate::node::Context;
use crate::protocol::batch::LeaderAndEpoch;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{GroupId, LeaderEpoch, Offset, Tp};
use crate::protocol::messages::{AcquiredRecords, Batches, OffsetSpec, ShareFetchData};
use crate::sim::time::Nanos;

/// Nothing to say of a partition.
fn nothing(tp: Tp) -> ShareFetchData {
    ShareFetchData {
        tp,
        error: ErrorCode::None,
        acknowledge_error: ErrorCode::None,
        current_leader: None,
        batches: Batches::new(),
        acquired: Vec::new(),
    }
}

/// How the acknowledgements of a partition went, from which nothing was fetched.
pub(super) fn acknowledged(tp: Tp, acknowledge_error: ErrorCode) -> ShareFetchData {
    ShareFetchData { acknowledge_error, ..nothing(tp) }
}

/// The leader that this broker knows, on leadership errors.
pub(super) fn hint(tp: Tp, error: ErrorCode, view: View<'_>) -> Option<LeaderAndEpoch> {
    let names_leader = matches!(error, ErrorCode::NotLeaderOrFollower | ErrorCode::FencedLeaderEpoch);
    view.cache.leader_of(tp).filter(|_| names_leader)
}

/// The answer for a partition that cannot be served.
pub(super) fn failed(tp: Tp, error: ErrorCode, view: View<'_>) -> ShareFetchData {
    ShareFetchData { error, current_leader: hint(tp, error, view), ..nothing(tp) }
}

impl SharePartitionManager {
    /// A high watermark has risen: fetches that wait there may be complete (`DelayedShareFetchPartitionKey`).
    #[inline]
    pub fn high_watermark_raised(&mut self, tp: Tp, view: View<'_>, ctx: &mut Context<'_>) -> Result<(), Halt> {
        if self.watchers.get(&tp).is_none_or(Vec::is_empty) {
            return Ok(());
        }
        self.complete_watching(tp, |_| true, view, ctx)?;
        self.work_off(view, ctx)
    }
    /// Looks at the fetches that wait for what was woken.
    pub(super) fn work_off(&mut self, view: View<'_>, ctx: &mut Context<'_>) -> Result<(), Halt> {
        while let Some((group, tp)) = self.woken.pop_front() {
            self.complete_watching(tp, |of| of == group, view, ctx)?;
        }
        Ok(())
    }
    fn complete_watching(
        &mut self,
        tp: Tp,
        concerns: impl Fn(GroupId) -> bool,
        view: View<'_>,
        ctx: &mut Context<'_>,
    ) -> Result<(), Halt> {
        let waiting = self.watchers.get(&tp).cloned().unwrap_or_default();
        for request in waiting {
            let group = self.requests.get(&request).map(|request| request.session.0);
            if group.is_some_and(&concerns) {
                self.maybe_complete_fetch(request, view, ctx)?;
            }
        }
        Ok(())
    }

    /// Completes a fetch, if there is enough to read or something is wrong (`tryComplete`).
    pub(super) fn maybe_complete_fetch(
        &mut self,
        request: RequestNo,
        view: View<'_>,
        ctx: &mut Context<'_>,
    ) -> Result<(), Halt> {
        if self.has_enough(request, view) { self.complete_fetch(request, view, ctx) } else { Ok(()) }
    }
    fn has_enough(&mut self, request: RequestNo, view: View<'_>) -> bool {
        let Some(waiting) = self.requests.get(&request) else { return false };
        let Fetch::Delayed(delayed) = &waiting.fetch else { return false };
        let (group, isolation, min_bytes) = (waiting.session.0, delayed.isolation, u64::from(delayed.min_bytes));
        let max_bytes = delayed.max_bytes;
        let acquirable = acquirable(&mut self.partitions, self.groups.of(group), group, &delayed.partitions);
        let share = u64::from(max_bytes / (acquirable.len() as u32).max(1));
        let mut bytes = 0;
        for (tp, from) in &acquirable {
            match view.replicas.share_readable(*tp, *from, isolation, view.cache) {
                None => return true,
                Some(readable) => bytes += readable.min(share),
            }
        }
        !acquirable.is_empty() && bytes >= min_bytes
    }

    /// Completes a fetch with what there is (`onComplete`).
    pub(super) fn complete_fetch(
        &mut self,
        request: RequestNo,
        view: View<'_>,
        ctx: &mut Context<'_>,
    ) -> Result<(), Halt> {
        let Some(waiting) = self.requests.get_mut(&request) else { return Ok(()) };
        let session = waiting.session;
        if let Some(deadline) = waiting.deadline() {
            self.deadlines.remove(&(deadline, request));
        }
        match std::mem::replace(&mut waiting.fetch, Fetch::Done(Vec::new())) {
            Fetch::Delayed(delayed) => {
                for tp in &delayed.partitions {
                    if let Some(watching) = self.watchers.get_mut(tp) {
                        watching.retain(|other| *other != request);
                    }
                }
                let (data, done) = self.fetch(session.0, &delayed, view, ctx)?;
                if let Some(waiting) = self.requests.get_mut(&request) {
                    (waiting.fetch, waiting.done) = (Fetch::Done(data), done);
                }
            }
            Fetch::Idle(_) => {
                self.refuse(request, ErrorCode::ShareSessionLimitReached, ctx);
                return Ok(());
            }
            complete @ (Fetch::Done(_) | Fetch::None) => waiting.fetch = complete,
        }
        self.maybe_answer(request, view, ctx);
        Ok(())
    }
    /// Reads and acquires (`processAcquiredTopicPartitionsForLocalLogFetch`, `ShareFetchUtils.processFetchResponse`).
    fn fetch(
        &mut self,
        group: GroupId,
        delayed: &DelayedShareFetch,
        view: View<'_>,
        ctx: &mut Context<'_>,
    ) -> Result<(Vec<ShareFetchData>, Nanos), Halt> {
        let acquirable = acquirable(&mut self.partitions, self.groups.of(group), group, &delayed.partitions);
        let share = delayed.max_bytes / (acquirable.len() as u32).max(1);
        let (mut left, mut min_one, mut done) = (delayed.max_bytes, true, ctx.now());
        let mut reads = Vec::with_capacity(acquirable.len());
        for (tp, from) in acquirable {
            let budget = (share.min(left), min_one);
            let read = view.replicas.share_read(tp, from, delayed.isolation, budget, view.cache, ctx)?;
            if let Ok(read) = &read {
                (left, min_one) = (left.saturating_sub(read.bytes), min_one && read.bytes == 0);
                done = done.max(read.done);
            }
            reads.push((tp, from, read));
        }
        let (mut data, mut taken) = (Vec::with_capacity(reads.len()), 0);
        for (tp, from, read) in reads {
            let who = Acquirer { max_records: delayed.who.max_records - taken, ..delayed.who };
            let (found, count) = self.acquire((group, tp), who, from, read, view, ctx);
            data.push(found);
            taken += count;
        }
        if taken > 0 {
            self.arm_lock(group, ctx);
        }
        data.extend(delayed.erroneous.iter().map(|(tp, error)| failed(*tp, *error, view)));
        Ok((data, done))
    }
    fn acquire(
        &mut self,
        key: SharePartitionKey,
        who: Acquirer,
        fetch_offset: Offset,
        read: Result<ShareRead, ErrorCode>,
        view: View<'_>,
        ctx: &mut Context<'_>,
    ) -> (ShareFetchData, i64) {
        let (group, tp) = key;
        let config = self.group_config(group).clone();
        let Some(loaded) = self.partitions.get_mut(&key) else { return (nothing(tp), 0) };
        let partition: &mut SharePartition = &mut loaded.partition;
        match read {
            Ok(read) => {
                let aborted = read.aborted.as_deref().unwrap_or_default();
                let fetched = FetchedRecords { fetch_offset, batches: &read.batches, aborted };
                let acquired = partition.acquire(who, &fetched, &config, ctx);
                let batches = slice(&read.batches, &acquired.records);
                (ShareFetchData { batches, acquired: acquired.records, ..nothing(tp) }, acquired.count)
            }
            // The log begins later than the records in flight: nothing this time, and more the next.
            Err(ErrorCode::OffsetOutOfRange) => {
                let epoch = LeaderEpoch::UNDEFINED;
                match view.replicas.share_start(tp, epoch, OffsetSpec::Earliest, view.cache) {
                    Ok(start) => {
                        partition.log_start_moved(start, ctx);
                        (nothing(tp), 0)
                    }
                    Err(error) => (failed(tp, error, view), 0),
                }
            }
            Err(error) => (failed(tp, error, view), 0),
        }
    }
}

/// From which of these partitions something can be acquired, and from where to read (`acquirablePartitions`).
fn acquirable(
    partitions: &mut std::collections::BTreeMap<SharePartitionKey, Loaded>,
    config: &crate::protocol::config::GroupConfig,
    group: GroupId,
    tps: &[Tp],
) -> Vec<(Tp, Offset)> {
    let mut found = Vec::with_capacity(tps.len());
    for tp in tps {
        if let Some(loaded) = partitions.get_mut(&(group, *tp))
            && loaded.partition.is_active()
            && loaded.partition.can_acquire(config)
        {
            found.push((*tp, loaded.partition.next_fetch_offset()));
        }
    }
    found
}

/// The batches from the first to the last record that was acquired (`ShareFetchUtils.maybeSliceFetchRecords`).
fn slice(batches: &Batches, acquired: &[AcquiredRecords]) -> Batches {
    let (Some(first), Some(last)) = (acquired.first(), acquired.last()) else { return Batches::new() };
    let begin = batches.iter().rposition(|batch| batch.base_offset <= first.first).unwrap_or(0);
    let end = batches.iter().rposition(|batch| batch.base_offset <= last.last).map_or(begin, |last| last + 1);
    batches[begin..end.max(begin)].iter().cloned().collect()
}
