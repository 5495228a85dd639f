//! Acknowledgements that commitAsync(), commitSync() or close() has for one broker, until the broker has answered
//! (`ShareConsumeRequestManager.AcknowledgeRequestState`).

use litemap::LiteMap;

use super::acknowledgements::Acknowledgements;
use super::outcomes::{AcknowledgeCall, Outcomes};
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::Tp;
use crate::sim::time::Nanos;

/// What is to be done about a request.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Readiness {
    /// Nothing.
    Idle,
    /// It is to be sent.
    Ready,
    /// It waits for the end of a pause, or for an answer.
    Waits,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct AcknowledgeRequestState {
    call: AcknowledgeCall,
    to_send: LiteMap<Tp, Acknowledgements>,
    /// To be sent again.
    incomplete: LiteMap<Tp, Acknowledgements>,
    in_flight: LiteMap<Tp, Acknowledgements>,
    /// A request of close() was answered, or could not be sent.
    processed: bool,
    timeout: Nanos,
    deadline: Nanos,
    /// Failures in a row.
    failures: u32,
    /// A request is under way.
    sent: bool,
    /// Not before this.
    not_before: Nanos,
}

impl AcknowledgeRequestState {
    /// Nothing to acknowledge yet. It is tried again for so long.
    pub fn new(call: AcknowledgeCall, timeout: Nanos, now: Nanos) -> AcknowledgeRequestState {
        let (to_send, incomplete, in_flight) = (LiteMap::new(), LiteMap::new(), LiteMap::new());
        AcknowledgeRequestState {
            call,
            to_send,
            incomplete,
            in_flight,
            processed: false,
            timeout,
            deadline: now.saturating_add(timeout),
            failures: 0,
            sent: false,
            not_before: Nanos::ZERO,
        }
    }
    /// This is to be acknowledged, too.
    pub fn add(&mut self, tp: Tp, acknowledgements: Acknowledgements) {
        match self.to_send.get_mut(&tp) {
            Some(others) => others.merge(acknowledgements),
            None => drop(self.to_send.insert(tp, acknowledgements)),
        }
    }
    /// Which call it is from.
    pub fn call(&self) -> AcknowledgeCall {
        self.call
    }
    fn is_close(&self) -> bool {
        self.call == AcknowledgeCall::Close
    }
    /// Whether something is left of it (`isRequestStateInProgress`).
    pub fn is_in_progress(&self) -> bool {
        let empty = self.to_send.is_empty() && self.incomplete.is_empty() && self.in_flight.is_empty();
        if self.is_close() { !self.processed } else { !empty }
    }
    /// Whether it is to be sent; if its time is over it fails (`maybeBuildRequest`).
    pub fn readiness(&mut self, now: Nanos, outcomes: &mut Outcomes) -> Readiness {
        if !self.is_in_progress() {
            return Readiness::Idle;
        }
        if self.failures > 0 && self.deadline <= now {
            for (tp, acknowledgements) in std::mem::take(&mut self.incomplete) {
                let error = Some(Exception::Answered(ErrorCode::RequestTimedOut));
                outcomes.completed(self.call, tp, acknowledgements, error, None);
            }
            self.begin_anew(now);
            return Readiness::Idle;
        }
        if self.sent || now < self.not_before { Readiness::Waits } else { Readiness::Ready }
    }
    /// A state of commitAsync() is used again, and begins anew (`maybeResetTimerAndRequestState`).
    fn begin_anew(&mut self, now: Nanos) {
        if self.call == AcknowledgeCall::CommitAsync {
            self.deadline = now.saturating_add(self.timeout);
            (self.sent, self.failures, self.not_before) = (false, 0, Nanos::ZERO);
        }
    }
    /// When there is something to do, if it waits for time.
    pub fn due(&self) -> Nanos {
        match self.is_in_progress() && !self.sent {
            true if self.failures > 0 => self.not_before.min(self.deadline),
            true => self.not_before,
            false => Nanos::MAX,
        }
    }
    /// What the next request acknowledges.
    pub fn next(&self) -> &LiteMap<Tp, Acknowledgements> {
        if self.incomplete.is_empty() { &self.to_send } else { &self.incomplete }
    }
    /// It is sent.
    pub fn sent(&mut self) {
        let first = self.incomplete.is_empty();
        let sent = std::mem::take(if first { &mut self.to_send } else { &mut self.incomplete });
        self.in_flight.extend(sent);
        (self.sent, self.processed) = (true, false);
    }
    /// There is no share session in which it could be sent.
    pub fn without_session(&mut self, error: ErrorCode, now: Nanos, outcomes: &mut Outcomes) {
        let first = self.incomplete.is_empty();
        let unsent = std::mem::take(if first { &mut self.to_send } else { &mut self.incomplete });
        for (tp, acknowledgements) in unsent {
            outcomes.completed(self.call, tp, acknowledgements, Some(Exception::Answered(error)), None);
        }
        self.finished(now, outcomes);
    }
    /// What was said of a partition is answered. `until`: the end of locks that were renewed.
    pub fn answered(&mut self, tp: Tp, error: ErrorCode, until: Option<Nanos>, outcomes: &mut Outcomes) {
        if let Some(acknowledgements) = self.in_flight.remove(&tp) {
            let error = error.is_err().then_some(Exception::Answered(error));
            outcomes.completed(self.call, tp, acknowledgements, error, until);
        }
    }
    /// What was said of a partition is to be sent again; false if nothing was.
    pub fn again(&mut self, tp: Tp) -> bool {
        let Some(acknowledgements) = self.in_flight.remove(&tp) else { return false };
        self.incomplete.insert(tp, acknowledgements);
        true
    }
    /// All of it is.
    pub fn all_again(&mut self) {
        let all = std::mem::take(&mut self.in_flight);
        self.incomplete.extend(all);
    }
    /// An attempt has failed: the next one comes after a pause.
    pub fn attempt_failed(&mut self, now: Nanos, pause: Nanos) {
        (self.sent, self.not_before) = (false, now.saturating_add(pause));
        self.failures += 1;
    }
    /// Failures in a row.
    pub fn failures(&self) -> u32 {
        self.failures
    }
    /// All that is under way fails.
    pub fn fail(&mut self, error: ErrorCode, outcomes: &mut Outcomes) {
        for (tp, acknowledgements) in std::mem::take(&mut self.in_flight) {
            outcomes.completed(self.call, tp, acknowledgements, Some(Exception::Answered(error)), None);
        }
    }
    /// Nothing of a request is open any more (`processingComplete`): of what it did not speak fails.
    pub fn finished(&mut self, now: Nanos, outcomes: &mut Outcomes) {
        self.fail(ErrorCode::InvalidRecordState, outcomes);
        (self.sent, self.failures, self.processed) = (false, 0, true);
        self.begin_anew(now);
    }
    /// Whether a request is under way.
    pub fn is_sent(&self) -> bool {
        self.sent
    }
    /// # Panics
    /// If something is under way without a request.
    pub fn check_invariants(&self) {
        assert!(self.sent || self.in_flight.is_empty(), "acknowledgements that are under way were sent");
    }
}

