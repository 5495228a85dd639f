//! What the group coordinator has asked the persister of share groups for, and what is done with the answer.

use std::collections::BTreeMap;

use super::share::ShareStateThen;

/// See the module. A call is answered once, however long that takes, and whoever coordinates the group by then.
#[derive(Clone, Debug, Default)]
pub struct ShareStateCalls {
    next: u32,
    open: BTreeMap<u32, ShareStateThen>,
}

impl ShareStateCalls {
    /// The number of a new call.
    pub fn open(&mut self, then: ShareStateThen) -> u32 {
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        self.open.insert(number, then);
        number
    }
    /// It is answered.
    pub fn take(&mut self, number: u32) -> Option<ShareStateThen> {
        self.open.remove(&number)
    }
}
