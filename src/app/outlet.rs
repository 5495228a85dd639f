//! Where an application that reads sends to: its producer, and what it has sent for which record.

use std::collections::VecDeque;
use std::rc::Rc;

use super::batch::{Stretch, Work};
use super::sends::SentRecords;
use super::spec::{OutletPurpose, OutletSpec};
use super::transactions::{self, Remedy, remedy, remedy_of_throw};
use crate::client::producer::{
    Callback, KafkaProducer, Operation, ProducerRecord, ProducerTimer, RecordPlace, SendResult,
};
use crate::history::fact::Fact;
use crate::node::{Context, Input, RecordId};
use crate::protocol::catalog::Catalog;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{LeaderEpoch, Offset, Tp};
use crate::protocol::messages::ConsumerGroupMetadata;
use crate::protocol::put_aside::PutAside;
use crate::protocol::rules::Rules;

/// Kinds of the producer's timers and endpoints are counted from here.
const PRODUCER: u8 = 16;

/// What the application constructs its producer from.
#[derive(Clone, Debug)]
pub struct Construction {
    /// What it is for.
    pub spec: Rc<OutletSpec>,
    /// All names.
    pub catalog: Rc<Catalog>,
    /// The rules in force.
    pub rules: Rules,
    /// See [`key_partitions`](crate::client::producer::key_partitions).
    pub key_partitions: Rc<[u32]>,
}

impl Construction {
    fn producer(&self) -> KafkaProducer {
        let producer = &self.spec.producer;
        KafkaProducer::new(producer, &self.catalog, self.rules, self.key_partitions.clone()).with_callbacks()
    }
}

/// What calling `send()` came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sent {
    /// Everything is sent.
    All,
    /// A call blocks.
    Blocks,
    /// A call threw: the transaction cannot go on. What was not sent is not sent any more.
    Threw,
}

/// What is sent for a record.
#[derive(Clone, Copy, Debug)]
struct Outgoing {
    /// The record.
    work: Work,
    /// The headers of its copy, if it is put aside.
    headers: Option<PutAside>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Outlet {
    construction: Construction,
    producer: KafkaProducer,
    sends: SentRecords,
    /// What is to be sent, in order.
    queue: VecDeque<Outgoing>,
    /// What was sent and has no result yet, by cookie.
    under_way: VecDeque<Option<Outgoing>>,
    /// The cookie of the first of these.
    first_cookie: u32,
    /// The sender has something to do.
    wake: bool,
    flushing: bool,
    /// The call for transactions in which the application's thread is.
    call: Option<Operation>,
    /// A transaction has begun and is not ended.
    in_transaction: bool,
    /// What the call has come to, if the thread has not heard yet.
    remedy: Option<Remedy>,
    /// Scratch.
    callbacks: Vec<Callback>,
}

impl Outlet {
    /// With a producer that was just constructed.
    pub fn new(construction: Construction, sends: SentRecords) -> Outlet {
        Outlet {
            producer: construction.producer(),
            construction,
            sends,
            queue: VecDeque::new(),
            under_way: VecDeque::new(),
            first_cookie: 0,
            wake: true,
            flushing: false,
            call: None,
            in_transaction: false,
            remedy: None,
            callbacks: Vec::new(),
        }
    }
    /// Whether the input is the producer's: one of its timers, or about one of its connections.
    pub fn owns(&self, input: &Input) -> bool {
        input.is_for_part(PRODUCER)
    }
    /// Takes an input that is the producer's.
    pub fn accept(&mut self, input: Input, ctx: &mut Context<'_>) {
        let ctx = &mut ctx.part(PRODUCER);
        self.wake |= match input.for_part(PRODUCER) {
            Input::Timer(timer) => self.producer.on_timer(ProducerTimer::from(timer), ctx),
            other => self.producer.accept(other, ctx),
        };
    }

