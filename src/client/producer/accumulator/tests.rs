use super::*;
use crate::client::producer::ProducerRecord;
use crate::protocol::batch::RecordDetail;
use crate::protocol::compression::CompressionType;
use crate::protocol::ids::ProducerIdAndEpoch;
use crate::protocol::ids::{BrokerId, LeaderEpoch, ProducerEpoch, ProducerId};
use crate::protocol::rules::KafkaVersion;
use crate::stage::broken::each_is_noticed;

const RECORD: ProducerRecord =
    ProducerRecord { key: RecordDetail::NULL_KEY, value_len: 100, headers: 0, poison: false, cookie: 0 };

fn with_records(batch_size: u32, records: u32) -> RecordAccumulator {
    under(KafkaVersion::V4_0, batch_size, records)
}
fn under(version: KafkaVersion, batch_size: u32, records: u32) -> RecordAccumulator {
    let config = ProducerConfig { batch_size, ..ProducerConfig::default() };
    let mut accumulator = RecordAccumulator::new(&config, 1, Rules::of(version));
    let mut random = Stream::new(1, "records");
    let mut ordinals = [0];
    for n in 0..records {
        let now = Nanos::from_millis(u64::from(n));
        let (timed, buffer) =
            (BatchRecord { timestamp: now, record: RECORD }, accumulator.buffer_of(RECORD.upper_bound()));
        accumulator.append(timed, buffer, None, &mut ordinals, now, &mut random);
    }
    accumulator
}

#[test]
fn the_parts_of_a_split_batch_carry_on_its_ordinals_and_sequences() {
    let mut accumulator = with_records(1200, 10);
    let big = accumulator.partitions[0].queue.pop_front().expect("one batch");
    accumulator.queued -= 1;
    let producer = ProducerIdAndEpoch { id: ProducerId(7), epoch: ProducerEpoch(0) };
    accumulator.batches[big].set_producer(producer, Sequence(i32::MAX - 4));
    accumulator.batches[big].attempts = 3;
    // Since the batch was made, batch.size has come down (as compression would have it).
    accumulator.batch_size = 500;
    accumulator.split(big, None);
    let parts: Vec<(u32, u32, i32, u32)> = accumulator.partitions[0]
        .queue
        .iter()
        .map(|id| &accumulator.batches[*id])
        .map(|b| (b.ordinal, b.count(), b.sequence.0, b.attempts))
        .collect();
    assert_eq!(parts, [(0, 4, i32::MAX - 4, 0), (4, 4, i32::MAX, 0), (8, 2, 3, 0)]);
    assert!(accumulator.batches.incomplete().all(|b| b.is_full() && b.created == Nanos::ZERO && b.allocated == 0));
    assert_eq!(accumulator.pool().available(), accumulator.pool().total(), "the parts live outside the pool");
}

#[test]
fn memory_is_counted_by_buffers() {
    let accumulator = with_records(1000, 9);
    // Eight records of 109 bytes fit into 1000 with the header; the ninth takes a second buffer.
    assert_eq!(accumulator.partitions[0].queue.len(), 2);
    assert_eq!(accumulator.pool().total() - accumulator.pool().available(), 2000);
}

#[test]
fn a_batch_size_of_zero_makes_batches_of_one_record() {
    let accumulator = with_records(0, 3);
    assert_eq!(accumulator.partitions[0].queue.len(), 3);
}

/// KAFKA-8350: 4.0 makes the same batch again and again; 4.2 fills parts of half the size, header and all.
#[test]
fn since_4_2_a_part_that_is_too_large_is_cut_up() {
    for (version, expected) in [
        (KafkaVersion::V4_0, [&[10][..], &[10], &[10]]),
        (KafkaVersion::V4_2, [&[10], &[4, 4, 2], &[1, 1, 1, 1, 4, 2]]),
    ] {
        let mut accumulator = under(version, 1200, 10);
        for parts in expected {
            let first = accumulator.partitions[0].queue.pop_front().expect("a batch");
            accumulator.queued -= 1;
            accumulator.split(first, None);
            let counts: Vec<u32> =
                accumulator.partitions[0].queue.iter().map(|id| accumulator.batches[*id].count()).collect();
            assert_eq!(counts, parts, "{version:?}");
        }
    }
}

