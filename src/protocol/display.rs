//! Requests, responses and records of the internal topics as a person reads them: Kafka's names for what they are,
//! the catalogue's for whom they are about.
//!
//! What is not there is not said: no error, no epoch, no sequence. So a line is as short as what it says.

mod quorum;
mod share_groups;
mod share_records;

use std::fmt::{self, Display, Formatter};
use std::rc::Rc;

use litemap::LiteMap;

use super::api::Api;
use super::batch::{
    BatchData, ConsumerGroupRecord, CoordinatorRecord, CurrentAssignmentValue, GroupMetadataValue, MemberValue,
    RecordBatch, RegularExpressionValue, TransactionLogValue,
};
use super::catalog::Catalog;
use super::errors::ErrorCode;
use super::ids::*;
use super::messages::*;

/// The names of everything that a message may be about.
#[derive(Clone, Debug)]
pub struct Names {
    catalog: Rc<Catalog>,
    /// Members met so far: `a#1` is the first of client `a`.
    members: LiteMap<MemberId, String>,
}

impl Names {
    /// Those of a catalogue.
    pub fn new(catalog: Rc<Catalog>) -> Names {
        Names { catalog, members: LiteMap::new() }
    }
    /// The name of a transactional id.
    pub fn transactional_id(&self, id: TransactionalId) -> &str {
        self.catalog.transactional_id_name(id)
    }
    /// ` in rack a`, or nothing.
    pub fn in_rack(&self, rack: Option<RackId>) -> String {
        rack.map_or(String::new(), |rack| format!(" in rack {}", self.catalog.rack_name(rack)))
    }
    /// The catalogue.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }
    /// A member id is seen: the first of client `a` is called `a#1` from now on, the next `a#2`.
    pub fn meet(&mut self, member: MemberId) {
        if member == MemberId::NONE || self.members.contains_key(&member) {
            return;
        }
        let client = self.catalog.node_name(self.catalog.member_client(member));
        let of_client = |other: &&MemberId| self.catalog.member_client(**other) == self.catalog.member_client(member);
        let number = self.members.keys().filter(of_client).count() + 1;
        self.members.insert(member, format!("{client}#{number}"));
    }
    /// A member's name: as it was met, or its client's and a number.
    pub fn member(&self, member: MemberId) -> String {
        match self.members.get(&member) {
            Some(name) => name.clone(),
            None if member == MemberId::NONE => "nobody".into(),
            None => {
                let bits = self.catalog.member_bits();
                let number = u64::from(member.0) & ((1u64 << bits) - 1);
                format!("{}/{number}", self.catalog.node_name(self.catalog.member_client(member)))
            }
        }
    }
    /// A member as it names itself: `a#1`, or `a#1 of instance a`.
    fn member_of(&self, member: MemberId, instance: Option<InstanceId>) -> String {
        let of = instance.map(|instance| format!(" of instance {}", self.catalog.instance_id_name(instance)));
        self.member(member) + &of.unwrap_or_default()
    }
    /// Something with these names, to be printed.
    pub fn show<'a, T: ?Sized>(&'a self, what: &'a T) -> Shown<'a, T> {
        Shown { what, names: self }
    }
    fn tp(&self, tp: Tp) -> String {
        self.catalog.tp_name(tp)
    }
    fn topic(&self, topic: TopicId) -> &str {
        self.catalog.topics.get(topic.index()).map_or("?", |entry| &entry.name)
    }
    fn pattern(&self, pattern: PatternId) -> &str {
        self.catalog.pattern_text(pattern)
    }
    fn group(&self, group: GroupId) -> &str {
        self.catalog.groups.get(group.index()).map_or("?", String::as_str)
    }
    fn tps(&self, tps: impl IntoIterator<Item = Tp>) -> String {
        list(tps.into_iter().map(|tp| self.tp(tp)))
    }
    fn topics(&self, topics: &[TopicId]) -> String {
        list(topics.iter().map(|topic| self.topic(*topic)))
    }
    fn counts(&self, topics: &[(TopicId, u32)]) -> String {
        list(topics.iter().map(|(topic, count)| format!("{} {count}", self.topic(*topic))))
    }
    fn batches<'a>(&self, batches: impl IntoIterator<Item = &'a RecordBatch>) -> String {
        list(batches.into_iter().map(|batch| self.show(batch).to_string()))
    }
}

/// Something and the names for what it is about.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a, T: ?Sized> {
    what: &'a T,
    names: &'a Names,
}

