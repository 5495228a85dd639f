//! Three brokers and a controller: broker 1 leads `orders-0` and coordinates the group `billing`. Ten seconds.

use std::rc::Rc;

use super::super::{Metrics, Scraped};
use super::reader::{Document, read};
use crate::history::Observer;
use crate::history::fact::{Election, Entry, Fact, ReplicaRole, StopKind};
use crate::history::setup::{Setup, TopicSetup};
use crate::protocol::catalog::{CONSUMER_OFFSETS, NodeRole};
use crate::protocol::config::TopicConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

pub const B1: BrokerId = BrokerId(1);
pub const B2: BrokerId = BrokerId(2);
pub const B3: BrokerId = BrokerId(3);
pub const CONTROLLER: &str = "controller-100";
pub const ORDERS: &str = "orders";
const TP: Tp = Tp(0);
const HOME: Tp = Tp(1);

/// An ISR.
pub fn isr(brokers: &[u8]) -> BrokerList {
    brokers.iter().copied().map(BrokerId).collect()
}

pub struct Stage {
    metrics: Metrics,
    now: Nanos,
    partition_epoch: i32,
}

impl Stage {
    pub fn new() -> Stage {
        Stage::every(Nanos::from_secs(1))
    }
    pub fn every(every: Nanos) -> Stage {
        let mut setup = Setup { scenario: "stage".into(), duration: Nanos::from_secs(10), ..Setup::default() };
        for broker in [B1, B2, B3] {
            setup.catalog.add_node(format!("broker {broker}"), NodeRole::Broker(broker));
        }
        setup.catalog.add_node("controller 100", NodeRole::Controller(100));
        setup.catalog.add_group("billing");
        for topic in [ORDERS, CONSUMER_OFFSETS] {
            setup.catalog.add_topic(topic, 1);
            setup.topics.push(TopicSetup {
                replication_factor: 3,
                min_insync_replicas: 2,
                unclean_leader_election: false,
                flush_messages: 1,
                config: TopicConfig::default(),
            });
        }
        let metrics = Metrics::new(Rc::new(setup), Some(every), false);
        let mut stage = Stage { metrics, now: Nanos::ZERO, partition_epoch: -1 };
        stage.tell(Fact::ProcessStarted { node: NodeId(3) });
        for broker in [B1, B2, B3] {
            stage.starts(broker);
            stage.tell(Fact::BrokerRegistered { broker, epoch: BrokerEpoch(1) });
            stage.tell(Fact::BrokerUnfenced { broker });
        }
        for tp in [TP, HOME] {
            stage.tell(Fact::PartitionCreated { tp, replicas: isr(&[1, 2, 3]), leader: Some(B1) });
        }
        stage.home_led_by(B1);
        stage.changes(Some(B1), 0, isr(&[1, 2, 3]), Election::Clean).leads(B1, 0);
        stage
    }
    fn home_led_by(&mut self, leader: BrokerId) {
        let (partition_epoch, leader_epoch) = (PartitionEpoch(0), LeaderEpoch(0));
        let election = Election::Clean;
        let isr = isr(&[1, 2, 3]);
        self.tell(Fact::PartitionChanged {
            tp: HOME,
            leader: Some(leader),
            leader_epoch,
            partition_epoch,
            isr,
            election,
        });
    }
    fn tell(&mut self, fact: Fact) -> &mut Stage {
        self.metrics.observe(&Entry { at: self.now, event: 0, fact });
        self
    }
    /// Time goes on to this second.
    pub fn at(&mut self, second: u64) -> &mut Stage {
        self.now = Nanos::from_secs(second);
        self
    }
    pub fn finish(mut self) -> Scraped {
        self.at(10).tell(Fact::RunEnded {});
        self.metrics.finish()
    }
    pub fn told(self) -> Document {
        read(&self.finish().openmetrics(&super::Writing::default())).unwrap()
    }

