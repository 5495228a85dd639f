//! What a reader finds who reads every partition from its start when the run is over.
//!
//! A recorder beside a real cluster starts such a reader in the end; here its polls follow from the facts.

use litemap::LiteMap;

use crate::history::fact::Fact;
use crate::protocol::ids::*;

/// The client that reads everything in the end.
pub const FINAL_READER: &str = "final-reader";

/// A batch of a producer's records in a log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct FinalReadBatch {
    pub(super) base: Offset,
    pub(super) count: u32,
    pub(super) node: NodeId,
    pub(super) ordinal: u32,
}

impl FinalReadBatch {
    fn next(&self) -> Offset {
        self.base.plus(self.count)
    }
}

/// The replicas' logs and the partitions' leaders.
#[derive(Clone, Debug, Default)]
pub(super) struct FinalRead {
    logs: LiteMap<(BrokerId, Tp), Vec<FinalReadBatch>>,
    leaders: LiteMap<Tp, Option<BrokerId>>,
}

impl FinalRead {
    /// Takes the next fact.
    pub(super) fn observe(&mut self, fact: &Fact) {
        match *fact {
            Fact::PartitionCreated { tp, leader, .. } | Fact::PartitionChanged { tp, leader, .. } => {
                self.leaders.insert(tp, leader);
            }
            Fact::Appended { broker, tp, base_offset, count, node, ordinal, .. } => {
                self.log(broker, tp).push(FinalReadBatch { base: base_offset, count, node, ordinal });
            }
            Fact::Truncated { broker, tp, to, .. } => self.cut(broker, tp, to),
            Fact::LogRecovered { broker, tp, log_end, .. } => self.cut(broker, tp, log_end),
            _ => {}
        }
    }
    fn log(&mut self, broker: BrokerId, tp: Tp) -> &mut Vec<FinalReadBatch> {
        self.logs.entry((broker, tp)).or_default()
    }
    fn cut(&mut self, broker: BrokerId, tp: Tp, to: Offset) {
        self.log(broker, tp).retain(|batch| batch.next() <= to);
    }
    /// The leader's batches below its high watermark, by partition; a partition without a leader cannot
    /// be read.
    pub(super) fn readable(&self, high_watermark: impl Fn(BrokerId, Tp) -> Offset) -> Vec<(Tp, Vec<FinalReadBatch>)> {
        let read = |(tp, leader): (&Tp, &Option<BrokerId>)| {
            let leader = (*leader)?;
            let end = high_watermark(leader, *tp);
            let log = self.logs.get(&(leader, *tp)).map_or(&[][..], Vec::as_slice);
            Some((*tp, log.iter().filter(|batch| batch.next() <= end).copied().collect()))
        };
        self.leaders.iter().filter_map(read).collect()
    }
}