/// Nine records in three batches of one partition, which broker 1 leads; none is sent.
fn three_batches() -> RecordAccumulator {
    let mut accumulator = with_records(500, 9);
    let leader = LeaderAndEpoch { leader: BrokerId(1), epoch: LeaderEpoch(0) };
    accumulator.partitions[0].leader = Some(leader);
    accumulator.nodes.resize_with(2, NodeQueue::default);
    accumulator.nodes[1].partitions.push(0);
    accumulator.leaderless = 0;
    assert!(accumulator.partitions[0].queue.len() >= 3);
    accumulator
}

#[test]
fn memory_that_is_lost_or_made_is_noticed() {
    each_is_noticed(
        three_batches,
        RecordAccumulator::check_memory,
        &[
            ("memory that no batch holds is free", |a| a.pool.deallocate(1)),
            ("memory that no batch holds is free", |a| a.batches[BatchId(0)].allocated = 0),
        ],
    );
}

#[test]
fn a_batch_in_two_places_or_in_none_is_noticed() {
    each_is_noticed(
        three_batches,
        RecordAccumulator::check_whereabouts,
        &[
            ("waits in a queue", |a| a.partitions[0].queue.push_back(BatchId(0))),
            ("is in flight, once", |a| a.partitions[0].in_flight.push_back(BatchId(0))),
            ("waits in a queue", |a| a.batches[BatchId(0)].outstanding = true),
            ("batches whose fate is open are counted", |a| a.incomplete += 1),
            ("batches in queues are counted", |a| a.queued += 1),
            ("gives its slot back", |a| {
                a.batches[BatchId(0)].done = true;
                a.partitions[0].queue.pop_front();
                (a.queued, a.incomplete) = (a.queued - 1, a.incomplete - 1);
            }),
            ("queues with batches are known", |a| a.waiting.remove(0)),
            ("partitions without a leader are counted", |a| a.leaderless = 1),
        ],
    );
}

#[test]
fn a_queue_out_of_order_is_noticed() {
    each_is_noticed(
        three_batches,
        |a| a.check_partition(true, true, 0),
        &[
            ("open batches of its own partition", |a| a.batches[BatchId(0)].partition = 1),
            ("what is queued is not with the network", |a| a.batches[BatchId(0)].outstanding = true),
            ("only the last batch of a queue takes records", |a| a.batches[BatchId(0)].closed = false),
            ("a partition is drained to its leader", |a| a.nodes[1].partitions.clear()),
            ("muted while its batch is with the network", |a| a.partitions[0].muted = true),
            ("what was sent before comes first", |a| {
                a.batches[BatchId(1)].set_producer(ProducerIdAndEpoch::NONE, Sequence(0));
            }),
            ("in the order in which they were sent", |a| {
                a.partitions[0].queue.swap(0, 1);
            }),
            ("a batch expires after delivery.timeout.ms", |a| a.next_expiry = Nanos::MAX),
        ],
    );
}

/// Partition `n` is led by broker `n + 1`; each was used, and has so many batches.
fn with_queues(lengths: [usize; 3]) -> RecordAccumulator {
    let config = ProducerConfig {
        batch_size: 1,
        partitioner_availability_timeout: Nanos::from_millis(100),
        ..ProducerConfig::default()
    };
    let mut accumulator = RecordAccumulator::new(&config, 3, Rules::default());
    let (mut random, mut ordinals) = (Stream::new(1, "records"), [0; 3]);
    accumulator.nodes.resize_with(4, NodeQueue::default);
    accumulator.leaderless = 0;
    for (number, length) in (0..).zip(lengths) {
        let leader = BrokerId(number as u8 + 1);
        accumulator.partitions[number as usize].leader = Some(LeaderAndEpoch { leader, epoch: LeaderEpoch(0) });
        accumulator.partitions[number as usize].used = true;
        accumulator.nodes[leader.index()].partitions.push(number);
        for _ in 0..length {
            let record = BatchRecord { timestamp: Nanos::ZERO, record: RECORD };
            accumulator.append(record, 200, Some(number), &mut ordinals, Nanos::ZERO, &mut random);
        }
    }
    accumulator
}

