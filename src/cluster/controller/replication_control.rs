//! Decisions about topics and partitions (`metadata/.../controller/ReplicationControlManager.java`).
//!
//! Every function reads the controller's state and returns the records that would change it; none
//! changes anything itself.

use crate::cluster::metadata::{EligibleReplicas, MetadataImage, PartitionRegistration};
use crate::protocol::catalog::Catalog;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::{EligibleLeaderReplicas, Rules};
use crate::sim::random::Stream;

use super::heartbeats::BrokerHeartbeatManager;
use super::partition_change::{self, ElectionKind, PartitionState, Wish};
use super::placement::{StripedReplicaPlacer, UsableBroker};

/// Elections in one batch of the periodic tasks (`MAX_ELECTIONS_PER_IMBALANCE`).
pub(super) const MAX_ELECTIONS_PER_BATCH: usize = 1_000;

/// What decisions are based on: the newest state, committed or not.
#[derive(Clone, Copy)]
pub(super) struct View<'a> {
    pub(super) image: &'a MetadataImage,
    pub(super) heartbeats: &'a BrokerHeartbeatManager,
    pub(super) catalog: &'a Catalog,
    pub(super) rules: Rules,
}

/// Why partitions are looked at again.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Reason {
    /// The broker may lead no more and leaves every ISR.
    Removed(BrokerId),
    /// The broker may lead again (the image still has it fenced).
    Added(BrokerId),
    /// The broker is back from a stop that was not clean: it may have lost records, so it leaves every ISR and
    /// is eligible nowhere.
    UncleanShutdown(BrokerId),
}

