//! Becoming coordinator: the log of the partition, folded
//! (`CoordinatorLoaderImpl`, `GroupMetadataManager.replay`, `onLoaded`).

use super::env::Env;
use super::group::{Group, Member};
use super::offsets::Committed;
use super::shard::{Change, Position, Shard};
use super::timers;
use crate::history::fact::{Fact, GroupState};
use crate::protocol::batch::{BatchData, CoordinatorRecord, GroupMetadataValue, RecordBatch};
use crate::protocol::ids::*;

impl Shard {
    /// The state that the log tells of, up to its end.
    pub(super) fn replay<'a>(
        tp: Tp,
        number: u32,
        epoch: LeaderEpoch,
        batches: impl Iterator<Item = &'a RecordBatch>,
    ) -> Shard {
        let mut shard = Shard::new(tp, number, epoch);
        for batch in batches {
            shard.written = batch.next_offset();
            if let BatchData::Coordinator(records) = &batch.data {
                records.iter().for_each(|record| shard.replay_record(record));
            }
        }
        shard.committed = shard.written;
        shard
    }

    fn replay_record(&mut self, record: &CoordinatorRecord) {
        match record {
            CoordinatorRecord::OffsetCommit { group, tp, offset, leader_epoch, commit_timestamp } => {
                self.ensure_group(*group);
                let value =
                    Committed { offset: *offset, leader_epoch: *leader_epoch, commit_timestamp: *commit_timestamp };
                self.replay_offset(*group, *tp, Some(value));
            }
            CoordinatorRecord::OffsetTombstone { group, tp } => self.replay_offset(*group, *tp, None),
            CoordinatorRecord::GroupMetadata(value) => drop(self.groups.insert(value.group, Group::replay(value))),
            CoordinatorRecord::GroupTombstone { group } => drop(self.groups.remove(group)),
        }
    }

    /// The record does not say who committed; it may be above the high watermark, so it is noted.
    fn replay_offset(&mut self, group: GroupId, tp: Tp, value: Option<Committed>) {
        let before = self.offsets.get(group, tp);
        self.offsets.set(group, tp, value);
        let change = Change::Offset { group, tp, value, before, member: MemberId::NONE, generation: Generation::NONE };
        self.changes.push_back((Position::Log(self.written), change));
    }

    /// Every member gets a fresh session: the new coordinator cannot know when it was last heard of.
    /// A group grown too large for `group.max.size` rebalances, so that members can commit and go.
    pub(super) fn loaded(&mut self, env: &mut Env<'_, '_>) {
        for (id, group) in &mut self.groups {
            env.record(Fact::GroupLoaded {
                broker: env.broker,
                group: *id,
                generation: group.generation,
                members: group.members.len() as u32,
            });
            for member in group.members.values_mut() {
                member.slot = env.sessions.claim(*id, member.id);
                env.set_timer(timers::session(member.slot), member.session_timeout);
            }
            if group.members.len() > env.config.group_max_size as usize {
                let record = group.prepare_rebalance(env);
                assert!(record.is_none(), "nobody has joined yet, and the group is not empty");
            }
        }
    }
}

impl Group {
    /// A group is written as EMPTY or as STABLE; a rebalance under way is in no log.
    fn replay(value: &GroupMetadataValue) -> Group {
        let mut group = Group::new(value.group);
        group.state = if value.members.is_empty() { GroupState::Empty } else { GroupState::Stable };
        group.generation = value.generation;
        group.protocol = value.protocol;
        group.leader = value.leader;
        group.state_timestamp = value.state_timestamp;
        for m in &value.members {
            let member = Member {
                id: m.member,
                client: m.client,
                session_timeout: m.session_timeout,
                rebalance_timeout: m.rebalance_timeout,
                protocols: value.protocol.into_iter().map(|protocol| (protocol, m.subscription.clone())).collect(),
                assignment: m.assignment.clone(),
                is_new: false,
                join: None,
                sync: None,
                slot: u32::MAX,
            };
            group.members.insert(m.member, member);
        }
        group
    }
}
