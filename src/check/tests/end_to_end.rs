//! From send() to the effect of a record: X1, X2, X5, X6.

use super::story::{hide, *};
use super::{Case, Excused, Holds, NotPromised, Violated};
use crate::history::fact::*;
use crate::history::setup::{CommitSetup, SinkSetup};
use crate::protocol::ids::*;

#[test]
fn stories() {
    Case::check_all(CASES);
}

fn five_records(s: &mut Story) {
    s.boot();
    s.join();
    s.produce(ORDERS, 5);
}

/// The group commits before it processes.
fn commits_first(s: &mut Story) {
    s.setup.consumers.iter_mut().for_each(|c| c.commit = CommitSetup::SyncBeforeProcessing);
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "at-least-once",
        about: "five records are processed and committed",
        tell: |s| {
            five_records(s);
            s.consume(BILLING, ORDERS);
        },
        expected: Holds(5),
    },
    Case {
        id: "at-least-once",
        about: "a commit passes records that were not processed",
        tell: |s| {
            five_records(s);
            s.consume(BILLING, ORDERS);
            s.produce(ORDERS, 5);
            s.poll(BILLING, ORDERS);
            s.commit(BILLING, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "at-least-once",
        about: "a record is given up as not processable",
        tell: |s| {
            five_records(s);
            s.poll(BILLING, ORDERS);
            s.tell(Fact::RecordFailed {
                node: BILLING,
                tp: ORDERS,
                offset: Offset(0),
                origin: CHECKOUT,
                ordinal: 0,
                skipped: true,
            });
            s.tell(Fact::RecordsProcessed {
                node: BILLING,
                tp: ORDERS,
                offset: Offset(1),
                count: 4,
                origin: CHECKOUT,
                ordinal: 1,
            });
            s.commit(BILLING, ORDERS);
        },
        expected: Excused("gives up records that it cannot process"),
    },
    Case {
        id: "at-least-once",
        about: "the group commits first",
        tell: |s| {
            commits_first(s);
            five_records(s);
            s.poll(BILLING, ORDERS);
            s.commit(BILLING, ORDERS);
        },
        expected: Excused("billing-0 commits before it processes"),
    },
    Case {
        id: "at-least-once",
        about: "other records have taken the place of those that were processed",
        tell: |s| {
            s.setup.topics[0].unclean_leader_election = true;
            s.boot();
            s.join();
            s.isr(ORDERS, &[B1, B3]);
            s.produce(ORDERS, 5);
            s.consume(BILLING, ORDERS);
            s.elect(ORDERS, Some(B2), &[B2], Election::Unclean);
            s.take_part(B2, ORDERS);
            s.append(ORDERS, 5);
        },
        expected: Excused("unclean"),
    },
    Case {
        id: "at-least-once",
        about: "the commit is lost, and the position reset to the latest offset",
        tell: |s| {
            five_records(s);
            s.consume(BILLING, ORDERS);
            s.produce(ORDERS, 5);
            s.act();
            let policy = crate::protocol::config::AutoOffsetReset::Latest;
            s.tell(Fact::PositionReset { node: BILLING, tp: ORDERS, offset: Offset(10), policy, out_of_range: true });
            s.seek(BILLING, ORDERS, 10);
            s.commit(BILLING, ORDERS);
        },
        expected: Excused("reset to the latest offset"),
    },
    Case {
        id: "at-most-once",
        about: "a group that commits first processes five records",
        tell: |s| {
            commits_first(s);
            five_records(s);
            s.poll(BILLING, ORDERS);
            s.commit(BILLING, ORDERS);
            s.process(BILLING, ORDERS);
        },
        expected: Holds(5),
    },
    Case {
        id: "at-most-once",
        about: "and processes them again",
        tell: |s| {
            commits_first(s);
            five_records(s);
            s.poll(BILLING, ORDERS);
            s.commit(BILLING, ORDERS);
            s.process(BILLING, ORDERS);
            s.process(BILLING, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(0)),
    },
    Case {
        id: "at-most-once",
        about: "a retry without idempotence left a copy",
        tell: |s| {
            commits_first(s);
            s.setup.producers[0].idempotent = false;
            five_records(s);
            s.append_again(ORDERS, CHECKOUT);
            s.replicate(ORDERS);
            s.poll(BILLING, ORDERS);
            s.process(BILLING, ORDERS);
            s.poll(BILLING, ORDERS);
            s.process(BILLING, ORDERS);
        },
        expected: Excused("checkout-0 retries without idempotence"),
    },
    Case {
        id: "at-most-once",
        about: "only another group commits after it has processed",
        tell: |s| {
            commits_first(s);
            s.setup.consumers[1].commit = CommitSetup::Auto;
            five_records(s);
            s.poll(BILLING, ORDERS);
            s.process(BILLING, ORDERS);
            s.process(BILLING, ORDERS);
        },
        expected: Excused("billing-1 commits after it has processed"),
    },
    Case {
        id: "at-most-once",
        about: "the group commits after it has processed",
        tell: |s| {
            five_records(s);
            s.consume(BILLING, ORDERS);
        },
        expected: NotPromised("billing-0 commits after it has processed"),
    },
    Case {
        id: "no-loss-accounting",
        about: "five are acknowledged, five fail unsent, five are pending",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.fail(MORE_ORDERS, 0, 5, Certainty::Definite);
            s.send(ORDERS, 5);
            s.tell(Fact::RecordsPending { node: CHECKOUT, tp: ORDERS, ordinal: 5, count: 5, sent: true });
            s.end_after(1);
        },
        expected: Holds(15),
    },
    Case {
        id: "no-loss-accounting",
        about: "a run that is stopped half-way owes nothing to what is on its way",
        tell: |s| {
            s.boot();
            s.send(ORDERS, 5);
        },
        expected: Holds(5),
    },
    Case {
        id: "no-loss-accounting",
        about: "an acknowledged batch fails",
        tell: |s| {
            s.boot();
            s.produce(ORDERS, 5);
            s.fail(ORDERS, 0, 5, Certainty::Unknown);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "no-loss-accounting",
        about: "a batch is acknowledged that was never sent",
        tell: |s| {
            s.boot();
            hide!(s, Fact::BatchSent { .. });
            s.produce(ORDERS, 5);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "no-loss-accounting",
        about: "the run ends, and nobody says what became of a batch",
        tell: |s| {
            s.boot();
            s.send(ORDERS, 5);
            s.end_after(1);
        },
        expected: Violated(None, None),
    },
    Case {
        id: "no-worse-than-predicted",
        about: "a group that commits first has everything once",
        tell: |s| {
            s.setup.topics[0].flush_messages = 1;
            five_records(s);
            s.poll(BILLING, ORDERS);
            s.process(BILLING, ORDERS);
            s.commit(BILLING, ORDERS);
        },
        expected: Holds(2),
    },
    Case {
        id: "no-worse-than-predicted",
        about: "one that commits after processing passes over what it has not done",
        tell: |s| {
            five_records(s);
            s.poll(BILLING, ORDERS);
            s.commit(BILLING, ORDERS);
        },
        expected: Violated(None, None),
    },
    Case {
        id: "no-worse-than-predicted",
        about: "one that commits first has records again",
        tell: |s| {
            commits_first(s);
            five_records(s);
            s.poll(BILLING, ORDERS);
            s.commit(BILLING, ORDERS);
            s.process(BILLING, ORDERS);
            s.process(BILLING, ORDERS);
        },
        expected: Violated(None, None),
    },
    Case {
        id: "no-worse-than-predicted",
        about: "one that commits after processing has records again, as predicted",
        tell: |s| {
            five_records(s);
            s.consume(BILLING, ORDERS);
            s.seek(BILLING, ORDERS, 0);
            s.process(BILLING, ORDERS);
        },
        expected: Excused("the commit comes after processing"),
    },
    Case {
        id: "no-worse-than-predicted",
        about: "a database without unique keys has a row twice, beside a transaction",
        tell: |s| {
            s.exactly_once(|setup| setup.consumers[0].sink = Some(SinkSetup::Database));
            s.invoice(0, 3);
            effects(s, 2);
            s.finish(BILLING, true);
        },
        expected: Excused("it has no unique keys"),
    },
    Case {
        id: "no-worse-than-predicted",
        about: "one with unique keys does, which must not be",
        tell: |s| {
            s.exactly_once(|setup| setup.consumers[0].sink = Some(SinkSetup::DatabaseWithUniqueKeys));
            s.invoice(0, 3);
            effects(s, 2);
            s.finish(BILLING, true);
        },
        expected: Violated(None, None),
    },
];

/// The effects of three orders, so many times.
fn effects(s: &mut Story, times: u32) {
    for origin_ordinal in (0..times).flat_map(|_| 0..3) {
        s.tell(Fact::EffectOutside {
            node: BILLING,
            origin: CHECKOUT_1,
            origin_tp: ORDERS,
            origin_ordinal,
            done: true,
        });
    }
}
