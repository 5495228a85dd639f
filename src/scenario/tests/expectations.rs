//! What a file expects of a run, and what it asks.

use super::*;

#[test]
fn expectations() {
    let scenario =
        ok(&with("acked-all-durable: holds", "acked-all-durable: not-promised\n  - sometimes: truncation"), &[]);
    let invariant = Expectation::Invariant { id: "acked-all-durable", outcome: ExpectedOutcome::NotPromised };
    assert_eq!(scenario.expect, [invariant, Expectation::Sometimes("truncation")]);
}

/// [`BASE`] with other expectations.
fn expecting(text: &str) -> String {
    with("  - acked-all-durable: holds\n", text)
}

#[test]
fn questions_are_read() {
    let text = expecting(
        "  - { at: 70s, leader of orders-0: broker 2, isr of orders-1: [1, 3], high watermark of orders-0: at least 5 }
  - { at: end, group billing: stable, offset of billing on orders-2: between 5 and 9, broker 3: unfenced }
  - never: unclean-election
  - leader-elected: once
  - rebalance: { times: at most 3 times, between: 40s and 45s }
  - fact: { name: PartitionChanged, tp: orders-3, leader: broker 2, election: Clean, isr: [2, 3], times: twice, after: 5s }
  - fact: { name: BatchFailed, node: checkout-0, error: request_timed_out, count: at least 2, created: below 5s }
  - leaders of orders-0: [1, none, broker 2]
  - isr of orders-0: [[1, 2], [2]]
  - stall: below 2s
  - stall: { of: orders-4, longest: at most 5s }
  - latency: { p99: below 50ms, max: at most 2s }
  - end.to.end: { p50: below 1s }
  - errors: { of: checkout, REQUEST_TIMED_OUT: at least 1, others: 0 }
  - ledger: { of: producer checkout, lost.after.ack: 0 }
  - ledger: { of: group billing, processed.again: at most 7 }
",
    );
    let scenario = ok(&text, &[]);
    let lines: Vec<String> = scenario.expect.iter().map(|expectation| format!("{expectation:?}")).collect();
    snapshot!("expectations", lines.join("\n"));
}

#[test]
fn questions_that_cannot_be_asked() {
    let list = findings(
        &expecting(
            "  - { at: 70, leader of orders-0: brokr 2, isr of orders-9: 5, lag of billing: low, colour of orders-0: red }
  - at: 5s
  - leader of orders-0: broker 2
  - never: no-such-thing
  - leader-elected: sometimes
  - rebalance: { times: once, between: 45s and 40s, befor: 5s }
  - fact: { name: PartitionChangd }
  - fact: { name: PartitionChanged, tp: orders, election: Dirty, colour: red }
  - leaders of orders-0: [1, 1]
  - isr of orders-0: [1, 2]
  - stall: { of: biling, longest: 5 }
  - latency: { p98: below 50ms }
  - errors: { TIMED_OUT: 1 }
  - ledger: { of: group billing, sent: 5 }
  - ledger: { of: orders-0, sent: \">= 5\" }
  - no-loss: true
",
        ),
        &[],
    );
    snapshot!("ks116_questions", render_all(&list, false));
}

#[test]
fn alerts_are_read() {
    let text = expecting(
        "  - alert: { name: lag-high, fires: between 30s and 40s, times: once }
  - alert: { name: error, fires: never }
  - { at: 40s, status of billing: stalled, lag.time of billing: at least 5s }
alerts:
  - { name: lag-high, when: { lag of billing: above 1000, lag.time of billing: above 10s, for: 30s }, every: 15s }
  - { name: error, when: { status of billing: error } }
",
    );
    let scenario = ok(&text, &[]);
    let [high, error] = scenario.alerts.as_slice() else { panic!("two alerts") };
    assert_eq!(
        (high.words.as_str(), high.lasting, high.every),
        ("lag of billing: above 1000, lag.time of billing: above 10s", Nanos::from_secs(30), Nanos::from_secs(15))
    );
    assert_eq!((error.lasting, error.every), (Nanos::ZERO, Nanos::from_secs(10)));
    let expected: Vec<&str> = scenario
        .expect
        .iter()
        .filter_map(|expectation| match expectation {
            Expectation::Alert { expected, .. } => Some(expected.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(expected, ["fires between 30s and 40s, fires once", "never fires"]);
}

#[test]
fn alerts_that_cannot_be() {
    let list = findings(
        &expecting(
            "  - alert: { name: lag-hgih, fires: before 40s }
  - alert: { name: lag-high }
  - alert: { name: lag-high, fires: soon }
  - alert: { name: lag-high, fires: never, times: 2 }
alerts:
  - { name: lag-high, when: { lag of biling: above 1000 } }
  - { name: lag-high, when: { isr of oders-0: below 2 }, every: 1ms }
  - { name: nothing, when: { for: 5s } }
  - { name: odd, when: { lag.time of billing: 5, status of billing: stoped } }
",
        ),
        &[],
    );
    snapshot!("alerts", render_all(&list, false));
}
