//! What a runtime, its contexts and their shards may use while they handle one input.

use std::rc::Rc;

use crate::cluster::coordinator::share_state_task::ShareStateTask;
use crate::history::fact::Fact;
use crate::node::{Context, Timer};
use crate::protocol::batch::{CoordinatorRecord, TransactionMarker};
use crate::protocol::config::AppendLinger;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{BrokerId, ConnId, NodeId, ProducerIdAndEpoch, Tp};
use crate::protocol::messages::Response;
use crate::sim::time::Nanos;

/// Where an answer goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ReplyTo {
    /// The broker's number of the channel.
    pub channel: u32,
    /// The connection.
    pub conn: ConnId,
    /// The request.
    pub correlation: u32,
    /// The client process.
    pub client: NodeId,
}

/// What a coordinator wants of its broker.
#[derive(Clone, Debug)]
pub enum Command {
    /// Answer a request.
    Reply {
        /// Which.
        to: ReplyTo,
        /// With what.
        response: Response,
    },
    /// Append one batch of records to a partition of the coordinator's topic as its leader (acks=1),
    /// then tell the coordinator that it is appended, with the same number (`PartitionWriter.append`).
    Append {
        /// Which partition.
        tp: Tp,
        /// The coordinator's number for this write.
        write: u32,
        /// The producer to whose transaction the records belong; none outside a transaction.
        producer: ProducerIdAndEpoch,
        /// The records.
        records: Rc<[CoordinatorRecord]>,
    },
    /// The same for the marker that ends a transaction.
    AppendMarker {
        /// Which partition.
        tp: Tp,
        /// The coordinator's number for this write.
        write: u32,
        /// The marker.
        marker: TransactionMarker,
    },
    /// Have the persister of share groups do something, then tell the group coordinator what has come of it, with the same number.
    ShareState {
        /// The coordinator's number for this.
        number: u32,
        /// What is to be done.
        task: ShareStateTask,
    },
    /// A marker that was asked for is committed, or will not be.
    MarkerWritten {
        /// In which partition.
        tp: Tp,
        /// The number that came with it.
        request: u32,
        /// REQUEST_TIMED_OUT: it is in the log and may yet be committed.
        result: Result<(), ErrorCode>,
    },
}

/// What a runtime is built with (`CoordinatorRuntime.Builder`).
#[derive(Clone, Copy, Debug)]
pub struct RuntimeConfig {
    /// How long a batch stays open for more records (`withAppendLingerMs`).
    pub append_linger: AppendLinger,
    /// Bytes of the largest batch: `max.message.bytes` of the topic (`PartitionWriter.config`).
    pub max_batch_size: usize,
    /// How long an answer waits for its write to be committed (`withDefaultWriteTimeOut`).
    pub default_write_timeout: Nanos,
    /// The timer of the topic's first partition for the end of a batch's linger; the others' follow.
    pub linger_timer: Timer,
    /// The same for the earliest write timeout of a partition's waiting requests.
    pub write_timeout_timer: Timer,
}

/// What the shards of one runtime share, and where effects go.
pub struct Env<'a, 'c, T> {
    pub broker: BrokerId,
    pub ctx: &'a mut Context<'c>,
    pub commands: &'a mut Vec<Command>,
    /// What all shards of the runtime share.
    pub shared: &'a mut T,
    pub(super) config: &'a RuntimeConfig,
    pub(super) last_write: &'a mut u32,
}

impl<T> Env<'_, '_, T> {
    pub fn now(&self) -> Nanos {
        self.ctx.now()
    }
    pub fn reply(&mut self, to: ReplyTo, response: Response) {
        self.commands.push(Command::Reply { to, response });
    }
    pub fn record(&mut self, fact: Fact) {
        self.ctx.record(fact);
    }
    pub fn set_timer(&mut self, timer: impl Into<Timer>, delay: Nanos) {
        self.ctx.set_timer_in(timer, delay);
    }
    pub fn cancel_timer(&mut self, timer: impl Into<Timer>) {
        self.ctx.cancel_timer(timer);
    }
    /// The number of the next write; never reused, so that a late answer is recognised.
    pub(super) fn take_write(&mut self) -> u32 {
        *self.last_write += 1;
        *self.last_write
    }
    pub(super) fn linger_timer(&self, number: u32) -> Timer {
        Timer { index: number, ..self.config.linger_timer }
    }
    pub(super) fn write_timeout_timer(&self, number: u32) -> Timer {
        Timer { index: number, ..self.config.write_timeout_timer }
    }
}
