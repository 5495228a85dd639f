//! Fetch, for followers and consumers (`ReplicaManager.fetchMessages`, `core/.../server/DelayedFetch.scala`).

use super::connections::{Activity, ParkedFetch};
use super::partition::{FetchBudget, fetch_error};
use super::session::{Examined, FetchSession, SessionPartition};
use super::{Broker, Phase};
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{FetchData, FetchRequest, FetchResponse, Fetcher, Response};
use crate::sim::disk::DiskError;
use crate::sim::time::Nanos;

/// Which fetches an event at a partition concerns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Concerns {
    /// Records were appended: followers may read them.
    Followers,
    /// The high watermark rose, or the partition's role changed.
    Everybody,
}

/// What a round of reading came to.
struct Round {
    bytes: u64,
    /// An error or a divergence: to be told at once.
    urgent: bool,
    done: Nanos,
}

impl Broker {
    /// Takes a fetch request.
    pub(super) fn fetch(&mut self, slot: u32, request: &FetchRequest, ctx: &mut Context<'_>) {
        if let Err(error) = self.update_session(slot, request, ctx.now()) {
            let response = FetchResponse { error, partitions: Vec::new() };
            self.respond(slot, Response::Fetch(response), ctx.now(), ctx);
            return;
        }
        let Some(mut session) = self.connections.get_mut(slot).session.take() else { return };
        let max_bytes = request.max_bytes.min(self.config.fetch_max_bytes);
        let fetch = ParkedFetch { min_bytes: request.min_bytes.min(max_bytes), max_bytes };
        let round = self.read_round(&mut session, max_bytes, true, ctx);
        if self.phase == Phase::Halted {
            return;
        }
        let answer_now = round.urgent
            || request.max_wait == Nanos::ZERO
            || session.len() == 0
            || round.bytes >= u64::from(fetch.min_bytes);
        if answer_now {
            self.answer_fetch(slot, session, round.done, ctx);
            return;
        }
        session.parked(&mut self.examined);
        self.connections.get_mut(slot).session = Some(session);
        let deadline = ctx.now().saturating_add(request.max_wait);
        self.park(slot, Activity::Fetch(fetch), deadline, ctx);
        // The round's own consequences (a raised high watermark) may complete it, and so may a
        // position that lies beyond what this fetcher may read.
        self.try_complete_fetch(slot, ctx);
    }

    /// Opens or advances the connection's session.
    fn update_session(&mut self, slot: u32, request: &FetchRequest, now: Nanos) -> Result<(), ErrorCode> {
        if request.session_epoch == 0 {
            self.drop_session(slot);
            let session = FetchSession::new(request.fetcher, self.catalog.partition_count());
            self.connections.get_mut(slot).session = Some(Box::new(session));
        } else {
            let session = self.connections.get_mut(slot).session.as_mut().ok_or(ErrorCode::FetchSessionIdNotFound)?;
            if !session.advance(request.session_epoch) {
                return Err(ErrorCode::InvalidFetchSessionEpoch);
            }
        }
        let Some(session) = &mut self.connections.get_mut(slot).session else { return Ok(()) };
        session.fetcher = request.fetcher;
        for tp in &request.forgotten {
            if session.forget(*tp)
                && let Some(Some(partition)) = self.partitions.get_mut(tp.index())
            {
                partition.watchers.retain(|watcher| *watcher != slot);
            }
        }
        for tp in session.update(request) {
            if let Some(Some(partition)) = self.partitions.get_mut(tp.index()) {
                partition.watchers.push(slot);
            }
        }
        session.last_fetch = now;
        Ok(())
    }

    /// The connection is gone, or opens a new session.
    pub(super) fn drop_session(&mut self, slot: u32) {
        let Some(session) = self.connections.get_mut(slot).session.take() else { return };
        for tp in session.partitions() {
            if let Some(Some(partition)) = self.partitions.get_mut(tp.index()) {
                partition.watchers.retain(|watcher| *watcher != slot);
            }
        }
    }

