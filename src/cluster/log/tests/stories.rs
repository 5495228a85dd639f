//! Short stories, each about one rule.

use super::*;
use crate::protocol::batch::ControlRecord;
use crate::protocol::messages::Batches;

/// Base offsets of what a read returns, and its bytes.
fn read(log: &Log, from: i64, limit: i64, max_bytes: u32, min_one: bool) -> (Vec<i64>, u32) {
    let mut out = Batches::new();
    let bytes = log.read(Offset(from), Offset(limit), max_bytes, min_one, &mut out);
    (out.iter().map(|batch| batch.base_offset.0).collect(), bytes)
}

// --- appending ---------------------------------------------------------------------------------

#[test]
fn a_leader_gives_out_offsets_and_its_epoch() {
    let mut log = new_log();
    assert_eq!(lead(&mut log, plain(3)), appended(0, 2));
    assert_eq!(lead(&mut log, plain(2)), appended(3, 4));
    assert_eq!(log.log_end(), Offset(5));
    assert_eq!(log.size(), 2 * u64::from(SIZE));
    assert_eq!(log.latest_epoch(), LeaderEpoch(1));
    assert!(log.batches(Offset(0)).all(|batch| batch.leader_epoch == LeaderEpoch(1)));
    assert_eq!(log.high_watermark(), Offset(0), "the leader raises it when replicas have the records");
}

#[test]
fn a_leader_refuses_what_breaks_the_rules() {
    let mut log = new_log();
    let max = log.config().max_message_bytes;
    assert_eq!(lead(&mut log, RecordBatch { size: max + 1, ..plain(1) }), Err(ErrorCode::MessageTooLarge));
    assert_eq!(lead(&mut log, RecordBatch { base_offset: Offset(7), ..plain(1) }), Err(ErrorCode::InvalidRecord));
    assert_eq!(lead(&mut log, plain(0)), Err(ErrorCode::InvalidRecord));
    assert_eq!(lead(&mut log, numbered(-1, 1)), Err(ErrorCode::InvalidRecord));
    let tomorrow = NOW + Nanos::from_secs(86_400);
    assert_eq!(lead(&mut log, RecordBatch { max_timestamp: tomorrow, ..plain(1) }), Err(ErrorCode::InvalidTimestamp));
    assert_eq!(log.log_end(), Offset(0));
    assert_eq!(lead(&mut log, RecordBatch { size: max, ..plain(1) }), appended(0, 0));
}

#[test]
fn a_batch_larger_than_a_segment_is_refused() {
    let mut log = log_of_small_segments();
    assert_eq!(lead(&mut log, RecordBatch { size: 10 * SIZE + 1, ..plain(1) }), Err(ErrorCode::RecordListTooLarge));
    assert_eq!(lead(&mut log, RecordBatch { size: 10 * SIZE, ..plain(1) }), appended(0, 0));
}

#[test]
fn a_follower_takes_offsets_and_epochs_as_given() {
    let mut log = new_log();
    assert_eq!(log.append_as_follower(replicated(0, 2, 1)), appended(0, 1));
    assert_eq!(log.append_as_follower(replicated(2, 2, 4)), appended(2, 3));
    assert_eq!(log.append_as_follower(replicated(9, 1, 4)), appended(9, 9), "compaction leaves gaps");
    assert_eq!(log.end_offset_for_epoch(LeaderEpoch(1)), (LeaderEpoch(1), Offset(2)));
    assert_eq!(log.append_as_follower(replicated(9, 2, 4)), Err(ErrorCode::OffsetOutOfRange));
    assert_eq!(log.log_end(), Offset(10));
}

#[test]
fn an_empty_follower_told_to_start_inside_a_batch_starts_at_the_batch() {
    let mut log = new_log();
    log.truncate_fully_and_start_at(Offset(105));
    assert_eq!(log.append_as_follower(replicated(100, 10, 1)), appended(100, 109));
    assert_eq!((log.log_start(), log.log_end()), (Offset(100), Offset(110)));
}

// --- idempotence -------------------------------------------------------------------------------

