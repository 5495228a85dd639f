//! Wires nodes to network, disks and clocks; the loop; faults; checkpoints.

pub mod spec;
