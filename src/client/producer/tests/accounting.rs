//! Whatever the brokers do: every record is accounted for exactly once; and a broker that checks
//! sequences gets each record of an idempotent producer once and in order.

use proptest::prelude::*;

use super::harness::*;
use crate::app::spec::{Arrivals, Keys, SourceSpec, ValueSize};
use crate::history::fact::Fact;
use crate::node::Input;
use crate::protocol::batch::RecordBatch;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::{Offset, ProducerEpoch, ProducerId, Sequence};
use crate::protocol::messages::ProducePartition;
use crate::sim::random::Stream;
use crate::sim::time::Nanos;

/// The leader of one partition, as far as sequences go (`ProducerStateEntry`).
#[derive(Default)]
struct Leader {
    /// (ordinal, count) of each batch appended.
    log: Vec<(u32, u32)>,
    end: i64,
    /// Of the current producer: (first sequence, last sequence, offset), newest last. Kafka keeps
    /// five, enough for one connection; after a change of leader there can be more in flight.
    recent: Vec<(Sequence, Sequence, i64)>,
    producer: Option<(ProducerId, ProducerEpoch)>,
}

impl Leader {
    fn append(&mut self, batch: &RecordBatch) -> (ErrorCode, i64) {
        let producer = (batch.producer_id, batch.producer_epoch);
        if batch.is_idempotent() && self.producer == Some(producer) {
            let range = (batch.base_sequence, batch.last_sequence());
            if let Some(known) = self.recent.iter().find(|r| (r.0, r.1) == range) {
                return (ErrorCode::None, known.2);
            }
            if self.recent.last().is_some_and(|last| last.1.plus(1) != batch.base_sequence) {
                return (ErrorCode::OutOfOrderSequenceNumber, -1);
            }
        } else if batch.is_idempotent() {
            let known = self.producer.is_some_and(|(id, _)| id == batch.producer_id);
            if known && self.producer.is_some_and(|(_, epoch)| epoch > batch.producer_epoch) {
                return (ErrorCode::InvalidProducerEpoch, -1);
            }
            // Stricter than Kafka since KIP-360, which lets an unknown producer begin anywhere: see the
            // story of the first batch that is overtaken.
            if batch.base_sequence != Sequence(0) {
                return (ErrorCode::OutOfOrderSequenceNumber, -1);
            }
            self.recent.clear();
            self.producer = Some(producer);
        }
        let offset = self.end;
        self.end += i64::from(batch.count);
        self.log.push((batch.origin.ordinal, batch.count));
        self.recent.push((batch.base_sequence, batch.last_sequence(), offset));
        (ErrorCode::None, offset)
    }
}

struct Chaos {
    leaders: Vec<Leader>,
    random: Stream,
    /// Chance of trouble, in percent.
    trouble: u64,
    deaths: bool,
}

impl Chaos {
    fn step(&mut self, h: &mut Harness) {
        let dice = self.random.below(100);
        if dice >= self.trouble {
            return self.answer_all(h, self.random.clone().below(2) == 0);
        }
        match dice % 8 {
            0 => {
                // Appended, and the answer is lost.
                for w in h.waiting.clone() {
                    w.request.partitions.iter().for_each(|p| {
                        self.append(h, &w, p);
                    });
                }
                self.disconnect(h);
            }
            1 => self.disconnect(h),
            2 | 3 => self.refuse(h, ErrorCode::NotEnoughReplicas),
            4 => {
                let partition = self.random.below(h.leaders.len() as u64) as usize;
                let (_, epoch) = h.leaders[partition].unwrap_or((1, 0));
                h.leaders[partition] = Some((1 + self.random.below(3) as u8, epoch + 1));
                self.refuse(h, ErrorCode::NotLeaderOrFollower);
            }
            5 => h.until(h.now() + Nanos::from_millis(self.random.below(2500))),
            6 if self.deaths => {
                h.kill();
                h.until(h.now() + ms(50));
                h.input(Input::Start);
            }
            _ => self.answer_all(h, false),
        }
    }
    fn disconnect(&mut self, h: &mut Harness) {
        (1..=3).for_each(|broker| h.disconnect(broker));
    }
    fn append(&mut self, h: &Harness, waiting: &Waiting, partition: &ProducePartition) -> (ErrorCode, i64) {
        match h.leaders[partition.tp.index()] {
            Some((leader, _)) if leader == waiting.broker.0 => {
                self.leaders[partition.tp.index()].append(&partition.batch)
            }
            _ => (ErrorCode::NotLeaderOrFollower, -1),
        }
    }
    fn refuse(&mut self, h: &mut Harness, error: ErrorCode) {
        if !h.waiting.is_empty() {
            h.answer(error, -1);
        }
    }
    fn answer_all(&mut self, h: &mut Harness, only_one: bool) {
        let most = if only_one { 1 } else { h.waiting.len() };
        for _ in 0..most.min(h.waiting.len()) {
            // Answering may close connections and drop the rest.
            if h.waiting.is_empty() {
                return;
            }
            let waiting = h.take();
            let results: Vec<_> =
                waiting.request.partitions.iter().map(|p| (p.tp, self.append(h, &waiting, p))).collect();
            h.answer_to(&waiting, |p| results.iter().find(|(tp, _)| *tp == p.tp).expect("of the request").1, None);
        }
    }
}

