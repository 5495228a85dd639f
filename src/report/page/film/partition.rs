//! A partition on film: who leads it, and each replica's log.

use super::track::Track;
use crate::history::fact::{Fact, TruncationReason};
use crate::history::setup::Setup;
use crate::history::view::ClusterView;
use crate::protocol::config::IsolationLevel;
use crate::protocol::ids::*;

/// The most epochs of a log that are told: of the older ones a reader asks nothing.
const EPOCHS: usize = 8;

/// What a replica takes itself for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FilmedRole {
    /// Nothing: its broker is down, or has not heard yet.
    None,
    /// Leader in this epoch.
    Leader(LeaderEpoch),
    /// Follower in this epoch.
    Follower(LeaderEpoch),
}

/// A replica's log.
#[derive(Clone, Debug)]
pub struct FilmedReplica {
    pub broker: BrokerId,
    pub start: Track<Offset>,
    pub high_watermark: Track<Offset>,
    pub end: Track<Offset>,
    /// (epoch, its first offset in this log), as in the log's leader-epoch-checkpoint.
    pub epochs: Track<Vec<(LeaderEpoch, Offset)>>,
    pub role: Track<FilmedRole>,
}

impl FilmedReplica {
    fn new(broker: BrokerId) -> FilmedReplica {
        FilmedReplica {
            broker,
            start: Track::new(Offset(0)),
            high_watermark: Track::new(Offset(0)),
            end: Track::new(Offset(0)),
            epochs: Track::new(Vec::new()),
            role: Track::new(FilmedRole::None),
        }
    }
    fn epoch_begins(&mut self, epoch: LeaderEpoch, at: Offset) {
        let epochs = &mut self.epochs.now;
        if epochs.last().is_none_or(|(last, _)| *last < epoch) {
            epochs.push((epoch, at));
            if epochs.len() > EPOCHS {
                epochs.remove(0);
            }
        }
    }
    /// The log ends here, however far it went before.
    fn cut(&mut self, end: Offset) {
        self.end.now = end;
        self.high_watermark.now = self.high_watermark.now.min(end);
        self.epochs.now.retain(|(_, start)| *start < end);
    }
    fn expose(&mut self, frame: u32) {
        self.start.expose(frame);
        self.high_watermark.expose(frame);
        self.end.expose(frame);
        self.epochs.expose(frame);
        self.role.expose(frame);
    }
}

/// See the module.
#[derive(Clone, Debug)]
pub struct FilmedPartition {
    pub tp: Tp,
    pub internal: bool,
    /// Whether anything was ever written to it.
    pub used: bool,
    pub leader: Track<Option<BrokerId>>,
    pub epoch: Track<LeaderEpoch>,
    pub isr: Track<BrokerList>,
    /// Of whoever reigned last.
    pub high_watermark: Track<Offset>,
    pub last_stable: Track<Offset>,
    pub replicas: Vec<FilmedReplica>,
}

impl FilmedPartition {
    pub fn new(setup: &Setup, tp: Tp) -> FilmedPartition {
        FilmedPartition {
            tp,
            internal: setup.catalog.is_internal(tp),
            used: false,
            leader: Track::new(None),
            epoch: Track::new(LeaderEpoch::UNDEFINED),
            isr: Track::new(BrokerList::EMPTY),
            high_watermark: Track::new(Offset(0)),
            last_stable: Track::new(Offset(0)),
            replicas: Vec::new(),
        }
    }
    /// A broker's process has ended.
    pub fn stopped(&mut self, broker: BrokerId) {
        if let Some(replica) = self.replicas.iter_mut().find(|replica| replica.broker == broker) {
            replica.role.now = FilmedRole::None;
        }
    }
    fn replica(&mut self, broker: BrokerId) -> &mut FilmedReplica {
        let known = self.replicas.iter().position(|replica| replica.broker == broker);
        let index = known.unwrap_or_else(|| {
            self.replicas.push(FilmedReplica::new(broker));
            self.replicas.len() - 1
        });
        &mut self.replicas[index]
    }

    pub fn note(&mut self, fact: &Fact) {
        match *fact {
            Fact::PartitionCreated { replicas, .. } | Fact::ReplicasReassigned { replicas, .. } => {
                replicas.iter().for_each(|broker| {
                    self.replica(broker);
                })
            }
            Fact::Appended { broker, base_offset, count, leader_epoch, .. } => {
                self.used = true;
                let replica = self.replica(broker);
                replica.end.now = base_offset.plus(count);
                replica.epoch_begins(leader_epoch, base_offset);
            }
            Fact::ControlAppended { broker, offset, leader_epoch, .. } => {
                let replica = self.replica(broker);
                replica.end.now = offset.plus(1);
                replica.epoch_begins(leader_epoch, offset);
            }
            Fact::BecameLeader { broker, epoch, start, high_watermark, .. } => {
                let replica = self.replica(broker);
                (replica.end.now, replica.high_watermark.now) = (start, high_watermark);
                replica.epoch_begins(epoch, start);
                replica.role.now = FilmedRole::Leader(epoch);
            }
            Fact::BecameFollower { broker, epoch, .. } => self.replica(broker).role.now = FilmedRole::Follower(epoch),
            Fact::ReplicaDeleted { broker, .. } => {
                let replica = self.replica(broker);
                (replica.role.now, replica.end.now) = (FilmedRole::None, Offset(0));
                replica.high_watermark.now = Offset(0);
            }
            Fact::HighWatermarkAdvanced { broker, high_watermark, .. }
            | Fact::HighWatermarkLearned { broker, high_watermark, .. } => {
                self.replica(broker).high_watermark.now = high_watermark;
            }
            Fact::Truncated { broker, to, reason, .. } => {
                let replica = self.replica(broker);
                replica.cut(to);
                if reason == TruncationReason::Reset {
                    replica.start.now = to;
                }
            }
            Fact::LogStartMoved { broker, to, .. } => self.replica(broker).start.now = to,
            Fact::LogRecovered { broker, log_start, log_end, high_watermark, .. } => {
                let replica = self.replica(broker);
                replica.cut(log_end);
                (replica.start.now, replica.high_watermark.now) = (log_start, high_watermark);
            }
            _ => {}
        }
    }

    pub fn expose(&mut self, frame: u32, view: &ClusterView) {
        let now = view.partition(self.tp);
        self.leader.now = now.leader;
        self.epoch.now = now.leader_epoch;
        self.isr.now = now.isr;
        self.high_watermark.now = now.high_watermark;
        self.last_stable.now = now.readable(IsolationLevel::ReadCommitted);
        self.leader.expose(frame);
        self.epoch.expose(frame);
        self.isr.expose(frame);
        self.high_watermark.expose(frame);
        self.last_stable.expose(frame);
        self.replicas.iter_mut().for_each(|replica| replica.expose(frame));
    }
}
