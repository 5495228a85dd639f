//! Key bytes to partition, in the Java client and in librdkafka's other partitioners.

use kafkasim::protocol::hashing::{librdkafka_consistent, librdkafka_fnv1a, murmur2, partition_for_key};
use serde::Deserialize;

use crate::support::{Verdict, case, same, unhex};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    id: String,
    key_hex: String,
    key_utf8: Option<String>,
    key_len: usize,
    partitions: u32,
    murmur2: i32,
    partition: u32,
    other_partitioners: Others,
}
case!(Case);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Others {
    consistent_crc32: u32,
    fnv1a: u32,
}

pub fn check(case: &Case) -> Verdict {
    let key = unhex(&case.key_hex);
    same("length of the key", key.len(), case.key_len)?;
    if let Some(text) = &case.key_utf8 {
        same("key", key.as_slice(), text.as_bytes())?;
    }
    same("murmur2", murmur2(&key), case.murmur2)?;
    same("partition", partition_for_key(&key, case.partitions), case.partition)?;
    same("consistent", librdkafka_consistent(&key, case.partitions), case.other_partitioners.consistent_crc32)?;
    same("fnv1a", librdkafka_fnv1a(&key, case.partitions), case.other_partitioners.fnv1a)
}
