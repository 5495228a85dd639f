//! When a member of a group of the new protocol sends a heartbeat, and what it has said in those before
//! (`clients/.../consumer/internals/AbstractHeartbeatRequestManager.java`, `HeartbeatRequestState.java`,
//! `ConsumerHeartbeatRequestManager.HeartbeatState`).

use std::rc::Rc;

use super::consumer_member::LocalAssignment;
use crate::net::backoff::ExponentialBackoff;
use crate::protocol::config::ConsumerConfig;
use crate::protocol::ids::TopicId;
use crate::protocol::rules::HeartbeatBackoff;
use crate::sim::random::Stream;
use crate::sim::time::Nanos;

/// See the module.
#[derive(Clone, Debug)]
pub struct HeartbeatRequests {
    /// As the last good answer said; 0 before the first.
    interval: Nanos,
    /// When the interval since the last heartbeat is over.
    next: Nanos,
    /// One is under way whose answer is of interest.
    in_flight: bool,
    /// After a failure: not before this, unless it is one that does not wait.
    backoff_until: Nanos,
    /// Failures in a row.
    failures: u32,
    /// When `max.poll.interval.ms` is exceeded.
    poll_deadline: Nanos,
    /// The assignment that the coordinator was told of; none if the next heartbeat is to say everything.
    sent: Option<LocalAssignment>,
    /// The topics that it was told of; none as above.
    sent_topics: Option<Rc<[TopicId]>>,
}

impl HeartbeatRequests {
    /// None sent. The application has `max.poll.interval.ms` for its first poll(), too.
    pub fn new(now: Nanos, config: &ConsumerConfig) -> HeartbeatRequests {
        HeartbeatRequests {
            interval: Nanos::ZERO,
            next: now,
            in_flight: false,
            backoff_until: Nanos::ZERO,
            failures: 0,
            poll_deadline: now.saturating_add(config.max_poll_interval),
            sent: None,
            sent_topics: None,
        }
    }

    // --- the poll timer ----------------------------------------------------------------------------

    /// Whether nobody has polled for `max.poll.interval.ms`.
    pub fn poll_expired(&self, now: Nanos) -> bool {
        self.poll_deadline <= now
    }
    /// The application polls.
    pub fn polled(&mut self, now: Nanos, config: &ConsumerConfig) {
        self.poll_deadline = now.saturating_add(config.max_poll_interval);
    }

    // --- heartbeats --------------------------------------------------------------------------------

    /// Whether one is due that waits for the interval.
    pub fn is_due(&self, now: Nanos) -> bool {
        self.next <= now && !self.in_flight && self.backoff_until <= now
    }
    /// Whether one is under way.
    pub fn is_in_flight(&self) -> bool {
        self.in_flight
    }
    /// When the interval is over or the poll timer ends. While one is under way its answer comes first.
    pub fn dues(&self) -> [Nanos; 2] {
        let next = if self.in_flight { Nanos::MAX } else { self.next.max(self.backoff_until) };
        [next, self.poll_deadline]
    }
    /// Whether that assignment is news for the coordinator; from now on it is not.
    pub fn tells(&mut self, assignment: &LocalAssignment) -> bool {
        let news = self.sent.as_ref() != Some(assignment);
        self.sent = Some(assignment.clone());
        news
    }
    /// The same of the topics that the member subscribes to.
    pub fn tells_topics(&mut self, topics: &Rc<[TopicId]>) -> bool {
        let news = self.sent_topics.as_ref() != Some(topics);
        self.sent_topics = Some(topics.clone());
        news
    }
    /// Whether the coordinator is to be told everything: nothing was said yet, or nobody knows whether it was heard.
    pub fn says_everything(&self) -> bool {
        self.sent.is_none()
    }
    /// One is sent.
    pub fn sent(&mut self, now: Nanos) {
        self.in_flight = true;
        self.next = now.saturating_add(self.interval);
    }
    /// One was answered well. An interval that is new begins now; the next does not come before the pause is over.
    pub fn succeeded(&mut self, interval: Nanos, now: Nanos, pause: Nanos) {
        if self.interval != interval {
            self.interval = interval;
            self.next = now.saturating_add(interval);
        }
        self.in_flight = false;
        self.failures = 0;
        self.backoff_until = now.saturating_add(pause);
    }
    /// Failures in a row.
    pub fn failures(&self) -> u32 {
        self.failures
    }
    /// One failed, or was refused: the next says everything, after a pause instead of the interval.
    pub fn failed(&mut self, now: Nanos, pause: Nanos) {
        self.in_flight = false;
        self.next = now;
        self.backoff_until = now.saturating_add(pause);
        self.failures += 1;
        self.forget_sent();
    }
    /// The pause after so many failures.
    pub fn draw_pause(
        rule: HeartbeatBackoff,
        failures: u32,
        backoff: ExponentialBackoff,
        random: &mut Stream,
    ) -> Nanos {
        match rule {
            HeartbeatBackoff::Exponential => backoff.draw(failures, random),
            HeartbeatBackoff::AllOrNothing if !backoff.grows() => backoff.longest(),
            HeartbeatBackoff::AllOrNothing if random.between(0, 1) == 0 => Nanos::ZERO,
            HeartbeatBackoff::AllOrNothing => backoff.longest(),
        }
    }
    /// Nothing is under way, and no pause (`RequestState.reset`): another coordinator, or another membership.
    pub fn reset(&mut self) {
        self.in_flight = false;
        self.failures = 0;
        self.backoff_until = Nanos::ZERO;
    }
    /// The next heartbeat says everything.
    pub fn forget_sent(&mut self) {
        self.sent = None;
        self.sent_topics = None;
    }
}
