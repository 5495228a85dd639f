//! What `kafka-consumer-groups` does to a group: `--reset-offsets`, `--delete`, `--delete-offsets`
//! (`tools/.../consumer/group/ConsumerGroupCommand.java`, and the handlers of `KafkaAdminClient`); and what only a program
//! can do, `Admin.removeMembersFromConsumerGroup` (KIP-345).
//!
//! A reset is many requests: whether the group has members, who leads its partitions, where their logs begin and end,
//! and at last an OffsetCommit without a member. Between the first and the last the group may have got members again:
//! then the coordinator refuses the commit.
//!
//! Of a share group it is `kafka-share-groups` (`tools/.../consumer/group/ShareGroupCommand.java`): an AlterShareGroupOffsets is the last
//! request of a reset, and topics are forgotten whole.

use crate::history::fact::{Fact, GroupState};
use crate::node::Context;
use crate::protocol::catalog::Catalog;
use crate::protocol::config::IsolationLevel;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{BrokerId, Generation, GroupId, InstanceId, LeaderEpoch, MemberId, Offset, TopicId, Tp};
use crate::protocol::messages::{
    AlterShareGroupOffsetsRequest, CoordinatorKey, DeleteShareGroupOffsetsRequest, LeaveGroupReason, LeaveGroupRequest,
    ListOffsetsRequest, MemberIdentity, MetadataRequest, OffsetCommitRequest, OffsetDeleteRequest, OffsetFetchRequest,
    OffsetSpec, ReplicaState, Request, Response,
};
use crate::sim::time::Nanos;

/// `--timeout` of `kafka-consumer-groups` (`ConsumerGroupCommandOptions`), for each thing that it asks for.
const GROUP_TIMEOUT: Nanos = Nanos::from_secs(5);

/// What is done to a group.
#[derive(Clone, PartialEq, Debug)]
pub enum GroupTask {
    /// `--reset-offsets --execute`.
    Reset {
        /// Of which partitions.
        partitions: Box<[Tp]>,
        /// Where to.
        to: ResetTo,
    },
    /// `--delete`.
    Delete,
    /// `--delete-offsets`, of these partitions.
    DeleteOffsets(Box<[Tp]>),
    /// `removeMembersFromConsumerGroup`, of these static members (`RemoveMembersFromConsumerGroupHandler`).
    RemoveMembers(Box<[InstanceId]>),
}

/// Where offsets are reset to (`allResetOffsetScenarioOpts`).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ResetTo {
    /// `--to-earliest`.
    Earliest,
    /// `--to-latest`.
    Latest,
    /// `--to-current`: where the group is; the end of the log where it has no offset.
    Current,
    /// `--to-offset`.
    Offset(i64),
    /// `--shift-by`.
    ShiftBy(i64),
    /// `--by-duration`: the first record that is no older.
    ByDuration(Nanos),
    /// `--to-datetime`: the first record of this time or later.
    Time(Nanos),
}

/// A request that comes next.
#[derive(Clone, PartialEq, Debug)]
enum Step {
    FindCoordinator,
    DescribeGroup,
    FetchOffsets,
    DescribeTopics,
    ListOffsets(BrokerId, OffsetSpec, Vec<Tp>),
    Commit(Vec<(Tp, Offset)>),
    DeleteGroup,
    DeleteOffsets,
    RemoveMembers,
}

/// What an answer leads to.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum Outcome {
    /// The next request.
    GoOn,
    /// The same again, a little later.
    Again,
    /// The tool prints this, and ends.
    Done(ErrorCode),
    /// It has printed what it has to say, and ends.
    Told,
}

/// Offsets that were asked for, by partition.
type Found = Vec<(Tp, Offset)>;

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct GroupTool {
    group: GroupId,
    /// It is a share group, and the tool is `kafka-share-groups`.
    is_share: bool,
    task: GroupTask,
    coordinator: Option<BrokerId>,
    /// The group was seen without members, then.
    inactive_at: Option<Nanos>,
    leaders: Option<Vec<(Tp, BrokerId)>>,
    /// What the group has committed; -1 where it has nothing.
    committed: Option<Found>,
    earliest: Found,
    latest: Found,
    /// By time; -1 where no record is that young.
    timed: Found,
    /// Where an offset was outside of the log, and that was said.
    clamped: Vec<Tp>,
}

