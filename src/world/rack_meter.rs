//! Counts the bytes of record batches that have to cross racks.

use crate::protocol::catalog::{Catalog, NodeRole};
use crate::protocol::ids::{NodeId, RackId};
use crate::protocol::messages::{Body, Message, Request, Response};
use crate::protocol::rack_traffic::{Carriage, RackTraffic};
use crate::protocol::shared_batch::SharedBatch;

/// What was carried so far; what a byte is stands at [`protocol::rack_traffic`](crate::protocol::rack_traffic).
#[derive(Clone, Debug)]
pub(super) struct RackMeter {
    /// By process: its rack, and whether it is a broker.
    places: Box<[(Option<RackId>, bool)]>,
    traffic: RackTraffic,
}

impl RackMeter {
    /// Before anything was carried; none: no broker has a rack, and so nothing is measured.
    pub fn new(catalog: &Catalog) -> Option<RackMeter> {
        let place = |node: &crate::protocol::catalog::NodeEntry| (node.rack, matches!(node.role, NodeRole::Broker(_)));
        let places: Box<[_]> = catalog.nodes.iter().map(place).collect();
        let measured = places.iter().any(|(rack, broker)| *broker && rack.is_some());
        measured.then(|| RackMeter { places, traffic: RackTraffic::default() })
    }
    /// What was carried.
    pub fn traffic(&self) -> RackTraffic {
        self.traffic
    }

    /// A message is handed to the network.
    pub fn count(&mut self, from: NodeId, to: NodeId, message: &Message) {
        let rack = |node: NodeId| self.places.get(node.index()).and_then(|(rack, _)| *rack);
        let racks = rack(from).zip(rack(to));
        let Some((carriage, bytes)) = self.load(to, message) else { return };
        let carried = self.traffic.of_mut(carriage);
        match racks {
            Some((from, to)) if from == to => carried.within += bytes,
            Some(_) => carried.crossed += bytes,
            None => carried.unplaced += bytes,
        }
    }

    /// What a message carries batches for, and how many bytes of them; none: it carries none.
    fn load(&self, to: NodeId, message: &Message) -> Option<(Carriage, u64)> {
        let bytes = |batches: &[SharedBatch]| batches.iter().map(|batch| u64::from(batch.size)).sum::<u64>();
        match &message.body {
            Body::Request(Request::Produce(request)) => {
                Some((Carriage::Produce, request.partitions.iter().map(|p| u64::from(p.batch.size)).sum()))
            }
            Body::Response(Response::Fetch(response)) => {
                let follower = self.places.get(to.index()).is_some_and(|(_, broker)| *broker);
                let carriage = if follower { Carriage::Replicate } else { Carriage::Consume };
                Some((carriage, response.partitions.iter().map(|p| bytes(&p.batches)).sum()))
            }
            Body::Response(Response::ShareFetch(response)) => {
                Some((Carriage::Consume, response.partitions.iter().map(|p| bytes(&p.batches)).sum()))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::batch::{BatchData, RecordBatch};
    use crate::protocol::errors::ErrorCode;
    use crate::protocol::ids::BrokerId;
    use crate::protocol::ids::Tp;
    use crate::protocol::messages::{FetchData, FetchResponse};
    use crate::protocol::rack_traffic::CarriedBytes;

    fn catalog(racks: [Option<&str>; 3]) -> Catalog {
        let mut catalog = Catalog::default();
        let roles = [NodeRole::Broker(BrokerId(1)), NodeRole::Broker(BrokerId(2)), NodeRole::producer()];
        for (role, rack) in roles.into_iter().zip(racks) {
            let node = catalog.add_node("process", role);
            catalog.nodes[node.index()].rack = rack.and_then(|rack| catalog.add_rack(rack));
        }
        catalog
    }
    fn batches(size: u32) -> crate::protocol::messages::Batches {
        let batch = RecordBatch { size, ..RecordBatch::example(0, 1, BatchData::Plain) };
        std::iter::once(SharedBatch::from(batch)).collect()
    }
    fn answer(size: u32) -> Message {
        let data = FetchData { batches: batches(size), ..FetchData::empty(Tp(0)) };
        let response = FetchResponse { error: ErrorCode::None, partitions: vec![data] };
        Message { correlation: 0, body: Body::Response(Response::Fetch(response)) }
    }

    #[test]
    fn who_is_answered_says_what_for_and_racks_say_how_far() {
        let mut meter = RackMeter::new(&catalog([Some("a"), Some("b"), None])).expect("brokers have racks");
        let [one, two, client] = [0, 1, 2].map(NodeId);
        meter.count(one, two, &answer(100));
        meter.count(two, two, &answer(10));
        meter.count(two, client, &answer(7));
        let replicated = meter.traffic().of(Carriage::Replicate);
        assert_eq!(replicated, CarriedBytes { crossed: 100, within: 10, unplaced: 0 });
        assert_eq!((replicated.known_crossed(), replicated.total()), (Some(100), 110));
        assert_eq!(meter.traffic().of(Carriage::Consume).known_crossed(), None, "it stands nowhere");
        assert_eq!(meter.traffic().of(Carriage::Produce).known_crossed(), Some(0), "nobody wrote");
    }

    #[test]
    fn without_racks_of_brokers_nothing_is_measured() {
        assert!(RackMeter::new(&catalog([None, None, Some("a")])).is_none());
        assert!(RackMeter::new(&catalog([None, Some("a"), None])).is_some());
    }
}
