//! Sizes of records and batches in format v2, to the byte.
//!
//! Payloads are never stored, but their sizes decide when a batch is full, what fits into a request
//! and how long it is on the wire; so both clients and brokers count them as Kafka does.

/// Bytes of a batch header (`DefaultRecordBatch.RECORD_BATCH_OVERHEAD`).
pub const BATCH_OVERHEAD: u32 = 61;

/// Most bytes of a record beside key, value and headers: length 5, attributes 1, timestamp delta 10,
/// offset delta 5 (`DefaultRecord.MAX_RECORD_OVERHEAD`).
const MAX_RECORD_OVERHEAD: u32 = 21;

/// The lengths of one header: of its key, and of its value unless that is null.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct HeaderLen {
    /// Bytes of the key.
    pub key: u32,
    /// Bytes of the value.
    pub value: Option<u32>,
}

/// Bytes of a zigzag varint (`ByteUtils.sizeOfVarint`).
///
/// ```
/// use kafkasim::protocol::record_size::varint_size;
/// assert_eq!([-65, -64, 63, 64].map(varint_size), [2, 1, 1, 2]);
/// ```
pub const fn varint_size(value: i32) -> u32 {
    varlong_size(value as i64)
}

/// Bytes of a zigzag varlong (`ByteUtils.sizeOfVarlong`).
#[inline]
pub const fn varlong_size(value: i64) -> u32 {
    let zigzag = ((value << 1) ^ (value >> 63)) as u64;
    let bits = 64 - (zigzag | 1).leading_zeros();
    // `bits` / 7, rounded up, for 1 ..= 64 bits: every record asks for five of these, and Kafka and
    // protobuf avoid the division in the same way.
    (bits * 9 + 64) / 64
}

/// Bytes of a length and what follows it; a null is the length -1.
#[inline]
const fn field_size(len: Option<u32>) -> u32 {
    match len {
        None => 1,
        Some(len) => varlong_size(len as i64) + len,
    }
}

/// Bytes of a header.
fn header_size(header: &HeaderLen) -> u32 {
    field_size(Some(header.key)) + field_size(header.value)
}

/// Bytes of headers without their number.
pub fn headers_len(headers: impl Iterator<Item = HeaderLen>) -> u32 {
    headers.map(|header| header_size(&header)).sum()
}

/// Bytes of the headers of a record, their number included.
fn headers_size(headers: &[HeaderLen]) -> u32 {
    varlong_size(headers.len() as i64) + headers.iter().map(header_size).sum::<u32>()
}

/// Bytes of a record without headers, its own length included (`DefaultRecord.sizeInBytes`).
///
/// `timestamp_delta_ms` is the distance from the batch's first record, in milliseconds; `None` is
/// a null key or value.
#[inline]
pub const fn record_size(
    offset_delta: u32,
    timestamp_delta_ms: i64,
    key_len: Option<u32>,
    value_len: Option<u32>,
) -> u32 {
    record_size_beside(offset_delta, timestamp_delta_ms, key_len, value_len, 0)
}

/// The same with so many bytes of headers, of which there are less than 64.
#[inline]
const fn record_size_beside(
    offset_delta: u32,
    timestamp_delta_ms: i64,
    key_len: Option<u32>,
    value_len: Option<u32>,
    headers: u32,
) -> u32 {
    with_length(
        1 + varlong_size(timestamp_delta_ms)
            + varlong_size(offset_delta as i64)
            + field_size(key_len)
            + field_size(value_len)
            + 1
            + headers,
    )
}

/// Bytes of a record with headers, its own length included (`DefaultRecord.sizeInBytes`).
pub fn record_size_with_headers(
    offset_delta: u32,
    timestamp_delta_ms: i64,
    key_len: Option<u32>,
    value_len: Option<u32>,
    headers: &[HeaderLen],
) -> u32 {
    let fields = field_size(key_len) + field_size(value_len) + headers_size(headers);
    with_length(1 + varlong_size(timestamp_delta_ms) + varlong_size(i64::from(offset_delta)) + fields)
}

/// A record's body and the varint of the body's length.
const fn with_length(body: u32) -> u32 {
    body + varlong_size(body as i64)
}

/// Most bytes that a batch with this one record can have
/// (`AbstractRecords.estimateSizeInBytesUpperBound`).
///
/// The producer compares this with `max.request.size` and `buffer.memory`, and allocates this much
/// for a record that is larger than `batch.size`. `headers`: their bytes without their number, which is below 64.
#[inline]
pub fn batch_size_upper_bound(key_len: Option<u32>, value_len: Option<u32>, headers: u32) -> u32 {
    BATCH_OVERHEAD + MAX_RECORD_OVERHEAD + field_size(key_len) + field_size(value_len) + 1 + headers
}

/// The size of a batch that grows record by record (`MemoryRecordsBuilder` without compression).
///
/// ```
/// use kafkasim::protocol::record_size::BatchSizer;
/// let mut batch = BatchSizer::new();
/// assert_eq!(batch.size(), 61);
/// batch.push(5_000, None, Some(100));
/// assert_eq!(batch.size(), 61 + 109);
/// // The producer's question before each record: would it still fit into `batch.size`?
/// assert_eq!(batch.try_push(5_001, None, Some(100), 0, 16_384), Some(109));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BatchSizer {
    count: u32,
    size: u32,
    base_timestamp_ms: i64,
}

