//! How a coordinator lives on the partitions of its topic (`coordinator-common/.../CoordinatorRuntime.java`).
//!
//! The runtime is generic over the [`CoordinatorShard`]: groups are one, the states of share-partitions another.
//! What is public in this module is so for the coordinators of this room.

mod context;
mod env;
mod result;
mod shard;
#[cfg(test)]
mod tests;

use crate::cluster::metadata::MetadataImage;
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::batch::{RecordBatch, TransactionMarker};
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

pub use context::CoordinatorContext;
pub use env::{Command, Env, ReplyTo, RuntimeConfig};
pub use result::CoordinatorResult;
pub use shard::CoordinatorShard;

/// The partitions of a coordinator's topic.
#[derive(Clone, Copy, Debug)]
pub struct CoordinatorTopic {
    /// The first of them.
    pub first: Tp,
    /// How many; none if there is no such topic.
    pub count: u32,
}

impl CoordinatorTopic {
    /// The number of a partition of the topic; none for any other.
    pub fn number(self, tp: Tp) -> Option<usize> {
        tp.0.checked_sub(self.first.0).filter(|number| *number < self.count).map(|number| number as usize)
    }
    /// The partition of that number.
    pub fn partition(self, number: u32) -> Tp {
        Tp(self.first.0 + number)
    }
}

/// What this broker is to a partition of the topic (`CoordinatorRuntime.CoordinatorState`).
#[derive(Clone, Debug)]
pub enum CoordinatorState<S: CoordinatorShard> {
    /// It does not lead it (INITIAL, CLOSED).
    Closed,
    /// It leads it and is reading the log.
    Loading,
    /// It leads it and has read it.
    Active(Box<CoordinatorContext<S>>),
}

/// See the module.
#[derive(Clone, Debug)]
pub struct CoordinatorRuntime<S: CoordinatorShard> {
    broker: BrokerId,
    config: RuntimeConfig,
    topic: CoordinatorTopic,
    /// By partition number.
    coordinators: Vec<CoordinatorState<S>>,
    shared: S::Shared,
    /// The number of the last write asked for.
    last_write: u32,
}

impl<S: CoordinatorShard> CoordinatorRuntime<S> {
    /// Coordinates nothing yet.
    pub fn new(broker: BrokerId, config: RuntimeConfig, topic: CoordinatorTopic, shared: S::Shared) -> Self {
        let coordinators = vec![CoordinatorState::Closed; topic.count as usize];
        CoordinatorRuntime { broker, config, topic, coordinators, shared, last_write: 0 }
    }

    /// The topic in which the state is kept.
    pub fn topic(&self) -> CoordinatorTopic {
        self.topic
    }

    /// What the shards share.
    pub fn shared(&self) -> &S::Shared {
        &self.shared
    }

    /// The same, to be changed.
    pub fn shared_mut(&mut self) -> &mut S::Shared {
        &mut self.shared
    }

    /// What this broker is to a partition; closed to any that is not of the topic.
    pub fn state(&self, tp: Tp) -> &CoordinatorState<S> {
        self.topic.number(tp).map_or(&CoordinatorState::Closed, |number| &self.coordinators[number])
    }

    /// The context of a partition that is led here, and read.
    pub fn active(&self, tp: Tp) -> Option<&CoordinatorContext<S>> {
        match self.state(tp) {
            CoordinatorState::Active(context) => Some(context),
            CoordinatorState::Closed | CoordinatorState::Loading => None,
        }
    }

