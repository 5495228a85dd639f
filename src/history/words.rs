//! A fact in plain words: who, and what. The words are those of the timeline.

mod compaction;
mod quorum;
mod share_groups;

use serde_json::Value;

use super::fact::{
    Certainty, Election, Fact, GroupState, LeaveReason, LogStartReason, OffsetRemovalReason, ReadReplicaCause,
    ReplicaRole, RevokeReason, SegmentDeletionReason, StopKind,
};
use super::setup::FaultSetup;
use crate::protocol::catalog::Catalog;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::Acks;
use crate::protocol::messages::GroupProtocol;
use crate::protocol::put_aside::Aside;

/// Who did what; none for what says nothing to a reader. `faults`: what the faults of the run are called.
pub fn words(fact: &Fact, catalog: &Catalog, faults: &[FaultSetup]) -> Option<(String, String)> {
    cluster(fact, catalog, faults)
        .or_else(|| replica(fact, catalog))
        .or_else(|| compaction::words(fact, catalog))
        .or_else(|| producer(fact, catalog))
        .or_else(|| consumer(fact, catalog))
        .or_else(|| group(fact, catalog))
        .or_else(|| share_groups::words(fact, catalog))
        .or_else(|| quorum::words(fact))
        .or_else(|| transactional(fact, catalog))
        .or_else(|| work(fact, catalog))
        .or_else(|| transaction(fact, catalog))
}

/// The same in one line; what has no words of its own by its name and its fields.
pub fn line(fact: &Fact, catalog: &Catalog) -> String {
    match words(fact, catalog, &[]) {
        Some((who, what)) => format!("{who} {what}{}", details(fact)),
        None => fields(fact, catalog),
    }
}

/// What the words leave to those who look closely: how sure, which epoch, for which reason.
fn details(fact: &Fact) -> String {
    match *fact {
        Fact::BatchFailed { certainty: Certainty::Unknown, .. } => " [it may be in the log]".into(),
        Fact::BatchFailed { certainty: Certainty::Definite, .. } => " [it is not in the log]".into(),
        Fact::PartitionChanged { leader, leader_epoch, partition_epoch, election, .. } => {
            let leader = leader.map_or("nobody".into(), broker);
            format!(" [{election:?}: {leader} in epoch {leader_epoch}, partition epoch {partition_epoch}]")
        }
        Fact::Truncated { reason, .. } => format!(" [{reason:?}]"),
        Fact::PositionReset { policy, .. } => format!(" [{policy:?}]"),
        Fact::LogRecovered { clean, high_watermark, .. } => {
            format!(" [after a {}, high watermark {high_watermark}]", if clean { "clean stop" } else { "crash" })
        }
        _ => String::new(),
    }
}

fn broker(id: BrokerId) -> String {
    format!("broker {id}")
}

/// Records by their offsets: `@5`, `@5..9`.
fn span(offset: Offset, count: u32) -> String {
    if count <= 1 { format!("@{offset}") } else { format!("@{offset}..{}", offset.plus(count - 1)) }
}

/// The same of offsets from one to another, both included.
fn run(first: Offset, last: Offset) -> String {
    span(first, (last.0 - first.0 + 1) as u32)
}

/// Records by their numbers: `record 5`, `records 5..9`.
fn numbers(ordinal: u32, count: u32) -> String {
    if count <= 1 { format!("record {ordinal}") } else { format!("records {ordinal}..{}", ordinal + count - 1) }
}

