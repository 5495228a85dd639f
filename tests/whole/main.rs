//! Tests of the whole: worlds that are run, and the program that is called. One target, so that they are linked
//! once; `cargo test --test whole faults` runs those of one file.

#[path = "../support/planted.rs"]
mod planted;
#[path = "../support/mod.rs"]
mod support;

mod check;
mod cli_scenarios;
mod compare;
mod diff;
mod exchange;
mod explain;
mod faults;
mod fork;
mod jsonl;
mod judge;
mod metrics;
mod mutants;
mod paused_process;
#[cfg(unix)]
mod person;
mod replay;
mod scenarios;
#[cfg(unix)]
mod school;
mod server_life;
mod shrink;
mod step;
mod swarm;
mod sweep;
mod tools;
mod under_fire;
mod versions;