/// `a, b, c`; `-` for none.
fn list<T: Display>(items: impl IntoIterator<Item = T>) -> String {
    let items: Vec<String> = items.into_iter().map(|item| item.to_string()).collect();
    if items.is_empty() { "-".into() } else { items.join(", ") }
}
/// ` what` if there is something to say.
fn also(says: bool, what: impl Display) -> String {
    if says { format!(" {what}") } else { String::new() }
}
/// ` NOT_COORDINATOR`; nothing without an error.
fn fails(error: ErrorCode) -> String {
    also(error.is_err(), error.name())
}
/// ` by sticky`: the assignor of a group, if it is not the usual one.
fn by(protocol: Option<Assignor>) -> String {
    let unusual = protocol.filter(|assignor| *assignor != Assignor::Range);
    unusual.map_or(String::new(), |assignor| format!(" by {}", assignor.name()))
}
fn epoch(epoch: LeaderEpoch) -> String {
    also(epoch != LeaderEpoch::UNDEFINED, format!("epoch {epoch}"))
}
fn leader(leader: Option<BrokerId>) -> String {
    leader.map_or("led by nobody".into(), |leader| format!("led by broker {leader}"))
}

impl Display for Shown<'_, Body> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self.what {
            Body::Request(request) => self.names.show(request).fmt(f),
            Body::Response(response) => self.names.show(response).fmt(f),
        }
    }
}

impl Display for Shown<'_, RecordBatch> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let RecordBatch { origin, count, producer_id, producer_epoch, base_sequence, .. } = *self.what;
        let (base, epoch, delta) = (self.what.base_offset, self.what.leader_epoch, self.what.last_offset_delta);
        let last = if delta > 0 { format!("..{}", base.plus(delta)) } else { String::new() };
        let at = also(epoch != LeaderEpoch::UNDEFINED, format!("@{base}{last} epoch {epoch}"));
        match &self.what.data {
            BatchData::Plain | BatchData::Records(_) => {
                let last = origin.ordinal + self.what.last_offset_delta;
                match count {
                    1 => write!(f, "record {}", origin.ordinal)?,
                    _ => write!(f, "records {}..{last}", origin.ordinal)?,
                }
                f.write_str(&also(count <= self.what.last_offset_delta, format!("({count} of them)")))?;
            }
            BatchData::Coordinator(_) | BatchData::CoordinatorLeft(_) => {
                f.write_str(&list(self.what.coordinator_records().map(|record| self.names.show(record).to_string())))?;
            }
            other => write!(f, "{other:?}")?,
        }
        if producer_id != ProducerId::NONE {
            write!(f, " of producer {producer_id}/{producer_epoch} from sequence {base_sequence}")?;
        }
        f.write_str(&at)
    }
}

fn producer(producer: ProducerIdAndEpoch) -> String {
    format!("producer {}/{}", producer.id, producer.epoch)
}

/// Partitions with what became of each.
fn outcomes(names: &Names, partitions: &[(Tp, ErrorCode)]) -> String {
    list(partitions.iter().map(|(tp, error)| format!("{}{}", names.tp(*tp), fails(*error))))
}

impl Display for Shown<'_, ConsumerGroupRecord> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let names = self.names;
        match self.what {
            ConsumerGroupRecord::Epoch { epoch, hashed } => {
                write!(f, "group epoch {epoch}")?;
                match hashed {
                    Some(topics) => write!(f, ", hash of {}", names.counts(topics)),
                    None => Ok(()),
                }
            }
            ConsumerGroupRecord::EpochTombstone => f.write_str("is gone"),
            ConsumerGroupRecord::PartitionMetadata(topics) => {
                write!(f, "partitions of {}", names.counts(topics))
            }
            ConsumerGroupRecord::PartitionMetadataTombstone => f.write_str("no partitions"),
            ConsumerGroupRecord::Member(value) => {
                let named = value.topics.iter().map(|topic| names.topic(*topic).to_string());
                let matching = value.regex.map(|pattern| format!("what matches {}", names.pattern(pattern)));
                let topics = list(named.chain(matching));
                let rack = names.in_rack(value.rack);
                write!(f, "member {}{rack} subscribes to {topics}", names.member_of(value.member, value.instance))?;
                f.write_str(&also(value.classic.is_some(), "by the classic protocol"))
            }
            ConsumerGroupRecord::RegularExpression(value) => {
                let topics = list(value.topics.iter().map(|topic| names.topic(*topic).to_string()));
                let RegularExpressionValue { pattern, version, timestamp, .. } = **value;
                write!(f, "{} matches {topics} in image {version} at {timestamp}", names.pattern(pattern))
            }
            ConsumerGroupRecord::RegularExpressionTombstone(pattern) => {
                write!(f, "nobody subscribes to {}", names.pattern(*pattern))
            }
            ConsumerGroupRecord::MemberTombstone(member) => write!(f, "{} is no member", names.member(*member)),
            ConsumerGroupRecord::TargetEpoch { epoch, timestamp } => {
                write!(f, "assignment epoch {epoch}")?;
                f.write_str(&timestamp.map_or(String::new(), |at| format!(" at {at}")))
            }
            ConsumerGroupRecord::TargetEpochTombstone => f.write_str("no assignment"),
            ConsumerGroupRecord::Target { member, partitions } => {
                write!(f, "{} is to have {}", names.member(*member), names.tps(partitions.iter().copied()))
            }
            ConsumerGroupRecord::TargetTombstone(member) => write!(f, "{} is to have nothing", names.member(*member)),
            ConsumerGroupRecord::Current(value) => {
                let CurrentAssignmentValue { member, epoch, previous_epoch, state, assigned, revoking } = &**value;
                let (member, state) = (names.member(*member), state.name());
                write!(f, "{member} at epoch {epoch} (before: {previous_epoch}), {state}")?;
                let has = |list: &[(Tp, Generation)]| names.tps(list.iter().map(|(tp, _)| *tp));
                f.write_str(&also(!assigned.is_empty(), format!("has {}", has(assigned))))?;
                f.write_str(&also(!revoking.is_empty(), format!("gives up {}", has(revoking))))
            }
            ConsumerGroupRecord::CurrentTombstone(member) => write!(f, "{} has nothing", names.member(*member)),
        }
    }
}