fn cluster(fact: &Fact, catalog: &Catalog, faults: &[FaultSetup]) -> Option<(String, String)> {
    let node = |node: NodeId| catalog.node_name(node).to_string();
    let fault = |fault: u16| faults.get(usize::from(fault)).map_or(String::new(), |f| f.label.clone());
    Some(match *fact {
        Fact::ProcessStarted { node: n } => (node(n), "process starts".into()),
        Fact::ProcessStopped { node: n, kind } => {
            let what = match kind {
                StopKind::Clean => "stops cleanly",
                StopKind::Crash => "process crashes",
                StopKind::PowerLoss => "machine loses power",
            };
            (node(n), what.into())
        }
        Fact::ProcessPaused { node: n, paused } => (node(n), if paused { "stands still" } else { "goes on" }.into()),
        Fact::FaultStarted { fault: f, .. } => ("fault".into(), fault(f)),
        Fact::AdminAnswered { node: n, error: ErrorCode::None } => (node(n), "is through".into()),
        Fact::AdminAnswered { node: n, error } => (node(n), tool_failed(error)),
        Fact::NothingToAbort { node: n, tp } => {
            (node(n), format!("finds no open transaction in {}", catalog.tp_name(tp)))
        }
        Fact::OffsetResetSent { node: n, group, tp, offset } => {
            let group = &catalog.groups[group.index()];
            (node(n), format!("asks to set the offset of group {group} for {} to {offset}", catalog.tp_name(tp)))
        }
        Fact::OffsetResetAnswered { node: n, group, tp, offset, error } => {
            let name = catalog.tp_name(tp);
            let group = &catalog.groups[group.index()];
            let text = match error {
                ErrorCode::None => format!("has set the offset of group {group} for {name} to {offset}"),
                error => format!("could not set the offset of group {group} for {name}: {}", error.name()),
            };
            (node(n), text)
        }
        Fact::OffsetResetClamped { node: n, tp, wanted, offset } => {
            (node(n), clamped(&catalog.tp_name(tp), wanted, offset))
        }
        Fact::OffsetResetRefused { node: n, group, state } => {
            (node(n), reset_refused(&catalog.groups[group.index()], state))
        }
        Fact::NothingToShift { node: n, tp, .. } => (node(n), nothing_to_shift(&catalog.tp_name(tp))),
        Fact::FaultEnded { fault: f, .. } => ("fault".into(), format!("over: {}", fault(f))),
        Fact::FinalPhaseStarted {} => ("run".into(), "faults over, producers stop; groups read what is left".into()),
        Fact::BrokerRegistered { broker, epoch } => {
            ("controller".into(), format!("broker {broker} registered, broker epoch {epoch}"))
        }
        Fact::RegistrationRefused { broker, error } => {
            ("controller".into(), format!("does not register broker {broker} yet: {}", error.name()))
        }
        Fact::FaultMissed { fault: f, .. } => ("fault".into(), format!("hits nobody that lives: {}", fault(f))),
        Fact::BrokerFenced { broker } => ("controller".into(), format!("broker {broker} fenced")),
        Fact::BrokerUnfenced { broker } => ("controller".into(), format!("broker {broker} unfenced")),
        Fact::ControlledShutdownStarted { broker } => {
            ("controller".into(), format!("broker {broker} asks to stop; leaders move away"))
        }
        Fact::PartitionCreated { tp, replicas, .. } => {
            ("controller".into(), format!("creates {} on {replicas}", catalog.tp_name(tp)))
        }
        Fact::ReplicasReassigned { tp, replicas, adding, removing } => {
            let name = catalog.tp_name(tp);
            let text = match (adding.is_empty(), removing.is_empty()) {
                (true, true) => format!("the replicas of {name} are {replicas}"),
                (false, true) => format!("moves {name}: {replicas}, of which {adding} come"),
                (true, false) => format!("moves {name}: {replicas}, of which {removing} go"),
                (false, false) => format!("moves {name}: {replicas}, of which {adding} come and {removing} go"),
            };
            ("controller".into(), text)
        }
        Fact::ReplicaDeleted { broker: b, tp, log_end } => (
            broker(b),
            format!("is no replica of {} any more, and deletes its log up to {log_end}", catalog.tp_name(tp)),
        ),
        Fact::PartitionChanged { tp, leader, leader_epoch, isr, election, .. } => {
            let name = catalog.tp_name(tp);
            let text = match (leader, election) {
                (_, Election::Unchanged) => format!("isr of {name} is {isr}"),
                (None, _) => format!("{name} has no leader, epoch {leader_epoch}, isr {isr}"),
                (Some(leader), Election::Unclean) => {
                    format!("UNCLEAN election: broker {leader} leads {name}, epoch {leader_epoch}, isr {isr}")
                }
                (Some(leader), _) => format!("broker {leader} leads {name}, epoch {leader_epoch}, isr {isr}"),
            };
            ("controller".into(), text)
        }
        Fact::EligibleReplicasChanged { tp, elr, last_leader } => {
            let last = last_leader.map_or(String::new(), |leader| format!("; it was last led by broker {leader}"));
            let text = format!("{elr} may lead {} beside its isr{last}", catalog.tp_name(tp));
            ("controller".into(), text)
        }
        Fact::AlterPartitionRefused { tp, broker, error } => (
            "controller".into(),
            format!("refuses broker {broker}'s isr for {}: {}", catalog.tp_name(tp), error.name()),
        ),
        _ => return None,
    })
}

