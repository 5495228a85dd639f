//! Sizes, bytes and checksums of uncompressed v2 batches.

use kafkasim::protocol::encoding::{BatchHeader, Record, encode_batch, stored_crc};
use kafkasim::protocol::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence};
use kafkasim::protocol::record_size::{BATCH_OVERHEAD, HeaderLen, record_size, record_size_with_headers};
use serde::Deserialize;

use crate::support::{Verdict, case, same, unhex};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    id: String,
    #[serde(rename = "description")]
    _description: String,
    base_timestamp: i64,
    producer_id: i64,
    producer_epoch: i16,
    base_sequence: i32,
    transactional: bool,
    records: Vec<RecordLens>,
    repeat: usize,
    record_sizes: Vec<u32>,
    batch_size: u32,
    crc32c: u32,
    batch_hex: Option<String>,
}
case!(Case);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RecordLens {
    timestamp_delta: i64,
    key_len: Option<u32>,
    value_len: Option<u32>,
    headers: Vec<(u32, Option<u32>)>,
}

/// Byte j of every key, value and header value is j mod 251.
fn bytes(len: u32) -> Vec<u8> {
    (0..len).map(|j| (j % 251) as u8).collect()
}

type OwnedHeaders = Vec<(Vec<u8>, Option<Vec<u8>>)>;
type Headers<'a> = Vec<(&'a [u8], Option<&'a [u8]>)>;

impl RecordLens {
    fn size(&self, offset_delta: u32) -> u32 {
        if self.headers.is_empty() {
            return record_size(offset_delta, self.timestamp_delta, self.key_len, self.value_len);
        }
        let headers: Vec<HeaderLen> =
            self.headers.iter().map(|(key, value)| HeaderLen { key: *key, value: *value }).collect();
        record_size_with_headers(offset_delta, self.timestamp_delta, self.key_len, self.value_len, &headers)
    }
    /// A header key of length n is n times the letter h.
    fn headers(&self) -> OwnedHeaders {
        self.headers.iter().map(|(key, value)| (vec![b'h'; *key as usize], value.map(bytes))).collect()
    }
}

fn encode(case: &Case) -> Vec<u8> {
    let owned: Vec<_> =
        case.records.iter().map(|lens| (lens.key_len.map(bytes), lens.value_len.map(bytes), lens.headers())).collect();
    let headers: Vec<Headers<'_>> = owned
        .iter()
        .map(|(_, _, headers)| headers.iter().map(|(key, value)| (key.as_slice(), value.as_deref())).collect())
        .collect();
    let records: Vec<Record<'_>> = (0..case.records.len() * case.repeat)
        .map(|i| i % case.records.len())
        .map(|i| Record {
            timestamp_delta_ms: case.records[i].timestamp_delta,
            key: owned[i].0.as_deref(),
            value: owned[i].1.as_deref(),
            headers: &headers[i],
        })
        .collect();
    let header = BatchHeader {
        base_offset: Offset(0),
        leader_epoch: LeaderEpoch::UNDEFINED,
        base_timestamp_ms: case.base_timestamp,
        producer_id: ProducerId(case.producer_id),
        producer_epoch: ProducerEpoch(case.producer_epoch),
        base_sequence: Sequence(case.base_sequence),
        transactional: case.transactional,
    };
    encode_batch(&header, &records)
}

pub fn check(case: &Case) -> Verdict {
    let repeated = std::iter::repeat_n(&case.records, case.repeat).flatten();
    let sizes: Vec<u32> = repeated.zip(0..).map(|(record, offset_delta)| record.size(offset_delta)).collect();
    same("record sizes", &sizes, &case.record_sizes)?;
    same("batch size", BATCH_OVERHEAD + sizes.iter().sum::<u32>(), case.batch_size)?;
    let batch = encode(case);
    same("bytes", batch.len(), case.batch_size as usize)?;
    if let Some(hex) = &case.batch_hex {
        same("batch", &batch, &unhex(hex))?;
    }
    same("crc", stored_crc(&batch), case.crc32c)
}
