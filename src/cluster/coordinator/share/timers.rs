//! The share coordinator's timers.

use crate::node::timers;

timers! {
    /// What a share coordinator waits for. The broker and its other coordinators have kinds of their own below these.
    pub enum ShareCoordinatorTimer from 0x70 {
        /// The end of a batch's linger, by the number of the partition of `__share_group_state`.
        Linger(partition: u32),
        /// The earliest `share.coordinator.write.timeout.ms` of a partition's waiting requests; the number as before.
        WriteTimeout(partition: u32),
    }
}