fn replica(fact: &Fact, catalog: &Catalog) -> Option<(String, String)> {
    let name = |tp: Tp| catalog.tp_name(tp);
    let node = |node: NodeId| catalog.nodes.get(node.index()).map_or("the coordinator", |n| n.name.as_str());
    Some(match *fact {
        Fact::BecameLeader { broker: b, tp, epoch, start, high_watermark } => {
            (broker(b), format!("leads {} in epoch {epoch}, from {start}, high watermark {high_watermark}", name(tp)))
        }
        Fact::BecameFollower { broker: b, tp, epoch, leader } => {
            let whom = leader.map_or("nobody".into(), broker);
            (broker(b), format!("follows {whom} on {} in epoch {epoch}", name(tp)))
        }
        Fact::Appended { broker: b, role, tp, base_offset, count, leader_epoch, node: n, ordinal, .. } => {
            let how = if role == ReplicaRole::Leader { "appends" } else { "copies" };
            let what = format!("{} of {}", numbers(ordinal, count), node(n));
            (broker(b), format!("{how} {}{} (epoch {leader_epoch}): {what}", name(tp), span(base_offset, count)))
        }
        Fact::DuplicateDropped { broker: b, tp, base_offset, count, .. } => {
            (broker(b), format!("has {}{} already, answers with the old offset", name(tp), span(base_offset, count)))
        }
        Fact::ProduceRefused { broker: b, tp, node: n, ordinal, count, error } => (
            broker(b),
            format!("refuses {} of {} for {}: {}", numbers(ordinal, count), node(n), name(tp), error.name()),
        ),
        Fact::ProduceAnswered { broker: b, tp, base_offset, count, high_watermark, isr, .. } => (
            broker(b),
            format!(
                "confirms {}{}; high watermark {high_watermark}, {isr} in the ISR",
                name(tp),
                span(base_offset, count)
            ),
        ),
        Fact::HighWatermarkAdvanced { broker: b, tp, high_watermark, log_end, isr, .. } => {
            (broker(b), format!("high watermark of {} is {high_watermark} of {log_end}, isr {isr}", name(tp)))
        }
        Fact::HighWatermarkLearned { broker: b, tp, high_watermark, log_end } => {
            (broker(b), format!("learns high watermark {high_watermark} of {} (its log ends at {log_end})", name(tp)))
        }
        Fact::Truncated { broker: b, tp, from, to, .. } => {
            (broker(b), format!("truncates {}: {from} -> {to}", name(tp)))
        }
        Fact::LogStartMoved { broker: b, tp, from, to, reason, .. } => (
            broker(b),
            match reason {
                LogStartReason::SegmentDeletion => format!("log start of {}: {from} -> {to}", name(tp)),
                LogStartReason::ClientRecordDeletion => {
                    format!("log start of {}: {from} -> {to}, as an administrator wants it", name(tp))
                }
                LogStartReason::LeaderOffsetIncremented => {
                    format!("log start of {}: {from} -> {to}, as its leader's", name(tp))
                }
            },
        ),
        Fact::SegmentsDeleted { broker: b, tp, first, next, segments, bytes, reason, .. } => {
            let why = match reason {
                SegmentDeletionReason::LogStart => "below the log start",
                SegmentDeletionReason::Size => "beyond retention.bytes",
                SegmentDeletionReason::Time => "older than retention.ms",
            };
            let files = if segments == 1 { "a segment".into() } else { format!("{segments} segments") };
            let held = run(first, Offset(next.0 - 1));
            (broker(b), format!("deletes {files} of {}, {held} ({bytes} bytes): {why}", name(tp)))
        }
        Fact::LogRecovered { broker: b, tp, log_end, written, .. } => {
            (broker(b), format!("recovers {} up to {log_end}; {written} was written", name(tp)))
        }
        Fact::IsrProposed { broker: b, tp, isr, leader_epoch, .. } => {
            (broker(b), format!("proposes isr {isr} for {} (epoch {leader_epoch})", name(tp)))
        }
        Fact::LogDirFailed { broker: b } => (broker(b), "log directory failed; all its replicas are offline".into()),
        Fact::Flushed { broker: b, tp, offset } => (broker(b), format!("has {} on disk up to {offset}", name(tp))),
        Fact::LatestOffsetServed { broker: b, tp, node: n, offset } => {
            (broker(b), format!("tells {} that {} ends at {offset}", node(n), name(tp)))
        }
        _ => return None,
    })
}

fn producer(fact: &Fact, catalog: &Catalog) -> Option<(String, String)> {
    let (name, node) = (|tp: Tp| catalog.tp_name(tp), |n: NodeId| catalog.node_name(n).to_string());
    Some(match *fact {
        Fact::ProducerIdAssigned { node: n, producer_id, epoch } => {
            (node(n), format!("has producer id {producer_id}, epoch {epoch}"))
        }
        Fact::BatchSent { node: n, tp, ordinal, count, attempt, .. } => {
            let again = if attempt == 0 { "" } else { " again" };
            (node(n), format!("sends {} to {}{again}", numbers(ordinal, count), name(tp)))
        }
        Fact::BatchAcked { node: n, tp, ordinal, count, acks: Acks::Zero, .. } => {
            (node(n), format!("counts {} to {} as delivered (acks=0)", numbers(ordinal, count), name(tp)))
        }
        Fact::BatchAcked { node: n, tp, ordinal, count, offset, .. } => {
            let place = if offset.0 < 0 { String::new() } else { format!(" at {}", span(offset, count)) };
            (node(n), format!("has its answer for {} to {}{place}", numbers(ordinal, count), name(tp)))
        }
        Fact::BatchFailed { node: n, tp, ordinal, count, error, .. } => {
            (node(n), format!("gives up {} for {}: {error}", numbers(ordinal, count), name(tp)))
        }
        Fact::BatchRetried { node: n, tp, ordinal, count, error } => {
            (node(n), format!("will send {} to {} again: {}", numbers(ordinal, count), name(tp), error.name()))
        }
        Fact::RecordResent { node: n, tp, ordinal, first_tp, first } => {
            let what = format!("{} to {}", numbers(first, 1), name(first_tp));
            (node(n), format!("sends {what} again, as {} to {}", numbers(ordinal, 1), name(tp)))
        }
        Fact::KeyPlaced { node: n, key, tp, partitions } => {
            (node(n), format!("puts key-{key} into {}, one of {partitions}", name(tp)))
        }
        Fact::SendFailed { node: n, error, .. } => (node(n), format!("send() fails: {error}")),
        Fact::RecordsPending { node: n, tp, ordinal, count, .. } => {
            (node(n), format!("has no answer for {} to {}", numbers(ordinal, count), name(tp)))
        }
        _ => return None,
    })
}

