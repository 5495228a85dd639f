//! A file: its extents, each with what has become of its bytes.
//!
//! Bytes that were written together, or share their fate by now, are one extent; a file has a
//! handful of them, however often it is written. What befalls a part of a file, a power loss, a flush, a
//! read, befalls its extents.

use std::ops::Range;

use crate::sim::time::Nanos;

/// Where the bytes of an extent are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    /// On the device only.
    Cold,
    /// On the device and in the page cache.
    Clean,
    /// In the page cache; on the device when the first of these has come about.
    Dirty {
        /// The round of writeback that finds them old enough; [`Nanos::MAX`] for none.
        writeback: Nanos,
        /// The end of a flush under way; [`Nanos::MAX`] for none.
        flush: Nanos,
    },
}

impl State {
    fn is_durable(self, now: Nanos) -> bool {
        match self {
            State::Cold | State::Clean => true,
            State::Dirty { writeback, flush } => writeback.min(flush) <= now,
        }
    }
}

#[derive(Clone, Copy, Debug)]
struct Extent {
    len: u64,
    state: State,
}

/// An append-only file.
///
/// Invariant: no later byte is durable before an earlier one.
#[derive(Clone, Debug, Default)]
pub(super) struct File {
    extents: Vec<Extent>,
    /// Bytes of all extents.
    len: u64,
    /// Bytes of the cold ones.
    cold: u64,
}

impl File {
    /// Bytes in it.
    #[inline]
    pub fn len(&self) -> u64 {
        self.len
    }
    /// Bytes of it that are not in the page cache.
    #[inline]
    pub fn cold(&self) -> u64 {
        self.cold
    }
    /// Bytes that are not on the device, as of the last [`File::settle`].
    pub fn dirty(&self) -> u64 {
        self.extents.iter().filter(|extent| matches!(extent.state, State::Dirty { .. })).map(|extent| extent.len).sum()
    }
    /// Bytes at its start that are on the device.
    pub fn durable_at(&self, now: Nanos) -> u64 {
        self.extents.iter().take_while(|extent| extent.state.is_durable(now)).map(|extent| extent.len).sum()
    }
    /// Takes note of what has reached the device by now.
    #[inline]
    pub fn settle(&mut self, now: Nanos) {
        // Dirty extents are the last ones, and the first of them is durable first.
        let is_dirty = |extent: &&Extent| matches!(extent.state, State::Dirty { .. });
        let oldest = self.extents.iter().rev().take_while(is_dirty).last();
        if oldest.is_some_and(|oldest| oldest.state.is_durable(now)) {
            self.settle_some(now);
        }
    }
    fn settle_some(&mut self, now: Nanos) {
        for extent in &mut self.extents {
            if extent.state != State::Cold && extent.state.is_durable(now) {
                extent.state = State::Clean;
            }
        }
        self.join();
    }

    /// Bytes are appended in the page cache, to be written back in a round; never if at [`Nanos::MAX`].
    /// What is older and was to wait longer goes along.
    #[inline]
    pub fn write(&mut self, bytes: u64, round: Nanos) {
        self.len += bytes;
        let new = State::Dirty { writeback: round, flush: Nanos::MAX };
        match self.extents.last_mut() {
            Some(last) if last.state == new => last.len += bytes,
            Some(Extent { state: State::Dirty { writeback, .. }, .. }) if *writeback > round => {
                self.each_dirty(|writeback, _| *writeback = round.min(*writeback));
                self.push(bytes, new);
                self.join();
            }
            _ => self.push(bytes, new),
        }
    }
    fn push(&mut self, len: u64, state: State) {
        if len > 0 {
            self.extents.push(Extent { len, state });
        }
    }
    /// All that is dirty is on the device at `done` at the latest.
    pub fn flush(&mut self, done: Nanos) {
        self.each_dirty(|_, flush| *flush = done.min(*flush));
        self.join();
    }
    /// The rounds of writeback do not take place before then.
    pub fn put_writeback_off(&mut self, until: Nanos) {
        self.each_dirty(|writeback, _| *writeback = until.max(*writeback));
        self.join();
    }
    /// The rounds of writeback do not take place.
    pub fn forget_writeback(&mut self) {
        self.put_writeback_off(Nanos::MAX);
    }
    /// Brings a part of it into the page cache. Returns how many of these bytes were not there.
    pub fn read(&mut self, part: Range<u64>) -> u64 {
        if self.cold == 0 {
            return 0;
        }
        self.split(part.start);
        self.split(part.end);
        let (mut begin, mut fetched) = (0, 0);
        for extent in &mut self.extents {
            let end = begin + extent.len;
            if extent.state == State::Cold && part.start <= begin && end <= part.end {
                extent.state = State::Clean;
                fetched += extent.len;
            }
            begin = end;
        }
        self.join();
        self.cold -= fetched;
        fetched
    }
    /// A part of it leaves the page cache. What of it was dirty has been written before: the cache is larger than what
    /// writers may be ahead of the device.
    pub fn evict(&mut self, part: Range<u64>) {
        let part = part.start..part.end.min(self.len);
        if part.is_empty() {
            return;
        }
        self.split(part.start);
        self.split(part.end);
        let (mut begin, mut gone) = (0, 0);
        for extent in &mut self.extents {
            let end = begin + extent.len;
            if extent.state != State::Cold && part.start <= begin && end <= part.end {
                extent.state = State::Cold;
                gone += extent.len;
            }
            begin = end;
        }
        self.join();
        self.cold += gone;
    }
    /// Makes an extent begin at `at`.
    fn split(&mut self, at: u64) {
        let mut begin = 0;
        for place in 0..self.extents.len() {
            let Extent { len, state } = self.extents[place];
            if begin < at && at < begin + len {
                self.extents[place].len = at - begin;
                return self.extents.insert(place + 1, Extent { len: begin + len - at, state });
            }
            begin += len;
        }
    }
    /// Keeps the first `len` bytes; a larger `len` changes nothing.
    pub fn cut(&mut self, len: u64) {
        let mut left = len;
        for extent in &mut self.extents {
            extent.len = extent.len.min(left);
            left -= extent.len;
        }
        self.extents.retain(|extent| extent.len > 0);
        self.len = self.len.min(len);
        self.cold = self.extents.iter().filter(|extent| extent.state == State::Cold).map(|extent| extent.len).sum();
    }
    /// The power fails: of the bytes that were written the first `kept` are on the device.
    pub fn lose_power(&mut self, kept: u64) {
        *self = File { extents: Vec::new(), len: kept, cold: kept };
        self.push(kept, State::Cold);
    }

