//! The high watermark of a leader, rule by rule.

use std::rc::Rc;

use crate::cluster::broker::replica_manager::isr::IsrState;
use crate::cluster::broker::replica_manager::partition::Partition;
use crate::cluster::broker::replica_manager::session::SessionPartition;
use crate::cluster::log::{AppendOrigin, Log};
use crate::cluster::metadata::{MetadataImage, PartitionRegistration};
use crate::protocol::config::TopicConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{FetchPartition, MetadataRecord};
use crate::sim::disk::DirectoryId;
use crate::sim::time::Nanos;

use crate::cluster::broker::tests::world::{TP, b, batch, brokers};

const LAG: Nanos = Nanos::from_secs(30);

fn at(seconds: u64) -> Nanos {
    Nanos::from_secs(seconds)
}

/// Broker 1 leads at epoch 3 with replicas 1, 2, 3; brokers 2 and 3 are unfenced, with epochs 2 and 3.
struct Leader {
    partition: Partition,
    image: MetadataImage,
    now: Nanos,
}

impl Leader {
    fn new(isr: &[u8], min_insync_replicas: u16) -> Leader {
        let config = Rc::new(TopicConfig { min_insync_replicas, ..TopicConfig::default() });
        let mut image = MetadataImage::default();
        for id in 1..=3u8 {
            let epoch = BrokerEpoch(i64::from(id));
            let register =
                MetadataRecord::RegisterBroker { rack: None, broker: b(id), incarnation: u64::from(id), epoch };
            image.apply(image.offset() + 1, &register);
        }
        let mut leader = Leader {
            partition: Partition::new(TP, Log::new(DirectoryId(0), config.clone()), config),
            image,
            now: at(100),
        };
        (1..=3).for_each(|id| leader.set_fenced(id, false));
        leader.partition.make_leader(b(1), &registration(isr, 0), leader.now);
        leader
    }
    fn set_fenced(&mut self, id: u8, fenced: bool) {
        let epoch = BrokerEpoch(i64::from(id));
        let change = MetadataRecord::BrokerRegistrationChange {
            broker: b(id),
            epoch,
            fenced: Some(fenced),
            in_controlled_shutdown: None,
        };
        self.image.apply(self.image.offset() + 1, &change);
    }
    fn append(&mut self, count: u32) {
        let (epoch, now) = (self.partition.leader_epoch, self.now);
        self.partition.log.append_as_leader(batch(0, count), epoch, AppendOrigin::Client, now).expect("appended");
    }
    fn fetched(&mut self, id: u8, offset: i64) {
        let (log_end, now) = (self.partition.log.log_end(), self.now);
        let remote = self.partition.remote_mut(b(id)).expect("a replica");
        remote.fetched(Offset(offset), Offset(0), log_end, now, BrokerEpoch(i64::from(id)));
    }
    /// The high watermark, after it had its chance to rise.
    fn raised(&mut self) -> i64 {
        self.partition.maybe_raise_high_watermark(&self.image, LAG, self.now);
        self.partition.log.high_watermark().0
    }
}

fn registration(isr: &[u8], partition_epoch: i32) -> PartitionRegistration {
    PartitionRegistration {
        replicas: brokers(&[1, 2, 3]),
        isr: brokers(isr),
        leader: Some(b(1)),
        leader_epoch: LeaderEpoch(3),
        partition_epoch: PartitionEpoch(partition_epoch),
        recovering: false,
    }
}

#[test]
fn a_new_leader_waits_for_a_fetch_of_every_isr_member() {
    let mut leader = Leader::new(&[1, 2, 3], 1);
    leader.append(10);
    leader.fetched(2, 10);
    assert_eq!(leader.raised(), 0, "of broker 3 nothing is known yet");
    leader.fetched(3, 4);
    assert_eq!(leader.raised(), 4, "the slowest member decides");
}

#[test]
fn an_isr_of_one_raises_it_to_the_log_end() {
    let mut leader = Leader::new(&[1], 1);
    leader.append(10);
    assert_eq!(leader.raised(), 10);
}

#[test]
fn below_the_minimum_isr_it_stands_still_however_far_the_members_are() {
    let mut leader = Leader::new(&[1, 2], 3);
    leader.append(10);
    leader.fetched(2, 10);
    leader.fetched(3, 10);
    assert_eq!(leader.raised(), 0);
    leader.partition.make_leader(b(1), &registration(&[1, 2, 3], 1), leader.now);
    assert_eq!(leader.raised(), 10, "the progress of the followers is not forgotten");
}

#[test]
fn the_minimum_isr_is_capped_by_the_number_of_replicas() {
    let leader = Leader::new(&[1, 2, 3], 5);
    assert_eq!(leader.partition.effective_min_isr(), 3);
}