#[test]
fn a_batch_sent_again_gets_its_first_offsets_back() {
    let mut log = new_log();
    assert_eq!(lead(&mut log, numbered(0, 3)), appended(0, 2));
    assert_eq!(lead(&mut log, plain(5)), appended(3, 7));
    assert_eq!(lead(&mut log, numbered(0, 3)), duplicate(0, 2));
    assert_eq!(log.log_end(), Offset(8));
}

#[test]
fn the_sixth_batch_back_looks_like_a_gap() {
    let mut log = new_log();
    for sequence in 0..6 {
        assert_eq!(lead(&mut log, numbered(sequence, 1)), appended(sequence.into(), sequence.into()));
    }
    assert_eq!(lead(&mut log, numbered(1, 1)), duplicate(1, 1));
    assert_eq!(lead(&mut log, numbered(0, 1)), Err(ErrorCode::OutOfOrderSequenceNumber));
}

#[test]
fn a_gap_is_refused_and_leaves_no_trace() {
    let mut log = new_log();
    lead(&mut log, numbered(0, 1)).expect("the first");
    assert_eq!(lead(&mut log, numbered(2, 1)), Err(ErrorCode::OutOfOrderSequenceNumber));
    assert_eq!(lead(&mut log, numbered(1, 1)), appended(1, 1));
}

#[test]
fn a_new_epoch_starts_at_zero_and_fences_the_old_one() {
    let mut log = new_log();
    let bumped = |sequence| RecordBatch { producer_epoch: ProducerEpoch(1), ..numbered(sequence, 1) };
    lead(&mut log, numbered(0, 1)).expect("the first");
    assert_eq!(lead(&mut log, bumped(1)), Err(ErrorCode::OutOfOrderSequenceNumber));
    assert_eq!(lead(&mut log, bumped(0)), appended(1, 1));
    assert_eq!(lead(&mut log, numbered(0, 1)), Err(ErrorCode::InvalidProducerEpoch));
}

/// Failover keeps idempotence: the follower learnt the producer's batches with the data.
#[test]
fn a_follower_that_becomes_leader_knows_the_duplicates() {
    let (mut leader, mut follower) = (new_log(), new_log());
    for sequence in 0..3 {
        lead(&mut leader, numbered(sequence, 1)).expect("in order");
    }
    for batch in leader.batches(Offset(0)) {
        follower.append_as_follower(batch.clone()).expect("in order");
    }
    assert_eq!(follower.append_as_leader(numbered(1, 1), LeaderEpoch(2), AppendOrigin::Client, NOW), duplicate(1, 1));
}

#[test]
fn a_producer_not_heard_from_for_a_day_is_forgotten() {
    let mut log = new_log();
    lead(&mut log, numbered(0, 1)).expect("the first");
    let day = Nanos::from_secs(86_400);
    log.remove_expired_producers(NOW + day - Nanos(1));
    assert_eq!(lead(&mut log, numbered(5, 1)), Err(ErrorCode::OutOfOrderSequenceNumber));
    log.remove_expired_producers(NOW + day);
    assert_eq!(lead(&mut log, numbered(5, 1)), appended(1, 1), "of an unknown producer any sequence is taken");
}

// --- segments ----------------------------------------------------------------------------------

#[test]
fn a_segment_rolls_before_it_would_outgrow_its_size() {
    let mut log = log_of_small_segments();
    fill(&mut log, 10);
    assert_eq!(log.segments().count(), 1);
    let rolled =
        Ok(AppendOutcome::Appended { base_offset: Offset(10), last_offset: Offset(10), rolled: true, closed: None });
    assert_eq!(lead(&mut log, plain(1)), rolled);
    assert_eq!(log.active_segment().base_offset, Offset(10));
    assert_eq!(log.producers().snapshot_offsets().collect::<Vec<_>>(), [Offset(10)]);
    assert_eq!(log.recovery_point(), Offset(0), "until the flush of the old segment has ended");
    log.flushed_to(Offset(10));
    assert_eq!((log.recovery_point(), log.unflushed_records()), (Offset(10), 1));
}

