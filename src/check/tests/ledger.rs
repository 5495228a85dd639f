//! What became of the records, added up.

use super::story::{lie, *};
use crate::check::ledger::{GroupLedger, Ledger, PlacedRecord, RecordRef, Totals};
use crate::history::fact::*;
use crate::protocol::ids::*;
use crate::protocol::messages::Acks;

fn ledger_of(tell: impl FnOnce(&mut Story)) -> Ledger {
    let mut story = Story::new();
    tell(&mut story);
    let mut ledger = story.judge().ledger;
    // Which records they are is tested apart.
    for group in &mut ledger.groups {
        (group.first_repeated, group.first_never, group.first_skipped) = (None, None, None);
    }
    ledger
}
fn record(ordinal: u32) -> RecordRef {
    RecordRef { node: CHECKOUT, tp: ORDERS, ordinal }
}
fn group(once: u64, repeated: u64, extra: u64, never: u64, skipped: u64, vanished: u64) -> Vec<GroupLedger> {
    vec![GroupLedger {
        group: GROUP,
        once,
        repeated,
        extra,
        never,
        skipped,
        vanished,
        first_repeated: None,
        first_never: None,
        first_skipped: None,
    }]
}

#[test]
fn sent_acknowledged_and_read() {
    let ledger = ledger_of(|s| {
        s.boot();
        s.join();
        s.produce(ORDERS, 5);
        s.consume(BILLING, ORDERS);
    });
    let expected = Totals { sent: 5, acked: 5, in_the_log: 5, ..Totals::default() };
    assert_eq!((ledger.totals, ledger.groups), (expected, group(5, 0, 0, 0, 0, 0)));
}

#[test]
fn each_partition_has_a_row() {
    let ledger = ledger_of(|s| {
        s.boot();
        s.produce(ORDERS, 2);
        s.elect(ORDERS, Some(B2), &[B2], Election::Unclean);
    });
    let mut sum = Totals::default();
    assert_eq!(ledger.partitions.len(), 1);
    for (tp, totals) in &ledger.partitions {
        assert_eq!((*tp, totals.sent), (ORDERS, 2));
        sum = *totals;
    }
    assert_eq!(sum, ledger.totals);
}

#[test]
fn acknowledged_and_lost_with_the_effects_that_it_had() {
    let ledger = ledger_of(|s| {
        s.boot();
        s.join();
        s.produce(ORDERS, 2);
        s.isr(ORDERS, &[B1, B3]);
        s.produce(ORDERS, 3);
        s.consume(BILLING, ORDERS);
        s.consume(BILLING, ORDERS);
        s.elect(ORDERS, Some(B2), &[B2], Election::Unclean);
    });
    let groups = group(5, 0, 0, 0, 0, 3);
    let expected = Totals { sent: 5, acked: 5, in_the_log: 2, lost_after_ack: 3, ..Totals::default() };
    assert_eq!((ledger.totals, ledger.groups), (expected, groups));
}

#[test]
fn all_that_was_processed_of_a_partition_may_vanish() {
    let ledger = ledger_of(|s| {
        s.boot();
        s.join();
        s.isr(ORDERS, &[B1, B3]);
        s.produce(ORDERS, 3);
        s.consume(BILLING, ORDERS);
        s.elect(ORDERS, Some(B2), &[B2], Election::Unclean);
    });
    assert_eq!((ledger.in_the_log, ledger.lost_after_ack), (0, 3));
    assert_eq!(ledger.groups, group(3, 0, 0, 0, 0, 3));
}

#[test]
fn failed_pending_and_rejected() {
    let ledger = ledger_of(|s| {
        s.boot();
        s.send(ORDERS, 2);
        s.append(ORDERS, 2);
        s.fail(ORDERS, 0, 2, Certainty::Unknown);
        s.fail(ORDERS, 2, 3, Certainty::Definite);
        s.send_from(CHECKOUT_1, ORDERS, 4);
        s.tell(Fact::RecordsPending { node: CHECKOUT_1, tp: ORDERS, ordinal: 0, count: 4, sent: true });
        s.tell(Fact::SendFailed {
            node: CHECKOUT,
            topic: TopicId(0),
            count: 7,
            error: crate::protocol::exceptions::Exception::RecordTooLarge,
        });
    });
    let expected = Totals {
        sent: 9,
        rejected: 7,
        failed: 5,
        pending: 4,
        in_the_log: 2,
        lost_unacked: 7,
        unacked_in_the_log: 2,
        ..Totals::default()
    };
    assert_eq!((ledger.totals, ledger.groups), (expected, group(0, 0, 0, 2, 0, 0)));
    let of = |node| ledger.producers.iter().find(|(n, _)| *n == node).map(|(_, totals)| (totals.sent, totals.rejected));
    assert_eq!((of(CHECKOUT), of(CHECKOUT_1)), (Some((5, 7)), Some((4, 0))));
    assert_eq!(ledger.topics, [(TopicId(0), ledger.totals)]);
}

