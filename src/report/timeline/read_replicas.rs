//! From which replicas consumers read, where that is not the leader (KIP-392).

use litemap::LiteMap;

use super::Timeline;
use crate::history::fact::{Entry, Fact, ReadReplicaCause};
use crate::history::words::read_replica_changed;
use crate::protocol::ids::*;
use crate::sim::time::Nanos;

/// A leader that is asked again names the follower again at once: if it has not within this time, it names nobody.
const ASKED: Nanos = Nanos::from_secs(1);

/// The followers that are read from, as the lines have it.
#[derive(Clone, Default, Debug)]
pub(super) struct ReadReplicas {
    followers: LiteMap<(NodeId, Tp), ReadFrom>,
}

#[derive(Clone, Copy, Debug)]
struct ReadFrom {
    broker: BrokerId,
    /// Since when the leader is asked again.
    asked: Option<Nanos>,
}

impl ReadReplicas {
    /// Whether a consumer is told anew what a line has said already.
    fn named(&mut self, place: (NodeId, Tp), broker: BrokerId) -> bool {
        let before = self.followers.insert(place, ReadFrom { broker, asked: None });
        before.is_some_and(|before| before.broker == broker)
    }
    /// The leader is asked again: that alone is no news.
    fn lease_over(&mut self, place: (NodeId, Tp), at: Nanos) {
        if let Some(read) = self.followers.get_mut(&place) {
            read.asked = Some(at);
        }
    }
    /// Those whom the leader has named nobody when it was asked.
    fn unnamed(&mut self, now: Nanos) -> Vec<((NodeId, Tp), BrokerId, Nanos)> {
        let over = |read: &ReadFrom| read.asked.filter(|at| now.saturating_sub(*at) > ASKED);
        let all = self.followers.iter().filter_map(|(place, read)| Some((*place, read.broker, over(read)?)));
        let all: Vec<_> = all.collect();
        all.iter().for_each(|(place, ..)| _ = self.followers.remove(place));
        all
    }
}

impl Timeline {
    /// Takes any fact: time passes with it.
    pub(super) fn read_replicas(&mut self, entry: &Entry) {
        for ((node, tp), broker, since) in self.read_replicas.unnamed(entry.at) {
            let tp = self.setup.catalog.tp_name(tp);
            let text = format!("reads {tp} from the leader since {since}: its lease of broker {broker} was over");
            self.line(entry.at, self.node(node), text);
        }
        match entry.fact {
            Fact::ReadReplicaChanged { node, tp, cause: ReadReplicaCause::LeaseOver, .. } => {
                self.read_replicas.lease_over((node, tp), entry.at);
            }
            Fact::ReadReplicaChanged { node, tp, broker, cause, error } => {
                let known = match cause {
                    ReadReplicaCause::Named => self.read_replicas.named((node, tp), broker),
                    _ => self.read_replicas.followers.remove(&(node, tp)).is_none(),
                };
                if !known {
                    let text = read_replica_changed(&self.setup.catalog.tp_name(tp), broker, cause, error);
                    self.line(entry.at, self.node(node), text);
                }
            }
            Fact::PartitionRevoked { node, tp, .. } => _ = self.read_replicas.followers.remove(&(node, tp)),
            Fact::ProcessStopped { node, .. } => {
                let own: Vec<_> = self.read_replicas.followers.keys().filter(|(of, _)| *of == node).copied().collect();
                own.iter().for_each(|place| _ = self.read_replicas.followers.remove(place));
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use super::*;
    use crate::history::Observer;
    use crate::history::setup::Setup;
    use crate::protocol::catalog::{Catalog, NodeRole};
    use crate::protocol::errors::ErrorCode;

    /// The lines of a consumer whose facts come at these times, in seconds.
    fn told(facts: &[(u64, ReadReplicaCause, u8)]) -> Vec<String> {
        let mut catalog = Catalog::default();
        let group = catalog.add_group("billing");
        let node = catalog.add_node("billing-0", NodeRole::consumer(group));
        catalog.add_topic("orders", 1);
        let mut timeline = Timeline::new(Rc::new(Setup { catalog, ..Setup::default() }));
        for (event, (at, cause, broker)) in (1..).zip(facts) {
            let error = ErrorCode::None;
            let fact = Fact::ReadReplicaChanged { node, tp: Tp(0), broker: BrokerId(*broker), cause: *cause, error };
            timeline.observe(&Entry { at: Nanos::from_secs(*at), event, fact });
        }
        timeline.lines().iter().map(|line| format!("{} {}", line.at, line.text)).collect()
    }

    #[test]
    fn what_the_leader_says_again_is_no_news() {
        use ReadReplicaCause::{LeaseOver, Named, NoAnswer};
        let again = [(1, Named, 2), (11, LeaseOver, 2), (11, Named, 2), (20, NoAnswer, 2), (30, Named, 3)];
        let lines = told(&again);
        assert_eq!(lines.len(), 3, "{lines:?}");
        let starts = [
            "1.000s reads orders-0 from broker 2",
            "20.000s reads orders-0 from the leader again",
            "30.000s reads orders-0 from broker 3",
        ];
        assert!(lines.iter().zip(starts).all(|(line, start)| line.starts_with(start)), "{lines:?}");
    }

    #[test]
    fn a_leader_that_names_nobody_any_more_is_read_from() {
        use ReadReplicaCause::{LeaseOver, Named};
        let lines = told(&[(1, Named, 2), (11, LeaseOver, 2), (14, Named, 3)]);
        assert_eq!(lines[1], "14.000s reads orders-0 from the leader since 11.000s: its lease of broker 2 was over");
        assert_eq!(lines.len(), 3, "{lines:?}");
    }
}
