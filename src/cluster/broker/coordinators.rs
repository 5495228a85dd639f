//! A broker's coordinators: their requests, their log, their answers
//! (`core/.../coordinator/group/CoordinatorPartitionWriter.scala`, `CoordinatorLoaderImpl.scala`).

use std::rc::Rc;

use super::halt::Halt;
use super::replica_manager::OffsetsMarker;
use super::timers::BrokerTimer;
use crate::cluster::coordinator::{
    Command, CoordinatorTimer, GroupCoordinator, GroupRequest, MarkersToSend, PendingMarker, ProducerIds, ReplyTo,
    ShareCoordinator, TransactionCommand, TransactionCoordinator, TransactionEnv, TransactionRequest,
};
use crate::cluster::group_configs::GroupConfigs;
use crate::cluster::log::Log;
use crate::cluster::metadata::MetadataImage;
use crate::node::Context;
use crate::protocol::batch::{BatchData, CoordinatorRecord, Origin, RecordBatch};
use crate::protocol::catalog::Catalog;
use crate::protocol::config::BrokerConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{ShareGroupStateRequest, WriteTxnMarkersResponse};
use crate::protocol::rules::Rules;
use crate::sim::time::{Nanos, span_of};

/// Bytes per second that a coordinator replays while it loads: a figure of this model.
const REPLAY_BYTES_PER_SECOND: u64 = 50_000_000;
/// Bytes of a batch header.
const BATCH_OVERHEAD: usize = 61;

/// The coordinators, and what they want done.
#[derive(Clone, Debug)]
pub struct Coordinators {
    groups: GroupCoordinator,
    transactions: TransactionCoordinator,
    shares: ShareCoordinator,
    commands: Vec<Command>,
    transaction_commands: Vec<TransactionCommand>,
    rules: Rules,
}

impl Coordinators {
    /// Coordinate nothing yet.
    pub fn new(
        me: BrokerId,
        config: Rc<BrokerConfig>,
        groups: Rc<GroupConfigs>,
        catalog: Rc<Catalog>,
        rules: Rules,
    ) -> Coordinators {
        Coordinators {
            transactions: TransactionCoordinator::new(me, config.clone(), &catalog, rules),
            shares: ShareCoordinator::new(me, &config, catalog.clone(), rules),
            groups: GroupCoordinator::new(me, config, groups, catalog, rules),
            commands: Vec::new(),
            transaction_commands: Vec::new(),
            rules,
        }
    }
    /// A batch of records of one of them.
    pub fn batch(
        &self,
        catalog: &Catalog,
        records: Rc<[CoordinatorRecord]>,
        producer: ProducerIdAndEpoch,
        ordinal: u32,
        ctx: &Context<'_>,
    ) -> RecordBatch {
        coordinator_batch(catalog, self.rules, records, producer, ordinal, ctx)
    }
    /// The group coordinator, for tools.
    pub fn groups(&self) -> &GroupCoordinator {
        &self.groups
    }
    /// The transaction coordinator, for tools.
    pub fn transactions(&self) -> &TransactionCoordinator {
        &self.transactions
    }
    /// The share coordinator, for tools.
    pub fn shares(&self) -> &ShareCoordinator {
        &self.shares
    }
    /// What the group coordinator or the share coordinator wants done next.
    #[inline]
    pub fn next_command(&mut self) -> Option<Command> {
        if self.commands.is_empty() { None } else { Some(self.commands.remove(0)) }
    }
    /// What the transaction coordinator wants done next.
    #[inline]
    pub fn next_transaction_command(&mut self) -> Option<TransactionCommand> {
        if self.transaction_commands.is_empty() { None } else { Some(self.transaction_commands.remove(0)) }
    }

