//! Member ids. Kafka's are `client.id-UUID` (of static members `group.instance.id-UUID`): unique, and sorted by client
//! first.

use litemap::LiteMap;

use super::catalog::Catalog;
use super::ids::{BrokerId, MemberId, NodeId};
use crate::sim::time::Nanos;

/// Draws member ids that are unique in a run (`ClassicGroup.generateMemberId`).
///
/// The 32 bits are, from the top: the client process, the broker that draws, a counter. So ids sort
/// as Kafka's do, by client: a client that joins again under a new id keeps its place among the
/// members, which is what makes the range assignor give it the same partitions again. The counter
/// follows the clock, in milliseconds, because a broker that restarts remembers no counter but
/// always wakes up later than it died; the draws of one client are further apart than that.
#[derive(Clone, Debug)]
pub struct MemberIds {
    broker: u32,
    broker_bits: u32,
    counter_bits: u32,
    last: LiteMap<NodeId, u64>,
}

impl MemberIds {
    /// For a broker that draws.
    pub fn new(broker: BrokerId, catalog: &Catalog) -> MemberIds {
        let bits = |n: u32| u32::BITS - n.leading_zeros();
        let broker_bits = bits(catalog.brokers().map(|b| u32::from(b.0)).max().unwrap_or(0).max(u32::from(broker.0)));
        let counter_bits = u32::BITS - bits(catalog.nodes.len() as u32) - broker_bits;
        MemberIds { broker: u32::from(broker.0), broker_bits, counter_bits, last: LiteMap::new() }
    }
    /// For a client that makes its id itself (KIP-1082): no broker has drawn it.
    pub fn of_client(catalog: &Catalog) -> MemberIds {
        MemberIds::new(BrokerId(0), catalog)
    }
    /// A new id for a client. Never [`MemberId::NONE`]: broker ids begin at 1, and a client that draws itself is not the first process.
    pub fn draw(&mut self, client: NodeId, now: Nanos) -> MemberId {
        let next = self.last.get(&client).map_or(0, |last| last + 1).max(now.as_millis());
        self.last.insert(client, next);
        let counter = (next & ((1 << self.counter_bits) - 1)) as u32;
        MemberId((u32::from(client.0) << self.broker_bits | self.broker) << self.counter_bits | counter)
    }
    /// The client for which an id was drawn.
    pub fn client(&self, member: MemberId) -> NodeId {
        NodeId((u64::from(member.0) >> (self.broker_bits + self.counter_bits)) as u16)
    }
}

/// Whether a client has made a member id itself: no broker has drawn it.
pub fn is_of_client(member: MemberId, catalog: &Catalog) -> bool {
    let ids = MemberIds::of_client(catalog);
    (u64::from(member.0) >> ids.counter_bits) & ((1 << ids.broker_bits) - 1) == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::catalog::NodeRole;
    use crate::protocol::ids::GroupId;
    use std::collections::BTreeSet;

    fn catalog() -> Catalog {
        let mut catalog = Catalog::default();
        for broker in 1..=3 {
            catalog.add_node(format!("broker {broker}"), NodeRole::Broker(BrokerId(broker)));
        }
        for client in 0..5 {
            catalog.add_node(format!("billing-{client}"), NodeRole::consumer(GroupId(0)));
        }
        catalog
    }

    #[test]
    fn ids_sort_by_client_whenever_they_were_drawn() {
        let mut ids = MemberIds::new(BrokerId(2), &catalog());
        let late = ids.draw(NodeId(3), Nanos::from_secs(500));
        let early = ids.draw(NodeId(4), Nanos::ZERO);
        assert!(late < early);
        assert_eq!((ids.client(late), ids.client(early)), (NodeId(3), NodeId(4)));
    }

    #[test]
    fn an_id_says_who_has_made_it() {
        let catalog = catalog();
        let drawn = MemberIds::new(BrokerId(2), &catalog).draw(NodeId(3), Nanos::from_secs(7));
        let made = MemberIds::of_client(&catalog).draw(NodeId(3), Nanos::from_secs(7));
        assert!(is_of_client(made, &catalog) && !is_of_client(drawn, &catalog));
    }

    #[test]
    fn ids_are_unique_over_clients_brokers_and_restarts() {
        let catalog = catalog();
        let mut seen = BTreeSet::from([MemberId::NONE]);
        for broker in 1..=3 {
            for life in 0..3 {
                let mut ids = MemberIds::new(BrokerId(broker), &catalog);
                for draw in 0..50 {
                    for client in 3..8 {
                        let now = Nanos::from_millis(life * 60 + draw / 2);
                        assert!(seen.insert(ids.draw(NodeId(client), now)));
                    }
                }
            }
        }
    }
}
