//! Groups: G1, G2, G4, G6-G8, G10-G12, V6.

use super::story::{hide, lie, *};
use super::{Bug, Case, Excused, Holds, NotExercised, Violated};
use crate::check::kafka_bug::KafkaBug;
use crate::history::fact::*;
use crate::protocol::errors::ErrorCode;
use crate::protocol::ids::*;
use crate::protocol::messages::{Assignor, Assignors};
use crate::sim::time::Nanos;

#[test]
fn stories() {
    Case::check_all(CASES);
}

/// All members keep what they have while the group rebalances.
fn all_cooperative(s: &mut Story) {
    let strategy = Assignors::only(Assignor::CooperativeSticky);
    s.setup.consumers.iter_mut().for_each(|c| c.config.partition_assignment_strategy = strategy.clone());
}
/// The coordinator gives `orders-0` to this member.
fn given(s: &mut Story, generation: i32, node: NodeId) {
    s.act();
    let (broker, member) = (s.coordinator(), s.member(node));
    let generation = Generation(generation);
    s.tell(Fact::MemberAssigned { broker, group: GROUP, generation, member, node, tp: ORDERS });
}
/// Offsets are kept for a minute; the group has one.
fn committed(s: &mut Story) {
    s.setup.broker.offsets_retention_minutes = 1;
    s.boot();
    s.join();
    s.produce(ORDERS, 5);
    s.poll(BILLING, ORDERS);
    s.process(BILLING, ORDERS);
    s.commit(BILLING, ORDERS);
}
fn empty(s: &mut Story) {
    s.act();
    let (broker, generation) = (s.coordinator(), Generation(s.generation().0 + 1));
    s.tell(Fact::GroupStateChanged { broker, group: GROUP, state: GroupState::Empty, generation, members: 0 });
}
fn committed_and_gone(s: &mut Story) {
    committed(s);
    empty(s);
}
fn expired(s: &mut Story) {
    s.act();
    let broker = s.coordinator();
    s.tell(Fact::OffsetRemoved { broker, group: GROUP, tp: ORDERS, reason: OffsetRemovalReason::Expired });
}

/// The group has formed; `billing-0` has two batches of five to read.
fn two_batches(s: &mut Story) {
    s.boot();
    s.join();
    s.produce(ORDERS, 5);
    s.produce(ORDERS, 5);
}

/// The partition of the group's coordinator gets a leader from outside its ISR.
fn coordinator_lost(s: &mut Story) {
    s.isr(OFFSETS, &[B3, B2]);
    s.elect(OFFSETS, Some(B1), &[B1], Election::Unclean);
    s.take_parts(OFFSETS);
    s.tell(Fact::CoordinatorUnloaded { broker: B3, tp: OFFSETS });
    s.tell(Fact::CoordinatorLoaded { broker: B1, tp: OFFSETS, epoch: LeaderEpoch(1) });
}

/// Another broker coordinates the group, and the old coordinator has not heard of it.
fn coordinator_moves_unheard(s: &mut Story) {
    s.elect(OFFSETS, Some(B1), &[B1, B2, B3], Election::Clean);
    s.take_part(B1, OFFSETS);
    s.tell(Fact::CoordinatorLoaded { broker: B1, tp: OFFSETS, epoch: LeaderEpoch(1) });
}

fn loaded(s: &mut Story, generation: i32) {
    let broker = s.coordinator();
    s.tell(Fact::GroupLoaded { broker, group: GROUP, generation: Generation(generation), members: 2 });
}
fn fetched(s: &mut Story, offset: i64) {
    s.act();
    let broker = s.coordinator();
    s.tell(Fact::OffsetFetched { broker, group: GROUP, tp: ORDERS, offset: Offset(offset) });
}

/// The coordinator is deposed and elected again before it has heard of either, and may have begun a rebalance meanwhile.
fn elected_again(s: &mut Story, rebalances: bool) {
    s.boot();
    s.join();
    s.elect(OFFSETS, Some(B1), &[B1, B2, B3], Election::Clean);
    if rebalances {
        let (generation, state) = (s.generation(), GroupState::PreparingRebalance);
        s.tell(Fact::GroupStateChanged { broker: B3, group: GROUP, state, generation, members: 2 });
    }
    s.elect(OFFSETS, Some(B3), &[B1, B2, B3], Election::Clean);
}

