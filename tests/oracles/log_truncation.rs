//! A follower's log against a new leader's: the rounds until nothing diverges.

use kafkasim::cluster::log::LeaderEpochCache;
use kafkasim::cluster::log::epoch_cache::EpochEntry;
use kafkasim::cluster::log::truncation::{DivergenceCheck, check_divergence, offset_truncation_state};
use kafkasim::protocol::ids::{LeaderEpoch, Offset};
use serde::Deserialize;

use crate::leader_epoch_cache::entries;
use crate::support::{Verdict, case, same};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    id: String,
    leader_epochs: Vec<(i32, i64)>,
    leader_log_end: i64,
    follower_epochs: Vec<(i32, i64)>,
    follower_log_end: i64,
    rounds: Vec<Round>,
    follower_log_end_after: i64,
    follower_epochs_after: Vec<(i32, i64)>,
    longest_common_prefix: i64,
}
case!(Case);

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Round {
    follower_last_epoch: i32,
    follower_fetch_offset: i64,
    diverging_epoch: i32,
    diverging_end_offset: i64,
    truncate_to: i64,
}

fn cache(entries: &[(i32, i64)]) -> LeaderEpochCache {
    entries
        .iter()
        .map(|(epoch, start)| EpochEntry { epoch: LeaderEpoch(*epoch), start_offset: Offset(*start) })
        .collect()
}

pub fn check(case: &Case) -> Verdict {
    let leader = cache(&case.leader_epochs);
    let mut follower = cache(&case.follower_epochs);
    let mut log_end = Offset(case.follower_log_end);
    let mut rounds = Vec::new();
    // Each round that is not the last cuts the log, so this ends; the bound guards against a bug.
    for _ in 0..=case.follower_log_end {
        let last_epoch = follower.latest_epoch();
        let check = check_divergence(&leader, Offset(case.leader_log_end), last_epoch, log_end);
        let DivergenceCheck::Diverging { epoch, end_offset } = check else { break };
        let cut = offset_truncation_state(&follower, log_end, Offset(0), (epoch, end_offset));
        rounds.push(Round {
            follower_last_epoch: last_epoch.0,
            follower_fetch_offset: log_end.0,
            diverging_epoch: epoch.0,
            diverging_end_offset: end_offset.0,
            truncate_to: cut.offset.0,
        });
        follower.truncate_from_end(cut.offset);
        log_end = cut.offset;
    }
    same("rounds", &rounds, &case.rounds)?;
    same("log end", log_end.0, case.follower_log_end_after)?;
    same("epochs", &entries(&follower), &case.follower_epochs_after)?;
    same("common prefix", log_end.0, case.longest_common_prefix)
}
