//! Compression of batches (`compression.type`), as sizes and as time of a processor.
//!
//! Payload bytes are never stored, so nothing is compressed here: a workload says to which part of their size its
//! records compress, and a codec stands for what that costs.

/// `compression.type` of a producer (`CompressionType.java`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CompressionType {
    /// Batches go out as they are.
    #[default]
    None,
    /// gzip.
    Gzip,
    /// Snappy.
    Snappy,
    /// LZ4.
    Lz4,
    /// Zstandard.
    Zstd,
}

/// To which part of its size a workload's record compresses, if nothing else is said: what JSON of some hundred bytes
/// does in batches.
pub const DEFAULT_RATIO: f32 = 0.5;

impl CompressionType {
    /// Kafka's name.
    pub const fn name(self) -> &'static str {
        match self {
            CompressionType::None => "none",
            CompressionType::Gzip => "gzip",
            CompressionType::Snappy => "snappy",
            CompressionType::Lz4 => "lz4",
            CompressionType::Zstd => "zstd",
        }
    }
    /// Nanoseconds of a processor per KiB of records, for the producer to compress them and for a reader of them to
    /// undo it: figures of the model, rounded from what the codecs' own benchmarks show at Kafka's default levels for
    /// text on one core of a server (gzip 6: 40 and 300 MB/s, Snappy 400 and 1000, LZ4 500 and 2000, zstd 3: 250 and 800).
    const fn nanos_per_kib(self) -> (u64, u64) {
        match self {
            CompressionType::None => (0, 0),
            CompressionType::Gzip => (25_000, 3_400),
            CompressionType::Snappy => (2_500, 1_000),
            CompressionType::Lz4 => (2_000, 500),
            CompressionType::Zstd => (4_000, 1_300),
        }
    }
    /// Time of the producer's processor for so many bytes of records, in nanoseconds.
    pub const fn compression_nanos(self, bytes: u64) -> u64 {
        bytes * self.nanos_per_kib().0 / 1024
    }
    /// Time of the leader's processor for the same: with the topic's `compression.type=producer` it decompresses each batch
    /// to validate its records, and stores it as it came (`LogValidator`). Followers and consumers: a consumer does the same
    /// once more, a follower nothing.
    pub const fn validation_nanos(self, bytes: u64) -> u64 {
        bytes * self.nanos_per_kib().1 / 1024
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_compressed_costs_nothing_and_gzip_costs_most() {
        assert_eq!(CompressionType::None.compression_nanos(1 << 30), 0);
        assert_eq!(CompressionType::Lz4.compression_nanos(2048), 4_000);
        let codecs = [CompressionType::Snappy, CompressionType::Lz4, CompressionType::Zstd];
        for codec in codecs {
            assert!(codec.compression_nanos(1 << 20) < CompressionType::Gzip.compression_nanos(1 << 20));
            assert!(codec.validation_nanos(1 << 20) < codec.compression_nanos(1 << 20));
        }
    }
}
