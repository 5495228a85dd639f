//! Transactions: T1-T12, V7, V13; and P5, P6, P8 where they meet them.

mod coordinator;
mod offsets;
mod outcome;
mod producers;
mod reading;
mod stable;

use crate::check::tests::Case;
use crate::check::tests::story::*;
use crate::history::fact::*;
use crate::history::setup::Setup;
use crate::protocol::rules::TransactionVersion;

pub(super) const CASES: [&[Case]; 6] =
    [outcome::CASES, reading::CASES, stable::CASES, coordinator::CASES, offsets::CASES, producers::CASES];

#[test]
fn stories() {
    CASES.into_iter().for_each(Case::check_all);
}

/// As it comes.
fn as_it_is(_: &mut Setup) {}
/// Transactions of one producer share an epoch.
fn version_1(setup: &mut Setup) {
    setup.rules.transaction_version = TransactionVersion::V1;
}
/// The same, and leaders do not ask the coordinator.
fn unverified(setup: &mut Setup) {
    version_1(setup);
    setup.broker.transaction_partition_verification_enable = false;
}
/// `checkout-1` has the same transactional id.
fn two_instances(setup: &mut Setup) {
    setup.producers[1].transactional_id = setup.producers[0].transactional_id;
}
/// What is written in both partitions.
fn written(s: &mut Story, change: fn(&mut Setup)) {
    s.transactional(change);
    s.begin(CHECKOUT);
    s.write(CHECKOUT, ORDERS, 5);
    s.write(CHECKOUT, MORE_ORDERS, 3);
}
/// A transaction is committed; the same request comes again in the next one.
fn a_late_commit(s: &mut Story, change: fn(&mut Setup)) {
    s.transactional(change);
    s.join();
    s.begin(CHECKOUT);
    s.write(CHECKOUT, ORDERS, 5);
    s.finish(CHECKOUT, true);
    s.begin(CHECKOUT);
    s.write(CHECKOUT, ORDERS, 5);
    s.prepare(CHECKOUT, true);
    s.complete(CHECKOUT, true);
}
/// An aborted transaction, of which a batch comes late.
fn a_late_batch(s: &mut Story, change: fn(&mut Setup)) {
    s.transactional(change);
    s.begin(CHECKOUT);
    s.write(CHECKOUT, ORDERS, 5);
    s.send(ORDERS, 5);
    s.finish(CHECKOUT, false);
    s.append(ORDERS, 5);
    s.replicate(ORDERS);
}
/// The next transaction is committed, and that batch with it.
fn a_late_batch_committed(s: &mut Story, change: fn(&mut Setup)) {
    a_late_batch(s, change);
    s.begin(CHECKOUT);
    s.ending(CHECKOUT, true);
    s.prepare(CHECKOUT, true);
    s.mark(CHECKOUT, ORDERS, true);
}
/// commitTransaction() runs into `max.block.ms`.
fn unanswered(s: &mut Story) {
    let error = Some(crate::protocol::exceptions::Exception::TransactionTimedOut);
    s.tell(Fact::TransactionEnded { node: CHECKOUT, transaction: 1, commit: true, error });
}