    /// Does something with the context of a partition, if it is active (`withActiveContextOrThrow`).
    fn with_active<'c>(
        &mut self,
        tp: Tp,
        commands: &mut Vec<Command>,
        ctx: &mut Context<'c>,
        act: impl FnOnce(&mut CoordinatorContext<S>, &mut Env<'_, 'c, S::Shared>),
    ) {
        let Some(number) = self.topic.number(tp) else { return };
        if let CoordinatorState::Active(context) = &mut self.coordinators[number] {
            let mut env = Env {
                broker: self.broker,
                ctx,
                commands,
                shared: &mut self.shared,
                config: &self.config,
                last_write: &mut self.last_write,
            };
            act(context, &mut env);
        }
    }

    /// This broker leads a partition now, and reads it.
    pub fn loading(&mut self, tp: Tp) {
        let state = self.topic.number(tp).map(|number| &mut self.coordinators[number]);
        if let Some(state @ CoordinatorState::Closed) = state {
            *state = CoordinatorState::Loading;
        }
    }

    /// This broker leads a partition and has read it (`scheduleLoadOperation`): `batches` is the whole log. A new
    /// epoch of a leader that never ceased to lead changes nothing.
    pub fn load<'a>(
        &mut self,
        tp: Tp,
        epoch: LeaderEpoch,
        batches: impl Iterator<Item = &'a RecordBatch>,
        high_watermark: Offset,
        commands: &mut Vec<Command>,
        ctx: &mut Context<'_>,
    ) {
        let Some(number) = self.topic.number(tp) else { return };
        if let CoordinatorState::Active(_) = &self.coordinators[number] {
            return self.high_watermark(tp, high_watermark, commands, ctx);
        }
        let context = CoordinatorContext::load(tp, number as u32, batches, high_watermark, &self.shared);
        self.coordinators[number] = CoordinatorState::Active(Box::new(context));
        ctx.record(Fact::CoordinatorLoaded { broker: self.broker, tp, epoch });
        self.with_active(tp, commands, ctx, |context, env| context.loaded(env));
    }

    /// This broker does not lead it any more (`scheduleUnloadOperation`).
    pub fn unload(&mut self, tp: Tp, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        let Some(number) = self.topic.number(tp) else { return };
        self.with_active(tp, commands, ctx, |context, env| {
            context.unload(env);
            env.record(Fact::CoordinatorUnloaded { broker: env.broker, tp });
        });
        self.coordinators[number] = CoordinatorState::Closed;
    }

    /// `turn`: partitions take turns.
    ///
    /// # Panics
    /// If what is between memory and log is out of order.
    pub fn check_invariants(&self, turn: u64) {
        let place = turn as usize % self.coordinators.len().max(1);
        if let Some(CoordinatorState::Active(context)) = self.coordinators.get(place) {
            context.check_invariants();
        }
    }
    /// Lets the shard of an active partition take a request (`scheduleWriteOperation`).
    pub fn handle(
        &mut self,
        tp: Tp,
        to: ReplyTo,
        request: S::Request,
        commands: &mut Vec<Command>,
        ctx: &mut Context<'_>,
    ) {
        self.with_active(tp, commands, ctx, |context, env| {
            context.operate(env, |shard, result, env| shard.handle(to, request, result, env));
        });
    }

    /// The same for a request whose records belong to a producer's transaction
    /// (`scheduleTransactionalWriteOperation`, after the verification).
    pub fn handle_in_transaction(
        &mut self,
        tp: Tp,
        to: ReplyTo,
        request: S::Request,
        producer: ProducerIdAndEpoch,
        commands: &mut Vec<Command>,
        ctx: &mut Context<'_>,
    ) {
        self.with_active(tp, commands, ctx, |context, env| {
            context.operate_in_transaction(producer, env, |shard, result, env| shard.handle(to, request, result, env));
        });
    }

    /// Ends a transaction in an active partition, and says what has become of that with a
    /// [`Command::MarkerWritten`] (`scheduleTransactionCompletion`).
    pub fn complete_transaction(
        &mut self,
        tp: Tp,
        marker: TransactionMarker,
        request: u32,
        timeout: Nanos,
        commands: &mut Vec<Command>,
        ctx: &mut Context<'_>,
    ) {
        self.with_active(tp, commands, ctx, |context, env| context.complete_transaction(marker, request, timeout, env));
    }

    /// Lets the shard of an active partition do something that nobody has asked for by a request of its own (`scheduleWriteOperation`).
    pub fn operate(
        &mut self,
        tp: Tp,
        commands: &mut Vec<Command>,
        ctx: &mut Context<'_>,
        operation: impl FnOnce(&mut S, &mut CoordinatorResult<'_, S::Change, S::Answer>, &mut Env<'_, '_, S::Shared>),
    ) {
        self.with_active(tp, commands, ctx, |context, env| context.operate(env, operation));
    }

    /// Lets the shard of an active partition take a timer of its own (`CoordinatorTimer`).
    pub fn shard_timer(&mut self, tp: Tp, timer: S::Timer, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        self.with_active(tp, commands, ctx, |context, env| {
            context.operate(env, |shard, result, env| shard.timer(timer, result, env));
        });
    }

    /// The linger of the open batch of a partition, by its number, is over.
    pub fn linger_over(&mut self, partition: u32, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        let tp = self.topic.partition(partition);
        self.with_active(tp, commands, ctx, |context, env| context.linger_over(env));
    }
    /// The earliest write timeout of a partition, by its number, has passed.
    pub fn expire_writes(&mut self, partition: u32, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        let tp = self.topic.partition(partition);
        self.with_active(tp, commands, ctx, |context, env| context.expire_writes(env));
    }

    /// The broker has applied a new metadata image: every active shard sees it (`onNewMetadataImage`).
    pub fn image_changed(&mut self, image: &MetadataImage, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        for number in 0..self.topic.count {
            let tp = self.topic.partition(number);
            self.with_active(tp, commands, ctx, |context, env| context.image_changed(image, env));
        }
    }

    /// An append was done (the offset after its last record) or refused. An answer to a write that
    /// nobody waits for any more is ignored.
    pub fn appended(
        &mut self,
        tp: Tp,
        write: u32,
        result: Result<Offset, ErrorCode>,
        commands: &mut Vec<Command>,
        ctx: &mut Context<'_>,
    ) {
        self.with_active(tp, commands, ctx, |context, env| context.appended(write, result, env));
    }

    /// The high watermark of a partition rose on this leader.
    pub fn high_watermark(&mut self, tp: Tp, offset: Offset, commands: &mut Vec<Command>, ctx: &mut Context<'_>) {
        self.with_active(tp, commands, ctx, |context, env| context.high_watermark(offset, env));
    }
}