/// An offset is given to a transaction that fails, and is stored in the next generation.
fn left_by_a_transaction(s: &mut Story) {
    s.exactly_once(|_| {});
    s.begin(BILLING);
    let (node, transaction, group, tp) = (BILLING, s.number(BILLING), GROUP, ORDERS);
    let (offset, generation) = (Offset(3), s.generation());
    s.tell(Fact::OffsetsSentToTransaction { node, transaction, group, tp, offset, generation });
    s.prepare_rebalance();
    s.rebalance_done();
    s.store(BILLING, ORDERS, offset, s.generation());
}

/// A heartbeat of `billing-0` is answered.
fn heartbeat(s: &mut Story, error: ErrorCode) {
    s.act();
    let (broker, member, generation) = (s.coordinator(), s.member(BILLING), s.generation());
    s.tell(Fact::HeartbeatAnswered { broker, group: GROUP, member, generation, error });
}

/// Members may be cooperative.
fn cooperative(s: &mut Story) {
    for consumer in &mut s.setup.consumers {
        consumer.config.partition_assignment_strategy = Assignors::only(Assignor::CooperativeSticky);
    }
}

/// In the next assignment a partition is nobody's.
fn nobody_gets_orders(s: &mut Story) {
    hide!(s, Fact::MemberAssigned { tp: ORDERS, .. });
    hide!(s, Fact::PartitionAssigned { tp: ORDERS, .. });
}

/// A rebalance after which it is.
fn rebalance_without_orders(s: &mut Story) {
    nobody_gets_orders(s);
    s.prepare_rebalance();
    s.rebalance_done();
}

/// A process joins as the instance that another one is.
fn replaced(s: &mut Story, old: NodeId, new: NodeId) {
    s.act();
    // The newer process has another member id than that under which it was a member of its own.
    let (broker, member, by) = (s.coordinator(), s.member(old), MemberId(s.member(new).0 + 1));
    s.tell(Fact::MemberReplaced { broker, group: GROUP, member, by, node: new });
}