impl Display for Shown<'_, CoordinatorRecord> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let names = self.names;
        match self.what {
            CoordinatorRecord::OffsetCommit { group, tp, offset, leader_epoch, commit_timestamp } => {
                write!(f, "{} commits {}@{offset}{}", names.group(*group), names.tp(*tp), epoch(*leader_epoch))?;
                write!(f, " at {commit_timestamp}")
            }
            CoordinatorRecord::OffsetTombstone { group, tp } => {
                write!(f, "{} forgets {}", names.group(*group), names.tp(*tp))
            }
            CoordinatorRecord::ShareGroup { group, record } => {
                write!(f, "{} {}", names.group(*group), names.show(record))
            }
            CoordinatorRecord::ShareSnapshot(value) => names.show(&**value).fmt(f),
            CoordinatorRecord::ShareUpdate(value) => names.show(&**value).fmt(f),
            CoordinatorRecord::ShareTombstone { group, tp } => {
                write!(f, "{} {} has no state", names.group(*group), names.tp(*tp))
            }
            CoordinatorRecord::Transaction(value) => {
                let TransactionLogValue { transactional_id, producer, state, partitions, .. } = &**value;
                write!(
                    f,
                    "{} of producer {}/{} is {}",
                    names.transactional_id(*transactional_id),
                    producer.id,
                    producer.epoch,
                    state.name()
                )?;
                f.write_str(&also(!partitions.is_empty(), format!("with {}", names.tps(partitions.iter().copied()))))
            }
            CoordinatorRecord::TransactionTombstone { transactional_id } => {
                write!(f, "{} is gone", names.transactional_id(*transactional_id))
            }
            CoordinatorRecord::ConsumerGroup { group, record } => {
                write!(f, "{}: {}", names.group(*group), names.show(record))
            }
            CoordinatorRecord::GroupTombstone { group } => write!(f, "{} is gone", names.group(*group)),
            CoordinatorRecord::GroupMetadata(value) => {
                let GroupMetadataValue { group, generation, protocol, leader, members, state_timestamp } = &**value;
                let by = by(*protocol);
                write!(f, "{} in generation {generation}{by} since {state_timestamp}", names.group(*group))?;
                f.write_str(&also(*leader != MemberId::NONE, format!("led by {}", names.member(*leader))))?;
                let member =
                    |m: &MemberValue| format!("{} has {}", names.member_of(m.member, m.instance), names.show(m));
                if members.is_empty() {
                    return Ok(());
                }
                write!(f, ": {}", list(members.iter().map(member)))
            }
        }
    }
}

impl Display for Shown<'_, MemberValue> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let MemberValue { session_timeout, rebalance_timeout, subscription, assignment, .. } = self.what;
        f.write_str(&self.names.tps(assignment.iter().copied()))?;
        write!(f, " of {}", self.names.show(&**subscription))?;
        write!(f, " (session {session_timeout}, rebalance {rebalance_timeout})")
    }
}

