//! A group as the log tells of it (`GroupMetadataManager.replay`, `onLoaded`).

use super::group::{ClassicGroup, ClassicGroupState, Member};
use crate::cluster::coordinator::group::env::Env;
use crate::cluster::coordinator::group::timers::GroupCoordinatorTimer;
use crate::history::fact::Fact;
use crate::protocol::batch::GroupMetadataValue;

impl ClassicGroup {
    /// A group is written as EMPTY or as STABLE; a rebalance under way is in no log.
    pub fn replay(value: &GroupMetadataValue) -> ClassicGroup {
        let mut group = ClassicGroup::new(value.group);
        group.state = if value.members.is_empty() { ClassicGroupState::Empty } else { ClassicGroupState::Stable };
        group.generation = value.generation;
        group.protocol = value.protocol;
        group.leader = value.leader;
        group.state_timestamp = value.state_timestamp;
        for m in &value.members {
            let member = Member {
                id: m.member,
                instance: m.instance,
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
            group.static_members.extend(m.instance.map(|instance| (instance, m.member)));
        }
        if group.uses_consumer_group_protocol() {
            group.compute_subscribed_topics();
        }
        group
    }

    /// Every member gets a fresh session: the new coordinator cannot know when it was last heard of.
    /// A group grown too large for `group.max.size` rebalances, so that members can commit and go.
    pub fn loaded(&mut self, env: &mut Env<'_, '_>) {
        env.record(Fact::GroupLoaded {
            broker: env.broker,
            group: self.id,
            generation: self.generation,
            members: self.members.len() as u32,
        });
        for (_, member) in self.members.iter_mut() {
            member.slot = env.shared.sessions.claim(self.id, member.id);
            env.set_timer(GroupCoordinatorTimer::Session(member.slot), member.session_timeout);
        }
        if self.members.len() > env.shared.config.group_max_size as usize {
            let record = self.prepare_rebalance(env);
            assert!(record.is_none(), "nobody has joined yet, and the group is not empty");
        }
    }
}
