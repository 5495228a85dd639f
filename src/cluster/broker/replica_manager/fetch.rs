//! Fetch, for followers and consumers (`ReplicaManager.fetchMessages`, `FetchSession.scala`).

use super::ReplicaManager;
use super::delayed::{Completed, Delayed, DelayedFetch, Expired, Fetched};
use super::happened::Concerns;
use super::partition::{FetchBudget, Watcher, fetch_error};
use super::session::{Examined, FetchParams, FetchSession, SessionPartition};
use crate::cluster::broker::halt::Halt;
use crate::cluster::broker::metadata_cache::MetadataCache;
use crate::cluster::broker::replica_id::ReplicaId;
use crate::cluster::log::Log;
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{FetchData, FetchRequest, FetchResponse, ReplicaState};
use crate::sim::disk::DiskError;
use crate::sim::time::Nanos;

/// What a round of reading came to.
struct Round {
    bytes: u64,
    /// An error or a divergence: to be told at once.
    urgent: bool,
    done: Nanos,
}

impl ReplicaManager {
    /// Takes a fetch request of a channel, whose connection is `conn`. Returns the answer, if there is one already.
    pub fn fetch(
        &mut self,
        (channel, conn): (u32, ConnId),
        request: &FetchRequest,
        cache: &MetadataCache,
        ctx: &mut Context<'_>,
    ) -> Result<Option<Fetched>, Halt> {
        let mut session = match self.update_session(channel, conn, request) {
            Ok(session) => session,
            Err(error) => {
                let response = FetchResponse { error, partitions: Vec::new() };
                return Ok(Some(Fetched { channel, response, done: ctx.now() }));
            }
        };
        session.last_fetch = ctx.now();
        let max_bytes = request.max_bytes.min(self.config.fetch_max_bytes);
        let fetch = DelayedFetch { min_bytes: request.min_bytes.min(max_bytes), max_bytes };
        let round = self.read_round(&mut session, max_bytes, true, cache, ctx)?;
        let answer_now = round.urgent
            || request.max_wait == Nanos::ZERO
            || session.is_empty()
            || round.bytes >= u64::from(fetch.min_bytes);
        if answer_now {
            return Ok(Some(self.answer(channel, session, round.done, ctx)));
        }
        session.parked(&mut self.examined);
        // The round's own consequences (a raised high watermark) may complete it, and so may a
        // position that lies beyond what this fetcher may read.
        let complete = self.is_complete(&session, fetch);
        self.sessions[channel as usize] = Some(session);
        let deadline = ctx.now().saturating_add(request.max_wait);
        self.delayed.watch(channel, Delayed::Fetch(fetch), deadline, ctx);
        if complete { self.complete_fetch(channel, cache, ctx) } else { Ok(None) }
    }

    /// Opens or advances the channel's session, and takes it out.
    fn update_session(
        &mut self,
        channel: u32,
        conn: ConnId,
        request: &FetchRequest,
    ) -> Result<Box<FetchSession>, ErrorCode> {
        if self.sessions.len() <= channel as usize {
            self.sessions.resize_with(channel as usize + 1, || None);
        }
        if request.session_epoch == 0 {
            self.drop_session(channel);
        } else {
            let session = self.sessions[channel as usize].as_mut().ok_or(ErrorCode::FetchSessionIdNotFound)?;
            if !session.advance(request.session_epoch) {
                return Err(ErrorCode::InvalidFetchSessionEpoch);
            }
        }
        let session = self.sessions[channel as usize].take();
        let params = FetchParams::of(request);
        let mut session = session.unwrap_or_else(|| Box::new(FetchSession::new(conn, params)));
        session.params = params;
        for tp in &request.forgotten {
            if let Some(replica) = session.forget(*tp) {
                self.partition_mut(replica).watchers.retain(|watcher| watcher.channel != channel);
            }
        }
        for entry in session.update(request, |tp| self.find(tp)) {
            if let Some(replica) = session.entry(entry).replica {
                self.partition_mut(replica).watchers.push(Watcher { channel, entry });
            }
        }
        Ok(session)
    }
    /// The connection is gone, or opens a new session.
    pub(super) fn drop_session(&mut self, channel: u32) {
        let Some(session) = self.sessions.get_mut(channel as usize).and_then(Option::take) else { return };
        for replica in session.replicas() {
            self.partition_mut(replica).watchers.retain(|watcher| watcher.channel != channel);
        }
    }
    /// Nobody reads on this channel any more; a request that is delayed on it may still be answered.
    pub fn reader_gone(&mut self, channel: u32) {
        self.drop_session(channel);
    }
    /// The channel is closed: nothing is kept for it.
    pub fn channel_closed(&mut self, channel: u32) {
        self.drop_session(channel);
        self.drop_delayed(channel);
    }
    /// All channels are closed.
    pub fn all_channels_closed(&mut self) {
        let channels = self.sessions.len().max(self.delayed.channels());
        (0..channels as u32).for_each(|channel| self.channel_closed(channel));
    }
    /// A replica is hosted now that sessions may have asked for before, the oldest connections' first.
    pub(super) fn watch_again(&mut self, tp: Tp, replica: ReplicaId) {
        let mut found = Vec::new();
        for (channel, session) in (0..).zip(&mut self.sessions) {
            if let Some(session) = session
                && let Some(entry) = session.entry_of(tp)
            {
                session.is_hosted(entry, replica);
                found.push((session.conn, Watcher { channel, entry }));
            }
        }
        found.sort_by_key(|(conn, _)| *conn);
        self.partition_mut(replica).watchers.extend(found.into_iter().map(|(_, watcher)| watcher));
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
        cache: &MetadataCache,
        ctx: &mut Context<'_>,
    ) -> Result<Round, Halt> {
        let mut budget = FetchBudget { left: max_bytes, min_one: true };
        let mut round = Round { bytes: 0, urgent: false, done: ctx.now() };
        let mut examined = std::mem::take(&mut self.examined);
        examined.clear();
        while let Some((entry, from)) = session.next_dirty() {
            let found = examined.push_mut(Examined::nothing(entry, from.tp));
            match from.replica {
                Some(replica) => {
                    let reader = Reader { params: session.params, budget: &budget, is_request };
                    found.watched = self.read_replica(replica, &from, &reader, &mut found.data, cache, ctx);
                }
                None => found.data = fetch_error(from.tp, cache.not_here(from.tp), cache.leader_of(from.tp)),
            }
            let bytes: u32 = found.data.batches.iter().map(|batch| batch.size).sum();
            if bytes > 0
                && let Some(replica) = from.replica
            {
                budget = FetchBudget { left: budget.left.saturating_sub(bytes), min_one: false };
                round.bytes += u64::from(bytes);
                let read = read_from_disk(&self.partition(replica).log, from.fetch_offset, bytes, ctx);
                round.done = round.done.max(read.map_err(|_| Halt::LogDirFailed)?);
            }
            round.urgent |= found.is_urgent();
            if !session.matters(found) {
                examined.pop();
            }
        }
        self.examined = examined;
        Ok(round)
    }

