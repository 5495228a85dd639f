//! Records whose `send()` has failed, and that the application sends again (`on.failure: resend`).
//!
//! To Kafka a resent record is another record: it has a number of its own, and what the failed one has left in a log is not
//! recognised. That both are one and the same to the application is told as a fact
//! ([`Fact::RecordResent`]), for whoever counts.

use std::collections::BTreeMap;

use crate::app::sends::SentRecords;
use crate::client::producer::{Callback, KafkaProducer, ProducerRecord, RecordPlace, SendResult};
use crate::history::fact::Fact;
use crate::node::{Context, RecordId};
use crate::protocol::ids::Tp;
use crate::sim::time::Nanos;

/// Between a callback and the next `send()` lies the application's own thread.
const PAUSE: Nanos = Nanos::from_millis(1);
/// It does not call for ever without a pause what fails at once.
const LONGEST_PAUSE: Nanos = Nanos::from_secs(1);

/// How long the application waits before it sends a record again that has failed so often: twice as long each time.
pub fn pause(failures: u8) -> Nanos {
    Nanos(PAUSE.0 << failures.saturating_sub(1).min(20)).min(LONGEST_PAUSE)
}

/// Where a record was sent to: the number of the partition, and its own among the records that were sent there.
pub type SentAs = (u32, u32);

/// What the application knows of a record, by its cookie less one. Of one with cookie 0 it knows nothing but the record.
#[derive(Clone, Copy, Debug, Default)]
struct Known {
    named: RecordPlace,
    /// Where it was sent to first, if this is another attempt.
    first: Option<SentAs>,
    /// How often its `send()` has failed.
    failures: u8,
}

/// A record to be sent again.
#[derive(Clone, Copy, Debug)]
struct Again {
    record: ProducerRecord,
    known: Known,
}

/// See the module. It dies with the process.
#[derive(Clone, Debug, Default)]
pub struct Resends {
    /// By the time at which they are, and in the order in which they failed.
    queue: BTreeMap<(Nanos, u64), Again>,
    failed: u64,
    /// Of the records on their way; a place is free again once its record has its callback.
    known: Vec<Known>,
    free: Vec<u32>,
    /// Where the resent record was sent to first whose `send()` blocks, if anywhere.
    blocked: Option<Option<SentAs>>,
    /// Scratch.
    callbacks: Vec<Callback>,
}

impl Resends {
    /// When the next record is sent again; never, if there is none.
    pub fn next_at(&self) -> Nanos {
        self.queue.first_key_value().map_or(Nanos::MAX, |((at, _), _)| *at)
    }
    /// Whether records are to be sent again.
    pub fn has_some(&self) -> bool {
        !self.queue.is_empty()
    }
    /// Nothing is sent again any more.
    pub fn give_up(&mut self) {
        self.queue.clear();
    }
    /// A record that names its partition or timestamp is about to be sent: so it is again, should it fail.
    pub fn note(&mut self, record: &mut ProducerRecord, named: RecordPlace) {
        if named != RecordPlace::default() {
            record.cookie = self.know(Known { named, ..Known::default() });
        }
    }
    fn know(&mut self, known: Known) -> u32 {
        match self.free.pop() {
            Some(cookie) => {
                self.known[cookie as usize - 1] = known;
                cookie
            }
            None => {
                self.known.push(known);
                self.known.len() as u32
            }
        }
    }
    /// Takes what came of the records that were sent.
    pub fn hear(&mut self, producer: &mut KafkaProducer, now: Nanos) {
        if !producer.has_callbacks() {
            return;
        }
        producer.take_callbacks(&mut self.callbacks);
        for Callback { record, sent_as, result } in self.callbacks.drain(..) {
            let known = (record.cookie as usize).checked_sub(1).map(|place| self.known[place]);
            if known.is_some() {
                self.free.push(record.cookie);
            }
            if result.is_ok() {
                continue;
            }
            // What send() itself refused was sent nowhere.
            let known = known.unwrap_or_default();
            let known = Known { first: known.first.or(sent_as), failures: known.failures.saturating_add(1), ..known };
            self.failed += 1;
            let at = now.saturating_add(pause(known.failures));
            self.queue.insert((at, self.failed), Again { record, known });
        }
    }
    /// Calls `send()` for the next record that is due; none is.
    pub fn send(
        &mut self,
        producer: &mut KafkaProducer,
        sends: &mut SentRecords,
        ctx: &mut Context<'_>,
    ) -> Option<SendResult> {
        let due = self.queue.first_entry().filter(|entry| entry.key().0 <= ctx.now())?;
        let Again { mut record, known } = due.remove();
        record.cookie = self.know(known);
        let Known { named, first, .. } = known;
        let tp = producer.first_partition();
        let sent = tell(tp, first, sends, ctx, |ordinals, ctx| producer.send(record, named, ordinals, ctx));
        self.blocked = producer.is_blocked().then_some(first);
        Some(sent)
    }
    /// Goes on with the `send()` that blocks.
    pub fn unblock(
        &mut self,
        producer: &mut KafkaProducer,
        sends: &mut SentRecords,
        ctx: &mut Context<'_>,
    ) -> SendResult {
        let Some(first) = self.blocked else { return producer.unblock(sends.ordinals(), ctx) };
        let tp = producer.first_partition();
        let sent = tell(tp, first, sends, ctx, |ordinals, ctx| producer.unblock(ordinals, ctx));
        self.blocked = producer.is_blocked().then_some(first);
        sent
    }
}

/// Calls `send()`, and tells whose record it carries, if it got a place and had one before.
fn tell(
    tp: Tp,
    first: Option<SentAs>,
    sends: &mut SentRecords,
    ctx: &mut Context<'_>,
    send: impl FnOnce(&mut [u32], &mut Context<'_>) -> SendResult,
) -> SendResult {
    let (sent, place) = sends.placing(|ordinals| send(ordinals, ctx));
    if let (Some(place), Some(first)) = (place, first) {
        sent_again(tp, first, place, ctx);
    }
    sent
}

/// Says that a record is the one that was first sent otherwise. `tp`: the topic's first partition.
pub fn sent_again(tp: Tp, first: SentAs, again: SentAs, ctx: &mut Context<'_>) {
    let (node, of) = (ctx.me(), |(partition, ordinal): SentAs| (Tp(tp.0 + partition), ordinal));
    let ((first_tp, first), (tp, ordinal)) = (of(first), of(again));
    ctx.record(Fact::RecordResent { node, tp, ordinal, first_tp, first });
    let id = |tp, ordinal| RecordId { origin: node, tp, ordinal };
    ctx.outside().carry_id(id(tp, ordinal), id(first_tp, first));
}
