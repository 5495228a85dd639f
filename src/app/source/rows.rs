//! A service that writes a row to its database for each record that it sends: two writes, or an outbox.
//!
//! Written twice, the thread that has written the row calls `send()`: who dies in between leaves a row without a record. With an
//! outbox the row is all that is written; a second thread, the relay, reads rows back in their order as soon as they are
//! there, and sends each until it is acknowledged. The database survives the process, so the relay of its next life goes on with
//! what is not acknowledged yet, and sends again what it does not know to be. Each attempt is another record to Kafka; it
//! carries the row's id, by which whoever reads can know it.

use std::collections::{BTreeSet, VecDeque};

use super::resends::{SentAs, pause, sent_again};
use super::workload::Workload;
use crate::app::sends::SentRecords;
use crate::app::spec::{RowsOrder, RowsSpec};
use crate::client::producer::{Callback, KafkaProducer, ProducerRecord, RecordPlace, SendResult};
use crate::history::fact::Fact;
use crate::node::Context;
use crate::protocol::ids::{NodeId, Tp};
use crate::sim::random::Sampler;
use crate::sim::time::Nanos;

/// A row whose record is not known to be in Kafka.
#[derive(Clone, Copy, Debug)]
struct Row {
    record: ProducerRecord,
    named: RecordPlace,
    /// Where its record was sent to first, if it was.
    first: Option<SentAs>,
    /// How often its `send()` has failed.
    failures: u8,
}

/// The database, and the threads that use it.
#[derive(Clone, Debug)]
pub struct Rows {
    order: RowsOrder,
    takes: Sampler,
    /// Rows from number `first_open` on; none where one is dealt with.
    open: VecDeque<Option<Row>>,
    first_open: u32,
    /// Rows that died without a record, not yet told.
    forgotten: Vec<u32>,
    threads: Threads,
}

/// What dies with the process.
#[derive(Clone, Debug, Default)]
struct Threads {
    /// The row that is being written, and when it is: half-way to the answer.
    writing: Option<(Row, Nanos)>,
    /// When the database's answer comes for which the thread waits.
    answer: Option<Nanos>,
    /// The next row to be sent for the first time (in this life).
    next: u32,
    /// Rows to be sent again, by the time at which they are.
    again: BTreeSet<(Nanos, u32)>,
    /// The row whose `send()` blocks.
    blocked: Option<u32>,
    /// Scratch.
    callbacks: Vec<Callback>,
}

impl Rows {
    /// An empty database.
    pub fn new(spec: &RowsSpec) -> Rows {
        Rows {
            order: spec.order,
            takes: spec.takes.compile(),
            open: VecDeque::new(),
            first_open: 0,
            forgotten: Vec::new(),
            threads: Threads::default(),
        }
    }
    /// The number of the row that comes next.
    fn end(&self) -> u32 {
        self.first_open + self.open.len() as u32
    }
    fn row(&mut self, number: u32) -> Option<&mut Row> {
        let place = number.checked_sub(self.first_open)?;
        self.open.get_mut(place as usize)?.as_mut()
    }
    /// The row is dealt with.
    fn close(&mut self, number: u32) {
        if let Some(place) = number.checked_sub(self.first_open) {
            self.open[place as usize] = None;
        }
        while let Some(None) = self.open.front() {
            self.open.pop_front();
            self.first_open += 1;
        }
        self.threads.next = self.threads.next.max(self.first_open);
    }
    /// Whether something is to be done without a new record: a row is being written, or to be sent.
    pub fn has_open(&self) -> bool {
        self.is_writing() || self.open.iter().any(Option::is_some)
    }
    /// Whether a row is being written, or its writer has not heard yet that it is.
    pub fn is_writing(&self) -> bool {
        self.threads.answer.is_some()
    }
    /// Whether the thread that writes rows is free for the next record.
    fn takes_records(&self) -> bool {
        let sent = self.threads.next == self.end() && self.threads.blocked.is_none();
        !self.is_writing() && (self.order == RowsOrder::Outbox || sent)
    }
    /// Whether who sends may send the rows that are there: the thread that writes waits for its answer first.
    fn may_send(&self) -> bool {
        self.order == RowsOrder::Outbox || !self.is_writing()
    }
    /// When a thread has something to do by itself. `next_record`: when the next one comes.
    pub fn due(&self, next_record: Nanos) -> Nanos {
        let written = self.threads.writing.map_or(Nanos::MAX, |(_, at)| at);
        let written = written.min(self.threads.answer.unwrap_or(Nanos::MAX));
        let again = self.threads.again.first().map_or(Nanos::MAX, |(at, _)| *at);
        let record = if self.takes_records() { next_record } else { Nanos::MAX };
        written.min(again).min(record)
    }