    /// Reads the partitions of a session that may have something to say; the findings are in
    /// `self.examined` (`ReplicaManager.readFromLog`).
    ///
    /// `is_request`: it is a new request, which acknowledges what lies below its offsets; the same
    /// fetch read again at the end of its wait does not.
    fn read_round(
        &mut self,
        session: &mut FetchSession,
        max_bytes: u32,
        is_request: bool,
        ctx: &mut Context<'_>,
    ) -> Round {
        let mut budget = FetchBudget { left: max_bytes, min_one: true };
        let mut round = Round { bytes: 0, urgent: false, done: ctx.now() };
        let mut examined = std::mem::take(&mut self.examined);
        examined.clear();
        while let Some((entry, from)) = session.next_dirty() {
            let found = examined.push_mut(Examined::nothing(entry, from.tp));
            found.watched = self.read_partition(&from, session.fetcher, &budget, is_request, &mut found.data, ctx);
            let bytes: u32 = found.data.batches.iter().map(|batch| batch.size).sum();
            if bytes > 0 {
                budget = FetchBudget { left: budget.left.saturating_sub(bytes), min_one: false };
                round.bytes += u64::from(bytes);
                match self.read_from_disk(&from, ctx) {
                    Ok(done) => round.done = round.done.max(done),
                    Err(_) => {
                        self.log_dir_failed(ctx);
                        return round;
                    }
                }
            }
            round.urgent |= found.data.error.is_err() || found.data.diverging.is_some();
            if !session.matters(found) {
                examined.pop();
            }
        }
        self.examined = examined;
        round
    }

    /// Reads a segment's file from the fetch offset on: old records may not be in the page cache.
    fn read_from_disk(&self, from: &SessionPartition, ctx: &mut Context<'_>) -> Result<Nanos, DiskError> {
        let now = ctx.now();
        let Some(log) = self.replica(from.tp) else { return Ok(now) };
        let active = log.active_file();
        let cached = log.active_segment().base_offset <= from.fetch_offset && ctx.disk().is_cached(active);
        let rest = if cached { None } else { log.files_from(from.fetch_offset).next() };
        let (file, to_end) = rest.unwrap_or((active, 0..0));
        ctx.disk().read(now, file, to_end)
    }

    /// Reads one partition and, of a follower's request, notes the progress. Tells whether the partition
    /// is to be looked at with every fetch, also if nothing happens to it: so is one that has something to
    /// read and was passed over because the response was full.
    fn read_partition(
        &mut self,
        from: &SessionPartition,
        fetcher: Fetcher,
        budget: &FetchBudget,
        is_request: bool,
        data: &mut FetchData,
        ctx: &mut Context<'_>,
    ) -> bool {
        let Some(Some(partition)) = self.partitions.get(from.tp.index()) else {
            let known = self.image.partition(from.tp).is_some();
            let error = if known { ErrorCode::NotLeaderOrFollower } else { ErrorCode::UnknownTopicOrPartition };
            *data = fetch_error(from.tp, error, self.leader_hint(from.tp));
            return false;
        };
        // What is said of the leader's offsets is as of before the progress is noted.
        partition.read(from, fetcher, budget, data);
        let limit = partition.read_limit(fetcher);
        let Fetcher::Follower(broker, epoch) = fetcher else {
            // A consumer beyond what it may read is answered at once, with nothing, as often as it asks.
            return from.fetch_offset != limit;
        };
        if data.error.is_err() || data.diverging.is_some() {
            return true;
        }
        if is_request && let Err(error) = self.note_progress(from, broker, epoch, ctx) {
            *data = fetch_error(from.tp, error, self.leader_hint(from.tp));
            return true;
        }
        let leader = self.partitions[from.tp.index()].as_ref().and_then(|partition| partition.leader_state());
        from.fetch_offset < limit || !leader.is_some_and(|leader| leader.isr.committed().contains(broker))
    }

    /// A follower has everything below its fetch offset (`Partition.updateFollowerFetchState`).
    fn note_progress(
        &mut self,
        from: &SessionPartition,
        broker: BrokerId,
        epoch: BrokerEpoch,
        ctx: &mut Context<'_>,
    ) -> Result<(), ErrorCode> {
        let Some(partition) = &mut self.partitions[from.tp.index()] else { return Ok(()) };
        let is_news = partition.record_fetch(from, broker, epoch, &self.image, ctx.now())?;
        if partition.maybe_expand_isr(broker, &self.image) {
            self.propose_isr(from.tp, Some(broker), ctx);
        }
        if is_news {
            self.maybe_raise_high_watermark(from.tp, ctx);
        }
        Ok(())
    }

