//! Stories: what a coordinator says to a scripted sequence of requests, with the test as network,
//! log and clock.

mod failover;
mod fold;
mod joining;
mod offsets;
mod play;
mod staying;
mod syncing;
mod writes;

/// Compares a transcript with the one under `snapshots/`.
macro_rules! tells {
    ($play:expr, $name:literal) => {
        insta::with_settings!({
            snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"),
            prepend_module_to_snapshot => false,
            omit_expression => true
        }, {
            insta::assert_snapshot!(concat!("coordinator_", $name), $play.transcript());
        })
    };
}
use tells;
