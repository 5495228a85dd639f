//! What the producer asked the brokers for.

use smallvec::SmallVec;

use super::batch::BatchId;

/// A request without an answer so far.
#[derive(Clone, Debug)]
pub(super) enum Pending {
    /// Metadata.
    Metadata,
    /// InitProducerId.
    InitProducerId,
    /// Produce, with these batches.
    Produce(SmallVec<[BatchId; 4]>),
}

/// The requests under way, by the tag under which the network knows them.
#[derive(Clone, Debug, Default)]
pub(super) struct Requests {
    slots: Vec<Option<Pending>>,
    free: Vec<u32>,
}

impl Requests {
    /// Remembers a request; returns its tag.
    pub fn add(&mut self, request: Pending) -> u32 {
        let tag = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            (self.slots.len() - 1) as u32
        });
        self.slots[tag as usize] = Some(request);
        tag
    }
    /// The requests without an answer so far, each with its tag.
    pub fn pending(&self) -> impl Iterator<Item = (u32, &Pending)> {
        (0..).zip(&self.slots).filter_map(|(tag, slot)| Some((tag, slot.as_ref()?)))
    }
    /// The request is answered, or never will be.
    pub fn take(&mut self, tag: u32) -> Pending {
        self.free.push(tag);
        self.slots[tag as usize].take().expect("each tag is reported once")
    }
}