    /// Something happened at a partition: its fetchers have to look at it again, and parked fetches
    /// may be complete.
    pub(super) fn wake_fetches(&mut self, tp: Tp, concerns: Concerns, ctx: &mut Context<'_>) {
        let mut next = 0;
        while let Some(slot) =
            self.partitions[tp.index()].as_ref().and_then(|partition| partition.watchers.get(next).copied())
        {
            next += 1;
            let Some(session) = &mut self.connections.get_mut(slot).session else { continue };
            let fetcher = session.fetcher;
            if concerns == Concerns::Followers && fetcher == Fetcher::Consumer {
                continue;
            }
            if session.mark_dirty(tp) {
                let last_fetch = session.last_fetch;
                self.note_idle_fetches(tp, fetcher, last_fetch);
            }
            self.try_complete_fetch_for(slot, tp, ctx);
            if self.phase == Phase::Halted {
                return;
            }
        }
    }

    /// A follower whose fetches found nothing new was caught up at each of them.
    fn note_idle_fetches(&mut self, tp: Tp, fetcher: Fetcher, last_fetch: Nanos) {
        if let Fetcher::Follower(broker, _) = fetcher
            && let Some(partition) = &mut self.partitions[tp.index()]
            && let Some(remote) = partition.remote_mut(broker)
        {
            remote.fetched_idly(last_fetch);
        }
    }

    /// Answers a parked fetch if this partition completes it.
    fn try_complete_fetch_for(&mut self, slot: u32, tp: Tp, ctx: &mut Context<'_>) {
        let connection = self.connections.get(slot);
        let Activity::Fetch(fetch) = connection.activity else { return };
        let Some(from) = connection.session.as_ref().and_then(|session| session.get(tp)) else { return };
        let fetcher = connection.session.as_ref().map_or(Fetcher::Consumer, |session| session.fetcher);
        let readable = self.partitions[tp.index()].as_ref().and_then(|partition| partition.readable(from, fetcher));
        let complete = match readable {
            None => true,
            Some(bytes) if bytes >= u64::from(fetch.min_bytes) => true,
            Some(0) => false,
            Some(_) => self.is_fetch_complete(slot),
        };
        if complete {
            self.complete_fetch(slot, ctx);
            self.unparked();
        }
    }

    /// Answers a parked fetch if all its partitions together complete it.
    fn try_complete_fetch(&mut self, slot: u32, ctx: &mut Context<'_>) {
        if matches!(self.connections.get(slot).activity, Activity::Fetch(_)) && self.is_fetch_complete(slot) {
            self.complete_fetch(slot, ctx);
            self.unparked();
        }
    }

    fn is_fetch_complete(&self, slot: u32) -> bool {
        let connection = self.connections.get(slot);
        let (Activity::Fetch(fetch), Some(session)) = (&connection.activity, &connection.session) else { return false };
        let mut bytes = 0;
        for from in session.dirty() {
            match self.partitions[from.tp.index()]
                .as_ref()
                .and_then(|partition| partition.readable(from, session.fetcher))
            {
                None => return true,
                Some(readable) => bytes += readable,
            }
        }
        bytes >= u64::from(fetch.min_bytes)
    }

    /// Answers a parked fetch with what there is.
    pub(super) fn complete_fetch(&mut self, slot: u32, ctx: &mut Context<'_>) {
        let connection = self.connections.get_mut(slot);
        let Activity::Fetch(fetch) = std::mem::take(&mut connection.activity) else { return };
        let Some(mut session) = connection.session.take() else { return };
        let round = self.read_round(&mut session, fetch.max_bytes, false, ctx);
        if self.phase != Phase::Halted {
            self.answer_fetch(slot, session, round.done, ctx);
        }
    }

    fn answer_fetch(&mut self, slot: u32, mut session: Box<FetchSession>, done: Nanos, ctx: &mut Context<'_>) {
        let mut partitions = Vec::with_capacity(self.examined.len());
        session.answered(&mut self.examined, &mut partitions);
        self.connections.get_mut(slot).session = Some(session);
        self.respond(slot, Response::Fetch(FetchResponse { error: ErrorCode::None, partitions }), done, ctx);
    }
}