    /// A record is to be sent for this one.
    pub fn offer(&mut self, work: Work) {
        self.queue.push_back(Outgoing { work, headers: None });
    }
    /// This record is to be sent where those go that cannot be processed.
    pub fn put_aside(&mut self, work: Work, headers: PutAside) {
        self.queue.push_back(Outgoing { work, headers: Some(headers) });
    }
    /// Calls `send()` for what is to be sent, until it blocks or throws.
    pub fn send(&mut self, ctx: &mut Context<'_>) -> Sent {
        if self.producer.is_blocked() {
            if !self.producer.can_unblock(ctx.now()) {
                return Sent::Blocks;
            }
            let (sent, place) = self.sends.placing(|ordinals| self.producer.unblock(ordinals, ctx));
            let Some(Some(outgoing)) = self.under_way.back() else { unreachable!("what blocks is under way") };
            if self.sent(*outgoing, sent, place, ctx) == Sent::Threw {
                return Sent::Threw;
            }
        }
        while !self.producer.is_blocked() {
            let Some(outgoing) = self.queue.pop_front() else { return Sent::All };
            let (record, place) = self.record(outgoing, ctx);
            self.under_way.push_back(Some(outgoing));
            let (sent, place) = self.sends.placing(|ordinals| self.producer.send(record, place, ordinals, ctx));
            if self.sent(outgoing, sent, place, ctx) == Sent::Threw {
                return Sent::Threw;
            }
        }
        Sent::Blocks
    }
    /// The record that is sent. What is put aside keeps its partition number, where the topic has as many
    /// (`DeadLetterPublishingRecoverer`'s destination), and in a retry topic it is what it was.
    fn record(&self, Outgoing { work, headers }: Outgoing, ctx: &mut Context<'_>) -> (ProducerRecord, RecordPlace) {
        let cookie = self.first_cookie.wrapping_add(self.under_way.len() as u32);
        let Construction { spec, catalog, .. } = &self.construction;
        let value_len = spec.value_size.draw(ctx.random());
        let plain = ProducerRecord { key: work.key, value_len, headers: 0, poison: false, cookie };
        let Some(headers) = headers else { return (plain, RecordPlace::default()) };
        let len = headers.size(catalog);
        let again = matches!(spec.purpose, OutletPurpose::RetryTopic { .. });
        let partition = catalog.topic_of(work.record.tp).1;
        let there = partition < catalog.topics[spec.producer.topic.index()].partitions;
        let place = RecordPlace { partition: there.then_some(partition), timestamp: None };
        (ProducerRecord { headers: len, poison: again && work.poison, ..plain }, place)
    }
    /// `send()` was called for a record that was read; `place`: the partition and number that it got, if it did.
    fn sent(
        &mut self,
        Outgoing { work, headers }: Outgoing,
        sent: SendResult,
        place: Option<(u32, u32)>,
        ctx: &mut Context<'_>,
    ) -> Sent {
        let read = work.record;
        if let Some((partition, ordinal)) = place {
            let (node, tp) = (ctx.me(), Tp(self.producer.first_partition().0 + partition));
            let Stretch { tp: origin_tp, origin, ordinal: origin_ordinal, .. } = read;
            ctx.record(Fact::RecordDerived { node, tp, ordinal, origin, origin_tp, origin_ordinal });
            let of = RecordId { origin, tp: origin_tp, ordinal: origin_ordinal };
            let copy = RecordId { origin: node, tp, ordinal };
            ctx.outside().carry_id(copy, of);
            if let Some(headers) = headers {
                let PutAside { original, offset, timestamp, attempts, reason, backoff_until, .. } = headers;
                ctx.record(Fact::RecordPutAside {
                    node,
                    tp,
                    ordinal,
                    original,
                    original_offset: offset,
                    original_timestamp: timestamp,
                    attempts,
                    reason,
                    backoff_until: backoff_until.unwrap_or_default(),
                });
                ctx.outside().put_aside(copy, of, headers);
            }
        }
        match sent {
            SendResult::Quietly => {}
            SendResult::Wake => self.wake = true,
            SendResult::Threw(_) => {
                self.queue.clear();
                return Sent::Threw;
            }
        }
        Sent::All
    }
    /// flush(): everything that was sent goes out without waiting for more.
    pub fn flush(&mut self) {
        self.flushing = true;
        self.wake = true;
        self.producer.flush();
    }
    /// Whether everything is sent and has its result.
    pub fn is_settled(&self) -> bool {
        self.queue.is_empty() && self.under_way.is_empty()
    }
    /// Lets the sender work if it has something to do. Whether the application has: there are results, `send()` blocks no
    /// longer, or a call has returned.
    pub fn work(&mut self, ctx: &mut Context<'_>) -> bool {
        if std::mem::take(&mut self.wake) {
            self.producer.run(&mut ctx.part(PRODUCER));
        }
        self.hear_call(ctx);
        self.producer.has_callbacks() || self.producer.can_unblock(ctx.now()) || self.remedy.is_some()
    }

