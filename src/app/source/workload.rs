//! The records that an application sends: when, with which key, how large.

use std::collections::VecDeque;
use std::num::NonZeroU32;
use std::sync::Arc;

use super::arrivals::ArrivalClock;
use super::keys::KeyGenerator;
use crate::app::spec::{GivenRecord, SourceSpec, ValueSize};
use crate::client::producer::ProducerRecord;
use crate::protocol::batch::RecordDetail;
use crate::sim::random::Stream;
use crate::sim::time::Nanos;

/// The next record of a workload.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct NewRecord {
    /// What is sent.
    pub record: ProducerRecord,
    /// Which of the application's given records it is, counted from 1; none: it has no wishes of its own.
    pub given: Option<NonZeroU32>,
}

/// A record and its time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Ahead {
    /// When it is sent.
    pub at: Nanos,
    /// The record.
    pub new: NewRecord,
    /// For whoever looks ahead: the bytes that it will take in its batch.
    pub bytes: u32,
}

/// A workload and how far it has come. It belongs to the world outside, not to the process: it goes
/// on while the process is down, and what came in the meantime is gone.
///
/// It has a stream of its own, so that a retry more or less shifts no arrival and no key.
#[derive(Clone, Debug)]
pub struct Workload {
    random: Stream,
    clock: ArrivalClock,
    keys: KeyGenerator,
    value_size: ValueSize,
    tombstones: Tombstones,
    given: Given,
    poison_every: Option<u32>,
    limit: u64,
    stop: Nanos,
    /// Drawn, and not yet taken: the records to come, with their times.
    ahead: VecDeque<Ahead>,
    generated: u64,
}

/// The given records, and how far they have come.
#[derive(Clone, Debug)]
struct Given {
    records: Arc<[GivenRecord]>,
    /// The entry of the next one.
    next: usize,
    /// How many of this entry were taken.
    taken: u32,
    /// When it comes; never, if there is none.
    next_at: Nanos,
}

impl Given {
    fn new(records: Arc<[GivenRecord]>) -> Given {
        let mut given = Given { records, next: 0, taken: 0, next_at: Nanos::MAX };
        given.go_to(0);
        given
    }
    fn go_to(&mut self, next: usize) {
        (self.next, self.taken) = (next, 0);
        self.next_at = self.records.get(next).map_or(Nanos::MAX, |record| record.at);
    }
    /// The next one, and its entry's number from 1.
    fn take(&mut self) -> Option<(GivenRecord, NonZeroU32)> {
        let record = *self.records.get(self.next)?;
        let number = NonZeroU32::new(self.next as u32 + 1)?;
        self.taken += 1;
        if self.taken >= record.count {
            self.go_to(self.next + 1);
        }
        Some((record, number))
    }
    fn skip_to(&mut self, now: Nanos) {
        while self.next_at < now {
            self.go_to(self.next + 1);
        }
    }
}

/// Which records have a null value. It has a stream of its own: the others stay as they are.
#[derive(Clone, Debug)]
struct Tombstones {
    /// How many of a million.
    share: u32,
    random: Stream,
}

impl Tombstones {
    fn new(share: u32, workload: &Stream) -> Tombstones {
        Tombstones { share, random: Stream::new(workload.clone().next_u64(), "tombstones") }
    }
    #[inline]
    fn draw(&mut self) -> bool {
        self.share > 0 && self.random.below(1_000_000) < u64::from(self.share)
    }
}