    /// Lets the threads go on until they wait for something. Takes what comes from `workload`, if there is one; sends nothing
    /// new if the producer is being closed. Returns whether the sender has something to do.
    pub fn run(
        &mut self,
        mut workload: Option<&mut Workload>,
        named: impl Fn(super::workload::NewRecord) -> RecordPlace,
        closing: bool,
        producer: &mut KafkaProducer,
        sends: &mut SentRecords,
        ctx: &mut Context<'_>,
    ) -> bool {
        let mut wake = false;
        loop {
            let wrote = self.write(workload.as_deref_mut(), &named, ctx);
            let sent = self.send(closing, producer, sends, ctx);
            wake |= sent.is_some_and(|sent| sent == SendResult::Wake);
            if !wrote && sent.is_none() {
                return wake;
            }
        }
    }
    /// The thread that writes rows. Whether it has got any further.
    fn write(
        &mut self,
        workload: Option<&mut Workload>,
        named: impl Fn(super::workload::NewRecord) -> RecordPlace,
        ctx: &mut Context<'_>,
    ) -> bool {
        let now = ctx.now();
        if let Some((row, _)) = self.threads.writing.take_if(|(_, at)| *at <= now) {
            ctx.record(Fact::RowWritten { node: ctx.me(), row: self.end() });
            self.open.push_back(Some(row));
            return true;
        }
        if self.threads.answer.take_if(|at| *at <= now).is_some() {
            return true;
        }
        let new = workload.filter(|_| self.takes_records()).and_then(|workload| workload.take(now));
        let Some(new) = new else { return false };
        let record = ProducerRecord { cookie: self.end(), ..new.record };
        let takes = self.takes.sample(ctx.random());
        let row = Row { record, named: named(new), first: None, failures: 0 };
        self.threads.writing = Some((row, now.saturating_add(Nanos(takes.0 / 2))));
        self.threads.answer = Some(now.saturating_add(takes));
        true
    }
    /// The thread that sends. What `send()` came to, if it was called.
    fn send(
        &mut self,
        closing: bool,
        producer: &mut KafkaProducer,
        sends: &mut SentRecords,
        ctx: &mut Context<'_>,
    ) -> Option<SendResult> {
        if let Some(number) = self.threads.blocked {
            if !producer.can_unblock(ctx.now()) {
                return None;
            }
            let sent = sends.placing(|ordinals| producer.unblock(ordinals, ctx));
            return Some(self.sent(number, sent, producer, ctx));
        }
        if closing || !self.may_send() {
            return None;
        }
        let number = self.next_to_send(ctx.now())?;
        let Row { record, named, .. } = *self.row(number)?;
        let sent = sends.placing(|ordinals| producer.send(record, named, ordinals, ctx));
        Some(self.sent(number, sent, producer, ctx))
    }
    fn next_to_send(&mut self, now: Nanos) -> Option<u32> {
        if self.threads.again.first().is_some_and(|(at, _)| *at <= now) {
            return self.threads.again.pop_first().map(|(_, number)| number);
        }
        let next = self.threads.next;
        (next < self.end()).then(|| {
            self.threads.next += 1;
            next
        })
    }
    fn sent(
        &mut self,
        number: u32,
        (sent, place): (SendResult, Option<SentAs>),
        producer: &KafkaProducer,
        ctx: &mut Context<'_>,
    ) -> SendResult {
        self.threads.blocked = producer.is_blocked().then_some(number);
        let tp = producer.first_partition();
        if let (Some(place), Some(row)) = (place, self.row(number)) {
            let first = *row.first.get_or_insert(place);
            ctx.record(Fact::RowSent { node: ctx.me(), row: number, tp: Tp(tp.0 + place.0), ordinal: place.1 });
            if first != place {
                sent_again(tp, first, place, ctx);
            }
        }
        sent
    }