#[test]
fn on_its_way_when_the_run_is_stopped() {
    let ledger = ledger_of(|s| {
        s.boot();
        s.send(ORDERS, 5);
    });
    assert_eq!((ledger.sent, ledger.pending, ledger.lost_unacked), (5, 5, 5));
}

#[test]
fn copies_and_steps_back() {
    let ledger = ledger_of(|s| {
        s.setup.producers[0].idempotent = false;
        s.boot();
        lie!(s, Fact::Appended { ordinal, .. } => *ordinal = 5);
        s.append(ORDERS, 5);
        s.append(ORDERS, 5);
        lie!(s, Fact::Appended { ordinal, .. } => *ordinal = 0);
        s.append(ORDERS, 5);
    });
    // 5..10, 5..10 again, then 0..5: five copies, and five that come too late.
    assert_eq!((ledger.duplicated, ledger.out_of_order, ledger.in_the_log), (5, 5, 10));
    let copy = ledger.copies[0];
    assert_eq!((copy.record, copy.first, copy.copy), (record(5), Offset(0), Offset(5)));
    let late = ledger.displaced[0];
    assert_eq!((late.record, late.offset, late.after), (record(0), Offset(10), 9));
    assert!(copy.at < late.at);
}

#[test]
fn processed_twice_never_and_skipped() {
    let skip = |ordinal: u32| {
        let offset = Offset(i64::from(ordinal));
        Fact::RecordFailed { node: BILLING, tp: ORDERS, offset, origin: CHECKOUT, ordinal, skipped: true }
    };
    let process = |ordinal: u32, count| {
        let offset = Offset(i64::from(ordinal));
        Fact::RecordsProcessed { node: BILLING, tp: ORDERS, offset, count, origin: CHECKOUT, ordinal }
    };
    let ledger = ledger_of(|s| {
        s.boot();
        s.join();
        s.produce(ORDERS, 10);
        // Twice skipped is once skipped; skipped and processed later is processed.
        [skip(0), skip(0), skip(1), process(1, 2), process(2, 3), process(2, 1)]
            .into_iter()
            .for_each(|fact| s.tell(fact));
    });
    assert_eq!(ledger.groups, group(3, 1, 2, 5, 1, 0));
}

#[test]
fn without_a_leader_the_longest_log_in_the_isr_counts() {
    let ledger = ledger_of(|s| {
        s.boot();
        s.produce(ORDERS, 5);
        s.send(ORDERS, 2);
        s.append(ORDERS, 2);
        s.fetch(B3, ORDERS);
        s.kill(B1, StopKind::Crash);
        s.elect(ORDERS, None, &[B2, B3], Election::Leaderless);
    });
    assert_eq!((ledger.in_the_log, ledger.unacked_in_the_log), (7, 2));
}

#[test]
fn figures_have_names() {
    let ledger = ledger_of(|s| {
        s.boot();
        s.join();
        s.produce(ORDERS, 5);
        s.consume(BILLING, ORDERS);
    });
    let figures: Vec<(&str, u64)> =
        Ledger::FIGURES.iter().map(|name| (*name, ledger.figure(name).expect("it is in the list"))).collect();
    let five: Vec<&str> = figures.iter().filter(|f| f.1 == 5).map(|f| f.0).collect();
    assert_eq!(five, ["sent", "acked", "in.the.log", "processed.once"]);
    assert!(figures.iter().all(|f| f.1 == 5 || f.1 == 0), "{figures:?}");
    assert_eq!(ledger.figure("records"), None);
}