    // --- processes -----------------------------------------------------------------------------
    pub fn starts(&mut self, broker: BrokerId) -> &mut Stage {
        self.tell(Fact::ProcessStarted { node: NodeId(u16::from(broker.0) - 1) })
    }
    pub fn stops(&mut self, broker: BrokerId, kind: StopKind) -> &mut Stage {
        self.tell(Fact::ProcessStopped { node: NodeId(u16::from(broker.0) - 1), kind })
    }
    pub fn pauses(&mut self, broker: BrokerId, paused: bool) -> &mut Stage {
        self.tell(Fact::ProcessPaused { node: NodeId(u16::from(broker.0) - 1), paused })
    }

    // --- leadership and ISR ----------------------------------------------------------------------
    pub fn fences(&mut self, broker: BrokerId) -> &mut Stage {
        self.tell(Fact::BrokerFenced { broker })
    }
    pub fn changes(&mut self, leader: Option<BrokerId>, epoch: i32, isr: BrokerList, election: Election) -> &mut Stage {
        self.partition_epoch += 1;
        let (leader_epoch, partition_epoch) = (LeaderEpoch(epoch), PartitionEpoch(self.partition_epoch));
        self.tell(Fact::PartitionChanged { tp: TP, leader, leader_epoch, partition_epoch, isr, election })
    }
    pub fn leads(&mut self, broker: BrokerId, epoch: i32) -> &mut Stage {
        let (epoch, start, high_watermark) = (LeaderEpoch(epoch), Offset(0), Offset(0));
        self.tell(Fact::BecameLeader { broker, tp: TP, epoch, start, high_watermark })
    }
    pub fn follows(&mut self, broker: BrokerId, epoch: i32, leader: BrokerId) -> &mut Stage {
        self.tell(Fact::BecameFollower { broker, tp: TP, epoch: LeaderEpoch(epoch), leader: Some(leader) })
    }
    /// `base`: the partition epoch that the proposal builds on.
    pub fn proposes(&mut self, broker: BrokerId, base: i32, isr: BrokerList) -> &mut Stage {
        let (leader_epoch, partition_epoch) = (LeaderEpoch(0), PartitionEpoch(base));
        self.tell(Fact::IsrProposed { broker, tp: TP, leader_epoch, partition_epoch, isr })
    }
    pub fn refuses(&mut self, broker: BrokerId, error: ErrorCode) -> &mut Stage {
        self.tell(Fact::AlterPartitionRefused { tp: TP, broker, error })
    }

    // --- records ---------------------------------------------------------------------------------
    pub fn appends(&mut self, broker: BrokerId, base: i64, count: u32) -> &mut Stage {
        self.tell(Fact::Appended {
            broker,
            role: ReplicaRole::Leader,
            tp: TP,
            base_offset: Offset(base),
            count,
            leader_epoch: LeaderEpoch(0),
            node: NodeId(0),
            ordinal: 0,
            producer_id: ProducerId::NONE,
            producer_epoch: ProducerEpoch::NONE,
            sequence: Sequence::NONE,
        })
    }
    pub fn duplicates(&mut self, broker: BrokerId, base: i64, count: u32) -> &mut Stage {
        let (base_offset, node, ordinal) = (Offset(base), NodeId(0), 0);
        self.tell(Fact::DuplicateDropped { broker, tp: TP, base_offset, node, ordinal, count })
    }
    pub fn refuses_batch(&mut self, broker: BrokerId, error: ErrorCode) -> &mut Stage {
        self.tell(Fact::ProduceRefused { broker, tp: TP, node: NodeId(0), ordinal: 0, count: 1, error })
    }
    pub fn raises(&mut self, broker: BrokerId, epoch: i32, to: i64) -> &mut Stage {
        let (epoch, high_watermark, log_end) = (LeaderEpoch(epoch), Offset(to), Offset(to));
        let isr = isr(&[1, 2, 3]);
        self.tell(Fact::HighWatermarkAdvanced { broker, tp: TP, epoch, high_watermark, log_end, isr, min_isr: 2 })
    }
    pub fn commits(&mut self, broker: BrokerId, to: i64) -> &mut Stage {
        let (group, offset, member, generation) = (GroupId(0), Offset(to), MemberId(1), Generation(1));
        self.tell(Fact::OffsetStored { broker, group, tp: TP, offset, member, generation })
    }
}
