//! What the producer asked the brokers for.

use smallvec::SmallVec;

use super::batch::BatchId;
use super::transactions::TxnRequest;
use crate::client::network::Dest;
use crate::sim::time::Nanos;

/// A request without an answer so far.
#[derive(Clone, Debug)]
pub(super) enum Pending {
    /// Metadata.
    Metadata,
    /// InitProducerId of a producer without transactions.
    InitProducerId,
    /// The control request that is under way.
    Control,
    /// Produce, with these batches.
    Produce(SmallVec<[BatchId; 4]>),
}

/// The control request of a transactional producer that is taken care of: there is one at a time, and no data is sent
/// meanwhile.
#[derive(Clone, Debug, Default)]
pub(super) enum Control {
    /// None.
    #[default]
    Idle,
    /// Nobody can be asked; not to be tried again before this.
    NobodyUntil(Nanos),
    /// Its connection is being opened, or is full (`awaitNodeReady`); given up at `until`.
    Connecting {
        /// The request.
        request: TxnRequest,
        /// Where to.
        dest: Dest,
        /// See above.
        until: Nanos,
    },
    /// The sender's thread sleeps before it is sent again. What comes from the network is read afterwards.
    Sleeping {
        /// The request; none if it has to find its destination again.
        request: Option<(TxnRequest, Dest)>,
        /// The end of the sleep.
        until: Nanos,
    },
    /// It is sent.
    InFlight(TxnRequest),
}

impl Control {
    /// The request, wherever it is.
    pub fn request(&self) -> Option<&TxnRequest> {
        match self {
            Control::Idle | Control::NobodyUntil(_) => None,
            Control::Connecting { request, .. } | Control::InFlight(request) => Some(request),
            Control::Sleeping { request, .. } => request.as_ref().map(|(request, _)| request),
        }
    }
    /// When the sleep is over, if the thread sleeps.
    pub fn sleeps_until(&self) -> Option<Nanos> {
        match self {
            Control::Sleeping { until, .. } => Some(*until),
            _ => None,
        }
    }
}

/// What a pass of the sender's loop has to do after its look at the control requests.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Turn {
    /// It sends data.
    Data,
    /// It is over: a control request is under way.
    Over,
    /// It is over, and the next may do more at once.
    Again,
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
