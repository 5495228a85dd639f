//! A source that sends in transactions: where its thread is.

use crate::app::spec::{FencedPolicy, TransactionExtent, TransactionSpec};
use crate::app::transactions::{self, Remedy, remedy, remedy_of_throw};
use crate::client::producer::{KafkaProducer, Operation};
use crate::node::Context;
use crate::sim::time::Nanos;

/// Between a fatal error and the construction of another producer.
const RESTART_PAUSE: Nanos = Nanos::from_secs(1);

/// Where the thread is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Place {
    /// In a call that waits.
    In(Operation),
    /// Between two transactions.
    Between,
    /// In a transaction.
    Open {
        /// Its number.
        number: u32,
        /// Records sent in it.
        sent: u32,
        /// When its span is over.
        until: Nanos,
    },
    /// Working, before it ends the transaction.
    Pausing {
        /// The transaction's number.
        number: u32,
        /// Until then.
        until: Nanos,
    },
    /// In close(), after a fatal error.
    Closing,
    /// Without a producer, until then.
    Without(Nanos),
    /// Done for good.
    Over,
}

/// See the module. It dies with the process.
#[derive(Clone, Debug)]
pub struct Transacting {
    spec: TransactionSpec,
    place: Place,
}

/// What the source does next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// It may send.
    Send,
    /// It waits.
    Wait,
    /// It constructs another producer.
    Construct,
    /// It ends.
    Exit,
}

/// What the transaction that is open takes in without beginning, ending or asking for anything.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Quiet {
    /// So many records at most ...
    pub records: usize,
    /// ... before this time.
    pub until: Nanos,
}

impl Transacting {
    /// With a producer that was just constructed: it calls initTransactions().
    pub fn begin(spec: &TransactionSpec, producer: &mut KafkaProducer, ctx: &mut Context<'_>) -> Transacting {
        let mut transacting = Transacting { spec: spec.clone(), place: Place::Between };
        transacting.call(Operation::Init, producer, ctx);
        transacting
    }
    /// When the thread has something to do by itself.
    pub fn due(&self) -> Nanos {
        match self.place {
            Place::Open { until, .. } | Place::Pausing { until, .. } | Place::Without(until) => until,
            Place::In(_) | Place::Between | Place::Closing | Place::Over => Nanos::MAX,
        }
    }
    /// The same, if `next` is when the next record comes.
    pub fn due_with(&self, next: Nanos) -> Nanos {
        if self.takes_records() { next.min(self.due()) } else { self.due() }
    }
    /// Whether it takes records now.
    pub fn takes_records(&self) -> bool {
        matches!(self.place, Place::Between | Place::Open { .. })
    }
    /// What the open transaction takes in quietly: not its last record, with which it ends.
    pub fn quiet(&self) -> Option<Quiet> {
        let Place::Open { sent, until, .. } = self.place else { return None };
        let records = match self.spec.extent {
            TransactionExtent::Records(records) => records.saturating_sub(sent.saturating_add(1)) as usize,
            TransactionExtent::Span(_) => usize::MAX,
        };
        Some(Quiet { records, until })
    }
    /// Whether a transaction is open, or a call under way.
    pub fn is_busy(&self) -> bool {
        !matches!(self.place, Place::Between | Place::Over | Place::Without(_))
    }

