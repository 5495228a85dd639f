//! What the shards of one broker's group coordinator share.

use std::rc::Rc;

use super::member_ids::MemberIds;
use super::timers::{self, Sessions};
use super::write::Env;
use crate::protocol::config::BrokerConfig;
use crate::protocol::ids::{MemberId, NodeId};

/// See the module.
#[derive(Clone, Debug)]
pub struct Shared {
    pub config: Rc<BrokerConfig>,
    pub sessions: Sessions,
    pub ids: MemberIds,
}

impl Env<'_, '_> {
    pub fn draw_member_id(&mut self, client: NodeId) -> MemberId {
        let now = self.now();
        self.shared.ids.draw(client, now)
    }
    /// Gives a session's slot back; its timer will not go off.
    pub fn end_session(&mut self, slot: u32) {
        self.cancel_timer(timers::session(slot));
        self.shared.sessions.release(slot);
    }
}
