//! What commitAsync(), commitSync() and close() have to acknowledge, and to whom
//! (`ShareConsumeRequestManager.commitSync`, `commitAsync`, `acknowledgeOnClose`).

use litemap::LiteMap;

use super::{ForBroker, ShareConsumeRequests};
use crate::client::metadata::Metadata;
use crate::client::share_consumer::acknowledge_request::{AcknowledgeRequestState, AcknowledgeRequests};
use crate::client::share_consumer::acknowledgements::Acknowledgements;
use crate::client::share_consumer::outcomes::AcknowledgeCall;
use crate::protocol::errors::ErrorCode;
use crate::protocol::exceptions::Exception;
use crate::protocol::ids::{BrokerId, Tp};
use crate::protocol::rules::{ShareAcknowledgeLeader, ShareAcknowledgeUnsendable};
use crate::sim::time::Nanos;

impl ShareConsumeRequests {
    /// commitAsync().
    pub fn commit_async(&mut self, acknowledgements: Vec<ForBroker>, now: Nanos, metadata: &mut Metadata) {
        let timeout = self.spec.config.default_api_timeout;
        for (tp, node, acknowledgements) in acknowledgements {
            let call = AcknowledgeCall::CommitAsync;
            for node in self.sendable(call, tp, node, &acknowledgements, metadata) {
                let new = || AcknowledgeRequestState::new(call, timeout, now);
                self.requests_of(node).asynchronous.get_or_insert_with(new).add(tp, acknowledgements.clone());
            }
        }
    }
    /// commitSync(); its number.
    pub fn commit_sync(&mut self, acknowledgements: Vec<ForBroker>, now: Nanos, metadata: &mut Metadata) -> u32 {
        let number = self.next_sync;
        self.next_sync += 1;
        let call = AcknowledgeCall::CommitSync(number);
        let mut states: LiteMap<BrokerId, AcknowledgeRequestState> = LiteMap::new();
        let (mut partitions, timeout) = (0, self.spec.config.default_api_timeout);
        for (tp, node, acknowledgements) in acknowledgements {
            for node in self.sendable(call, tp, node, &acknowledgements, metadata) {
                if !states.contains_key(&node) {
                    states.insert(node, AcknowledgeRequestState::new(call, timeout, now));
                }
                states.get_mut(&node).expect("it is there").add(tp, acknowledgements.clone());
                partitions += 1;
            }
        }
        self.outcomes.begin_sync(number, partitions);
        for (node, state) in states {
            self.requests_of(node).synchronous.push(state);
        }
        number
    }
    /// close(): what is left is acknowledged, and all sessions are closed (`acknowledgeOnClose`).
    pub fn acknowledge_on_close(&mut self, acknowledgements: Vec<ForBroker>, now: Nanos, metadata: &mut Metadata) {
        self.closing = true;
        let timeout = self.spec.close_timeout();
        for node in self.sessions.keys().copied().collect::<Vec<_>>() {
            let state = AcknowledgeRequestState::new(AcknowledgeCall::Close, timeout, now);
            self.requests_of(node).close = Some(state);
        }
        let waiting = std::mem::take(&mut self.to_send);
        let waiting = waiting.into_iter().map(|((node, tp), acknowledgements)| (tp, node, acknowledgements));
        for (tp, node, acknowledgements) in acknowledgements.into_iter().chain(waiting) {
            for node in self.addressees(tp, node) {
                if self.has_moved(node, tp, metadata) {
                    self.fails(AcknowledgeCall::Close, tp, acknowledgements.clone(), ErrorCode::NotLeaderOrFollower);
                } else if let Some(close) = self.requests.get_mut(&node).and_then(|requests| requests.close.as_mut()) {
                    close.add(tp, acknowledgements.clone());
                }
            }
        }
    }
    fn requests_of(&mut self, node: BrokerId) -> &mut AcknowledgeRequests {
        if !self.requests.contains_key(&node) {
            self.requests.insert(node, AcknowledgeRequests::default());
        }
        self.requests.get_mut(&node).expect("it is there")
    }
    fn fails(&mut self, call: AcknowledgeCall, tp: Tp, acknowledgements: Acknowledgements, error: ErrorCode) {
        self.outcomes.completed(call, tp, acknowledgements, Some(Exception::Answered(error)), None);
    }
    /// To whom acknowledgements go of what was fetched from that broker, by themselves.
    fn addressees(&self, tp: Tp, node: BrokerId) -> Vec<BrokerId> {
        match self.rules.share_acknowledge_leader {
            ShareAcknowledgeLeader::Any => {
                self.sessions.iter().filter(|(_, session)| session.has(tp)).map(|(node, _)| *node).collect()
            }
            ShareAcknowledgeLeader::WhereFetched => vec![node],
        }
    }
    /// Whether another broker is known to lead (`isLeaderKnownToHaveChanged`), or this one is gone. Who knows no leader asks.
    pub(super) fn has_moved(&self, node: BrokerId, tp: Tp, metadata: &mut Metadata) -> bool {
        let leader = metadata.leader(tp);
        if leader.is_none() {
            metadata.request_update();
        }
        let looks = self.rules.share_acknowledge_leader == ShareAcknowledgeLeader::WhereFetched;
        (looks && leader.is_some_and(|leader| leader.leader != node)) || !metadata.brokers().contains(&node)
    }
    /// Where to send acknowledgements of commitSync() or commitAsync(), if that is possible.
    fn sendable(
        &mut self,
        call: AcknowledgeCall,
        tp: Tp,
        node: BrokerId,
        acknowledgements: &Acknowledgements,
        metadata: &mut Metadata,
    ) -> Vec<BrokerId> {
        let mut nodes = self.addressees(tp, node);
        let moved = nodes.iter().any(|node| self.has_moved(*node, tp, metadata));
        nodes.retain(|node| self.sessions.get(node).is_some_and(|session| session.has(tp)));
        if moved {
            nodes.clear();
        }
        let fails = self.rules.share_acknowledge_unsendable == ShareAcknowledgeUnsendable::Fail;
        if nodes.is_empty() && (moved || fails) {
            self.fails(call, tp, acknowledgements.clone(), ErrorCode::NotLeaderOrFollower);
        }
        nodes
    }
}
