//! What a committed metadata record means, as facts.
//!
//! Everything is derived from the record and the committed image before it, so any member of a quorum
//! could tell the same story.

use crate::cluster::metadata::{MetadataImage, PartitionRegistration, Reassignment};
use crate::history::fact::{Election, Fact};
use crate::node::Context;
use crate::protocol::ids::*;
use crate::protocol::messages::{AssignmentChange, LastKnownLeader, MetadataRecord};

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
        MetadataRecord::PartitionChange { tp, leader, isr, recovering, elr, last_known_elr, assignment } => {
            let old = before.partition(tp).expect("a change follows its creation");
            let PartitionRegistration { leader: now, leader_epoch, partition_epoch, isr: isr_now, .. } =
                old.merge(leader, isr, assignment.replicas, recovering);
            if assignment != AssignmentChange::NONE {
                let replicas = assignment.replicas.unwrap_or(old.replicas);
                let Reassignment { adding, removing } = before.reassignment(tp).merge(&assignment);
                ctx.record(Fact::ReplicasReassigned { tp, replicas, adding, removing });
            }
            let eligible = before.eligible(tp);
            let election = election(old, &eligible.elr, (leader, isr, recovering));
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
    (leader, isr, recovering): (Option<Option<BrokerId>>, Option<BrokerList>, bool),
) -> Election {
    let Some(leader) = leader else { return Election::Unchanged };
    let Some(winner) = leader else { return Election::Leaderless };
    // Whoever joins the ISR with the record that completes a reassignment may lead by it.
    if recovering && !old.isr.contains(winner) && !elr.contains(winner) {
        return Election::Unclean;
    }
    if old.leader == leader {
        return Election::Unchanged;
    }
    // A leader that fails leaves the ISR in the same record. Only the balancer moves the leadership
    // of a partition that has a leader and leaves the ISR alone.
    if isr.is_none() && old.leader.is_some() && old.leader != leader { Election::Preferred } else { Election::Clean }
}
