//! What leaders answer, to the replicas and back to the fetchers
//! (`core/.../server/{AbstractFetcherThread,ReplicaFetcherThread}.scala`).

use super::BrokerServer;
use crate::cluster::broker::halt::Halt;
use crate::cluster::broker::replica_fetchers::LeaderAnswer;
use crate::cluster::broker::replica_id::ReplicaId;
use crate::cluster::broker::replica_manager::FollowerAppend;
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{FetchData, ListOffsetsResult};
use crate::sim::time::Nanos;

impl BrokerServer {
    /// A leader has answered, or its fetcher may go on.
    #[inline]
    pub(super) fn leader_answered(&mut self, answered: LeaderAnswer, ctx: &mut Context<'_>) -> Result<(), Halt> {
        let (source, done) = match answered {
            LeaderAnswer::Fetched(source, mut response) => {
                let mut done = ctx.now();
                for data in response.partitions.drain(..) {
                    done = done.max(self.process_partition(source, data, ctx)?);
                }
                ctx.give_back(response.partitions);
                (source, done)
            }
            LeaderAnswer::LogEnd(source, replica, epoch, results) => {
                if let Some(end) = self.told_offset(source, replica, epoch, &results, ctx.now()) {
                    self.leader_ends_at(source, replica, end, ctx);
                }
                (source, ctx.now())
            }
            LeaderAnswer::LogStart(source, replica, epoch, results) => {
                if let Some(start) = self.told_offset(source, replica, epoch, &results, ctx.now()) {
                    self.replicas.start_over_at_leader_start(replica, start, ctx);
                    self.fetchers.relist(source, replica);
                }
                (source, ctx.now())
            }
            LeaderAnswer::MayRun(source) => (source, ctx.now()),
        };
        self.run_fetcher(source, done, ctx);
        Ok(())
    }
    #[inline]
    pub(super) fn run_fetcher(&mut self, source: BrokerId, busy_until: Nanos, ctx: &mut Context<'_>) {
        let (epoch, replicas) = (self.cache.broker_epoch(), &self.replicas);
        self.fetchers.run(source, busy_until, epoch, |replica| replicas.position(replica), ctx);
    }

    /// Takes one partition of an answer, unless it was asked for in another state. Returns when the
    /// disk is done with it.
    #[inline]
    fn process_partition(&mut self, source: BrokerId, data: FetchData, ctx: &mut Context<'_>) -> Result<Nanos, Halt> {
        let now = ctx.now();
        let tp = data.tp;
        let Some(replica) = self.replicas.find(tp) else { return Ok(now) };
        let Some(stands) = self.replicas.follows(replica, source) else { return Ok(now) };
        if !self.fetchers.expects(source, replica, stands) {
            return Ok(now);
        }
        match data.error {
            ErrorCode::None => match data.diverging {
                Some(leader_end) => {
                    self.replicas.truncate_to_divergence(replica, leader_end, ctx);
                    self.fetchers.relist(source, replica);
                }
                None => return self.append_fetched(source, replica, data, ctx),
            },
            ErrorCode::OffsetOutOfRange => self.fetchers.ask_log_end_next(source, replica),
            ErrorCode::FencedLeaderEpoch => self.fetchers.fail(source, replica, tp),
            _ => self.fetchers.delay(source, replica, tp, now),
        }
        Ok(now)
    }
    #[inline]
    fn append_fetched(
        &mut self,
        source: BrokerId,
        replica: ReplicaId,
        data: FetchData,
        ctx: &mut Context<'_>,
    ) -> Result<Nanos, Halt> {
        let tp = data.tp;
        let FollowerAppend { done, moved } = self.replicas.append_fetched(replica, data, ctx)?;
        match moved {
            None => self.fetchers.fail(source, replica, tp),
            Some(true) => self.fetchers.relist(source, replica),
            Some(false) => {}
        }
        Ok(done)
    }

    /// The offset that the leader has told, if the replica still follows it in the same epoch.
    fn told_offset(
        &mut self,
        source: BrokerId,
        replica: ReplicaId,
        asked_in: LeaderEpoch,
        results: &[ListOffsetsResult],
        now: Nanos,
    ) -> Option<Offset> {
        let tp = self.replicas.tp(replica);
        let result = results.iter().find(|result| result.tp == tp)?;
        self.replicas.follows(replica, source).filter(|(_, epoch)| *epoch == asked_in)?;
        match result.error {
            ErrorCode::None => return Some(result.offset),
            ErrorCode::FencedLeaderEpoch => self.fetchers.fail(source, replica, tp),
            _ => self.fetchers.delay(source, replica, tp, now),
        }
        None
    }
    /// The leader's log ends there (`AbstractFetcherThread.fetchOffsetAndTruncate`): a shorter log is
    /// followed back; otherwise its start decides.
    fn leader_ends_at(&mut self, source: BrokerId, replica: ReplicaId, end: Offset, ctx: &mut Context<'_>) {
        if self.replicas.truncate_to_leader_end(replica, end, ctx) {
            self.fetchers.relist(source, replica);
        } else {
            let position = self.replicas.position(replica);
            self.fetchers.ask_log_start(source, replica, self.cache.broker_epoch(), &position, ctx);
        }
    }
}