#[test]
fn segment_time_is_record_time() {
    let mut log = new_log();
    let week = log.config().segment_ms;
    let at = |timestamp| RecordBatch { max_timestamp: timestamp, ..plain(1) };
    let mut append = |timestamp| {
        let outcome = log.append_as_leader(at(timestamp), LeaderEpoch(1), AppendOrigin::Client, timestamp);
        matches!(outcome, Ok(AppendOutcome::Appended { rolled: true, .. }))
    };
    assert!(!append(NOW));
    assert!(!append(NOW + week));
    assert!(!append(Nanos::ZERO), "a record of the past rolls nothing");
    assert!(append(NOW + week + Nanos(1)));
}

/// Kafka rolls before it looks at the producer, so that even a duplicate can end a segment.
#[test]
fn a_roll_by_a_duplicate_is_told_with_the_next_append() {
    let mut log = log_of_small_segments();
    fill(&mut log, 9);
    assert_eq!(lead(&mut log, numbered(0, 1)), appended(9, 9));
    assert_eq!(lead(&mut log, numbered(0, 1)), duplicate(9, 9));
    assert_eq!(log.active_segment().base_offset, Offset(10));
    let told =
        Ok(AppendOutcome::Appended { base_offset: Offset(10), last_offset: Offset(10), rolled: true, closed: None });
    assert_eq!(lead(&mut log, numbered(1, 1)), told);
}

// --- reading -----------------------------------------------------------------------------------

#[test]
fn a_read_returns_whole_batches_below_the_limit() {
    let mut log = new_log();
    for _ in 0..4 {
        lead(&mut log, plain(5)).expect("a valid batch");
    }
    let all = u32::MAX;
    assert_eq!(read(&log, 0, 20, all, false), (vec![0, 5, 10, 15], 4 * SIZE));
    assert_eq!(
        read(&log, 7, 15, all, false),
        (vec![5, 10], 2 * SIZE),
        "from the middle of a batch: its records below are the reader's to drop"
    );
    assert_eq!(read(&log, 0, 12, all, false), (vec![0, 5], 2 * SIZE), "a limit inside a batch means its start");
    assert_eq!(read(&log, 20, 20, all, true), (vec![], 0));
    assert_eq!(read(&log, 15, 10, all, true), (vec![], 0), "a reader ahead of the high watermark");
}

#[test]
fn a_read_that_is_too_small_returns_one_batch_or_none() {
    let mut log = new_log();
    fill(&mut log, 4);
    assert_eq!(read(&log, 0, 4, SIZE - 1, false), (vec![], 0));
    assert_eq!(read(&log, 0, 4, SIZE - 1, true), (vec![0], SIZE));
    assert_eq!(read(&log, 0, 4, 2 * SIZE + 1, true), (vec![0, 1], 2 * SIZE));
}

#[test]
fn a_read_ends_with_its_segment() {
    let mut log = log_of_small_segments();
    fill(&mut log, 25);
    assert_eq!(read(&log, 8, 25, u32::MAX, true), (vec![8, 9], 2 * SIZE));
    assert_eq!(read(&log, 10, 25, u32::MAX, true).1, 10 * SIZE);
    assert_eq!(read(&log, 20, 25, u32::MAX, true).1, 5 * SIZE);
    assert_eq!(log.readable_bytes(Offset(8), Offset(25)), 17 * u64::from(SIZE));
}

// --- transactions ------------------------------------------------------------------------------

fn transactional(sequence: i32) -> RecordBatch {
    RecordBatch { is_transactional: true, ..numbered(sequence, 2) }
}

fn marker(commit: bool) -> RecordBatch {
    let data = BatchData::Control(ControlRecord::EndTxn { commit, coordinator_epoch: LeaderEpoch(0) });
    RecordBatch { is_transactional: true, data, ..numbered(-1, 1) }
}

fn end_transaction(log: &mut Log, commit: bool) -> Result<AppendOutcome, ErrorCode> {
    log.append_as_leader(marker(commit), LeaderEpoch(1), AppendOrigin::Coordinator, NOW)
}

