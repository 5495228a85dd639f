//! What a leader knows of one follower (`core/.../cluster/Replica.scala`, `ReplicaState`).

use crate::protocol::ids::{BrokerEpoch, BrokerId, Offset};
use crate::sim::time::Nanos;

/// A follower, as its leader sees it. A fetch offset is the only acknowledgement there is: it says
/// that the follower has everything below.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct RemoteReplica {
    /// The follower.
    pub broker: BrokerId,
    /// Its log end, -1 until it has fetched from this leadership.
    pub log_end: Offset,
    /// Its log start, -1 until it has fetched from this leadership.
    pub log_start: Offset,
    /// The leader's log end at its last fetch, -1 for none.
    pub last_fetch_leader_log_end: Offset,
    /// When it fetched last; `None` is Kafka's 0: in the distant past.
    pub last_fetch: Option<Nanos>,
    /// The last time at which it had everything that the leader had.
    pub last_caught_up: Option<Nanos>,
    /// Broker epoch of its last fetch, `None` until it has fetched from this leadership (KIP-903).
    pub broker_epoch: Option<BrokerEpoch>,
}

impl RemoteReplica {
    /// Nothing is known of it.
    pub(super) fn unknown(broker: BrokerId) -> RemoteReplica {
        RemoteReplica {
            broker,
            log_end: Offset::INVALID,
            log_start: Offset::INVALID,
            last_fetch_leader_log_end: Offset::INVALID,
            last_fetch: None,
            last_caught_up: None,
            broker_epoch: None,
        }
    }

    /// A new leader epoch begins. ISR members get the benefit of the doubt for one
    /// `replica.lag.time.max.ms` (`Replica.resetReplicaState`).
    ///
    /// `re_elected`: the same broker led before, so what it knows of the follower's log stays true.
    pub(super) fn reset(&mut self, now: Nanos, epoch_start: Offset, re_elected: bool, in_isr: bool) {
        let granted = in_isr.then_some(now);
        if re_elected {
            self.last_fetch_leader_log_end = epoch_start;
            self.last_fetch = granted;
        } else {
            *self = RemoteReplica::unknown(self.broker);
        }
        self.last_caught_up = granted;
    }

    /// Notes a fetch from `fetch_offset` at `now` (`Replica.updateFetchStateOrThrow`).
    ///
    /// A follower counts as caught up at its previous fetch if it now has what the leader had then:
    /// so one that always runs one round behind a busy leader stays in sync.
    pub(super) fn fetched(
        &mut self,
        fetch_offset: Offset,
        log_start: Offset,
        leader_log_end: Offset,
        now: Nanos,
        broker_epoch: BrokerEpoch,
    ) {
        if fetch_offset >= leader_log_end {
            self.last_caught_up = self.last_caught_up.max(Some(now));
        } else if fetch_offset >= self.last_fetch_leader_log_end {
            self.last_caught_up = self.last_caught_up.max(self.last_fetch);
        }
        self.log_end = fetch_offset;
        self.log_start = log_start;
        self.last_fetch_leader_log_end = self.last_fetch_leader_log_end.max(leader_log_end);
        self.last_fetch = Some(now);
        self.broker_epoch = Some(broker_epoch);
    }

    /// Notes that until `last_fetch` it went on fetching from the leader's log end: fetches of an idle
    /// partition are only counted once something happens to it.
    pub(super) fn fetched_idly(&mut self, last_fetch: Nanos) {
        if self.last_fetch < Some(last_fetch) {
            self.last_fetch = Some(last_fetch);
            self.last_caught_up = self.last_caught_up.max(Some(last_fetch));
        }
    }

    /// Whether it has everything, or had it within the last `lag_max` (`ReplicaState.isCaughtUp`).
    pub(super) fn is_caught_up(&self, leader_log_end: Offset, now: Nanos, lag_max: Nanos) -> bool {
        self.log_end == leader_log_end || self.last_caught_up.is_some_and(|at| now.saturating_sub(at) <= lag_max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EPOCH: BrokerEpoch = BrokerEpoch(7);
    const LAG: Nanos = Nanos::from_secs(30);

    fn at(seconds: u64) -> Nanos {
        Nanos::from_secs(seconds)
    }

    #[test]
    fn a_follower_one_round_behind_stays_caught_up() {
        let mut replica = RemoteReplica::unknown(BrokerId(2));
        replica.fetched(Offset(10), Offset(0), Offset(20), at(100), EPOCH);
        assert_eq!(replica.last_caught_up, None, "behind, and nothing is known of earlier fetches");
        replica.fetched(Offset(20), Offset(0), Offset(30), at(101), EPOCH);
        assert_eq!(replica.last_caught_up, Some(at(100)), "it has what the leader had at its last fetch");
        assert!(replica.is_caught_up(Offset(30), at(130), LAG));
        assert!(!replica.is_caught_up(Offset(30), at(131), LAG));
    }

    #[test]
    fn a_follower_that_falls_behind_further_with_each_fetch_is_not_caught_up() {
        let mut replica = RemoteReplica::unknown(BrokerId(2));
        replica.fetched(Offset(20), Offset(0), Offset(20), at(1), EPOCH);
        replica.fetched(Offset(22), Offset(0), Offset(40), at(2), EPOCH);
        replica.fetched(Offset(25), Offset(0), Offset(60), at(3), EPOCH);
        assert_eq!(replica.last_caught_up, Some(at(1)));
    }

    #[test]
    fn a_new_leader_forgets_log_ends_and_a_re_elected_one_keeps_them() {
        let mut replica = RemoteReplica::unknown(BrokerId(2));
        replica.fetched(Offset(20), Offset(0), Offset(20), at(1), EPOCH);
        let mut kept = replica;
        kept.reset(at(5), Offset(25), true, false);
        assert_eq!((kept.log_end, kept.last_caught_up, kept.broker_epoch), (Offset(20), None, Some(EPOCH)));
        replica.reset(at(5), Offset(25), false, true);
        assert_eq!(
            (replica.log_end, replica.last_caught_up, replica.broker_epoch),
            (Offset::INVALID, Some(at(5)), None)
        );
    }
}
