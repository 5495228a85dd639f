//! Calls to share coordinators (`server-common/.../server/share/persister/PersisterStateManager.java`).
//!
//! A call is about one share-partition. Its coordinator is the leader of a partition of `__share_group_state`, as the metadata has it;
//! while that topic does not exist any broker is asked, which has it created. To each coordinator one request of a type is in flight;
//! what comes meanwhile is gathered, and goes as one request for each group.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use super::attempts::Attempts;
use super::calls::{CallId, PersisterAnswer, PersisterCall};
use super::rpc::{Rpc, RpcResult, RpcType, coalesce, results};
use crate::cluster::broker::inter_broker_send_thread::{Completion, InterBrokerSendThread};
use crate::cluster::broker::timers::{BrokerEndpoint, BrokerTimer};
use crate::cluster::coordinator::{ShareStateTask, ShareStateTaskKind};
use crate::node::{Context, Input};
use crate::protocol::catalog::Catalog;
use crate::protocol::config::BrokerConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{BrokerId, GroupId, Tp};
use crate::protocol::messages::{CoordinatorKey, Request, Response};
use crate::protocol::rules::{Rules, SharePersisterNetwork};
use crate::sim::time::Nanos;

/// What the persister knows of the cluster (`ShareCoordinatorMetadataCacheHelper`).
pub trait ShareCoordinatorFinder {
    /// The leader of a partition of `__share_group_state`, if it is alive.
    fn leader(&self, tp: Tp) -> Option<BrokerId>;
    /// The brokers that are alive.
    fn brokers(&self) -> Vec<BrokerId>;
}

/// Who waits for a call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PersisterRequest {
    /// The leader of a share-partition.
    Leader(CallId),
    /// The group coordinator, by its number.
    Group(u32),
}

/// What has become of a call.
#[derive(Clone, PartialEq, Debug)]
pub enum Persisted {
    /// Of the leader of a share-partition.
    Leader(CallId, PersisterAnswer),
    /// Of the group coordinator: each of the partitions.
    Group(u32, Vec<(Tp, ErrorCode)>),
}

/// A call about one share-partition (`PersisterStateManagerHandler`).
#[derive(Clone, Debug)]
pub(super) struct Handler {
    group: GroupId,
    tp: Tp,
    rpc: Rpc,
    asker: PersisterRequest,
    /// Looking for the coordinator.
    searches: Attempts,
    attempts: Attempts,
}

/// What was sent.
#[derive(Clone, Debug)]
pub(super) enum Sent {
    /// The question who coordinates.
    Find(Box<Handler>),
    /// A request for these.
    Request(RpcType, Vec<Handler>),
}

/// See the module.
#[derive(Clone, Debug)]
pub struct PersisterStateManager {
    catalog: Rc<Catalog>,
    rules: Rules,
    thread: InterBrokerSendThread<Sent>,
    /// Those whose coordinator is to be found.
    queue: VecDeque<Handler>,
    /// For the next request of a type to each coordinator (`nodeRPCMap`).
    gathered: BTreeMap<(BrokerId, RpcType), BTreeMap<GroupId, Vec<Handler>>>,
    /// What is in flight.
    in_flight: BTreeSet<(BrokerId, RpcType)>,
    /// Those that are tried again later, by when.
    waiting: BTreeMap<(Nanos, u64), Handler>,
    next_waiting: u64,
    /// Tasks of the group coordinator: how many of its partitions are open, and the results so far.
    tasks: BTreeMap<u32, (usize, Vec<(Tp, ErrorCode)>)>,
    done: VecDeque<Persisted>,
}

impl PersisterStateManager {
    /// Has asked nobody yet.
    pub fn new(config: &BrokerConfig, catalog: Rc<Catalog>, rules: Rules) -> PersisterStateManager {
        let (timer, endpoint) = (BrokerTimer::PersisterConnection(BrokerId(0)), BrokerEndpoint::Persister(BrokerId(0)));
        PersisterStateManager {
            thread: InterBrokerSendThread::new(config, catalog.clone(), true, timer, endpoint),
            catalog,
            rules,
            queue: VecDeque::new(),
            gathered: BTreeMap::new(),
            in_flight: BTreeSet::new(),
            waiting: BTreeMap::new(),
            next_waiting: 0,
            tasks: BTreeMap::new(),
            done: VecDeque::new(),
        }
    }

