//! What the shards of one broker's group coordinator share, and may use.

use std::rc::Rc;

use super::share_calls::ShareStateCalls;
use super::timers::{GroupCoordinatorTimer, Sessions};
use crate::cluster::coordinator::known_topics::KnownTopics;
use crate::cluster::coordinator::runtime;
use crate::cluster::group_configs::GroupConfigs;
use crate::protocol::catalog::Catalog;
use crate::protocol::config::BrokerConfig;
use crate::protocol::ids::{MemberId, NodeId};
use crate::protocol::member_ids::MemberIds;
use crate::protocol::rules::Rules;

/// See the module.
#[derive(Clone, Debug)]
pub struct Shared {
    pub config: Rc<BrokerConfig>,
    pub catalog: Rc<Catalog>,
    pub rules: Rules,
    /// Configs of single groups.
    pub groups: Rc<GroupConfigs>,
    pub topics: KnownTopics,
    pub calls: ShareStateCalls,
    pub sessions: Sessions,
    pub ids: MemberIds,
}

/// What a shard and its groups may use while they handle one input.
pub type Env<'a, 'c> = runtime::Env<'a, 'c, Shared>;

impl Env<'_, '_> {
    pub fn draw_member_id(&mut self, client: NodeId) -> MemberId {
        let now = self.now();
        self.shared.ids.draw(client, now)
    }
    /// Gives a session's slot back; its timer will not go off.
    pub fn end_session(&mut self, slot: u32) {
        self.cancel_timer(GroupCoordinatorTimer::Session(slot));
        self.shared.sessions.release(slot);
    }
}