    /// Reads one replica and, of a follower's request, notes the progress. Tells whether the partition
    /// is to be looked at with every fetch, also if nothing happens to it: so is one that has something to
    /// read and was passed over because the response was full.
    #[inline]
    fn read_replica(
        &mut self,
        replica: ReplicaId,
        from: &SessionPartition,
        reader: &Reader<'_>,
        data: &mut FetchData,
        cache: &MetadataCache,
        ctx: &mut Context<'_>,
    ) -> bool {
        if let Some(preferred) = self.preferred_read_replica(replica, from, reader.params.rack, cache, ctx.now()) {
            self.partition(replica).name_read_replica(from, preferred, data);
            return true;
        }
        let partition = self.partition(replica);
        // What is said of the leader's offsets is as of before the progress is noted.
        partition.read(from, reader.params, reader.budget, data);
        let limit = partition.read_limit(reader.params.isolation);
        let ReplicaState::Follower(broker, epoch) = reader.params.replica_state else {
            // A consumer beyond what it may read is answered at once, with nothing, as often as it asks. One with a rack may be
            // sent elsewhere with any fetch.
            return from.fetch_offset != limit || self.selects(replica, reader.params.rack);
        };
        if data.error.is_err() || data.diverging.is_some() {
            return true;
        }
        if reader.is_request
            && let Err(error) = self.note_progress(replica, from, (broker, epoch), cache, ctx)
        {
            *data = fetch_error(from.tp, error, self.partition(replica).leader_hint());
            return true;
        }
        let leader = self.partition(replica).leader_state();
        from.fetch_offset < limit || !leader.is_some_and(|leader| leader.isr.committed().contains(broker))
    }

    /// A follower has everything below its fetch offset (`Partition.updateFollowerFetchState`).
    fn note_progress(
        &mut self,
        replica: ReplicaId,
        from: &SessionPartition,
        (broker, epoch): (BrokerId, BrokerEpoch),
        cache: &MetadataCache,
        ctx: &mut Context<'_>,
    ) -> Result<(), ErrorCode> {
        let partition = self.partition_mut(replica);
        let is_news = partition.record_fetch(from, broker, epoch, cache.image(), ctx.now())?;
        if partition.maybe_expand_isr(broker, cache.image()) {
            self.propose_isr(replica, Some(broker), cache, ctx);
        }
        if is_news {
            self.maybe_raise_high_watermark(replica, cache, ctx);
        }
        Ok(())
    }