/// What a consumer does that reads from another replica.
pub fn read_replica_changed(tp: &str, broker: BrokerId, cause: ReadReplicaCause, error: ErrorCode) -> String {
    let why = match cause {
        ReadReplicaCause::Named => {
            return format!("reads {tp} from broker {broker} from now on, as the leader says (KIP-392)");
        }
        ReadReplicaCause::LeaseOver => "metadata.max.age.ms is over".into(),
        ReadReplicaCause::Refused => format!("broker {broker} answered {}", error.name()),
        ReadReplicaCause::Offline => format!("broker {broker} is not alive"),
        ReadReplicaCause::NoAnswer => format!("broker {broker} did not answer"),
        ReadReplicaCause::NewLeader => "there is a new leader epoch".into(),
    };
    format!("reads {tp} from the leader again, and no more from broker {broker}: {why}")
}

fn consumer(fact: &Fact, catalog: &Catalog) -> Option<(String, String)> {
    let (name, node) = (|tp: Tp| catalog.tp_name(tp), |n: NodeId| catalog.node_name(n).to_string());
    Some(match *fact {
        Fact::RecordsPolled { node: n, tp, offset, count, high_watermark, .. } => {
            (node(n), format!("gets {}{} from poll(), high watermark {high_watermark}", name(tp), span(offset, count)))
        }
        Fact::ShareRecordsPolled { node: n, tp, offset, count, delivery_count, .. } => {
            (node(n), format!("gets {}{} from poll(), delivery {delivery_count}", name(tp), span(offset, count)))
        }
        Fact::ShareAcknowledgementSent { node: n, tp, first, last, acknowledgement } => {
            (node(n), format!("sends {} of {}{}", acknowledgement.name(), name(tp), run(first, last)))
        }
        Fact::ShareAcknowledgementCompleted { node: n, tp, first, last, error: None } => {
            (node(n), format!("is told that {}{} is acknowledged", name(tp), run(first, last)))
        }
        Fact::ShareAcknowledgementCompleted { node: n, tp, first, last, error: Some(error) } => {
            (node(n), format!("its acknowledgement of {}{} fails: {error}", name(tp), run(first, last)))
        }
        Fact::OffsetsPassedOver { node: n, tp, from, to } => {
            let passed = span(from, (to.0 - from.0) as u32);
            (node(n), format!("passes over {}{passed}: nothing there for the application", name(tp)))
        }
        Fact::FetchEndSeen { node: n, tp, end } => {
            (node(n), format!("has seen {} end at {end}, as its last fetch had it", name(tp)))
        }
        Fact::FetchStartSeen { node: n, tp, start } => {
            (node(n), format!("has seen {} begin at {start}, as its last fetch had it", name(tp)))
        }
        Fact::RecordsProcessed { node: n, tp, offset, count, .. } => {
            (node(n), format!("processes {}{}", name(tp), span(offset, count)))
        }
        Fact::RecordFailed { node: n, tp, offset, skipped, .. } => {
            let goes_on = if skipped { ", goes on without" } else { "" };
            (node(n), format!("cannot process {}@{offset}{goes_on}", name(tp)))
        }
        Fact::CommitSent { node: n, tp, offset, position, generation, .. } => (
            node(n),
            format!("sends a commit of {offset} for {} (position {position}, generation {generation})", name(tp)),
        ),
        Fact::CommitCompleted { node: n, tp, offset, error, .. } if error.is_err() => {
            (node(n), format!("its commit of {offset} for {} fails: {}", name(tp), error.name()))
        }
        Fact::CommitCompleted { node: n, tp, offset, .. } => {
            (node(n), format!("is told that {offset} of {} is committed", name(tp)))
        }
        Fact::PositionFromCommit { node: n, tp, offset } => {
            (node(n), format!("begins {} at the committed offset {offset}", name(tp)))
        }
        Fact::PositionReset { node: n, tp, offset, out_of_range, .. } => {
            let why = if out_of_range { "out of range" } else { "nothing committed" };
            (node(n), format!("begins {} at {offset}: {why}, reset by policy", name(tp)))
        }
        Fact::PositionTruncated { node: n, tp, from, to } => {
            (node(n), format!("goes back on {}, {from} -> {to}: the log was truncated", name(tp)))
        }
        Fact::PartitionPaused { node: n, tp, paused } => {
            (node(n), format!("{} {}", if paused { "pauses" } else { "resumes" }, name(tp)))
        }
        Fact::SubscriptionChanged { node: n, topic, subscribed } => {
            let name = &catalog.topics[topic.index()].name;
            (node(n), format!("{} {name}", if subscribed { "subscribes to" } else { "subscribes no more to" }))
        }
        Fact::ReadReplicaChanged { node: n, tp, broker, cause, error } => {
            (node(n), read_replica_changed(&name(tp), broker, cause, error))
        }
        Fact::PositionSought { node: n, tp, offset } => (node(n), format!("seeks {} to {offset}", name(tp))),
        Fact::PartitionAssigned { node: n, tp, generation: Generation::NONE } => {
            (node(n), format!("assigns itself {}", name(tp)))
        }
        Fact::PartitionAssigned { node: n, tp, generation } => {
            (node(n), format!("is assigned {} (generation {generation})", name(tp)))
        }
        Fact::PartitionRevoked { node: n, tp, generation, reason } => {
            let how = if reason == RevokeReason::Lost { "loses" } else { "gives up" };
            (node(n), format!("{how} {} (generation {generation})", name(tp)))
        }
        Fact::MetadataRebootstrapped { node: n } => (node(n), REBOOTSTRAPPED.into()),
        Fact::ClientError { node: n, error, .. } => (node(n), format!("poll() throws {error}")),
        Fact::CommitReturned { node: n, error: Some(error), .. } => (node(n), format!("its commit throws {error}")),
        _ => return None,
    })
}