    // --- transactions ------------------------------------------------------------------------------

    /// Whether it sends in transactions.
    pub fn is_transactional(&self) -> bool {
        self.producer.is_transactional()
    }
    /// Whether a transaction has begun and is not ended.
    pub fn in_transaction(&self) -> bool {
        self.in_transaction
    }
    /// beginTransaction(). Whether it returned.
    pub fn begin(&mut self, ctx: &mut Context<'_>) -> bool {
        let number = self.sends.next_transaction();
        self.in_transaction = self.producer.begin_transaction(number, ctx).is_ok();
        self.in_transaction
    }
    /// sendOffsetsToTransaction().
    pub fn send_offsets(
        &mut self,
        offsets: impl Iterator<Item = (Tp, Offset, LeaderEpoch)>,
        group: ConsumerGroupMetadata,
        ctx: &mut Context<'_>,
    ) {
        self.call = Some(Operation::SendOffsets);
        self.producer.send_offsets_to_transaction(offsets.collect(), group, &mut ctx.part(PRODUCER));
        self.hear_call(ctx);
    }
    /// initTransactions(), commitTransaction() or abortTransaction().
    pub fn call(&mut self, call: Operation, ctx: &mut Context<'_>) {
        transactions::call(call, &mut self.producer, &mut ctx.part(PRODUCER));
        self.call = Some(call);
        self.hear_call(ctx);
    }
    fn hear_call(&mut self, ctx: &mut Context<'_>) {
        let Some(call) = self.call else { return };
        if let Some(returned) = self.producer.transaction_returned(&mut ctx.part(PRODUCER)) {
            self.call = None;
            self.remedy = Some(remedy(call, returned, self.producer.transaction_error()));
            self.in_transaction &= !(returned.is_ok() && matches!(call, Operation::Commit | Operation::Abort));
        }
    }
    /// What the application makes of what its call has come to, once it has.
    pub fn take_remedy(&mut self) -> Option<Remedy> {
        self.remedy.take()
    }
    /// What helps after `send()` or beginTransaction() has thrown.
    pub fn remedy_now(&self) -> Remedy {
        remedy_of_throw(self.producer.transaction_error())
    }
    /// close().
    pub fn close(&mut self, ctx: &mut Context<'_>) {
        self.queue.clear();
        self.producer.close(&mut ctx.part(PRODUCER));
    }
    /// Whether close() has returned.
    pub fn is_closed(&self) -> bool {
        !self.producer.has_open_sends() && self.under_way.is_empty()
    }
    /// Lets go of the producer that was closed, and constructs another one.
    pub fn construct_again(&mut self, ctx: &mut Context<'_>) {
        self.producer.disconnect(&mut ctx.part(PRODUCER));
        self.sends.producer_died(&self.producer);
        self.sends.report_lost(ctx);
        self.producer = self.construction.producer();
        self.in_transaction = false;
        self.wake = true;
    }
    /// Hands out the results that have come, each with the record for which something was sent.
    pub fn results(&mut self, mut each: impl FnMut(Work, Result<(), Exception>)) {
        if !self.producer.has_callbacks() {
            return;
        }
        let mut callbacks = std::mem::take(&mut self.callbacks);
        self.producer.take_callbacks(&mut callbacks);
        for Callback { record, result, .. } in callbacks.drain(..) {
            let place = record.cookie.wrapping_sub(self.first_cookie) as usize;
            each(self.under_way[place].take().expect("a record has one result").work, result);
        }
        self.callbacks = callbacks;
        while let Some(None) = self.under_way.front() {
            self.under_way.pop_front();
            self.first_cookie = self.first_cookie.wrapping_add(1);
        }
        if self.flushing && self.is_settled() {
            self.flushing = false;
            self.producer.flushed();
        }
    }

