//! Asking transaction coordinators about partitions, or telling them (KIP-890;
//! `server/.../transaction/AddPartitionsToTxnManager.java`).
//!
//! One request is in flight to each coordinator; what comes meanwhile is gathered for the next. That has room for one
//! question per transactional id: a newer one of the same epoch takes the place of the older, whose producer is likely
//! to have sent it again.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::rc::Rc;

use super::inter_broker_send_thread::{Completion, InterBrokerSendThread};
use super::timers::{BrokerEndpoint, BrokerTimer};
use crate::node::{Context, Input};
use crate::protocol::catalog::Catalog;
use crate::protocol::config::BrokerConfig;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{BrokerId, Tp};
use crate::protocol::messages::*;
use crate::sim::time::Nanos;

/// Who asks: the broker's number of a request that waits.
pub type Asker = u32;

/// What a coordinator has said of partitions: those that it has something against.
#[derive(Clone, PartialEq, Debug)]
pub struct CoordinatorsWord {
    /// Who has asked.
    pub asker: Asker,
    /// Partitions and errors.
    pub errors: List<(Tp, ErrorCode)>,
}

/// A question about one transaction.
#[derive(Clone, Debug)]
pub(super) struct Question {
    asker: Asker,
    transaction: AddPartitionsToTxnTransaction,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct AddPartitionsToTxnManager {
    thread: InterBrokerSendThread<Vec<Question>>,
    /// For the next request to each coordinator (`nodesToTransactions`).
    gathered: BTreeMap<BrokerId, Vec<Question>>,
    /// Coordinators with a request in flight, or about to be (`inflightNodes`).
    in_flight: BTreeSet<BrokerId>,
    words: VecDeque<CoordinatorsWord>,
}

impl AddPartitionsToTxnManager {
    /// Has asked nobody yet.
    pub fn new(config: &BrokerConfig, catalog: Rc<Catalog>) -> AddPartitionsToTxnManager {
        let (timer, endpoint) =
            (BrokerTimer::AddPartitionsConnection(BrokerId(0)), BrokerEndpoint::AddPartitionsToTxn(BrokerId(0)));
        AddPartitionsToTxnManager {
            thread: InterBrokerSendThread::new(config, catalog, true, timer, endpoint),
            gathered: BTreeMap::new(),
            in_flight: BTreeSet::new(),
            words: VecDeque::new(),
        }
    }

    /// Asks the coordinator, or tells it (`addOrVerifyTransaction`). Its word comes out of
    /// [`AddPartitionsToTxnManager::next_word`]. Without a coordinator that is COORDINATOR_NOT_AVAILABLE.
    pub fn ask(
        &mut self,
        coordinator: Option<BrokerId>,
        transaction: AddPartitionsToTxnTransaction,
        asker: Asker,
        ctx: &mut Context<'_>,
    ) {
        let question = Question { asker, transaction };
        let Some(coordinator) = coordinator else {
            return self.fail(&question, ErrorCode::CoordinatorNotAvailable);
        };
        let gathered = self.gathered.entry(coordinator).or_default();
        let id = question.transaction.transactional_id;
        if let Some(place) = gathered.iter().position(|other| other.transaction.transactional_id == id) {
            let (older, newer) = (gathered[place].transaction.producer.epoch, question.transaction.producer.epoch);
            if newer < older {
                return self.fail(&question, ErrorCode::InvalidProducerEpoch);
            }
            let replaced = gathered.remove(place);
            let error = if older < newer { ErrorCode::InvalidProducerEpoch } else { ErrorCode::NetworkException };
            gathered.push(question);
            self.fail(&replaced, error);
        } else {
            gathered.push(question);
        }
        self.send_to(coordinator, ctx);
    }
    /// All partitions of a question get this error.
    fn fail(&mut self, question: &Question, error: ErrorCode) {
        let errors = question.transaction.partitions.iter().map(|tp| (*tp, error)).collect();
        self.words.push_back(CoordinatorsWord { asker: question.asker, errors });
    }
    /// What was gathered for a coordinator goes, unless one is in flight (`generateRequests`). While its connection is
    /// lost and not to be opened yet, it fails at once.
    fn send_to(&mut self, coordinator: BrokerId, ctx: &mut Context<'_>) {
        if self.in_flight.contains(&coordinator) {
            return;
        }
        let Some(questions) = self.gathered.remove(&coordinator) else { return };
        let transactions = questions.iter().map(|question| question.transaction.clone()).collect();
        self.in_flight.insert(coordinator);
        let request = Request::AddPartitionsToTxn(AddPartitionsToTxnRequest { transactions });
        self.thread.send(coordinator, request, questions, ctx);
        if self.thread.is_backing_off(coordinator, ctx.now()) {
            self.thread.fail_unsent(coordinator);
        }
        self.complete(ctx);
    }
    /// Takes what happened to one of its connections, or a timer of its network client.
    pub fn accept(&mut self, input: Input, ctx: &mut Context<'_>) {
        self.thread.accept(input, ctx);
        self.complete(ctx);
    }
    fn complete(&mut self, ctx: &mut Context<'_>) {
        while let Some(Completion { tag: questions, to, response }) = self.thread.next_completion() {
            self.in_flight.remove(&to);
            match response {
                Some(Response::AddPartitionsToTxn(response)) => self.answered(questions, response),
                _ => questions.iter().for_each(|question| self.fail(question, ErrorCode::NetworkException)),
            }
            self.send_to(to, ctx);
        }
    }
    /// A producer expects INVALID_PRODUCER_EPOCH of a partition where a coordinator says PRODUCER_FENCED (KIP-588).
    fn answered(&mut self, questions: Vec<Question>, response: AddPartitionsToTxnResponse) {
        let in_produce = |(tp, error): (Tp, ErrorCode)| match error {
            ErrorCode::None => None,
            ErrorCode::ProducerFenced => Some((tp, ErrorCode::InvalidProducerEpoch)),
            other => Some((tp, other)),
        };
        for (question, (_, results)) in questions.iter().zip(response.results) {
            let errors = results.into_iter().filter_map(in_produce).collect();
            self.words.push_back(CoordinatorsWord { asker: question.asker, errors });
        }
    }
    /// The next word of a coordinator.
    #[inline]
    pub fn next_word(&mut self) -> Option<CoordinatorsWord> {
        self.words.pop_front()
    }
    /// Drops everything, and the connections.
    pub fn close(&mut self, ctx: &mut Context<'_>) {
        self.thread.close(ctx);
        self.gathered.clear();
        self.in_flight.clear();
        self.words.clear();
    }
    /// # Panics
    /// If a word was passed on to nobody, or a question waits for nothing.
    pub fn check_invariants(&self) {
        self.thread.check_invariants();
        assert!(self.words.is_empty(), "whoever has asked is told");
        assert!(self.gathered.keys().all(|broker| self.in_flight.contains(broker)), "a question waits for another");
        assert!(self.gathered.values().all(|questions| !questions.is_empty()), "a question waits for another");
        for questions in self.gathered.values() {
            let mut ids: Vec<_> = questions.iter().map(|question| question.transaction.transactional_id).collect();
            ids.sort();
            assert!(ids.is_sorted_by(|a, b| a < b), "one question per transactional id");
        }
    }
}

#[cfg(test)]
mod tests;

/// Until when a leader asks again whose coordinator has another transaction to end first: not long, since the producer
/// waits.
pub fn retries_until(config: &BrokerConfig, started: Nanos) -> Nanos {
    started.saturating_add(config.add_partitions_to_txn_retry_backoff_max.min(config.request_timeout))
}