    fn each_dirty(&mut self, mut change: impl FnMut(&mut Nanos, &mut Nanos)) {
        for extent in &mut self.extents {
            if let State::Dirty { writeback, flush } = &mut extent.state {
                change(writeback, flush);
            }
        }
    }
    /// Neighbours of one fate become one extent.
    fn join(&mut self) {
        self.extents.dedup_by(|next, extent| {
            let alike = next.state == extent.state;
            extent.len += if alike { next.len } else { 0 };
            alike
        });
    }
    /// How many extents.
    #[cfg(test)]
    pub fn extents(&self) -> usize {
        self.extents.len()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A byte of the naive model: cached or not, and when it is on the device.
    #[derive(Clone, Copy)]
    struct Byte {
        cached: bool,
        writeback: u64,
        flush: u64,
    }

    impl Byte {
        fn is_durable(self, now: u64) -> bool {
            self.writeback.min(self.flush) <= now
        }
    }

    /// Something that happens to a file. Times are distances from the present.
    #[derive(Clone, Debug)]
    enum Step {
        Wait(u64),
        Write(u64, u64),
        Flush(u64),
        PutOff(u64),
        Forget,
        Read(u64, u64),
        Cut(u64),
        LosePower(u64),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (0..20u64).prop_map(Step::Wait),
            8 => (0..9u64, prop_oneof![4 => 1..40u64, 1 => Just(u64::MAX)]).prop_map(|(n, at)| Step::Write(n, at)),
            2 => (0..10u64).prop_map(Step::Flush),
            1 => (0..60u64).prop_map(Step::PutOff),
            1 => Just(Step::Forget),
            3 => (0..60u64, 0..40u64).prop_map(|(from, len)| Step::Read(from, from + len)),
            1 => (0..80u64).prop_map(Step::Cut),
            1 => (0..100u64).prop_map(Step::LosePower),
        ]
    }

    /// A file and the list of its bytes.
    #[derive(Default)]
    struct Pair {
        now: u64,
        file: File,
        bytes: Vec<Byte>,
    }

    impl Pair {
        fn take(&mut self, step: &Step) {
            let now = self.now;
            self.file.settle(Nanos(now));
            let dirty = self.bytes.iter_mut().filter(|byte| !byte.is_durable(now));
            match *step {
                Step::Wait(time) => self.now += time,
                Step::Write(len, wait) => {
                    let round = now.saturating_add(wait);
                    dirty.for_each(|byte| byte.writeback = byte.writeback.min(round));
                    let new = Byte { cached: true, writeback: round, flush: u64::MAX };
                    self.bytes.extend((0..len).map(|_| new));
                    self.file.write(len, Nanos(round));
                }
                Step::Flush(takes) => {
                    dirty.for_each(|byte| byte.flush = byte.flush.min(now + takes));
                    self.file.flush(Nanos(now + takes));
                }
                Step::PutOff(time) => {
                    dirty.for_each(|byte| byte.writeback = byte.writeback.max(now + time));
                    self.file.put_writeback_off(Nanos(now + time));
                }
                Step::Forget => {
                    dirty.for_each(|byte| byte.writeback = u64::MAX);
                    self.file.forget_writeback();
                }
                Step::Read(from, to) => {
                    let part = self.bytes.iter_mut().take(to as usize).skip(from as usize);
                    let missing = part.map(|byte| u64::from(!std::mem::replace(&mut byte.cached, true))).sum::<u64>();
                    assert_eq!(self.file.read(from..to), missing);
                }
                Step::Cut(len) => {
                    self.bytes.truncate(len as usize);
                    self.file.cut(len);
                }
                Step::LosePower(share) => {
                    let durable = self.durable_at(now);
                    let kept = durable + (self.bytes.len() as u64 - durable) * share / 100;
                    self.bytes = vec![Byte { cached: false, writeback: 0, flush: 0 }; kept as usize];
                    self.file.lose_power(kept);
                }
            }
        }
        fn durable_at(&self, time: u64) -> u64 {
            self.bytes.iter().take_while(|byte| byte.is_durable(time)).count() as u64
        }
        fn compare(&self) {
            assert_eq!(self.file.len(), self.bytes.len() as u64);
            assert_eq!(self.file.cold(), self.bytes.iter().filter(|byte| !byte.cached).count() as u64);
            for time in [0, 1, 5, 30].map(|wait| self.now + wait) {
                assert_eq!(self.file.durable_at(Nanos(time)), self.durable_at(time), "at {time}");
            }
            let mut settled = self.file.clone();
            settled.settle(Nanos(self.now));
            assert_eq!(settled.dirty(), settled.len() - self.durable_at(self.now));
        }
    }

    proptest! {
        #[test]
        fn extents_say_of_every_byte_what_the_list_of_bytes_says(steps in prop::collection::vec(step(), 1..80)) {
            let mut pair = Pair::default();
            for step in &steps {
                pair.take(step);
                pair.compare();
            }
        }
    }
}
