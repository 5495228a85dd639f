//! What administrators do to the start offsets of an empty share group (`GroupMetadataManager.alterShareGroupOffsets`,
//! `sharePartitionsEligibleForOffsetDeletion`; `kafka-share-groups.sh --reset-offsets`, `--delete-offsets`).

use super::group::ShareGroup;
use super::states::{ShareStateThen, ShareStates};
use crate::cluster::coordinator::group::env::Env;
use crate::cluster::coordinator::group::group_metadata_manager::GroupMetadataManager;
use crate::cluster::coordinator::group::kinds::AnyGroup;
use crate::cluster::coordinator::group::refusal;
use crate::cluster::coordinator::group::write::{CoordinatorResult, GroupAnswer};
use crate::cluster::coordinator::runtime::ReplyTo;
use crate::cluster::coordinator::share_state_task::{ShareStateTask, ShareStateTaskKind};
use crate::protocol::batch::ShareGroupRecord;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::ShareInitialization;

impl GroupMetadataManager {
    /// The group begins there from now on: its states are made anew. A group that does not exist is made.
    pub fn alter_share_group_offsets(
        &mut self,
        to: ReplyTo,
        request: &AlterShareGroupOffsetsRequest,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let id = request.group;
        let (epoch, states) = match self.group(id) {
            _ if env.shared.rules.share_initialization == ShareInitialization::OnFirstUse => {
                return env.reply(to, refusal::not_altered(ErrorCode::UnsupportedVersion));
            }
            Some(AnyGroup::Share(group)) if group.size() > 0 => {
                return env.reply(to, refusal::not_altered(ErrorCode::NonEmptyGroup));
            }
            Some(AnyGroup::Share(group)) => (group.epoch, group.states.clone().unwrap_or_default()),
            Some(AnyGroup::Classic(_) | AnyGroup::Consumer(_)) => {
                return env.reply(to, refusal::not_altered(ErrorCode::GroupIdNotFound));
            }
            None => {
                let mut made = ShareGroup::new(id);
                made.begin(env.shared.rules);
                (made.epoch, ShareStates::default())
            }
        };
        let exists = |tp: Tp| {
            let (topic, number) = env.shared.catalog.topic_of(tp);
            number < env.shared.topics.partitions(topic)
        };
        let judged = |&(tp, _): &(Tp, Offset)| {
            (tp, if exists(tp) { ErrorCode::None } else { ErrorCode::UnknownTopicOrPartition })
        };
        let results: List<(Tp, ErrorCode)> = request.offsets.iter().map(judged).collect();
        let known = request.offsets.iter().filter(|(tp, _)| exists(*tp));
        let starts: Vec<(Tp, i32, Offset)> = known.map(|(tp, start)| (*tp, epoch.0, *start)).collect();
        let partitions: Vec<Tp> = starts.iter().map(|(tp, ..)| *tp).collect();
        if partitions.is_empty() {
            let response = AlterShareGroupOffsetsResponse { error: ErrorCode::None, results };
            return env.reply(to, Response::AlterShareGroupOffsets(response));
        }
        let value = states.initializing(&partitions, &env.shared.catalog);
        self.write_share(id, &[ShareGroupRecord::StatePartitions(value.into())], None, result, env);
        let task = ShareStateTask { group: id, kind: ShareStateTaskKind::Initialize(starts) };
        let then = ShareStateThen::Altered { to, group: id, results };
        result.answer(GroupAnswer::ShareStates { task: task.into(), then: then.into() });
    }
    /// The persister has done that, or has not: then nothing is written, and the partitions stay as they are
    /// (`persisterInitialize`).
    pub fn share_offsets_altered(
        &mut self,
        to: ReplyTo,
        group: GroupId,
        known: List<(Tp, ErrorCode)>,
        persisted: &[(Tp, ErrorCode)],
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let of = |tp: Tp| persisted.iter().find(|(other, _)| *other == tp).map(|(_, error)| *error);
        let results =
            known.into_iter().map(|(tp, error)| (tp, if error.is_err() { error } else { of(tp).unwrap_or(error) }));
        let response = AlterShareGroupOffsetsResponse { error: ErrorCode::None, results: results.collect() };
        env.reply(to, Response::AlterShareGroupOffsets(response));
        if persisted.iter().all(|(_, error)| error.is_ok()) {
            self.share_states_initialized(group, persisted, result, env);
        }
    }

    /// The group forgets topics: their states are deleted, so that it begins anew should it read them again.
    pub fn delete_share_group_offsets(
        &mut self,
        to: ReplyTo,
        request: &DeleteShareGroupOffsetsRequest,
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let id = request.group;
        let Some(group) = self.share(id) else {
            return env.reply(to, refusal::not_deleted(ErrorCode::GroupIdNotFound));
        };
        if group.size() > 0 {
            return env.reply(to, refusal::not_deleted(ErrorCode::NonEmptyGroup));
        }
        let states = group.states.clone().unwrap_or_default();
        let count = |topic: TopicId| env.shared.topics.partitions(topic);
        let found = |topic: &TopicId| states.of_topic(*topic, &env.shared.catalog, count);
        let partitions: Vec<Tp> = request.topics.iter().flat_map(found).collect();
        let judged = |topic: &TopicId| {
            (*topic, if found(topic).is_empty() { ErrorCode::UnknownTopicOrPartition } else { ErrorCode::None })
        };
        let results: List<(TopicId, ErrorCode)> = request.topics.iter().map(judged).collect();
        if partitions.is_empty() {
            return env.reply(to, refusal::deleted(Ok(results)));
        }
        let value = states.forgetting(&partitions, &env.shared.catalog);
        self.write_share(id, &[ShareGroupRecord::StatePartitions(value.into())], None, result, env);
        let task = ShareStateTask { group: id, kind: ShareStateTaskKind::Delete(partitions) };
        let then = ShareStateThen::OffsetsDeleted { to, group: id, results };
        result.answer(GroupAnswer::ShareStates { task: task.into(), then: then.into() });
    }
    /// The persister has done that, or has not (`completeDeleteShareGroupOffsets`).
    pub fn share_offsets_deleted(
        &mut self,
        to: ReplyTo,
        id: GroupId,
        known: List<(TopicId, ErrorCode)>,
        persisted: &[(Tp, ErrorCode)],
        result: &mut CoordinatorResult<'_>,
        env: &mut Env<'_, '_>,
    ) {
        let catalog = env.shared.catalog.clone();
        let of = |topic: TopicId| {
            let own = persisted.iter().filter(|(tp, _)| catalog.topic_of(*tp).0 == topic);
            own.map(|(_, error)| *error).find(|error| error.is_err())
        };
        let results: List<(TopicId, ErrorCode)> =
            known.into_iter().map(|(topic, error)| (topic, of(topic).unwrap_or(error))).collect();
        let done: Vec<TopicId> = results.iter().filter(|(_, error)| error.is_ok()).map(|(topic, _)| *topic).collect();
        let states = self.share(id).and_then(|group| group.states.clone());
        if let Some(states) = states.filter(|_| !done.is_empty()) {
            let value = states.forgotten(&done);
            self.write_share(id, &[ShareGroupRecord::StatePartitions(value.into())], None, result, env);
        }
        result.answer(GroupAnswer::ShareOffsetsDeleted { to, results });
    }
}
