//! The hash functions that decide where a key or an id lives.
//!
//! They are part of Kafka's contract with its users: a client that hashes otherwise sends the
//! records of one key to two partitions.

/// Murmur2 as the Java client computes it (`Utils.murmur2`, seed `0x9747b28c`).
///
/// ```
/// assert_eq!(kafkasim::protocol::hashing::murmur2(b"21"), -973932308);
/// ```
pub fn murmur2(data: &[u8]) -> i32 {
    const SEED: u32 = 0x9747_b28c;
    const M: u32 = 0x5bd1_e995;
    let words = data.chunks_exact(4);
    let tail = words.remainder();
    // The length is a Java int.
    let mut hash = SEED ^ data.len() as u32;
    for word in words {
        let k = u32::from_le_bytes(word.try_into().expect("chunks of four")).wrapping_mul(M);
        hash = hash.wrapping_mul(M) ^ (k ^ (k >> 24)).wrapping_mul(M);
    }
    if !tail.is_empty() {
        for (i, byte) in tail.iter().enumerate() {
            hash ^= u32::from(*byte) << (8 * i);
        }
        hash = hash.wrapping_mul(M);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(M);
    (hash ^ (hash >> 15)) as i32
}

/// The partition of a key: the sign bit of its murmur2 hash is masked away, then the remainder is
/// taken (`BuiltInPartitioner.partitionForKey`). An empty key is a key; a null key never comes
/// here.
///
/// # Panics
/// For zero partitions.
pub fn partition_for_key(key: &[u8], partitions: u32) -> u32 {
    (murmur2(key) & i32::MAX) as u32 % partitions
}

/// `java.lang.String.hashCode`: over UTF-16 code units, wrapping.
pub fn java_string_hash(text: &str) -> i32 {
    text.encode_utf16().fold(0i32, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

/// The partition of `__consumer_offsets` or `__transaction_state` that holds the state of a group
/// id or transactional id, and so its coordinator (`GroupMetadataManager.partitionFor`).
///
/// Kafka takes the absolute value of the hash here (0 for the smallest integer, `Utils.abs`) and
/// does *not* mask the sign bit as it does for keys: the two differ for most negative hashes.
///
/// # Panics
/// For zero partitions.
pub fn coordinator_partition(id: &str, partitions: u32) -> u32 {
    java_string_hash(id).checked_abs().unwrap_or(0) as u32 % partitions
}

/// librdkafka's `consistent` partitioner: CRC-32 (IEEE) modulo partitions.
///
/// A client that keeps librdkafka's default disagrees with the Java client on most keys.
///
/// # Panics
/// For zero partitions.
pub fn librdkafka_consistent(key: &[u8], partitions: u32) -> u32 {
    crc32(key) % partitions
}

/// librdkafka's `fnv1a` partitioner: absolute value of the signed 32-bit FNV-1a hash modulo
/// partitions.
///
/// # Panics
/// For zero partitions.
pub fn librdkafka_fnv1a(key: &[u8], partitions: u32) -> u32 {
    let hash = key.iter().fold(0x811c_9dc5u32, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193));
    (hash as i32).unsigned_abs() % partitions
}

/// CRC-32 with the reflected IEEE polynomial, bit by bit: it is nowhere near a hot path.
fn crc32(data: &[u8]) -> u32 {
    let crc = data.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| (crc >> 1) ^ if crc & 1 == 1 { 0xedb8_8320 } else { 0 })
    });
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Java's `"polygenelubricants".hashCode()` is the smallest integer, whose absolute value does
    /// not exist.
    #[test]
    fn the_one_hash_without_an_absolute_value_goes_to_partition_zero() {
        assert_eq!(java_string_hash("polygenelubricants"), i32::MIN);
        assert_eq!(coordinator_partition("polygenelubricants", 50), 0);
    }

    #[test]
    fn characters_outside_the_basic_plane_hash_as_two_units() {
        assert_eq!(java_string_hash("\u{1f600}"), 0xd83d * 31 + 0xde00);
    }

    #[test]
    fn crc32_gives_its_check_value() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
    }
}
