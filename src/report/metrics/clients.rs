//! What the Java clients count of themselves (`SenderMetricsRegistry`, `FetchMetricsManager`).

use crate::history::fact::{Entry, Fact};
use crate::history::lag::RecordsLags;
use crate::history::setup::Setup;
use crate::protocol::ids::*;

/// What a process's clients have counted in this life.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct ClientMeters {
    pub records_sent: u64,
    pub records_retried: u64,
    pub records_failed: u64,
    pub records_consumed: u64,
}

/// All clients.
#[derive(Clone, Debug)]
pub(super) struct Clients {
    /// By process.
    meters: Vec<ClientMeters>,
    /// By process: whether it has a Java producer.
    producers: Vec<bool>,
    /// By process: whether it has a Java consumer.
    consumers: Vec<bool>,
    lags: RecordsLags,
}

impl Clients {
    /// Before the first fact.
    pub fn new(setup: &Setup) -> Clients {
        let nodes = setup.catalog.nodes.len();
        let marked = |of: &mut dyn Iterator<Item = NodeId>| {
            let mut marks = vec![false; nodes];
            of.for_each(|node| marks[node.index()] = true);
            marks
        };
        let producers = setup.producers.iter().filter(|producer| producer.client.is_none());
        let consumers = setup.consumers.iter().filter(|consumer| consumer.client.is_none());
        Clients {
            meters: vec![ClientMeters::default(); nodes],
            producers: marked(&mut producers.map(|producer| producer.node)),
            consumers: marked(&mut consumers.map(|consumer| consumer.node)),
            lags: RecordsLags::default(),
        }
    }
    /// What the producer of a process has counted, if it has one of Kafka's own.
    pub fn producer(&self, node: NodeId) -> Option<ClientMeters> {
        self.producers[node.index()].then(|| self.meters[node.index()])
    }
    /// What the consumer of a process has counted, if it has one of Kafka's own.
    pub fn consumer(&self, node: NodeId) -> Option<ClientMeters> {
        self.consumers[node.index()].then(|| self.meters[node.index()])
    }
    /// `records-lag` of the consumer of a process, if it has one of Kafka's own and that knows it.
    pub fn records_lag(&self, node: NodeId, tp: Tp) -> Option<u64> {
        self.lags.lag(node, tp).filter(|_| self.consumers[node.index()])
    }
    /// `records-lead` of the consumer of a process likewise.
    pub fn records_lead(&self, node: NodeId, tp: Tp) -> Option<u64> {
        self.lags.lead(node, tp).filter(|_| self.consumers[node.index()])
    }

    /// Takes the next fact.
    pub fn observe(&mut self, entry: &Entry) {
        self.lags.observe(entry);
        match entry.fact {
            Fact::ProcessStarted { node } => self.meters[node.index()] = ClientMeters::default(),
            Fact::BatchSent { node, count, .. } => self.meters[node.index()].records_sent += u64::from(count),
            Fact::BatchRetried { node, count, .. } => self.meters[node.index()].records_retried += u64::from(count),
            Fact::BatchFailed { node, count, .. } | Fact::SendFailed { node, count, .. } => {
                self.meters[node.index()].records_failed += u64::from(count);
            }
            Fact::RecordsPolled { node, count, .. } => self.meters[node.index()].records_consumed += u64::from(count),
            _ => {}
        }
    }
}
