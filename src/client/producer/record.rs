//! A record on its way into `send()`.

use crate::protocol::batch::{RecordDetail, key_len, value_len};
use crate::protocol::exceptions::Exception;
use crate::protocol::record_size::batch_size_upper_bound;
use crate::sim::time::Nanos;

/// What is sent (`ProducerRecord.java`). Keys are numbers: key `i` is the text `key-i`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProducerRecord {
    /// The key's number, or [`RecordDetail::NULL_KEY`].
    pub key: u32,
    /// Bytes of the value, or [`RecordDetail::NULL_VALUE`].
    pub value_len: u32,
    /// Bytes of the headers, of which there are less than 64.
    pub headers: u32,
    /// The record cannot be processed.
    pub poison: bool,
    /// What the application knows it by when its callback is called.
    pub cookie: u32,
}

impl ProducerRecord {
    /// Bytes of the key's text and of the value, `None` where they are null, and of the headers.
    #[inline]
    pub fn lengths(&self) -> (Option<u32>, Option<u32>, u32) {
        (key_len(self.key), value_len(self.value_len), self.headers)
    }
    /// Whether nobody needs to know anything of it but its size.
    pub fn is_plain(&self) -> bool {
        self.key == RecordDetail::NULL_KEY && self.value_len != RecordDetail::NULL_VALUE && !self.poison
    }
    /// Bytes that a batch of this record alone takes at most.
    pub fn upper_bound(&self) -> u32 {
        let (key, value, headers) = self.lengths();
        batch_size_upper_bound(key, value, headers)
    }
}

/// The callback of a record: what came of `send()`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Callback {
    /// The record.
    pub record: ProducerRecord,
    /// The number of its partition, and its own among the records that were sent there; none if `send()` refused it.
    pub sent_as: Option<(u32, u32)>,
    /// What its future has.
    pub result: Result<(), Exception>,
}

/// What a record itself says of where and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct RecordPlace {
    /// The partition; none: the partitioner decides.
    pub partition: Option<u32>,
    /// The timestamp; none: the time of `send()`.
    pub timestamp: Option<Nanos>,
}

/// The text of a key.
pub fn key_text(key: u32) -> String {
    format!("key-{key}")
}