    /// Takes what came of the records that were sent.
    pub fn hear(&mut self, producer: &mut KafkaProducer, ctx: &mut Context<'_>) {
        if !producer.has_callbacks() {
            return;
        }
        let mut callbacks = std::mem::take(&mut self.threads.callbacks);
        producer.take_callbacks(&mut callbacks);
        for Callback { record, result, .. } in callbacks.drain(..) {
            match (result, self.order) {
                (Err(_), RowsOrder::Outbox) => {
                    let failures = self.row(record.cookie).map_or(1, |row| {
                        row.failures = row.failures.saturating_add(1);
                        row.failures
                    });
                    self.threads.again.insert((ctx.now().saturating_add(pause(failures)), record.cookie));
                    continue;
                }
                (Err(_), RowsOrder::DualWrite) => self.forgotten.push(record.cookie),
                (Ok(()), _) => {}
            }
            self.close(record.cookie);
        }
        self.threads.callbacks = callbacks;
        self.report_forgotten(ctx);
    }
    /// The process is gone, with its producer and with what it was about to do.
    pub fn process_died(&mut self, producer: &KafkaProducer) {
        self.threads = Threads { next: self.first_open, ..Threads::default() };
        if self.order == RowsOrder::DualWrite {
            let (first, mut unsent) = (producer.first_partition(), Vec::new());
            for fact in producer.pending(NodeId::default()) {
                if let Fact::RecordsPending { tp, ordinal, count, sent: false, .. } = fact {
                    unsent.push((tp.0 - first.0, ordinal..ordinal + count));
                }
            }
            let died = |(partition, ordinal): SentAs| {
                unsent.iter().any(|(of, ordinals)| *of == partition && ordinals.contains(&ordinal))
            };
            let lost = |(_, row): &(u32, Option<Row>)| row.is_some_and(|row| row.first.is_none_or(died));
            let numbered = (self.first_open..).zip(self.open.iter().copied());
            self.forgotten.extend(numbered.filter(lost).map(|(number, _)| number));
            self.first_open = self.end();
            self.open.clear();
            self.threads.next = self.first_open;
        }
    }
    /// Tells of rows whose records nobody will send.
    pub fn report_forgotten(&mut self, ctx: &mut Context<'_>) {
        let node = ctx.me();
        self.forgotten.drain(..).for_each(|row| ctx.record(Fact::RowForgotten { node, row }));
    }
    /// # Panics
    /// If a thread is where it cannot be.
    pub fn check_invariants(&self, producer: &KafkaProducer) {
        let Threads { next, again, blocked, .. } = &self.threads;
        assert!((self.first_open..=self.end()).contains(next), "a row is sent once it is written");
        assert!(again.iter().all(|(_, row)| row < next), "what is sent again was sent");
        assert_eq!(blocked.is_some(), producer.is_blocked(), "send() is called for rows only");
        assert!(!matches!(self.open.front(), Some(None)), "what is dealt with is forgotten");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::spec::ProducerSpec;
    use crate::client::producer::key_partitions;
    use crate::protocol::batch::RecordDetail;
    use crate::protocol::catalog::{Catalog, NodeRole};
    use crate::protocol::config::ProducerConfig;
    use crate::protocol::ids::{BrokerId, TopicId};
    use crate::protocol::rules::Rules;
    use crate::sim::random::Distribution;
    use crate::stage::broken::each_is_noticed;

    /// Two rows, of which the first is sent.
    fn two_rows() -> (Rows, KafkaProducer) {
        let mut catalog = Catalog::default();
        catalog.add_node("broker 1", NodeRole::Broker(BrokerId(1)));
        catalog.add_topic("orders", 1);
        let config = ProducerConfig::default();
        let spec = ProducerSpec::plain(TopicId(0), config);
        let producer = KafkaProducer::new(&spec, &catalog, Rules::default(), key_partitions(&spec, 0, &catalog));
        let mut rows = Rows::new(&RowsSpec { order: RowsOrder::Outbox, takes: Distribution::Constant(Nanos(1)) });
        let record = ProducerRecord { key: RecordDetail::NULL_KEY, value_len: 1, headers: 0, poison: false, cookie: 0 };
        rows.open = vec![Some(Row { record, named: RecordPlace::default(), first: None, failures: 0 }); 2].into();
        rows.threads.next = 1;
        (rows, producer)
    }

    #[test]
    fn a_thread_that_is_where_it_cannot_be_is_noticed() {
        each_is_noticed(
            two_rows,
            |(rows, producer)| rows.check_invariants(producer),
            &[
                ("a row is sent once it is written", |(rows, _)| rows.threads.next = 3),
                ("what is sent again was sent", |(rows, _)| _ = rows.threads.again.insert((Nanos::ZERO, 1))),
                ("send() is called for rows only", |(rows, _)| rows.threads.blocked = Some(0)),
                ("what is dealt with is forgotten", |(rows, _)| rows.open[0] = None),
            ],
        );
    }
}