/// A loss is dated when a leader that lacked the record came to lead, not when the run was over.
#[test]
fn a_loss_is_dated_when_it_happened() {
    let ledger = ledger_of(|s| {
        s.boot();
        s.produce(ORDERS, 2);
        s.isr(ORDERS, &[B1, B3]);
        s.produce(ORDERS, 3);
        s.wait(5);
        s.elect(ORDERS, Some(B2), &[B2], Election::Unclean);
        s.take_parts(ORDERS);
        s.wait(50);
        s.end_after(10);
    });
    assert_eq!(ledger.lost.len(), 3);
    let first = ledger.lost[0];
    assert_eq!((first.record, first.offset), (record(2), Some(Offset(2))));
    assert!(matches!(first.cause, Some(Entry { fact: Fact::BecameLeader { broker: B2, .. }, .. })));
    assert!(first.acked_at < first.lost_at && first.lost_at.0 < 10_000_000_000, "{first:?}");
}

/// A power loss that takes records is the moment of their loss, though the log is opened later.
#[test]
fn a_power_loss_dates_a_loss() {
    let ledger = ledger_of(|s| {
        s.setup.producers[0].acks = Acks::One;
        s.boot();
        s.produce(ORDERS, 2);
        s.send(ORDERS, 3);
        s.append(ORDERS, 3);
        s.ack(ORDERS);
        s.kill(B1, StopKind::PowerLoss);
        s.wait(5);
        s.restart(B1, ORDERS, 2);
    });
    assert_eq!(ledger.lost.len(), 3);
    assert!(matches!(ledger.lost[0].cause, Some(Entry { fact: Fact::ProcessStopped { .. }, .. })), "{:?}", ledger.lost);
}

#[test]
fn the_first_record_that_a_group_did_not_process_has_a_place() {
    let mut story = Story::new();
    story.boot();
    story.join();
    story.produce(ORDERS, 2);
    story.consume(BILLING, ORDERS);
    story.produce(ORDERS, 3);
    let ledger = story.judge().ledger;
    let placed = PlacedRecord { record: record(2), offset: Some(Offset(2)) };
    assert_eq!((ledger.groups[0].never, ledger.groups[0].first_never), (3, Some(placed)));
    assert_eq!(ledger.groups[0].first_repeated, None);
}

/// A send() that failed and was written all the same, and another send() of the same record.
fn sent_again(s: &mut Story) {
    s.boot();
    s.join();
    s.send(ORDERS, 1);
    s.append(ORDERS, 1);
    s.replicate(ORDERS);
    s.fail(ORDERS, 0, 1, Certainty::Unknown);
    s.tell(Fact::RecordResent { node: CHECKOUT, tp: ORDERS, ordinal: 1, first_tp: ORDERS, first: 0 });
    s.produce(ORDERS, 1);
    s.consume(BILLING, ORDERS);
    s.consume(BILLING, ORDERS);
}

#[test]
fn what_is_sent_again_is_one_record_of_the_application() {
    let ledger = ledger_of(sent_again);
    let expected = Totals { sent: 1, acked: 1, in_the_log: 1, duplicated: 1, ..Totals::default() };
    assert_eq!((ledger.totals, ledger.groups), (expected, group(0, 1, 1, 0, 0, 0)));
    let copy = ledger.copies[0];
    assert_eq!((copy.record, copy.first, copy.copy), (record(0), Offset(0), Offset(1)));
}

#[test]
fn kafka_has_promised_nothing_about_records_that_are_sent_again() {
    let mut story = Story::new();
    sent_again(&mut story);
    let judgement = story.judge();
    let word = |id: &str| judgement.finding(id).expect("it is checked").outcome.word();
    assert_eq!([word("idempotent-no-dup"), word("no-loss-accounting"), word("at-least-once")], ["holds"; 3]);
}

#[test]
fn only_what_has_failed_is_sent_again() {
    let mut story = Story::new();
    story.boot();
    story.produce(ORDERS, 1);
    story.tell(Fact::RecordResent { node: CHECKOUT, tp: ORDERS, ordinal: 1, first_tp: ORDERS, first: 0 });
    story.produce(ORDERS, 1);
    let judgement = story.judge();
    assert_eq!(judgement.finding("no-loss-accounting").expect("it is checked").outcome.word(), "violated");
}