impl Workload {
    /// The workload of `spec`, drawing from `random`.
    pub fn new(spec: &SourceSpec, mut random: Stream) -> Workload {
        Workload {
            tombstones: Tombstones::new(spec.tombstones, &random),
            clock: ArrivalClock::new(&spec.arrivals, spec.start, &mut random),
            random,
            given: Given::new(spec.records.clone()),
            keys: KeyGenerator::new(&spec.keys),
            value_size: spec.value_size,
            poison_every: spec.poison_every.filter(|n| *n > 0),
            limit: spec.limit.unwrap_or(u64::MAX),
            stop: spec.stop.unwrap_or(Nanos::MAX),
            ahead: VecDeque::new(),
            generated: 0,
        }
    }
    /// When the next record comes, [`Nanos::MAX`] if none will.
    #[inline]
    pub fn next_at(&self) -> Nanos {
        self.ahead.front().map_or_else(|| self.next_drawn_at(), |next| next.at)
    }
    /// When the next record comes that is not drawn yet.
    #[inline]
    fn next_drawn_at(&self) -> Nanos {
        let at = self.clock.next().min(self.given.next_at);
        if at < self.stop && self.generated + (self.ahead.len() as u64) < self.limit { at } else { Nanos::MAX }
    }
    #[inline(always)]
    fn draw(&mut self) -> NewRecord {
        if self.given.next_at <= self.clock.next()
            && let Some(record) = self.take_given()
        {
            return record;
        }
        self.clock.advance(&mut self.random);
        // Which records are poison is counted when they are taken: some may never be.
        let (key, len) = (self.keys.draw(&mut self.random), self.value_size.draw(&mut self.random));
        let record = ProducerRecord {
            key,
            value_len: if self.tombstones.draw() { RecordDetail::NULL_VALUE } else { len },
            headers: 0,
            poison: false,
            cookie: 0,
        };
        NewRecord { record, given: None }
    }
    /// The next record that was written down.
    #[cold]
    fn take_given(&mut self) -> Option<NewRecord> {
        let (record, given) = self.given.take()?;
        let record = ProducerRecord {
            key: record.key.unwrap_or(RecordDetail::NULL_KEY),
            value_len: record.value_len.unwrap_or_else(|| self.value_size.draw(&mut self.random)),
            headers: 0,
            poison: false,
            cookie: 0,
        };
        Some(NewRecord { record, given: Some(given) })
    }
    /// A look at what will come: record `n` from now on, and when. Nothing is taken.
    #[inline]
    pub fn look_ahead(&mut self, n: usize) -> Option<&mut Ahead> {
        while self.ahead.len() <= n {
            self.draw_ahead()?;
        }
        self.ahead.get_mut(n)
    }
    /// Draws one more record to come, if there is one.
    #[inline(always)]
    fn draw_ahead(&mut self) -> Option<()> {
        let at = self.next_drawn_at();
        if at == Nanos::MAX {
            return None;
        }
        let new = self.draw();
        self.ahead.push_back(Ahead { at, new, bytes: 0 });
        Some(())
    }
    /// The next record, if its time has come.
    #[inline(never)]
    pub fn take(&mut self, now: Nanos) -> Option<NewRecord> {
        if !self.ahead.is_empty() {
            return Some(self.take_foreseen(now.saturating_add(Nanos(1)))?.new);
        }
        let at = self.next_drawn_at();
        if at > now || at == Nanos::MAX {
            return None;
        }
        let mut next = self.draw();
        self.count(&mut next);
        Some(next)
    }
    /// The next of the records that were looked at ahead, if it comes before `until`.
    #[inline]
    pub fn take_foreseen(&mut self, until: Nanos) -> Option<Ahead> {
        let mut next = *self.ahead.front().filter(|next| next.at < until)?;
        self.ahead.pop_front();
        self.count(&mut next.new);
        Some(next)
    }
    #[inline]
    fn count(&mut self, taken: &mut NewRecord) {
        self.generated += 1;
        taken.record.poison = self.poison_every.is_some_and(|n| self.generated.is_multiple_of(u64::from(n)));
    }
    /// The process is there from `now` on.
    pub fn skip_to(&mut self, now: Nanos) {
        while self.ahead.front().is_some_and(|next| next.at < now) {
            self.ahead.pop_front();
        }
        if self.ahead.is_empty() {
            self.clock.skip_to(now, &mut self.random);
            self.given.skip_to(now);
        }
    }
    /// Records taken so far.
    #[cfg(test)]
    pub fn generated(&self) -> u64 {
        self.generated
    }
}