pub(super) const CASES: &[Case] = &[
    Case {
        id: "cooperative-handover",
        about: "members keep what they have",
        tell: |s| {
            all_cooperative(s);
            s.boot();
            s.join();
            s.prepare_rebalance();
            s.rebalance_done();
        },
        expected: Holds(2),
    },
    Case {
        id: "cooperative-handover",
        about: "another member is given what the first one still has",
        tell: |s| {
            all_cooperative(s);
            s.boot();
            s.join();
            given(s, 2, BILLING_1);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "cooperative-handover",
        about: "another member is given what the first one has given up",
        tell: |s| {
            all_cooperative(s);
            s.boot();
            s.join();
            let generation = s.generation();
            let reason = RevokeReason::Revoked;
            s.tell(Fact::PartitionRevoked { node: BILLING, tp: ORDERS, generation, reason });
            given(s, 2, BILLING_1);
        },
        expected: NotExercised,
    },
    Case {
        id: "cooperative-handover",
        about: "another member is given what one had that was thrown out, and does not know it",
        tell: |s| {
            all_cooperative(s);
            s.boot();
            s.join();
            let (broker, member) = (s.coordinator(), s.member(BILLING));
            let reason = LeaveReason::SessionTimeout;
            s.tell(Fact::MemberLeft { broker, group: GROUP, member, node: BILLING, reason });
            given(s, 2, BILLING_1);
        },
        expected: NotExercised,
    },
    Case {
        id: "cooperative-handover",
        about: "eager members give up everything, and the judge does not ask",
        tell: |s| {
            s.boot();
            s.join();
            given(s, 2, BILLING_1);
        },
        expected: NotExercised,
    },
    Case {
        id: "expiry-rule",
        about: "a minute after the group has lost its last member",
        tell: |s| {
            committed_and_gone(s);
            s.wait(60);
            expired(s);
        },
        expected: Holds(1),
    },
    Case {
        id: "expiry-rule",
        about: "half a minute after the group has lost its last member, and more than one after the commit",
        tell: |s| {
            committed(s);
            s.wait(45);
            empty(s);
            s.wait(30);
            expired(s);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "expiry-rule",
        about: "of a group whose members subscribe to the topic",
        tell: |s| {
            committed(s);
            s.wait(120);
            expired(s);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "expiry-rule",
        about: "of which a transaction has one pending",
        tell: |s| {
            committed_and_gone(s);
            let (broker, member) = (s.coordinator(), MemberId::NONE);
            s.tell(Fact::OffsetPending {
                broker,
                group: GROUP,
                tp: ORDERS,
                offset: Offset(4),
                producer_id: ProducerId(1),
                member,
                generation: Generation::NONE,
            });
            s.wait(120);
            expired(s);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "expiry-rule",
        about: "an administrator may remove any",
        tell: |s| {
            committed_and_gone(s);
            let broker = s.coordinator();
            let reason = OffsetRemovalReason::Deleted;
            s.tell(Fact::OffsetRemoved { broker, group: GROUP, tp: ORDERS, reason });
        },
        expected: NotExercised,
    },
    Case {
        id: "heartbeats-tell",
        about: "a member hears that its group rebalances",
        tell: |s| {
            s.boot();
            s.join();
            s.prepare_rebalance();
            heartbeat(s, ErrorCode::RebalanceInProgress);
            s.rebalance_done();
        },
        expected: Holds(1),
    },
    Case {
        id: "heartbeats-tell",
        about: "a member does not hear of it",
        tell: |s| {
            s.boot();
            s.join();
            s.prepare_rebalance();
            heartbeat(s, ErrorCode::None);
        },
        expected: Violated(None, None),
    },
    Case {
        id: "heartbeats-tell",
        about: "a member of a stable group is told to join again",
        tell: |s| {
            s.boot();
            s.join();
            heartbeat(s, ErrorCode::RebalanceInProgress);
        },
        expected: Violated(None, None),
    },
    Case {
        id: "heartbeats-tell",
        about: "a deposed coordinator has not heard of the rebalance",
        tell: |s| {
            s.boot();
            s.join();
            coordinator_moves_unheard(s);
            s.prepare_rebalance();
            let (member, generation) = (s.member(BILLING), s.generation());
            s.tell(Fact::HeartbeatAnswered { broker: B3, group: GROUP, member, generation, error: ErrorCode::None });
        },
        expected: NotExercised,
    },
    Case {
        id: "heartbeats-tell",
        about: "a coordinator is deposed, begins a rebalance, and is elected again",
        tell: |s| {
            elected_again(s, true);
            heartbeat(s, ErrorCode::RebalanceInProgress);
        },
        expected: Holds(1),
    },
    Case {
        id: "heartbeats-tell",
        about: "a coordinator is deposed and elected again, and has never begun a rebalance",
        tell: |s| {
            elected_again(s, false);
            heartbeat(s, ErrorCode::RebalanceInProgress);
        },
        expected: Violated(None, None),
    },
    Case {
        id: "commit-fenced",
        about: "the offset of a failed transaction comes with the next one",
        tell: left_by_a_transaction,
        expected: Bug(KafkaBug::OffsetsOutliveAbort),
    },
    Case {
        id: "commit-monotonic",
        about: "the offset of a failed transaction comes with the next one",
        tell: |s| {
            left_by_a_transaction(s);
            let (offset, generation) = (Offset(2), s.generation());
            s.tell(Fact::CommitSent { node: BILLING, tp: ORDERS, offset, position: offset, generation, call: 1 });
            s.store(BILLING, ORDERS, offset, generation);
        },
        expected: Bug(KafkaBug::OffsetsOutliveAbort),
    },
    Case {
        id: "rebalance-terminates",
        about: "its coordinator is gone for good: nobody is there to end it",
        tell: |s| {
            s.boot();
            s.join();
            s.prepare_rebalance();
            s.kill(B3, StopKind::Crash);
            s.wait(1000);
            s.tell(Fact::RunEnded {});
        },
        expected: Holds(1),
    },
    Case {
        id: "commit-le-end",
        about: "what was read is committed",
        tell: |s| {
            two_batches(s);
            s.consume(BILLING, ORDERS);
        },
        expected: Holds(1),
    },
    Case {
        id: "commit-le-end",
        about: "somebody commits what is not there yet",
        tell: |s| {
            two_batches(s);
            let (offset, generation) = (Offset(500), s.generation());
            s.tell(Fact::CommitSent { node: BILLING, tp: ORDERS, offset, position: offset, generation, call: 1 });
            s.store(BILLING, ORDERS, offset, generation);
        },
        expected: Excused("does not ask where the partition ends"),
    },
    Case {
        id: "rebalance-storm",
        about: "each of two generations commits something",
        tell: |s| {
            two_batches(s);
            s.consume(BILLING, ORDERS);
            s.prepare_rebalance();
            s.rebalance_done();
            s.produce(ORDERS, 5);
            s.consume(BILLING, ORDERS);
            s.prepare_rebalance();
            s.rebalance_done();
        },
        expected: Holds(2),
    },
    Case {
        id: "rebalance-storm",
        about: "three generations in a row commit nothing of what is there",
        tell: |s| {
            two_batches(s);
            for _ in 0..3 {
                s.poll(BILLING, ORDERS);
                s.prepare_rebalance();
                s.rebalance_done();
                s.resume_from(BILLING, ORDERS, 0);
            }
        },
        expected: Excused("no progress between rebalances"),
    },
    Case {
        id: "rebalance-storm",
        about: "a group that has nothing to do rebalances",
        tell: |s| {
            s.boot();
            s.join();
            for _ in 0..5 {
                s.prepare_rebalance();
                s.rebalance_done();
            }
        },
        expected: NotExercised,
    },
    Case {
        id: "rebalance-terminates",
        about: "the first rebalance waits as long as it is configured to",
        tell: |s| {
            s.setup.broker.group_initial_rebalance_delay = Nanos::from_secs(400);
            s.boot();
            s.prepare_rebalance();
            s.wait(420);
            s.rebalance_done();
        },
        expected: Holds(1),
    },
    Case {
        id: "commit-monotonic",
        about: "the position was set back while a commit was under way that is stored afterwards",
        tell: |s| {
            two_batches(s);
            s.poll(BILLING, ORDERS);
            s.poll(BILLING, ORDERS);
            let offset = s.send_commit(BILLING, ORDERS);
            s.tell(Fact::CommitCompleted {
                node: BILLING,
                tp: ORDERS,
                offset,
                error: ErrorCode::RequestTimedOut,
                call: 1,
            });
            s.sought(BILLING, ORDERS, 5);
            s.store(BILLING, ORDERS, offset, Generation(1));
            s.commit(BILLING, ORDERS);
        },
        expected: Excused("set back"),
    },
    Case {
        id: "assignment-disjoint",
        about: "the newest generation went with the coordinator's power",
        tell: |s| {
            s.setup.topics[1].min_insync_replicas = 1;
            s.boot();
            s.join();
            s.isr(OFFSETS, &[B3]);
            s.append(OFFSETS, 5);
            s.kill(B3, StopKind::PowerLoss);
            s.restart(B3, OFFSETS, 0);
            s.elect(OFFSETS, Some(B3), &[B3], Election::Clean);
            let (group, generation, member) = (GROUP, Generation(1), s.member(BILLING_1));
            loaded(s, 0);
            s.tell(Fact::MemberAssigned { broker: B3, group, generation, member, node: BILLING_1, tp: ORDERS });
            s.tell(Fact::PartitionAssigned { node: BILLING, tp: ORDERS, generation });
        },
        expected: Excused("lost power"),
    },
    Case {
        id: "generation-monotonic",
        about: "two rebalances, then another coordinator that knows the last",
        tell: |s| {
            s.boot();
            s.join();
            s.prepare_rebalance();
            s.rebalance_done();
            loaded(s, 2);
        },
        expected: Holds(7),
    },
    Case {
        id: "generation-monotonic",
        about: "a join phase that was not stored is lost with its coordinator, and its generation comes again",
        tell: |s| {
            s.boot();
            s.join();
            s.tell(Fact::GroupStateChanged {
                broker: B3,
                group: GROUP,
                state: GroupState::CompletingRebalance,
                generation: Generation(2),
                members: 2,
            });
            loaded(s, 1);
            s.prepare_rebalance();
            s.rebalance_done();
        },
        expected: Holds(8),
    },
    Case {
        id: "generation-monotonic",
        about: "a deposed coordinator counts its own generations",
        tell: |s| {
            s.boot();
            s.join();
            coordinator_moves_unheard(s);
            loaded(s, 1);
            for generation in [7, 1] {
                s.tell(Fact::GroupStateChanged {
                    broker: B3,
                    group: GROUP,
                    state: GroupState::Empty,
                    generation: Generation(generation),
                    members: 0,
                });
            }
            s.tell(Fact::CoordinatorUnloaded { broker: B3, tp: OFFSETS });
            s.prepare_rebalance();
        },
        expected: Holds(5),
    },
    Case {
        id: "generation-monotonic",
        about: "a new coordinator has never heard of the group, whose first generation was not stored",
        tell: |s| {
            s.boot();
            for (state, generation) in [(GroupState::PreparingRebalance, 0), (GroupState::CompletingRebalance, 1)] {
                let (group, generation) = (GROUP, Generation(generation));
                s.tell(Fact::GroupStateChanged { broker: B3, group, state, generation, members: 1 });
            }
            s.kill(B3, StopKind::Crash);
            s.elect_and_tell(OFFSETS, B1, &[B1, B2]);
            s.prepare_rebalance();
            s.rebalance_done();
        },
        expected: Holds(5),
    },
    Case {
        id: "generation-monotonic",
        about: "the generation falls",
        tell: |s| {
            s.boot();
            s.join();
            lie!(s, Fact::GroupStateChanged { generation, .. } => *generation = Generation(0));
            s.prepare_rebalance();
        },
        expected: Violated(None, None),
    },
    Case {
        id: "generation-monotonic",
        about: "a new coordinator does not know the last generation",
        tell: |s| {
            s.boot();
            s.join();
            loaded(s, 0);
        },
        expected: Violated(None, None),
    },
    Case {
        id: "generation-monotonic",
        about: "a new coordinator has lost it in an unclean election",
        tell: |s| {
            s.boot();
            s.join();
            coordinator_lost(s);
            loaded(s, 0);
        },
        expected: Excused("__consumer_offsets-0 had an unclean leader election"),
    },
    Case {
        id: "generation-monotonic",
        about: "nothing is left of the group, which begins anew",
        tell: |s| {
            s.boot();
            s.join();
            coordinator_lost(s);
            s.tell(Fact::GroupStateChanged {
                broker: B1,
                group: GROUP,
                state: GroupState::PreparingRebalance,
                generation: Generation(0),
                members: 1,
            });
        },
        expected: Excused("unclean"),
    },
    Case {
        id: "assignment-disjoint",
        about: "two members get a partition each, and hear of it",
        tell: |s| {
            s.boot();
            s.join();
        },
        expected: Holds(4),
    },
    Case {
        id: "assignment-disjoint",
        about: "a newer process takes the place of a static member, which hears of its partition late",
        tell: |s| {
            s.boot();
            s.join();
            replaced(s, BILLING, BILLING_1);
            let generation = s.generation();
            s.tell(Fact::PartitionAssigned { node: BILLING_1, tp: ORDERS, generation });
            s.tell(Fact::PartitionAssigned { node: BILLING, tp: ORDERS, generation });
        },
        expected: Holds(6),
    },
    Case {
        id: "assignment-disjoint",
        about: "a process takes the partition of another static member than that whose place it has",
        tell: |s| {
            s.boot();
            s.join();
            replaced(s, BILLING, BILLING_1);
            let generation = s.generation();
            s.tell(Fact::PartitionAssigned { node: BILLING, tp: MORE_ORDERS, generation });
        },
        expected: Violated(Some(MORE_ORDERS), Some(-1)),
    },
    Case {
        id: "assignment-disjoint",
        about: "two members get the same",
        tell: |s| {
            s.boot();
            lie!(s, Fact::MemberAssigned { tp, .. } if *tp == MORE_ORDERS => *tp = ORDERS);
            s.join();
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "assignment-disjoint",
        about: "a member takes what another got",
        tell: |s| {
            s.boot();
            lie!(s, Fact::PartitionAssigned { tp, .. } if *tp == MORE_ORDERS => *tp = ORDERS);
            s.join();
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "commit-fenced",
        about: "a commit of this generation, and one that was sent before the next began",
        tell: |s| {
            two_batches(s);
            s.consume(BILLING, ORDERS);
            s.poll(BILLING, ORDERS);
            s.process(BILLING, ORDERS);
            let offset = s.send_commit(BILLING, ORDERS);
            let generation = s.generation();
            s.prepare_rebalance();
            s.rebalance_done();
            s.store(BILLING, ORDERS, offset, generation);
        },
        expected: Holds(2),
    },
    Case {
        id: "commit-fenced",
        about: "a commit is stored that was sent in a generation that was over",
        tell: |s| {
            two_batches(s);
            s.poll(BILLING, ORDERS);
            s.prepare_rebalance();
            s.rebalance_done();
            lie!(s, Fact::CommitSent { generation, .. } => *generation = Generation(1));
            let offset = s.send_commit(BILLING, ORDERS);
            s.store(BILLING, ORDERS, offset, Generation(1));
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "commit-fenced",
        about: "a commit is stored that nobody sent",
        tell: |s| {
            two_batches(s);
            s.store(BILLING, ORDERS, Offset(5), Generation(1));
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "commit-fenced",
        about: "a deposed coordinator stores what nobody sent",
        tell: |s| {
            two_batches(s);
            coordinator_moves_unheard(s);
            lie!(s, Fact::OffsetStored { broker, .. } => *broker = B3);
            s.store(BILLING, ORDERS, Offset(5), Generation(1));
        },
        expected: Excused("deposed"),
    },
    Case {
        id: "commit-monotonic",
        about: "two commits; a new coordinator finds the first in its log once more",
        tell: |s| {
            two_batches(s);
            s.consume(BILLING, ORDERS);
            s.consume(BILLING, ORDERS);
            s.tell(Fact::OffsetStored {
                broker: B3,
                group: GROUP,
                tp: ORDERS,
                offset: Offset(5),
                member: MemberId::NONE,
                generation: Generation::NONE,
            });
            fetched(s, 10);
        },
        expected: Holds(1),
    },
    Case {
        id: "commit-monotonic",
        about: "a smaller offset is committed",
        tell: |s| {
            two_batches(s);
            s.consume(BILLING, ORDERS);
            s.consume(BILLING, ORDERS);
            s.seek(BILLING, ORDERS, 5);
            s.commit(BILLING, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "commit-monotonic",
        about: "the position was reset before",
        tell: |s| {
            two_batches(s);
            s.consume(BILLING, ORDERS);
            s.consume(BILLING, ORDERS);
            s.reset(BILLING, ORDERS, 0, true);
            s.consume(BILLING, ORDERS);
        },
        expected: Excused("reset"),
    },
    Case {
        id: "commit-monotonic",
        about: "the application went back to a record that it could not process",
        tell: |s| {
            two_batches(s);
            s.consume(BILLING, ORDERS);
            s.poll(BILLING, ORDERS);
            s.commit(BILLING, ORDERS);
            s.tell(Fact::RecordFailed {
                node: BILLING,
                tp: ORDERS,
                offset: Offset(5),
                origin: CHECKOUT,
                ordinal: 5,
                skipped: false,
            });
            s.sought(BILLING, ORDERS, 5);
            s.commit(BILLING, ORDERS);
        },
        expected: Excused("set back"),
    },
    Case {
        id: "commit-monotonic",
        about: "a commit that its sender had given up is carried out late",
        tell: |s| {
            two_batches(s);
            s.poll(BILLING, ORDERS);
            s.process(BILLING, ORDERS);
            let offset = s.send_commit(BILLING, ORDERS);
            s.tell(Fact::CommitCompleted {
                node: BILLING,
                tp: ORDERS,
                offset,
                error: ErrorCode::RequestTimedOut,
                call: 1,
            });
            s.consume(BILLING, ORDERS);
            s.store(BILLING, ORDERS, offset, Generation(1));
        },
        expected: Excused("carried out late"),
    },
    Case {
        id: "commit-durable",
        about: "nothing committed, then the last commit, acknowledged; then one that nobody answered",
        tell: |s| {
            two_batches(s);
            s.consume(BILLING, ORDERS);
            fetched(s, 5);
            s.poll(BILLING, ORDERS);
            s.process(BILLING, ORDERS);
            s.send_commit(BILLING, ORDERS);
            loaded(s, 1);
            fetched(s, 10);
            fetched(s, 10);
        },
        expected: Holds(6),
    },
    Case {
        id: "commit-durable",
        about: "a fetch returns something older",
        tell: |s| {
            two_batches(s);
            s.consume(BILLING, ORDERS);
            s.consume(BILLING, ORDERS);
            fetched(s, 5);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "commit-durable",
        about: "a commit is acknowledged and never stored",
        tell: |s| {
            two_batches(s);
            hide!(s, Fact::OffsetStored { .. });
            s.consume(BILLING, ORDERS);
        },
        expected: Violated(Some(ORDERS), Some(5)),
    },
    Case {
        id: "commit-durable",
        about: "the commit is lost in an unclean election",
        tell: |s| {
            two_batches(s);
            s.consume(BILLING, ORDERS);
            coordinator_lost(s);
            fetched(s, -1);
        },
        expected: Excused("unclean"),
    },
    Case {
        id: "commit-durable",
        about: "a deposed coordinator answers",
        tell: |s| {
            two_batches(s);
            s.consume(BILLING, ORDERS);
            coordinator_moves_unheard(s);
            s.consume(BILLING, ORDERS);
            lie!(s, Fact::OffsetFetched { broker, .. } => *broker = B3);
            fetched(s, 5);
        },
        expected: Excused("deposed coordinator"),
    },
    Case {
        id: "stable-covers-all",
        about: "between two cooperative owners a partition is nobody's for a generation",
        tell: |s| {
            cooperative(s);
            s.boot();
            s.join();
            rebalance_without_orders(s);
        },
        expected: Excused("between two cooperative owners in generation 2"),
    },
    Case {
        id: "stable-covers-all",
        about: "a member that has begun with the bootstrap brokers may know of no topic",
        tell: |s| {
            s.boot();
            s.join();
            s.tell(Fact::MetadataRebootstrapped { node: BILLING });
            rebalance_without_orders(s);
        },
        expected: Excused("may not know"),
    },
    Case {
        id: "stable-covers-all",
        about: "but not for long",
        tell: |s| {
            s.boot();
            s.join();
            s.tell(Fact::MetadataRebootstrapped { node: BILLING });
            rebalance_without_orders(s);
            s.wait(200);
            rebalance_without_orders(s);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "stable-covers-all",
        about: "nobody has to wait for one that has left",
        tell: |s| {
            cooperative(s);
            s.boot();
            s.join();
            nobody_gets_orders(s);
            let (broker, member) = (s.coordinator(), s.member(BILLING));
            s.tell(Fact::MemberLeft {
                broker,
                group: GROUP,
                member,
                node: BILLING,
                reason: LeaveReason::SessionTimeout,
            });
            s.prepare_rebalance();
            s.rebalance_done();
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "stable-covers-all",
        about: "and not when it has been given up",
        tell: |s| {
            cooperative(s);
            s.boot();
            s.join();
            rebalance_without_orders(s);
            let (generation, reason) = (s.generation(), RevokeReason::Revoked);
            s.tell(Fact::PartitionRevoked { node: BILLING, tp: ORDERS, generation, reason });
            rebalance_without_orders(s);
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "stable-covers-all",
        about: "two partitions, two owners",
        tell: |s| {
            s.boot();
            s.join();
        },
        expected: Holds(1),
    },
    Case {
        id: "stable-covers-all",
        about: "a partition has no owner",
        tell: |s| {
            s.boot();
            hide!(s, Fact::MemberAssigned { tp: MORE_ORDERS, .. });
            s.join();
        },
        expected: Violated(Some(MORE_ORDERS), Some(-1)),
    },
    Case {
        id: "stable-covers-all",
        about: "a topic has no owner at all, and was made a moment ago",
        tell: |s| {
            s.boot();
            hide!(s, Fact::MemberAssigned { tp: ORDERS, .. });
            hide!(s, Fact::MemberAssigned { tp: MORE_ORDERS, .. });
            s.join();
        },
        expected: Excused("may not know"),
    },
    Case {
        id: "stable-covers-all",
        about: "a topic has no owner at all, long after it was made",
        tell: |s| {
            s.boot();
            s.wait(60);
            hide!(s, Fact::MemberAssigned { tp: ORDERS, .. });
            hide!(s, Fact::MemberAssigned { tp: MORE_ORDERS, .. });
            s.join();
        },
        expected: Violated(Some(ORDERS), Some(-1)),
    },
    Case {
        id: "rebalance-terminates",
        about: "a rebalance ends after five minutes",
        tell: |s| {
            s.boot();
            s.prepare_rebalance();
            s.wait(300);
            s.rebalance_done();
        },
        expected: Holds(1),
    },
    Case {
        id: "rebalance-terminates",
        about: "a rebalance takes too long",
        tell: |s| {
            s.boot();
            s.prepare_rebalance();
            s.wait(400);
            s.rebalance_done();
        },
        expected: Violated(None, None),
    },
    Case {
        id: "rebalance-terminates",
        about: "a rebalance does not end at all",
        tell: |s| {
            s.boot();
            s.prepare_rebalance();
            s.end_after(400);
        },
        expected: Violated(None, None),
    },
    Case {
        id: "rebalance-terminates",
        about: "a rebalance takes too long during a fault",
        tell: |s| {
            s.boot();
            s.prepare_rebalance();
            s.tell(Fact::FaultStarted { fault: 0, occurrence: 0, node: NodeId(u16::MAX) });
            s.wait(400);
            s.rebalance_done();
            s.tell(Fact::FaultEnded { fault: 0, occurrence: 0 });
        },
        expected: Excused("while faults went on"),
    },
];

/// An administrator's commit of 3 for `orders`, and that it is stored.
fn reset_sent(s: &mut Story) {
    s.act();
    s.tell(Fact::OffsetResetSent { node: BILLING_1, group: GROUP, tp: ORDERS, offset: Offset(3) });
}
fn reset_stored(s: &mut Story) {
    s.act();
    let (broker, member, generation) = (s.coordinator(), MemberId::NONE, Generation::NONE);
    s.tell(Fact::OffsetStored { broker, group: GROUP, tp: ORDERS, offset: Offset(3), member, generation });
}
fn removed(s: &mut Story) {
    s.act();
    let (broker, reason) = (s.coordinator(), OffsetRemovalReason::Deleted);
    s.tell(Fact::OffsetRemoved { broker, group: GROUP, tp: ORDERS, reason });
}
fn outcome(check: &str, tell: impl FnOnce(&mut Story)) -> String {
    let mut story = Story::new();
    tell(&mut story);
    let judgement = story.judge();
    let finding = judgement.findings.iter().find(|finding| finding.invariant.id == check).expect("a check");
    format!("{:?}", finding.outcome)
}

#[test]
fn what_an_administrator_commits_is_no_step_back_and_is_stored_only_in_an_empty_group() {
    let empty = |s: &mut Story| {
        let (broker, generation) = (s.coordinator(), s.generation());
        s.tell(Fact::GroupStateChanged { broker, group: GROUP, state: GroupState::Empty, generation, members: 0 });
    };
    let before = |s: &mut Story| {
        two_batches(s);
        s.store(BILLING, ORDERS, Offset(5), s.generation());
    };
    let told = outcome("commit-durable", |s| {
        before(s);
        empty(s);
        reset_sent(s);
        reset_stored(s);
        fetched(s, 3);
    });
    assert!(told.starts_with("Holds"), "{told}");
    let told = outcome("commit-fenced", |s| {
        two_batches(s);
        reset_sent(s);
        reset_stored(s);
    });
    assert!(told.contains("it was sent from outside of the group"), "{told}");
    // Nobody has asked for that.
    let told = outcome("commit-durable", |s| {
        before(s);
        empty(s);
        reset_stored(s);
        fetched(s, 3);
    });
    assert!(told.contains("fetched 3, committed 5"), "{told}");
}

#[test]
fn an_offset_that_was_removed_is_not_there_any_more() {
    let told = outcome("commit-durable", |s| {
        two_batches(s);
        s.store(BILLING, ORDERS, Offset(5), s.generation());
        removed(s);
        fetched(s, -1);
    });
    assert!(told.starts_with("Holds"), "{told}");
    let told = outcome("commit-durable", |s| {
        two_batches(s);
        s.store(BILLING, ORDERS, Offset(5), s.generation());
        removed(s);
        s.wait(1);
        fetched(s, 5);
    });
    assert!(told.contains("fetched 5"), "{told}");
    // The coordinator before has removed it and tells so late: the next one has found that in its log.
    let told = outcome("commit-durable", |s| {
        two_batches(s);
        s.store(BILLING, ORDERS, Offset(5), s.generation());
        coordinator_moves_unheard(s);
        let reason = OffsetRemovalReason::Deleted;
        s.tell(Fact::OffsetRemoved { broker: B3, group: GROUP, tp: ORDERS, reason });
        s.wait(1);
        fetched(s, -1);
    });
    assert!(told.starts_with("Holds"), "{told}");
}
