//! Faults, conditions, administrators and where replicas are put.

use super::*;

#[test]
fn faults_become_actions() {
    let text = fault(
        "  - { at: 1s, crash: { broker: [broker 1, leader of orders-2], restart.after: 2s } }
  - { every: 5s, times: 3, stop: coordinator of billing }
  - { at: 2s, every: 5s, pause: { process: [producer checkout, group billing], for: 1s } }
  - { when: { lag of billing: above 1000 }, after: 3s, delay: 1s, power.loss: all brokers }
  - { at: 3s, partition: { between: [[broker 1], [broker 2, member of billing], others] } }
  - { at: 3s, cut: { from: random broker, to: active controller, for: 2s } }
  - { at: 3s, block.connects: { from: checkout-0, to: others } }
  - { at: 3s, slow.link: { between: [follower of orders-0, others], factor: 10, for: 9s } }
  - { at: 3s, clog: { from: broker 1, to: broker 2, for: 9s } }
  - { at: 3s, reset.connections: { between: [broker 1, others] } }
  - { at: 3s, disk.stall: { broker: broker 1, for: 1s } }
  - { at: 3s, disk.slow: { broker: broker 1, factor: 3 } }
  - { at: 3s, disk.full: broker 2 }
  - { when: { leader of orders-0: none }, disk.fail: broker 3 }
  - { at: between 3s and 5s, start: billing-0 }
  - { at: 3s, delay.link: { from: broker 1, to: others, by: 200ms } }
  - { at: 3s, narrow.link: { from: broker 1, to: others, bandwidth: 1 MiB/s, for: 2s } }
  - { at: 3s, hold.requests: { api: [Produce, Fetch], from: others, to: broker 1, for: 2s } }
  - { at: 3s, drop.requests: { api: Heartbeat, from: group billing, to: all brokers } }
  - { at: 3s, hold.answers: { api: Metadata, from: all brokers, to: checkout-0, for: 2s } }
  - { at: 3s, drop.answers: { api: Produce, from: broker 1, to: producer checkout } }
  - { at: 3s, disk.read.errors: broker 1 }
  - { at: 3s, disk.lying.flush: { broker: broker 1, for: 9s } }
",
    );
    let faults = ok(&text, &[]).world().faults.clone();
    let secs = Nanos::from_secs;
    assert_eq!(
        faults[0].action,
        Action::Crash {
            targets: vec![Target::Node(NodeId(0)), Target::LeaderOf(Tp(2))],
            restart_after: Some(secs(2).into())
        }
    );
    assert_eq!(faults[1].trigger, Trigger::Every { first: secs(5).into(), every: secs(5).into(), times: Some(3) });
    assert_eq!(
        faults[1].action,
        Action::Stop { targets: vec![Target::CoordinatorOf(GroupId(0))], restart_after: None }
    );
    assert_eq!(faults[2].trigger, Trigger::Every { first: secs(2).into(), every: secs(5).into(), times: None });
    let clients = (5..9).map(|node| Target::Node(NodeId(node))).collect();
    assert_eq!(faults[2].action, Action::Pause { targets: clients, duration: secs(1).into() });
    assert_eq!(
        faults[3].trigger,
        Trigger::When { condition: Condition::LagAbove(GroupId(0), 1000), after: secs(3), delay: secs(1).into() }
    );
    assert_eq!(
        faults[13].trigger,
        Trigger::When { condition: Condition::Leaderless(Tp(0)), after: Nanos::ZERO, delay: Nanos::ZERO.into() }
    );
    let actions: Vec<String> = faults.iter().map(|f| format!("{:40} {:?}", f.label, f.action)).collect();
    snapshot!("faults", actions.join("\n"));
}

#[test]
fn conditions_are_read() {
    let condition = |text: &str| match &ok(&fault(&format!("  - {{ when: {{ {text} }}, crash: broker 1 }}\n")), &[])
        .world()
        .faults[0]
        .trigger
    {
        Trigger::When { condition, .. } => condition.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(condition("lag of billing: below 10"), Condition::LagBelow(GroupId(0), 10));
    assert_eq!(condition("isr of orders-1: at most 1"), Condition::IsrAtMost(Tp(1), 1));
    assert_eq!(condition("isr of orders-1: at least 2"), Condition::IsrAtLeast(Tp(1), 2));
    assert_eq!(condition("leader of orders-1: broker 2"), Condition::LeaderIs(Tp(1), BrokerId(2)));
    assert_eq!(condition("group billing: stable"), Condition::GroupStable(GroupId(0)));
    assert_eq!(condition("acked of orders-1: at least 7"), Condition::AckedAtLeast(Tp(1), 7));
    assert_eq!(condition("unreplicated of orders-1: at least 7"), Condition::UnreplicatedAtLeast(Tp(1), 7));
    assert_eq!(condition("broker 2: fenced"), Condition::Fenced(BrokerId(2)));
    assert_eq!(condition("broker 2: unfenced"), Condition::Unfenced(BrokerId(2)));
}

#[test]
fn explicit_replicas() {
    let world = ok(&with("partitions: 6, replication.factor: 3", "replicas: [[1, 2], [3, 1]]"), &[]).world().clone();
    assert_eq!(world.topics[0].replication_factor, 2);
    assert_eq!(world.topics[0].assignment[1].to_string(), "[3,1]");
    assert_eq!(world.catalog.topics[0].partitions, 2);
}

#[test]
fn administrators_come_last_and_topics_grow() {
    let text = fault(
        "  - { at: 1s, add.partitions: { topic: orders, to: 9 } }
  - { at: 2s, create.topic: audit }
  - { at: 3s, set.config: { topic: orders, min.insync.replicas: 2 } }
  - { at: 4s, elect.leaders: { election: unclean, partition: orders-8 } }
  - { at: 5s, abort.transaction: orders-0 }
",
    )
    .replace("  orders:", "  audit: { create: later, replication.factor: 2 }\n  orders:");
    let world = ok(&text, &[]).world().clone();
    let names: Vec<&str> = world.catalog.nodes.iter().rev().take(5).map(|n| n.name.as_str()).collect();
    assert_eq!(names, ["admin 6", "admin 5", "admin 4", "admin 3", "admin 2"]);
    assert_eq!(world.topics.len(), 1, "audit is not made at the start");
    assert_eq!((world.topics[0].partitions, world.catalog.topics[1].partitions), (6, 9));
    let faults: Vec<String> = world.faults.iter().map(|f| format!("{} {:?}", f.label, f.action)).collect();
    let tasks: Vec<String> = world.operations.iter().map(|operation| format!("{:?}", operation.task)).collect();
    snapshot!("administration", [faults, tasks].concat().join("\n"));
}

#[test]
fn a_rack_is_who_stands_there_and_for_disks_its_brokers() {
    let text = fault(
        "  - { at: 1s, power.loss: { broker: rack b } }
  - { at: 2s, partition: { between: [[rack b], [others]] } }
  - { at: 3s, crash: { process: rack b } }
",
    );
    let text = text
        .replace("brokers: 3", "brokers: 3\n  racks: [a, b, c]")
        .replace("members: 3", "members: 1, config: { client.rack: b }");
    let scenario = ok(&text, &[]);
    let catalog = &scenario.world().catalog;
    let node = |name: &str| Target::Node(catalog.node(name).expect("it is there"));
    let (broker, all) = (vec![node("broker 2")], vec![node("broker 2"), node("billing-0")]);
    let sides = |number: usize| scenario.world().faults[number].action.sides();
    assert_eq!(sides(0)[0], broker);
    assert_eq!(sides(1)[0], all);
    assert_eq!(sides(2)[0], all);
}
