//! Stories of one consumer and a scripted cluster.

mod cluster;
mod commits;
mod membership;
mod positions;
mod processing;
mod properties;

/// Compares a story with its snapshot.
fn tell(name: &str, story: &str) {
    insta::with_settings!({
        snapshot_path => concat!(env!("CARGO_MANIFEST_DIR"), "/snapshots"),
        prepend_module_to_snapshot => false,
        omit_expression => true,
    }, { insta::assert_snapshot!(format!("consumer__{name}"), story) });
}
