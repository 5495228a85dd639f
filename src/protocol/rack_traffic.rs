//! Bytes of record batches that had to cross racks.
//!
//! A byte is one of a record batch as it lies in the log: its header and its records, after compression. Those of requests
//! beside their batches, of empty fetches, of metadata, heartbeats and commits on their way to a coordinator are not counted,
//! since the model knows their sizes only roughly; what a coordinator has written is, as it is replicated. A batch counts each
//! time that it is handed to the network, so once more for a retry; what TCP sends again by itself does not, nor what a fault
//! has vanish. Batches of internal topics count, those of the controllers' log do not.

/// What batches travel for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Carriage {
    /// From a producer to a leader, in a Produce request.
    Produce,
    /// From a replica to a consumer or a member of a share group, in the answer to a Fetch or ShareFetch.
    Consume,
    /// From a leader to a follower, in the answer to a Fetch.
    Replicate,
}

impl Carriage {
    /// All of them.
    pub const ALL: [Carriage; 3] = [Carriage::Produce, Carriage::Consume, Carriage::Replicate];
    /// The word for it in scenarios and documents.
    pub const fn name(self) -> &'static str {
        match self {
            Carriage::Produce => "produce",
            Carriage::Consume => "consume",
            Carriage::Replicate => "replicate",
        }
    }
}

/// Bytes of one kind.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct CarriedBytes {
    /// From one rack to another.
    pub crossed: u64,
    /// Within a rack.
    pub within: u64,
    /// From or to a process whose rack nobody knows: they may have crossed racks or not.
    pub unplaced: u64,
}

impl CarriedBytes {
    /// How many crossed racks; none: of some nobody knows.
    pub fn known_crossed(&self) -> Option<u64> {
        (self.unplaced == 0).then_some(self.crossed)
    }
    /// All of them.
    pub fn total(&self) -> u64 {
        self.crossed + self.within + self.unplaced
    }
}

/// How much was carried, by what it travelled for, and how much of it across racks.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct RackTraffic {
    /// By [`Carriage`].
    carried: [CarriedBytes; Carriage::ALL.len()],
}

impl RackTraffic {
    /// The bytes of one kind.
    pub fn of(&self, carriage: Carriage) -> CarriedBytes {
        self.carried[carriage as usize]
    }
    /// The same, to add to it.
    pub fn of_mut(&mut self, carriage: Carriage) -> &mut CarriedBytes {
        &mut self.carried[carriage as usize]
    }
}
