//! What runs have reached, apart from whether it was right: states, transitions, errors, faults in the middle of something.
//!
//! A run that reaches what no run before has reached is worth more than one that repeats them: its faults are kept and varied
//! ([`steering`](super::swarm::steering)). What many runs have reached is printed as a meter ([`meter::CoverageMeter`]).
//!
//! Coverage is read from the facts of a run, as everything is. It decides nothing about the run.

pub mod feature;
pub mod meter;
pub mod probe;
