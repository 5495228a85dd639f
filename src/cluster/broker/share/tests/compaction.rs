//! Records that are not in the log any more.

use std::rc::Rc;

use crate::cluster::broker::share::chronicle::Chronicle;
use crate::cluster::broker::share::share_partition::{Acquirer, FetchedRecords, SharePartition};
use crate::cluster::broker::tests::world::{b, batch};
use crate::protocol::batch::RecordBatch;
use crate::protocol::catalog::Catalog;
use crate::protocol::config::{BrokerConfig, GroupConfig};
use crate::protocol::ids::*;
use crate::protocol::messages::*;
use crate::protocol::rules::{KafkaVersion, Rules};
use crate::protocol::shared_batch::SharedBatch;
use crate::stage::Stage;

const MEMBER: MemberId = MemberId(1);

fn fetched(batches: &Batches) -> FetchedRecords<'_> {
    FetchedRecords { fetch_offset: Offset(0), batches, aborted: &[] }
}

/// Five records from there on.
fn five(base: i64) -> SharedBatch {
    RecordBatch { base_offset: Offset(base), ..batch(0, 5) }.into()
}

/// Batches 0-4 and 5-9 are released, then 0-4 is compacted away: how the share-partition stands after the next fetch, which finds 5-9.
fn after_compaction(version: KafkaVersion) -> Vec<(i64, i64, &'static str)> {
    let mut stage = Stage::new(NodeId(0));
    let config: GroupConfig = BrokerConfig::of(version).group_defaults();
    let chronicle = Chronicle { broker: b(1), group: GroupId(0), tp: Tp(0), catalog: Rc::new(Catalog::default()) };
    let mut partition = SharePartition::new(chronicle, LeaderEpoch(0), Rules::of(version));
    let (state_epoch, start_offset, batches) = (0, Offset(0), Rc::from([]));
    let state = SharePartitionState { state_epoch, start_offset, delivery_complete_count: -1, batches };
    let who = Acquirer { member: MEMBER, mode: ShareAcquireMode::BatchOptimized, max_records: 500, batch_size: 5 };
    let (both, second): (Batches, Batches) =
        ([five(0), five(5)].into_iter().collect(), std::iter::once(five(5)).collect());
    stage.act(|ctx| {
        partition.load(&state, Offset(0), ctx).expect("it is consistent");
        partition.acquire(who, &fetched(&both), &config, ctx);
        let update = partition.release_acquired(MEMBER, &config).expect("it held records");
        partition.written(&update, &config, ctx);
        partition.acquire(who, &fetched(&second), &config, ctx);
        partition.check_invariants(&config);
    });
    let runs = partition.describe().batches;
    runs.iter().map(|run| (run.first.0, run.last.0, run.state.name())).collect()
}

/// KAFKA-17351: a fetch that begins at available records and finds others behind them.
#[test]
fn available_records_that_were_compacted_away_are_given_up_since_4_1() {
    assert_eq!(after_compaction(KafkaVersion::V4_1), [(0, 4, "ARCHIVED"), (5, 9, "ACQUIRED")]);
    let older = after_compaction(KafkaVersion::V4_0);
    assert!(older[0].2 == "AVAILABLE" && older.last().is_some_and(|run| run.2 == "ACQUIRED"), "{older:?}");
}