#[test]
fn an_open_transaction_holds_the_last_stable_offset_until_its_marker_is_replicated() {
    let mut log = new_log();
    fill(&mut log, 3);
    lead(&mut log, transactional(0)).expect("in order");
    lead(&mut log, transactional(2)).expect("in order");
    log.set_high_watermark(Offset(7));
    assert_eq!(log.last_stable_offset(), Offset(3));
    let Ok(AppendOutcome::Appended { base_offset, closed, .. }) = end_transaction(&mut log, true) else {
        panic!("a valid marker")
    };
    assert_eq!((base_offset, closed), (Offset(7), Some(Offset(3))));
    assert_eq!(log.last_stable_offset(), Offset(3), "the marker may be lost yet");
    log.set_high_watermark(Offset(8));
    assert_eq!(log.last_stable_offset(), Offset(8));
}

/// Batches and markers are all that a replica needs to know of a transaction.
#[test]
fn a_restart_and_a_cut_find_the_transaction_again() {
    let mut log = new_log();
    lead(&mut log, transactional(0)).expect("in order");
    end_transaction(&mut log, false).expect("open");
    lead(&mut log, transactional(2)).expect("in order");
    log.set_high_watermark(Offset(5));
    assert_eq!(log.last_stable_offset(), Offset(3));
    log.recover(whole, log.checkpoint(), false, NOW);
    assert_eq!(log.last_stable_offset(), Offset(3));
    log.truncate_to(Offset(2), NOW);
    assert_eq!(log.last_stable_offset(), Offset(0), "the marker is gone");
}

#[test]
fn a_client_writes_no_markers_and_no_holes() {
    let mut log = new_log();
    lead(&mut log, transactional(0)).expect("in order");
    assert_eq!(lead(&mut log, marker(true)), Err(ErrorCode::InvalidRecord));
    assert_eq!(lead(&mut log, RecordBatch { count: 1, ..numbered(2, 2) }), Err(ErrorCode::InvalidRecord));
}

// --- offsets -----------------------------------------------------------------------------------

#[test]
fn the_high_watermark_stays_inside_the_log() {
    let mut log = new_log();
    fill(&mut log, 5);
    assert!(log.maybe_raise_high_watermark(Offset(3)));
    assert!(!log.maybe_raise_high_watermark(Offset(2)), "a leader's never falls");
    assert!(log.set_high_watermark(Offset(9)));
    assert_eq!(log.high_watermark(), Offset(5));
    assert!(log.set_high_watermark(Offset(2)), "a follower's may: it is what the leader said last");
    assert_eq!(log.last_stable_offset(), Offset(2), "no transaction is open");
}

#[test]
fn the_log_start_moves_up_to_the_high_watermark_at_most() {
    let mut log = new_log();
    fill(&mut log, 5);
    log.set_high_watermark(Offset(3));
    assert!(log.set_log_start(Offset(5)));
    assert_eq!(log.log_start(), Offset(3));
    assert!(!log.set_log_start(Offset(1)));
    assert_eq!(log.epochs().entries()[0].start_offset, Offset(3));
}

// --- truncation --------------------------------------------------------------------------------

#[test]
fn a_cut_takes_high_watermark_and_recovery_point_along() {
    let mut log = new_log();
    fill(&mut log, 5);
    log.set_high_watermark(Offset(5));
    log.flushed_to(Offset(5));
    let cut = log.truncate_to(Offset(2), NOW);
    assert_eq!(cut, Truncation { from: Offset(5), to: Offset(2) });
    assert_eq!((log.log_end(), log.high_watermark(), log.recovery_point()), (Offset(2), Offset(2), Offset(2)));
}

#[test]
fn a_cut_at_the_log_end_forgets_an_epoch_without_records() {
    let mut log = new_log();
    fill(&mut log, 2);
    log.assign_epoch(LeaderEpoch(7), Offset(2));
    assert_eq!(log.latest_epoch(), LeaderEpoch(7));
    let cut = log.truncate_to(Offset(2), NOW);
    assert_eq!((cut.from, cut.to), (Offset(2), Offset(2)));
    assert_eq!(log.latest_epoch(), LeaderEpoch(1));
}

