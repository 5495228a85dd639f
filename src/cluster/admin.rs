//! The administrator's client: waits for the cluster to be up, creates the scenario's topics through
//! a broker, retries until it is done, and ends (`kafka-topics --create`). Another one comes later with one
//! request, tells what became of it, and goes.

use std::rc::Rc;

use crate::history::fact::{Fact, StopKind};
use crate::node::{Context, Input, Owner, timers};
use crate::protocol::catalog::Catalog;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{BrokerId, ConnId, GroupId, LeaderEpoch, Offset, TopicId, Tp};
use crate::protocol::messages::{
    AdminRequest, Body, CreatableTopic, CreateTopicsRequest, DeleteRecordsRequest, DescribedProducer, Message,
    MetadataRequest, MetadataResponse, Request, Response, WritableTxnMarker, WriteTxnMarkersRequest,
};
use crate::protocol::rules::TransactionVersion;
use crate::sim::time::Nanos;

mod groups;
#[cfg(test)]
mod tests;

pub use groups::{GroupTask, ResetTo};
use groups::{GroupTool, Outcome};

/// `retry.backoff.ms` of the admin client.
const RETRY_BACKOFF: Nanos = Nanos::from_millis(100);
/// `request.timeout.ms` of the admin client; a connection that does not come about counts as well.
const REQUEST_TIMEOUT: Nanos = Nanos::from_secs(30);
/// After this it no longer waits for every broker to be alive.
const PATIENCE: Nanos = Nanos::from_secs(30);
/// `default.api.timeout.ms` of the admin client: a tool that has no answer by then gives up.
const API_TIMEOUT: Nanos = Nanos::from_secs(60);

timers! {
    /// What an administrator waits for.
    enum AdminTimer {
        /// The next try, or the end of the present one.
        Try,
    }
}

/// What an administrator comes for.
#[derive(Clone, Debug)]
pub enum Task {
    /// Creates topics.
    Create(Vec<CreatableTopic>),
    /// Ends the oldest transaction that is open in a partition, whatever its coordinator thinks of it
    /// (`kafka-transactions abort --start-offset`, KIP-664).
    AbortTransaction(Tp),
    /// Deletes what lies before an offset of a partition, or before its high watermark (`kafka-delete-records`, KIP-107).
    DeleteRecords(Tp, Option<Offset>),
    /// Does something to a group or its offsets (`kafka-consumer-groups`).
    Group(GroupId, GroupTask),
    /// Anything else.
    Ask(AdminRequest),
}

/// What the client has to do, and how far it is.
#[derive(Clone, Debug)]
enum Errand {
    /// These topics are to exist.
    Create(Vec<CreatableTopic>),
    /// The oldest transaction of a partition is to end.
    Abort(Abort),
    /// Records of a partition are to go.
    Delete(Deletion),
    /// Something is done to a group.
    Group(Box<GroupTool>),
    /// An answer to this is to be had.
    Ask(AdminRequest),
}

/// How far the end of a transaction is (`AbortTransactionCommand.execute`, `AbortTransactionHandler`).
#[derive(Clone, Copy, Debug)]
struct Abort {
    tp: Tp,
    /// The partition's leader, once it is known.
    leader: Option<BrokerId>,
    /// Whose transaction it is.
    found: Option<DescribedProducer>,
}

/// How far a deletion of records is (`DeleteRecordsHandler`).
#[derive(Clone, Copy, Debug)]
struct Deletion {
    tp: Tp,
    /// None: the high watermark.
    before: Option<Offset>,
    /// The partition's leader, once it is known.
    leader: Option<BrokerId>,
}

/// What the client is doing.
#[derive(Clone, Copy, PartialEq, Debug)]
enum State {
    /// Nothing is left to do, or the process is down.
    Idle,
    /// Connecting to a broker.
    Connecting(ConnId),
    /// Waiting for the answer.
    Asking(ConnId),
    /// Waiting before the next try, on the connection if it is still there.
    Backoff(Option<ConnId>),
}

/// The process.
#[derive(Clone, Debug)]
pub struct Admin {
    errand: Errand,
    /// Whether it is somebody's tool: it does not wait for the cluster, tells its result, and gives up some time.
    tool: bool,
    started: Nanos,
    brokers: Vec<BrokerId>,
    catalog: Rc<Catalog>,
    /// Topics not known to exist yet.
    missing: Vec<TopicId>,
    state: State,
    /// The broker that was connected to last.
    broker: Option<BrokerId>,
    /// Whether every broker was seen alive.
    cluster_up: bool,
    /// Which broker is asked; rises with every failure.
    turn: usize,
    correlation: u32,
}