    /// The leader of a share-partition calls. What comes of it comes out of [`PersisterStateManager::next_done`].
    pub fn call(
        &mut self,
        id: CallId,
        call: PersisterCall,
        finder: &impl ShareCoordinatorFinder,
        ctx: &mut Context<'_>,
    ) {
        let (group, tp, rpc) = match call {
            PersisterCall::Read { group, tp, leader_epoch } => (group, tp, Rpc::Read(leader_epoch)),
            PersisterCall::Write { group, write } => (group, write.tp, Rpc::Write(write)),
        };
        self.enqueue(group, tp, rpc, PersisterRequest::Leader(id));
        self.run(finder, ctx);
    }
    /// The group coordinator calls.
    pub fn task(
        &mut self,
        number: u32,
        task: ShareStateTask,
        finder: &impl ShareCoordinatorFinder,
        ctx: &mut Context<'_>,
    ) {
        let group = task.group;
        let parts: Vec<(Tp, Rpc)> = match task.kind {
            ShareStateTaskKind::Initialize(list) => {
                list.into_iter().map(|(tp, epoch, start)| (tp, Rpc::Initialize(epoch, start))).collect()
            }
            ShareStateTaskKind::Delete(list) => list.into_iter().map(|tp| (tp, Rpc::Delete)).collect(),
        };
        self.tasks.insert(number, (parts.len(), Vec::new()));
        parts.into_iter().for_each(|(tp, rpc)| self.enqueue(group, tp, rpc, PersisterRequest::Group(number)));
        self.run(finder, ctx);
    }
    fn enqueue(&mut self, group: GroupId, tp: Tp, rpc: Rpc, asker: PersisterRequest) {
        let (searches, attempts) = (Attempts::default(), Attempts::default());
        self.queue.push_back(Handler { group, tp, rpc, asker, searches, attempts });
    }

    /// Works off what there is to do (`SendThread.generateRequests`).
    fn run(&mut self, finder: &impl ShareCoordinatorFinder, ctx: &mut Context<'_>) {
        while let Some(handler) = self.queue.pop_front() {
            self.look_up(handler, finder, ctx);
        }
        self.send(ctx);
        while let Some(completion) = self.thread.next_completion() {
            self.complete(completion, ctx);
            self.send(ctx);
        }
    }
    /// `lookupNeeded`: the metadata says who coordinates, or any broker is asked.
    fn look_up(&mut self, handler: Handler, finder: &impl ShareCoordinatorFinder, ctx: &mut Context<'_>) {
        let partition = self.catalog.share_state_partition(handler.group, handler.tp);
        if let Some(coordinator) = partition.and_then(|partition| finder.leader(partition)) {
            return self.gather(coordinator, handler);
        }
        let brokers = finder.brokers();
        if brokers.is_empty() {
            return self.finish(handler, Err(ErrorCode::CoordinatorNotAvailable));
        }
        let broker = brokers[ctx.random().below(brokers.len() as u64) as usize];
        let request = Request::FindCoordinator(CoordinatorKey::Share(handler.group, handler.tp));
        self.thread.send(broker, request, Sent::Find(Box::new(handler)), ctx);
        self.give_up_on_unreachable(broker, ctx);
    }
    fn gather(&mut self, coordinator: BrokerId, handler: Handler) {
        let groups = self.gathered.entry((coordinator, handler.rpc.kind())).or_default();
        groups.entry(handler.group).or_default().push(handler);
    }
    /// What was gathered goes, unless a request of the type is in flight to the coordinator.
    fn send(&mut self, ctx: &mut Context<'_>) {
        let free: Vec<_> = self.gathered.keys().copied().filter(|key| !self.in_flight.contains(key)).collect();
        for (coordinator, kind) in free {
            self.in_flight.insert((coordinator, kind));
            for (group, handlers) in self.gathered.remove(&(coordinator, kind)).unwrap_or_default() {
                let parts: Vec<(Tp, Rpc)> = handlers.iter().map(|handler| (handler.tp, handler.rpc.clone())).collect();
                let request = Request::ShareGroupState(coalesce(kind, group, &parts));
                self.thread.send(coordinator, request, Sent::Request(kind, handlers), ctx);
            }
            self.give_up_on_unreachable(coordinator, ctx);
        }
    }
    /// While a connection is lost and not to be opened yet, what waits for it fails at once.
    fn give_up_on_unreachable(&mut self, broker: BrokerId, ctx: &mut Context<'_>) {
        if self.thread.is_backing_off(broker, ctx.now()) {
            self.thread.fail_unsent(broker);
        }
    }

