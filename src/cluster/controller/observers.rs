//! Brokers that wait for the next committed record of the only controller: the observers' side of the Raft fetch
//! (`raft/.../KafkaRaftClient.java`, `ThresholdPurgatory`). What the only voter appends is committed in the same step, so
//! that nobody reads anything else from it.

use crate::cluster::raft::KafkaRaftClient;
use crate::node::Context;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{BrokerId, ConnId};
use crate::protocol::messages::{FetchMetadataRequest, FetchMetadataResponse, Response};

use super::timers::ControllerTimer;

/// A fetch without an answer.
#[derive(Clone, Copy, Debug)]
struct Parked {
    conn: ConnId,
    correlation: u32,
    fetch_offset: i64,
}

/// Parked fetches: at most one for each broker, by broker id.
#[derive(Clone, Debug, Default)]
pub(super) struct Observers {
    parked: Vec<Option<Parked>>,
}

impl Observers {
    /// Takes a fetch: answers it if there is a record for it, else lets it wait. While nothing is
    /// `exposed`, every fetch waits: a new leader shows no record before one of its own is committed.
    pub(super) fn fetch(
        &mut self,
        (conn, correlation): (ConnId, u32),
        request: &FetchMetadataRequest,
        log: &KafkaRaftClient,
        exposed: bool,
        ctx: &mut Context<'_>,
    ) {
        let fetch = Parked { conn, correlation, fetch_offset: request.fetch_offset };
        if exposed && fetch.fetch_offset != log.committed() {
            return fetch.answer(log, ctx);
        }
        if self.parked.len() <= request.broker.index() {
            self.parked.resize(request.broker.index() + 1, None);
        }
        // A broker that fetches again has given up its last fetch.
        self.parked[request.broker.index()] = Some(fetch);
        ctx.set_timer_in(ControllerTimer::Fetch(request.broker), request.max_wait);
    }
    /// Records were committed: answers all that wait.
    pub(super) fn complete(&mut self, log: &KafkaRaftClient, ctx: &mut Context<'_>) {
        for (slot, id) in self.parked.iter_mut().zip(0u8..) {
            if let Some(fetch) = slot.take() {
                ctx.cancel_timer(ControllerTimer::Fetch(BrokerId(id)));
                fetch.answer(log, ctx);
            }
        }
    }
    /// A fetch has waited long enough: it is answered with what there is, mostly nothing.
    pub(super) fn expire(&mut self, broker: BrokerId, log: &KafkaRaftClient, ctx: &mut Context<'_>) {
        if let Some(fetch) = self.parked.get_mut(broker.index()).and_then(Option::take) {
            fetch.answer(log, ctx);
        }
    }
    /// # Panics
    /// If somebody waits for what is there.
    pub(super) fn check_invariants(&self, committed: i64, exposed: bool) {
        let mut waiting = self.parked.iter().flatten();
        assert!(!exposed || waiting.all(|fetch| fetch.fetch_offset == committed), "whoever waits has read everything");
    }
    /// A connection is gone, and what waited on it too.
    pub(super) fn disconnected(&mut self, conn: ConnId, ctx: &mut Context<'_>) {
        for (slot, id) in self.parked.iter_mut().zip(0u8..) {
            if slot.is_some_and(|fetch| fetch.conn == conn) {
                *slot = None;
                ctx.cancel_timer(ControllerTimer::Fetch(BrokerId(id)));
            }
        }
    }
}

impl Parked {
    fn answer(self, log: &KafkaRaftClient, ctx: &mut Context<'_>) {
        let high_watermark = log.committed();
        let known = (0..=high_watermark).contains(&self.fetch_offset);
        let error = if known { ErrorCode::None } else { ErrorCode::OffsetOutOfRange };
        let from = if known { self.fetch_offset } else { high_watermark };
        let records = log.records(from, high_watermark).map(|(_, record)| record.clone()).collect();
        let response = FetchMetadataResponse { error, base_offset: self.fetch_offset, records, high_watermark };
        ctx.respond(self.conn, self.correlation, Response::FetchMetadata(response));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stage::broken::complaint;

    #[test]
    fn whoever_waits_for_what_is_there_is_noticed() {
        let parked = |fetch_offset| Some(Parked { conn: ConnId(1), correlation: 0, fetch_offset });
        let mut observers = Observers { parked: vec![None, parked(7)] };
        observers.check_invariants(7, true);
        observers.parked[0] = parked(6);
        observers.check_invariants(7, false);
        let text = complaint(|| observers.check_invariants(7, true));
        assert!(text.contains("whoever waits has read everything"), "{text}");
    }
}
