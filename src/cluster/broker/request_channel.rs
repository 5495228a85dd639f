//! The threads between a socket and an answer, and the queue between them, on a machine that has an end
//! (`core/.../network/{SocketServer,RequestChannel}.scala`, `core/.../server/KafkaRequestHandler.scala`).
//!
//! A network thread (`Processor`) reads a request and puts it into the request queue. If that is full, the thread waits, and
//! with it all connections that are its own. A request handler takes the oldest, works on it, executes it at the end of that, and is free for
//! the next; a request that is delayed waits in purgatory, without a handler. A network thread writes the answer.
//!
//! Kept simple on purpose: a thread's work is served in the order in which it came up, an answer's at once. The channels of
//! a network thread are those whose slots leave the same remainder, which is the acceptor's round robin
//! unless many connections come and go. Where an answer would have to be throttled (`ThrottledChannel`) is
//! [`RequestChannel::send`]: it says when an answer has left, and until then its channel is muted.

use std::collections::{BTreeMap, VecDeque};

use crate::protocol::machine::Machine;
use crate::protocol::messages::{Request, Response};
use crate::sim::time::Nanos;

/// A thread: when it has done what it was given so far, and for how long it has worked.
#[derive(Clone, Copy, Debug, Default)]
struct Thread {
    free_at: Nanos,
    worked: Nanos,
}

impl Thread {
    /// It works on something more, from `now` at the earliest. Returns when that is done.
    fn work(&mut self, now: Nanos, time: Nanos) -> Nanos {
        self.free_at = self.free_at.max(now) + time;
        self.worked = self.worked.saturating_add(time);
        self.free_at
    }
    /// It is kept from other things until then.
    fn is_held_until(&mut self, now: Nanos, at: Nanos) {
        let from = self.free_at.max(now);
        self.worked = self.worked.saturating_add(at.saturating_sub(from));
        self.free_at = from.max(at);
    }
}

/// A request that waits, by its channel's slot and serial number.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    slot: u32,
    serial: u64,
    /// When it was read whole.
    since: Nanos,
    /// What a handler's processor needs for it.
    work: Nanos,
}

/// A handler that waits for the disk before it executes a request.
#[derive(Clone, Copy, Debug)]
struct Held {
    handler: usize,
    since: Nanos,
}

/// What threads and queue have done since the process started.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Used {
    /// Requests that a handler has taken.
    pub requests: u32,
    /// Part of their time that handlers were busy, in thousandths.
    pub handlers_busy: u16,
    /// The same of network threads.
    pub network_busy: u16,
    /// The most requests in the queue.
    pub longest_queue: u32,
    /// Time of all requests in the queue together.
    pub queued: Nanos,
}

/// See the module.
#[derive(Clone, Debug)]
pub(super) struct RequestChannel {
    machine: Machine,
    since: Nanos,
    network: Vec<Thread>,
    handlers: Vec<Thread>,
    /// Requests that network threads read, by when they have; those of the past find no room in the queue.
    reading: BTreeMap<(Nanos, u64), Waiting>,
    /// Counts requests.
    read: u64,
    queue: VecDeque<Waiting>,
    /// What handlers work on, with the handler, by when they have done so.
    working: BTreeMap<(Nanos, u32), (usize, Waiting)>,
    /// The handler whose request takes effect now.
    executing: Option<usize>,
    /// Handlers that wait for the disk, oldest first.
    held: VecDeque<Held>,
    requests: u32,
    longest_queue: u32,
    queued: Nanos,
}