#[test]
fn a_cut_below_the_first_segment_starts_the_log_over() {
    let mut log = new_log();
    log.truncate_fully_and_start_at(Offset(100));
    fill(&mut log, 3);
    assert_eq!(log.truncate_to(Offset(50), NOW), Truncation { from: Offset(103), to: Offset(50) });
    assert_eq!((log.log_start(), log.log_end(), log.high_watermark()), (Offset(50), Offset(50), Offset(50)));
    assert!(log.epochs().entries().is_empty());
}

#[test]
fn what_was_cut_is_no_duplicate_any_more() {
    let mut log = new_log();
    for sequence in 0..4 {
        lead(&mut log, numbered(sequence, 1)).expect("in order");
    }
    log.truncate_to(Offset(2), NOW);
    assert_eq!(window(&log), [(0, 0), (1, 1)]);
    assert_eq!(lead(&mut log, numbered(2, 1)), appended(2, 2));
}

/// The snapshot of the roll holds one batch; those of the last segment before the cut are replayed.
#[test]
fn a_cut_rebuilds_the_producers_from_the_snapshot_of_the_last_roll() {
    let mut log = log_of_small_segments();
    for sequence in 0..15 {
        lead(&mut log, numbered(sequence, 1)).expect("in order");
    }
    log.truncate_to(Offset(12), NOW);
    assert_eq!(window(&log), [(9, 9), (10, 10), (11, 11)]);
    assert_eq!(log.segments().count(), 2);
    log.truncate_to(Offset(10), NOW);
    assert_eq!(window(&log), [(9, 9)]);
}

// --- restarts ----------------------------------------------------------------------------------

/// Nothing is lost, nothing is read; but of each producer only the newest batch is known.
#[test]
fn after_a_clean_stop_one_batch_per_producer_is_known() {
    let mut log = new_log();
    for sequence in 0..5 {
        lead(&mut log, numbered(sequence, 1)).expect("in order");
    }
    log.set_high_watermark(Offset(5));
    let recovery = log.recover(whole, log.checkpoint(), true, NOW);
    assert_eq!(recovery, Recovery { log_end: Offset(5), written: Offset(5), cut_records: 0, scanned_bytes: 0 });
    assert_eq!((log.high_watermark(), log.recovery_point()), (Offset(5), Offset(5)));
    assert_eq!(window(&log), [(4, 4)]);
    assert_eq!(lead(&mut log, numbered(4, 1)), duplicate(4, 4));
    assert_eq!(lead(&mut log, numbered(3, 1)), Err(ErrorCode::OutOfOrderSequenceNumber));
}

/// The page cache outlives the process. What is stale is the checkpoint.
#[test]
fn a_process_crash_loses_no_record() {
    let mut log = new_log();
    fill(&mut log, 3);
    log.set_high_watermark(Offset(2));
    let checkpoint = log.checkpoint();
    fill(&mut log, 2);
    log.set_high_watermark(Offset(5));
    let recovery = log.recover(whole, checkpoint, false, NOW);
    assert_eq!(
        recovery,
        Recovery { log_end: Offset(5), written: Offset(5), cut_records: 0, scanned_bytes: 5 * u64::from(SIZE) }
    );
    assert_eq!(log.high_watermark(), Offset(2), "up to five seconds old");
    assert_eq!(log.recovery_point(), Offset(0), "reading data does not make it durable");
}

