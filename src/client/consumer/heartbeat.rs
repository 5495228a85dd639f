//! Deadlines of the heartbeat thread (`clients/.../consumer/internals/Heartbeat.java`).

use crate::protocol::config::ConsumerConfig;
use crate::sim::time::Nanos;

/// When the thread has to do what.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Heartbeat {
    /// The thread is at work: from the JoinGroup's answer until membership is lost.
    enabled: bool,
    /// When the next heartbeat is due.
    next: Nanos,
    /// When the client's own session timer ends.
    session: Nanos,
    /// When `max.poll.interval.ms` is exceeded.
    poll: Nanos,
    /// When the thread looks for the coordinator again.
    lookup: Nanos,
    /// Heartbeats failed in a row.
    failures: u32,
}

impl Heartbeat {
    /// Not at work.
    pub const fn new() -> Heartbeat {
        let never = Nanos::MAX;
        Heartbeat { enabled: false, next: never, session: never, poll: never, lookup: Nanos::ZERO, failures: 0 }
    }
    /// JoinGroup succeeded: the thread starts, with all its timers afresh.
    pub fn enable(&mut self, now: Nanos, config: &ConsumerConfig) {
        *self = Heartbeat {
            enabled: true,
            next: now.saturating_add(config.heartbeat_interval),
            session: now.saturating_add(config.session_timeout),
            poll: now.saturating_add(config.max_poll_interval),
            lookup: now,
            failures: 0,
        };
    }
    /// The thread stops.
    pub fn disable(&mut self) {
        self.enabled = false;
    }
    /// Whether it is at work.
    pub fn is_enabled(&self) -> bool {
        self.enabled
    }
    /// The application is in poll().
    pub fn polled(&mut self, now: Nanos, config: &ConsumerConfig) {
        self.poll = now.saturating_add(config.max_poll_interval);
    }
    /// The coordinator has been heard of.
    pub fn session_renewed(&mut self, now: Nanos, config: &ConsumerConfig) {
        self.session = now.saturating_add(config.session_timeout);
    }
    /// A heartbeat is sent.
    pub fn sent(&mut self, now: Nanos, config: &ConsumerConfig) {
        self.next = now.saturating_add(config.heartbeat_interval);
    }
    /// A heartbeat was answered well.
    pub fn succeeded(&mut self, now: Nanos, config: &ConsumerConfig) {
        self.failures = 0;
        self.session_renewed(now, config);
    }
    /// A heartbeat failed: the next comes after a backoff instead of the interval.
    pub fn failed(&mut self, now: Nanos, backoff: impl FnOnce(u32) -> Nanos) {
        let pause = backoff(self.failures);
        self.failures += 1;
        self.next = now.saturating_add(pause);
    }
    /// Whether the coordinator has not been heard of for `session.timeout.ms`.
    pub fn session_expired(&self, now: Nanos) -> bool {
        self.session <= now
    }
    /// Whether the application has not polled for `max.poll.interval.ms`.
    pub fn poll_expired(&self, now: Nanos) -> bool {
        self.poll <= now
    }
    /// Whether the next heartbeat is due.
    pub fn is_due(&self, now: Nanos) -> bool {
        self.next <= now
    }
    /// Whether the thread looks for the coordinator now; if so, not again for a while.
    pub fn looks_now(&mut self, now: Nanos, config: &ConsumerConfig) -> bool {
        let looks = self.lookup <= now;
        if looks {
            self.lookup = now.saturating_add(config.retry_backoff.max(Nanos(1)));
        }
        looks
    }
    /// When it looks for the coordinator again.
    pub fn next_lookup(&self) -> Nanos {
        self.lookup
    }
    /// What it waits for while the coordinator is known.
    pub fn dues(&self) -> [Nanos; 3] {
        [self.next, self.session, self.poll]
    }
}
