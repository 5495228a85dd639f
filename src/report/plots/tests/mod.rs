//! What a picture must hold, whatever the run.

mod story;

use super::*;

fn stories() -> Vec<(&'static str, Series)> {
    vec![
        ("leader-crash", story::leader_crash()),
        ("rebalance-storm", story::rebalance_storm()),
        ("hot-partition", story::hot_partition()),
        ("unclean-election", story::unclean_election()),
        ("idle", story::idle()),
        ("one-second", story::one_second()),
        ("many-partitions", story::many_partitions()),
    ]
}

/// Writes all pictures to `target/plots`, to be looked at.
#[test]
#[ignore = "for people: cargo test --lib gallery -- --ignored"]
fn gallery() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("target/plots");
    std::fs::create_dir_all(&folder).unwrap();
    for (story, series) in stories() {
        for (name, svg) in draw_all(&series) {
            std::fs::write(folder.join(format!("{story}-{name}.svg")), svg).unwrap();
        }
    }
}
