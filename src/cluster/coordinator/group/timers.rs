//! The group coordinator's timers: one of each kind per thing that waits, moved rather than multiplied.

use crate::node::Timer;
use crate::protocol::ids::{GroupId, MemberId};

/// The first of their kinds; those up to 0x2f are left to them.
pub const FIRST_TIMER: u8 = 0x20;
/// End of a group's join phase. Index: the group.
const JOIN: u8 = FIRST_TIMER;
/// End of a group's wait for SyncGroups. Index: the group.
const SYNC: u8 = FIRST_TIMER + 1;
/// End of a member's session. Index: the member's slot.
const SESSION: u8 = FIRST_TIMER + 2;
/// End of a batch's linger. Index: the number of the partition of `__consumer_offsets`.
pub const LINGER: u8 = FIRST_TIMER + 3;
/// Earliest `offsets.commit.timeout.ms` of a partition's waiting requests. Index: as before.
pub const WRITE_TIMEOUT: u8 = FIRST_TIMER + 4;

pub fn join(group: GroupId) -> Timer {
    Timer { kind: JOIN, index: u32::from(group.0) }
}
pub fn sync(group: GroupId) -> Timer {
    Timer { kind: SYNC, index: u32::from(group.0) }
}
pub fn session(slot: u32) -> Timer {
    Timer { kind: SESSION, index: slot }
}

/// A timer of a group that went off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum GroupTimer {
    /// End of the join phase.
    Join(GroupId),
    /// End of the wait for SyncGroups.
    Sync(GroupId),
    /// End of a member's session.
    Session(GroupId, MemberId),
}

impl GroupTimer {
    /// What a timer was set for; none if it is no group's, or that of a session that is over.
    pub fn of(timer: Timer, sessions: &Sessions) -> Option<GroupTimer> {
        match timer.kind {
            JOIN => Some(GroupTimer::Join(GroupId(timer.index as u16))),
            SYNC => Some(GroupTimer::Sync(GroupId(timer.index as u16))),
            SESSION => sessions.owner(timer.index).map(|(group, member)| GroupTimer::Session(group, member)),
            _ => None,
        }
    }
    /// The group.
    pub fn group(self) -> GroupId {
        match self {
            GroupTimer::Join(group) | GroupTimer::Sync(group) | GroupTimer::Session(group, _) => group,
        }
    }
}

/// Slots for session timers, so that their indexes stay dense over any number of member ids.
#[derive(Clone, Debug, Default)]
pub struct Sessions {
    slots: Vec<Option<(GroupId, MemberId)>>,
    free: Vec<u32>,
}

impl Sessions {
    pub fn claim(&mut self, group: GroupId, member: MemberId) -> u32 {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            (self.slots.len() - 1) as u32
        });
        self.slots[slot as usize] = Some((group, member));
        slot
    }
    pub fn release(&mut self, slot: u32) {
        assert!(self.slots[slot as usize].take().is_some(), "a session slot is released once");
        self.free.push(slot);
    }
    fn owner(&self, slot: u32) -> Option<(GroupId, MemberId)> {
        self.slots.get(slot as usize).copied().flatten()
    }
    /// Slots in use, for tests.
    #[cfg(test)]
    pub fn in_use(&self) -> usize {
        self.slots.len() - self.free.len()
    }
}
