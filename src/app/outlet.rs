//! Where an application that reads sends to: its producer, and what it has sent for which record.

use std::collections::VecDeque;
use std::rc::Rc;

use super::batch::Work;
use super::sends::SentRecords;
use super::spec::OutletSpec;
use crate::client::producer::{Callback, KafkaProducer, ProducerRecord, ProducerTimer, RecordPlace, SendResult};
use crate::node::{Context, Input};
use crate::protocol::catalog::Catalog;
use crate::protocol::exceptions::Exception;
use crate::protocol::rules::Rules;

/// Kinds of the producer's timers and endpoints are counted from here.
const PRODUCER: u8 = 16;

/// See the module.
#[derive(Clone, Debug)]
pub struct Outlet {
    spec: Rc<OutletSpec>,
    producer: KafkaProducer,
    sends: SentRecords,
    /// What is to be sent, in order.
    queue: VecDeque<Work>,
    /// What was sent and has no result yet, by cookie.
    under_way: VecDeque<Option<Work>>,
    /// The cookie of the first of these.
    first_cookie: u32,
    /// The sender has something to do.
    wake: bool,
    flushing: bool,
    /// Scratch.
    callbacks: Vec<Callback>,
}

impl Outlet {
    /// With a producer that was just constructed. `key_partitions`: see
    /// [`key_partitions`](crate::client::producer::key_partitions).
    pub fn new(
        spec: Rc<OutletSpec>,
        catalog: &Catalog,
        rules: Rules,
        key_partitions: Rc<[u32]>,
        sends: SentRecords,
    ) -> Outlet {
        let producer = KafkaProducer::new(&spec.producer, catalog, rules, key_partitions).with_callbacks();
        Outlet {
            spec,
            producer,
            sends,
            queue: VecDeque::new(),
            under_way: VecDeque::new(),
            first_cookie: 0,
            wake: true,
            flushing: false,
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
        self.queue.push_back(work);
    }
    /// Calls `send()` for what is to be sent, until it blocks. Whether everything is sent.
    pub fn send(&mut self, ctx: &mut Context<'_>) -> bool {
        if self.producer.is_blocked() {
            if !self.producer.can_unblock(ctx.now()) {
                return false;
            }
            let sent = self.producer.unblock(self.sends.ordinals(), ctx);
            self.wake |= sent == SendResult::Wake;
        }
        while !self.producer.is_blocked() {
            let Some(work) = self.queue.pop_front() else { return true };
            let cookie = self.first_cookie.wrapping_add(self.under_way.len() as u32);
            let value_len = self.spec.value_size.draw(ctx.random());
            let record = ProducerRecord { key: work.key, value_len, poison: false, cookie };
            self.under_way.push_back(Some(work));
            let sent = self.producer.send(record, RecordPlace::default(), self.sends.ordinals(), ctx);
            self.wake |= sent == SendResult::Wake;
        }
        false
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
    /// Lets the sender work if it has something to do. Whether the application has: there are results, or `send()`
    /// blocks no longer.
    pub fn work(&mut self, ctx: &mut Context<'_>) -> bool {
        if std::mem::take(&mut self.wake) {
            self.producer.run(&mut ctx.part(PRODUCER));
        }
        self.producer.has_callbacks() || self.producer.can_unblock(ctx.now())
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
            each(self.under_way[place].take().expect("a record has one result"), result);
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
    }
    /// Whether records are under way.
    pub fn has_open_sends(&self) -> bool {
        self.producer.has_open_sends()
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
