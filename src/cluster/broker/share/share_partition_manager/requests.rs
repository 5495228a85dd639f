//! ShareFetch and ShareAcknowledge as they come in (`KafkaApis.handleShareFetchRequest`, `handleShareAcknowledgeRequest`).

use super::fetch::{acknowledged, failed, hint};
use super::{Loaded, SharePartitionManager, View};
use crate::cluster::broker::halt::Halt;
use crate::cluster::broker::share::requests::{
    Acknowledged, DelayedShareFetch, Fetch, RequestNo, ShareAnswer, ShareRequest,
};
use crate::cluster::broker::share::session::SessionKey;
use crate::cluster::broker::share::share_partition::{Acquirer, SharePartition};
use crate::cluster::coordinator::ReplyTo;
use crate::node::Context;
use crate::protocol::config::IsolationLevel;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{GroupId, Tp};
use crate::protocol::messages::share_session_epoch::FINAL;
use crate::protocol::messages::{
    Response, ShareAcknowledgeRequest, ShareAcknowledgeResponse, ShareFetchData, ShareFetchRequest, ShareFetchResponse,
    SharePartitionAcknowledgements,
};
use crate::protocol::rules::{ShareAcquireLimits, ShareFetchRotation, ShareIsolation, ShareRenew};
use crate::sim::time::Nanos;

impl SharePartitionManager {
    fn begin(&mut self, to: ReplyTo, session: SessionKey, epoch: i32, fetch: Fetch, now: Nanos) -> RequestNo {
        self.last_request += 1;
        let number = RequestNo(self.last_request);
        let acknowledged = Vec::new();
        self.requests.insert(number, ShareRequest { to, session, epoch, acknowledged, fetch, done: now });
        number
    }

    /// Takes a ShareFetch: what it acknowledges first, then it fetches.
    pub fn share_fetch(
        &mut self,
        to: ReplyTo,
        request: &ShareFetchRequest,
        view: View<'_>,
        ctx: &mut Context<'_>,
    ) -> Result<(), Halt> {
        let session = (request.group, request.member);
        let is_renew = request.is_renew && self.rules.share_renew == ShareRenew::Known;
        let fetches = request.max_bytes != 0
            || request.min_bytes != 0
            || request.max_records != 0
            || request.max_wait != Nanos::ZERO;
        let number = self.begin(to, session, request.session_epoch, Fetch::Done(Vec::new()), ctx.now());
        let opened = match is_renew && fetches {
            true => Err(ErrorCode::InvalidRequest),
            false => self.sessions.fetch(request, to.conn, ctx.now()),
        };
        let tps = match opened {
            Ok(tps) => tps,
            Err(ErrorCode::ShareSessionLimitReached) => {
                self.wait(number, Fetch::Idle(ctx.now().saturating_add(request.max_wait)), ctx);
                return Ok(());
            }
            Err(error) => {
                self.tell_none_taken(session, &request.partitions, error, ctx);
                self.refuse(number, error, ctx);
                return Ok(());
            }
        };
        let how = self.acknowledge(number, session, &request.partitions, is_renew, view, ctx);
        if let Some(waiting) = self.requests.get_mut(&number) {
            waiting.acknowledged = how;
        }
        self.work_off(view, ctx)?;
        if !is_renew && !tps.is_empty() {
            self.fetch_messages(number, request, tps, view, ctx)?;
        }
        self.maybe_answer(number, view, ctx);
        self.work_off(view, ctx)
    }
    /// Takes a ShareAcknowledge.
    pub fn share_acknowledge(
        &mut self,
        to: ReplyTo,
        request: &ShareAcknowledgeRequest,
        view: View<'_>,
        ctx: &mut Context<'_>,
    ) -> Result<(), Halt> {
        let session = (request.group, request.member);
        let number = self.begin(to, session, request.session_epoch, Fetch::None, ctx.now());
        if let Err(error) = self.sessions.acknowledge(session, request.session_epoch, ctx.now()) {
            self.tell_none_taken(session, &request.partitions, error, ctx);
            self.refuse(number, error, ctx);
            return Ok(());
        }
        let how = self.acknowledge(number, session, &request.partitions, request.is_renew, view, ctx);
        if let Some(waiting) = self.requests.get_mut(&number) {
            waiting.acknowledged = how;
        }
        self.maybe_answer(number, view, ctx);
        self.work_off(view, ctx)
    }
    /// A request is refused as a whole, with all that it acknowledges.
    fn tell_none_taken(
        &self,
        session: SessionKey,
        partitions: &[SharePartitionAcknowledgements],
        error: ErrorCode,
        ctx: &mut Context<'_>,
    ) {
        for SharePartitionAcknowledgements { tp, acknowledgements } in partitions {
            self.tell_all_refused(session, *tp, acknowledgements, error, ctx);
        }
    }