impl Admin {
    /// Wants these topics to exist.
    pub fn new(topics: Vec<CreatableTopic>, catalog: Rc<Catalog>) -> Admin {
        Admin::on(Errand::Create(topics), catalog)
    }
    fn on(errand: Errand, catalog: Rc<Catalog>) -> Admin {
        let brokers = catalog.brokers().collect();
        Admin {
            errand,
            tool: false,
            started: Nanos::ZERO,
            brokers,
            catalog,
            missing: Vec::new(),
            state: State::Idle,
            broker: None,
            cluster_up: false,
            turn: 0,
            correlation: 0,
        }
    }
    /// Comes while the cluster runs, for one task.
    pub fn with_task(task: Task, catalog: Rc<Catalog>) -> Admin {
        let errand = match task {
            Task::Create(topics) => Errand::Create(topics),
            Task::AbortTransaction(tp) => Errand::Abort(Abort { tp, leader: None, found: None }),
            Task::DeleteRecords(tp, before) => Errand::Delete(Deletion { tp, before, leader: None }),
            Task::Group(group, task) => Errand::Group(Box::new(GroupTool::new(group, task, &catalog))),
            Task::Ask(request) => Errand::Ask(request),
        };
        Admin { tool: true, ..Admin::on(errand, catalog) }
    }
    /// Takes one input.
    pub fn handle(&mut self, input: Input, ctx: &mut Context<'_>) {
        match input {
            Input::Start => {
                if let Errand::Create(topics) = &self.errand {
                    self.missing = topics.iter().map(|topic| topic.topic).collect();
                }
                self.cluster_up |= self.tool;
                self.started = ctx.now();
                self.connect(ctx);
            }
            Input::Connected { conn, .. } if self.state == State::Connecting(conn) => {
                self.send(conn, Request::ApiVersions, ctx)
            }
            Input::Message { conn, message, .. } if self.state == State::Asking(conn) => {
                self.answered(conn, &message, ctx)
            }
            Input::Disconnected { conn, .. } if self.conn() == Some(conn) => self.back_off(None, ctx),
            Input::Timer(timer) => match AdminTimer::from(timer) {
                AdminTimer::Try => self.on_try(ctx),
            },
            Input::Shutdown => ctx.exit(),
            _ => {}
        }
    }
    /// The process is gone.
    pub fn process_died(&mut self, _kind: StopKind) {
        self.state = State::Idle;
    }

