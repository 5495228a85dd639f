//! What configurations promise, in words.

use super::story::Story;
use crate::check::contract::{groups, producers};
use crate::history::setup::{CommitSetup, ProducerSetup, Setup};
use crate::protocol::messages::Acks;
use crate::sim::time::Nanos;

fn promise(change: impl Fn(&mut ProducerSetup, &mut Setup)) -> String {
    let mut setup = Story::new().setup;
    let mut producer = setup.producers[0].clone();
    change(&mut producer, &mut setup);
    setup.producers = vec![producer];
    producers(&setup).expect("there is a producer")
}

#[test]
fn defaults_promise_two_brokers_no_copies_and_order() {
    let line = promise(|_, _| {});
    assert_eq!(
        line,
        "an acknowledged record is on at least 2 brokers (acks=all, min ISR 2), but for power losses: no flush is awaited; \
         no copies, order per partition"
    );
}

#[test]
fn min_isr_is_capped_by_the_replicas() {
    let line = promise(|_, s| s.topics[0].replication_factor = 1);
    assert!(
        line.starts_with(
            "an acknowledged record is on every in-sync replica, which may be just one (acks=all, min ISR 1)"
        ),
        "{line}"
    );
}

#[test]
fn an_unclean_election_is_an_exception() {
    let line = promise(|_, s| s.topics[0].unclean_leader_election = true);
    assert!(line.contains("but for unclean elections"), "{line}");
}

#[test]
fn fewer_acks_promise_less() {
    let one = promise(|p, _| (p.acks, p.idempotent) = (Acks::One, false));
    assert_eq!(
        one,
        "an acknowledged record may be lost with its leader (acks=1); retries may leave copies and change the order"
    );
    let zero = promise(|p, _| (p.acks, p.idempotent) = (Acks::Zero, false));
    assert_eq!(zero, "nothing: records may be lost unnoticed (acks=0); no copies, order per connection");
}

#[test]
fn without_idempotence_retries_cost_copies_and_requests_in_flight_cost_order() {
    let one = promise(|p, _| (p.idempotent, p.max_in_flight) = (false, 1));
    assert!(one.ends_with("retries may leave copies, order per partition"), "{one}");
    let five = promise(|p, _| p.idempotent = false);
    assert!(five.ends_with("retries may leave copies and change the order"), "{five}");
    let none = promise(|p, _| (p.idempotent, p.retries) = (false, 0));
    assert!(none.ends_with("no copies, order per partition"), "{none}");
}

/// What every record is flushed for outlives a power loss.
#[test]
fn power_losses_are_an_exception_unless_every_record_is_flushed() {
    assert!(promise(|_, s| s.topics[0].flush_messages = 1).contains("min ISR 2); no copies"));
    assert!(
        promise(|_, s| s.topics[0].min_insync_replicas = 1).contains("(acks=all, min ISR 1), but for power losses")
    );
}

/// KIP-854: who is forgotten before his retries are over is not recognised.
#[test]
fn a_producer_that_is_forgotten_too_soon_may_leave_copies() {
    let line = promise(|_, s| s.broker.producer_id_expiration = Nanos::from_secs(10));
    assert!(line.ends_with("(producer.id.expiration.ms below delivery.timeout.ms)"), "{line}");
}

#[test]
fn producers_with_the_same_promise_share_a_line() {
    let mut setup = Story::new().setup;
    assert!(!producers(&setup).expect("two producers").contains(" / "));
    setup.producers[1].acks = Acks::One;
    setup.catalog.nodes[5].name = "audit-0".into();
    let names = producers(&setup).expect("two producers");
    assert_eq!(names.matches(" / ").count(), 1);
    assert!(names.starts_with("checkout: ") && names.contains(" / audit: "), "each names its producer: {names}");
    setup.producers.clear();
    assert_eq!(producers(&setup), None);
}

#[test]
fn groups_are_promised_what_their_commits_make_of_it() {
    let line = |commit, skips_poison| {
        let mut setup = Story::new().setup;
        setup.consumers.iter_mut().for_each(|c| (c.commit, c.skips_poison) = (commit, skips_poison));
        groups(&setup).expect("there is a group")
    };
    assert_eq!(line(CommitSetup::SyncAfterBatch, false), "billing: at least once (commitSync after processing)");
    assert_eq!(line(CommitSetup::SyncBeforeProcessing, false), "billing: at most once (commit before processing)");
    assert!(line(CommitSetup::Auto, false).starts_with("billing: at least once (auto-commit"));
    assert!(line(CommitSetup::AsyncAfterBatch, false).starts_with("billing: at least once (commitAsync"));
    assert!(line(CommitSetup::Never, false).contains("from the start again after every rebalance"));
    assert!(line(CommitSetup::Auto, true).ends_with(", but for records that it gives up"));
    assert_eq!(groups(&Setup::default()), None);
}
