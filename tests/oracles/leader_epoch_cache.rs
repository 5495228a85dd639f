//! Operations on a leader epoch cache, and questions to what is left.

use kafkasim::cluster::log::LeaderEpochCache;
use kafkasim::protocol::ids::{LeaderEpoch, Offset};
use serde::Deserialize;

use crate::support::{Verdict, case, same};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    id: String,
    #[serde(rename = "description")]
    _description: String,
    ops: Vec<Op>,
    entries: Entries,
    queries: Vec<Query>,
}
case!(Case);

type Entries = Vec<(i32, i64)>;

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "snake_case", deny_unknown_fields)]
enum Op {
    Assign { epoch: i32, start_offset: i64, expect: OpExpect },
    TruncateFromEnd { offset: i64, expect: OpExpect },
    TruncateFromStart { offset: i64, expect: OpExpect },
    Clear { expect: OpExpect },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OpExpect {
    result: Outcome,
    entries: Entries,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(rename_all = "snake_case")]
enum Outcome {
    Ok,
    Invalid,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
enum Query {
    EndOffsetFor { epoch: i32, log_end_offset: i64, expect: EndOffset },
    EpochForOffset { offset: i64, expect: Epoch },
    LatestEpoch { expect: Epoch },
    PreviousEpoch { epoch: i32, expect: Epoch },
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct EndOffset {
    epoch: i32,
    end_offset: i64,
}

#[derive(Deserialize, PartialEq, Debug)]
#[serde(deny_unknown_fields)]
struct Epoch {
    epoch: i32,
}

pub fn entries(cache: &LeaderEpochCache) -> Entries {
    cache.entries().iter().map(|entry| (entry.epoch.0, entry.start_offset.0)).collect()
}

fn apply(cache: &mut LeaderEpochCache, op: &Op) -> Verdict {
    let (outcome, expect) = match op {
        Op::Assign { epoch, start_offset, expect } => {
            let outcome = cache.assign(LeaderEpoch(*epoch), Offset(*start_offset));
            (if outcome.is_ok() { Outcome::Ok } else { Outcome::Invalid }, expect)
        }
        Op::TruncateFromEnd { offset, expect } => {
            cache.truncate_from_end(Offset(*offset));
            (Outcome::Ok, expect)
        }
        Op::TruncateFromStart { offset, expect } => {
            cache.truncate_from_start(Offset(*offset));
            (Outcome::Ok, expect)
        }
        Op::Clear { expect } => {
            cache.clear();
            (Outcome::Ok, expect)
        }
    };
    same("result", &outcome, &expect.result)?;
    same("entries", &entries(cache), &expect.entries)
}

fn ask(cache: &LeaderEpochCache, query: &Query) -> Verdict {
    let epoch = |epoch: LeaderEpoch| Epoch { epoch: epoch.0 };
    match query {
        Query::EndOffsetFor { epoch, log_end_offset, expect } => {
            let (found, end) = cache.end_offset_for(LeaderEpoch(*epoch), Offset(*log_end_offset));
            same(&format!("end of epoch {epoch}"), &EndOffset { epoch: found.0, end_offset: end.0 }, expect)
        }
        Query::EpochForOffset { offset, expect } => {
            same(&format!("epoch at {offset}"), &epoch(cache.epoch_for_offset(Offset(*offset))), expect)
        }
        Query::LatestEpoch { expect } => same("latest epoch", &epoch(cache.latest_epoch()), expect),
        Query::PreviousEpoch { epoch: before, expect } => {
            same(&format!("epoch before {before}"), &epoch(cache.previous_epoch(LeaderEpoch(*before))), expect)
        }
    }
}

pub fn check(case: &Case) -> Verdict {
    let mut cache = LeaderEpochCache::default();
    for (number, op) in case.ops.iter().enumerate() {
        apply(&mut cache, op).map_err(|why| format!("operation {number}: {why}"))?;
    }
    same("entries at the end", &entries(&cache), &case.entries)?;
    case.queries.iter().try_for_each(|query| ask(&cache, query))
}
