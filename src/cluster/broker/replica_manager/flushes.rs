//! Flushes under way.

use crate::cluster::broker::replica_id::ReplicaId;
use crate::protocol::ids::Offset;
use crate::sim::time::Nanos;

/// Flushes under way: (when the call returns, which log, up to where), earliest first.
#[derive(Clone, Debug, Default)]
pub(super) struct Flushes(Vec<(Nanos, ReplicaId, Offset)>);

impl Flushes {
    pub(super) fn push(&mut self, at: Nanos, replica: ReplicaId, offset: Offset) {
        let place = self.0.partition_point(|(other, _, _)| *other <= at);
        self.0.insert(place, (at, replica, offset));
    }
    pub(super) fn next(&self) -> Option<Nanos> {
        self.0.first().map(|(at, _, _)| *at)
    }
    /// A log was cut: what its flushes cover ends there, whatever is written behind it before they return.
    pub(super) fn truncate(&mut self, replica: ReplicaId, log_end: Offset) {
        for (_, _, offset) in self.0.iter_mut().filter(|(_, other, _)| *other == replica) {
            *offset = log_end.min(*offset);
        }
    }
    pub(super) fn take_done(&mut self, now: Nanos) -> Option<(ReplicaId, Offset)> {
        (self.next()? <= now).then(|| {
            let (_, replica, offset) = self.0.remove(0);
            (replica, offset)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flush_does_not_vouch_for_what_is_written_after_a_truncation() {
        let mut flushes = Flushes::default();
        flushes.push(Nanos(10), ReplicaId(0), Offset(100));
        flushes.push(Nanos(10), ReplicaId(1), Offset(100));
        flushes.truncate(ReplicaId(0), Offset(50));
        assert_eq!(
            flushes.take_done(Nanos(10)),
            Some((ReplicaId(0), Offset(50))),
            "the log may be longer again by now"
        );
        assert_eq!(flushes.take_done(Nanos(10)), Some((ReplicaId(1), Offset(100))));
    }
}
