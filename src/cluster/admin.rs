//! The administrator's client: waits for the cluster to be up, creates the scenario's topics through
//! a broker, retries until it is done, and ends (`kafka-topics --create`). Another one comes later with one
//! request, tells what became of it, and goes.

use std::rc::Rc;

use crate::history::fact::{Fact, StopKind};
use crate::node::{Context, Input, Owner, timers};
use crate::protocol::catalog::Catalog;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{BrokerId, ConnId, TopicId};
use crate::protocol::messages::{
    AdminRequest, Body, CreatableTopic, CreateTopicsRequest, Message, MetadataRequest, Request, Response,
};
use crate::sim::time::Nanos;

#[cfg(test)]
mod tests;

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

/// What an administrator comes for while the cluster runs.
#[derive(Clone, Debug)]
pub enum Task {
    /// Creates topics.
    Create(Vec<CreatableTopic>),
    /// Anything else.
    Ask(AdminRequest),
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
    topics: Vec<CreatableTopic>,
    /// What is asked for instead.
    request: Option<AdminRequest>,
    /// Whether it is somebody's tool: it does not wait for the cluster, tells its result, and gives up some time.
    tool: bool,
    started: Nanos,
    brokers: Vec<BrokerId>,
    catalog: Rc<Catalog>,
    /// Topics not known to exist yet.
    missing: Vec<TopicId>,
    state: State,
    /// Whether every broker was seen alive.
    cluster_up: bool,
    /// Which broker is asked; rises with every failure.
    turn: usize,
    correlation: u32,
}

impl Admin {
    /// Wants these topics to exist.
    pub fn new(topics: Vec<CreatableTopic>, catalog: Rc<Catalog>) -> Admin {
        let brokers = catalog.brokers().collect();
        Admin {
            topics,
            request: None,
            tool: false,
            started: Nanos::ZERO,
            brokers,
            catalog,
            missing: Vec::new(),
            state: State::Idle,
            cluster_up: false,
            turn: 0,
            correlation: 0,
        }
    }
    /// Comes while the cluster runs, for one task.
    pub fn with_task(task: Task, catalog: Rc<Catalog>) -> Admin {
        let (topics, request) = match task {
            Task::Create(topics) => (topics, None),
            Task::Ask(request) => (Vec::new(), Some(request)),
        };
        Admin { request, tool: true, ..Admin::new(topics, catalog) }
    }
    /// Takes one input.
    pub fn handle(&mut self, input: Input, ctx: &mut Context<'_>) {
        match input {
            Input::Start => {
                self.missing = self.topics.iter().map(|topic| topic.topic).collect();
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
        let broker = self.brokers[self.turn % self.brokers.len()];
        self.state = State::Connecting(ctx.connect(self.catalog.broker_node(broker), Owner(0)));
        ctx.set_timer_in(AdminTimer::Try, REQUEST_TIMEOUT);
    }
    fn ask(&mut self, conn: ConnId, ctx: &mut Context<'_>) {
        let request = if let Some(request) = &self.request {
            Request::Admin(request.clone())
        } else if self.cluster_up {
            let missing = self.topics.iter().filter(|topic| self.missing.contains(&topic.topic));
            Request::CreateTopics(CreateTopicsRequest { topics: missing.cloned().collect() })
        } else {
            Request::Metadata(MetadataRequest { topics: Default::default(), allow_auto_topic_creation: false })
        };
        self.send(conn, request, ctx);
    }
    fn send(&mut self, conn: ConnId, request: Request, ctx: &mut Context<'_>) {
        self.correlation += 1;
        ctx.request(conn, self.correlation, request);
        self.state = State::Asking(conn);
        ctx.set_timer_in(AdminTimer::Try, REQUEST_TIMEOUT);
    }
    fn answered(&mut self, conn: ConnId, message: &Message, ctx: &mut Context<'_>) {
        if message.correlation != self.correlation {
            return;
        }
        let was_up = self.cluster_up;
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
    /// The tool is through: it prints its result and ends.
    fn tell(&mut self, error: ErrorCode, conn: Option<ConnId>, ctx: &mut Context<'_>) {
        ctx.record(Fact::AdminAnswered { node: ctx.me(), error });
        self.state = State::Idle;
        ctx.cancel_timer(AdminTimer::Try);
        if let Some(conn) = conn {
            ctx.close(conn);
        }
        ctx.exit();
    }
    fn on_try(&mut self, ctx: &mut Context<'_>) {
        if self.tool && ctx.now() >= self.started.saturating_add(API_TIMEOUT) {
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
        self.state = State::Backoff(conn);
        ctx.set_timer_in(AdminTimer::Try, RETRY_BACKOFF);
    }
}
