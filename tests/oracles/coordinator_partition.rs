//! Group id or transactional id to the partition that keeps its state.

use kafkasim::protocol::hashing::{coordinator_partition, java_string_hash};
use serde::Deserialize;

use crate::support::{Verdict, case, same};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    id: String,
    key: String,
    partitions: u32,
    hash_code: i32,
    partition: u32,
    mask_would_differ: bool,
}
case!(Case);

pub fn check(case: &Case) -> Verdict {
    let hash = java_string_hash(&case.key);
    same("hash", hash, case.hash_code)?;
    let partition = coordinator_partition(&case.key, case.partitions);
    same("partition", partition, case.partition)?;
    let masked = (hash & i32::MAX) as u32 % case.partitions;
    same("whether a mask would differ", masked != partition, case.mask_would_differ)
}