#[test]
fn a_power_loss_cuts_at_the_first_batch_that_is_not_whole() {
    let mut log = new_log();
    for sequence in 0..5 {
        lead(&mut log, numbered(sequence, 1)).expect("in order");
    }
    log.set_high_watermark(Offset(5));
    let checkpoint = log.checkpoint();
    let recovery = log.recover(first(&log, u64::from(3 * SIZE) + 999), checkpoint, false, NOW);
    assert_eq!((recovery.log_end, recovery.written, recovery.cut_records), (Offset(3), Offset(5), 2));
    assert_eq!(log.size(), u64::from(3 * SIZE));
    assert_eq!(log.high_watermark(), Offset(3), "a committed record may be gone from this replica");
    assert_eq!(lead(&mut log, numbered(3, 1)), appended(3, 3), "the lost batch is no duplicate");
}

#[test]
fn only_segments_from_the_recovery_point_on_are_read() {
    let mut log = log_of_small_segments();
    fill(&mut log, 25);
    log.flushed_to(Offset(20));
    let checkpoint = log.checkpoint();
    let recovery = log.recover(whole, checkpoint, false, NOW);
    assert_eq!(recovery.scanned_bytes, u64::from(5 * SIZE));
    assert_eq!(log.recovery_point(), Offset(20));
}

#[test]
fn a_power_loss_in_an_old_segment_takes_the_newer_ones_along() {
    let mut log = log_of_small_segments();
    for sequence in 0..25 {
        lead(&mut log, numbered(sequence, 1)).expect("in order");
    }
    let recovery = log.recover(first(&log, u64::from(8 * SIZE)), LogCheckpoint::default(), false, NOW);
    assert_eq!(recovery.log_end, Offset(8));
    assert_eq!(log.segments().count(), 1);
    assert_eq!(window(&log), [(7, 7)], "nothing of the snapshots of later rolls");
    assert_eq!(lead(&mut log, numbered(8, 1)), appended(8, 8));
}

/// Each file has its own fate: the newer one may have been written back first.
#[test]
fn what_lies_behind_a_torn_segment_is_dropped_even_if_it_is_whole() {
    let mut log = log_of_small_segments();
    fill(&mut log, 25);
    let torn = |file: FileId| if file.name == 10 { u64::from(4 * SIZE) } else { u64::MAX };
    let recovery = log.recover(torn, LogCheckpoint::default(), false, NOW);
    assert_eq!((recovery.log_end, recovery.cut_records), (Offset(14), 11));
    assert_eq!(log.files().map(|(file, len)| (file.name, len)).collect::<Vec<_>>(), [(0, 10_000), (10, 4_000)]);
    assert_eq!(lead(&mut log, plain(1)), appended(14, 14));
}

#[test]
fn a_flush_is_of_the_files_from_the_recovery_point_on() {
    let mut log = log_of_small_segments();
    fill(&mut log, 35);
    let names = |log: &Log, offset| log.files_to_flush(Offset(offset)).map(|file| file.name).collect::<Vec<_>>();
    assert_eq!(names(&log, 30), [0, 10, 20], "all that was rolled");
    log.flushed_to(Offset(20));
    assert_eq!(names(&log, 30), [20]);
    assert_eq!(names(&log, 35), [20, 30]);
    log.flushed_to(Offset(35));
    assert_eq!(names(&log, 35), [30], "who flushes again flushes the last file");
}

/// A log that lost the records below its own log start is useless: it starts over there.
#[test]
fn a_log_that_ends_below_its_start_is_dropped() {
    let mut log = new_log();
    fill(&mut log, 5);
    log.set_high_watermark(Offset(5));
    log.set_log_start(Offset(4));
    let checkpoint = log.checkpoint();
    log.recover(first(&log, u64::from(2 * SIZE)), checkpoint, false, NOW);
    assert_eq!(
        (log.log_start(), log.log_end(), log.high_watermark(), log.size()),
        (Offset(4), Offset(4), Offset(4), 0)
    );
}

#[test]
fn an_epoch_whose_records_are_lost_is_forgotten() {
    let mut log = new_log();
    fill(&mut log, 3);
    log.append_as_leader(plain(1), LeaderEpoch(2), AppendOrigin::Client, NOW).expect("a valid batch");
    log.recover(first(&log, u64::from(3 * SIZE)), LogCheckpoint::default(), false, NOW);
    assert_eq!(log.latest_epoch(), LeaderEpoch(1));
}
