//! The partition of a record (`clients/.../producer/internals/BuiltInPartitioner.java`, KIP-794).

use super::record::key_text;
use crate::protocol::config::PartitionerClass;
use crate::protocol::hashing::{librdkafka_consistent, partition_for_key};
use crate::sim::random::Stream;
use crate::sim::time::Nanos;

/// The partition of every key of a workload, hashed once. A key goes to the same partition whether
/// that has a leader or not.
pub(super) fn partitions_of_keys(class: PartitionerClass, keys: u32, partitions: u32) -> Vec<u32> {
    let hash = match class {
        PartitionerClass::ConsistentRandom => librdkafka_consistent,
        _ => partition_for_key,
    };
    (0..keys).map(|key| hash(key_text(key).as_bytes(), partitions)).collect()
}

/// librdkafka's `sticky.partitioning.linger.ms`.
const STICKY_LINGER: Nanos = Nanos::from_millis(10);

/// Who chooses a partition before the accumulator is asked.
#[derive(Clone, Debug)]
pub(super) enum Partitioner {
    /// Nobody: where there is no key the accumulator's [`StickyPartitioner`] does.
    BuiltIn,
    /// For every record.
    RoundRobin(RoundRobinPartitioner),
    /// For records without a key: the partition that is theirs until a batch is begun
    /// (`StickyPartitionCache.java`, KIP-480).
    StickyPerBatch(Option<u32>),
    /// For records without a key: a random partition, and since when (`rd_kafka_msg_sticky_partition`).
    RandomSticky(Option<(u32, Nanos)>),
    /// For records without a key: in turn, from a random one on (kafkajs, `src/producer/partitioners/default`).
    InTurn(Option<RoundRobinPartitioner>),
}

/// What a partitioner is told of a topic.
pub(super) struct TopicState<'a> {
    pub partitions: u32,
    /// Whether a partition has a leader.
    pub available: &'a dyn Fn(u32) -> bool,
    /// Whether a record would begin a batch there.
    pub begins_batch: &'a dyn Fn(u32) -> bool,
}

impl Partitioner {
    pub fn new(class: PartitionerClass) -> Partitioner {
        match class {
            PartitionerClass::BuiltIn => Partitioner::BuiltIn,
            PartitionerClass::RoundRobin => Partitioner::RoundRobin(RoundRobinPartitioner::default()),
            PartitionerClass::StickyPerBatch => Partitioner::StickyPerBatch(None),
            PartitionerClass::ConsistentRandom | PartitionerClass::Murmur2Random => Partitioner::RandomSticky(None),
            PartitionerClass::Kafkajs => Partitioner::InTurn(None),
        }
    }
    /// Whether the accumulator is all that decides where there is no key.
    #[inline]
    pub fn is_built_in(&self) -> bool {
        matches!(self, Partitioner::BuiltIn)
    }
    /// The partition of the next record; none: the accumulator decides. `keyed`: where its key says.
    pub fn partition(
        &mut self,
        keyed: Option<u32>,
        topic: &TopicState<'_>,
        now: Nanos,
        random: &mut Stream,
    ) -> Option<u32> {
        match self {
            Partitioner::BuiltIn => keyed,
            Partitioner::RoundRobin(turns) => Some(turns.partition(topic.partitions, topic.available)),
            Partitioner::StickyPerBatch(current) => Some(sticky_per_batch(current, keyed, topic, random)),
            Partitioner::RandomSticky(_) | Partitioner::InTurn(_) if keyed.is_some() => keyed,
            Partitioner::RandomSticky(current) => {
                let lasts = |(partition, since): &(u32, Nanos)| {
                    (topic.available)(*partition) && now.saturating_sub(*since) < STICKY_LINGER
                };
                let (partition, since) = current.filter(lasts).unwrap_or_else(|| (any_or_another(topic, random), now));
                *current = Some((partition, since));
                Some(partition)
            }
            Partitioner::InTurn(turns) => {
                let turns = turns.get_or_insert_with(|| RoundRobinPartitioner { counter: random.next_u64() as u32 });
                Some(turns.partition(topic.partitions, topic.available))
            }
        }
    }
}