impl BatchSizer {
    /// An empty batch.
    pub const fn new() -> BatchSizer {
        BatchSizer { count: 0, size: BATCH_OVERHEAD, base_timestamp_ms: 0 }
    }
    /// Records so far.
    pub const fn count(&self) -> u32 {
        self.count
    }
    /// Bytes so far, header included.
    pub const fn size(&self) -> u32 {
        self.size
    }
    /// Bytes that the next record would add. The first record fixes the base timestamp.
    /// `headers`: their bytes without their number, which is below 64.
    pub const fn next_record_size(
        &self,
        timestamp_ms: i64,
        key_len: Option<u32>,
        value_len: Option<u32>,
        headers: u32,
    ) -> u32 {
        let delta = if self.count == 0 { 0 } else { timestamp_ms - self.base_timestamp_ms };
        record_size_beside(self.count, delta, key_len, value_len, headers)
    }
    /// Adds a record; returns its bytes.
    pub const fn push(&mut self, timestamp_ms: i64, key_len: Option<u32>, value_len: Option<u32>) -> u32 {
        self.push_with_headers(timestamp_ms, key_len, value_len, 0)
    }
    /// The same with so many bytes of headers.
    pub const fn push_with_headers(
        &mut self,
        timestamp_ms: i64,
        key_len: Option<u32>,
        value_len: Option<u32>,
        headers: u32,
    ) -> u32 {
        self.try_push(timestamp_ms, key_len, value_len, headers, u32::MAX).expect("nothing is as large as that")
    }
    /// Adds a record if it fits below `limit`, and returns its bytes; the first always does
    /// (`MemoryRecordsBuilder.hasRoomFor`).
    #[inline]
    pub const fn try_push(
        &mut self,
        timestamp_ms: i64,
        key_len: Option<u32>,
        value_len: Option<u32>,
        headers: u32,
        limit: u32,
    ) -> Option<u32> {
        let bytes = self.next_record_size(timestamp_ms, key_len, value_len, headers);
        let size = self.size + bytes;
        if self.count == 0 {
            self.base_timestamp_ms = timestamp_ms;
        } else if size > limit {
            return None;
        }
        self.count += 1;
        self.size = size;
        Some(bytes)
    }
    /// Counts a record that is not the first and is known to take so many bytes.
    #[inline]
    pub const fn push_sized(&mut self, bytes: u32) {
        debug_assert!(self.count > 0, "the first record sets the base timestamp");
        self.count += 1;
        self.size += bytes;
    }
}

impl Default for BatchSizer {
    fn default() -> Self {
        BatchSizer::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_varint_grows_at_powers_of_128_of_the_zigzag_value() {
        let edges =
            [(0, 1), (63, 1), (64, 2), (-64, 1), (-65, 2), (8_191, 2), (8_192, 3), (i32::MAX, 5), (i32::MIN, 5)];
        for (value, size) in edges {
            assert_eq!(varint_size(value), size, "{value}");
        }
        assert_eq!(varlong_size(i64::MIN), 10);
    }

    #[test]
    fn a_varlong_has_a_byte_for_every_seven_bits_of_the_zigzag_value() {
        for bits in 1..=63u32 {
            for zigzag in [1u64 << (bits - 1), (1u64 << bits) - 1] {
                let value = (zigzag >> 1) as i64 ^ -((zigzag & 1) as i64);
                assert_eq!(varlong_size(value), bits.div_ceil(7), "{value}");
            }
        }
    }

    #[test]
    fn a_sizer_counts_what_the_single_records_sum_up_to() {
        let mut sizer = BatchSizer::new();
        let mut sum = BATCH_OVERHEAD;
        for i in 0..300u32 {
            let timestamp = 1_000 + i64::from(i) * 7;
            sum += record_size(i, i64::from(i) * 7, Some(8), Some(i));
            sizer.push(timestamp, Some(8), Some(i));
        }
        assert_eq!((sizer.size(), sizer.count()), (sum, 300));
    }

    #[test]
    fn the_first_record_fits_however_large_it_is() {
        let mut sizer = BatchSizer::new();
        assert!(sizer.try_push(0, None, Some(1_000_000), 0, 16_384).is_some());
        assert!(sizer.try_push(0, None, Some(0), 0, 16_384).is_none());
    }

    #[test]
    fn the_upper_bound_is_never_below_the_real_size() {
        let headers = [HeaderLen { key: 3, value: None }, HeaderLen { key: 0, value: Some(200) }];
        for value in [None, Some(0), Some(63), Some(64), Some(100_000)] {
            let real = BATCH_OVERHEAD + record_size_with_headers(0, 0, Some(10), value, &headers);
            let len = headers_len(headers.into_iter());
            assert!(batch_size_upper_bound(Some(10), value, len) >= real);
            assert_eq!(BATCH_OVERHEAD + record_size_beside(0, 0, Some(10), value, len), real);
        }
    }
}
