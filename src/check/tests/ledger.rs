//! What became of the records, added up.

use super::story::{lie, *};
use crate::check::ledger::{
    EffectTotals, FigureOf, GroupLedger, GroupRecords, Ledger, PlacedRecord, RecordRef, RowTotals, Totals,
    TransactionTotals,
};
use crate::history::fact::*;
use crate::protocol::config::IsolationLevel;
use crate::protocol::ids::*;
use crate::protocol::messages::Acks;
use crate::protocol::rules::TransactionVersion;

fn ledger_of(tell: impl FnOnce(&mut Story)) -> Ledger {
    let mut story = Story::new();
    tell(&mut story);
    let mut ledger = story.judge().ledger;
    // Which records they are is tested apart.
    for group in &mut ledger.groups {
        (group.first_repeated, group.first_never, group.first_skipped) = (None, None, None);
        group.first_overtaken = None;
        (group.passed, group.records) = (0, GroupRecords::default());
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
        passed: 0,
        deleted_unread: 0,
        skipped,
        retried: 0,
        dead: 0,
        overtaken: 0,
        archived: 0,
        compacted: 0,
        stale_keys: 0,
        vanished,
        first_repeated: None,
        first_never: None,
        first_skipped: None,
        first_overtaken: None,
        transactions: TransactionTotals::default(),
        effects: EffectTotals::default(),
        records: GroupRecords::default(),
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

/// Of five rows one is not sent, one was never acknowledged and is in the log all the same, and one is sent again, in
/// vain both times.
#[test]
fn rows_are_held_against_the_records_in_the_log() {
    let ledger = ledger_of(|s| {
        s.boot();
        s.produce(ORDERS, 4);
        (0..5).for_each(|row| s.tell(Fact::RowWritten { node: CHECKOUT, row }));
        let sent = [(0, 0), (1, 1), (2, 2), (3, 900), (3, 901)];
        for (row, ordinal) in sent {
            s.tell(Fact::RowSent { node: CHECKOUT, row, tp: ORDERS, ordinal });
        }
        s.tell(Fact::RowForgotten { node: CHECKOUT, row: 2 });
        s.tell(Fact::RowForgotten { node: CHECKOUT, row: 4 });
    });
    let expected = RowTotals { written: 5, forgotten: 2, without_record: 2, lost: 1, sent_and_missing: 1 };
    assert_eq!(ledger.rows, expected);
    let of_checkout = ledger.producers.iter().find(|(node, _)| *node == CHECKOUT).map(|(_, totals)| totals.rows);
    assert_eq!(of_checkout, Some(expected));
    assert_eq!((ledger.figure("rows.forgotten"), ledger.figure("rows.without.record")), (Some(2), Some(2)));
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

/// One committed, one aborted, one that is open, of two producers and in two topics.
#[test]
fn transactions_are_counted_by_what_was_told_and_records_by_their_markers() {
    let ledger = ledger_of(|s| {
        s.exactly_once(|_| {});
        s.invoice(0, 2);
        s.finish(BILLING, false);
        s.invoice(0, 3);
        s.finish(BILLING, true);
        s.invoice(3, 4);
    });
    let expected = TransactionTotals {
        begun: 3,
        committed: 1,
        aborted: 1,
        unknown: 1,
        records_committed: 3,
        records_aborted: 2,
        records_undecided: 1,
        ..TransactionTotals::default()
    };
    assert_eq!(ledger.transactions, expected);
    assert_eq!(ledger.figure("transactions.committed"), Some(1));
    let of_producer = ledger.producers.iter().find(|(node, _)| *node == BILLING).expect("it has sent something");
    assert_eq!(of_producer.1.transactions, expected);
    let invoices = ledger.topics.iter().find(|(topic, _)| *topic == TopicId(3)).expect("there are some");
    assert_eq!(invoices.1.transactions, expected);
    assert_eq!(ledger.topics.iter().find(|(topic, _)| *topic == TopicId(0)).map(|t| t.1.transactions.begun), Some(0));
    let of_group = ledger.groups[0].transactions;
    assert_eq!((of_group.begun, of_group.committed, of_group.records_committed), (3, 1, 0));
}

/// What is aborted is nothing that a reader of what is committed has missed.
#[test]
fn aborted_records_are_not_missed_by_who_reads_what_is_committed() {
    let never = |isolation| {
        let ledger = ledger_of(|s| {
            s.transactional(|setup| setup.consumers.iter_mut().for_each(|c| c.isolation_level = isolation));
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            s.finish(CHECKOUT, false);
        });
        ledger.groups[0].never
    };
    assert_eq!((never(IsolationLevel::ReadCommitted), never(IsolationLevel::ReadUncommitted)), (0, 5));
}

#[test]
fn a_transaction_that_its_coordinator_has_forgotten_hangs() {
    let hanging = |late: bool| {
        let ledger = ledger_of(|s| {
            s.transactional(|setup| setup.rules.transaction_version = TransactionVersion::V1);
            s.begin(CHECKOUT);
            s.write(CHECKOUT, ORDERS, 5);
            if late {
                s.send(ORDERS, 5);
                s.finish(CHECKOUT, false);
                s.append(ORDERS, 5);
                s.replicate(ORDERS);
            }
        });
        (ledger.transactions.hanging, ledger.transactions.records_undecided)
    };
    assert_eq!((hanging(false), hanging(true)), ((0, 5), (1, 5)), "one is under way, the other is over");
}

#[test]
fn a_transaction_that_takes_too_long_is_counted() {
    let ledger = ledger_of(|s| {
        s.transactional(|_| {});
        s.begin(CHECKOUT);
        s.write(CHECKOUT, ORDERS, 5);
        s.wait(65);
        let (producer_id, producer_epoch) = (ProducerId(70), ProducerEpoch(0));
        let (broker, transactional_id, timed_out) = (B2, ID, true);
        s.tell(Fact::TransactionFenced { broker, transactional_id, producer_id, producer_epoch, timed_out });
        s.prepare(CHECKOUT, false);
        s.complete(CHECKOUT, false);
    });
    let totals = ledger.transactions;
    assert_eq!((totals.timed_out, totals.unknown, totals.records_aborted), (1, 1, 5));
}

/// `billing-0` has an effect outside, for one of the orders.
fn effect(s: &mut Story, origin_ordinal: u32, done: bool) {
    s.act();
    s.tell(Fact::EffectOutside { node: BILLING, origin: CHECKOUT, origin_tp: ORDERS, origin_ordinal, done });
}

/// No transaction takes an e-mail back: what comes in between is why it is sent twice.
#[test]
fn effects_are_counted_by_record_and_know_what_repeated_them() {
    let mut story = Story::new();
    story.boot();
    story.join();
    story.produce(ORDERS, 4);
    story.poll(BILLING, ORDERS);
    story.process(BILLING, ORDERS);
    [0, 1].into_iter().for_each(|order| effect(&mut story, order, true));
    story.stop(BILLING, StopKind::Crash);
    story.tell(Fact::ProcessStarted { node: BILLING });
    [1, 2].into_iter().for_each(|order| effect(&mut story, order, true));
    effect(&mut story, 2, false);
    story.seek(BILLING, ORDERS, 4);
    story.commit(BILLING, ORDERS);
    let ledger = story.judge().ledger;
    let effects = ledger.groups[0].effects;
    assert_eq!((effects.once, effects.again, effects.lost, effects.recognised), (2, 1, 1, 1));
    let again = effects.first_again.expect("there is one");
    assert_eq!((again.record, effects.first_lost), (record(1), Some(record(3))));
    let cause = again.cause.expect("it has crashed");
    assert!(matches!(cause.fact, Fact::ProcessStopped { node: BILLING, .. }), "{cause:?}");
    assert_eq!((ledger.figure("effects.again"), ledger.figure("effects.lost")), (Some(1), Some(1)));
}

#[test]
fn figures_know_whose_they_are() {
    assert_eq!(Ledger::figure_of("sent"), FigureOf::Records);
    assert_eq!(Ledger::figure_of("records.aborted"), FigureOf::Records);
    assert_eq!(Ledger::figure_of("skipped"), FigureOf::Groups);
    assert_eq!(Ledger::figure_of("effects.lost"), FigureOf::Groups);
    assert_eq!(Ledger::figure_of("transactions.begun"), FigureOf::Both);
    let ledger = ledger_of(|s| s.boot());
    assert!(Ledger::FIGURES.iter().all(|name| ledger.figure(name) == Some(0)));
}