#[test]
fn a_follower_outside_the_isr_that_was_caught_up_lately_holds_it_back() {
    let mut leader = Leader::new(&[1, 2], 1);
    leader.append(5);
    leader.fetched(2, 5);
    leader.fetched(3, 5);
    assert_eq!(leader.raised(), 5);
    leader.append(5);
    leader.fetched(2, 10);
    assert_eq!(leader.raised(), 5, "it is about to join");
    leader.now = at(131);
    assert_eq!(leader.raised(), 10, "not after replica.lag.time.max.ms");
}

#[test]
fn a_fenced_follower_outside_the_isr_does_not_count() {
    let mut leader = Leader::new(&[1, 2], 1);
    leader.append(5);
    leader.fetched(2, 5);
    leader.fetched(3, 5);
    leader.append(5);
    leader.fetched(2, 10);
    leader.set_fenced(3, true);
    assert_eq!(leader.raised(), 10);
}

#[test]
fn a_joining_follower_counts_as_soon_as_it_is_proposed() {
    let mut leader = Leader::new(&[1, 2], 1);
    leader.append(5);
    leader.fetched(2, 5);
    leader.raised();
    leader.fetched(3, 5);
    assert!(leader.partition.maybe_expand_isr(b(3), &leader.image));
    leader.now = at(200);
    leader.append(5);
    leader.fetched(2, 10);
    assert_eq!(leader.raised(), 5, "though it has not been caught up for long");
}

#[test]
fn a_leaving_follower_counts_until_the_controller_has_committed_it() {
    let mut leader = Leader::new(&[1, 2, 3], 1);
    leader.append(5);
    leader.fetched(2, 5);
    leader.now = at(131);
    assert!(leader.partition.maybe_shrink_isr(LAG, leader.now));
    assert_eq!(leader.raised(), 0);
    leader.partition.make_leader(b(1), &registration(&[1, 2], 1), leader.now);
    assert_eq!(leader.raised(), 5);
}

#[test]
fn to_join_a_follower_needs_the_high_watermark_and_a_fetch_of_this_epoch() {
    let mut leader = Leader::new(&[1], 1);
    leader.append(10);
    leader.raised();
    assert!(!leader.partition.maybe_expand_isr(b(2), &leader.image), "it has never fetched");
    leader.fetched(2, 9);
    assert!(!leader.partition.maybe_expand_isr(b(2), &leader.image), "it lacks a committed record");
    leader.fetched(2, 10);
    leader.append(10);
    assert!(leader.partition.maybe_expand_isr(b(2), &leader.image), "the log end is not asked for");
    leader.fetched(3, 20);
    assert!(!leader.partition.maybe_expand_isr(b(3), &leader.image), "one proposal at a time");
}

#[test]
fn an_earlier_incarnation_of_a_follower_may_not_join() {
    let mut leader = Leader::new(&[1], 1);
    leader.fetched(2, 0);
    let register = MetadataRecord::RegisterBroker { rack: None, broker: b(2), incarnation: 77, epoch: BrokerEpoch(50) };
    leader.image.apply(leader.image.offset() + 1, &register);
    leader.set_fenced(2, false);
    assert!(!leader.partition.maybe_expand_isr(b(2), &leader.image), "KIP-903");
}

#[test]
fn metadata_replaces_a_pending_proposal_and_keeps_the_progress() {
    let mut leader = Leader::new(&[1], 1);
    leader.fetched(2, 0);
    assert!(leader.partition.maybe_expand_isr(b(2), &leader.image));
    assert!(!leader.partition.make_leader(b(1), &registration(&[1, 2], 1), leader.now), "the same leader epoch");
    let state = leader.partition.leader_state().expect("it leads");
    assert_eq!(state.isr, IsrState::Committed(brokers(&[1, 2])));
    assert_eq!(state.remotes[0].broker_epoch, Some(BrokerEpoch(2)));
}

#[test]
fn a_fetch_of_an_earlier_life_counts_until_the_next_life_is_unfenced() {
    let mut leader = Leader::new(&[1, 2, 3], 1);
    leader.append(10);
    let next = BrokerEpoch(9);
    let register = MetadataRecord::RegisterBroker { rack: None, broker: b(2), incarnation: 99, epoch: next };
    leader.image.apply(leader.image.offset() + 1, &register);
    let fetch = FetchPartition {
        tp: TP,
        fetch_offset: Offset(4),
        log_start: Offset(0),
        current_leader_epoch: LeaderEpoch(3),
        last_fetched_epoch: LeaderEpoch::UNDEFINED,
        max_bytes: 1 << 20,
    };
    let record = |leader: &mut Leader| {
        let (image, now) = (leader.image.clone(), leader.now);
        leader.partition.record_fetch(&SessionPartition::new(&fetch, None), b(2), BrokerEpoch(2), &image, now)
    };
    assert_eq!(record(&mut leader), Ok(true));
    leader.set_fenced(2, false);
    assert_eq!(record(&mut leader), Err(ErrorCode::NotLeaderOrFollower));
}