    /// # Panics
    /// If a record could get no result, or two. `turn`: what there is much of takes turns.
    pub fn check_invariants(&self, turn: u64) {
        self.producer.check_invariants(turn);
        self.sends.check_invariants(&self.producer, turn);
        let awaited = self.under_way.iter().flatten().count();
        assert_eq!(awaited, self.producer.results_to_come(), "every record that was sent has one result to come");
        assert!(!matches!(self.under_way.front(), Some(None)), "a record that has its result is under way no longer");
        assert_eq!(self.call.is_some(), self.producer.is_in_call(), "the application is in the call that it has made");
        assert!(self.remedy.is_none(), "a call that has returned is heard of");
        assert!(self.call.is_none() || self.queue.is_empty(), "what is to be sent is sent before the transaction ends");
    }
    /// Whether records are under way, or a transaction is.
    pub fn has_open_sends(&self) -> bool {
        self.producer.has_open_sends() || self.in_transaction || self.call.is_some()
    }
    /// Says what is still open when the run ends.
    pub fn report_pending(&self, ctx: &mut Context<'_>) {
        self.producer.report_pending(ctx);
    }
    /// The process is gone. What outlives it.
    pub fn died(mut self) -> SentRecords {
        self.sends.producer_died(&self.producer);
        self.sends
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::spec::{DeadLetterFailure, ProducerSpec, TransactionPolicy, ValueSize};
    use crate::client::producer::key_partitions;
    use crate::protocol::batch::RecordDetail;
    use crate::protocol::catalog::NodeRole;
    use crate::protocol::config::ProducerConfig;
    use crate::protocol::ids::{BrokerId, NodeId, TopicId};
    use crate::sim::time::Nanos;
    use crate::stage::Stage;
    use crate::stage::broken::each_is_noticed;

    /// A transactional producer, which is in initTransactions().
    fn outlet() -> Outlet {
        let mut catalog = Catalog::default();
        catalog.add_node("broker 1", NodeRole::Broker(BrokerId(1)));
        catalog.add_node("billing-0", NodeRole::producer());
        catalog.add_topic("invoices", 1);
        let id = catalog.add_transactional_id("billing-0");
        let config = ProducerConfig::default();
        let spec = OutletSpec {
            producer: ProducerSpec { transactional_id: Some(id), ..ProducerSpec::plain(TopicId(0), config) },
            purpose: OutletPurpose::DeadLetters(DeadLetterFailure::TryAgain),
            keys: 1,
            value_size: ValueSize::Constant(10),
            transactions: TransactionPolicy::default(),
        };
        let key_partitions = key_partitions(&spec.producer, 1, &catalog);
        let construction =
            Construction { spec: Rc::new(spec), catalog: Rc::new(catalog), rules: Rules::default(), key_partitions };
        let mut outlet = Outlet::new(construction, SentRecords::new(1));
        Stage::new(NodeId(1)).act(|ctx| outlet.call(Operation::Init, ctx));
        outlet
    }
    fn work() -> Work {
        let record = Stretch { tp: Tp(0), offset: Offset(0), count: 1, origin: NodeId(0), ordinal: 0 };
        Work { record, key: RecordDetail::NULL_KEY, poison: false, timestamp: Nanos::ZERO }
    }
    fn outgoing() -> Outgoing {
        Outgoing { work: work(), headers: None }
    }

    #[test]
    fn a_thread_that_is_where_it_cannot_be_is_noticed() {
        each_is_noticed(
            outlet,
            |outlet| outlet.check_invariants(0),
            &[
                ("every record that was sent has one result to come", |o| o.under_way.push_back(Some(outgoing()))),
                ("is under way no longer", |o| o.under_way.push_back(None)),
                ("in the call that it has made", |o| o.call = None),
                ("a call that has returned is heard of", |o| o.remedy = Some(Remedy::Done)),
                ("what is to be sent is sent before the transaction ends", |o| o.offer(work())),
            ],
        );
    }
}
