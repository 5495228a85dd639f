//! Which segments go (`UnifiedLog.deleteOldSegments`), and what goes with them.

use super::*;
use crate::history::fact::SegmentDeletionReason;
use crate::protocol::config::{CleanupPolicy, Limit, TimestampType};

const MINUTE: Nanos = Nanos::from_secs(60);

/// Segments of ten batches, with a batch each second from 0 s on; all of it is replicated.
fn a_batch_each_second(count: u64, config: TopicConfig) -> Log {
    let config = TopicConfig { segment_bytes: u64::from(10 * SIZE), ..config };
    let mut log = Log::new(DirectoryId(0), Rc::new(config));
    for second in 0..count {
        append_at(&mut log, Nanos::from_secs(second), Nanos::from_secs(second)).expect("a valid batch");
    }
    log.set_high_watermark(log.log_end());
    log
}
fn append_at(log: &mut Log, timestamp: Nanos, now: Nanos) -> Result<AppendOutcome, ErrorCode> {
    let batch = RecordBatch { base_timestamp: timestamp, max_timestamp: timestamp, ..plain(1) };
    log.append_as_leader(batch, LeaderEpoch(1), AppendOrigin::Client, now)
}
fn for_a_minute() -> TopicConfig {
    TopicConfig { retention: Limit::UpTo(MINUTE), ..TopicConfig::default() }
}
/// Reason, first offset and first offset of the next segment of each deletion.
fn look(log: &mut Log, second: u64) -> Vec<(SegmentDeletionReason, i64, i64)> {
    let deletions = log.delete_old_segments(Nanos::from_secs(second));
    log.check_invariants();
    deletions.iter().map(|deletion| (deletion.reason, deletion.first.0, deletion.next.0)).collect()
}

#[test]
fn a_segment_is_as_old_as_its_youngest_record() {
    let mut log = a_batch_each_second(35, for_a_minute());
    assert_eq!(look(&mut log, 69), [], "the record of second 9 is not older than a minute");
    assert_eq!(look(&mut log, 70), [(SegmentDeletionReason::Time, 0, 10)]);
    assert_eq!((log.log_start(), log.segments().count()), (Offset(10), 3));
    assert_eq!(look(&mut log, 90), [(SegmentDeletionReason::Time, 10, 30)]);
    assert_eq!(log.producers().snapshot_offsets().collect::<Vec<_>>(), [Offset(30)], "those of what is gone go along");
    assert_eq!(log.epochs().entries()[0].start_offset, Offset(30), "the epoch begins where the log does");
}

/// That the active segment is never deleted is a rumour.
#[test]
fn an_idle_log_empties_itself_and_its_offsets_go_on() {
    let mut log = a_batch_each_second(15, for_a_minute());
    assert_eq!(look(&mut log, 75), [(SegmentDeletionReason::Time, 0, 15)]);
    assert_eq!((log.log_start(), log.log_end(), log.size()), (Offset(15), Offset(15), 0));
    assert_eq!(look(&mut log, 1_000), [], "the empty segment that is left stays");
    assert_eq!(append_at(&mut log, Nanos::from_secs(1_000), Nanos::from_secs(1_000)), appended(15, 15));
}

#[test]
fn what_is_not_below_the_high_watermark_stays() {
    let mut log = a_batch_each_second(25, for_a_minute());
    log.high_watermark = Offset(19);
    assert_eq!(look(&mut log, 1_000), [(SegmentDeletionReason::Time, 0, 10)]);
    assert_eq!(log.log_start(), Offset(10));
}

/// One record with a clock that is ahead keeps all that is behind it.
#[test]
fn a_look_ends_at_the_first_segment_that_stays() {
    let mut log = a_batch_each_second(5, for_a_minute());
    append_at(&mut log, Nanos::from_secs(3_000), Nanos::from_secs(5)).expect("less than an hour ahead");
    for second in 6..35 {
        append_at(&mut log, Nanos::from_secs(second), Nanos::from_secs(second)).expect("a valid batch");
    }
    log.set_high_watermark(log.log_end());
    assert_eq!(look(&mut log, 3_060), []);
    assert_eq!(look(&mut log, 3_061), [(SegmentDeletionReason::Time, 0, 35)]);
}

