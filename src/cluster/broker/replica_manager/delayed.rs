//! Operations that a replica manager delays (`core/.../server/{DelayedProduce,DelayedFetch}.scala`).

use super::delayed_markers::DelayedMarkers;
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{BrokerId, Offset, Tp};
use crate::protocol::messages::{Acks, FetchResponse, List, ProduceResponse, ProduceResult};
use crate::sim::time::Nanos;

/// What waits on a channel.
#[derive(Clone, Debug)]
pub(super) enum Delayed {
    /// For the high watermark.
    Produce(DelayedProduce),
    /// Likewise.
    Markers(DelayedMarkers),
    /// For bytes to read.
    Fetch(DelayedFetch),
}

/// A produce request: not committed yet, or to be answered.
#[derive(Clone, Debug)]
pub struct DelayedProduce {
    acks: Acks,
    /// In order of the request.
    pub(super) partitions: List<ProducePartitionStatus>,
    /// The handler was busy with it until then.
    done: Nanos,
}

/// What is known of one partition of a produce request.
#[derive(Clone, Copy, Debug)]
pub(super) struct ProducePartitionStatus {
    pub result: ProduceResult,
    /// Records of the batch.
    pub count: u32,
    /// The high watermark that it waits for, until it is decided.
    pub required: Option<Offset>,
    /// Maximal and minimum ISR, and the high watermark, when it was decided.
    pub isr: u16,
    pub min_isr: u16,
    pub high_watermark: Offset,
}

impl ProducePartitionStatus {
    /// Nothing is known yet of the request's part for a partition.
    pub(super) fn new(tp: Tp, count: u32) -> ProducePartitionStatus {
        let (base_offset, log_start) = (Offset::INVALID, Offset::INVALID);
        ProducePartitionStatus {
            result: ProduceResult { tp, error: ErrorCode::None, base_offset, log_start, current_leader: None },
            count,
            required: None,
            isr: 0,
            min_isr: 0,
            high_watermark: Offset::INVALID,
        }
    }
}

impl DelayedProduce {
    pub(super) fn new(acks: Acks, partitions: List<ProducePartitionStatus>, done: Nanos) -> DelayedProduce {
        DelayedProduce { acks, partitions, done }
    }
    /// Whether all of it is decided.
    #[inline]
    pub(super) fn is_decided(&self) -> bool {
        self.partitions.iter().all(|status| status.required.is_none())
    }
    /// Whether any of it was refused.
    pub(super) fn has_failed(&self) -> bool {
        self.partitions.iter().any(|status| status.result.error.is_err())
    }
    /// The answer, and when its handler was done with it. `heard`: the client is still there to be told, which is
    /// a fact.
    #[inline]
    pub fn answer(self, broker: BrokerId, heard: bool, ctx: &mut Context<'_>) -> (ProduceResponse, Nanos) {
        for status in self.partitions.iter().filter(|status| heard && status.result.error.is_ok()) {
            ctx.record(Fact::ProduceAnswered {
                broker,
                tp: status.result.tp,
                base_offset: status.result.base_offset,
                count: status.count,
                acks: self.acks,
                high_watermark: status.high_watermark,
                isr: status.isr,
                min_isr: status.min_isr,
            });
        }
        let mut partitions = ctx.spare_list();
        partitions.extend(self.partitions.iter().map(|status| status.result));
        (ProduceResponse { partitions }, self.done)
    }
}

/// What came of a produce request.
#[derive(Debug)]
pub enum Produced {
    /// Answer it.
    Answer(DelayedProduce),
    /// It waits for the ISR.
    Delayed,
    /// acks=0: there is no answer; its handler is busy until then.
    Silent(Nanos),
    /// acks=0: the only sign of an error that a client ever gets is a closed connection.
    Disconnect,
    /// The client is gone: nobody waits.
    Unheard,
}

/// What waited for the ISR, and is to be answered now.
#[derive(Debug)]
pub enum Completed {
    /// A produce request.
    Produce(DelayedProduce),
    /// Markers.
    Markers(DelayedMarkers),
}

/// A fetch that waits for `fetch.min.bytes`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct DelayedFetch {
    /// Bytes that complete it.
    pub min_bytes: u32,
    /// Bytes to return at most.
    pub max_bytes: u32,
}

/// An answer to a fetch.
#[derive(Debug)]
pub struct Fetched {
    /// The channel of the request.
    pub channel: u32,
    /// What there was.
    pub response: FetchResponse,
    /// The handler was busy with it until then.
    pub done: Nanos,
}

/// An operation whose time is up, and its answer.
#[derive(Debug)]
pub enum Expired {
    /// What a channel's request wrote.
    Written(u32, Completed),
    /// A fetch.
    Fetch(Fetched),
}
