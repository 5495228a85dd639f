//! Which key and which size the next record has.

use crate::app::spec::{Keys, ValueSize};
use crate::protocol::batch::RecordDetail;
use crate::sim::random::{Stream, Zipf};

/// Gives the keys of a workload one by one.
#[derive(Clone, Debug)]
pub enum KeyGenerator {
    /// Null keys.
    None,
    /// Each equally often.
    Uniform {
        /// How many.
        count: u32,
    },
    /// In turn.
    RoundRobin {
        /// How many.
        count: u32,
        /// The next one.
        next: u32,
    },
    /// By Zipf's law.
    Zipf(Zipf),
}

impl KeyGenerator {
    /// The generator of these keys.
    pub fn new(keys: &Keys) -> KeyGenerator {
        match *keys {
            Keys::None | Keys::Uniform { count: 0 } | Keys::RoundRobin { count: 0 } | Keys::Zipf { count: 0, .. } => {
                KeyGenerator::None
            }
            Keys::Uniform { count } => KeyGenerator::Uniform { count },
            Keys::RoundRobin { count } => KeyGenerator::RoundRobin { count, next: 0 },
            Keys::Zipf { count, exponent } => KeyGenerator::Zipf(Zipf::new(count, exponent)),
        }
    }
    /// The next key's number, [`RecordDetail::NULL_KEY`] for a null key.
    #[inline]
    pub fn draw(&mut self, random: &mut Stream) -> u32 {
        match self {
            KeyGenerator::None => RecordDetail::NULL_KEY,
            KeyGenerator::Uniform { count } => random.below(u64::from(*count)) as u32,
            KeyGenerator::RoundRobin { count, next } => {
                let key = *next;
                *next = (key + 1) % *count;
                key
            }
            KeyGenerator::Zipf(zipf) => zipf.sample(random),
        }
    }
}

impl Keys {
    /// How many keys there are; 0 for null keys.
    pub fn count(&self) -> u32 {
        match *self {
            Keys::None => 0,
            Keys::Uniform { count } | Keys::RoundRobin { count } | Keys::Zipf { count, .. } => count,
        }
    }
}

impl ValueSize {
    /// The next value's size in bytes.
    #[inline]
    pub fn draw(&self, random: &mut Stream) -> u32 {
        match *self {
            ValueSize::Constant(bytes) => bytes,
            ValueSize::Uniform(low, high) => random.between(u64::from(low), u64::from(high.max(low))) as u32,
        }
    }
}