    /// Takes a request of a group's member.
    pub fn group_request(&mut self, to: ReplyTo, request: GroupRequest, ctx: &mut Context<'_>) {
        self.groups.handle(to, request, &mut self.commands, ctx);
    }
    /// Takes a request about states of share-partitions.
    pub fn share_state_request(&mut self, to: ReplyTo, request: ShareGroupStateRequest, ctx: &mut Context<'_>) {
        self.shares.handle(to, request, &mut self.commands, ctx);
    }
    /// The persister has done what the group coordinator asked for.
    pub fn share_state_done(&mut self, number: u32, results: &[(Tp, ErrorCode)], ctx: &mut Context<'_>) {
        self.groups.share_state_done(number, results, &mut self.commands, ctx);
    }
    /// Takes a request of a transaction.
    pub fn transaction_request(
        &mut self,
        to: ReplyTo,
        request: TransactionRequest,
        ids: ProducerIds<'_>,
        ctx: &mut Context<'_>,
    ) {
        let mut env = TransactionEnv { ctx, commands: &mut self.transaction_commands, ids };
        self.transactions.handle(to, request, &mut env);
    }
    /// One of a coordinator's timers has gone off.
    pub fn timer(&mut self, timer: CoordinatorTimer, ids: ProducerIds<'_>, ctx: &mut Context<'_>) {
        match timer {
            CoordinatorTimer::Group(timer) => self.groups.timer(timer, &mut self.commands, ctx),
            CoordinatorTimer::Share(timer) => self.shares.timer(timer, &mut self.commands, ctx),
            CoordinatorTimer::Transaction(timer) => {
                let mut env = TransactionEnv { ctx, commands: &mut self.transaction_commands, ids };
                self.transactions.timer(timer, &mut env);
            }
        }
    }
    /// The transaction coordinator begins its periodic work, for the first time after these spans.
    pub fn start(&mut self, abort_after: Nanos, expire_after: Nanos, ctx: &mut Context<'_>) {
        self.transactions.start(abort_after, expire_after, ctx);
    }
    /// The group coordinator is to write a marker, and to say when that is done.
    pub fn write_offsets_marker(&mut self, marker: OffsetsMarker, ctx: &mut Context<'_>) {
        let OffsetsMarker { tp, marker, number, timeout } = marker;
        self.groups.complete_transaction(tp, marker, number, timeout, &mut self.commands, ctx);
    }

    /// Whether the thread that sends markers has something to do.
    #[inline]
    pub fn has_markers(&self) -> bool {
        self.transactions.has_markers()
    }
    /// The markers that are to be sent.
    pub fn generate_markers(&mut self, image: &MetadataImage, ctx: &mut Context<'_>) -> Vec<MarkersToSend> {
        self.in_transactions(ctx, |transactions, env| transactions.generate_markers(image, env))
    }
    /// What a leader has said to markers; nothing if its connection is gone.
    pub fn markers_answered(
        &mut self,
        sent: Vec<PendingMarker>,
        response: Option<WriteTxnMarkersResponse>,
        ctx: &mut Context<'_>,
    ) {
        self.in_transactions(ctx, |transactions, env| transactions.markers_answered(sent, response, env));
    }
    /// Lets the transaction coordinator do something for which it needs no new producer id.
    fn in_transactions<'c, R>(
        &mut self,
        ctx: &mut Context<'c>,
        act: impl FnOnce(&mut TransactionCoordinator, &mut TransactionEnv<'_, 'c>) -> R,
    ) -> R {
        let ids: ProducerIds<'_> = &mut |_| Err(ErrorCode::CoordinatorLoadInProgress);
        let mut env = TransactionEnv { ctx, commands: &mut self.transaction_commands, ids };
        act(&mut self.transactions, &mut env)
    }
    /// This broker leads a partition of a coordinator's topic: it is read, which takes the longer the more there is.
    /// Whether that costs nothing, so that it can be [`Coordinators::loaded`] at once.
    pub fn elected(&mut self, tp: Tp, log: &Log, ctx: &mut Context<'_>) -> Result<bool, Halt> {
        let bytes = log.readable_bytes(log.log_start(), log.log_end());
        let is_of_transactions = self.transactions.is_its_partition(tp);
        if is_of_transactions {
            // A new epoch makes a new coordinator, which reads the log again.
            self.transactions.loading(tp);
        } else if self.groups.is_active(tp) || self.shares.is_active(tp) {
            return Ok(true);
        }
        if bytes == 0 {
            return Ok(true);
        }
        if self.shares.is_its_partition(tp) {
            self.shares.loading(tp);
        } else if !is_of_transactions {
            self.groups.loading(tp);
        }
        let now = ctx.now();
        let mut files = log.files_from(log.log_start());
        let read = files.try_fold(now, |_, (file, part)| ctx.disk().read(now, file, part));
        let read = read.map_err(|_| Halt::LogDirFailed)?;
        let replayed = now.saturating_add(span_of(bytes, REPLAY_BYTES_PER_SECOND));
        ctx.set_timer(BrokerTimer::CoordinatorLoaded(tp), read.max(replayed));
        Ok(false)
    }
    /// The partition is read, and still led, in this epoch.
    pub fn loaded(&mut self, tp: Tp, log: &Log, epoch: LeaderEpoch, ctx: &mut Context<'_>) {
        let batches = log.batches(log.log_start());
        if self.transactions.is_its_partition(tp) {
            self.in_transactions(ctx, |transactions, env| transactions.elected(tp, epoch, batches, env));
        } else if self.shares.is_its_partition(tp) {
            self.shares.elected(tp, epoch, batches, log.high_watermark(), &mut self.commands, ctx);
        } else {
            self.groups.elected(tp, epoch, batches, log.high_watermark(), &mut self.commands, ctx);
        }
    }
    /// This broker does not lead it any more.
    pub fn resigned(&mut self, tp: Tp, ctx: &mut Context<'_>) {
        if self.transactions.is_its_partition(tp) {
            self.in_transactions(ctx, |transactions, env| transactions.resigned(tp, env));
        } else if self.shares.is_its_partition(tp) {
            self.shares.resigned(tp, &mut self.commands, ctx);
        } else {
            self.groups.resigned(tp, &mut self.commands, ctx);
        }
    }
    /// The high watermark of such a partition rose. `is_enough`: its ISR is not below the minimum.
    pub fn high_watermark(&mut self, tp: Tp, high_watermark: Offset, is_enough: bool, ctx: &mut Context<'_>) {
        if self.transactions.is_its_partition(tp) {
            let rose = |transactions: &mut TransactionCoordinator, env: &mut TransactionEnv<'_, '_>| {
                transactions.high_watermark(tp, high_watermark, is_enough, env);
            };
            self.in_transactions(ctx, rose);
        } else if self.shares.is_its_partition(tp) {
            self.shares.high_watermark(tp, high_watermark, &mut self.commands, ctx);
        } else {
            self.groups.high_watermark(tp, high_watermark, &mut self.commands, ctx);
        }
    }
    /// The broker has applied new metadata.
    pub fn image_changed(&mut self, image: &MetadataImage, ctx: &mut Context<'_>) {
        self.groups.image_changed(image, &mut self.commands, ctx);
        self.shares.image_changed(image);
    }
    /// # Panics
    /// If a coordinator contradicts itself, or a command of one was not carried out.
    pub fn check_invariants(&self, turn: u64) {
        assert!(self.commands.is_empty() && self.transaction_commands.is_empty(), "what a coordinator wants is done");
        self.groups.check_invariants(turn);
        self.transactions.check_invariants(turn);
        self.shares.check_invariants(turn);
    }
    /// What became of an append of the group coordinator, or of the share coordinator.
    pub fn appended(&mut self, tp: Tp, write: u32, result: Result<Offset, ErrorCode>, ctx: &mut Context<'_>) {
        match self.shares.is_its_partition(tp) {
            true => self.shares.appended(tp, write, result, &mut self.commands, ctx),
            false => self.groups.appended(tp, write, result, &mut self.commands, ctx),
        }
    }
    /// The same of the transaction coordinator.
    pub fn transaction_appended(
        &mut self,
        tp: Tp,
        write: u32,
        result: Result<Offset, ErrorCode>,
        ctx: &mut Context<'_>,
    ) {
        self.in_transactions(ctx, |transactions, env| transactions.appended(tp, write, result, env));
    }
}