impl Display for Shown<'_, Request> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let names = self.names;
        f.write_str(Api::of_request(self.what).name())?;
        match self.what {
            Request::ApiVersions => Ok(()),
            Request::InitProducerId(r) => {
                f.write_str(
                    &r.transactional_id.map_or(String::new(), |id| format!(" {}", names.transactional_id(id))),
                )?;
                f.write_str(&also(r.producer != ProducerIdAndEpoch::NONE, producer(r.producer)))
            }
            Request::AddPartitionsToTxn(r) => {
                let transaction = |t: &AddPartitionsToTxnTransaction| {
                    let verify = if t.verify_only { "verify " } else { "" };
                    let tps = names.tps(t.partitions.iter().copied());
                    format!("{verify}{} of {}: {tps}", names.transactional_id(t.transactional_id), producer(t.producer))
                };
                write!(f, " {}", list(r.transactions.iter().map(transaction)))
            }
            Request::AddOffsetsToTxn(r) => {
                let id = names.transactional_id(r.transactional_id);
                write!(f, " {id} of {}: {}", producer(r.producer), names.group(r.group))
            }
            Request::EndTxn(r) => {
                let how = if r.commit { "commit" } else { "abort" };
                write!(f, " {how} {} of {}", names.transactional_id(r.transactional_id), producer(r.producer))
            }
            Request::WriteTxnMarkers(r) => {
                let marker = |m: &WritableTxnMarker| {
                    let how = if m.commit { "COMMIT" } else { "ABORT" };
                    let tps = names.tps(m.partitions.iter().copied());
                    format!("{how} of {} by coordinator epoch {}: {tps}", producer(m.producer), m.coordinator_epoch)
                };
                write!(f, " {}", list(r.markers.iter().map(marker)))
            }
            Request::DescribeProducers(tp) => write!(f, " {}", names.tp(*tp)),
            Request::DeleteRecords(DeleteRecordsRequest { tp, before: Some(before), .. }) => {
                write!(f, " {} before {before}", names.tp(*tp))
            }
            Request::DeleteRecords(r) => write!(f, " {} before its high watermark", names.tp(r.tp)),
            Request::TxnOffsetCommit(r) => {
                let commit = |(tp, offset, _): &(Tp, Offset, LeaderEpoch)| format!("{}@{offset}", names.tp(*tp));
                let (id, group) = (names.transactional_id(r.transactional_id), names.group(r.group.group));
                let (member, generation) = (names.member_of(r.group.member, r.group.instance), r.group.generation);
                write!(f, " {id} of {}: {group} as {member} generation {generation}: ", producer(r.producer))?;
                f.write_str(&list(r.offsets.iter().map(commit)))
            }
            Request::Produce(r) => {
                let acks = match r.acks {
                    Acks::Zero => "0",
                    Acks::One => "1",
                    Acks::All => "all",
                };
                let batch = |p: &ProducePartition| format!("{} {}", names.tp(p.tp), names.show(&p.batch));
                write!(f, " acks={acks}: {}", list(r.partitions.iter().map(batch)))
            }
            Request::Fetch(r) => {
                if let ReplicaState::Follower(broker, epoch) = r.replica_state {
                    write!(f, " of follower {broker}{}", also(epoch != BrokerEpoch::UNKNOWN, format!("/{epoch}")))?;
                }
                let position = |p: &FetchPartition| {
                    let last = epoch(p.last_fetched_epoch).replace(" epoch", " after epoch");
                    format!("{}@{}{}{last}", names.tp(p.tp), p.fetch_offset, epoch(p.current_leader_epoch))
                };
                f.write_str(&names.in_rack(r.rack))?;
                write!(f, " session {}: {}", r.session_epoch, list(r.partitions.iter().map(position)))?;
                f.write_str(&also(
                    !r.forgotten.is_empty(),
                    format!("without {}", names.tps(r.forgotten.iter().copied())),
                ))
            }
            Request::ListOffsets(r) => {
                let ask = |(tp, e, spec): &(Tp, LeaderEpoch, OffsetSpec)| {
                    let spec = match spec {
                        OffsetSpec::Earliest => "earliest",
                        OffsetSpec::Latest => "latest",
                        OffsetSpec::Timestamp(_) => "by time",
                    };
                    format!("{} {spec}{}", names.tp(*tp), epoch(*e))
                };
                write!(f, " {}", list(r.partitions.iter().map(ask)))
            }
            Request::OffsetsForLeaderEpoch(r) => {
                let ask = |(tp, current, wanted): &(Tp, LeaderEpoch, LeaderEpoch)| {
                    format!("{} end of epoch {wanted}, leader{}", names.tp(*tp), epoch(*current))
                };
                write!(f, " {}", list(r.partitions.iter().map(ask)))
            }
            Request::Metadata(r) if r.all_topics => write!(f, " all topics"),
            Request::Metadata(r) => write!(f, " {}", names.topics(&r.topics)),
            Request::FindCoordinator(CoordinatorKey::Group(group)) => write!(f, " {}", names.group(*group)),
            Request::FindCoordinator(CoordinatorKey::Transaction(id)) => {
                write!(f, " transaction {}", names.transactional_id(*id))
            }
            Request::FindCoordinator(CoordinatorKey::Share(group, tp)) => {
                write!(f, " share-partition {} of {}", names.tp(*tp), names.group(*group))
            }
            Request::ConsumerGroupHeartbeat(r) => {
                let who = names.member_of(r.member, r.instance);
                write!(f, " {} as {who}{} at epoch {}", names.group(r.group), names.in_rack(r.rack), r.member_epoch)?;
                let pattern = r.regex.flatten();
                if let Some(topics) = r.topics.as_ref().filter(|topics| !topics.is_empty() || pattern.is_none()) {
                    write!(f, ", subscribed to {}", list(topics.iter().map(|topic| names.topic(*topic).to_string())))?;
                }
                match r.regex {
                    Some(Some(pattern)) => write!(f, ", subscribed to what matches {}", names.pattern(pattern))?,
                    Some(None) => f.write_str(", subscribed to no pattern")?,
                    None => {}
                }
                if let Some(owned) = &r.owned {
                    write!(f, ", owns {}", names.tps(owned.iter().copied()))?;
                }
                if let Some(assignor) = r.assignor {
                    write!(f, ", wants {}", assignor.name())?;
                }
                r.rebalance_timeout.map_or(Ok(()), |timeout| write!(f, " (rebalance {timeout})"))
            }
            Request::ShareGroupHeartbeat(r) => names.show(r).fmt(f),
            Request::ShareFetch(r) => names.show(&**r).fmt(f),
            Request::ShareAcknowledge(r) => names.show(r).fmt(f),
            Request::ShareGroupState(r) => names.show(r).fmt(f),
            Request::JoinGroup(r) => {
                let protocol = |(assignor, subscription): &(Assignor, Rc<Subscription>)| {
                    format!("{} {}", assignor.name(), names.show(&**subscription))
                };
                let protocols = list(r.protocols.iter().map(protocol));
                write!(f, " {} as {}: {protocols}", names.group(r.group), names.member_of(r.member, r.instance))?;
                write!(f, " (session {}, rebalance {})", r.session_timeout, r.rebalance_timeout)
            }
            Request::SyncGroup(r) => {
                let member = names.member_of(r.member, r.instance);
                write!(f, " {} as {member} generation {}", names.group(r.group), r.generation)?;
                let assign = |(m, tps): &(MemberId, Rc<[Tp]>)| {
                    format!("{} gets {}", names.member(*m), names.tps(tps.iter().copied()))
                };
                if r.assignments.is_empty() {
                    return Ok(());
                }
                write!(f, ": {}", list(r.assignments.iter().map(assign)))
            }
            Request::Heartbeat(r) => {
                let member = names.member_of(r.member, r.instance);
                write!(f, " {} as {member} generation {}", names.group(r.group), r.generation)
            }
            Request::LeaveGroup(r) => {
                let leaves = |m: &MemberIdentity| {
                    let why = match m.reason {
                        LeaveGroupReason::Closed => "closed",
                        LeaveGroupReason::PollTimeout => "max.poll.interval.ms exceeded",
                        LeaveGroupReason::RemovedByAdmin => "removed by an administrator",
                        LeaveGroupReason::Unsubscribed => "unsubscribed",
                    };
                    format!("as {}: {why}", names.member_of(m.member, m.instance))
                };
                write!(f, " {} {}", names.group(r.group), list(r.members.iter().map(leaves)))
            }
            Request::OffsetCommit(r) => {
                let commit = |(tp, offset, _): &(Tp, Offset, LeaderEpoch)| format!("{}@{offset}", names.tp(*tp));
                write!(
                    f,
                    " {} as {} generation {}: {}",
                    names.group(r.group),
                    names.member_of(r.member, r.instance),
                    r.generation,
                    list(r.offsets.iter().map(commit))
                )
            }
            Request::OffsetFetch(r) => {
                write!(f, " {}", names.group(r.group))?;
                if r.member != MemberId::NONE {
                    write!(f, " as {} at epoch {}", names.member(r.member), r.generation)?;
                }
                write!(f, ": {}", names.tps(r.partitions.iter().copied()))
            }
            Request::DescribeGroups(group) | Request::DeleteGroups(group) => write!(f, " {}", names.group(*group)),
            Request::AlterShareGroupOffsets(r) => names.show(r).fmt(f),
            Request::DeleteShareGroupOffsets(r) => {
                write!(f, " {}: {}", names.group(r.group), names.topics(&r.topics))
            }
            Request::OffsetDelete(r) => {
                write!(f, " {}: {}", names.group(r.group), names.tps(r.partitions.iter().copied()))
            }
            Request::CreateTopics(r) => {
                let topic = |t: &CreatableTopic| {
                    format!(
                        "{} with {} partitions on {} brokers",
                        names.topic(t.topic),
                        t.partitions,
                        t.replication_factor
                    )
                };
                write!(f, " {}", list(r.topics.iter().map(topic)))
            }
            Request::Admin(r) => match r {
                AdminRequest::CreatePartitions { topic, count } => {
                    write!(f, " CreatePartitions {}: {count}", names.topic(*topic))
                }
                AdminRequest::AlterTopicConfigs { topic, changes } => {
                    let change = |(key, value): &(String, String)| format!("{key}={value}");
                    write!(f, " IncrementalAlterConfigs {}: {}", names.topic(*topic), list(changes.iter().map(change)))
                }
                AdminRequest::ElectLeaders { partitions, unclean } => {
                    let how = if *unclean { "unclean" } else { "preferred" };
                    write!(f, " ElectLeaders {how}: {}", names.tps(partitions.iter().copied()))
                }
                AdminRequest::AlterPartitionReassignments { partitions, .. } => {
                    let change = |(tp, replicas): &(Tp, Option<BrokerList>)| match replicas {
                        Some(replicas) => format!("{} to {replicas}", names.tp(*tp)),
                        None => format!("{} back", names.tp(*tp)),
                    };
                    write!(f, " AlterPartitionReassignments {}", list(partitions.iter().map(change)))
                }
            },
            Request::BrokerRegistration(r) => write!(f, " broker {}{}", r.broker, names.in_rack(r.rack)),
            Request::BrokerHeartbeat(r) => {
                write!(f, " broker {}/{} at {}", r.broker, r.broker_epoch, r.current_metadata_offset)?;
                f.write_str(&also(r.want_fence, "wants to be fenced"))?;
                f.write_str(&also(r.want_shutdown, "wants to stop"))
            }
            Request::AlterPartition(r) => {
                let change = |p: &AlterPartition| {
                    let isr: BrokerList = p.new_isr.iter().map(|(broker, _)| *broker).collect();
                    format!(
                        "{} isr {isr}{} partition epoch {}",
                        names.tp(p.tp),
                        epoch(p.leader_epoch),
                        p.partition_epoch
                    )
                };
                write!(f, " broker {}/{}: {}", r.broker, r.broker_epoch, list(r.partitions.iter().map(change)))
            }
            Request::AllocateProducerIds(broker, epoch) => write!(f, " broker {broker}/{epoch}"),
            Request::FetchMetadata(r) => write!(f, " broker {}: __cluster_metadata@{}", r.broker, r.fetch_offset),
            Request::Vote(r) => quorum::vote(f, r),
            Request::BeginQuorumEpoch(r) => write!(f, " controller {} leads{}", r.leader, epoch(r.epoch)),
            Request::EndQuorumEpoch(r) => quorum::end_quorum_epoch(f, r),
            Request::FetchQuorum(r) => quorum::fetch(f, r),
        }
    }
}

