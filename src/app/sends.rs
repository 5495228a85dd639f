//! What outlives a producer: nobody but the one who watches the run needs to know it.

use crate::client::producer::KafkaProducer;
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::ids::NodeId;

/// The records that a process has sent, over all its lives.
#[derive(Clone, Debug, Default)]
pub struct SentRecords {
    /// Next ordinal by partition: no two records of a run share one, whatever dies in between.
    ordinals: Vec<u32>,
    /// Records that died with a process, not yet told.
    lost: Vec<Fact>,
    /// Transactions that were begun.
    transactions: u32,
    /// Scratch.
    before: Vec<u32>,
}

impl SentRecords {
    /// None yet, to so many partitions.
    pub fn new(partitions: u32) -> SentRecords {
        SentRecords { ordinals: vec![0; partitions as usize], ..SentRecords::default() }
    }
    /// The next ordinals, by partition.
    #[inline]
    pub fn ordinals(&mut self) -> &mut [u32] {
        &mut self.ordinals
    }
    /// Calls `send()`, and says where its record got a number, if it got one: the partition's, and its own.
    pub fn placing<R>(&mut self, send: impl FnOnce(&mut [u32]) -> R) -> (R, Option<(u32, u32)>) {
        self.before.clone_from(&self.ordinals);
        let sent = send(&mut self.ordinals);
        let partition = self.ordinals.iter().zip(&self.before).position(|(now, before)| now != before);
        (sent, partition.map(|partition| (partition as u32, self.before[partition])))
    }
    /// The number of the next transaction, from 1.
    pub fn next_transaction(&mut self) -> u32 {
        self.transactions += 1;
        self.transactions
    }
    /// # Panics
    /// If a record could get the number of another. Not looked at in every turn.
    pub fn check_invariants(&self, producer: &KafkaProducer, turn: u64) {
        const TURNS: u64 = 8;
        if !turn.is_multiple_of(TURNS) {
            return;
        }
        for fact in producer.pending(NodeId::default()) {
            if let Fact::RecordsPending { tp, ordinal, count, .. } = fact {
                let next = self.ordinals[producer.number_of(tp) as usize];
                assert!(ordinal + count <= next, "no two records of a process share a number");
            }
        }
    }
    /// The process died with its producer. Its open records are told of as pending with the next input.
    pub fn producer_died(&mut self, producer: &KafkaProducer) {
        // The node's own number is filled in when the facts are told: only then is it known.
        self.lost.extend(producer.pending(NodeId::default()));
    }
    /// Tells of records that died with their producer.
    #[inline]
    pub fn report_lost(&mut self, ctx: &mut Context<'_>) {
        if !self.lost.is_empty() {
            self.report(ctx);
        }
    }
    #[cold]
    fn report(&mut self, ctx: &mut Context<'_>) {
        for mut fact in self.lost.drain(..) {
            if let Fact::RecordsPending { node, .. } = &mut fact {
                *node = ctx.me();
            }
            ctx.record(fact);
        }
    }
}
