//! The rules of share-partitions, one by one.
