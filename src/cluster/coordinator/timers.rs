//! The coordinator's timers: one of each kind per thing that waits, moved rather than multiplied.

use super::partition::OffsetsTopic;
use crate::cluster::broker::timers::COORDINATOR;
use crate::node::Timer;
use crate::protocol::ids::{GroupId, MemberId, Tp};

/// End of a group's join phase. Index: the group.
const JOIN: u8 = COORDINATOR;
/// End of a group's wait for SyncGroups. Index: the group.
const SYNC: u8 = COORDINATOR + 1;
/// End of a member's session. Index: the member's slot.
const SESSION: u8 = COORDINATOR + 2;
/// End of a batch's linger. Index: the number of the partition of `__consumer_offsets`.
const LINGER: u8 = COORDINATOR + 3;
/// Earliest `offsets.commit.timeout.ms` of a partition's waiting requests. Index: as before.
const WRITE_TIMEOUT: u8 = COORDINATOR + 4;

pub(super) fn join(group: GroupId) -> Timer {
    Timer { kind: JOIN, index: u32::from(group.0) }
}
pub(super) fn sync(group: GroupId) -> Timer {
    Timer { kind: SYNC, index: u32::from(group.0) }
}
pub(super) fn session(slot: u32) -> Timer {
    Timer { kind: SESSION, index: slot }
}
pub(super) fn linger(number: u32) -> Timer {
    Timer { kind: LINGER, index: number }
}
pub(super) fn write_timeout(number: u32) -> Timer {
    Timer { kind: WRITE_TIMEOUT, index: number }
}

/// What a timer that went off was for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Due {
    Join(GroupId),
    Sync(GroupId),
    Session(GroupId, MemberId),
    Linger(Tp),
    WriteTimeout(Tp),
}

impl Due {
    pub(super) fn of(timer: Timer, topic: &OffsetsTopic, sessions: &Sessions) -> Option<Due> {
        match timer.kind {
            JOIN => Some(Due::Join(GroupId(timer.index as u16))),
            SYNC => Some(Due::Sync(GroupId(timer.index as u16))),
            SESSION => sessions.owner(timer.index).map(|(group, member)| Due::Session(group, member)),
            LINGER => Some(Due::Linger(topic.partition(timer.index))),
            WRITE_TIMEOUT => Some(Due::WriteTimeout(topic.partition(timer.index))),
            _ => None,
        }
    }
    /// The partition of `__consumer_offsets` concerned.
    pub(super) fn partition(self, topic: &OffsetsTopic) -> Tp {
        match self {
            Due::Join(group) | Due::Sync(group) | Due::Session(group, _) => {
                topic.of_group(group).expect("a group with a timer has a partition")
            }
            Due::Linger(tp) | Due::WriteTimeout(tp) => tp,
        }
    }
}

/// Slots for session timers, so that their indexes stay dense over any number of member ids.
#[derive(Clone, Debug, Default)]
pub(super) struct Sessions {
    slots: Vec<Option<(GroupId, MemberId)>>,
    free: Vec<u32>,
}

impl Sessions {
    pub(super) fn claim(&mut self, group: GroupId, member: MemberId) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            (self.slots.len() - 1) as u32
        });
        self.slots[slot as usize] = Some((group, member));
        slot
    }
    pub(super) fn release(&mut self, slot: u32) {
        assert!(self.slots[slot as usize].take().is_some(), "a session slot is released once");
        self.free.push(slot);
    }
    fn owner(&self, slot: u32) -> Option<(GroupId, MemberId)> {
        self.slots.get(slot as usize).copied().flatten()
    }
    /// Slots in use, for tests.
    #[cfg(test)]
    pub(super) fn in_use(&self) -> usize {
        self.slots.len() - self.free.len()
    }
}