impl RequestChannel {
    /// Of a process that starts now.
    pub(super) fn new(machine: Machine, now: Nanos) -> RequestChannel {
        RequestChannel {
            machine,
            since: now,
            network: vec![Thread::default(); usize::from(machine.network_threads)],
            handlers: vec![Thread::default(); usize::from(machine.io_threads)],
            reading: BTreeMap::new(),
            read: 0,
            queue: VecDeque::new(),
            working: BTreeMap::new(),
            executing: None,
            held: VecDeque::new(),
            requests: 0,
            longest_queue: 0,
            queued: Nanos::ZERO,
        }
    }
    fn thread_of(&mut self, slot: u32) -> &mut Thread {
        let threads = self.network.len();
        &mut self.network[slot as usize % threads]
    }
    /// A request has arrived, to be read.
    pub(super) fn receive(&mut self, slot: u32, serial: u64, request: &Request, now: Nanos) {
        let time = self.machine.to_read(request);
        let since = self.thread_of(slot).work(now, time);
        self.reading
            .insert((since, self.read), Waiting { slot, serial, since, work: self.machine.to_execute(request) });
        self.read += 1;
    }
    /// A request whose handler has worked on it for long enough: now it takes effect. That handler has it, until
    /// [`RequestChannel::hold`] or [`RequestChannel::executed`]. Handlers that are free take what is in the queue.
    pub(super) fn next(&mut self, now: Nanos) -> Option<(u32, u64)> {
        loop {
            if let Some(first) = self.working.first_entry().filter(|first| first.key().0 <= now) {
                let (handler, waiting) = first.remove();
                self.executing = Some(handler);
                return Some((waiting.slot, waiting.serial));
            }
            self.fill_queue(now);
            let handler = self.first_free().filter(|handler| self.handlers[*handler].free_at <= now)?;
            let waiting = self.queue.pop_front()?;
            self.queued = self.queued.saturating_add(now.saturating_sub(waiting.since));
            self.requests += 1;
            let done = self.handlers[handler].work(now, waiting.work);
            self.working.insert((done, self.requests), (handler, waiting));
            self.fill_queue(now);
        }
    }
    /// Network threads put what they have read into the queue while there is room.
    fn fill_queue(&mut self, now: Nanos) {
        while self.queue.len() < self.machine.queued_max_requests as usize
            && let Some(first) = self.reading.first_entry().filter(|first| first.key().0 <= now)
        {
            let waiting = first.remove();
            if waiting.since < now {
                self.thread_of(waiting.slot).is_held_until(now, now);
            }
            self.queue.push_back(waiting);
            self.longest_queue = self.longest_queue.max(self.queue.len() as u32);
        }
    }
    /// The handler, among those that do not wait for the disk, that is free before all others.
    fn first_free(&self) -> Option<usize> {
        let waits = |handler: &usize| self.held.iter().any(|held| held.handler == *handler);
        (0..self.handlers.len()).filter(|handler| !waits(handler)).min_by_key(|handler| self.handlers[*handler].free_at)
    }
    /// When [`RequestChannel::next`] may have something, as far as is known.
    pub(super) fn next_at(&self) -> Option<Nanos> {
        let has_room = self.queue.len() < self.machine.queued_max_requests as usize;
        let read = self.reading.first_key_value().map(|((at, _), _)| *at).filter(|_| has_room);
        let handled =
            self.first_free().filter(|_| !self.queue.is_empty()).map(|handler| self.handlers[handler].free_at);
        let worked = self.working.first_key_value().map(|((at, _), _)| *at);
        read.into_iter().chain(handled).chain(worked).min()
    }
    /// It has to wait for the disk first.
    pub(super) fn hold(&mut self, now: Nanos) {
        let handler = self.executing.take().expect("a handler that waits has a request");
        self.held.push_back(Held { handler, since: now });
    }
    /// The disk is ready for the handler that has waited longest.
    pub(super) fn resume(&mut self, now: Nanos) {
        if let Some(Held { handler, since }) = self.held.pop_front() {
            self.handlers[handler].is_held_until(since, now);
            self.executing = Some(handler);
        }
    }
    /// The request is executed; the last of its calls to the disk returns at `returned`. Returns when the handler is free.
    pub(super) fn executed(&mut self, now: Nanos, returned: Nanos) -> Nanos {
        let Some(handler) = self.executing.take() else { return now };
        self.handlers[handler].is_held_until(now, returned);
        self.handlers[handler].free_at
    }
    /// The request was not there any more.
    pub(super) fn dropped(&mut self) {
        self.executing = None;
    }
    /// An answer that is ready at `done` is written. Returns when it has left.
    pub(super) fn send(&mut self, slot: u32, response: &Response, done: Nanos, now: Nanos) -> Nanos {
        let time = self.machine.to_write(response);
        let written = self.thread_of(slot).work(now, time);
        written.max(done.saturating_add(time))
    }
    /// All connections are closed.
    pub(super) fn clear(&mut self) {
        self.reading.clear();
        self.queue.clear();
        self.working.clear();
        self.held.clear();
        self.executing = None;
    }
    /// What was used so far.
    pub(super) fn used(&self, now: Nanos) -> Used {
        let time = now.saturating_sub(self.since).0.max(1);
        let busy = |threads: &[Thread]| {
            let worked = threads.iter().map(|thread| u128::from(thread.worked.0)).sum::<u128>();
            (worked * 1_000 / (u128::from(time) * threads.len() as u128)).min(1_000) as u16
        };
        Used {
            requests: self.requests,
            handlers_busy: busy(&self.handlers),
            network_busy: busy(&self.network),
            longest_queue: self.longest_queue,
            queued: self.queued,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One handler, one network thread, one place in the queue; requests take 10 + 40 microseconds and a little.
    fn small() -> RequestChannel {
        let machine = Machine { network_threads: 1, io_threads: 1, queued_max_requests: 1, ..Machine::default() };
        RequestChannel::new(machine, Nanos::ZERO)
    }
    fn us(micros: u64) -> Nanos {
        Nanos::from_micros(micros)
    }

    #[test]
    fn a_full_queue_keeps_the_network_thread_waiting_until_a_handler_takes_a_request() {
        let mut channel = small();
        (0..3).for_each(|slot| channel.receive(slot, 1, &Request::ApiVersions, Nanos::ZERO));
        assert_eq!(channel.next(us(5)), None, "the first is still being read");
        assert_eq!(channel.next(us(11)), None, "a handler works on it");
        assert_eq!(channel.next(us(40)), None, "the only handler is busy");
        assert_eq!((channel.queue.len(), channel.reading.len()), (1, 1), "the third finds no room");
        let done = channel.next_at().expect("somebody works");
        assert!(done >= us(51), "nobody but a handler makes room");
        assert_eq!(channel.next(done), Some((0, 1)));
        assert_eq!(channel.executed(done, Nanos::ZERO), done);
        assert_eq!(channel.next(done), None);
        assert_eq!((channel.queue.len(), channel.reading.len()), (1, 0));
        assert!(channel.network[0].free_at >= done, "the thread has waited with it");
    }

    #[test]
    fn handlers_that_wait_for_the_disk_execute_nothing_else() {
        let mut channel = small();
        (0..2).for_each(|slot| channel.receive(slot, 1, &Request::ApiVersions, Nanos::ZERO));
        assert_eq!(channel.next(us(30)), None);
        assert_eq!(channel.next(us(80)), Some((0, 1)));
        channel.hold(us(80));
        assert_eq!(channel.next(us(500)), None);
        assert_eq!(channel.next_at(), None, "the disk decides");
        channel.resume(us(1_000));
        let free = channel.executed(us(1_000), us(3_000));
        assert_eq!(free, us(3_000), "its write has returned then");
        assert_eq!(channel.next(free), None);
        assert_eq!(channel.next(us(3_100)), Some((1, 1)));
        let used = channel.used(us(4_000));
        assert_eq!((used.requests, used.longest_queue), (2, 1));
        assert!((740..=760).contains(&used.handlers_busy), "of 4 ms it has waited or worked for 3: {used:?}");
    }
}
