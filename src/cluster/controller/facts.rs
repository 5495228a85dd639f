//! What a committed metadata record means, as facts.
//!
//! Everything is derived from the record and the committed image before it, so any member of a quorum
//! could tell the same story.

use crate::cluster::metadata::{MetadataImage, PartitionRegistration};
use crate::history::fact::{Election, Fact};
use crate::node::Context;
use crate::protocol::ids::*;
use crate::protocol::messages::{LastKnownLeader, MetadataRecord};

/// Records the facts of one record that is now committed; `before` is the image just below it.
pub(super) fn committed(before: &MetadataImage, record: &MetadataRecord, ctx: &mut Context<'_>) {
    match *record {
        MetadataRecord::RegisterBroker { broker, incarnation, epoch, .. } => {
            if before.broker(broker).is_none_or(|old| old.incarnation != incarnation) {
                ctx.record(Fact::BrokerRegistered { broker, epoch });
            }
        }
        MetadataRecord::BrokerRegistrationChange { broker, fenced, in_controlled_shutdown, .. } => {
            let was_fenced = !before.is_alive(broker);
            match fenced {
                // Also if it was fenced already: the session of a broker that has stopped cleanly ends, too.
                Some(true) => ctx.record(Fact::BrokerFenced { broker }),
                Some(false) if was_fenced => ctx.record(Fact::BrokerUnfenced { broker }),
                _ => {}
            }
            if in_controlled_shutdown == Some(true) {
                ctx.record(Fact::ControlledShutdownStarted { broker });
            }
        }
        MetadataRecord::Topic { topic, partitions, .. } => ctx.record(Fact::TopicCreated { topic, partitions }),
        MetadataRecord::Partition { tp, replicas, isr, leader } => {
            ctx.record(Fact::PartitionCreated { tp, replicas, leader });
            let (leader_epoch, partition_epoch) = (LeaderEpoch(0), PartitionEpoch(0));
            ctx.record(Fact::PartitionChanged {
                tp,
                leader,
                leader_epoch,
                partition_epoch,
                isr,
                election: Election::Clean,
            });
        }
        MetadataRecord::PartitionChange { tp, leader, isr, recovering, elr, last_known_elr } => {
            let old = before.partition(tp).expect("a change follows its creation");
            let PartitionRegistration { leader: now, leader_epoch, partition_epoch, isr: isr_now, .. } =
                old.merge(leader, isr, recovering);
            let eligible = before.eligible(tp);
            let election = election(old, &eligible.elr, leader, isr);
            ctx.record(Fact::PartitionChanged {
                tp,
                leader: now,
                leader_epoch,
                partition_epoch,
                isr: isr_now,
                election,
            });
            if elr.is_some() || last_known_elr.is_some() {
                let last = match last_known_elr.unwrap_or(eligible.last_known_elr) {
                    LastKnownLeader::Unset => None,
                    LastKnownLeader::Was(leader) => leader,
                };
                let elr = elr.unwrap_or(eligible.elr);
                ctx.record(Fact::EligibleReplicasChanged { tp, elr, last_leader: last });
            }
        }
        MetadataRecord::TopicConfig { .. }
        | MetadataRecord::ProducerIds { .. }
        | MetadataRecord::NoOp
        | MetadataRecord::LeaderChange { .. } => {}
    }
}

/// What kind of election a change shows.
fn election(
    old: &PartitionRegistration,
    elr: &BrokerList,
    leader: Option<Option<BrokerId>>,
    isr: Option<BrokerList>,
) -> Election {
    let Some(leader) = leader else { return Election::Unchanged };
    let Some(winner) = leader else { return Election::Leaderless };
    if !old.isr.contains(winner) && !elr.contains(winner) {
        return Election::Unclean;
    }
    // A leader that fails leaves the ISR in the same record. Only the balancer moves the leadership
    // of a partition that has a leader and leaves the ISR alone.
    if isr.is_none() && old.leader.is_some() && old.leader != leader { Election::Preferred } else { Election::Clean }
}
