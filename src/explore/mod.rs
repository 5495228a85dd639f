//! Many runs of one scenario: what holds for one seed, and what for a thousand.
//!
//! This is the only room with more than one thread. A run stays single-threaded, and is made on the thread that
//! runs it; nothing is shared between runs but the text of the scenario. What comes out is a pure function of
//! scenario, seeds and version: it is in the order of the seeds, however many threads there were, and no clock and no
//! machine is mentioned in it.
//!
//! | part | what it is for |
//! |---|---|
//! | [`case`], [`token`], [`capsule`], [`recorded`], [`replay`] | a run that can be named, written down, made again and compared |
//! | [`seeds`], [`shard`], [`pool`] | which runs, and on which threads |
//! | [`sweep`], [`swept`], [`result`], [`summary`], [`told`] | one scenario, many seeds, and what is said of them |
//! | [`line`], [`merge`], [`resume`] | results as lines that many machines write and one puts together |
//! | [`swarm`], [`swarming`], [`coverage`] | each seed draws a scenario of its own; what the runs reach together |
//! | [`shrink`] | the smallest scenario that fails in the same way |
//! | [`compare`], [`statistics`] | the same seeds in several settings |
//! | [`futures`] | several ends of one past |

pub mod capsule;
pub mod case;
pub mod compare;
pub mod coverage;
pub mod futures;
pub mod line;
pub mod merge;
pub mod pool;
pub mod recorded;
pub mod replay;
pub mod result;
pub mod resume;
pub mod seeds;
pub mod shard;
pub mod shrink;
pub mod statistics;
pub mod summary;
pub mod swarm;
pub mod swarming;
pub mod sweep;
pub mod swept;
pub mod token;
pub mod told;
