use super::super::batch::ProducerIdAndEpoch;
use super::*;
use crate::protocol::batch::RecordDetail;
use crate::protocol::ids::{ProducerEpoch, ProducerId};
use crate::protocol::rules::KafkaVersion;

const RECORD: ProducerRecord = ProducerRecord { key: RecordDetail::NULL_KEY, value_len: 100, poison: false, cookie: 0 };

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
            (BatchRecord { timestamp: now, record: RECORD }, accumulator.buffer_of(upper_bound(&RECORD)));
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