impl GroupTool {
    pub(super) fn new(group: GroupId, task: GroupTask, catalog: &Catalog) -> GroupTool {
        GroupTool {
            group,
            is_share: catalog.is_share_group(group),
            task,
            coordinator: None,
            inactive_at: None,
            leaders: None,
            committed: None,
            earliest: Found::new(),
            latest: Found::new(),
            timed: Found::new(),
            clamped: Vec::new(),
        }
    }
    /// The connection is lost: who coordinates and who leads is asked anew.
    pub(super) fn disconnected(&mut self) {
        (self.coordinator, self.leaders) = (None, None);
    }

    /// Who is asked next; none: any broker.
    pub(super) fn broker(&self) -> Option<BrokerId> {
        match self.step() {
            Step::FindCoordinator | Step::DescribeTopics => None,
            Step::ListOffsets(leader, ..) => Some(leader),
            Step::DescribeGroup
            | Step::FetchOffsets
            | Step::Commit(_)
            | Step::DeleteGroup
            | Step::DeleteOffsets
            | Step::RemoveMembers => self.coordinator,
        }
    }

    fn step(&self) -> Step {
        if self.coordinator.is_none() {
            return Step::FindCoordinator;
        }
        let (partitions, to) = match &self.task {
            GroupTask::Delete => return Step::DeleteGroup,
            GroupTask::DeleteOffsets(_) => return Step::DeleteOffsets,
            GroupTask::RemoveMembers(_) => return Step::RemoveMembers,
            GroupTask::Reset { partitions, to } => (partitions, *to),
        };
        let Some(described) = self.inactive_at else { return Step::DescribeGroup };
        if matches!(to, ResetTo::Current | ResetTo::ShiftBy(_)) && self.committed.is_none() {
            return Step::FetchOffsets;
        }
        let Some(leaders) = &self.leaders else { return Step::DescribeTopics };
        self.next_list(partitions, leaders, to, described).unwrap_or_else(|| Step::Commit(self.plan(partitions, to)))
    }
    /// The first leader that has to be asked for offsets, for all of its partitions at once.
    fn next_list(&self, partitions: &[Tp], leaders: &[(Tp, BrokerId)], to: ResetTo, now: Nanos) -> Option<Step> {
        let bounds = matches!(to, ResetTo::Offset(_) | ResetTo::ShiftBy(_));
        let at = match to {
            ResetTo::ByDuration(age) => Some(now.saturating_sub(age)),
            ResetTo::Time(at) => Some(at),
            _ => None,
        };
        let nothing_so_young = |tp: Tp| at.is_some() && found(&self.timed, tp) == Some(Offset::INVALID);
        let none_committed = |tp: Tp| self.committed.as_ref().and_then(|list| found(list, tp)) == Some(Offset::INVALID);
        let wants_earliest = |_: Tp| bounds || to == ResetTo::Earliest;
        let wants_latest = |tp: Tp| match to {
            ResetTo::Current => none_committed(tp),
            ResetTo::Latest => true,
            _ => bounds || nothing_so_young(tp),
        };
        let missing = |list: &Found, wanted: &dyn Fn(Tp) -> bool, spec: OffsetSpec| {
            let missing = |tp: Tp| wanted(tp) && found(list, tp).is_none();
            let leader = leaders.iter().find(|(tp, _)| missing(*tp))?.1;
            let own = |tp: &Tp| missing(*tp) && leaders.contains(&(*tp, leader));
            Some(Step::ListOffsets(leader, spec, partitions.iter().copied().filter(own).collect()))
        };
        missing(&self.earliest, &wants_earliest, OffsetSpec::Earliest)
            .or_else(|| missing(&self.timed, &|_| at.is_some(), OffsetSpec::Timestamp(at.unwrap_or_default())))
            .or_else(|| missing(&self.latest, &wants_latest, OffsetSpec::Latest))
    }
    /// The offsets to be committed (`prepareOffsetsToReset`).
    fn plan(&self, partitions: &[Tp], to: ResetTo) -> Vec<(Tp, Offset)> {
        let known = |list: &Found, tp: Tp| found(list, tp).filter(|offset| *offset != Offset::INVALID);
        let latest = |tp: Tp| known(&self.latest, tp).unwrap_or_default();
        let offset = |tp: Tp| match to {
            ResetTo::Earliest => known(&self.earliest, tp).unwrap_or_default(),
            ResetTo::Latest => latest(tp),
            ResetTo::ByDuration(_) | ResetTo::Time(_) => known(&self.timed, tp).unwrap_or_else(|| latest(tp)),
            ResetTo::Current => self.current(tp).unwrap_or_else(|| latest(tp)),
            ResetTo::Offset(_) | ResetTo::ShiftBy(_) => {
                let wanted = self.wanted(tp, to).unwrap_or_default();
                wanted.min(latest(tp)).max(known(&self.earliest, tp).unwrap_or_default().min(latest(tp)))
            }
        };
        partitions.iter().map(|tp| (*tp, offset(*tp))).collect()
    }
    fn current(&self, tp: Tp) -> Option<Offset> {
        self.committed.as_ref().and_then(|list| found(list, tp)).filter(|offset| *offset != Offset::INVALID)
    }
    /// The offset that was asked for, wherever the log begins and ends.
    fn wanted(&self, tp: Tp, to: ResetTo) -> Option<Offset> {
        match to {
            ResetTo::Offset(offset) => Some(Offset(offset)),
            ResetTo::ShiftBy(shift) => self.current(tp).map(|offset| Offset(offset.0.saturating_add(shift))),
            _ => None,
        }
    }

