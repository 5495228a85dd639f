//! How far batches compress: what Kafka expects, and what the workload does
//! (`clients/.../common/record/CompressionRatioEstimator.java`, `MemoryRecordsBuilder`).
//!
//! Whether a record still fits into a batch is a question about bytes that are not compressed yet. So Kafka goes by the
//! ratio of earlier batches, and learns fast that it hopes for too much and slowly that it hopes for too little: a
//! batch of records that compress well grows larger than `batch.size` before it is compressed.

use crate::protocol::compression::CompressionType;
use crate::protocol::record_size::BATCH_OVERHEAD;

/// `COMPRESSION_RATE_ESTIMATION_FACTOR`.
const ESTIMATION_FACTOR: f32 = 1.05;
/// `COMPRESSION_RATIO_DETERIORATE_STEP`.
const DETERIORATE: f32 = 0.05;
/// `COMPRESSION_RATIO_IMPROVING_STEP`.
const IMPROVE: f32 = 0.005;

/// Of a producer with a `compression.type`.
#[derive(Clone, Copy, Debug)]
pub(super) struct CompressionRatio {
    codec: CompressionType,
    /// Of the workload.
    actual: f32,
    /// What Kafka expects of the next batch.
    estimate: f32,
    /// Batches so far.
    batches: u32,
    /// Bytes of their records, before and after.
    bytes: (u64, u64),
}

impl CompressionRatio {
    /// Nothing was sent; none without a codec.
    pub fn new(codec: CompressionType, actual: f32) -> Option<CompressionRatio> {
        let new = CompressionRatio { codec, actual, estimate: 1.0, batches: 0, bytes: (0, 0) };
        (codec != CompressionType::None).then_some(new)
    }
    /// What the next batch goes by.
    pub fn estimate(self) -> f32 {
        self.estimate
    }
    /// The size of a batch that is closed, of one that had so many bytes.
    pub fn compressed(self, size: u32) -> u32 {
        let records = (size - BATCH_OVERHEAD) as f32 * self.actual;
        BATCH_OVERHEAD + records.ceil() as u32
    }
    /// A batch is closed, for the `first` time or again, after a retry (`updateEstimation`).
    pub fn closed(&mut self, size: u32, compressed: u32, first: bool) {
        let (records, less) = (size - BATCH_OVERHEAD, compressed - BATCH_OVERHEAD);
        let observed = less as f32 / records as f32;
        if observed > self.estimate {
            self.estimate = (self.estimate + DETERIORATE).max(observed);
        } else if observed < self.estimate {
            self.estimate = (self.estimate - IMPROVE).max(observed);
        }
        if first {
            self.batches += 1;
            self.bytes.0 += u64::from(records);
            self.bytes.1 += u64::from(less);
        }
    }
    /// A broker found a batch too large that had shrunk from this size to that: nothing is hoped for any more
    /// (`splitAndReenqueue`).
    pub fn split(&mut self, size: u32, compressed: u32) {
        let observed = (compressed - BATCH_OVERHEAD) as f32 / (size - BATCH_OVERHEAD) as f32;
        self.estimate = observed.max(1.0);
    }
    /// What was compressed so far: codec, batches, and bytes of records before and after.
    pub fn sum(self) -> (CompressionType, u32, u64, u64) {
        (self.codec, self.batches, self.bytes.0, self.bytes.1)
    }
}

/// Bytes that a batch is expected to take (`estimatedBytesWritten`). `size`: if nothing were compressed.
pub(super) fn estimated_size(size: u32, estimate: f32) -> u32 {
    BATCH_OVERHEAD + ((size - BATCH_OVERHEAD) as f32 * estimate * ESTIMATION_FACTOR) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kafka_learns_slowly_that_it_hopes_for_too_little_and_fast_that_it_hopes_for_too_much() {
        let mut ratio = CompressionRatio::new(CompressionType::Lz4, 0.5).expect("a codec");
        let size = 61 + 10_000;
        assert_eq!(ratio.compressed(size), 61 + 5_000);
        ratio.closed(size, 61 + 5_000, true);
        assert_eq!(ratio.estimate(), 0.995);
        (0..200).for_each(|_| ratio.closed(size, 61 + 5_000, true));
        assert_eq!(ratio.estimate(), 0.5, "no lower than what is observed");
        ratio.closed(size, 61 + 5_100, false);
        assert_eq!(ratio.estimate(), 0.55, "a step, though it was less");
        ratio.closed(size, 61 + 9_000, false);
        assert_eq!(ratio.estimate(), 0.9);
        ratio.split(size, 61 + 5_000);
        assert_eq!((ratio.estimate(), ratio.sum().1), (1.0, 201));
    }

    #[test]
    fn an_estimate_is_a_twentieth_more_than_the_ratio_says() {
        assert_eq!(estimated_size(61 + 1_000, 1.0), 61 + 1_050);
        assert_eq!(estimated_size(61, 1.0), 61);
    }
}