/// What is to be acknowledged to one broker, beside what goes with a ShareFetch.
#[derive(Clone, Debug, Default)]
pub struct AcknowledgeRequests {
    /// Of commitAsync().
    pub asynchronous: Option<AcknowledgeRequestState>,
    /// Of commitSync(), the oldest first.
    pub synchronous: Vec<AcknowledgeRequestState>,
    /// Of close().
    pub close: Option<AcknowledgeRequestState>,
}

impl AcknowledgeRequests {
    /// All of them.
    pub fn all(&self) -> impl Iterator<Item = &AcknowledgeRequestState> {
        self.asynchronous.iter().chain(&self.synchronous).chain(&self.close)
    }
    /// The same, to change them.
    pub fn all_mut(&mut self) -> impl Iterator<Item = &mut AcknowledgeRequestState> {
        self.asynchronous.iter_mut().chain(&mut self.synchronous).chain(&mut self.close)
    }
    /// The one to send now (`processAcknowledgements`): first commitAsync(), then commitSync(), then close().
    pub fn next(&mut self, now: Nanos, outcomes: &mut Outcomes) -> Option<&mut AcknowledgeRequestState> {
        if let Some(state) = &mut self.asynchronous {
            match state.readiness(now, outcomes) {
                Readiness::Ready => return Some(state),
                Readiness::Waits => return None,
                Readiness::Idle => {}
            }
        }
        let rest = if self.synchronous.is_empty() { self.close.as_mut_slice() } else { &mut self.synchronous[..] };
        let at = rest.iter_mut().position(|state| state.readiness(now, outcomes) == Readiness::Ready)?;
        Some(&mut rest[at])
    }
    /// Forgets those of which nothing is left; whether none is left then.
    pub fn prune(&mut self) -> bool {
        self.asynchronous = self.asynchronous.take().filter(AcknowledgeRequestState::is_in_progress);
        if !self.synchronous.iter().any(AcknowledgeRequestState::is_in_progress) {
            self.synchronous.clear();
        }
        self.close = self.close.take().filter(AcknowledgeRequestState::is_in_progress);
        self.all().next().is_none()
    }
}