fn group(fact: &Fact, catalog: &Catalog) -> Option<(String, String)> {
    let name = |tp: Tp| catalog.tp_name(tp);
    let who = |group: GroupId| format!("group {}", catalog.groups[group.index()]);
    Some(match *fact {
        Fact::OffsetStored { group, tp, offset, .. } => (who(group), format!("stores {offset} for {}", name(tp))),
        Fact::OffsetRemoved { group, tp, reason, .. } => {
            (who(group), format!("has no offset for {} any more: {}", name(tp), removed(reason)))
        }
        Fact::OffsetFetched { group, tp, offset, .. } => {
            (who(group), format!("answers that {} is at {offset}", name(tp)))
        }
        Fact::CommitRefused { group, tp, error, .. } => {
            (who(group), format!("refuses a commit for {}: {}", name(tp), error.name()))
        }
        Fact::MemberJoined { group, node, .. } => (who(group), format!("{} joins", catalog.node_name(node))),
        Fact::MemberLeft { group, node, reason, .. } => {
            (who(group), format!("{} {}", catalog.node_name(node), left(reason)))
        }
        Fact::MemberReplaced { group, member, node, .. } => (who(group), replaced(member, node, catalog)),
        Fact::GroupStateChanged { group, state, generation, members, .. } => {
            (who(group), format!("{}, generation {generation}, {members} members", state.name()))
        }
        Fact::HeartbeatAnswered { group, member, error, .. } => {
            let member = catalog.node_name(catalog.member_client(member));
            (who(group), format!("answers a heartbeat of {member} with {}", error.name()))
        }
        Fact::MemberAssigned { group, generation, node, tp, .. } => {
            (who(group), format!("gives {} to {} (generation {generation})", name(tp), catalog.node_name(node)))
        }
        Fact::MemberEpochChanged { group, node, epoch, state, assigned, revoking, .. } => {
            let owes = if revoking > 0 { format!(", has {revoking} to give up") } else { String::new() };
            let text =
                format!("{} is at epoch {epoch}, {}, has {assigned}{owes}", catalog.node_name(node), state.name());
            (who(group), text)
        }
        Fact::RevocationAsked { group, node, tp, .. } => {
            (who(group), format!("wants {} back from {}", name(tp), catalog.node_name(node)))
        }
        Fact::PartitionReleased { group, node, tp, .. } => {
            (who(group), format!("{} has given {} up", catalog.node_name(node), name(tp)))
        }
        Fact::TargetAssignmentComputed { group, epoch, assignor, .. } => {
            (who(group), format!("assigns for epoch {epoch} ({})", assignor.name()))
        }
        Fact::RegularExpressionResolved { group, pattern, topics, .. } => {
            let (text, s) = (catalog.pattern_text(pattern), if topics == 1 { "" } else { "s" });
            (who(group), format!("matches {text}: {topics} topic{s}"))
        }
        Fact::RegularExpressionDropped { group, pattern, .. } => {
            (who(group), format!("has nobody any more who subscribes to {}", catalog.pattern_text(pattern)))
        }
        Fact::GroupProtocolChanged { group, protocol, epoch, .. } => (who(group), protocol_changed(protocol, epoch)),
        Fact::CoordinatorLoaded { broker: b, tp, epoch } => {
            (broker(b), format!("coordinates {} now (epoch {epoch})", name(tp)))
        }
        Fact::CoordinatorUnloaded { broker: b, tp } => (broker(b), format!("coordinates {} no more", name(tp))),
        Fact::GroupLoaded { broker, group, generation, members } => {
            (who(group), format!("broker {broker} coordinates it now: generation {generation}, {members} members"))
        }
        _ => return None,
    })
}