#[test]
fn by_size_the_oldest_goes_while_the_others_have_the_limit() {
    let limit = |bytes| TopicConfig { retention_bytes: Limit::UpTo(bytes), ..TopicConfig::default() };
    let mut log = a_batch_each_second(35, limit(25_001));
    assert_eq!(look(&mut log, 40), [], "35,000 less 10,000 is below the limit");
    let mut log = a_batch_each_second(35, limit(25_000));
    assert_eq!(look(&mut log, 40), [(SegmentDeletionReason::Size, 0, 10)]);
    assert_eq!(log.size(), 25_000, "never less than the limit");
    let mut log = a_batch_each_second(35, limit(0));
    assert_eq!(look(&mut log, 40), [(SegmentDeletionReason::Size, 0, 35)]);
}

#[test]
fn the_log_start_comes_first_then_size_then_time() {
    let config = TopicConfig { retention_bytes: Limit::UpTo(15_000), ..for_a_minute() };
    let mut log = a_batch_each_second(45, config);
    log.set_log_start(Offset(12));
    let all = [
        (SegmentDeletionReason::LogStart, 0, 10),
        (SegmentDeletionReason::Size, 10, 30),
        (SegmentDeletionReason::Time, 30, 40),
    ];
    assert_eq!(look(&mut log, 100), all);
}

#[test]
fn without_the_policy_only_what_lies_below_the_log_start_goes() {
    for compact in [true, false] {
        let cleanup_policy = CleanupPolicy { compact, delete: false };
        let mut log = a_batch_each_second(35, for_a_minute());
        log.set_config(Rc::new(TopicConfig { cleanup_policy, ..for_a_minute() }));
        assert_eq!(look(&mut log, 1_000), []);
        assert_eq!(log.keeps_everything_until(), Nanos::MAX);
        log.set_log_start(Offset(12));
        assert_eq!(look(&mut log, 1_000), [(SegmentDeletionReason::LogStart, 0, 10)]);
    }
}

#[test]
fn it_is_known_when_a_look_can_find_something() {
    assert_eq!(a_batch_each_second(35, for_a_minute()).keeps_everything_until(), MINUTE);
    let config = TopicConfig { retention: Limit::Unlimited, ..TopicConfig::default() };
    assert_eq!(a_batch_each_second(35, config.clone()).keeps_everything_until(), Nanos::MAX);
    let config = TopicConfig { retention_bytes: Limit::UpTo(1), ..config };
    assert_eq!(a_batch_each_second(35, config).keeps_everything_until(), Nanos::ZERO);
}

/// A cut finds the youngest record that is left.
#[test]
fn a_cut_segment_is_as_old_as_what_is_left_of_it() {
    let mut log = a_batch_each_second(8, for_a_minute());
    log.truncate_to(Offset(3), NOW);
    assert_eq!(log.active_segment().largest_timestamp(), Nanos::from_secs(2));
    assert_eq!(look(&mut log, 63), [(SegmentDeletionReason::Time, 0, 3)]);
}

/// The files are gone: the log begins behind them, whatever the checkpoint says.
#[test]
fn a_restart_does_not_bring_segments_back() {
    let mut log = a_batch_each_second(35, for_a_minute());
    let stale = log.checkpoint();
    look(&mut log, 75);
    log.recover(whole, stale, false, NOW);
    assert_eq!(log.log_start(), Offset(10));
}

#[test]
fn timestamps_are_held_against_the_bounds_of_the_topic() {
    let (before, after) = (Nanos::from_secs(10), Nanos::from_secs(20));
    let config = TopicConfig {
        message_timestamp_before_max: before,
        message_timestamp_after_max: after,
        ..TopicConfig::default()
    };
    let mut log = Log::new(DirectoryId(0), Rc::new(config.clone()));
    let at = |log: &mut Log, second| append_at(log, Nanos::from_secs(second), NOW);
    assert_eq!(at(&mut log, 89), Err(ErrorCode::InvalidTimestamp));
    assert_eq!(at(&mut log, 90), appended(0, 0));
    assert_eq!(at(&mut log, 120), appended(1, 1));
    assert_eq!(at(&mut log, 121), Err(ErrorCode::InvalidTimestamp));
    // With the leader's clock they do not count, and are replaced.
    let config = TopicConfig { message_timestamp_type: TimestampType::LogAppendTime, ..config };
    let mut log = Log::new(DirectoryId(0), Rc::new(config));
    assert_eq!(at(&mut log, 3_000), appended(0, 0));
    assert_eq!(log.active_segment().largest_timestamp(), NOW);
}