impl Display for Shown<'_, Subscription> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Subscription { topics, owned, generation, user_data, rack } = self.what;
        f.write_str(&self.names.topics(topics))?;
        f.write_str(&self.names.in_rack(*rack))?;
        if !owned.is_empty() {
            write!(f, " owning {} of generation {generation}", self.names.tps(owned.iter().copied()))?;
        }
        match user_data {
            Some(UserData::Previous(partitions, generation)) => {
                write!(f, " after {} of generation {generation}", self.names.tps(partitions.iter().copied()))
            }
            // It is the generation that stands beside what is owned.
            Some(UserData::Generation(_)) | None => Ok(()),
        }
    }
}

impl Display for Shown<'_, Response> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let names = self.names;
        write!(f, "{} answered:", Api::of_response(self.what).name())?;
        match self.what {
            Response::ApiVersions => f.write_str(" ok"),
            Response::Produce(r) => {
                let result = |p: &ProduceResult| {
                    let at = also(p.error.is_ok() && p.base_offset != Offset::INVALID, format!("@{}", p.base_offset));
                    format!("{}{}{}", names.tp(p.tp), at.trim_start(), fails(p.error))
                };
                write!(f, " {}", list(r.partitions.iter().map(result)))
            }
            Response::Fetch(r) => {
                let data = |d: &FetchData| {
                    let what = if d.error.is_err() {
                        fails(d.error)
                    } else if let Some((epoch, end)) = d.diverging {
                        format!(" diverges: epoch {epoch} ends at {end}")
                    } else if let Some(broker) = d.preferred_read_replica {
                        format!(" high watermark {}, to be read from broker {broker}", d.high_watermark)
                    } else {
                        format!(
                            " high watermark {} {}",
                            d.high_watermark,
                            names.batches(d.batches.iter().map(|b| &**b))
                        )
                    };
                    format!("{}{what}", names.tp(d.tp))
                };
                write!(f, "{} {}", fails(r.error), list(r.partitions.iter().map(data)))
            }
            Response::ListOffsets(results) => {
                let result = |r: &ListOffsetsResult| match r.error.is_err() {
                    true => format!("{}{}", names.tp(r.tp), fails(r.error)),
                    false => format!("{}@{}", names.tp(r.tp), r.offset),
                };
                write!(f, " {}", list(results.iter().map(result)))
            }
            Response::OffsetsForLeaderEpoch(results) => {
                let result = |r: &EpochEndOffset| match r.error.is_err() {
                    true => format!("{}{}", names.tp(r.tp), fails(r.error)),
                    false => format!("{} epoch {} ends at {}", names.tp(r.tp), r.leader_epoch, r.end_offset),
                };
                write!(f, " {}", list(results.iter().map(result)))
            }
            Response::Metadata(r) => {
                let partition = |p: &PartitionMetadata| {
                    format!("{} {}{}{}", names.tp(p.tp), leader(p.leader), epoch(p.leader_epoch), fails(p.error))
                };
                let topic = |t: &TopicMetadata| match t.error.is_err() {
                    true => format!("{}{}", names.topic(t.topic), fails(t.error)),
                    false => list(t.partitions.iter().map(partition)),
                };
                let brokers: BrokerList = r.brokers.iter().copied().collect();
                write!(f, " brokers {brokers}; {}", list(r.topics.iter().map(topic)))
            }
            Response::InitProducerId(r) if r.error.is_err() => f.write_str(&fails(r.error)),
            Response::InitProducerId(r) => write!(f, " producer {}/{}", r.producer.id, r.producer.epoch),
            Response::FindCoordinator(r) => match r.coordinator {
                Some(broker) if r.error.is_ok() => write!(f, " broker {broker}"),
                _ => f.write_str(&fails(r.error)),
            },
            Response::AddPartitionsToTxn(r) => {
                let result = |(id, partitions): &(TransactionalId, List<(Tp, ErrorCode)>)| {
                    format!("{}: {}", names.transactional_id(*id), outcomes(names, partitions))
                };
                write!(f, " {}", list(r.results.iter().map(result)))
            }
            Response::AddOffsetsToTxn(error) => f.write_str(&fails(*error)),
            Response::EndTxn(r) if r.error.is_err() => f.write_str(&fails(r.error)),
            Response::EndTxn(r) => {
                f.write_str(&also(r.producer != ProducerIdAndEpoch::NONE, format!("next {}", producer(r.producer))))
            }
            Response::WriteTxnMarkers(r) => {
                let result = |(id, partitions): &(ProducerId, List<(Tp, ErrorCode)>)| {
                    format!("producer {id}: {}", outcomes(names, partitions))
                };
                write!(f, " {}", list(r.results.iter().map(result)))
            }
            Response::DeleteRecords(Err(error)) => f.write_str(&fails(*error)),
            Response::DeleteRecords(Ok(low_watermark)) => write!(f, " low watermark {low_watermark}"),
            Response::DescribeProducers(Err(error)) => f.write_str(&fails(*error)),
            Response::DescribeProducers(Ok(producers)) => {
                let open = |described: &DescribedProducer| match described.txn_start_offset {
                    Some(start) => format!("{} with a transaction from {start}", producer(described.producer)),
                    None => producer(described.producer),
                };
                write!(f, " {}", list(producers.iter().map(open)))
            }
            Response::TxnOffsetCommit(r) => write!(f, " {}", outcomes(names, &r.results)),
            Response::ConsumerGroupHeartbeat(r) if r.error.is_err() => f.write_str(&fails(r.error)),
            Response::ConsumerGroupHeartbeat(r) => {
                write!(f, " {} at epoch {}", names.member(r.member), r.member_epoch)?;
                match &r.assignment {
                    Some(partitions) => write!(f, ", may have {}", names.tps(partitions.iter().copied())),
                    None => Ok(()),
                }
            }
            Response::ShareGroupHeartbeat(r) => names.show(r).fmt(f),
            Response::ShareFetch(r) => names.show(r).fmt(f),
            Response::ShareAcknowledge(r) => names.show(r).fmt(f),
            Response::ShareGroupState(r) => names.show(r).fmt(f),
            Response::JoinGroup(r) if r.error.is_err() => {
                let takes = also(r.error == ErrorCode::MemberIdRequired, format!("as {}", names.member(r.member)));
                write!(f, "{}{takes}", fails(r.error))
            }
            Response::JoinGroup(r) => {
                let who = (names.member(r.member), names.member(r.leader));
                write!(f, " {} in generation {}{}, led by {}", who.0, r.generation, by(r.protocol), who.1)?;
                let member = |m: &JoinGroupMember| {
                    format!("{} ({})", names.member_of(m.member, m.instance), names.show(&*m.subscription))
                };
                f.write_str(&also(!r.members.is_empty(), format!("with {}", list(r.members.iter().map(member)))))?;
                f.write_str(&also(r.skip_assignment, "skipping the assignment"))
            }
            Response::SyncGroup(r) if r.error.is_err() => f.write_str(&fails(r.error)),
            Response::SyncGroup(r) => write!(f, " {}", names.tps(r.assignment.iter().copied())),
            Response::LeaveGroup(r) if r.members.len() > 1 => {
                let result = |m: &MemberResponse| {
                    let what = if m.error.is_ok() { "ok" } else { m.error.name() };
                    format!("{} {what}", names.member_of(m.member, m.instance))
                };
                write!(f, " {}", list(r.members.iter().map(result)))
            }
            Response::LeaveGroup(r) => {
                let error = r.first_error();
                write!(f, " {}", if error.is_ok() { "ok" } else { error.name() })
            }
            Response::DescribeGroups(r) => write!(f, "{} {}", fails(r.error), r.state),
            Response::AlterShareGroupOffsets(r) => names.show(r).fmt(f),
            Response::DeleteShareGroupOffsets(r) => names.show(r).fmt(f),
            Response::OffsetDelete(r) if r.error.is_err() => f.write_str(&fails(r.error)),
            Response::OffsetDelete(r) => {
                let result = |(tp, error): &(Tp, ErrorCode)| {
                    format!("{} {}", names.tp(*tp), if error.is_ok() { "ok" } else { error.name() })
                };
                write!(f, " {}", list(r.results.iter().map(result)))
            }
            Response::Heartbeat(error) | Response::Admin(error) | Response::DeleteGroups(error) => {
                write!(f, " {}", if error.is_ok() { "ok" } else { error.name() })
            }
            Response::OffsetCommit(r) => {
                let result = |(tp, error): &(Tp, ErrorCode)| {
                    format!("{} {}", names.tp(*tp), if error.is_ok() { "ok" } else { error.name() })
                };
                write!(f, " {}", list(r.results.iter().map(result)))
            }
            Response::OffsetFetch(r) => {
                let offset = |(tp, offset, _): &(Tp, Offset, LeaderEpoch)| match *offset {
                    Offset::INVALID => format!("{} none", names.tp(*tp)),
                    offset => format!("{}@{offset}", names.tp(*tp)),
                };
                let unstable = |tp: &Tp| format!("{}{}", names.tp(*tp), fails(ErrorCode::UnstableOffsetCommit));
                let told = r.offsets.iter().map(offset).chain(r.unstable.iter().map(unstable));
                write!(f, "{} {}", fails(r.error), list(told))
            }
            Response::CreateTopics(results) => {
                let result = |(topic, error): &(TopicId, ErrorCode)| {
                    format!("{} {}", names.topic(*topic), if error.is_ok() { "ok" } else { error.name() })
                };
                write!(f, " {}", list(results.iter().map(result)))
            }
            Response::BrokerRegistration(r) if r.error.is_err() => f.write_str(&fails(r.error)),
            Response::BrokerRegistration(r) => write!(f, " broker epoch {}", r.broker_epoch),
            Response::BrokerHeartbeat(r) if r.error.is_err() => f.write_str(&fails(r.error)),
            Response::BrokerHeartbeat(r) => {
                let says = [(r.is_caught_up, "caught up"), (r.is_fenced, "fenced"), (r.should_shutdown, "may stop")];
                write!(f, " {}", list(says.iter().filter(|(says, _)| *says).map(|(_, what)| what)))
            }
            Response::AlterPartition(r) => {
                let result = |p: &AlterPartitionResult| match p.error.is_err() {
                    true => format!("{}{}", names.tp(p.tp), fails(p.error)),
                    false => format!(
                        "{} {}{} isr {} partition epoch {}",
                        names.tp(p.tp),
                        leader(p.leader),
                        epoch(p.leader_epoch),
                        p.isr,
                        p.partition_epoch
                    ),
                };
                write!(f, "{} {}", fails(r.error), list(r.partitions.iter().map(result)))
            }
            Response::AllocateProducerIds(r) if r.error.is_err() => f.write_str(&fails(r.error)),
            Response::AllocateProducerIds(r) => write!(f, " {} ids from {}", r.count, r.first),
            Response::FetchMetadata(r) => {
                let (count, from) = (r.records.len(), r.base_offset);
                write!(f, "{} {count} records from {from}, committed up to {}", fails(r.error), r.high_watermark)
            }
            Response::Vote(r) => quorum::voted(f, r),
            Response::BeginQuorumEpoch(r) | Response::EndQuorumEpoch(r) => {
                write!(f, "{}{}", fails(r.error), quorum::leads(r.quorum))
            }
            Response::FetchQuorum(r) => quorum::fetched(f, r),
        }
    }
}