/// Why a group has no offset any more.
pub fn removed(reason: OffsetRemovalReason) -> &'static str {
    match reason {
        OffsetRemovalReason::Expired => "it had expired (offsets.retention.minutes)",
        OffsetRemovalReason::Deleted => "an administrator has deleted it",
        OffsetRemovalReason::GroupDeleted => "an administrator has deleted the group",
        OffsetRemovalReason::Replayed => "its tombstone is in the log",
    }
}
/// The end of an administrator's tool that has not done what it came for.
pub fn tool_failed(error: ErrorCode) -> String {
    format!("fails: {}", error.name())
}
/// As `kafka-consumer-groups --reset-offsets` prints it.
pub fn reset_refused(group: &str, state: GroupState) -> String {
    format!(
        "Error: Assignments can only be reset if the group '{group}' is inactive, but the current state is {}.",
        state.name()
    )
}
/// The same tool's warning.
pub fn clamped(partition: &str, wanted: Offset, offset: Offset) -> String {
    let how = if wanted > offset { "higher than latest" } else { "lower than earliest" };
    format!("New offset ({wanted}) is {how} offset for topic partition {partition}. Value will be set to {offset}")
}
/// The exception with which the same tool ends.
pub fn nothing_to_shift(partition: &str) -> String {
    format!("Cannot shift offset for partition {partition} since there is no current committed offset")
}

/// A producer in transactions.
fn transactional(fact: &Fact, catalog: &Catalog) -> Option<(String, String)> {
    let (name, node) = (|tp: Tp| catalog.tp_name(tp), |n: NodeId| catalog.node_name(n).to_string());
    let group = |group: GroupId| catalog.groups[group.index()].as_str();
    let verb = |commit: bool| if commit { "commitTransaction()" } else { "abortTransaction()" };
    Some(match *fact {
        Fact::TransactionsInitialized { node: n, error: Some(error), .. } => {
            (node(n), format!("initTransactions() throws {error}"))
        }
        Fact::TransactionsInitialized { node: n, transactional_id, producer_id, epoch, .. } => {
            let id = catalog.transactional_id_name(transactional_id);
            (node(n), format!("may begin transactions as {id}: producer id {producer_id}, epoch {epoch}"))
        }
        Fact::TransactionBegun { node: n, transaction, .. } => (node(n), format!("begins transaction {transaction}")),
        Fact::TransactionEnding { node: n, transaction, commit } => {
            (node(n), format!("calls {} for transaction {transaction}", verb(commit)))
        }
        Fact::TransactionEnded { node: n, transaction, commit, error: Some(error) } => {
            (node(n), format!("{} throws {error} for transaction {transaction}", verb(commit)))
        }
        Fact::TransactionEnded { node: n, transaction, commit, .. } => {
            (node(n), format!("has {} transaction {transaction}", if commit { "committed" } else { "aborted" }))
        }
        Fact::OffsetsSentToTransaction { node: n, transaction, group: g, tp, offset, .. } => {
            (node(n), format!("sends {offset} of {} for group {} to transaction {transaction}", name(tp), group(g)))
        }
        Fact::OffsetsInTransaction { node: n, transaction, error: Some(error), .. } => {
            (node(n), format!("sendOffsetsToTransaction() throws {error} for transaction {transaction}"))
        }
        Fact::OffsetsInTransaction { node: n, transaction, group: g, .. } => {
            (node(n), format!("has its offsets for group {} in transaction {transaction}", group(g)))
        }
        Fact::SendThrew { node: n, tp, ordinal, error } => {
            (node(n), format!("send() throws {error}, but {} to {} stays queued", numbers(ordinal, 1), name(tp)))
        }
        Fact::ProducerInError { node: n, error, fatal } => {
            let then = if fatal { "it has to be closed" } else { "its transaction has to be aborted" };
            (node(n), format!("producer fails: {error}; {then}"))
        }
        _ => return None,
    })
}