    /// Goes on until the thread waits or may send. `over`: nothing more will come; `closing`: the process is to end.
    pub fn drive(&mut self, over: bool, closing: bool, producer: &mut KafkaProducer, ctx: &mut Context<'_>) -> Step {
        loop {
            match self.place {
                Place::In(call) => {
                    let Some(returned) = producer.transaction_returned(ctx) else { return Step::Wait };
                    self.returned(call, remedy(call, returned, producer.transaction_error()), closing, producer, ctx);
                }
                Place::Between => return Step::Send,
                Place::Open { number, sent, until } => {
                    let full = match self.spec.extent {
                        TransactionExtent::Records(records) => sent >= records,
                        TransactionExtent::Span(_) => until <= ctx.now(),
                    };
                    if !full && !over {
                        return Step::Send;
                    }
                    self.place = Place::Pausing { number, until: ctx.now().saturating_add(self.spec.pause) };
                }
                Place::Pausing { until, .. } if ctx.now() < until && !closing => return Step::Wait,
                Place::Pausing { number, .. } => {
                    let aborts = self.spec.abort_every.is_some_and(|n| number.is_multiple_of(n));
                    self.call(if aborts { Operation::Abort } else { Operation::Commit }, producer, ctx);
                }
                Place::Closing if producer.has_open_sends() => return Step::Wait,
                Place::Closing => {
                    producer.disconnect(ctx);
                    self.place = match self.spec.on_fenced {
                        FencedPolicy::Restart => Place::Without(ctx.now().saturating_add(RESTART_PAUSE)),
                        FencedPolicy::Exit => Place::Over,
                    };
                }
                Place::Without(_) if closing => self.place = Place::Over,
                Place::Without(until) if ctx.now() < until => return Step::Wait,
                Place::Without(_) => return Step::Construct,
                Place::Over => return Step::Exit,
            }
        }
    }
    fn returned(
        &mut self,
        call: Operation,
        remedy: Remedy,
        closing: bool,
        producer: &mut KafkaProducer,
        ctx: &mut Context<'_>,
    ) {
        match remedy {
            Remedy::Done => self.place = Place::Between,
            // Who is told to stop does not wait for ever.
            Remedy::Again if closing => self.place = Place::Over,
            Remedy::Again => self.call(call, producer, ctx),
            Remedy::Abort => self.call(Operation::Abort, producer, ctx),
            Remedy::Close => self.close(producer, ctx),
        }
    }
    fn call(&mut self, call: Operation, producer: &mut KafkaProducer, ctx: &mut Context<'_>) {
        transactions::call(call, producer, ctx);
        self.place = Place::In(call);
    }
    fn close(&mut self, producer: &mut KafkaProducer, ctx: &mut Context<'_>) {
        producer.close(ctx);
        self.place = Place::Closing;
    }
    /// A record is about to be sent: it begins a transaction, if none is open. Whether it may be sent. `number`: that of the next
    /// transaction.
    pub fn before_send(
        &mut self,
        number: impl FnOnce() -> u32,
        producer: &mut KafkaProducer,
        ctx: &mut Context<'_>,
    ) -> bool {
        if self.place != Place::Between {
            return true;
        }
        let number = number();
        if producer.begin_transaction(number, ctx).is_err() {
            self.failed(producer, ctx);
            return false;
        }
        let until = match self.spec.extent {
            TransactionExtent::Records(_) => Nanos::MAX,
            TransactionExtent::Span(span) => ctx.now().saturating_add(span),
        };
        self.place = Place::Open { number, sent: 0, until };
        true
    }
    /// `send()` was called.
    pub fn sent(&mut self) {
        if let Place::Open { sent, .. } = &mut self.place {
            *sent += 1;
        }
    }
    /// `send()` or beginTransaction() threw.
    pub fn failed(&mut self, producer: &mut KafkaProducer, ctx: &mut Context<'_>) {
        if remedy_of_throw(producer.transaction_error()) == Remedy::Abort {
            self.call(Operation::Abort, producer, ctx);
        } else {
            self.close(producer, ctx);
        }
    }
    /// # Panics
    /// If the thread is in a call that the producer does not know of, or the other way round.
    pub fn check_invariants(&self, producer: &KafkaProducer) {
        assert_eq!(
            matches!(self.place, Place::In(_)),
            producer.is_in_call(),
            "a thread is in the call that it has made"
        );
        assert!(self.takes_records() || !producer.is_blocked(), "send() is called between the calls for transactions");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::spec::ProducerSpec;
    use crate::client::producer::{ProducerRecord, RecordPlace, key_partitions};
    use crate::protocol::batch::RecordDetail;
    use crate::protocol::catalog::{Catalog, NodeRole};
    use crate::protocol::config::ProducerConfig;
    use crate::protocol::ids::{BrokerId, NodeId, TopicId};
    use crate::protocol::rules::Rules;
    use crate::stage::Stage;
    use crate::stage::broken::each_is_noticed;

    /// In initTransactions().
    fn initializing() -> (Transacting, KafkaProducer) {
        let mut catalog = Catalog::default();
        catalog.add_node("broker 1", NodeRole::Broker(BrokerId(1)));
        catalog.add_node("ledger-0", NodeRole::producer());
        catalog.add_topic("orders", 1);
        let transactional_id = Some(catalog.add_transactional_id("ledger-0"));
        let spec = ProducerSpec { transactional_id, ..ProducerSpec::plain(TopicId(0), ProducerConfig::default()) };
        let mut producer = KafkaProducer::new(&spec, &catalog, Rules::default(), key_partitions(&spec, 0, &catalog));
        let spec = TransactionSpec {
            extent: TransactionExtent::Records(1),
            abort_every: None,
            pause: Nanos::ZERO,
            on_fenced: FencedPolicy::Restart,
        };
        let (transacting, _) = Stage::new(NodeId(1)).act(|ctx| Transacting::begin(&spec, &mut producer, ctx));
        (transacting, producer)
    }

    #[test]
    fn a_thread_that_is_where_it_cannot_be_is_noticed() {
        each_is_noticed(
            initializing,
            |(transacting, producer)| transacting.check_invariants(producer),
            &[
                ("a thread is in the call that it has made", |(transacting, _)| transacting.place = Place::Between),
                ("send() is called between the calls", |(_, producer)| {
                    let record = ProducerRecord {
                        key: RecordDetail::NULL_KEY,
                        value_len: 1,
                        headers: 0,
                        poison: false,
                        cookie: 0,
                    };
                    let send = |ctx: &mut Context<'_>| producer.send(record, RecordPlace::default(), &mut [0], ctx);
                    _ = Stage::new(NodeId(1)).act(send);
                }),
            ],
        );
    }
}
