//! Where the replicas of a new topic go (`metadata/.../placement/StripedReplicaPlacer.java`).
//!
//! The replicas of a partition are dealt out over racks, and within a rack over its brokers; every further partition begins
//! one rack, and in each rack one broker further. Brokers without a rack are one rack together.
//!
//! Each call starts from fresh random places: there is no memory of what other topics got.

use litemap::LiteMap;

use crate::protocol::ids::{BrokerId, BrokerList};
use crate::sim::random::Stream;

/// A broker that may get replicas.
#[derive(Clone, Copy, Debug)]
pub struct UsableBroker<'a> {
    /// Which.
    pub id: BrokerId,
    /// Its rack, by name: racks are ordered by that.
    pub rack: Option<&'a str>,
    /// It cannot lead.
    pub fenced: bool,
}

/// Brokers that are dealt out in a circle; every partition starts one place further.
#[derive(Debug, Default)]
struct Circle {
    brokers: Vec<BrokerId>,
    /// Brokers given to the current partition.
    dealt: usize,
    /// Where the current partition starts.
    start: usize,
    /// Number of the current partition within the round.
    stripe: usize,
}

impl Circle {
    /// All brokers are in it.
    fn begin(&mut self, random: &mut Stream) {
        self.brokers.sort();
        self.start = if self.brokers.is_empty() { 0 } else { random.below(self.brokers.len() as u64) as usize };
    }
    /// The next broker for partition `stripe` of the round, if any is left.
    fn next(&mut self, stripe: usize) -> Option<BrokerId> {
        if self.brokers.is_empty() {
            return None;
        }
        if self.stripe != stripe {
            self.stripe = stripe;
            self.dealt = 0;
            self.start = (self.start + 1) % self.brokers.len();
        }
        if self.dealt == self.brokers.len() {
            return None;
        }
        let broker = self.brokers[(self.start + self.dealt) % self.brokers.len()];
        self.dealt += 1;
        Some(broker)
    }
}

/// Puts a list into a random order.
fn shuffle<T>(list: &mut [T], random: &mut Stream) {
    for i in (1..list.len()).rev() {
        list.swap(i, random.below(i as u64 + 1) as usize);
    }
}

/// The brokers of one rack.
#[derive(Debug, Default)]
struct Rack {
    unfenced: Circle,
    fenced: Circle,
}

impl Rack {
    /// The next of its brokers: fenced ones only when the others run out.
    fn next(&mut self, stripe: usize) -> Option<BrokerId> {
        self.unfenced.next(stripe).or_else(|| self.fenced.next(stripe))
    }
}

/// Deals out the replicas of one topic.
#[derive(Debug)]
pub struct StripedReplicaPlacer {
    racks: Vec<Rack>,
    /// The places of racks in `racks`, in the order in which they are gone through.
    order: Vec<usize>,
    /// Where the next partition begins in that order.
    start: usize,
    /// How many brokers there are, and how many of them can lead.
    brokers: usize,
    unfenced: usize,
    stripe: usize,
}

impl StripedReplicaPlacer {
    /// For the usable brokers.
    pub fn new<'a>(usable: impl Iterator<Item = UsableBroker<'a>>, random: &mut Stream) -> StripedReplicaPlacer {
        let mut named: LiteMap<Option<&str>, Rack> = LiteMap::new();
        let (mut brokers, mut unfenced) = (0, 0);
        for broker in usable {
            brokers += 1;
            unfenced += usize::from(!broker.fenced);
            if !named.contains_key(&broker.rack) {
                named.insert(broker.rack, Rack::default());
            }
            let rack = named.get_mut(&broker.rack).expect("it is there now");
            let circle = if broker.fenced { &mut rack.fenced } else { &mut rack.unfenced };
            circle.brokers.push(broker.id);
        }
        let mut racks: Vec<Rack> = named.into_iter().map(|(_, rack)| rack).collect();
        for rack in &mut racks {
            rack.fenced.begin(random);
            rack.unfenced.begin(random);
        }
        let start = if racks.len() > 1 { random.below(racks.len() as u64) as usize } else { 0 };
        StripedReplicaPlacer { order: (0..racks.len()).collect(), racks, start, brokers, unfenced, stripe: 0 }
    }
    /// The replicas of the next partition: the first one can lead. `None` if there are not so many brokers, or all are fenced.
    pub fn place(&mut self, replication_factor: usize, random: &mut Stream) -> Option<BrokerList> {
        let possible = (1..=self.brokers.min(BrokerList::CAPACITY)).contains(&replication_factor);
        if self.unfenced == 0 || !possible {
            return None;
        }
        // After a whole round the pattern would repeat; with a single broker there is none to break.
        if self.stripe == self.unfenced && self.unfenced > 1 {
            self.shuffle(random);
            self.stripe = 0;
        }
        let replicas = self.stripe_of(replication_factor);
        self.stripe += 1;
        self.start = (self.start + 1) % self.order.len();
        Some(replicas)
    }
    /// One partition: whoever leads is of the first rack, from where it starts, that has somebody who can; the others are of
    /// the racks from there in turn, in whose first round that of the leader is left out.
    fn stripe_of(&mut self, replication_factor: usize) -> BrokerList {
        let (stripe, racks) = (self.stripe, self.order.len());
        let mut first = self.start;
        let leader = loop {
            let rack = &mut self.racks[self.order[first]];
            match rack.unfenced.next(stripe) {
                Some(broker) => break broker,
                None => first = (first + 1) % racks,
            }
        };
        let mut replicas: BrokerList = std::iter::once(leader).collect();
        let (mut at, mut leave_out) = (self.start, Some(first));
        while replicas.len() < replication_factor {
            if leave_out == Some(at) {
                leave_out = None;
            } else if let Some(broker) = self.racks[self.order[at]].next(stripe) {
                replicas.insert(broker);
            }
            at = (at + 1) % racks;
        }
        replicas
    }
    fn shuffle(&mut self, random: &mut Stream) {
        shuffle(&mut self.order, random);
        for rack in &mut self.racks {
            shuffle(&mut rack.unfenced.brokers, random);
            shuffle(&mut rack.fenced.brokers, random);
        }
    }
}