    /// Something happened at a replica: its fetchers, from the `next`th on, have to look at it again. Stops at the
    /// first delayed fetch that is complete now.
    #[inline]
    pub fn wake_fetch(
        &mut self,
        replica: ReplicaId,
        concerns: Concerns,
        next: &mut usize,
        cache: &MetadataCache,
        ctx: &mut Context<'_>,
    ) -> Result<Option<Fetched>, Halt> {
        while let Some(watcher) = self.partition(replica).watchers.get(*next).copied() {
            *next += 1;
            let Some(session) = &mut self.sessions[watcher.channel as usize] else { continue };
            let (replica_state, last_fetch) = (session.params.replica_state, session.last_fetch);
            if concerns == Concerns::Followers && replica_state == ReplicaState::Consumer {
                continue;
            }
            if session.mark_dirty(watcher.entry) {
                self.note_idle_fetches(replica, replica_state, last_fetch);
            }
            if self.completes(replica, watcher) {
                return self.complete_fetch(watcher.channel, cache, ctx);
            }
        }
        Ok(None)
    }

    /// A follower whose fetches found nothing new was caught up at each of them.
    pub(super) fn note_idle_fetches(&mut self, replica: ReplicaId, replica_state: ReplicaState, last_fetch: Nanos) {
        if let ReplicaState::Follower(broker, _) = replica_state
            && let Some(remote) = self.partition_mut(replica).remote_mut(broker)
        {
            remote.fetched_idly(last_fetch);
        }
    }

    /// Whether a delayed fetch is complete because of this replica.
    #[inline]
    fn completes(&self, replica: ReplicaId, watcher: Watcher) -> bool {
        let Some(Delayed::Fetch(fetch)) = self.delayed.get(watcher.channel) else { return false };
        let Some(session) = &self.sessions[watcher.channel as usize] else { return false };
        match self.partition(replica).readable(session.entry(watcher.entry), session.params) {
            None => true,
            Some(bytes) if bytes >= u64::from(fetch.min_bytes) => true,
            Some(0) => false,
            Some(_) => self.is_complete(session, *fetch),
        }
    }
    /// Whether all partitions of a session together complete a fetch.
    fn is_complete(&self, session: &FetchSession, fetch: DelayedFetch) -> bool {
        let mut bytes = 0;
        for from in session.dirty() {
            let readable = from.replica.and_then(|replica| self.partition(replica).readable(from, session.params));
            match readable {
                None => return true,
                Some(readable) => bytes += readable,
            }
        }
        bytes >= u64::from(fetch.min_bytes)
    }

    /// Answers a delayed fetch with what there is.
    fn complete_fetch(
        &mut self,
        channel: u32,
        cache: &MetadataCache,
        ctx: &mut Context<'_>,
    ) -> Result<Option<Fetched>, Halt> {
        let Some(Delayed::Fetch(fetch)) = self.delayed.get(channel) else { return Ok(None) };
        let fetch = *fetch;
        self.delayed.complete(channel);
        let Some(mut session) = self.sessions[channel as usize].take() else { return Ok(None) };
        let round = self.read_round(&mut session, fetch.max_bytes, false, cache, ctx)?;
        Ok(Some(self.answer(channel, session, round.done, ctx)))
    }

    #[inline]
    fn answer(&mut self, channel: u32, mut session: Box<FetchSession>, done: Nanos, ctx: &mut Context<'_>) -> Fetched {
        let mut partitions = ctx.spare_list();
        session.answered(&mut self.examined, &mut partitions);
        self.sessions[channel as usize] = Some(session);
        Fetched { channel, response: FetchResponse { error: ErrorCode::None, partitions }, done }
    }

    /// The purgatory's timer has gone off: the next operation whose time is up.
    pub fn next_expired(&mut self, cache: &MetadataCache, ctx: &mut Context<'_>) -> Result<Option<Expired>, Halt> {
        while let Some(channel) = self.delayed.next_expired(ctx) {
            let expired = match self.delayed.get(channel) {
                Some(Delayed::Produce(_)) => {
                    self.expire_produce(channel).map(|produce| Expired::Written(channel, Completed::Produce(produce)))
                }
                Some(Delayed::Markers(_)) => self
                    .expire_markers(channel, ctx)
                    .map(|markers| Expired::Written(channel, Completed::Markers(markers))),
                _ => self.complete_fetch(channel, cache, ctx)?.map(Expired::Fetch),
            };
            if expired.is_some() {
                return Ok(expired);
            }
        }
        Ok(None)
    }
}

/// Who reads, and how much.
struct Reader<'a> {
    params: FetchParams,
    budget: &'a FetchBudget,
    is_request: bool,
}

/// Reads a segment's file from the fetch offset on: old records may not be in the page cache. The system reads ahead,
/// to the end of the file, or as far as its page cache allows.
#[inline]
pub(super) fn read_from_disk(
    log: &Log,
    fetch_offset: Offset,
    bytes: u32,
    ctx: &mut Context<'_>,
) -> Result<Nanos, DiskError> {
    let now = ctx.now();
    let active = log.active_file();
    let cached = log.active_segment().base_offset <= fetch_offset && ctx.disk().is_cached(active);
    let rest = if cached { None } else { log.files_from(fetch_offset).next() };
    let (file, to_end) = rest.unwrap_or((active, 0..0));
    let part = ctx.disk().read_ahead(to_end, u64::from(bytes));
    ctx.disk().read(now, file, part)
}