#[test]
fn a_partition_whose_leader_takes_nothing_for_too_long_is_not_chosen() {
    let ms = Nanos::from_millis;
    let mut accumulator = with_queues([2, 3, 1]);
    let all = [(0, 2), (1, 3), (2, 1)];
    assert_eq!(accumulator.loads_of_available(), all, "nobody has heard of trouble");
    accumulator.update_latency(BrokerId(2), ms(1000), true);
    accumulator.update_latency(BrokerId(2), ms(1100), false);
    assert_eq!(accumulator.loads_of_available(), all, "not longer than the timeout");
    accumulator.update_latency(BrokerId(2), ms(1101), false);
    assert_eq!(accumulator.loads_of_available(), [(0, 2), (2, 1)]);
    accumulator.update_latency(BrokerId(2), ms(1102), true);
    assert_eq!(accumulator.loads_of_available(), all);
    // Without the config nobody looks.
    accumulator.availability_timeout = Nanos::ZERO;
    accumulator.update_latency(BrokerId(1), ms(9000), false);
    assert_eq!(accumulator.nodes[1].latency, None);
}

/// The place of a partition that is left out is taken by the next one: if nothing waits for that, its length stays.
#[test]
fn an_empty_queue_right_after_a_partition_that_is_left_out_counts_as_long_as_that() {
    let mut accumulator = with_queues([2, 3, 0]);
    accumulator.update_latency(BrokerId(2), Nanos::ZERO, true);
    accumulator.update_latency(BrokerId(2), Nanos::from_secs(1), false);
    accumulator.update_latency(BrokerId(3), Nanos::ZERO, true);
    accumulator.update_latency(BrokerId(3), Nanos::from_secs(1), false);
    assert_eq!(accumulator.loads_of_available(), [(0, 2), (2, 3)], "though its leader takes nothing either");
}

/// At first Kafka expects nothing of compression; once it knows that records shrink to half, twice as many come together,
/// less a twentieth and the last one, which counts as it is.
#[test]
fn a_batch_of_what_compresses_well_holds_more_than_batch_size() {
    let mut ratio = CompressionRatio::new(CompressionType::Lz4, 0.5).expect("a codec");
    let records = |ratio: CompressionRatio| {
        let config = ProducerConfig { batch_size: 1000, ..ProducerConfig::default() };
        let mut accumulator = RecordAccumulator::new(&config, 1, Rules::default()).with_compression(Some(ratio));
        let (mut random, mut ordinals) = (Stream::new(1, "records"), [0]);
        for _ in 0..40 {
            let record = BatchRecord { timestamp: Nanos::ZERO, record: RECORD };
            accumulator.append(record, 1000, None, &mut ordinals, Nanos::ZERO, &mut random);
        }
        let leader = LeaderAndEpoch { leader: BrokerId(1), epoch: LeaderEpoch(0) };
        accumulator.partitions[0].leader = Some(leader);
        accumulator.nodes.resize_with(2, NodeQueue::default);
        accumulator.nodes[1].partitions.push(0);
        let mut drained = Vec::new();
        accumulator.drain(BrokerId(1), 1 << 20, None, Nanos::ZERO, &mut random, &mut drained);
        let batch = accumulator.batch(drained[0]);
        (batch.count(), batch.uncompressed_size(), batch.size())
    };
    assert_eq!(records(ratio), (8, 61 + 8 * 109, 61 + 4 * 109));
    (0..200).for_each(|_| ratio.closed(61 + 1000, 61 + 500, true));
    assert_eq!(records(ratio), (15, 61 + 15 * 109, 61 + 818));
}
