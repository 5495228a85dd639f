//! Invariants of what an application has in hand.

mod exactly_once;
mod sources;

use proptest::prelude::*;

use super::batch::Batch;
use crate::client::consumer::Polled;
use crate::protocol::batch::{BatchData, RecordBatch, RecordDetail};
use crate::protocol::ids::*;
use crate::sim::random::{Distribution, Stream};
use crate::sim::time::Nanos;
use crate::stage::broken::each_is_noticed;

proptest! {
    /// Slices cover every record once, in order; a record that cannot be processed stands alone.
    #[test]
    fn slices_cover_the_batch(
        runs in proptest::collection::vec((1..30u32, proptest::option::of(0..30u32)), 0..8),
        per_record_ms in 0..25u64,
    ) {
        let mut polled = Vec::new();
        let mut expected = Vec::new();
        for (index, (count, poison)) in runs.iter().enumerate() {
            let details = (0..*count).map(|i| RecordDetail { offset_delta: i, key: 0, value_len: 1, poison: Some(i) == *poison }).collect();
            let base = 100 * index as i64;
            polled.push(Polled {
                tp: Tp(0),
                batch: RecordBatch::example(base, *count, BatchData::Records(details)).into(),
                first: 0,
                count: *count,
                high_watermark: Offset(base),
            });
            expected.extend((0..*count).map(|i| (base + i64::from(i), Some(i) == *poison)));
        }
        let mut batch = Batch::default();
        batch.records().append(&mut polled);
        let sampler = Distribution::Constant(Nanos::from_millis(per_record_ms)).compile();
        let mut random = Stream::new(1, "slices");
        let mut done = Vec::new();
        while let Some(slice) = batch.whole_slice(&sampler, &mut random) {
            let before = done.len();
            batch.finish(slice, |s| done.extend((0..s.count).map(|i| (s.offset.plus(i).0, slice.fails))));
            prop_assert!(!slice.fails || done.len() == before + 1);
            prop_assert_eq!(slice.takes, Nanos::from_millis(per_record_ms * (done.len() - before) as u64));
        }
        prop_assert_eq!(done, expected);
    }
}

#[test]
fn a_batch_that_is_farther_than_it_can_be_is_noticed() {
    let polled = |count| Polled {
        tp: Tp(0),
        batch: RecordBatch::example(0, count, BatchData::Plain).into(),
        first: 0,
        count,
        high_watermark: Offset(9),
    };
    let whole = || {
        let mut batch = Batch::default();
        batch.records().push(polled(3));
        batch
    };
    each_is_noticed(whole, Batch::check_invariants, &[("what is done was polled", |batch| batch.skip_to(0, 3))]);
    each_is_noticed(whole, Batch::check_invariants, &[("what is done was polled", |batch| batch.skip_to(2, 0))]);
}
