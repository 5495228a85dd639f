//! Where the replicas of a new topic go (`metadata/.../placement/StripedReplicaPlacer.java`), in a
//! cluster without racks.
//!
//! Each call starts from fresh random places: there is no memory of what other topics got.

use crate::protocol::ids::{BrokerId, BrokerList};
use crate::sim::random::Stream;

/// Brokers that are dealt out in a circle; every partition starts one place further.
#[derive(Debug)]
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
    fn new(mut brokers: Vec<BrokerId>, random: &mut Stream) -> Circle {
        brokers.sort();
        let start = if brokers.is_empty() { 0 } else { random.below(brokers.len() as u64) as usize };
        Circle { brokers, dealt: 0, start, stripe: 0 }
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
    fn shuffle(&mut self, random: &mut Stream) {
        for i in (1..self.brokers.len()).rev() {
            self.brokers.swap(i, random.below(i as u64 + 1) as usize);
        }
    }
}

/// Deals out the replicas of one topic.
#[derive(Debug)]
pub struct StripedReplicaPlacer {
    unfenced: Circle,
    fenced: Circle,
    stripe: usize,
}

impl StripedReplicaPlacer {
    /// For the usable brokers, unfenced and fenced.
    pub fn new(unfenced: Vec<BrokerId>, fenced: Vec<BrokerId>, random: &mut Stream) -> StripedReplicaPlacer {
        let fenced = Circle::new(fenced, random);
        StripedReplicaPlacer { unfenced: Circle::new(unfenced, random), fenced, stripe: 0 }
    }
    /// The replicas of the next partition: the first from the unfenced brokers, and fenced ones only
    /// when those run out. `None` if there are not so many brokers, or all are fenced.
    pub fn place(&mut self, replication_factor: usize, random: &mut Stream) -> Option<BrokerList> {
        let (unfenced, fenced) = (self.unfenced.brokers.len(), self.fenced.brokers.len());
        let possible = (1..=(unfenced + fenced).min(BrokerList::CAPACITY)).contains(&replication_factor);
        if unfenced == 0 || !possible {
            return None;
        }
        // After a whole round the pattern would repeat; with a single broker there is none to break.
        if self.stripe == unfenced && unfenced > 1 {
            self.unfenced.shuffle(random);
            self.fenced.shuffle(random);
            self.stripe = 0;
        }
        let stripe = self.stripe;
        let replicas = (0..replication_factor)
            .filter_map(|_| self.unfenced.next(stripe).or_else(|| self.fenced.next(stripe)))
            .collect();
        self.stripe += 1;
        Some(replicas)
    }
}