impl View<'_> {
    /// Whether a partition may be led from this broker (`LeaderAcceptor`).
    pub(super) fn is_acceptable(&self, broker: BrokerId) -> bool {
        self.image.is_active(broker)
    }
    /// A wish for a partition as it is, with the election that its topic allows.
    pub(super) fn wish(&self, tp: Tp, state: &PartitionState) -> Wish {
        let config = self.image.topic(self.catalog.topic_of(tp).0).expect("a partition has a topic");
        let min_isr = usize::from(config.min_insync_replicas).min(state.registration.replicas.len());
        let election = if config.unclean_leader_election_enable { ElectionKind::Unclean } else { ElectionKind::Online };
        Wish { election, ..Wish::keeping(state, min_isr, self.rules.into()) }
    }
    pub(super) fn state(&self, tp: Tp, registration: &PartitionRegistration) -> PartitionState {
        PartitionState::new(*registration, self.image.eligible(tp), self.image.reassignment(tp))
    }
    /// The partitions that a broker's coming or going concerns, looked at anew
    /// (`generateLeaderAndIsrUpdates`).
    pub(super) fn leader_and_isr_updates(&self, reason: Reason, records: &mut Vec<MetadataRecord>) {
        for (tp, partition) in self.image.partitions() {
            let state = self.state(tp, partition);
            let mut wish = self.wish(tp, &state);
            let change = match reason {
                Reason::Removed(broker) if partition.isr.contains(broker) => {
                    wish.target_isr = partition.isr.without(broker);
                    partition_change::build(&state, &wish, |id| id != broker && self.is_acceptable(id))
                }
                Reason::Added(broker) if partition.leader.is_none() => {
                    partition_change::build(&state, &wish, |id| id == broker || self.is_acceptable(id))
                }
                Reason::UncleanShutdown(broker) if partition.isr.contains(broker) || state.elr.contains(broker) => {
                    wish.target_isr = partition.isr.without(broker);
                    wish.unclean_shutdown = BrokerList::EMPTY.with(broker);
                    partition_change::build(&state, &wish, |id| id != broker && self.is_acceptable(id))
                }
                _ => None,
            };
            records.extend(change.map(|change| record(tp, &change)));
        }
    }
    /// Why the partitions of a broker's former life are looked at again, as it registers anew
    /// (`handleBrokerShutdown`). `clean`: it has the marker of its last life's clean end.
    pub(super) fn reason_of_return(&self, broker: BrokerId, clean: bool) -> Reason {
        match self.rules.eligible_leader_replicas {
            EligibleLeaderReplicas::On if !clean => Reason::UncleanShutdown(broker),
            EligibleLeaderReplicas::On | EligibleLeaderReplicas::Off => Reason::Removed(broker),
        }
    }
    /// Gives leadership back to preferred replicas that are in sync, at most a batch.
    pub(super) fn balance_partition_leaders(&self) -> Vec<MetadataRecord> {
        let imbalanced = self.image.partitions().filter(|(_, partition)| !partition.has_preferred_leader());
        let records = imbalanced.filter_map(|(tp, partition)| self.elect(tp, partition, ElectionKind::Preferred));
        records.take(MAX_ELECTIONS_PER_BATCH).collect()
    }
    /// Elects unclean leaders for leaderless partitions whose topics allow it, at most a batch.
    pub(super) fn elect_unclean_leaders(&self) -> Vec<MetadataRecord> {
        let leaderless = self.image.partitions().filter(|(_, partition)| partition.leader.is_none());
        let allowed = leaderless
            .filter(|(tp, partition)| self.wish(*tp, &self.state(*tp, partition)).election == ElectionKind::Unclean);
        allowed
            .filter_map(|(tp, partition)| self.elect(tp, partition, ElectionKind::Unclean))
            .take(MAX_ELECTIONS_PER_BATCH)
            .collect()
    }
    fn elect(&self, tp: Tp, partition: &PartitionRegistration, election: ElectionKind) -> Option<MetadataRecord> {
        let state = self.state(tp, partition);
        let wish = Wish { election, ..self.wish(tp, &state) };
        partition_change::build(&state, &wish, |id| self.is_acceptable(id)).map(|change| record(tp, &change))
    }

    /// AlterPartition, one proposal: the answer, and the record if there is a change
    /// (`alterPartition`, KIP-497).
    pub(super) fn alter_partition(
        &self,
        leader: BrokerId,
        proposal: &AlterPartition,
    ) -> (AlterPartitionResult, Option<MetadataRecord>) {
        let tp = proposal.tp;
        let partition = match self.validate(leader, proposal) {
            Ok(partition) => partition,
            Err(error) => {
                let (leader_epoch, partition_epoch) = (LeaderEpoch::UNDEFINED, PartitionEpoch(-1));
                return (
                    AlterPartitionResult {
                        tp,
                        error,
                        leader: None,
                        leader_epoch,
                        isr: BrokerList::EMPTY,
                        partition_epoch,
                    },
                    None,
                );
            }
        };
        let state = self.state(tp, partition);
        // A leader that asks has recovered: that is all that recovery is, so far (KIP-704).
        let target_isr = proposal.new_isr.iter().map(|(id, _)| *id).collect();
        let wish = Wish { target_isr, target_recovering: false, ..self.wish(tp, &state) };
        let change = partition_change::build(&state, &wish, |id| self.is_acceptable(id));
        let after = change.as_ref().map_or(state, |change| state.merge(change)).registration;
        // The leader proposes itself, but may be about to lose its leadership.
        let error = if after.leader == Some(leader) { ErrorCode::None } else { ErrorCode::NewLeaderElected };
        let PartitionRegistration { leader, leader_epoch, isr, partition_epoch, .. } = after;
        (
            AlterPartitionResult { tp, error, leader, leader_epoch, isr, partition_epoch },
            change.map(|change| record(tp, &change)),
        )
    }
    /// The checks, in Kafka's order (`validateAlterPartitionData`).
    fn validate(&self, leader: BrokerId, proposal: &AlterPartition) -> Result<&PartitionRegistration, ErrorCode> {
        if self.image.topic(self.catalog.topic_of(proposal.tp).0).is_none() {
            return Err(ErrorCode::UnknownTopicId);
        }
        let partition = self.image.partition(proposal.tp).ok_or(ErrorCode::UnknownTopicOrPartition)?;
        // Epochs from the future: the sender knows of a newer controller.
        if proposal.leader_epoch > partition.leader_epoch || proposal.partition_epoch > partition.partition_epoch {
            return Err(ErrorCode::NotController);
        }
        if proposal.leader_epoch < partition.leader_epoch {
            return Err(ErrorCode::FencedLeaderEpoch);
        }
        if partition.leader != Some(leader) {
            return Err(ErrorCode::InvalidRequest);
        }
        if proposal.partition_epoch < partition.partition_epoch {
            return Err(ErrorCode::InvalidUpdateVersion);
        }
        let isr = &proposal.new_isr;
        let repeats = |(id, _): &(BrokerId, BrokerEpoch)| isr.iter().filter(|(other, _)| other == id).count() > 1;
        let stranger = |(id, _): &(BrokerId, BrokerEpoch)| !partition.replicas.contains(*id);
        // Without the leader: this also covers an empty ISR.
        if isr.iter().any(|member| repeats(member) || stranger(member)) || !isr.iter().any(|(id, _)| *id == leader) {
            return Err(ErrorCode::InvalidRequest);
        }
        if !isr.iter().all(|(id, epoch)| self.is_eligible(*id, *epoch)) {
            return Err(ErrorCode::IneligibleReplica);
        }
        Ok(partition)
    }
    /// Whether a broker may join an ISR: alive, staying, and the process life that the leader means
    /// (KIP-841, KIP-903).
    fn is_eligible(&self, broker: BrokerId, epoch: BrokerEpoch) -> bool {
        let same = |known: BrokerEpoch| epoch == BrokerEpoch::UNKNOWN || epoch == known;
        self.image.broker(broker).is_some_and(|registration| registration.is_active() && same(registration.epoch))
    }

    /// CreateTopics, one topic: the records that create it (`createTopic`).
    ///
    /// # Errors
    /// TOPIC_ALREADY_EXISTS, INVALID_REPLICATION_FACTOR or INVALID_REPLICA_ASSIGNMENT.
    pub(super) fn create_topic(
        &self,
        topic: &CreatableTopic,
        random: &mut Stream,
    ) -> Result<Vec<MetadataRecord>, ErrorCode> {
        if self.image.topic(topic.topic).is_some() {
            return Err(ErrorCode::TopicAlreadyExists);
        }
        let placed = if topic.assignment.is_empty() { self.place(topic, random)? } else { self.assigned(topic)? };
        let partitions = self
            .catalog
            .partitions(topic.topic)
            .zip(placed)
            .map(|(tp, (replicas, isr))| MetadataRecord::Partition { tp, replicas, isr, leader: isr.first() });
        let (partitions_at_first, config) = (topic.partitions, topic.config.clone().into());
        let topic = MetadataRecord::Topic { topic: topic.topic, partitions: partitions_at_first, config };
        Ok(std::iter::once(topic).chain(partitions).collect())
    }
    /// Replicas and ISR of each partition, as the placer has them.
    fn place(&self, topic: &CreatableTopic, random: &mut Stream) -> Result<Vec<(BrokerList, BrokerList)>, ErrorCode> {
        self.place_partitions(topic.partitions, usize::from(topic.replication_factor), random)
    }
    fn place_partitions(
        &self,
        count: u32,
        replication_factor: usize,
        random: &mut Stream,
    ) -> Result<Vec<(BrokerList, BrokerList)>, ErrorCode> {
        let usable = self.image.brokers().filter(|(id, _)| !self.heartbeats.shutting_down(*id));
        let usable = usable.map(|(id, registration)| UsableBroker {
            id,
            rack: registration.rack.map(|rack| self.catalog.rack_name(rack)),
            fenced: registration.fenced,
        });
        let mut placer = StripedReplicaPlacer::new(usable, random);
        let place = |_| {
            let replicas = placer.place(replication_factor, random).ok_or(ErrorCode::InvalidReplicationFactor)?;
            self.with_isr(replicas, ErrorCode::InvalidReplicationFactor)
        };
        (0..count).map(place).collect()
    }
    /// Replicas and ISR of each partition, as the request has them (`validateManualPartitionAssignment`).
    fn assigned(&self, topic: &CreatableTopic) -> Result<Vec<(BrokerList, BrokerList)>, ErrorCode> {
        let error = ErrorCode::InvalidReplicaAssignment;
        if topic.assignment.len() != topic.partitions as usize {
            return Err(error);
        }
        let factor = topic.assignment[0].len();
        let check = |replicas: &BrokerList| {
            let registered = replicas.iter().all(|id| self.image.broker(id).is_some());
            if replicas.len() == factor && registered { self.with_isr(*replicas, error) } else { Err(error) }
        };
        topic.assignment.iter().map(check).collect()
    }
    /// What an administrator asks for: the records, and the answer. Partitions that are refused do not keep others from being
    /// changed.
    pub(super) fn administer(&self, request: &AdminRequest, random: &mut Stream) -> (Vec<MetadataRecord>, ErrorCode) {
        if let AdminRequest::AlterPartitionReassignments { partitions, allow_replication_factor_change } = request {
            return self.alter_partition_reassignments(partitions, *allow_replication_factor_change);
        }
        match self.change(request, random) {
            Ok(records) => (records, ErrorCode::None),
            Err(error) => (Vec::new(), error),
        }
    }
    fn change(&self, request: &AdminRequest, random: &mut Stream) -> Result<Vec<MetadataRecord>, ErrorCode> {
        match request {
            AdminRequest::CreatePartitions { topic, count } => self.create_partitions(*topic, *count, random),
            AdminRequest::AlterTopicConfigs { topic, changes } => {
                let mut config = (**self.image.topic(*topic).ok_or(ErrorCode::UnknownTopicOrPartition)?).clone();
                for (name, value) in changes.iter() {
                    config.set(name, value).map_err(|_| ErrorCode::InvalidRequest)?;
                }
                let set_min_isr = changes.iter().any(|(name, _)| name == "min.insync.replicas");
                let mut records = vec![MetadataRecord::TopicConfig { topic: *topic, config: config.into() }];
                if set_min_isr {
                    records.extend(self.clear_elrs(*topic));
                }
                Ok(records)
            }
            AdminRequest::ElectLeaders { partitions, unclean } => {
                let kind = if *unclean { ElectionKind::Unclean } else { ElectionKind::Preferred };
                let known = partitions.iter().filter_map(|tp| Some((*tp, self.image.partition(*tp)?)));
                // electLeader: a partition that has the leader it is to have needs no election.
                let needed = known.filter(|(_, partition)| match unclean {
                    true => partition.leader.is_none(),
                    false => !partition.has_preferred_leader(),
                });
                let records: Vec<MetadataRecord> =
                    needed.filter_map(|(tp, partition)| self.elect(tp, partition, kind)).collect();
                if records.is_empty() { Err(ErrorCode::ElectionNotNeeded) } else { Ok(records) }
            }
            AdminRequest::AlterPartitionReassignments { .. } => unreachable!("answered partition by partition"),
        }
    }
    /// With another min ISR eligibility means something else (`ClearElrRecord`).
    fn clear_elrs(&self, topic: TopicId) -> Vec<MetadataRecord> {
        let clear = |(tp, partition): (Tp, &PartitionRegistration)| {
            let eligible = self.image.eligible(tp) != EligibleReplicas::default();
            eligible.then_some(MetadataRecord::PartitionChange {
                tp,
                leader: None,
                isr: None,
                recovering: partition.recovering,
                elr: Some(BrokerList::EMPTY),
                last_known_elr: Some(LastKnownLeader::Unset),
                assignment: AssignmentChange::NONE,
            })
        };
        let partitions = self.catalog.partitions(topic).filter_map(|tp| Some((tp, self.image.partition(tp)?)));
        partitions.filter_map(clear).collect()
    }
    /// The partitions beyond those that exist (`ReplicationControlManager.createPartitions`): as many
    /// replicas as the first partition has.
    fn create_partitions(
        &self,
        topic: TopicId,
        count: u32,
        random: &mut Stream,
    ) -> Result<Vec<MetadataRecord>, ErrorCode> {
        let exists = |tp: &Tp| self.image.partition(*tp).is_some();
        let existing = self.catalog.partitions(topic).take_while(exists).count() as u32;
        let first = self.catalog.partitions(topic).next().and_then(|tp| self.image.partition(tp));
        let Some(first) = first else { return Err(ErrorCode::UnknownTopicOrPartition) };
        if count <= existing || count as usize > self.catalog.partitions(topic).len() {
            return Err(ErrorCode::InvalidPartitions);
        }
        let placed = self.place_partitions(count - existing, first.replicas.len(), random)?;
        let new = self.catalog.partitions(topic).skip(existing as usize).zip(placed);
        Ok(new
            .map(|(tp, (replicas, isr))| MetadataRecord::Partition { tp, replicas, isr, leader: isr.first() })
            .collect())
    }
    /// The ISR of a new partition: its active replicas, of which there must be one.
    fn with_isr(&self, replicas: BrokerList, error: ErrorCode) -> Result<(BrokerList, BrokerList), ErrorCode> {
        let isr: BrokerList = replicas.iter().filter(|id| self.image.is_active(*id)).collect();
        if isr.is_empty() { Err(error) } else { Ok((replicas, isr)) }
    }
}

pub(super) fn record(tp: Tp, change: &partition_change::PartitionChange) -> MetadataRecord {
    let partition_change::PartitionChange { leader, isr, recovering, elr, last_known_elr, assignment } = *change;
    MetadataRecord::PartitionChange { tp, leader, isr, recovering, elr, last_known_elr, assignment }
}