    /// Fetches at once, or waits (`fetchMessages`, `processShareFetch`).
    fn fetch_messages(
        &mut self,
        number: RequestNo,
        request: &ShareFetchRequest,
        mut tps: Vec<Tp>,
        view: View<'_>,
        ctx: &mut Context<'_>,
    ) -> Result<(), Halt> {
        let is_there = |tp: &Tp| view.cache.partition(*tp).is_some();
        let (mut partitions, mut erroneous) = (Vec::with_capacity(tps.len()), Vec::new());
        erroneous.extend(tps.iter().filter(|tp| !is_there(tp)).map(|tp| (*tp, ErrorCode::UnknownTopicOrPartition)));
        tps.retain(is_there);
        if self.rules.share_fetch_rotation == ShareFetchRotation::RoundRobin && request.session_epoch > 0 {
            let by = request.session_epoch as usize % tps.len().max(1);
            tps.rotate_left(by);
        }
        let max_bytes = request.max_bytes.min(self.config.fetch_max_bytes);
        let asks = max_bytes > 0 && (request.max_records > 0 || self.takes_all_read());
        for tp in tps.into_iter().filter(|_| asks) {
            match self.get_or_create(request.group, tp, number, view) {
                Ok(()) => partitions.push(tp),
                Err(error) => erroneous.push((tp, error)),
            }
        }
        if partitions.is_empty() {
            let data = erroneous.into_iter().map(|(tp, error)| failed(tp, error, view)).collect();
            self.note_fetched(number, data);
            return Ok(());
        }
        let max_records = if self.takes_all_read() { i64::MAX } else { i64::from(request.max_records) };
        let (member, mode, batch_size) = (request.member, request.acquire_mode, request.batch_size);
        let delayed = DelayedShareFetch {
            who: Acquirer { member, mode, max_records, batch_size },
            isolation: match self.rules.share_isolation {
                ShareIsolation::HighWatermark => IsolationLevel::ReadUncommitted,
                ShareIsolation::OfGroup => self.group_config(request.group).share_isolation_level,
            },
            min_bytes: request.min_bytes.min(max_bytes),
            max_bytes,
            partitions,
            erroneous,
            deadline: ctx.now().saturating_add(request.max_wait),
        };
        for tp in &delayed.partitions {
            self.watchers.entry(*tp).or_default().push(number);
        }
        let at_once = request.max_wait == Nanos::ZERO;
        self.wait(number, Fetch::Delayed(delayed), ctx);
        if at_once { self.complete_fetch(number, view, ctx) } else { self.maybe_complete_fetch(number, view, ctx) }
    }
    fn takes_all_read(&self) -> bool {
        self.rules.share_acquire_limits == ShareAcquireLimits::AllRead
    }
    fn note_fetched(&mut self, number: RequestNo, data: Vec<ShareFetchData>) {
        if let Some(waiting) = self.requests.get_mut(&number) {
            waiting.fetch = Fetch::Done(data);
        }
    }
    fn wait(&mut self, number: RequestNo, fetch: Fetch, ctx: &mut Context<'_>) {
        let Some(waiting) = self.requests.get_mut(&number) else { return };
        waiting.fetch = fetch;
        if let Some(deadline) = waiting.deadline() {
            self.deadlines.insert((deadline, number));
            self.arm_deadline(deadline, ctx);
        }
    }
    /// The share-partition is there from now on; whoever fetches first has its state read (`getOrCreateSharePartition`).
    fn get_or_create(&mut self, group: GroupId, tp: Tp, number: RequestNo, view: View<'_>) -> Result<(), ErrorCode> {
        let key = (group, tp);
        if self.partitions.contains_key(&key) {
            return Ok(());
        }
        let leader_epoch = view.replicas.led_epoch(tp, view.cache)?;
        self.last_serial += 1;
        let partition = SharePartition::new(self.chronicle(key), leader_epoch, self.rules);
        self.partitions.insert(key, Loaded { serial: self.last_serial, partition });
        self.call_load(key, number);
        Ok(())
    }