/// A batch that is begun for any record moves on the partition of those without a key, if it is that one
/// (`DefaultPartitioner.onNewBatch`).
fn sticky_per_batch(current: &mut Option<u32>, keyed: Option<u32>, topic: &TopicState<'_>, random: &mut Stream) -> u32 {
    let partition = match keyed {
        Some(partition) => partition,
        None => *current.get_or_insert_with(|| another(None, topic, random)),
    };
    if (topic.begins_batch)(partition) && current.is_none_or(|sticky| sticky == partition) {
        *current = Some(another(*current, topic, random));
    }
    keyed.or(*current).expect("chosen above")
}

/// One of those with a leader, and not the old one if there are several (`StickyPartitionCache.nextPartition`).
fn another(old: Option<u32>, topic: &TopicState<'_>, random: &mut Stream) -> u32 {
    let candidates: Vec<u32> = (0..topic.partitions).filter(|partition| (topic.available)(*partition)).collect();
    match candidates.as_slice() {
        [] => random.below(u64::from(topic.partitions)) as u32,
        [one] => *one,
        several => loop {
            let chosen = several[random.below(several.len() as u64) as usize];
            if Some(chosen) != old {
                return chosen;
            }
        },
    }
}

/// Any partition, and if that has no leader any other, just once more (`rd_kafka_msg_partitioner_random`).
fn any_or_another(topic: &TopicState<'_>, random: &mut Stream) -> u32 {
    let any = random.below(u64::from(topic.partitions)) as u32;
    if (topic.available)(any) { any } else { random.below(u64::from(topic.partitions)) as u32 }
}

/// `RoundRobinPartitioner`: the partitions that have a leader in turn, whatever the key. (Up to 3.9 it was asked twice for
/// the first record of a batch, and so left partitions out.)
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct RoundRobinPartitioner {
    counter: u32,
}

impl RoundRobinPartitioner {
    /// The partition of the next record, of so many.
    pub fn partition(&mut self, partitions: u32, available: impl Fn(u32) -> bool) -> u32 {
        // `Utils.toPositive`: the counter wraps, and its sign does not count.
        let next = self.counter & 0x7fff_ffff;
        self.counter = self.counter.wrapping_add(1);
        let candidates = (0..partitions).filter(|partition| available(*partition)).count() as u32;
        match candidates {
            0 => next % partitions,
            _ => (0..partitions)
                .filter(|partition| available(*partition))
                .nth((next % candidates) as usize)
                .expect("counted just before"),
        }
    }
}

/// The partition for records without a key: one until `batch.size` bytes have gone there, then
/// another, the more likely the shorter its queue.
#[derive(Clone, Debug)]
pub(super) struct StickyPartitioner {
    batch_size: u32,
    partitions: u32,
    current: Option<u32>,
    produced: u64,
    /// (partition, sum of the weights up to it); empty: no weights, choose uniformly.
    weights: Vec<(u32, u64)>,
    /// With `partitioner.rack.aware`: the partitions that are led in the producer's own rack. One of them is chosen, if there
    /// is any (KIP-1123).
    near: Vec<u32>,
    /// Their weights, where there are weights.
    near_weights: Vec<(u32, u64)>,
}