    fn complete(&mut self, completion: Completion<Sent>, ctx: &mut Context<'_>) {
        let Completion { tag, to, response } = completion;
        match (tag, response) {
            (Sent::Find(handler), Some(Response::FindCoordinator(found))) => {
                self.found(*handler, found.coordinator.ok_or(found.error), ctx);
            }
            (Sent::Find(handler), _) => self.lost(*handler, ctx),
            (Sent::Request(kind, handlers), response) => {
                self.in_flight.remove(&(to, kind));
                match response {
                    Some(Response::ShareGroupState(response)) => {
                        let results = results(response);
                        handlers.into_iter().zip(results).for_each(|(h, result)| self.answered(h, result, ctx));
                    }
                    _ => handlers.into_iter().for_each(|handler| self.lost(handler, ctx)),
                }
            }
        }
    }
    /// `handleFindCoordinatorResponse`.
    fn found(&mut self, mut handler: Handler, found: Result<BrokerId, ErrorCode>, ctx: &mut Context<'_>) {
        handler.searches.count();
        match found {
            Ok(coordinator) => {
                handler.searches.reset();
                self.gather(coordinator, handler);
            }
            Err(error) if self.is_retriable(error) => self.again(handler.searches, handler, error, ctx),
            Err(error) => self.finish(handler, Err(error)),
        }
    }
    /// `handleRequestResponse`.
    fn answered(&mut self, mut handler: Handler, result: RpcResult, ctx: &mut Context<'_>) {
        handler.attempts.count();
        match result {
            Err(error) if self.is_retriable(error) => self.again(handler.attempts, handler, error, ctx),
            result => self.finish(handler, result),
        }
    }
    /// The connection is gone, or nobody has answered in time (`checkNetworkError`).
    fn lost(&mut self, mut handler: Handler, ctx: &mut Context<'_>) {
        match self.rules.share_persister_network {
            SharePersisterNetwork::Unanswered => drop(handler),
            SharePersisterNetwork::Fails => self.finish(handler, Err(ErrorCode::NetworkException)),
            SharePersisterNetwork::Retried => {
                handler.attempts.count();
                self.again(handler.attempts, handler, ErrorCode::NetworkException, ctx);
            }
        }
    }
    fn is_retriable(&self, error: ErrorCode) -> bool {
        match error {
            ErrorCode::CoordinatorNotAvailable | ErrorCode::CoordinatorLoadInProgress | ErrorCode::NotCoordinator => {
                true
            }
            ErrorCode::UnknownTopicOrPartition => self.rules.share_persister_network == SharePersisterNetwork::Retried,
            _ => false,
        }
    }
    /// After a pause the coordinator is looked for again, or that was the last time.
    fn again(&mut self, attempts: Attempts, handler: Handler, error: ErrorCode, ctx: &mut Context<'_>) {
        match attempts.pause(ctx.random()) {
            Some(pause) => {
                self.waiting.insert((ctx.now().saturating_add(pause), self.next_waiting), handler);
                self.next_waiting += 1;
                self.set_timer(ctx);
            }
            None => self.finish(handler, Err(error)),
        }
    }
    fn set_timer(&self, ctx: &mut Context<'_>) {
        if let Some(((at, _), _)) = self.waiting.first_key_value() {
            ctx.set_timer(BrokerTimer::PersisterRetry, *at);
        }
    }

    fn finish(&mut self, handler: Handler, result: RpcResult) {
        match handler.asker {
            PersisterRequest::Leader(id) => {
                let answer = match handler.rpc {
                    Rpc::Read(_) => {
                        PersisterAnswer::Read(result.and_then(|state| state.ok_or(ErrorCode::UnknownServerError)))
                    }
                    _ => PersisterAnswer::Write(result.err().unwrap_or_default()),
                };
                self.done.push_back(Persisted::Leader(id, answer));
            }
            PersisterRequest::Group(number) => {
                let Some((open, results)) = self.tasks.get_mut(&number) else { return };
                *open -= 1;
                results.push((handler.tp, result.err().unwrap_or_default()));
                if *open == 0
                    && let Some((_, mut results)) = self.tasks.remove(&number)
                {
                    results.sort_by_key(|(tp, _)| *tp);
                    self.done.push_back(Persisted::Group(number, results));
                }
            }
        }
    }

    /// Takes what happened to one of its connections, or a timer of its network client.
    pub fn accept(&mut self, input: Input, finder: &impl ShareCoordinatorFinder, ctx: &mut Context<'_>) {
        self.thread.accept(input, ctx);
        self.run(finder, ctx);
    }
    /// Some may be tried again.
    pub fn retry(&mut self, finder: &impl ShareCoordinatorFinder, ctx: &mut Context<'_>) {
        while let Some(entry) = self.waiting.first_entry().filter(|entry| entry.key().0 <= ctx.now()) {
            let handler = entry.remove();
            self.queue.push_back(handler);
        }
        self.set_timer(ctx);
        self.run(finder, ctx);
    }
    /// The next of what has become of calls.
    #[inline]
    pub fn next_done(&mut self) -> Option<Persisted> {
        self.done.pop_front()
    }
    /// Drops everything, and the connections.
    pub fn close(&mut self, ctx: &mut Context<'_>) {
        self.thread.close(ctx);
        self.queue.clear();
        self.gathered.clear();
        self.in_flight.clear();
        self.waiting.clear();
        self.tasks.clear();
        self.done.clear();
    }
    /// # Panics
    /// If somebody who waits will never hear.
    pub fn check_invariants(&self) {
        self.thread.check_invariants();
        assert!(self.done.is_empty(), "whoever has called is told");
        assert!(self.queue.is_empty(), "who coordinates is looked for at once");
        assert!(self.gathered.keys().all(|key| self.in_flight.contains(key)), "a call waits for another");
    }
}