/// Every ordinal of every partition ends in exactly one of acked, failed, pending.
fn check_accounts(h: &Harness, partitions: usize) -> Result<(), TestCaseError> {
    let mut fates: Vec<Vec<u32>> = vec![Vec::new(); partitions];
    for fact in &h.facts {
        if let Fact::BatchAcked { tp, ordinal, count, .. }
        | Fact::BatchFailed { tp, ordinal, count, .. }
        | Fact::RecordsPending { tp, ordinal, count, .. } = *fact
        {
            fates[tp.index()].extend(ordinal..ordinal + count);
        }
    }
    for (partition, ordinals) in fates.iter_mut().enumerate() {
        ordinals.sort();
        let expected: Vec<u32> = (0..ordinals.len() as u32).collect();
        prop_assert_eq!(&*ordinals, &expected, "partition {}", partition);
        for fact in &h.facts {
            if let Fact::BatchSent { tp, ordinal, count, .. } = *fact {
                prop_assert!(
                    tp.index() != partition || ((ordinal + count) as usize) <= ordinals.len(),
                    "sent and never accounted for"
                );
            }
        }
    }
    Ok(())
}

fn workload(idempotent: bool, keyed: bool, in_flight: u32) -> SourceSpec {
    let mut spec = if idempotent { spec() } else { plain() };
    spec.producer.config.max_in_flight = in_flight;
    spec.producer.config.batch_size = 600;
    spec.producer.config.buffer_memory = 20_000;
    spec.producer.config.max_block = ms(4000);
    spec.producer.config.delivery_timeout = ms(5000);
    spec.producer.config.request_timeout = ms(2000);
    spec.arrivals = Arrivals::Constant { records: 1, per: ms(2) };
    spec.keys = if keyed { Keys::Uniform { count: 20 } } else { Keys::None };
    spec.value_size = ValueSize::Uniform(0, 150);
    spec
}

fn run(spec: SourceSpec, seed: u64, trouble: u64, deaths: bool, steps: u32) -> (Harness, Chaos) {
    let mut h = Harness::started(spec, 3);
    h.leaders = vec![Some((1, 0)), Some((2, 0)), Some((3, 0))];
    let mut chaos = Chaos {
        leaders: (0..3).map(|_| Leader::default()).collect(),
        random: Stream::new(seed, "chaos"),
        trouble,
        deaths,
    };
    for _ in 0..steps {
        let pause = chaos.random.below(12);
        h.until(h.now() + ms(pause));
        chaos.step(&mut h);
    }
    (h, chaos)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_record_is_accounted_for_exactly_once(
        seed in any::<u64>(), idempotent in any::<bool>(), keyed in any::<bool>(), in_flight in 1u32..=5, trouble in 0u64..90, deaths in any::<bool>(),
    ) {
        let (mut h, _) = run(workload(idempotent, keyed, in_flight), seed, trouble, deaths, 300);
        h.input(Input::RunEnd);
        check_accounts(&h, 3)?;
        prop_assert!(h.count("BatchSent") > 0);
    }

    #[test]
    fn an_idempotent_producer_is_in_the_log_once_and_in_order(seed in any::<u64>(), keyed in any::<bool>(), trouble in 0u64..60) {
        let mut spec = workload(true, keyed, 5);
        // Nothing expires: only then is the promise whole.
        spec.producer.config.delivery_timeout = Nanos::from_secs(100_000);
        let (mut h, mut chaos) = run(spec, seed, trouble, false, 300);
        h.input(Input::Drain);
        for _ in 0..200 {
            chaos.answer_all(&mut h, false);
            h.until(h.now() + ms(200));
        }
        h.input(Input::RunEnd);
        check_accounts(&h, 3)?;
        prop_assert_eq!(h.count("RecordsPending") + h.count("BatchFailed"), 0, "{}", h.log);
        for leader in &chaos.leaders {
            let mut next = 0;
            for &(ordinal, count) in &leader.log {
                prop_assert_eq!(ordinal, next, "{:?}", leader.log);
                next += count;
            }
        }
        prop_assert_eq!(h.count("ProducerIdAssigned"), 1, "no epoch was wasted");
    }

    #[test]
    fn offsets_told_are_those_of_the_log(seed in any::<u64>(), trouble in 0u64..60) {
        let (h, chaos) = run(workload(true, false, 5), seed, trouble, false, 200);
        for fact in &h.facts {
            let Fact::BatchAcked { tp, ordinal, offset, .. } = *fact else { continue };
            // After an expiry and a new epoch a batch may be there twice.
            let mut end = 0;
            let told_truly = chaos.leaders[tp.index()].log.iter().any(|&(o, count)| {
                end += i64::from(count);
                o == ordinal && Offset(end - i64::from(count)) == offset
            });
            prop_assert!(told_truly, "{:?}", fact);
        }
    }
}

#[test]
fn the_same_seed_tells_the_same_story() {
    let story = || run(workload(true, true, 5), 99, 40, true, 200).0.log;
    assert_eq!(story(), story());
}