/// A batch of a coordinator's records, of which the first has this ordinal; of a producer's transaction, or of none.
/// What both coordinators write without a producer's id nobody counts. The group coordinator's builder writes a sequence
/// all the same, the transaction coordinator's does not.
fn coordinator_batch(
    catalog: &Catalog,
    rules: Rules,
    records: Rc<[CoordinatorRecord]>,
    producer: ProducerIdAndEpoch,
    ordinal: u32,
    ctx: &Context<'_>,
) -> RecordBatch {
    let count = records.len() as u32;
    let is_of_transactions = matches!(
        records.first(),
        Some(CoordinatorRecord::Transaction(_) | CoordinatorRecord::TransactionTombstone { .. })
    );
    let is_transactional = producer != ProducerIdAndEpoch::NONE;
    let topic_ids = rules.offset_record.has_topic_id(is_transactional);
    let size = BATCH_OVERHEAD + records.iter().map(|record| record.size(catalog, topic_ids)).sum::<usize>();
    RecordBatch {
        base_offset: Offset(0),
        count,
        last_offset_delta: count - 1,
        size: size as u32,
        leader_epoch: LeaderEpoch::UNDEFINED,
        producer_id: producer.id,
        producer_epoch: producer.epoch,
        base_sequence: if is_of_transactions { Sequence::NONE } else { Sequence(0) },
        base_timestamp: ctx.now(),
        max_timestamp: ctx.now(),
        is_transactional,
        delete_horizon: None,
        origin: Origin { node: ctx.me(), ordinal },
        data: BatchData::Coordinator(records),
    }
}
