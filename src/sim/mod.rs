//! The kernel: time, event queue, random streams, network, disk. Knows no Kafka.
//!
//! Plain data structures that a loop drives; none of them calls back. Anything that would need a
//! thread, a clock of the machine, a hash map's order or a float's last bit has no place here.

pub mod disk;
pub mod queue;
pub mod random;
pub mod time;
pub mod timers;
