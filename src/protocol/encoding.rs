//! The bytes of a record batch in format v2 (`DefaultRecordBatch`, `DefaultRecord`).
//!
//! The model itself moves descriptors and never encodes; this is for tests of the sizes, and for
//! whoever wants to write a log that real tools can read.

use super::ids::{LeaderEpoch, Offset, ProducerEpoch, ProducerId, Sequence};

/// Bytes before the CRC's range: base offset, length, partition leader epoch, magic, CRC. The leader
/// can therefore stamp offset and epoch without computing the CRC again.
const CRC_RANGE_START: usize = 21;
/// Bytes before the value of the length field counts.
const LENGTH_RANGE_START: usize = 12;
const MAGIC_V2: i8 = 2;
const TRANSACTIONAL: i16 = 0x10;

/// The header fields that are not derived from the records.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BatchHeader {
    /// Offset of the first record.
    pub base_offset: Offset,
    /// Partition leader epoch; undefined on the way from a client.
    pub leader_epoch: LeaderEpoch,
    /// CreateTime of the first record, in milliseconds since the Unix epoch.
    pub base_timestamp_ms: i64,
    /// Producer id.
    pub producer_id: ProducerId,
    /// Producer epoch.
    pub producer_epoch: ProducerEpoch,
    /// Sequence of the first record.
    pub base_sequence: Sequence,
    /// Whether the batch belongs to a transaction.
    pub transactional: bool,
}

/// One record; `None` is null. Its offset delta is its place in the batch.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Record<'a> {
    /// Distance from the base timestamp, in milliseconds.
    pub timestamp_delta_ms: i64,
    /// The key.
    pub key: Option<&'a [u8]>,
    /// The value; null is a tombstone.
    pub value: Option<&'a [u8]>,
    /// The headers: name (UTF-8) and value.
    pub headers: &'a [(&'a [u8], Option<&'a [u8]>)],
}

/// The bytes of an uncompressed batch with CreateTime timestamps.
///
/// # Panics
/// Without records, or beyond the 2 GiB that the length field can say.
pub fn encode_batch(header: &BatchHeader, records: &[Record<'_>]) -> Vec<u8> {
    assert!(!records.is_empty(), "Kafka has no empty batch, but for what compaction leaves");
    let latest = records.iter().map(|record| record.timestamp_delta_ms).max().unwrap_or(0);
    let count = int(records.len());
    let mut out = Vec::new();
    out.extend(header.base_offset.0.to_be_bytes());
    out.extend([0; 4]); // length, below
    out.extend(header.leader_epoch.0.to_be_bytes());
    out.extend(MAGIC_V2.to_be_bytes());
    out.extend([0; 4]); // CRC, below
    out.extend(if header.transactional { TRANSACTIONAL } else { 0 }.to_be_bytes());
    out.extend((count - 1).to_be_bytes());
    out.extend(header.base_timestamp_ms.to_be_bytes());
    out.extend((header.base_timestamp_ms + latest).to_be_bytes());
    out.extend(header.producer_id.0.to_be_bytes());
    out.extend(header.producer_epoch.0.to_be_bytes());
    out.extend(header.base_sequence.0.to_be_bytes());
    out.extend(count.to_be_bytes());
    let mut body = Vec::new();
    for (offset_delta, record) in records.iter().enumerate() {
        encode_body(&mut body, int(offset_delta), record);
        put_varlong(&mut out, body.len() as i64);
        out.append(&mut body);
    }
    let length = int(out.len() - LENGTH_RANGE_START);
    out[8..12].copy_from_slice(&length.to_be_bytes());
    let crc = crc32c::crc32c(&out[CRC_RANGE_START..]);
    out[17..21].copy_from_slice(&crc.to_be_bytes());
    out
}

/// The CRC-32C that a batch carries.
///
/// # Panics
/// When `batch` is shorter than a header.
pub fn stored_crc(batch: &[u8]) -> u32 {
    u32::from_be_bytes(batch[17..21].try_into().expect("four bytes"))
}

/// A record without its length.
fn encode_body(out: &mut Vec<u8>, offset_delta: i32, record: &Record<'_>) {
    out.push(0); // attributes: none are defined
    put_varlong(out, record.timestamp_delta_ms);
    put_varlong(out, offset_delta.into());
    put_field(out, record.key);
    put_field(out, record.value);
    put_varlong(out, record.headers.len() as i64);
    for (name, value) in record.headers {
        put_field(out, Some(name));
        put_field(out, *value);
    }
}

fn put_field(out: &mut Vec<u8>, field: Option<&[u8]>) {
    match field {
        None => put_varlong(out, -1),
        Some(bytes) => {
            put_varlong(out, bytes.len() as i64);
            out.extend(bytes);
        }
    }
}

/// Zigzag, then seven bits a byte, lowest first (`ByteUtils.writeVarlong`). A varint has the same
/// bytes as the varlong of its value.
fn put_varlong(out: &mut Vec<u8>, value: i64) {
    let mut rest = ((value << 1) ^ (value >> 63)) as u64;
    while rest > 0x7f {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

fn int(n: usize) -> i32 {
    i32::try_from(n).expect("a batch is shorter than 2 GiB")
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: BatchHeader = BatchHeader {
        base_offset: Offset(0),
        leader_epoch: LeaderEpoch::UNDEFINED,
        base_timestamp_ms: 1_700_000_000_000,
        producer_id: ProducerId::NONE,
        producer_epoch: ProducerEpoch::NONE,
        base_sequence: Sequence::NONE,
        transactional: false,
    };

    /// Consequence for fault models: a bit that flips in the stored epoch or offset is not noticed.
    #[test]
    fn the_leader_stamps_offset_and_epoch_without_touching_the_crc() {
        let record = Record { timestamp_delta_ms: 0, key: None, value: Some(b"v"), headers: &[] };
        let sent = encode_batch(&HEADER, &[record]);
        let stamped =
            encode_batch(&BatchHeader { base_offset: Offset(77), leader_epoch: LeaderEpoch(3), ..HEADER }, &[record]);
        assert_ne!(sent, stamped);
        assert_eq!(stored_crc(&sent), stored_crc(&stamped));
        let other = encode_batch(&BatchHeader { base_sequence: Sequence(0), ..HEADER }, &[record]);
        assert_ne!(stored_crc(&sent), stored_crc(&other));
    }
}
