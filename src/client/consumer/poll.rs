//! poll(): one pass of its loop (`clients/.../consumer/internals/ClassicKafkaConsumer.java`,
//! `ConsumerCoordinator.poll`, `FetchCollector.java`).
//!
//! poll() of the real client waits for the network and looks again, until it has records or its time
//! is over. Here every input that reaches a waiting poll() is one such look.

use super::fetch_buffer::{Drained, FetchError};
use super::positions::Positions;
use super::process::Process;
use super::tag::Tag;
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::config::AutoOffsetReset;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;

/// What a pass came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pass {
    /// Records are handed out (they are in the batch).
    Records,
    /// Nothing yet.
    Empty,
}

impl Process {
    /// One pass. `last`: poll()'s time is over, so nothing is waited for any more, and what is
    /// buffered is handed out even if the coordinator or the committed offsets are not to be had.
    ///
    /// # Errors
    /// What poll() throws.
    pub fn poll_pass(&mut self, last: bool, ctx: &mut Context<'_>) -> Result<Pass, Exception> {
        let blocked = self.update_assignment(ctx)? == Positions::Blocked;
        if blocked && !last {
            return Ok(Pass::Empty);
        }
        self.collect_fetch(ctx)?;
        // Also when records are returned: the next ones travel while the application works.
        self.fetcher.send_fetches(
            Tag::Fetch.encode(),
            &self.spec.config,
            &self.subscriptions,
            &mut self.metadata,
            &mut self.network,
            ctx,
        );
        Ok(if self.batch.is_empty() { Pass::Empty } else { Pass::Records })
    }

    /// Coordinator first, then the rebalance, auto-commit, and positions. A pass that is still joining
    /// commits nothing and updates no position.
    fn update_assignment(&mut self, ctx: &mut Context<'_>) -> Result<Positions, Exception> {
        self.check_assignment_snapshot();
        self.group.heartbeat.poll = ctx.now().saturating_add(self.spec.config.max_poll_interval);
        if !self.find_coordinator(ctx) {
            return Ok(Positions::Blocked);
        }
        if self.group.rejoin_needed_or_pending() && !self.join_group_if_needed(ctx)? {
            return Ok(Positions::Settled);
        }
        self.maybe_auto_commit(ctx);
        self.update_fetch_positions(ctx)
    }

    /// Hands out up to `max.poll.records` of what is buffered. An error is thrown only if there is
    /// nothing else to return; it comes again with the next fetch.
    fn collect_fetch(&mut self, ctx: &mut Context<'_>) -> Result<(), Exception> {
        let mut remaining = self.spec.config.max_poll_records;
        while remaining > 0 {
            match self.fetcher.buffer.drain(remaining, &mut self.subscriptions, &mut self.batch.runs) {
                Drained::Nothing => break,
                Drained::Done(tp) => self.fetcher.touch(tp),
                Drained::Records(count) => {
                    remaining -= count;
                    self.record_polled(ctx);
                }
                Drained::Failed(failure) => {
                    self.fetcher.touch(failure.tp);
                    if let Err(error) = self.on_fetch_error(failure) {
                        return if self.batch.is_empty() { Err(error) } else { Ok(()) };
                    }
                }
            }
        }
        Ok(())
    }

    fn record_polled(&mut self, ctx: &mut Context<'_>) {
        let node = ctx.me();
        let run = self.batch.runs.last().expect("records were just handed out");
        ctx.record(Fact::RecordsPolled {
            node,
            tp: run.tp,
            offset: run.offset(0),
            count: run.count,
            origin: run.batch.origin.node,
            ordinal: run.ordinal(0),
            leader_epoch: run.batch.leader_epoch,
            high_watermark: run.high_watermark,
            timestamp: run.batch.base_timestamp,
        });
    }

    /// `FetchCollector.handleInitializeErrors`. What stale metadata may have caused is fetched again at
    /// once, and again, until the refresh brings another leader (KAFKA-15615, open in 4.0).
    fn on_fetch_error(&mut self, failure: FetchError) -> Result<(), Exception> {
        match failure.error {
            ErrorCode::NotLeaderOrFollower
            | ErrorCode::FencedLeaderEpoch
            | ErrorCode::ReplicaNotAvailable
            | ErrorCode::KafkaStorageError
            | ErrorCode::OffsetNotAvailable
            | ErrorCode::UnknownTopicOrPartition
            | ErrorCode::UnknownTopicId => self.metadata.request_update(),
            ErrorCode::UnknownLeaderEpoch | ErrorCode::UnknownServerError => {}
            ErrorCode::OffsetOutOfRange => {
                let current = self.subscriptions.position(failure.tp).map(|position| position.offset);
                if current == Some(failure.fetch_offset) {
                    if self.spec.config.auto_offset_reset == AutoOffsetReset::None {
                        return Err(Exception::OutOfRange);
                    }
                    self.subscriptions.request_reset(failure.tp, true);
                }
            }
            error => return Err(Exception::Unexpected(error)),
        }
        Ok(())
    }
}