/// What the work of an application comes to.
fn work(fact: &Fact, catalog: &Catalog) -> Option<(String, String)> {
    let (name, node) = (|tp: Tp| catalog.tp_name(tp), |n: NodeId| catalog.node_name(n).to_string());
    Some(match *fact {
        Fact::SendUnblocked { node: n, since, memory, .. } => {
            let what = if memory { "memory" } else { "metadata" };
            (node(n), format!("goes on, whose send() has waited for {what} since {since}"))
        }
        Fact::RecordsCompressed { node: n, codec, batches, uncompressed, compressed } => {
            let ms = |nanos: u64| nanos / 1_000_000;
            let (own, leaders) = (ms(codec.compression_nanos(uncompressed)), ms(codec.validation_nanos(uncompressed)));
            (
                node(n),
                format!(
                    "has compressed {uncompressed} bytes of {batches} batches to {compressed} with {}: about {own} ms of \
                     its processor, {leaders} ms of the leaders'",
                    codec.name()
                ),
            )
        }
        Fact::MachineUsed { broker, requests, handlers_busy, network_busy, longest_queue, queued } => {
            let idle = |busy: u16| format!("{} %", 100 - busy.min(1_000) / 10);
            let mean = queued.0 / 1_000 / u64::from(requests.max(1));
            let limit = match (handlers_busy, network_busy) {
                (0..900, 0..900) => "its threads are not what limits it",
                (handlers, network) if handlers >= network => "its request handlers are at their limit",
                _ => "its network threads are at their limit",
            };
            let what = format!(
                "has executed {requests} requests: request handlers idle {}, network threads idle {}, {mean} us in the \
                 request queue on average, {longest_queue} at most; {limit}",
                idle(handlers_busy),
                idle(network_busy),
            );
            (format!("broker {broker}"), what)
        }
        Fact::RowWritten { node: n, row } => (node(n), format!("writes row {row} to its database")),
        Fact::RowSent { node: n, row, tp, ordinal } => {
            (node(n), format!("sends row {row} as {} to {}", numbers(ordinal, 1), name(tp)))
        }
        Fact::RowForgotten { node: n, row } => {
            (node(n), format!("has row {row} in its database, and will not send it"))
        }
        Fact::RecordDerived { node: n, tp, ordinal, origin, origin_tp, origin_ordinal } => {
            let of = format!("{} of {} to {}", numbers(origin_ordinal, 1), node(origin), name(origin_tp));
            (node(n), format!("makes {} to {} of {of}", numbers(ordinal, 1), name(tp)))
        }
        Fact::RecordPutAside { node: n, tp, ordinal, original, original_offset, attempts, reason, .. } => {
            let tried = if attempts == 1 { "1 attempt".to_owned() } else { format!("{attempts} attempts") };
            let what =
                format!("puts {}@{original_offset} aside, as {} to {}", name(original), numbers(ordinal, 1), name(tp));
            (node(n), format!("{what}: {tried}, {}", reason.exception()))
        }
        Fact::RecordGivenUp { node: n, tp, offset, to, .. } => {
            let place = match to {
                Aside::RetryTopic => "a retry topic",
                Aside::DeadLetterTopic => "a dead letter topic",
                Aside::DeadLetterList => "a list of dead letters",
            };
            (node(n), format!("is done with {}@{offset}, which is in {place}", name(tp)))
        }
        Fact::RecordOvertaken { node: n, tp, offset, by, .. } => {
            (node(n), format!("is done with {}@{by} before {offset}, which has the same key", name(tp)))
        }
        Fact::EffectOutside { node: n, origin, origin_tp, origin_ordinal, done } => {
            let what = format!("{} of {} to {}", numbers(origin_ordinal, 1), node(origin), name(origin_tp));
            let text = if done { "has an effect outside" } else { "has had its effect outside before" };
            (node(n), format!("{what} {text}"))
        }
        Fact::RowFenced { node: n, tp, offset, generation, by } => {
            let whose = format!("it has the partition since generation {generation}, somebody else since {by}");
            (node(n), format!("cannot write the row of {}@{offset}: {whose}", name(tp)))
        }
        _ => return None,
    })
}

/// A transaction on the servers.
fn transaction(fact: &Fact, catalog: &Catalog) -> Option<(String, String)> {
    let name = |tp: Tp| catalog.tp_name(tp);
    let group = |group: GroupId| catalog.groups[group.index()].as_str();
    let id = |id: TransactionalId| format!("transaction {}", catalog.transactional_id_name(id));
    Some(match *fact {
        Fact::ControlAppended { broker: b, role, tp, offset, producer_id, commit, first_offset, .. } => {
            let how = if role == ReplicaRole::Leader { "writes" } else { "copies" };
            let marker = if commit { "COMMIT" } else { "ABORT" };
            let ends =
                if first_offset.0 < 0 { ", which ends nothing".into() } else { format!(", from {first_offset}") };
            (broker(b), format!("{how} {marker} of producer {producer_id} to {}@{offset}{ends}", name(tp)))
        }
        Fact::LastStableOffsetMoved { broker: b, tp, last_stable_offset, high_watermark, .. } => (
            broker(b),
            format!("last stable offset of {} is {last_stable_offset}, high watermark {high_watermark}", name(tp)),
        ),
        Fact::TransactionStateChanged { broker: b, transactional_id, state, producer_id, producer_epoch, .. } => (
            id(transactional_id),
            format!("{} (producer {producer_id}, epoch {producer_epoch}; broker {b})", state.name()),
        ),
        Fact::PartitionAddedToTransaction { transactional_id, tp, .. } => {
            (id(transactional_id), format!("has {} now", name(tp)))
        }
        Fact::TransactionRefused { transactional_id, producer_id, producer_epoch, error, .. } => {
            (id(transactional_id), format!("refuses producer {producer_id}, epoch {producer_epoch}: {}", error.name()))
        }
        Fact::TransactionFenced { transactional_id, producer_id, producer_epoch, timed_out, .. } => {
            let why = if timed_out { "transaction.timeout.ms is over" } else { "there is a newer instance" };
            (
                id(transactional_id),
                format!("is aborted, {why}: producer {producer_id} is fenced, epoch {producer_epoch}"),
            )
        }
        Fact::MarkerSkipped { transactional_id, tp, .. } => {
            (id(transactional_id), format!("sends no marker to {}, which is taken for deleted", name(tp)))
        }
        Fact::MarkerRefused { transactional_id, tp, error, .. } => (
            id(transactional_id),
            format!("gets no end: {} refuses the marker, {}, and none is sent again", name(tp), error.name()),
        ),
        Fact::OffsetPending { group: g, tp, offset, producer_id, .. } => (
            format!("group {}", group(g)),
            format!("has {offset} for {} once the transaction of producer {producer_id} commits", name(tp)),
        ),
        Fact::PendingOffsetDropped { group: g, tp, offset, producer_id, .. } => (
            format!("group {}", group(g)),
            format!("drops {offset} for {}: the transaction of producer {producer_id} is aborted", name(tp)),
        ),
        _ => return None,
    })
}