    /// The next request. What the tool warns of is told.
    pub(super) fn request(&mut self, catalog: &Catalog, ctx: &mut Context<'_>) -> Request {
        let group = self.group;
        match self.step() {
            Step::FindCoordinator => Request::FindCoordinator(CoordinatorKey::Group(group)),
            Step::DescribeGroup => Request::DescribeGroups(group),
            Step::FetchOffsets => Request::OffsetFetch(OffsetFetchRequest {
                group,
                member: MemberId::NONE,
                generation: Generation::NONE,
                partitions: self.partitions().to_vec(),
                require_stable: false,
            }),
            Step::DescribeTopics => {
                let mut topics: Vec<TopicId> = self.partitions().iter().map(|tp| catalog.topic_of(*tp).0).collect();
                topics.dedup();
                Request::Metadata(MetadataRequest {
                    all_topics: false,
                    topics: topics.into_iter().collect(),
                    allow_auto_topic_creation: false,
                })
            }
            Step::ListOffsets(_, spec, partitions) => Request::ListOffsets(ListOffsetsRequest {
                replica_state: ReplicaState::Consumer,
                isolation_level: IsolationLevel::ReadUncommitted,
                partitions: partitions.into_iter().map(|tp| (tp, LeaderEpoch::UNDEFINED, spec)).collect(),
            }),
            Step::Commit(offsets) => {
                self.tell_commit(&offsets, ctx);
                if self.is_share {
                    let offsets = offsets.into_iter().collect();
                    return Request::AlterShareGroupOffsets(AlterShareGroupOffsetsRequest { group, offsets });
                }
                Request::OffsetCommit(OffsetCommitRequest {
                    group,
                    generation: Generation::NONE,
                    member: MemberId::NONE,
                    instance: None,
                    offsets: offsets.into_iter().map(|(tp, offset)| (tp, offset, LeaderEpoch::UNDEFINED)).collect(),
                })
            }
            Step::DeleteGroup => Request::DeleteGroups(group),
            Step::RemoveMembers => {
                let members = self.removed().collect();
                Request::LeaveGroup(LeaveGroupRequest { group, members })
            }
            Step::DeleteOffsets if self.is_share => {
                let mut topics: Vec<TopicId> = self.partitions().iter().map(|tp| catalog.topic_of(*tp).0).collect();
                topics.dedup();
                let topics = topics.into_iter().collect();
                Request::DeleteShareGroupOffsets(DeleteShareGroupOffsetsRequest { group, topics })
            }
            Step::DeleteOffsets => {
                let partitions = self.partitions().iter().copied().collect();
                Request::OffsetDelete(OffsetDeleteRequest { group, partitions })
            }
        }
    }
    fn partitions(&self) -> &[Tp] {
        match &self.task {
            GroupTask::Reset { partitions, .. } | GroupTask::DeleteOffsets(partitions) => partitions,
            GroupTask::Delete | GroupTask::RemoveMembers(_) => &[],
        }
    }
    fn removed(&self) -> impl Iterator<Item = MemberIdentity> + '_ {
        let instances: &[InstanceId] = if let GroupTask::RemoveMembers(list) = &self.task { list } else { &[] };
        instances.iter().map(|instance| MemberIdentity {
            member: MemberId::NONE,
            instance: Some(*instance),
            reason: LeaveGroupReason::RemovedByAdmin,
        })
    }
    /// How long it may take for each thing that it asks for, where it is a command that has an option for that; none: as long as any
    /// other request.
    pub(super) fn timeout(&self) -> Option<Nanos> {
        (!matches!(self.task, GroupTask::RemoveMembers(_))).then_some(GROUP_TIMEOUT)
    }
    fn tell_commit(&mut self, offsets: &[(Tp, Offset)], ctx: &mut Context<'_>) {
        let GroupTask::Reset { to, .. } = self.task else { return };
        for &(tp, offset) in offsets {
            if let Some(wanted) = self.wanted(tp, to).filter(|wanted| *wanted != offset && !self.clamped.contains(&tp))
            {
                self.clamped.push(tp);
                ctx.record(Fact::OffsetResetClamped { node: ctx.me(), tp, wanted, offset });
            }
            ctx.record(Fact::OffsetResetSent { node: ctx.me(), group: self.group, tp, offset });
        }
    }

    /// Takes the answer to the last request.
    pub(super) fn take(&mut self, answer: &Response, ctx: &mut Context<'_>) -> Outcome {
        match answer {
            Response::FindCoordinator(response) => {
                self.coordinator = response.coordinator;
                self.coordinator_said(response.error)
            }
            Response::DescribeGroups(group) if group.error.is_err() => self.coordinator_said(group.error),
            Response::DescribeGroups(group) => self.described(group.state, ctx),
            Response::OffsetFetch(response) if response.error.is_err() => self.coordinator_said(response.error),
            Response::OffsetFetch(response) => {
                let offsets = response.offsets.iter().map(|(tp, offset, _)| (*tp, *offset));
                self.committed = Some(offsets.collect());
                self.can_shift(ctx)
            }
            Response::Metadata(metadata) => {
                if let Some(topic) = metadata.topics.iter().find(|topic| topic.error.is_err()) {
                    return Outcome::Done(topic.error);
                }
                let known = metadata.topics.iter().flat_map(|topic| &topic.partitions);
                let leaders: Vec<_> = known.filter_map(|p| Some((p.tp, p.leader?))).collect();
                if !self.partitions().iter().all(|tp| leaders.iter().any(|(known, _)| known == tp)) {
                    return Outcome::Again;
                }
                let wanted = |known: &(Tp, BrokerId)| self.partitions().contains(&known.0);
                self.leaders = Some(leaders.into_iter().filter(wanted).collect());
                Outcome::GoOn
            }
            Response::ListOffsets(results) => {
                let Step::ListOffsets(_, spec, _) = self.step() else { return Outcome::GoOn };
                if let Some(refused) = results.iter().find(|result| result.error.is_err()) {
                    self.leaders = None;
                    return if refused.error.is_retriable() { Outcome::Again } else { Outcome::Done(refused.error) };
                }
                let list = match spec {
                    OffsetSpec::Earliest => &mut self.earliest,
                    OffsetSpec::Latest => &mut self.latest,
                    OffsetSpec::Timestamp(_) => &mut self.timed,
                };
                list.extend(results.iter().map(|result| (result.tp, result.offset)));
                Outcome::GoOn
            }
            Response::OffsetCommit(response) => self.commit_answered(&response.results, ctx),
            Response::AlterShareGroupOffsets(response) if response.error.is_err() => self.answered(response.error),
            Response::AlterShareGroupOffsets(response) => self.commit_answered(&response.results, ctx),
            Response::DeleteShareGroupOffsets(response) => {
                let each = response.results.iter().map(|(_, error)| *error);
                let error = std::iter::once(response.error).chain(each).find(|error| error.is_err());
                self.answered(error.unwrap_or_default())
            }
            Response::DeleteGroups(error) => self.answered(*error),
            Response::LeaveGroup(response) => self.answered(response.first_error()),
            Response::OffsetDelete(response) => {
                let each = response.results.iter().map(|(_, error)| *error);
                let error = std::iter::once(response.error).chain(each).find(|error| error.is_err());
                self.answered(error.unwrap_or_default())
            }
            _ => Outcome::GoOn,
        }
    }
    /// What the tool looks at first: a group with members is left alone.
    fn described(&mut self, state: &str, ctx: &mut Context<'_>) -> Outcome {
        match GroupState::named(state) {
            Some(GroupState::Empty | GroupState::Dead) | None => {
                self.inactive_at = Some(ctx.now());
                Outcome::GoOn
            }
            Some(state) => {
                ctx.record(Fact::OffsetResetRefused { node: ctx.me(), group: self.group, state });
                Outcome::Told
            }
        }
    }
    fn can_shift(&self, ctx: &mut Context<'_>) -> Outcome {
        let GroupTask::Reset { to: ResetTo::ShiftBy(_), .. } = self.task else { return Outcome::GoOn };
        match self.partitions().iter().find(|tp| self.current(**tp).is_none()) {
            Some(tp) => {
                ctx.record(Fact::NothingToShift { node: ctx.me(), group: self.group, tp: *tp });
                Outcome::Told
            }
            None => Outcome::GoOn,
        }
    }
    /// `AlterConsumerGroupOffsetsHandler.handleResponse`.
    fn commit_answered(&mut self, results: &[(Tp, ErrorCode)], ctx: &mut Context<'_>) -> Outcome {
        let Step::Commit(plan) = self.step() else { return Outcome::GoOn };
        for &(tp, error) in results {
            let offset = found(&plan, tp).unwrap_or(Offset::INVALID);
            ctx.record(Fact::OffsetResetAnswered { node: ctx.me(), group: self.group, tp, offset, error });
        }
        let error = results.iter().map(|(_, error)| *error).find(|error| error.is_err()).unwrap_or_default();
        if error == ErrorCode::RebalanceInProgress { Outcome::Again } else { self.answered(error) }
    }
    /// A coordinator has answered what was asked for last.
    fn answered(&mut self, error: ErrorCode) -> Outcome {
        match self.coordinator_said(error) {
            Outcome::GoOn => Outcome::Done(ErrorCode::None),
            other => other,
        }
    }
    /// Another coordinator is looked for, or the same is asked again (`CoordinatorStrategy`).
    fn coordinator_said(&mut self, error: ErrorCode) -> Outcome {
        match error {
            ErrorCode::None => Outcome::GoOn,
            ErrorCode::CoordinatorLoadInProgress => Outcome::Again,
            ErrorCode::NotCoordinator | ErrorCode::CoordinatorNotAvailable => {
                self.coordinator = None;
                Outcome::Again
            }
            other => Outcome::Done(other),
        }
    }
}

fn found(list: &[(Tp, Offset)], tp: Tp) -> Option<Offset> {
    list.iter().find(|(known, _)| *known == tp).map(|(_, offset)| *offset)
}