impl StickyPartitioner {
    pub fn new(batch_size: u32, partitions: u32) -> StickyPartitioner {
        StickyPartitioner {
            batch_size,
            partitions,
            current: None,
            produced: 0,
            weights: Vec::new(),
            near: Vec::new(),
            near_weights: Vec::new(),
        }
    }
    /// Which partitions are led in the producer's own rack from now on. What the queues weigh stays as it was until the
    /// next look at them.
    pub fn prefer(&mut self, near: impl Iterator<Item = bool>) {
        self.near.clear();
        self.near.extend((0..).zip(near).filter(|(_, near)| *near).map(|(partition, _)| partition));
    }
    /// The partition of the next record. `all`: whether all partitions have a leader; `available`: whether one has.
    #[inline]
    pub fn current(&mut self, all: bool, available: impl Fn(u32) -> bool, random: &mut Stream) -> u32 {
        if let Some(partition) = self.current {
            return partition;
        }
        let partition = self.choose(all, available, random);
        self.current = Some(partition);
        partition
    }
    /// The partition of the next record, if it is chosen already, and the bytes counted so far.
    #[inline]
    pub fn chosen(&self) -> Option<(u32, u64)> {
        Some((self.current?, self.produced))
    }
    /// Whether some record was without a key: else nobody asks for the load.
    #[inline]
    pub fn is_used(&self) -> bool {
        self.current.is_some()
    }
    /// Counts bytes appended to the current partition. Moves on if they are enough: at once above
    /// twice `batch.size`, else only if the partition's queue holds no batch that waits for more.
    /// Returns whether it moved.
    #[inline]
    pub fn appended(
        &mut self,
        bytes: u32,
        all_batches_full: bool,
        all: bool,
        available: impl Fn(u32) -> bool,
        random: &mut Stream,
    ) -> bool {
        self.produced += u64::from(bytes);
        let batch_size = u64::from(self.batch_size);
        if self.produced < 2 * batch_size && !(self.produced >= batch_size && all_batches_full) {
            return false;
        }
        self.current = Some(self.choose(all, available, random));
        self.produced = 0;
        true
    }
    /// Counts bytes of a record that was foreseen not to move the partition.
    pub fn foreseen(&mut self, bytes: u32) {
        self.produced += u64::from(bytes);
        debug_assert!(self.produced < 2 * u64::from(self.batch_size), "a forecast is never too bold");
    }
    /// Takes the lengths of the queues of the partitions that have a leader. Nothing is known
    /// (`None`) while some partition was never used.
    pub fn update_load(&mut self, lengths: Option<impl Iterator<Item = (u32, u32)>>) {
        self.all_alike();
        let Some(lengths) = lengths else { return };
        self.weights.extend(lengths.map(|(partition, length)| (partition, u64::from(length))));
        let Some(&(_, first)) = self.weights.first() else { return };
        let all_equal = self.weights.iter().all(|(_, length)| *length == first);
        if self.partitions < 2 || (all_equal && self.weights.len() as u64 == u64::from(self.partitions)) {
            return self.all_alike();
        }
        // Those in the rack are weighed among themselves (`createPartitionLoadStatsForThisRackIfNeeded`).
        let near = self.weights.iter().filter(|(partition, _)| self.near.contains(partition));
        self.near_weights.extend(near.copied());
        invert_and_fold(&mut self.near_weights);
        invert_and_fold(&mut self.weights);
    }
    /// The queues of all partitions are of one length: no partition is the more likely.
    pub fn all_alike(&mut self) {
        self.weights.clear();
        self.near_weights.clear();
    }
    fn choose(&self, all: bool, available: impl Fn(u32) -> bool, random: &mut Stream) -> u32 {
        let weights = if self.near_weights.is_empty() { &self.weights } else { &self.near_weights };
        if let Some(&(_, total)) = weights.last() {
            let draw = random.below(total);
            return weights[weights.partition_point(|(_, sum)| *sum <= draw)].0;
        }
        if !self.near.is_empty() {
            return self.near[random.below(self.near.len() as u64) as usize];
        }
        if all {
            return random.below(u64::from(self.partitions)) as u32;
        }
        let candidates = (0..self.partitions).filter(|p| available(*p)).count() as u64;
        if candidates == 0 {
            return random.below(u64::from(self.partitions)) as u32;
        }
        let chosen = random.below(candidates) as usize;
        (0..self.partitions).filter(|p| available(*p)).nth(chosen).expect("counted just before")
    }
}