/// A client asks the bootstrap brokers.
pub const REBOOTSTRAPPED: &str = "reaches no broker, forgets its metadata and begins with the bootstrap brokers";

/// What has become of a group.
pub fn protocol_changed(protocol: GroupProtocol, epoch: Generation) -> String {
    match protocol {
        GroupProtocol::Consumer => {
            format!("becomes a group of the new protocol (group.protocol=consumer), epoch {epoch}")
        }
        GroupProtocol::Classic => format!("becomes a classic group, generation {epoch}"),
    }
}

/// How a static member came to another id.
pub fn replaced(member: MemberId, node: NodeId, catalog: &Catalog) -> String {
    let (old, new) = (catalog.member_client(member), catalog.node_name(node));
    match old == node {
        true => format!("{new} is back as the static member that it was"),
        false => format!("{new} takes the place of {} as a static member", catalog.node_name(old)),
    }
}

/// Why a member is gone; its name goes before.
pub fn left(reason: LeaveReason) -> &'static str {
    match reason {
        LeaveReason::Closed => "leaves",
        LeaveReason::PollTimeout => "leaves: max.poll.interval.ms exceeded",
        LeaveReason::SessionTimeout => "is removed: session.timeout.ms without a heartbeat",
        LeaveReason::RebalanceTimeout => "is removed: did not rejoin in time",
        LeaveReason::GroupMaxSize => "is turned away: the group is full",
        LeaveReason::SyncTimeout => "is removed: did not sync in time",
        LeaveReason::RemovedByAdmin => "is removed by an administrator",
        LeaveReason::Unsubscribed => "leaves: unsubscribe()",
        LeaveReason::RevocationTimeout => "is removed: did not give partitions up in time",
        LeaveReason::JoinTimeout => "is removed: its first join waited for five minutes",
    }
}

/// The same where the protocol of its group is known.
pub fn left_group(reason: LeaveReason, protocol: GroupProtocol) -> &'static str {
    match (protocol, reason) {
        (GroupProtocol::Consumer, LeaveReason::SessionTimeout) => {
            "is removed: group.consumer.session.timeout.ms without a heartbeat"
        }
        (GroupProtocol::Consumer, LeaveReason::RebalanceTimeout) => {
            "is removed: did not give partitions up within its max.poll.interval.ms"
        }
        (_, reason) => left(reason),
    }
}

/// The same of a member of a share group.
pub fn left_share_group(reason: LeaveReason) -> &'static str {
    match reason {
        LeaveReason::SessionTimeout => "is removed: group.share.session.timeout.ms without a heartbeat",
        reason => left(reason),
    }
}

/// A fact in one line: its name and fields, with names for numbers.
pub fn fields(fact: &Fact, catalog: &Catalog) -> String {
    let value = serde_json::to_value(fact).unwrap_or_default();
    let fields = value.as_object().and_then(|object| object.values().next()).and_then(Value::as_object);
    let mut out = fact.name().to_string();
    for (name, value) in fields.into_iter().flatten() {
        let number = value.as_u64().and_then(|n| u32::try_from(n).ok());
        let named = |list: Option<&String>| list.cloned().unwrap_or_default();
        let text = match (name.as_str(), number) {
            ("tp", Some(n)) if n < catalog.partition_count() => catalog.tp_name(Tp(n)),
            ("node" | "origin", Some(n)) => catalog.node_name(NodeId(n as u16)).to_string(),
            ("group", Some(n)) => named(catalog.groups.get(n as usize)),
            ("transactional_id", Some(n)) => named(catalog.transactional_ids.get(n as usize)),
            ("pattern", Some(n)) => catalog.pattern_text(PatternId(n as u16)).to_string(),
            ("topic", Some(n)) => named(catalog.topics.get(n as usize).map(|topic| &topic.name)),
            _ => value.as_str().map_or_else(|| value.to_string(), str::to_string),
        };
        out += &format!(" {name}={text}");
    }
    out
}