    /// Answers a request with an error.
    pub(super) fn refuse(&mut self, number: RequestNo, error: ErrorCode, ctx: &mut Context<'_>) {
        let Some(request) = self.requests.remove(&number) else { return };
        let acquisition_lock_timeout = Nanos::ZERO;
        let response = match request.fetch {
            Fetch::None => {
                let partitions = Default::default();
                Response::ShareAcknowledge(ShareAcknowledgeResponse { error, acquisition_lock_timeout, partitions })
            }
            _ => {
                let partitions = Vec::new();
                Response::ShareFetch(ShareFetchResponse { error, acquisition_lock_timeout, partitions })
            }
        };
        self.answers.push_back(ShareAnswer { to: request.to, response, done: ctx.now() });
    }
    /// Answers a request, if nothing is open any more. The last request of a session ends it.
    pub(super) fn maybe_answer(&mut self, number: RequestNo, view: View<'_>, ctx: &mut Context<'_>) {
        if self.requests.get(&number).is_none_or(|request| !request.is_complete()) {
            return;
        }
        let Some(ShareRequest { to, session, epoch, acknowledged: how, fetch, done, .. }) =
            self.requests.remove(&number)
        else {
            return;
        };
        let known = how.into_iter().map(|(tp, how)| match how {
            Acknowledged::Known(error) => (tp, error),
            Acknowledged::Pending => (tp, ErrorCode::None),
        });
        let lock_timeout = self.group_config(session.0).share_record_lock_duration;
        let response = match fetch {
            Fetch::Done(data) => {
                let response = self.combine(session, epoch, data, known.collect());
                let acquisition_lock_timeout = if self.takes_all_read() { Nanos::ZERO } else { lock_timeout };
                Response::ShareFetch(ShareFetchResponse { acquisition_lock_timeout, ..response })
            }
            _ => Response::ShareAcknowledge(ShareAcknowledgeResponse {
                error: ErrorCode::None,
                acquisition_lock_timeout: match self.rules.share_renew {
                    ShareRenew::Unknown => Nanos::ZERO,
                    ShareRenew::Known => lock_timeout,
                },
                partitions: known.map(|(tp, error)| (tp, error, hint(tp, error, view))).collect(),
            }),
        };
        self.answers.push_back(ShareAnswer { to, response, done: done.max(ctx.now()) });
        if epoch == FINAL {
            self.release_session(session);
        }
    }
    /// What was fetched, and how acknowledgements went, in one answer (`combineShareFetchAndShareAcknowledgeResponses`).
    fn combine(
        &mut self,
        session: SessionKey,
        epoch: i32,
        mut partitions: Vec<ShareFetchData>,
        known: Vec<(Tp, ErrorCode)>,
    ) -> ShareFetchResponse {
        let error = self.sessions.answer(session, epoch, &mut partitions).err().unwrap_or(ErrorCode::None);
        if error.is_err() {
            partitions.clear();
        }
        for (tp, error) in known {
            match partitions.iter_mut().find(|data| data.tp == tp) {
                Some(data) => data.acknowledge_error = error,
                None => partitions.push(acknowledged(tp, error)),
            }
        }
        ShareFetchResponse { error, acquisition_lock_timeout: Nanos::ZERO, partitions }
    }
}