/// Lengths of queues become sums of weights: the shorter a queue, the heavier it is.
fn invert_and_fold(lengths: &mut [(u32, u64)]) {
    let longest = lengths.iter().map(|(_, length)| *length).max().unwrap_or(0);
    let mut sum = 0;
    for (_, weight) in lengths {
        sum += longest + 1 - *weight;
        *weight = sum;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random() -> Stream {
        Stream::new(5, "partitioner")
    }
    /// How often each partition is chosen.
    fn shares(partitioner: &StickyPartitioner, available: impl Fn(u32) -> bool + Copy) -> Vec<u32> {
        let mut random = random();
        let mut shares = vec![0; partitioner.partitions as usize];
        (0..8000).for_each(|_| shares[partitioner.choose(false, available, &mut random) as usize] += 1);
        shares
    }
    fn near(shares: &[u32], eighths: &[u32]) -> bool {
        let close = |(share, eighth): (&u32, &u32)| {
            if *eighth == 0 { *share == 0 } else { share.abs_diff(eighth * 1000) < 150 }
        };
        shares.iter().zip(eighths).all(close)
    }

    #[test]
    fn a_key_goes_where_kafka_puts_it() {
        let built_in = PartitionerClass::BuiltIn;
        let keys = partitions_of_keys(built_in, 3, 3);
        assert_eq!((keys[1], keys[2]), (0, 2), "key-1 and key-2");
        assert_eq!(partitions_of_keys(built_in, 3, 12)[2], 2);
        assert_eq!(partitions_of_keys(PartitionerClass::Kafkajs, 3, 3), keys);
        assert_eq!(partitions_of_keys(PartitionerClass::Murmur2Random, 3, 3), keys);
        let crc32 = partitions_of_keys(PartitionerClass::ConsistentRandom, 20, 3);
        let murmur2 = partitions_of_keys(built_in, 20, 3);
        let agree = crc32.iter().zip(&murmur2).filter(|(a, b)| a == b).count();
        assert!((3..=12).contains(&agree), "two hashes agree by chance alone: {agree} of 20");
    }

    /// The partitions of records without a key that come so many ms apart; a batch is begun by every `per_batch`th.
    fn choices(class: PartitionerClass, gap: u64, per_batch: usize, led: fn(u32) -> bool) -> Vec<u32> {
        let (mut partitioner, mut random) = (Partitioner::new(class), random());
        let next = |at: usize| {
            let begins = |_| at.is_multiple_of(per_batch);
            let topic = TopicState { partitions: 4, available: &led, begins_batch: &begins };
            let now = Nanos::from_millis(at as u64 * gap);
            partitioner.partition(None, &topic, now, &mut random).expect("chosen")
        };
        (0..40).map(next).collect()
    }

    #[test]
    fn kip_480_moves_on_with_every_batch_and_never_to_the_same_partition() {
        let chosen = choices(PartitionerClass::StickyPerBatch, 1, 5, |partition| partition != 2);
        for (at, pair) in chosen.windows(2).enumerate() {
            assert_eq!(pair[0] != pair[1], (at + 1) % 5 == 0, "{chosen:?}");
        }
        assert!(!chosen.contains(&2), "nobody leads it");
        let alone = choices(PartitionerClass::StickyPerBatch, 1, 5, |partition| partition == 3);
        assert!(alone.iter().all(|partition| *partition == 3));
    }

    #[test]
    fn kip_480_moves_on_when_a_key_begins_a_batch_in_its_partition() {
        let (mut sticky, mut random) = (Partitioner::StickyPerBatch(Some(1)), random());
        let mut send = |keyed, begins: bool| {
            let begins = move |_| begins;
            let topic = TopicState { partitions: 4, available: &|_| true, begins_batch: &begins };
            sticky.partition(keyed, &topic, Nanos::ZERO, &mut random).expect("chosen")
        };
        assert_eq!((send(Some(2), true), send(None, false)), (2, 1), "another partition's batch");
        assert_eq!(send(Some(1), true), 1, "the key decides all the same");
        assert_ne!(send(None, false), 1);
    }

    #[test]
    fn librdkafka_takes_another_partition_every_ten_milliseconds() {
        let chosen = choices(PartitionerClass::ConsistentRandom, 2, 1, |_| true);
        assert!(chosen.chunks(5).all(|run| run.iter().all(|partition| *partition == run[0])), "{chosen:?}");
        assert!(chosen.chunks(5).any(|run| run[0] != chosen[0]), "{chosen:?}");
    }

    #[test]
    fn kafkajs_goes_round_from_anywhere() {
        let chosen = choices(PartitionerClass::Kafkajs, 1, 1, |_| true);
        assert!(chosen.windows(2).all(|pair| pair[1] == (pair[0] + 1) % 4), "{chosen:?}");
        assert_ne!(chosen[0], 0, "this stream's start is none of a counter's");
    }

    #[test]
    fn round_robin_takes_the_partitions_that_are_led_in_turn_and_all_if_none_is() {
        let mut turns = RoundRobinPartitioner::default();
        let mut next = |available: fn(u32) -> bool| (0..4).map(|_| turns.partition(3, available)).collect::<Vec<_>>();
        assert_eq!(next(|_| true), [0, 1, 2, 0]);
        assert_eq!(next(|partition| partition != 1), [0, 2, 0, 2], "its count goes on");
        assert_eq!(next(|_| false), [2, 0, 1, 2]);
        let mut late = RoundRobinPartitioner { counter: 0x7fff_ffff };
        assert_eq!([late.partition(2, |_| true), late.partition(2, |_| true)], [1, 0], "the sign does not count");
    }

    #[test]
    fn it_stays_for_a_batch_and_at_most_for_two() {
        let mut random = random();
        let mut sticky = StickyPartitioner::new(1000, 2);
        sticky.current(true, |_| true, &mut random);
        assert!(!sticky.appended(999, true, true, |_| true, &mut random));
        assert!(!sticky.appended(500, false, true, |_| true, &mut random), "the batch waits for more");
        assert!(sticky.appended(0, true, true, |_| true, &mut random), "now it does not");
        assert!(!sticky.appended(1999, false, true, |_| true, &mut random));
        assert!(sticky.appended(1, false, true, |_| true, &mut random), "twice batch.size in any case");
    }

    #[test]
    fn the_shorter_the_queue_the_likelier_the_partition() {
        let mut sticky = StickyPartitioner::new(1000, 3);
        sticky.update_load(Some([(0, 0), (1, 3), (2, 1)].into_iter()));
        let shares = shares(&sticky, |_| true);
        assert!(near(&shares, &[4, 1, 3]), "{shares:?}");
    }

    #[test]
    fn without_a_load_to_go_by_all_available_partitions_are_alike() {
        let mut sticky = StickyPartitioner::new(1000, 4);
        sticky.update_load(Some((0..4).map(|p| (p, 7))));
        let all = shares(&sticky, |_| true);
        assert!(near(&all, &[2, 2, 2, 2]), "equal queues: {all:?}");
        let (mut told, mut asked) = (random(), random());
        let same = || {
            sticky.choose(true, |_| unreachable!("nobody has to ask"), &mut told)
                == sticky.choose(false, |_| true, &mut asked)
        };
        assert!(std::iter::repeat_with(same).take(100).all(|same| same), "whether one asks or is told");
        let half = shares(&sticky, |p| p % 2 == 0);
        assert!(near(&half, &[4, 0, 4, 0]), "{half:?}");
        let none = shares(&sticky, |_| false);
        assert!(near(&none, &[2, 2, 2, 2]), "nobody leads: {none:?}");
    }

    #[test]
    fn a_partition_without_a_leader_is_not_chosen_by_load_either() {
        let mut sticky = StickyPartitioner::new(1000, 3);
        sticky.update_load(Some([(0, 2), (2, 2)].into_iter()));
        let shares = shares(&sticky, |_| true);
        assert!(near(&shares, &[4, 0, 4]), "{shares:?}");
    }

    #[test]
    fn with_racks_only_leaders_in_the_own_rack_get_records_without_keys() {
        let mut sticky = StickyPartitioner::new(1000, 4);
        sticky.prefer([false, true, false, true].into_iter());
        let shares = |sticky: &StickyPartitioner| shares(sticky, |_| true);
        assert!(near(&shares(&sticky), &[0, 4, 0, 4]), "no queues: {:?}", shares(&sticky));
        // Among themselves: a queue elsewhere, however long, is none of their business.
        sticky.update_load(Some([(0, 90), (1, 0), (2, 5), (3, 2)].into_iter()));
        assert!(near(&shares(&sticky), &[0, 6, 0, 2]), "{:?}", shares(&sticky));
        // The leaders there are gone: all others will do.
        sticky.prefer([false; 4].into_iter());
        sticky.update_load(Some([(0, 3), (2, 0)].into_iter()));
        let away = shares(&sticky);
        assert!(away[1] + away[3] == 0 && away[2] > away[0], "by load: {away:?}");
        sticky.all_alike();
        assert!(near(&shares(&sticky), &[2, 2, 2, 2]), "{:?}", shares(&sticky));
    }
}