    fn conn(&self) -> Option<ConnId> {
        match self.state {
            State::Connecting(conn) | State::Asking(conn) | State::Backoff(Some(conn)) => Some(conn),
            State::Idle | State::Backoff(None) => None,
        }
    }
    fn connect(&mut self, ctx: &mut Context<'_>) {
        let wanted = match &self.errand {
            Errand::Abort(abort) => abort.leader,
            Errand::Delete(deletion) => deletion.leader,
            Errand::Group(tool) => tool.broker(),
            Errand::Create(_) | Errand::Ask(_) => None,
        };
        let broker = wanted.unwrap_or(self.brokers[self.turn % self.brokers.len()]);
        self.broker = Some(broker);
        self.state = State::Connecting(ctx.connect(self.catalog.broker_node(broker), Owner(0)));
        self.wait(ctx);
    }
    /// When a tool gives up.
    fn deadline(&self) -> Nanos {
        let own = if let Errand::Group(tool) = &self.errand { tool.timeout() } else { None };
        self.started.saturating_add(own.unwrap_or(API_TIMEOUT))
    }
    /// Waits for an answer, or a connection.
    fn wait(&self, ctx: &mut Context<'_>) {
        let request = ctx.now().saturating_add(REQUEST_TIMEOUT);
        let until = if self.tool { request.min(self.deadline()) } else { request };
        ctx.set_timer(AdminTimer::Try, until.max(ctx.now()));
    }
    fn ask(&mut self, conn: ConnId, ctx: &mut Context<'_>) {
        if let Errand::Group(tool) = &self.errand
            && tool.broker().is_some_and(|wanted| self.broker != Some(wanted))
        {
            ctx.close(conn);
            return self.connect(ctx);
        }
        let request = match &mut self.errand {
            Errand::Abort(abort) => {
                let abort = *abort;
                self.next_of(abort)
            }
            Errand::Delete(deletion) => deletion.request(&self.catalog),
            Errand::Group(tool) => tool.request(&self.catalog, ctx),
            Errand::Ask(request) => Request::Admin(request.clone()),
            Errand::Create(topics) if self.cluster_up => {
                let missing = topics.iter().filter(|topic| self.missing.contains(&topic.topic));
                Request::CreateTopics(CreateTopicsRequest { topics: missing.cloned().collect() })
            }
            Errand::Create(_) => Request::Metadata(MetadataRequest {
                all_topics: false,
                topics: Default::default(),
                allow_auto_topic_creation: false,
            }),
        };
        self.send(conn, request, ctx);
    }
    fn send(&mut self, conn: ConnId, request: Request, ctx: &mut Context<'_>) {
        self.correlation += 1;
        ctx.request(conn, self.correlation, request);
        self.state = State::Asking(conn);
        self.wait(ctx);
    }
    fn answered(&mut self, conn: ConnId, message: &Message, ctx: &mut Context<'_>) {
        if message.correlation != self.correlation {
            return;
        }
        let was_up = self.cluster_up;
        if matches!(self.errand, Errand::Abort(_)) && !matches!(message.body, Body::Response(Response::ApiVersions)) {
            return self.step_answered(conn, &message.body, ctx);
        }
        if matches!(self.errand, Errand::Delete(_)) && !matches!(message.body, Body::Response(Response::ApiVersions)) {
            return self.deletion_answered(conn, &message.body, ctx);
        }
        if let (Errand::Group(tool), Body::Response(response)) = (&mut self.errand, &message.body) {
            return match tool.take(response, ctx) {
                Outcome::GoOn => {
                    self.started = ctx.now();
                    self.ask(conn, ctx)
                }
                Outcome::Again => self.back_off(Some(conn), ctx),
                Outcome::Done(error) => self.tell(error, Some(conn), ctx),
                Outcome::Told => self.end(Some(conn), ctx),
            };
        }
        if self.tool {
            let error = match &message.body {
                Body::Response(Response::Admin(error)) => *error,
                Body::Response(Response::CreateTopics(results)) => {
                    results.iter().map(|(_, error)| *error).find(|error| error.is_err()).unwrap_or_default()
                }
                Body::Response(Response::ApiVersions) => return self.ask(conn, ctx),
                _ => return,
            };
            return if error.is_retriable() && error != ErrorCode::ElectionNotNeeded {
                self.back_off(Some(conn), ctx);
            } else {
                self.tell(error, Some(conn), ctx);
            };
        }
        match &message.body {
            Body::Response(Response::ApiVersions) => return self.ask(conn, ctx),
            Body::Response(Response::Metadata(metadata)) => {
                self.cluster_up = metadata.brokers.len() >= self.brokers.len() || ctx.now() >= PATIENCE;
            }
            Body::Response(Response::CreateTopics(results)) => {
                let exists = |error| matches!(error, ErrorCode::None | ErrorCode::TopicAlreadyExists);
                self.missing.retain(|topic| !results.iter().any(|(other, error)| other == topic && exists(*error)));
            }
            _ => return,
        }
        if self.cluster_up && self.missing.is_empty() {
            self.state = State::Idle;
            ctx.cancel_timer(AdminTimer::Try);
            ctx.close(conn);
            ctx.exit();
        } else if self.cluster_up && !was_up {
            self.ask(conn, ctx);
        } else {
            self.back_off(Some(conn), ctx);
        }
    }
    /// What is asked next: who leads the partition, whose transaction is open there; then comes the marker.
    fn next_of(&self, Abort { tp, leader, found }: Abort) -> Request {
        match (leader, found) {
            (None, _) => metadata_of(tp, &self.catalog),
            (Some(_), None) => Request::DescribeProducers(tp),
            (Some(_), Some(found)) => {
                let marker = WritableTxnMarker {
                    producer: found.producer,
                    // Whoever had no marker so far has epoch -1: then 0, which is no higher than any coordinator's.
                    coordinator_epoch: found.coordinator_epoch.max(LeaderEpoch(0)),
                    commit: false,
                    version: TransactionVersion::V0,
                    partitions: std::iter::once(tp).collect(),
                };
                Request::WriteTxnMarkers(WriteTxnMarkersRequest { markers: std::iter::once(marker).collect() })
            }
        }
    }
    fn step_answered(&mut self, conn: ConnId, answer: &Body, ctx: &mut Context<'_>) {
        let Errand::Abort(abort) = &mut self.errand else { return };
        match answer {
            Body::Response(Response::Metadata(metadata)) => {
                abort.leader = leader_of(abort.tp, metadata);
                if abort.leader.is_none() {
                    return self.back_off(Some(conn), ctx);
                }
                ctx.close(conn);
                self.connect(ctx);
            }
            Body::Response(Response::DescribeProducers(Ok(producers))) => {
                let open = producers.iter().filter(|producer| producer.txn_start_offset.is_some());
                abort.found = open.min_by_key(|producer| producer.txn_start_offset).copied();
                if abort.found.is_some() {
                    return self.ask(conn, ctx);
                }
                ctx.record(Fact::NothingToAbort { node: ctx.me(), tp: abort.tp });
                self.end(Some(conn), ctx);
            }
            Body::Response(Response::DescribeProducers(Err(error))) => self.abort_answered(*error, conn, ctx),
            Body::Response(Response::WriteTxnMarkers(response)) => {
                let mut errors = response.results.iter().flat_map(|(_, partitions)| partitions);
                let error = errors.find(|(tp, _)| *tp == abort.tp).map_or(ErrorCode::UnknownServerError, |(_, e)| *e);
                self.abort_answered(error, conn, ctx);
            }
            _ => {}
        }
    }
    /// Another leader is looked for where the one that was asked leads no more; what can be tried again is
    /// (`DeleteRecordsHandler.handlePartitionError`).
    fn deletion_answered(&mut self, conn: ConnId, answer: &Body, ctx: &mut Context<'_>) {
        let Errand::Delete(deletion) = &mut self.errand else { return };
        match answer {
            Body::Response(Response::Metadata(metadata)) => {
                deletion.leader = leader_of(deletion.tp, metadata);
                if deletion.leader.is_none() {
                    return self.back_off(Some(conn), ctx);
                }
                ctx.close(conn);
                self.connect(ctx);
            }
            Body::Response(Response::DeleteRecords(Err(error))) if error.is_retriable() => {
                if *error == ErrorCode::NotLeaderOrFollower {
                    deletion.leader = None;
                }
                self.back_off(Some(conn), ctx);
            }
            Body::Response(Response::DeleteRecords(result)) => {
                self.tell(result.err().unwrap_or_default(), Some(conn), ctx);
            }
            _ => {}
        }
    }
    /// Another leader is looked for (`AbortTransactionHandler.handleError`); else that is the result.
    fn abort_answered(&mut self, error: ErrorCode, conn: ConnId, ctx: &mut Context<'_>) {
        match (error, &mut self.errand) {
            (ErrorCode::NotLeaderOrFollower | ErrorCode::UnknownTopicOrPartition, Errand::Abort(abort)) => {
                abort.leader = None;
                self.back_off(Some(conn), ctx);
            }
            _ => self.tell(error, Some(conn), ctx),
        }
    }
    /// The tool is through: it prints its result and ends.
    fn tell(&mut self, error: ErrorCode, conn: Option<ConnId>, ctx: &mut Context<'_>) {
        ctx.record(Fact::AdminAnswered { node: ctx.me(), error });
        self.end(conn, ctx);
    }
    fn end(&mut self, conn: Option<ConnId>, ctx: &mut Context<'_>) {
        self.state = State::Idle;
        ctx.cancel_timer(AdminTimer::Try);
        if let Some(conn) = conn {
            ctx.close(conn);
        }
        ctx.exit();
    }
    fn on_try(&mut self, ctx: &mut Context<'_>) {
        if self.tool && ctx.now() >= self.deadline() {
            return self.tell(ErrorCode::RequestTimedOut, self.conn(), ctx);
        }
        match self.state {
            State::Backoff(Some(conn)) => self.ask(conn, ctx),
            State::Backoff(None) => self.connect(ctx),
            State::Connecting(conn) | State::Asking(conn) => {
                ctx.close(conn);
                self.back_off(None, ctx);
            }
            State::Idle => {}
        }
    }
    /// Tries again a little later: on the same connection, or at the next broker.
    fn back_off(&mut self, conn: Option<ConnId>, ctx: &mut Context<'_>) {
        self.turn += usize::from(conn.is_none());
        match (conn, &mut self.errand) {
            (None, Errand::Abort(abort)) => abort.leader = None,
            (None, Errand::Delete(deletion)) => deletion.leader = None,
            (None, Errand::Group(tool)) => tool.disconnected(),
            _ => {}
        }
        self.state = State::Backoff(conn);
        ctx.set_timer_in(AdminTimer::Try, RETRY_BACKOFF);
    }
}

impl Deletion {
    /// What is asked next: who leads the partition, then what there is to do.
    fn request(self, catalog: &Catalog) -> Request {
        match self.leader {
            None => metadata_of(self.tp, catalog),
            Some(_) => {
                let (tp, before) = (self.tp, self.before);
                Request::DeleteRecords(DeleteRecordsRequest { tp, before, timeout: API_TIMEOUT })
            }
        }
    }
}

/// The question who leads a partition.
fn metadata_of(tp: Tp, catalog: &Catalog) -> Request {
    let topics = std::iter::once(catalog.topic_of(tp).0).collect();
    Request::Metadata(MetadataRequest { all_topics: false, topics, allow_auto_topic_creation: false })
}
/// And the answer.
fn leader_of(tp: Tp, metadata: &MetadataResponse) -> Option<BrokerId> {
    let partitions = metadata.topics.iter().flat_map(|topic| &topic.partitions);
    partitions.into_iter().find(|partition| partition.tp == tp).and_then(|partition| partition.leader)
}
