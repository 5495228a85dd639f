//! The order in which Java's `HashMap` is walked: the tools print such maps as they come, so this is
//! the order of their lines.

pub(super) use crate::protocol::hashing::java_string_hash as string_hash;

/// `TopicPartition.hashCode()`.
pub(super) fn partition_hash(topic: &str, partition: u32) -> i32 {
    (31_i32.wrapping_add(partition as i32)).wrapping_mul(31).wrapping_add(string_hash(topic))
}

/// Entries, in the order in which they are put, as a `HashMap` of that initial capacity gives them back.
/// (A bucket of more than eight becomes a tree; its order is left out here.)
pub(super) fn map_order<T>(mut entries: Vec<T>, capacity: usize, hash: impl Fn(&T) -> i32) -> Vec<T> {
    let mut capacity = capacity.max(1).next_power_of_two();
    while entries.len() * 4 > capacity * 3 {
        capacity *= 2;
    }
    let bucket = |entry: &T| {
        let hash = hash(entry) as u32;
        (hash ^ (hash >> 16)) as usize & (capacity - 1)
    };
    entries.sort_by_key(bucket);
    entries
}

/// `new HashMap<>()`.
pub(super) const DEFAULT_CAPACITY: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_javas() {
        assert_eq!(string_hash("orders"), -1_008_770_331);
        assert_eq!(string_hash(""), 0);
    }

    #[test]
    fn a_map_of_thirteen_has_thirty_two_buckets() {
        let order = |n: i32| map_order((0..n).rev().collect(), DEFAULT_CAPACITY, |i| *i * 16);
        assert_eq!(order(2), [1, 0], "one bucket of sixteen: as they were put");
        assert_eq!(order(13)[..2], [12, 10], "even ones share a bucket of thirty-two");
    }
}
